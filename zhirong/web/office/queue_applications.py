"""Applications in the office's queue: what waits for an official, by its term."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import BigIntegerField, CharField, F, IntegerField, QuerySet, Value
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext_noop

from zhirong.policy.applied import Application, ApplicationObjection

# The state in which a case waits, and its kind in the queue.
KIND_OF: Final = {
    "filed": "papers",
    "supplemented": "papers",
    "complete": "ruling",
    "proposed": "second",
    "eligible": "publishing",
    "approved": "paying",
}
KINDS: Final = {
    "papers": (gettext_noop("Papers of an application to check"), "policy.check_application", "office-case", True),
    "ruling": (gettext_noop("Application to decide"), "policy.check_application", "office-case", True),
    "second": (
        gettext_noop("Decision on an application to confirm"),
        "policy.confirm_application",
        "office-case",
        True,
    ),
    "publishing": (gettext_noop("Grant to publish"), "policy.publish_application", "office-case", True),
    "opposed": (gettext_noop("Objection to a grant to answer"), "policy.decide_objection", "office-case", True),
    "paying": (gettext_noop("Grant to put on a payment list"), "policy.make_payment_list", "office-case", True),
}


def of_applications() -> list[QuerySet[Any, Any]]:
    """One row a case, in the queue's nine columns; who decided it first is told as its maker."""
    return [*(rows(state, kind) for state, kind in KIND_OF.items()), opposed()]


def rows(state: str, kind: str) -> QuerySet[Any, Any]:
    """The cases of one state."""
    text = CharField()
    maker = "decided_by" if state == "proposed" else "filed_by"
    return Application.objects.filter(state=state).values_list(
        Value(kind, text),
        Cast(F("pk"), text),
        F("filed_at"),
        F("due_at"),
        Cast(F("party__name"), text),
        Cast(F(f"{maker}__name"), text),
        Cast(F(f"{maker}_id"), text),
        Cast(Coalesce(F("granted_fen"), F("decided_fen"), F("computed_fen")), BigIntegerField()),
        Value(1, IntegerField()),
    )


def opposed() -> QuerySet[Any, Any]:
    """Objections that nobody answered."""
    text = CharField()
    return ApplicationObjection.objects.filter(state="open").values_list(
        Value("opposed", text),
        Cast(F("application_id"), text),
        F("raised_at"),
        F("application__due_at"),
        Cast(F("application__party__name"), text),
        Value("", text),
        Value("", text),
        Cast(F("application__granted_fen"), BigIntegerField()),
        Value(1, IntegerField()),
    )
