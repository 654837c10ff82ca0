"""What every deed on an application shares: its row under lock, its terms, its way on the record.

The one order of locks in applications: parties, living budgets of the measures, cases, then payment lists, lines,
objections, repayments; of each the lower id first. A deed takes all of one kind before any of the next, so no two
wait for each other in a circle, and a case is never filed past a budget that is being confirmed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from zhirong.base import calendar
from zhirong.base.calendar import beijing_day, start_of_day
from zhirong.base.refused import Refused
from zhirong.people.models import Party, Person
from zhirong.policy import application_rules as rules
from zhirong.policy import application_terms as terms
from zhirong.policy import concerned
from zhirong.policy.applied import Application, Budget
from zhirong.record import actions as record


def today() -> date:
    """Today in Beijing."""
    return beijing_day(record.now())


def locked(application_id: int) -> Application:
    """The row for a deed, behind the row of its party: two deeds on one party's cases come one after the other."""
    found = locked_many([application_id])
    if not found:
        raise Refused("policy.application_unknown")
    return found[0]


def locked_many(application_ids: Collection[int]) -> list[Application]:
    """Cases for one deed on all of them, the earliest first; those that are not there are left out."""
    named = Application.objects.filter(pk__in=application_ids)
    list(Party.objects.select_for_update().filter(pk__in=named.values("party")).order_by("pk"))
    locked_budgets(named.values_list("measure", flat=True))
    rows = Application.objects.select_for_update(of=("self",)).select_related("party")
    return list(rows.filter(pk__in=application_ids).order_by("pk"))


def locked_budgets(measures: Iterable[str]) -> list[Budget]:
    """The living budgets of measures, proposed ones too; every year's, so that none is taken out of turn."""
    living = Budget.objects.select_for_update().filter(measure__in=list(measures), ended_at__isnull=True)
    return list(living.order_by("pk"))


def move(row: Application, deed: str) -> None:
    """The state after a deed and the term of the next step; the caller saves."""
    row.state = rules.after(row.state, deed)
    begin_term(row)


def begin_term(row: Application) -> None:
    """The term of the state that a case came into, in working days; the payment's runs from the acceptance."""
    name, work, day = rules.TERMS.get(row.state), calendar.china(), today()
    if name is None:
        row.due_at = row.remind_at = None
        row.is_due_provisional = False
        return
    since = beijing_day(row.filed_at) if name == "pay_working_days" and row.filed_at else day
    due = rules.due_on(work, since, terms.on(name, day))
    row.due_at, row.is_due_provisional = rules.due_at(due), due.provisional
    row.remind_at = start_of_day(rules.remind_on(work, due, terms.on("remind_working_days", day)))


def tell_officials(kind: str, row: Application, who: Person, **facts: Any) -> None:
    """What is not settled yet, on the record and to the officials alone: nobody of the enterprise, no verdict early."""
    own = {one.pk for one in concerned.members_of(row.party)}
    to = [one for one in concerned.together(concerned.officials(), besides=who) if one.pk not in own]
    record.tell(kind, row.topic, who=who, to=to, number=row.number, **facts)


def tell(kind: str, row: Application, who: Person | None, **facts: Any) -> None:
    """The deed on the record; the enterprise's people are told, and the officials where it is their turn."""
    to = concerned.members_of(row.party)
    if row.state in ("filed", "supplemented", "objected", "proposed"):
        to = concerned.together(to, concerned.officials())
    record.tell(kind, row.topic, who=who, to=concerned.together(to, besides=who), number=row.number, **facts)
