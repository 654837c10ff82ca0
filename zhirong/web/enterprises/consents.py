"""/enterprises/<ref>/consents: who may read this file or prepare for the enterprise, for what and until when."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from zhirong.base import identities
from zhirong.base.refused import Refused
from zhirong.enterprises import consented, rules
from zhirong.enterprises.actions import consents
from zhirong.enterprises.models import Consent
from zhirong.people import access
from zhirong.people.models import Party
from zhirong.web import pages
from zhirong.web.enterprises import door
from zhirong.web.office import done, rooms

SHOWN = 200


@require_http_methods(["GET", "POST"])
@pages.signed_in
@pages.form
@pages.does("enterprises.give_consent", "enterprises.end_consent")
def consents_page(request: HttpRequest, ref: str) -> HttpResponse:
    """The consents of this enterprise, those that ended too, and the form to give one; a reader sees their own."""
    party = door.opened(request, ref)
    if request.method == "POST":
        return do(request, party)
    standing, today = pages.standing_of(request), door.today()
    given = list(consented.given_by(standing, party).order_by("-pk")[:SHOWN])
    return done.once(
        request,
        pages.page(
            request,
            "enterprises/consents.html",
            crumbs=door.crumbs(party, (gettext("Consents to read"), None)),
            party=party,
            given=[(one, state(one), access.may(standing, "enterprises.end_consent", one)) for one in given],
            may_give=access.may(standing, "enterprises.give_consent", party),
            years=consented.longest_days(today) // 365,
            today=today,
            done=done.word(request),
        ),
    )


def state(one: Consent) -> tuple[str, str]:
    """Whether a consent holds today."""
    if one.ended_at is not None:
        return "off", gettext("Consent ended")
    return ("off", gettext("Ran out")) if one.until < door.today() else ("go", gettext("Holds"))


def do(request: HttpRequest, party: Party) -> HttpResponse:
    """Give or end a consent, then the page again."""
    deed, who = request.POST.get("deed", ""), rooms.who(request)
    if deed == "give_consent":
        give(request, party)
    elif deed == "end_consent":
        given = consented.given_by(pages.standing_of(request), party)
        found = given.filter(pk=rooms.number_of(request, "consent")).first()
        if found is None:
            raise Refused("enterprises.consent_unknown")
        consents.end_consent(who, found.pk)
    else:
        raise Refused("web.no_such_deed", deed=deed[:40])
    return done.tell(request, HttpResponseRedirect(reverse("enterprise-consents", args=[party.ref])), deed)


def give(request: HttpRequest, party: Party) -> None:
    """A consent as typed; every fault of the form is told at once."""
    form = door.Form(request)
    to = form.read("to", party_named)
    purpose = form.read("purpose", lambda text: rules.must_be_text(text, field="purpose", most=200))
    until = form.read("until", needed_day)
    form.judge()
    assert to is not None
    assert purpose is not None
    assert until is not None
    try:
        consents.give_consent(
            rooms.who(request), party, to, purpose=purpose, until=until, may_prepare=form.text("scope") == "prepare"
        )
    except Refused as refused:
        fields = {"enterprises.consent_day": "until", "enterprises.consent_to_itself": "to"}
        refused.facts.update({"field": fields[refused.code]} if refused.code in fields else {})
        raise


def party_named(text: str) -> Party:
    """The party of a credit code, or of its ref where it is from abroad."""
    found = Party.objects.filter(ref=text.strip()).first()
    if found is None:
        code = identities.read_uscc(text)
        found = Party.objects.filter(code=code).first()
        if found is None:
            raise Refused("enterprises.party_unknown", credit_code=code)
    return found


def needed_day(text: str) -> date:
    """A day that must be given."""
    day = door.day_of(text)
    if day is None:
        raise Refused("web.day_missing")
    return day
