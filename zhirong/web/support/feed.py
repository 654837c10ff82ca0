"""/support/calendar: a secret address that a calendar reads windows from; made, renewed and ended here."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.policy import deciding, feeds, kept, supporting
from zhirong.policy.actions import support as deeds
from zhirong.policy.followed import CalendarFeed
from zhirong.record import actions as record
from zhirong.web import account, filters, lists, pages
from zhirong.web.registry import forms
from zhirong.web.support import asked as asking
from zhirong.web.support import mine


@require_http_methods(["GET", "POST"])
@pages.signed_in
@pages.form
@pages.does("policy.make_feed")
def feeds_page(request: HttpRequest) -> HttpResponse:
    """My feeds, one for each party; a new one is shown once."""
    if request.method == "POST":
        return done(request)
    asked, title = asking.read(request), gettext("Calendar feed")
    rows = CalendarFeed.objects.filter(person=account.known(request), ended_at__isnull=True).select_related("party")
    return pages.page(
        request,
        "support/feeds.html",
        here="policy",
        crumbs=[(gettext("My support"), reverse("support") + asked.link()), (title, None)],
        title=title,
        asked=asked,
        feeds=list(rows.order_by("pk")),
        parties=[(one.ref, one.name) for one in asked.own],
        fresh=getattr(request, "house_fresh_feed", ""),
        tabs=mine.tabs("support-calendar", asked),
    )


def done(request: HttpRequest) -> HttpResponse:
    """A feed made or renewed, or ended."""
    person, deed = account.known(request), request.POST.get("deed", "")
    if deed == "end":
        deeds.end_feed(person, lists.number_of(request.POST.get("feed", ""), least=0))
        return HttpResponseRedirect(reverse("support-calendar"))
    if deed != "make":
        raise Refused("web.no_such_deed", deed=deed[:40])
    party = next((one for one in forms.parties_of(request) if one.ref == request.POST.get("party")), None)
    if party is None:
        raise Refused("web.choice_missing", field="party")
    _, plain = deeds.make_feed(person, party)
    query = urlencode({"token": plain, "lang": "zh" if filters.is_chinese() else "en"})
    request.house_fresh_feed = f"{settings.SITE}{reverse('support-calendar-file')}?{query}"  # type: ignore[attr-defined]
    request.method = "GET"
    return feeds_page(request)


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """The feed itself, for whoever knows its secret; what is wrong or ended is not there."""
    feed = feeds.feed_of(request.GET.get("token", "")[:100])
    if feed is None:
        raise Http404
    now, base = record.now(), kept.base()
    found = deciding.everything(feed.party, base=base, day=beijing_day(now), moment=now)
    language = "en" if request.GET.get("lang") == "en" else "zh"
    with translation.override("en" if language == "en" else "zh-hans"):
        name = gettext("Support for %(name)s") % {"name": feed.party.name}
    rows = supporting.rows(found, base.vocabulary)
    cases = feeds.cases_of(feed)
    body = feeds.calendar(rows, cases, name=name, language=language, site=settings.SITE, stamp=now)
    return HttpResponse(
        body,
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="support.ics"', "Cache-Control": "private, no-store"},
    )
