"""The periods of a free and limited auction (RULEBOOK B1) and the stop of a paused one, as a lot's steps tell them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from zhirong.exchange.models import Lot, LotStep

FORM = "free_limited"
# The steps that say when the free period ends: the first, and whatever set or moved it since.
TIMES = ("begun", "edited", "resumed")
STOPS = ("paused", "encumbered")


@dataclass(frozen=True)
class Periods:
    """A free period, and behind it a limited one as soon as somebody bids."""

    free_end_ns: int
    # What the end is as it stands: of the limited period once there is one, else of the free one.
    end_ns: int
    is_limited: bool

    @property
    def has_limited(self) -> bool:
        """Whether a bid opened the limited period: it runs, or follows."""
        return self.end_ns > self.free_end_ns


@dataclass(frozen=True)
class Stop:
    """Since when a lot stands still, and why, in the words or under the code of who stopped it."""

    step: LotStep
    since_ns: int
    reason: str
    # Bidding was open: a full window comes on top of the time lost (court rule 28).
    had_opened: bool


def with_times(lots: QuerySet[Lot]) -> QuerySet[Lot]:
    """The lots with what `of` asks, so that a list asks it once."""
    return lots.annotate(times=Subquery(_times(OuterRef("pk")).values("facts")[:1]))


def _times(lot: Any) -> QuerySet[LotStep]:
    return LotStep.objects.filter(lot=lot, kind__in=TIMES, refusal="").order_by("-seq")


def free_end_ns(lot: Lot) -> int:
    """The end of the free period; 0 in every other form. Before a lot's first step it is the announced end."""
    if lot.form != FORM:
        return 0
    times = lot.times if hasattr(lot, "times") else _times(lot.pk).values_list("facts", flat=True).first()
    return int(json.loads(times)["free_end_ns"]) if times else lot.closes_ns


def window_ns(lot: Lot) -> int:
    """The window of the lot's terms: of the limited period, or of the extension."""
    return int(json.loads(lot.terms)["window_ns"])


def of(lot: Lot, *, now_ns: int) -> Periods | None:
    """The periods of a free and limited auction as of now; None in other forms, and where no bidding runs or will."""
    ends = free_end_ns(lot) if lot.state in ("scheduled", "live") else 0
    if not ends:
        return None
    return Periods(ends, lot.closes_ns, is_limited=ends <= now_ns and ends < lot.closes_ns)


def stop_of(lot: Lot) -> Stop | None:
    """Why a paused lot stands still; None where it does not."""
    if lot.state != "paused":
        return None
    step = LotStep.objects.filter(lot=lot, kind__in=STOPS, refusal="").order_by("-seq").first()
    if step is None:
        return None
    facts = json.loads(step.facts)
    since_ns = int(facts["since_ns"])
    return Stop(step, since_ns, str(facts["reason"]), had_opened=since_ns >= lot.opens_ns)
