"""Deals of the years before the demo begins, invented: what the market approach learns from, the same for a seed.

Their prices follow a law that is written here in full, so that anybody can see what the valuation ought to find:
the logarithm of a price is a middle of its kind, plus the parts below, plus noise with heavy tails.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from zhirong.demo import invented
from zhirong.registry.engine.facts import Kind
from zhirong.valuation.engine.subject import Subject

# How many years of deals lie before the demo, and how they divide: of a hundred, so many are lots of several rights.
YEARS, LOTS_IN_A_HUNDRED, LARGEST_LOT = 3, 12, 5
TERM_YEARS = {Kind.INVENTION: 20, Kind.UTILITY_MODEL: 10, Kind.DESIGN: 15}
OWNERS = (("firm", 70, 0.0), ("university", 22, -0.15), ("person", 8, -0.3))
# The law of prices: what each fact adds to the logarithm, and the noise: Student's t with five degrees of freedom.
PER_CLAIM_LOG, PER_FAMILY_LOG, PER_CITATION_LOG, PER_YEAR_LEFT, IF_LICENSED = 0.18, 0.22, 0.16, 0.035, 0.2
PER_QUARTER, OF_A_FIELD, NOISE, FREEDOM = 0.004, 0.25, 0.55, 5


@dataclass(frozen=True, slots=True)
class PastDeal:
    """One deal or one listing that found no buyer: what was sold as it then stood, when, and for how much."""

    reference: str
    on: date
    subjects: tuple[Subject, ...]
    price_fen: int
    is_sold: bool


def deals(seed: int, day: date, *, count: int) -> Iterator[PastDeal]:
    """So many deals before the day, the oldest first; each tenth more is a listing that nobody took at its ask."""
    dice = Random(f"past deals {seed}")
    fields = {number: dice.gauss(0.0, OF_A_FIELD) for number in range(1, 36)}
    days = sorted(dice.randrange(30, YEARS * 365) for _ in range(count))
    for serial, before in enumerate(reversed(days)):
        on = day - timedelta(days=before)
        several = dice.randrange(100) < LOTS_IN_A_HUNDRED
        size = dice.randint(2, LARGEST_LOT) if several else 1
        kind = dice.choices([kind for kind, _ in invented.MIX], [weight for _, weight in invented.MIX])[0]
        subjects = tuple(_subject(dice, kind, on) for _ in range(size))
        drift = PER_QUARTER * (on - day).days / 91
        worth = sum(math.exp(_log_price(one, fields) + drift) for one in subjects)
        noise = math.exp(NOISE * _heavy(dice))
        is_sold = serial % 10 != 9
        asked = 1.0 if is_sold else dice.uniform(1.2, 2.5)
        yield PastDeal(f"演示-{on.year}-{serial + 1:04d}", on, subjects, _round_fen(worth * noise * asked), is_sold)


def _subject(dice: Random, kind: Kind, on: date) -> Subject:
    age_days = dice.randrange(invented.GRANT_DAYS[kind][1] + 60, invented.OLDEST_YEARS[kind] * 365)
    filed_on = on - timedelta(days=age_days)
    owner = dice.choices([name for name, _, _ in OWNERS], [weight for _, weight, _ in OWNERS])[0]
    field = None if kind is Kind.DESIGN else dice.randint(1, 35)
    is_invention = kind is Kind.INVENTION
    return Subject(
        day=on,
        kind=str(kind),
        filed_on=filed_on,
        granted_on=filed_on + timedelta(days=dice.randrange(*invented.GRANT_DAYS[kind])),
        term_ends_on=filed_on.replace(year=filed_on.year + TERM_YEARS[kind], day=min(filed_on.day, 28)),
        is_in_force=True,
        field=field,
        section="ABCDEFGH"[(field or 1) % 8],
        ipc_count=None if kind is Kind.DESIGN else 1 + min(9, int(dice.expovariate(0.6))),
        claims=None if kind is Kind.DESIGN else 1 + min(40, int(dice.gammavariate(4.0, 2.0))),
        independent_claims=None if kind is Kind.DESIGN else 1 + min(5, int(dice.expovariate(1.2))),
        family=1 + (min(20, int(dice.expovariate(0.9))) if is_invention else 0),
        citations=min(80, int(dice.expovariate(0.35))) if is_invention else None,
        inventors=dice.randint(1, 7),
        owner_kind=owner,
        holders=1,
        plain_licences=int(dice.random() < 0.08),
        paid_through_year=age_days // 365 + 1,
    )


def _log_price(one: Subject, fields: dict[int, float]) -> float:
    parts = [
        math.log(invented.MIDDLE_YUAN[Kind(one.kind)]),
        PER_CLAIM_LOG * math.log((one.claims or 8) / 8),
        PER_FAMILY_LOG * math.log(one.family or 1),
        PER_CITATION_LOG * (math.log1p(one.citations or 0) - 1),
        PER_YEAR_LEFT * ((one.remaining_years or 8.0) - 8.0),
        IF_LICENSED * one.plain_licences,
        fields.get(one.field or 0, 0.0),
        next(part for name, _, part in OWNERS if name == one.owner_kind),
    ]
    return sum(parts)


def _heavy(dice: Random) -> float:
    """A draw of Student's t: a normal one over the root of a chi-square over its degrees of freedom."""
    return dice.gauss(0.0, 1.0) / math.sqrt(dice.gammavariate(FREEDOM / 2, 2.0) / FREEDOM)


def _round_fen(yuan: float) -> int:
    """Round figures, as people agree on them."""
    step = 100 if yuan < 20_000 else 1_000
    return max(1_000, int(yuan // step) * step) * 100
