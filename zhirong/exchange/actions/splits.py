"""Who gets what of a deal's proceeds: co-owners by their shares, a pledgee first, or as an agreement says."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import lcm

from django.db import transaction
from django.db.models import Max, Sum

from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.exchange import listing_rules, rules
from zhirong.exchange.actions import money
from zhirong.exchange.actions.deals import locked_deal, persons_of
from zhirong.exchange.models import Deal, Share, Split
from zhirong.people import access
from zhirong.people.models import Party, Person
from zhirong.record import actions as record
from zhirong.record.models import File
from zhirong.registry import queries
from zhirong.registry.models import Encumbrance, Holding, Right
from zhirong.registry.records import WHOLE_PPM

PLEDGE = "pledge"
MOST_PARTS = 50
# How a proposal ends without standing, and the deed that says so.
ENDS = {"refused": "exchange.split_refused", "withdrawn": "exchange.split_withdrawn"}


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
    if not _all_of(deal.buyer_id, held):
        return held
    former: list[Holding] = []
    # Each record of the office ended the whole of the one before, so the youngest whole not the buyer's own sold.
    for one in right.holdings.select_related("party").filter(until__isnull=False).order_by("-pk"):
        former.append(one)
        if sum(each.share_ppm for each in former) >= WHOLE_PPM:
            if not _all_of(deal.buyer_id, former):
                return sorted(former, key=lambda each: (each.position, each.pk))
            former = []
    return held


def _all_of(party_id: int, held: Sequence[Holding]) -> bool:
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


def settle(deal: Deal, *, who: Person, day: date) -> list[Part]:
    """Pay everyone whose part is known, in the group that pays the fees, and keep what each one got."""
    if deal.splits.filter(state="proposed").exists():
        raise Refused("deal.split_unconfirmed", deal=deal.number)
    parts, now = of(deal, day), record.now()
    must_not_gain(who, {part.party.ref for part in parts if part.party})
    given = [(part.role, part.party.ref if part.party else "", part.amount_fen) for part in parts]
    _must_not_go_back(deal, given)
    if given:
        _must_fit_the_pledge(deal, given)
    shares = [
        Share(
            deal=deal,
            position=place,
            role=part.role,
            name=part.name,
            party=part.party,
            amount_fen=part.amount_fen,
            paid_at=None if part.waits or part.party is None else now,
        )
        for place, part in enumerate(parts)
    ]
    money.settle(deal, shares, who=who)
    Share.objects.bulk_create(shares)
    return parts


def waiting_fen(deal: Deal) -> int:
    """What of a settled deal's proceeds still lies in escrow."""
    return int(deal.shares.filter(paid_at=None).aggregate(all=Sum("amount_fen"))["all"] or 0)


def _to_divide_fen(deal: Deal) -> int:
    """What an agreement may divide: all of it before the settlement, what waits in escrow after it or a default."""
    if deal.state == "settled" or (deal.state == "defaulted" and waiting_fen(deal)):
        return waiting_fen(deal)
    if deal.state in ("defaulted", "annulled"):
        raise Refused("deal.not_now", state=deal.state, deed="split")
    return net_fen(deal)


@transaction.atomic
def propose_split(
    who: Person, deal_id: int, *, parts: Sequence[tuple[str, str, int]], reason: str, file: File | None = None
) -> Split:
    """The operator enters what contract or consent says: (role, party's ref, fen) of each, to the last fen."""
    deal = locked_deal(deal_id)
    access.require(who, "exchange.propose_split", deal)
    must_not_gain(who, {ref for _, ref, _ in parts})
    whole_fen = _to_divide_fen(deal)
    _must_add_up(parts, whole_fen)
    _must_not_go_back(deal, parts)
    _must_fit_the_pledge(deal, parts)
    said = json.dumps([{"role": role, "party": ref, "amount_fen": fen} for role, ref, fen in parts], sort_keys=True)
    why = listing_rules.must_be_text(reason, field="reason", most=1000)
    digest = hashlib.sha256(f"{said}\x1f{why}\x1f{file.sha256 if file else ''}".encode()).hexdigest()
    standing = deal.splits.filter(state__in=("proposed", "confirmed")).first()
    if standing is not None and standing.payload_hash == digest:
        return standing
    record.must_be_evidence(file)
    deal.splits.filter(state__in=("proposed", "confirmed")).update(state="replaced")
    made = Split.objects.create(
        deal=deal,
        parts=said,
        reason=why,
        file=file,
        payload_hash=digest,
        proposed_by=who,
        proposed_at=record.now(),
    )
    record.tell(
        "exchange.split_proposed",
        deal.topic,
        who=who,
        to=persons_of(deal),
        deal=deal.number,
        parts=[[role, ref, fen] for role, ref, fen in parts],
        payload_hash=digest,
    )
    return made


def _must_add_up(parts: Sequence[tuple[str, str, int]], whole_fen: int) -> None:
    given = sum(fen for _, _, fen in parts)
    bad = any(fen <= 0 for _, _, fen in parts) or {role for role, _, _ in parts} - {"owner", "pledgee"}
    if bad or not 0 < len(parts) <= MOST_PARTS or given != whole_fen or whole_fen == 0:
        raise Refused("deal.split_does_not_add_up", given_fen=given, whole_fen=whole_fen)
    refs = {ref for _, ref, _ in parts}
    if unknown := refs - set(Party.objects.filter(ref__in=refs).values_list("ref", flat=True)):
        raise Refused("deal.split_unknown_party", party=sorted(unknown)[0])


def _must_not_go_back(deal: Deal, parts: Sequence[tuple[str, str, int]]) -> None:
    """The buyer's own money does not return to it, unless it was a co-owner or a pledgee before (民法典 595, 308)."""
    if deal.buyer.ref not in {ref for _, ref, _ in parts}:
        return
    day = beijing_day(record.now())
    for item in deal.listing.items.select_related("right"):
        held = sold_by(deal, item.right, day)
        was_one_of_many = any(one.party_id == deal.buyer_id for one in held) and not _all_of(deal.buyer_id, held)
        pledges = [one for one in queries.weights_on(item.right, day) if one.kind == PLEDGE]
        if was_one_of_many or any(one.party_id == deal.buyer_id for one in pledges):
            return
    raise Refused("deal.part_for_the_buyer", deal=deal.number)


def _must_fit_the_pledge(deal: Deal, parts: Sequence[tuple[str, str, int]]) -> None:
    """Where a pledge weighs, the agreement names the pledgee: the price goes first to the debt (民法典 444)."""
    if deal.state == "defaulted":
        # A forfeited deposit is no price, and the right is still there for the pledge.
        return
    day = beijing_day(record.now())
    items = deal.listing.items.select_related("right")
    pledged = any(one.kind == PLEDGE for item in items for one in queries.weights_on(item.right, day))
    waits = deal.shares.filter(paid_at=None, role="pledgee").exists()
    if (pledged or waits) and not any(role == "pledgee" for role, _, _ in parts):
        raise Refused("deal.split_without_pledgee", deal=deal.number)


@transaction.atomic
def confirm_split(who: Person, deal_id: int, *, payload_hash: str) -> Split:
    """A second person confirms the agreement; of a settled deal it pays what waited in escrow."""
    deal = locked_deal(deal_id)
    found = deal.splits.select_for_update().filter(state__in=("proposed", "confirmed")).first()
    if found is None:
        raise Refused("deal.no_split", deal=deal.number)
    access.require(who, "exchange.confirm_split", found)
    parts = agreed_parts(found)
    must_not_gain(who, {part.party.ref for part in parts if part.party})
    if found.payload_hash != payload_hash:
        raise Refused("deal.split_changed", deal=deal.number)
    if found.state == "confirmed":
        return found
    given = [(one.role, one.party.ref if one.party else "", one.amount_fen) for one in parts]
    _must_add_up(given, _to_divide_fen(deal))
    _must_not_go_back(deal, given)
    # The pledge may be younger than the proposal.
    _must_fit_the_pledge(deal, given)
    found.state, found.confirmed_by, found.confirmed_at = "confirmed", who, record.now()
    found.save(update_fields=["state", "confirmed_by", "confirmed_at"])
    record.tell(
        "exchange.split_confirmed",
        deal.topic,
        who=who,
        to=persons_of(deal),
        deal=deal.number,
        payload_hash=payload_hash,
    )
    if deal.state in ("settled", "defaulted"):
        _pay_what_waited(deal, parts, who=who)
    return found


@transaction.atomic
def refuse_split(who: Person, deal_id: int, *, payload_hash: str, reason: str) -> Split:
    """A second person finds a fault in what was entered: it ends, and what stood before it stands again."""
    deal = locked_deal(deal_id)
    found = _proposed(deal, ended="refused")
    access.require(who, "exchange.confirm_split", found)
    must_not_gain(who, {part.party.ref for part in agreed_parts(found) if part.party})
    if found.payload_hash != payload_hash:
        raise Refused("deal.split_changed", deal=deal.number)
    return _end(deal, found, "refused", who=who, reason=reason)


@transaction.atomic
def withdraw_split(who: Person, deal_id: int, *, reason: str) -> Split:
    """The operator takes back what nobody confirmed yet; what stood before it stands again."""
    deal = locked_deal(deal_id)
    access.require(who, "exchange.propose_split", deal)
    return _end(deal, _proposed(deal, ended="withdrawn"), "withdrawn", who=who, reason=reason)


def _proposed(deal: Deal, *, ended: str) -> Split:
    """What waits for a second person, or what the same deed ended before."""
    rows = deal.splits.select_for_update()
    found = rows.filter(state="proposed").first() or rows.order_by("-pk").first()
    if found is None or found.state not in ("proposed", ended):
        raise Refused("deal.no_split", deal=deal.number)
    return found


def _end(deal: Deal, split: Split, state: str, *, who: Person, reason: str) -> Split:
    if split.state == state:
        return split
    why = listing_rules.must_be_text(reason, field="reason", most=1000)
    split.state = state
    split.save(update_fields=["state"])
    # One person alone does not undo what two agreed on: the agreement that the proposal replaced stands again.
    former = deal.splits.filter(state="replaced", confirmed_at__isnull=False).order_by("-pk").first()
    if former is not None:
        former.state = "confirmed"
        former.save(update_fields=["state"])
    record.tell(
        ENDS[state],
        deal.topic,
        who=who,
        to=persons_of(deal),
        deal=deal.number,
        payload_hash=split.payload_hash,
        reason=why,
        stands=former.payload_hash if former else "",
    )
    return split


def _pay_what_waited(deal: Deal, parts: Sequence[Part], *, who: Person) -> None:
    """Those entitled agree now: what waited in escrow goes to them."""
    deal.shares.filter(paid_at=None).delete()
    last = deal.shares.aggregate(last=Max("position"))["last"]
    first = 0 if last is None else last + 1
    rows = [
        Share(
            deal=deal,
            position=first + place,
            role=part.role,
            name=part.name,
            party=part.party,
            amount_fen=part.amount_fen,
            paid_at=record.now(),
        )
        for place, part in enumerate(parts)
    ]
    money.pay_shares(deal, rows, who=who)
    Share.objects.bulk_create(rows)


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
