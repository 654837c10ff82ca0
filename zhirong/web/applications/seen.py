"""Which applications a person may see, and the lists of them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from zhirong.enterprises.models import Consent
from zhirong.people import access
from zhirong.people.rules import Standing
from zhirong.policy.actions.cases import today
from zhirong.policy.applied import Application
from zhirong.web import lists, pages
from zhirong.web.applications import words


def mine(standing: Standing | None) -> QuerySet[Application]:
    """Of my parties, and those that my firm prepares while the enterprise consents."""
    found = Application.objects.select_related("party", "preparer", "budget")
    if standing is None:
        return found.none()
    let = Consent.objects.filter(
        to__in=standing.parties, may_prepare=True, ended_at__isnull=True, until__gte=today()
    ).values("party")
    return found.filter(Q(party__in=standing.parties) | Q(party__in=let, preparer__in=standing.parties))


def office(standing: Standing | None) -> QuerySet[Application]:
    """What was filed, for the officials and the house; a draft is the enterprise's own."""
    found = Application.objects.select_related("party", "budget")
    if not access.may(standing, "policy.see_applications"):
        return found.none()
    return found.filter(filed_at__isnull=False)


def one_of_mine(request: HttpRequest, number: str) -> Application:
    """A case that this person may see on the enterprise's page."""
    row = mine(pages.standing_of(request)).filter(number=number).first()
    if row is None:
        raise Http404
    return row


def one_of_office(request: HttpRequest, number: str) -> Application:
    """A case that this person may see on the officials' page."""
    found = office(pages.standing_of(request)).filter(number=number)
    row = found.select_related("decided_by", "confirmed_by", "filed_by", "party", "budget").first()
    if row is None:
        raise Http404
    return row


def columns(now: datetime, *, page: str) -> list[lists.Column]:
    """What a list of applications shows."""
    return [
        lists.Column(
            head=gettext("Application"),
            value=lambda one: one.number,
            order="number",
            link=lambda one: reverse(page, args=[one.number]),
        ),
        lists.Column(head=gettext("Measure"), value=words.title, order="measure"),
        lists.Column(head=gettext("Enterprise"), value=lambda one: one.party.name, order="party__name"),
        lists.Column(head=gettext("About"), value=lambda one: one.about or None),
        lists.Column(
            head=gettext("State"),
            value=lambda one: words.state(one.state)[1],
            order="state",
            state=lambda one: words.state(one.state)[0],
        ),
        lists.Column(
            head=gettext("Computed (yuan)"), value=lambda one: one.computed_fen, kind="money", order="computed_fen"
        ),
        lists.Column(
            head=gettext("Granted (yuan)"), value=lambda one: one.granted_fen, kind="money", order="granted_fen"
        ),
        lists.Column(head=gettext("Accepted"), value=lambda one: one.filed_at, kind="moment", order="filed_at"),
        lists.Column(
            head=gettext("Deadline"),
            value=lambda one: words.due(one) if one.due_at else None,
            order="due_at",
            state=lambda one: words.light(one.due_at, now) if one.due_at else "",
        ),
    ]
