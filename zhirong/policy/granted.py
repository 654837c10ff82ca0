"""What a party was granted here: how much of each grant stands, and what it comes to under a ceiling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import OuterRef, Q, Subquery

from zhirong.base.calendar import beijing_day
from zhirong.people.models import Party
from zhirong.policy import application_rules as rules
from zhirong.policy.applied import Application, PaymentLine, Repayment
from zhirong.policy.engine import values
from zhirong.policy.engine.measure import Measure


@dataclass(frozen=True)
class Grant:
    """A case with what it was granted, what of that was paid and paid back, and since when the house knows."""

    case: Application
    granted_fen: int
    paid_on: date | None = None
    paid_at: datetime | None = None
    back_fen: int = 0
    back_at: datetime | None = None

    @property
    def measure(self) -> str:
        return self.case.measure

    @property
    def fen(self) -> int:
        """What stands of it."""
        return self.granted_fen - self.back_fen

    def received_fen(self, at: datetime) -> int:
        """What the party had of it at an instant."""
        if self.paid_on is None or self.paid_at is None:
            return 0
        if self.paid_at > at and self.paid_on >= beijing_day(at):
            return 0
        return self.fen if self.back_at and self.back_at <= at else self.granted_fen

    def decided_fen(self, at: datetime) -> int:
        """What was confirmed of it by an instant."""
        confirmed_at = self.case.confirmed_at
        if confirmed_at is None or confirmed_at > at:
            return 0
        return self.fen if self.back_at and self.back_at <= at else self.granted_fen


@dataclass(frozen=True)
class Said:
    """How much was said to be received under a ceiling, and when. `is_finding`: by the official who decides, who sees
    what is granted here; a statement of the file knows what was paid."""

    fen: int
    at: datetime
    is_finding: bool = False

    def told_of(self, one: Grant) -> int:
        """How much of a grant of the house stands in it already."""
        return one.decided_fen(self.at) if self.is_finding else one.received_fen(self.at)


def history_of(party: Party, own: int | None) -> list[Grant]:
    """Whatever the party was granted here, the earliest first, without the case itself; what was paid back too.

    A case that waits for its part of a shared budget counts with what was decided, which is the most it can get.
    """
    given, waits = Q(state__in=rules.GRANTED, granted_fen__gt=0), Q(state="eligible", granted_fen__isnull=True)
    found = Application.objects.filter(given | waits, party=party)
    others = found.exclude(pk=own) if own else found
    paid = PaymentLine.objects.filter(application=OuterRef("pk"), is_dropped=False, reference__isnull=False)
    back = Repayment.objects.filter(application=OuterRef("pk"), reference__isnull=False)
    rows = others.annotate(
        paid_on=Subquery(paid.values("paid_on")[:1]),
        paid_at=Subquery(paid.values("noted_at")[:1]),
        back_fen=Subquery(back.values("amount_fen")[:1]),
        back_at=Subquery(back.values("noted_at")[:1]),
    )
    return [
        Grant(one, amount_of(one), one.paid_on, one.paid_at, one.back_fen or 0, one.back_at)
        for one in rows.order_by("filed_at", "pk")
    ]


def amount_of(row: Application) -> int:
    """What it was granted, or will be at most."""
    return (row.decided_fen if row.granted_fen is None else row.granted_fen) or 0


def settled_before(row: Application, found: Sequence[Grant]) -> list[Grant]:
    """Those that stand before a case in the sharing of its budget: all but what waits and was confirmed after it."""
    assert row.confirmed_at
    mine = (row.confirmed_at, row.pk)
    return [
        one
        for one in found
        if one.case.granted_fen is not None or (one.case.confirmed_at and (one.case.confirmed_at, one.case.pk) < mine)
    ]


def standing(found: Sequence[Grant]) -> list[Grant]:
    """Those of which something stands."""
    return [one for one in found if one.fen]


def received_more(history: Sequence[Grant], made: Measure, said: Mapping[str, Said], *, year: int) -> dict[str, str]:
    """What was received under each ceiling in all, where that is not what was said: the grants of this house and,
    of what was said, whatever goes beyond those of them that it knew."""
    own = [one for one in history if one.measure == made.id]
    changes = {}
    for limit in (limit for version in made.versions for limit in version.ceilings if limit.used):
        assert limit.used
        counted = [one for one in own if not limit.scope.endswith("_year") or is_of_year(one.case, year)]
        known = said.get(limit.used)
        elsewhere = max(known.fen - sum(map(known.told_of, counted)), 0) if known else 0
        total_fen = elsewhere + sum(one.fen for one in counted)
        if total_fen != (known.fen if known else 0):
            changes[limit.used] = values.yuan(total_fen)
    return changes


def ceilings_of(made: Measure) -> set[str]:
    """The facts that tell what was received under its ceilings."""
    return {limit.used for version in made.versions for limit in version.ceilings if limit.used}


def known_at(history: Sequence[Grant], known: datetime | None) -> list[Grant]:
    """The grants as they were at a moment: what was confirmed or came back later is left out. None: as they are."""
    if known is None:
        return list(history)
    confirmed = [one for one in history if one.case.confirmed_at and one.case.confirmed_at <= known]
    return [one if one.back_at and one.back_at <= known else replace(one, back_fen=0) for one in confirmed]


def is_of_year(row: Application, year: int) -> bool:
    """Whether it was accepted in the year, on the Beijing calendar."""
    return row.filed_at is not None and beijing_day(row.filed_at).year == year
