"""Support in the office's queue: applications by their term, lists, budgets and texts that wait for a second word."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import BigIntegerField, CharField, DateTimeField, F, IntegerField, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext_noop

from zhirong.policy.applied import Application, ApplicationObjection, Budget, PaymentList
from zhirong.policy.models import MeasureText
from zhirong.web import filters

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
    "paylist": (gettext_noop("Payment list to confirm"), "policy.confirm_payment_list", "office-payment-lists", False),
    "budget": (gettext_noop("Budget to confirm"), "policy.confirm_budget", "office-budget-book", True),
    "text": (gettext_noop("Text of a measure to approve"), "policy.decide_measure", "office-measure-text", True),
}
OPENS: Final = {
    "office-case": "policy.see_applications",
    "office-payment-lists": "policy.see_applications",
    "office-budget-book": "policy.see_applications",
    "office-measure-text": "policy.see_drafts",
}


def of_support() -> list[QuerySet[Any, Any]]:
    """Everything of support that waits."""
    return [*of_applications(), *seconds()]


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


def seconds() -> list[QuerySet[Any, Any]]:
    """Payment lists, budgets and texts of measures that one official made and another is to confirm."""
    lists = PaymentList.objects.filter(state="draft")
    budgets = Budget.objects.filter(confirmed_at=None, ended_at=None)
    texts = MeasureText.objects.filter(state="waiting")
    own_name = "zh" if filters.is_chinese() else "en"
    return [
        made(lists, "paylist", since="made_at", name="number", maker="made_by", amount=F("total_fen")),
        made(budgets, "budget", since="set_at", name="measure", maker="set_by", amount=F("amount_fen")),
        made(texts, "text", since="asked_at", name=own_name, maker="drafted_by", amount=Value(None)),
    ]


def made(
    found: QuerySet[Any, Any], kind: str, *, since: str, name: str, maker: str, amount: Combinable
) -> QuerySet[Any, Any]:
    """What one person made, whom the queue names, and another confirms; it has no term."""
    text = CharField()
    return found.values_list(
        Value(kind, text),
        Cast(F("pk"), text),
        F(since),
        Cast(Value(None), DateTimeField()),
        Cast(F(name), text),
        Cast(F(f"{maker}__name"), text),
        Cast(F(f"{maker}_id"), text),
        Cast(amount, BigIntegerField()),
        Value(1, IntegerField()),
    )
