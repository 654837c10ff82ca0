"""Who is entitled to a deal's proceeds: as agreed and confirmed, else as the register and the law say."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import lcm

from zhirong.base.refused import Refused
from zhirong.exchange import rules
from zhirong.exchange.models import Deal, Share, Split
from zhirong.people import access
from zhirong.people.models import Party, Person
from zhirong.registry import queries
from zhirong.registry.models import Encumbrance, Holding, Right
from zhirong.registry.records import WHOLE_PPM

PLEDGE = "pledge"


@dataclass(frozen=True, slots=True)
class Part:
    """One share of the proceeds; one without a party, or `waits`, stays in escrow until those entitled agree."""

    role: str
    name: str
    party: Party | None
    amount_fen: int
    waits: bool = False


def net_fen(deal: Deal) -> int:
    """What is left for the sellers' side: the price less its fee."""
    return deal.price_fen - deal.seller_fee_fen


def of(deal: Deal, day: date) -> list[Part]:
    """The division of the proceeds on a day: as agreed and confirmed, else as the register and the law say."""
    agreed = deal.splits.filter(state="confirmed").first()
    return agreed_parts(agreed) if agreed is not None else by_register(deal, day)


def agreed_parts(split: Split) -> list[Part]:
    """The parts of an agreement."""
    rows = json.loads(split.parts)
    known = {party.ref: party for party in Party.objects.filter(ref__in=[row["party"] for row in rows])}
    return [
        Part(row["role"], known[row["party"]].name, known[row["party"]], row["amount_fen"])
        for row in rows
        if row["amount_fen"]
    ]


def shares(deal: Deal, parts: Sequence[Part], *, now: datetime, first: int = 0) -> list[Share]:
    """What each one gets, not yet saved: paid now, or waiting in escrow."""
    return [
        Share(
            deal=deal,
            position=first + place,
            role=part.role,
            name=part.name,
            party=part.party,
            amount_fen=part.amount_fen,
            paid_at=None if part.waits or part.party is None else now,
        )
        for place, part in enumerate(parts)
    ]


def pledges_on(deal: Deal, day: date) -> list[Encumbrance]:
    """The pledges that weigh on the rights of a deal."""
    items = deal.listing.items.select_related("right")
    return [one for item in items for one in queries.weights_on(item.right, day) if one.kind == PLEDGE]


def by_register(deal: Deal, day: date) -> list[Part]:
    """Every right weighs the same; within it each co-owner by its share. What a pledge secures waits (民法典 444)."""
    rights = [item.right for item in deal.listing.items.select_related("right").order_by("position")]
    free: list[tuple[Right, list[Holding]]] = []
    pledges: list[Encumbrance] = []
    for right in rights:
        found = [one for one in queries.weights_on(right, day) if one.kind == PLEDGE]
        pledges += found
        if not found:
            free.append((right, sold_by(deal, right, day)))
    free_fen, pledged_fen = rules.split_fen(net_fen(deal), [len(free), len(rights) - len(free)])
    parts = [_pledged(pledges, pledged_fen)] if pledged_fen else []
    return parts + by_shares([held for _, held in free], free_fen)


def sold_by(deal: Deal, right: Right, day: date) -> list[Holding]:
    """Who sold a right: where the office named the buyer before the settlement, those who held until then (N7)."""
    held = queries.holdings_on(right, day)
    if not all_of(deal.buyer_id, held):
        return held
    former: list[Holding] = []
    # Each record of the office ended the whole of the one before, so the youngest whole not the buyer's own sold.
    for one in right.holdings.select_related("party").filter(until__isnull=False).order_by("-pk"):
        former.append(one)
        if sum(each.share_ppm for each in former) >= WHOLE_PPM:
            if not all_of(deal.buyer_id, former):
                return sorted(former, key=lambda each: (each.position, each.pk))
            former = []
    return held


def all_of(party_id: int, held: Sequence[Holding]) -> bool:
    return bool(held) and all(one.party_id == party_id for one in held)


def _pledged(pledges: Sequence[Encumbrance], amount_fen: int) -> Part:
    """Nobody but pledgor and pledgee knows the debt: until they agree the money is deposited (民法典 444, E27)."""
    names = list(dict.fromkeys(one.in_favour_of or (one.party.name if one.party else "") for one in pledges))
    parties = {one.party_id: one.party for one in pledges}
    only = next(iter(parties.values())) if len(parties) == 1 else None
    return Part("pledgee", "、".join(names)[:200], only, amount_fen, waits=True)


def by_shares(rights: Sequence[Sequence[Holding]], amount_fen: int) -> list[Part]:
    """Each right's part by its holders' shares; a holder of several rights gets one sum."""
    if not amount_fen:
        return []
    whole = lcm(*(sum(one.share_ppm for one in held) for held in rights))
    weights: dict[tuple[int | None, str], int] = {}
    parties: dict[tuple[int | None, str], Holding] = {}
    for held in rights:
        times = whole // sum(one.share_ppm for one in held)
        for one in held:
            key = (one.party_id, "" if one.party_id else one.name)
            weights[key] = weights.get(key, 0) + one.share_ppm * times
            parties.setdefault(key, one)
    amounts = rules.split_fen(amount_fen, list(weights.values()))
    return [
        Part("owner", one.party.name if one.party else one.name, one.party, amount)
        for one, amount in zip(parties.values(), amounts, strict=True)
        if amount
    ]


def must_not_gain(person: Person, refs: set[str]) -> None:
    """Nobody settles or divides money that goes to a party which he or she acts for (four eyes, not_for)."""
    standing = access.standing_of(person)
    own = standing.parties if standing else frozenset()
    if own and Party.objects.filter(ref__in=refs, pk__in=own).exists():
        verb = access.verbs()["exchange.confirm_split"]
        raise Refused("people.own_party", verb={"zh": verb.zh, "en": verb.en})


def told(parts: Sequence[Part]) -> list[Mapping[str, object]]:
    """The division as the record and the certificate tell it: parties by their refs, no names."""
    return [
        {
            "role": part.role,
            "party": part.party.ref if part.party else "",
            "amount_fen": part.amount_fen,
            "waits": part.waits or part.party is None,
        }
        for part in parts
    ]
