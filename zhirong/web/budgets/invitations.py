"""/policy/invitations: whether an enterprise of mine may be invited to measures that it nearly meets."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from zhirong.base.refused import Refused
from zhirong.people.models import Party
from zhirong.policy import almost
from zhirong.policy.actions import reaching
from zhirong.web import account, pages
from zhirong.web.budgets import reached

CHOICES = {"decline": reaching.decline_invitations, "accept": reaching.accept_invitations}


@pages.signed_in
@pages.form
@require_http_methods(["GET", "HEAD", "POST"])
def invitations_page(request: HttpRequest) -> HttpResponse:
    """My enterprises, each with its choice."""
    standing = pages.standing_of(request)
    mine = list(Party.objects.filter(pk__in=standing.parties if standing else (), kind="legal").order_by("name", "pk"))
    if request.method == "POST":
        party = next((one for one in mine if one.ref == request.POST.get("party")), None)
        choice = CHOICES.get(request.POST.get("deed", ""))
        if party is None or choice is None:
            raise Refused("web.choice_missing")
        choice(account.known(request), party)
        return HttpResponseRedirect(reverse("policy-invitations"))
    title, declined = gettext("Invitations to measures"), almost.wanting_none([one.pk for one in mine])
    return pages.page(
        request,
        "budgets/invitations.html",
        here="policy",
        crumbs=reached.crumbs((title, None)),
        title=title,
        mine=[(one, one.pk in declined) for one in mine],
    )
