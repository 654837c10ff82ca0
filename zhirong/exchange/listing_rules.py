"""The law of a listing and of its deal: which deed is possible in which state, what it costs, when it falls due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from zhirong.base.calendar import WorkCalendar, beijing_day
from zhirong.base.refused import Refused
from zhirong.exchange.rule_sets import RuleSet, Span

# RULEBOOK B8. A state on the left, the deeds possible in it, and the state each leads to.
LISTING_STEPS: Mapping[str, Mapping[str, str]] = {
    "draft": {"change": "draft", "submit": "submitted", "withdraw": "withdrawn"},
    "submitted": {"return": "returned", "announce": "announced", "withdraw": "withdrawn"},
    "returned": {"change": "returned", "submit": "submitted", "withdraw": "withdrawn"},
    "announced": {
        "change": "announced",
        "extend": "announced",
        "qualify": "qualifying",
        "report": "answering",
        "open": "bidding",
        "end": "ended",
        "withdraw": "withdrawn",
        "suspend": "suspended",
        "terminate": "terminated",
    },
    "qualifying": {
        "extend": "announced",
        "report": "answering",
        "open": "bidding",
        "end": "ended",
        "withdraw": "withdrawn",
        "suspend": "suspended",
        "terminate": "terminated",
    },
    "answering": {
        "sell": "sold",
        # The one buyer stepped back while the listing was suspended: it is as if nobody had come.
        "extend": "announced",
        "end": "ended",
        "withdraw": "withdrawn",
        "suspend": "suspended",
        "terminate": "terminated",
    },
    # A live auction is paused or annulled on the floor; an annulled one leaves its listing suspended.
    "bidding": {"sell": "sold", "end": "ended", "annul": "suspended"},
    # A sold listing ends with its deal; while the deal lives its money may not lose its listing.
    "sold": {"settle": "settled", "end": "ended", "sell": "sold", "offer": "offering"},
    # The buyer defaulted and the next best is asked (X7, E38).
    "offering": {"sell": "sold", "offer": "offering", "end": "ended"},
    "suspended": {"resume": "announced", "terminate": "terminated", "withdraw": "withdrawn"},
    "settled": {},
    "ended": {},
    "withdrawn": {},
    "terminated": {},
}
LIVE = ("announced", "qualifying", "answering", "bidding", "sold", "offering", "suspended")
OVER = ("settled", "ended", "withdrawn", "terminated")

# From the hammer to the certificate (RULEBOOK B8, LEDGER 5.3).
DEAL_STEPS: Mapping[str, Mapping[str, str]] = {
    "offered": {"take": "contract", "decline": "declined", "annul": "annulled"},
    "contract": {"sign": "payment", "default": "defaulted", "annul": "annulled"},
    "payment": {"pay": "recordal", "default": "defaulted", "annul": "annulled"},
    "recordal": {"enter": "confirming", "annul": "annulled"},
    "confirming": {"return": "recordal", "settle": "settled", "annul": "annulled"},
    "settled": {},
    "defaulted": {},
    "declined": {},
    # No deed leads here any more; deals of earlier years stand in it.
    "withdrawn": {},
    "annulled": {},
}
# From these states no deed leads on; all but the settled one were undone.
DEAL_OVER = tuple(state for state, deeds in DEAL_STEPS.items() if not deeds)
DEAL_LIVE = tuple(state for state, deeds in DEAL_STEPS.items() if deeds)
DEAL_UNDONE = tuple(state for state in DEAL_OVER if state != "settled")


class Stoppable(Protocol):
    """A deal as far as its clock goes."""

    state: str
    stopped_at: datetime | None


def stands_still(deal: Stoppable) -> bool:
    """Whether a deal's clock stands; one that is over keeps the instant at which it stopped, and has no clock."""
    return deal.stopped_at is not None and deal.state in DEAL_LIVE


def listing_after(state: str, deed: str) -> str:
    """The state of a listing after a deed."""
    if deed not in LISTING_STEPS[state]:
        raise Refused("listing.not_now", state=state, deed=deed)
    return LISTING_STEPS[state][deed]


def deal_after(state: str, deed: str) -> str:
    """The state of a deal after a deed."""
    if deed not in DEAL_STEPS[state]:
        raise Refused("deal.not_now", state=state, deed=deed)
    return DEAL_STEPS[state][deed]


@dataclass(frozen=True, slots=True)
class Deadline:
    """An instant by which something must be done; provisional while a year it depends on is not announced (T4)."""

    at: datetime
    provisional: bool


def after(start: datetime, span: Span, calendar: WorkCalendar) -> Deadline:
    """When a span that starts now ends: by the clock, or at the close of business where the calendar counts."""
    if not span.is_by_calendar:
        # To the next whole second: people read deadlines in seconds, and rounding up shortens nobody's term.
        whole = start.replace(microsecond=0) + timedelta(seconds=1 if start.microsecond else 0)
        return Deadline(whole + timedelta(microseconds=span.ns // 1000), provisional=False)
    day = beijing_day(start)
    if span.unit == "months":
        due = calendar.period_end(day, months=span.count)
    else:
        due = calendar.add_working_days(day, span.count)
    return Deadline(calendar.closing_time(due.day), due.provisional)


def next_opening(start: datetime, calendar: WorkCalendar, *, by_calendar: bool) -> datetime:
    """When an auction opens after registration closed: on the next working day, at once in rule sets of minutes."""
    if not by_calendar:
        return start
    return calendar.opening_time(calendar.add_working_days(beijing_day(start), 1).day)


def stayed(due: datetime, *, stopped: datetime, resumed: datetime) -> datetime:
    """A deadline after a stop: what was left when the clock stopped runs on from when it resumes (E40)."""
    return due if due <= stopped else due + (resumed - stopped)


def must_be_text(value: str, *, field: str, most: int, least: int = 1) -> str:
    """A text of a listing without surrounding blanks, or the refusal that names its field and bounds."""
    text = value.strip()
    if not least <= len(text) <= most:
        raise Refused("listing.text_length", field=field, least=least, most=most, given=len(text))
    return text


def must_be_price(asking_fen: int, reserve_fen: int | None, *, found: RuleSet) -> None:
    """An asking price is a positive amount, a reserve never below it (拍卖法 28) and in court the same (X7)."""
    if not 0 < asking_fen <= found.most_fen:
        raise Refused("listing.asking_out_of_range", most_fen=found.most_fen)
    if reserve_fen is None:
        return
    if found.basis == "court" and reserve_fen != asking_fen:
        raise Refused("listing.reserve_is_start", asking_fen=asking_fen)
    if not asking_fen <= reserve_fen <= found.most_fen:
        raise Refused("listing.reserve_below_asking", asking_fen=asking_fen)
