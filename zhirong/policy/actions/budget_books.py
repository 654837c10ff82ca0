"""A year's money of a measure: set by one official, confirmed by another; reserved, granted, paid, returned."""

from __future__ import annotations

import json
from typing import Final

from django.db import transaction
from django.db.models import F, Min, Q, Sum

from zhirong.base.refused import Refused
from zhirong.people import access
from zhirong.people.models import Party, Person
from zhirong.policy import application_rules as rules
from zhirong.policy import concerned, filing, kept
from zhirong.policy.actions.cases import locked_budgets
from zhirong.policy.applied import ALLOCATIONS, Application, Booking, Budget
from zhirong.policy.engine import budget as engine
from zhirong.policy.engine import decide
from zhirong.record import actions as record
from zhirong.record.engine.canonical import canonical

SUMS: Final = {"reserved": "reserved_fen", "granted": "granted_fen", "paid": "paid_fen", "returned": "returned_fen"}
UNDONE: Final = {"released": "reserved_fen", "annulled": "granted_fen"}


@transaction.atomic
def set_budget(
    who: Person,
    measure: str,
    year: int,
    *,
    amount_fen: int,
    allocation: str,
    last_gets_rest: bool,
    source: str,
) -> Budget:
    """An official proposes a year's money of a measure; said again it takes the place of what was proposed."""
    access.require(who, "policy.set_budget")
    made = kept.base().measures.get(measure)
    if made is None:
        raise Refused("policy.measure_unknown", measure=measure[:100])
    own = str((made.raw.get("budget") or {}).get("allocation", "unspecified"))
    if allocation not in ALLOCATIONS:
        raise Refused("policy.no_such_allocation", given=allocation[:20])
    if own in ALLOCATIONS and own != allocation:
        raise Refused("policy.allocation_differs", measure={"zh": made.zh, "en": made.en})
    said = {
        "amount_fen": rules.must_be_amount(amount_fen),
        "allocation": allocation,
        "last_gets_rest": last_gets_rest,
        "source": rules.must_be_text(source, field="source", most=500),
    }
    waiting = Budget.objects.select_for_update().filter(
        measure=measure, year=year, confirmed_at__isnull=True, ended_at__isnull=True
    )
    before = waiting.first()
    if before is not None and before.set_by_id == who.pk and all(getattr(before, key) == said[key] for key in said):
        return before
    row = before or Budget(measure=measure, year=year)
    row.set_by, row.set_at = who, record.now()
    for name, value in said.items():
        setattr(row, name, value)
    row.save()
    record.tell(
        "policy.budget_set", row.topic, who=who, measure=measure, year=str(year), amount_fen=amount_fen,
        allocation=allocation,
    )  # fmt: skip
    return row


@transaction.atomic
def confirm_budget(who: Person, budget_id: int, *, proposed_sha256: str) -> Budget:
    """A second official confirms what stood on the page: it rules from now on, takes over the sums of the former
    one, and keeps money free for what was accepted already."""
    locked_budgets(Budget.objects.filter(pk=budget_id).values_list("measure", flat=True))
    row = _locked(budget_id)
    access.require(who, "policy.confirm_budget", row)
    if proposed_sha256 != row.proposed_sha256:
        raise Refused("policy.another_budget_read", year=row.year, amount_fen=row.amount_fen)
    if row.confirmed_at is not None:
        return row
    former = _ruling(row.measure, row.year, lock=True)
    if former is not None:
        if row.amount_fen + former.returned_fen < former.granted_fen:
            raise Refused("policy.budget_below_granted", granted_fen=former.granted_fen)
        former.ended_at = record.now()
        former.save(update_fields=["ended_at"])
        for name in SUMS.values():
            setattr(row, name, getattr(former, name))
        Booking.objects.filter(budget=former).update(budget=row)
        Application.objects.filter(budget=former).update(budget=row)
    row.confirmed_by, row.confirmed_at = who, record.now()
    row.save()
    record.tell(
        "policy.budget_confirmed",
        row.topic,
        who=who,
        measure=row.measure,
        year=str(row.year),
        amount_fen=row.amount_fen,
    )
    unbooked = Application.objects.filter(measure=row.measure, budget__isnull=True, state__in=rules.PENDING)
    for one in unbooked.filter(filed_at__isnull=False).select_for_update().order_by("pk"):
        if concerned.year_of(one) == row.year:
            reserve(one, who)
            one.save(update_fields=["budget", "reserved_fen"])
    return row


def reserve(row: Application, who: Person | None) -> None:
    """Keep the computed amount free in the year's budget, where one is confirmed. The caller saves the case."""
    found = _ruling(row.measure, concerned.year_of(row), lock=True)
    if found is None or row.computed_fen is None:
        return
    row.budget = found
    _move_reserve(row, row.computed_fen, who)


def _move_reserve(row: Application, to_fen: int, who: Person | None) -> None:
    """The reservation becomes so much, by one entry."""
    assert row.budget
    change = to_fen - row.reserved_fen
    _book(row.budget, row, "reserved" if change > 0 else "released", amount_fen=abs(change), who=who)
    row.reserved_fen = to_fen


def release(row: Application, who: Person | None) -> None:
    """What was reserved or granted for the case is free again; nothing where nothing was booked."""
    if row.budget_id is None:
        return
    row.budget = _locked(row.budget_id)
    if row.granted_fen:
        _book(row.budget, row, "annulled", amount_fen=row.granted_fen, who=who)
    _move_reserve(row, 0, who)
    row.granted_fen = None


def grant(row: Application, who: Person) -> None:
    """At the confirmation: by acceptance the part is fixed at once; other budgets are allocated when all is decided.

    Refused where the measure has a budget by its text and none is confirmed for the year of the acceptance.
    """
    assert row.decided_fen is not None
    if row.budget_id is None:
        reserve(row, who)
    if row.budget_id is None:
        if needs_budget(row):
            raise Refused("policy.budget_missing", measure=concerned.title_of(row), year=concerned.year_of(row))
        row.granted_fen = row.decided_fen
        return
    row.budget = _locked(row.budget_id)
    if row.budget.allocation != "first_come":
        _move_reserve(row, row.decided_fen, who)
        return
    part = rules.first_come_part(row.decided_fen, turn_of(row, row.budget), last_gets_rest=row.budget.last_gets_rest)
    _give(row, part, who)


def needs_budget(row: Application) -> bool:
    """Whether the text knows a budget: all but those that say there is none."""
    made = kept.base(row.known).measures[row.measure]
    return (made.raw.get("budget") or {}).get("allocation") != "none"


def turn_of(row: Application, found: Budget) -> rules.Turn:
    """What is free in a budget and what was accepted earlier; the budget's row is locked by the caller."""
    earlier = Application.objects.filter(budget=found).filter(
        Q(filed_at__lt=row.filed_at) | Q(filed_at=row.filed_at, number__lt=row.number)
    )
    waiting = earlier.filter(state__in=rules.PENDING).aggregate(fen=Sum("reserved_fen"), first=Min("filed_at"))
    first = earlier.filter(state__in=rules.PENDING, filed_at=waiting["first"]).order_by("number").first()
    cut = earlier.filter(_while_no_less(found), granted_fen__lt=F("decided_fen"), verdict="eligible")
    return rules.Turn(
        free_fen=found.amount_fen + found.returned_fen - found.granted_fen,
        waiting_fen=waiting["fen"] or 0,
        waiting=first.number if first else "",
        was_cut=cut.exclude(state__in=("withdrawn", "lapsed")).exists(),
    )


def _while_no_less(found: Budget) -> Q:
    """Cases confirmed while the year's money was no less than now; a cut of less does not close a raised budget."""
    rows = Budget.objects.filter(measure=found.measure, year=found.year, confirmed_at__isnull=False)
    reigns = Q(pk__in=[])
    for since, until in rows.filter(amount_fen__gte=found.amount_fen).values_list("confirmed_at", "ended_at"):
        reigns |= Q(confirmed_at__gte=since) & (Q(confirmed_at__lt=until) if until else Q())
    return reigns


def _give(row: Application, part_fen: int, who: Person) -> None:
    """The reservation becomes a grant of this amount, in two entries of which either may be none."""
    assert row.budget
    _move_reserve(row, part_fen, who)
    row.granted_fen, row.reserved_fen = part_fen, 0
    if part_fen:
        row.budget.reserved_fen -= part_fen
        _book(row.budget, row, "granted", amount_fen=part_fen, who=who)


@transaction.atomic
def allocate(who: Person, budget_id: int) -> Budget:
    """Share a budget among all that were found eligible, by its rule, to the fen; refused while one is undecided.

    Each case is assessed again beside what its party was granted since: nobody gets more than its clauses leave.
    """
    parties = _locked_parties(budget_id)
    row = _locked(budget_id)
    access.require(who, "policy.allocate_budget", row)
    if row.allocation == "first_come":
        raise Refused("policy.allocated_by_acceptance")
    undecided = Application.objects.filter(budget=row, state__in=rules.PENDING)
    if undecided.exists():
        raise Refused("policy.budget_undecided", count=undecided.count(), number=undecided.order_by("pk")[0].number)
    waiting = Application.objects.select_for_update(of=("self",)).filter(
        budget=row, state="eligible", granted_fen__isnull=True, party__in=parties
    )
    cases = list(waiting.select_related("party").order_by("filed_at", "number"))
    if not cases:
        return row
    asked = [asked_of(one) for one in cases]
    found = engine.allocate(
        asked,
        row.amount_fen + row.returned_fen - row.granted_fen,
        row.allocation,  # type: ignore[arg-type]  # the database holds these four words alone
        last_gets_rest=row.last_gets_rest,
    )
    if not found.is_settled:
        raise Refused("policy.allocation_unsettled", asked_fen=sum(one.amount_fen for one in asked))
    for one in cases:
        one.budget = row
        _share(one, found.fen[one.number], who)
    record.tell(
        "policy.budget_allocated", row.topic, who=who, measure=row.measure, year=str(row.year), count=len(cases)
    )
    return row


def _share(one: Application, part_fen: int, who: Person) -> None:
    """One case gets its part of a shared budget; with nothing it ends."""
    _give(one, part_fen, who)
    if not part_fen:
        one.state = rules.after(one.state, "allocate_nothing")
        one.due_at = one.remind_at = None
        one.ended_at = record.now()
    one.save()
    record.tell(
        "policy.application_allocated", one.topic, who=who, to=concerned.members_of(one.party), number=one.number,
        granted_fen=part_fen, asked_fen=one.decided_fen,
    )  # fmt: skip


def _locked_parties(budget_id: int) -> list[int]:
    """The parties of a budget's cases, locked before the budget as every deed does: no other grant comes between."""
    cases = Application.objects.filter(budget=budget_id, state__in=(*rules.PENDING, "eligible"))
    parties = Party.objects.select_for_update().filter(pk__in=cases.values("party"))
    return [one.pk for one in parties.order_by("pk")]


def asked_of(row: Application) -> engine.Asked:
    """A case as the engine shares a budget: what was decided, less what other grants take off since."""
    assert row.filed_at
    again = filing.assess_again(row, {name: one["found"] for name, one in json.loads(row.differences).items()})
    is_due = again.decision.eligible == decide.MET and not again.same
    left_fen = (again.amount_fen or 0) if is_due else 0
    fen = min(row.decided_fen or 0, left_fen)
    if fen < (row.decided_fen or 0):
        # The page of the case tells by what it was lowered.
        row.decided_limits = canonical([vars(one) for one in again.limits])
    return engine.Asked(row.number, fen, accepted=row.filed_at.isoformat(timespec="microseconds"), score=row.score_ppm)


def pay(row: Application, amount_fen: int, who: Person) -> None:
    """A payment in the book of its budget, where there is one."""
    if row.budget_id is not None:
        _book(_locked(row.budget_id), row, "paid", amount_fen=amount_fen, who=who)


def give_back(row: Application, amount_fen: int, who: Person) -> None:
    """A repayment in the book: the money may be granted again."""
    if row.budget_id is not None:
        _book(_locked(row.budget_id), row, "returned", amount_fen=amount_fen, who=who)


def _book(found: Budget, row: Application, kind: str, *, amount_fen: int, who: Person | None) -> None:
    """One entry and the budget's sum; a warning is told once when 80 or 100 per cent is bound."""
    if not amount_fen:
        return
    if kind in SUMS:
        setattr(found, SUMS[kind], getattr(found, SUMS[kind]) + amount_fen)
    else:
        setattr(found, UNDONE[kind], getattr(found, UNDONE[kind]) - amount_fen)
    Booking.objects.create(budget=found, application=row, kind=kind, amount_fen=amount_fen, by=who, at=record.now())
    bound_fen = found.reserved_fen + found.granted_fen - found.returned_fen
    percent = engine.warning(bound_fen, found.amount_fen)
    if percent > found.warned_percent:
        record.tell(
            "policy.budget_warned", found.topic, who=None, to=concerned.officials(), measure=found.measure,
            year=str(found.year), percent=percent, bound_fen=bound_fen, amount_fen=found.amount_fen,
        )  # fmt: skip
    found.warned_percent = percent
    found.save()


def _locked(budget_id: int) -> Budget:
    found = Budget.objects.select_for_update().filter(pk=budget_id).first()
    if found is None:
        raise Refused("policy.budget_unknown")
    return found


def _ruling(measure: str, year: int, *, lock: bool) -> Budget | None:
    rows = Budget.objects.select_for_update() if lock else Budget.objects.all()
    return rows.filter(measure=measure, year=year, confirmed_at__isnull=False, ended_at__isnull=True).first()
