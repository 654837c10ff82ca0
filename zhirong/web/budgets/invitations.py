"""/policy/invitations: whether an enterprise of mine may be invited to measures that it nearly meets."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from zhirong.people.models import Party
from zhirong.policy import almost
from zhirong.policy.actions import reaching
from zhirong.web import account, pages
from zhirong.web.budgets import reached

CHOICES = {"decline": reaching.decline_invitations, "accept": reaching.accept_invitations}


@require_safe
@pages.signed_in
def invitations_page(request: HttpRequest) -> HttpResponse:
    """My enterprises, each with its choice."""
    standing = pages.standing_of(request)
    mine = list(Party.objects.filter(pk__in=standing.parties if standing else (), kind="legal").order_by("name", "pk"))
    title, declined = gettext("Invitations to measures"), almost.wanting_none([one.pk for one in mine])
    return pages.page(
        request,
        "budgets/invitations.html",
        here="policy",
        crumbs=reached.crumbs((title, None)),
        title=title,
        mine=[(one, one.pk in declined) for one in mine],
    )


@require_POST
@pages.signed_in
def choose(request: HttpRequest, ref: str) -> HttpResponse:
    """One enterprise of mine changes its choice."""
    deed, party = CHOICES.get(request.POST.get("deed", "")), Party.objects.filter(ref=ref).first()
    if deed is None or party is None:
        raise Http404
    deed(account.known(request), party)
    return HttpResponseRedirect(reverse("policy-invitations"))
