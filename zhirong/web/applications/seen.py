"""One application as its page finds it, and what lists of applications show."""

from __future__ import annotations

from datetime import datetime

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from zhirong.policy import visible
from zhirong.policy.applied import Application
from zhirong.web import lists, pages
from zhirong.web.applications import words


def one_of_mine(request: HttpRequest, number: str) -> Application:
    """A case that this person may see on the enterprise's page."""
    row = visible.mine(pages.standing_of(request)).filter(number=number).first()
    if row is None:
        raise Http404
    return row


def one_of_office(request: HttpRequest, number: str) -> Application:
    """A case that this person may see on the officials' page."""
    found = visible.office(pages.standing_of(request)).filter(number=number)
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
        lists.Column(head=gettext("Policy measure"), value=words.title, order="measure"),
        lists.Column(head=gettext("Enterprise"), value=lambda one: one.party.name, order="party__name"),
        lists.Column(head=gettext("About"), value=lambda one: words.about(one.about) if one.about else None),
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
