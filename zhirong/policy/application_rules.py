"""The law of applications (申报): which deed follows which, who files, and what a budget still gives."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from zhirong.base import calendar, money
from zhirong.base.calendar import Due, WorkCalendar
from zhirong.base.refused import Refused
from zhirong.policy import application_labels as labels
from zhirong.policy import application_terms as terms
from zhirong.policy.engine import decide
from zhirong.policy.engine.decide import Decision
from zhirong.policy.engine.measure import Measure

STATES: Final = (
    "draft", "filed", "asked", "supplemented", "complete", "proposed", "eligible", "publicity", "objected", "approved",
    "listed", "paid", "repayment", "repaid", "refused", "withdrawn", "lapsed",
)  # fmt: skip
# A party has one of these at most for a measure and a thing.
OPEN: Final = STATES[:11]
ENDED: Final = ("paid", "repaid", "refused", "withdrawn", "lapsed")
# From the acceptance to the decision the money asked for is kept free.
PENDING: Final = ("filed", "asked", "supplemented", "complete", "proposed")
# What these were granted stands against other applications.
GRANTED: Final = ("eligible", "publicity", "objected", "approved", "listed", "paid", "repayment", "repaid")
# Only the enterprise itself may still take these back.
WITHDRAWABLE: Final = ("draft", *PENDING, "eligible", "publicity", "objected")
# What the public may read, with names and amounts.
PUBLIC: Final = ("publicity", "objected")

AFTER: Final[Mapping[tuple[str, str], str]] = {
    ("draft", "prepare"): "draft",
    ("asked", "prepare"): "asked",
    ("draft", "file"): "filed",
    ("filed", "ask_supplement"): "asked",
    ("asked", "supplement"): "supplemented",
    ("filed", "complete"): "complete",
    ("supplemented", "complete"): "complete",
    ("complete", "decide"): "proposed",
    # Papers that were asked for and did not come are a ground to refuse.
    ("supplemented", "decide"): "proposed",
    ("proposed", "send_back"): "complete",
    ("proposed", "confirm_eligible"): "eligible",
    ("proposed", "confirm_refused"): "refused",
    ("eligible", "allocate_nothing"): "refused",
    ("eligible", "publish"): "publicity",
    ("publicity", "object"): "objected",
    ("objected", "object"): "objected",
    ("refused", "object"): "objected",
    ("objected", "uphold"): "complete",
    ("objected", "reject"): "publicity",
    ("objected", "reject_refused"): "refused",
    ("publicity", "close"): "approved",
    ("approved", "list"): "listed",
    ("listed", "unlist"): "approved",
    ("listed", "pay"): "paid",
    ("paid", "demand"): "repayment",
    ("repayment", "repay"): "repaid",
    **{(state, "withdraw"): "withdrawn" for state in WITHDRAWABLE},
    ("asked", "lapse"): "lapsed",
}
# How long the next step may take, by the state that an application comes into: the name of the dated figure.
TERMS: Final[Mapping[str, str]] = {
    "filed": "check_working_days",
    "asked": "supplement_working_days",
    "supplemented": "check_working_days",
    "complete": "decide_working_days",
    "proposed": "decide_working_days",
    "eligible": "publish_working_days",
    "publicity": "publicity_working_days",
    "objected": "objection_working_days",
    "approved": "pay_working_days",
    "listed": "pay_working_days",
    "repayment": "repay_working_days",
}
# Whom the clock reminds: these wait for the enterprise, all others for an official.
WAITS_FOR_PARTY: Final = ("draft", "asked", "repayment")


def after(state: str, deed: str) -> str:
    """The state after a deed, or the refusal that it is not its turn."""
    found = AFTER.get((state, deed))
    if found is None:
        raise Refused("policy.application_not_its_turn", state=labels.of("state", state), deed=labels.of("deed", deed))
    return found


def served(made: Measure, day: date) -> bool:
    """Whether applications for the measure are taken here on the day: it pays, and its place is one that is served."""
    is_ours = made.raw["jurisdiction"]["code"] in terms.listed("served_places", day)
    return made.kind == "payment" and is_ours and not is_duty(made, day)


def is_duty(made: Measure, day: date) -> bool:
    """Whether the employer owes it by law, so that nobody applies for it."""
    return made.id in terms.listed("employer_duties", day)


def must_be_served(made: Measure, day: date) -> None:
    """Refused with whom to turn to: an employer's duty, no money, the measure of another place."""
    title = {"zh": made.zh, "en": made.en}
    if is_duty(made, day):
        raise Refused("policy.owed_by_employer", measure=title)
    if made.kind != "payment":
        raise Refused("policy.not_applied_for_here", measure=title)
    if not served(made, day):
        raise Refused("policy.filed_elsewhere", measure=title, issuer=dict(made.raw["issuer"]))


def must_be_text(text: str, *, field: str, most: int, least: int = 1) -> str:
    """A text of a form, trimmed at its ends."""
    trimmed = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not least <= len(trimmed) <= most:
        raise Refused("policy.text_length", field=field, least=least, most=most)
    return trimmed


def must_be_amount(fen: int) -> int:
    """Money that somebody names: nothing or more, and no more than the house can hold."""
    if fen < 0:
        raise Refused("money.negative", amount=money.figures(fen))
    if fen > money.LARGEST_FEN:
        raise Refused("money.too_large", largest_fen=money.LARGEST_FEN)
    return fen


def due_on(work: WorkCalendar, day: date, count: int) -> Due:
    """The last day of a term of working days; the starting day is not counted."""
    return work.add_working_days(day, count)


def due_at(due: Due) -> datetime:
    """The first instant that no longer belongs to the term: its last day ends at 24:00 in Beijing."""
    return calendar.end_of_day(due.day)


def remind_on(work: WorkCalendar, due: Due, count: int) -> date:
    """The day on which a reminder is told: so many working days before the last one."""
    day, left = due.day, count
    while left:
        day -= calendar.ONE_DAY
        left -= work.is_working_day(day)
    return day


def must_be_own_filing(*, is_agent: bool, is_member: bool, name: str) -> None:
    """Only a member of the enterprise files, for the enterprise itself (福田 2024-03-15 通知; POLICY finding 9)."""
    if is_agent:
        raise Refused("policy.agent_never_files", name=name)
    if not is_member:
        raise Refused("policy.only_itself_files", name=name)


def must_be_applied_for(decision: Decision, *, kind: str, title: Mapping[str, str]) -> None:
    """Refused unless the measure pays, rules on that day, and its window is open or not stated."""
    if kind != "payment":
        raise Refused("policy.not_applied_for_here", measure=title)
    if decision.eligible == decide.NOT_IN_FORCE:
        raise Refused("policy.measure_not_in_force", measure=title, day=decision.day)
    if decision.window.state == "opens":
        raise Refused("policy.window_opens_later", measure=title, opens_at=decision.window.opens)
    if decision.window.state == "closed":
        raise Refused("policy.window_closed", measure=title, closed_at=decision.window.closes)


def must_qualify(decision: Decision, *, names: Mapping[str, Mapping[str, str]]) -> int:
    """The amount in fen of a decision that is met and whole; refused with what is missing or what stands against it."""
    if decision.eligible == decide.UNKNOWN or (decision.eligible == decide.MET and decision.amount_fen is None):
        raise Refused("policy.facts_missing", missing=listed(decision.missing, names), count=len(decision.missing))
    if decision.eligible != decide.MET:
        raise Refused("policy.not_eligible", conditions=listed(decision.failing, names))
    amount_fen = decision.amount_fen
    assert amount_fen is not None
    if amount_fen == 0:
        raise Refused("policy.nothing_to_grant", capped_by=decision.amount.capped_by if decision.amount else "")
    return amount_fen


def must_be_whole(needed: Sequence[str], have: Collection[str], *, names: Mapping[str, Mapping[str, str]]) -> None:
    """Every material on the checklist is there; else the whole list of what lacks, at once (一次性告知)."""
    lacking = [one for one in needed if one not in have]
    if lacking:
        raise Refused("policy.materials_missing", count=len(lacking), materials=listed(lacking, names))


def listed(codes: Iterable[str], names: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Names of facts, conditions or materials for a sentence in either language; one without a name stands as it is."""
    return {
        language: sign.join(names.get(one.split("[")[0], {}).get(language) or one for one in codes)
        for language, sign in (("zh", "、"), ("en", ", "))
    }


def must_be_asked_once(asked_at: datetime | None) -> None:
    """What is wanting is told once and whole; a second list is not asked for (一次性告知)."""
    if asked_at is not None:
        raise Refused("policy.supplement_asked_before", asked_at=asked_at)


@dataclass(frozen=True, slots=True)
class Turn:
    """Where an application stands in a budget that goes by acceptance: what is free, and what came before it."""

    free_fen: int
    # Accepted earlier and not decided yet: how much is kept for them, and the first of them.
    waiting_fen: int
    waiting: str
    # Whether one accepted earlier was cut or got nothing.
    was_cut: bool


def first_come_part(asked_fen: int, turn: Turn, *, last_gets_rest: bool) -> int:
    """What an application gets of a budget that goes by acceptance.

    Refused while an earlier one is undecided and the answer hangs on it: nobody is passed over, and nobody is cut for
    money that may come free. Nobody accepted after one that was cut gets anything.
    """
    if turn.was_cut:
        return 0
    if turn.waiting and asked_fen > turn.free_fen - turn.waiting_fen:
        raise Refused("policy.earlier_undecided", number=turn.waiting)
    if asked_fen <= turn.free_fen:
        return asked_fen
    return max(turn.free_fen, 0) if last_gets_rest else 0


def differences_of(given: Mapping[str, Any], settled: Mapping[str, Any], *, reason: str) -> dict[str, dict[str, Any]]:
    """What an official found otherwise: fact -> what was filed, what was found; without a difference there is none."""
    found = {name: {"filed": given.get(name), "found": value} for name, value in settled.items()}
    changed = {name: both for name, both in found.items() if both["filed"] != both["found"]}
    if changed and not reason.strip():
        raise Refused("policy.difference_unexplained", facts="、".join(sorted(changed)))
    return changed
