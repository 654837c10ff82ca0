"""The almost eligible (接近达标): who is how many fixable conditions short of a measure, by how much, worth what.

The short list is screened, and every row of it decided exactly. It is an invitation list: whoever wants no invitations
is not on it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db.models import Q

from zhirong.base.refused import Refused
from zhirong.enterprises.models import Place, Tenancy
from zhirong.policy.engine import decide, estimate, near, repair, screen
from zhirong.policy.engine.columns import Array
from zhirong.policy.engine.decide import LeafFound
from zhirong.policy.engine.measure import Measure
from zhirong.policy.population import Population
from zhirong.policy.reached import NoInvitations

FARTHEST = 9
WAYS = ("any", "action")


@dataclass(frozen=True)
class Wish:
    """Which of them: at most so many conditions short, by any way or by action alone, in a place, of an industry."""

    most: int = 2
    way: str = "any"
    place: str = ""
    industry: str = ""


@dataclass(frozen=True)
class Short:
    """One that is near: its place in the population, how many conditions are wanting, the estimated worth, and the
    thing that is nearest (empty: the enterprise itself)."""

    place: int
    party_id: int
    steps: int
    fen: int | None
    about: str = ""


@dataclass(frozen=True)
class Almost:
    """The same decided exactly: the conditions of the smallest set, how far each is, and the exact worth if it is met
    with today's facts; None where that hangs on an unknown fact or the measure pays nothing."""

    party_id: int
    steps: int
    conditions: tuple[LeafFound, ...]
    fen: int | None
    about: str = ""


@dataclass(frozen=True)
class Listed:
    """The short list, the worthiest first, and how many were left out because they want no invitations."""

    rows: tuple[Short, ...]
    declined: int


def listed(one: Measure, whole: Population, wish: Wish, *, sitting: Seats | None = None) -> Listed:
    """Who does not meet the measure and is no farther than wished. Refused: a wish that cannot be read."""
    if not 1 <= wish.most <= FARTHEST or wish.way not in WAYS:
        raise Refused("policy.wish_unknown", most=FARTHEST)
    known = whole.known_day or date.max
    cases = whole.cases(one)
    found, seen = screen.looked(one, cases.people, whole.day, known=known)
    distance = near.of_looked(one, cases.people, found, seen=seen, day=whole.day, known=known)
    if distance is None:
        return Listed((), 0)
    sizes = distance.by_action if wish.way == "action" else distance.certain
    money = estimate.of_states(one, cases.people, found, day=whole.day, known=known)
    fen = np.where(money.lacking, -1, money.fen)
    # Of several things the nearest one, of equally near ones that which is worth most.
    nearest = cases.first(sizes, -fen)
    sizes = sizes[nearest]
    mask = (cases.states(found).states == screen.NOT_MET) & (sizes >= 1) & (sizes <= wish.most)
    mask &= of_industry(whole, wish.industry)
    if wish.place:
        mask &= np.isin(whole.ids, sorted((sitting or seats(places(), whole.day)).inside(wish.place)))
    declined = np.isin(whole.ids, sorted(wanting_none(np.asarray(whole.ids)[mask].tolist())))
    rows = [
        Short(
            int(place),
            whole.ids[place],
            int(sizes[place]),
            None if money.lacking[nearest[place]] else int(fen[nearest[place]]),
            cases.about(int(nearest[place])),
        )
        for place in np.flatnonzero(mask & ~declined)
    ]
    rows.sort(key=lambda row: (-(row.fen if row.fen is not None else -1), row.steps, row.party_id))
    return Listed(tuple(rows), int((mask & declined).sum()))


def exact(one: Measure, whole: Population, rows: Sequence[Short], *, wish: Wish) -> list[Almost]:
    """Some rows of the list, decided exactly, in their order."""
    return [exactly(one, whole, row, wish=wish) for row in rows]


def exactly(one: Measure, whole: Population, row: Short, *, wish: Wish) -> Almost:
    """One row: the first of the smallest sets that goes the way wished for."""
    facts = whole.facts_of(row.place, row.about)
    known = whole.known_day
    found = decide.decide(one, facts, whole.day, known=known)
    ways = [fix for fix in found.to_qualify if goes(fix, wish.way)]
    names = min((fix.all for fix in ways), key=len, default=frozenset())
    worth = estimate.exactly(one, facts, whole.day, known=known or date.max)
    conditions = tuple(leaf for leaf in found.leaves if leaf.id in names)
    return Almost(row.party_id, len(conditions), conditions, worth, row.about)


def goes(fix: repair.Fix, way: str) -> bool:
    """Whether all of a set is known to be false and can be helped this way."""
    return not fix.to_find_out and not (way == "action" and fix.by_time)


def of_industry(whole: Population, industry: str) -> Array:
    """Who is of an industry, everybody where none is named; an unknown industry is no industry."""
    column = whole.people.columns.get("industry")
    if not industry or column is None:
        return np.full(whole.people.size, not industry)
    code = column.words.index(industry) if industry in column.words else -1
    found: Array = (column.values == code) & ~column.unknown
    return found


@dataclass(frozen=True)
class Seats:
    """The places in use and who sits where on a day: of everybody, or of those asked for."""

    places: Mapping[int, Place]
    of: Mapping[int, tuple[int, ...]]

    def names(self, party_id: int) -> str:
        """Where one sits, in words; several places are joined."""
        return "、".join(self.places[place].name for place in self.of.get(party_id, ()) if place in self.places)

    def inside(self, code: str) -> set[int]:
        """Who sits in a place or in a place inside it."""
        found = {pk for pk, place in self.places.items() if place.code == code}
        while more := {pk for pk, place in self.places.items() if place.inside_id in found} - found:
            found |= more
        return {party_id for party_id, places in self.of.items() if found & set(places)}


def places() -> dict[int, Place]:
    """The streets, parks and carriers in use."""
    return {one.pk: one for one in Place.objects.filter(ended_on__isnull=True).order_by("kind", "code")}


def seats(known: Mapping[int, Place], day: date, party_ids: Collection[int] | None = None) -> Seats:
    """Who sits where on a day."""
    sitting = Tenancy.objects.filter(since__lte=day).filter(Q(until__isnull=True) | Q(until__gte=day))
    if party_ids is not None:
        sitting = sitting.filter(party__in=party_ids)
    found: dict[int, tuple[int, ...]] = {}
    for party_id, place_id in sitting.order_by("place__code").values_list("party_id", "place_id"):
        found[party_id] = (*found.get(party_id, ()), place_id)
    return Seats(known, found)


def wanting_none(party_ids: Collection[Any]) -> set[int]:
    """Who of them wants no invitations."""
    living = NoInvitations.objects.filter(ended_at__isnull=True)
    return set(living.values_list("party_id", flat=True)) & set(party_ids)
