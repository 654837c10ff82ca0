"""The division of a deal's proceeds: an agreement entered and lifted by two persons each, and what it pays."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max, Sum

from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.exchange import listing_rules
from zhirong.exchange.actions import entitled, money
from zhirong.exchange.actions.deals import locked_deal, persons_of
from zhirong.exchange.models import Deal, Share, Split
from zhirong.people import access
from zhirong.people.models import Party, Person
from zhirong.record import actions as record
from zhirong.record.models import File

MOST_PARTS = 50
# What an agreement is lifted with: a proposal that names nobody, after which the register's division holds again.
NOBODY = "[]"
# How a proposal ends without standing, and the deed that says so.
ENDS = {"refused": "exchange.split_refused", "withdrawn": "exchange.split_withdrawn"}


def settle(deal: Deal, *, who: Person, day: date) -> list[entitled.Part]:
    """Pay everyone whose part is known, in the group that pays the fees, and keep what each one got."""
    if deal.splits.filter(state="proposed").exists():
        raise Refused("deal.split_unconfirmed", deal=deal.number)
    parts, now = entitled.of(deal, day), record.now()
    entitled.must_not_gain(who, {part.party.ref for part in parts if part.party})
    given = [(part.role, part.party.ref if part.party else "", part.amount_fen) for part in parts]
    _must_not_go_back(deal, given)
    if given:
        _must_fit_the_pledge(deal, given)
    shares = entitled.shares(deal, parts, now=now)
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
    return entitled.net_fen(deal)


@transaction.atomic
def propose_split(
    who: Person, deal_id: int, *, parts: Sequence[tuple[str, str, int]], reason: str, file: File | None = None
) -> Split:
    """The operator enters what contract or consent says: (role, party's ref, fen) of each, to the last fen."""
    deal = locked_deal(deal_id)
    access.require(who, "exchange.propose_split", deal)
    entitled.must_not_gain(who, {ref for _, ref, _ in parts})
    whole_fen = _to_divide_fen(deal)
    _must_add_up(parts, whole_fen)
    _must_not_go_back(deal, parts)
    _must_fit_the_pledge(deal, parts)
    said = json.dumps([{"role": role, "party": ref, "amount_fen": fen} for role, ref, fen in parts], sort_keys=True)
    made, is_new = _propose(who, deal, said, reason=reason, file=file)
    if is_new:
        told = [[role, ref, fen] for role, ref, fen in parts]
        _tell(who, "exchange.split_proposed", deal, parts=told, payload_hash=made.payload_hash)
    return made


@transaction.atomic
def propose_lift(who: Person, deal_id: int, *, reason: str, file: File | None = None) -> Split:
    """The operator says why a confirmed agreement no longer holds; it holds until a second person agrees."""
    deal = locked_deal(deal_id)
    access.require(who, "exchange.propose_split", deal)
    if deal.state in ("settled", "defaulted", "annulled"):
        raise Refused("deal.split_paid", deal=deal.number)
    standing = deal.splits.filter(state__in=("proposed", "confirmed")).first()
    if standing is None or (standing.state == "proposed" and standing.parts != NOBODY):
        raise Refused("deal.no_agreement", deal=deal.number)
    entitled.must_not_gain(who, {part.party.ref for part in entitled.agreed_parts(standing) if part.party})
    made, is_new = _propose(who, deal, NOBODY, reason=reason, file=file)
    if is_new:
        _tell(who, "exchange.split_lift_proposed", deal, payload_hash=made.payload_hash, reason=made.reason)
    return made


def _tell(who: Person, kind: str, deal: Deal, **facts: Any) -> None:
    """Both sides hear of it, each time with the hash by which the division is known."""
    record.tell(kind, deal.topic, who=who, to=persons_of(deal), deal=deal.number, **facts)


def _propose(who: Person, deal: Deal, said: str, *, reason: str, file: File | None) -> tuple[Split, bool]:
    """What waits for a second person from now on, in the place of what stood; the same again is the same."""
    why = listing_rules.must_be_text(reason, field="reason", most=1000)
    digest = hashlib.sha256(f"{said}\x1f{why}\x1f{file.sha256 if file else ''}".encode()).hexdigest()
    standing = deal.splits.filter(state__in=("proposed", "confirmed")).first()
    if standing is not None and standing.payload_hash == digest:
        return standing, False
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
    return made, True


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
        held = entitled.sold_by(deal, item.right, day)
        if any(one.party_id == deal.buyer_id for one in held) and not entitled.all_of(deal.buyer_id, held):
            return
    if any(one.party_id == deal.buyer_id for one in entitled.pledges_on(deal, day)):
        return
    raise Refused("deal.part_for_the_buyer", deal=deal.number)


def _must_fit_the_pledge(deal: Deal, parts: Sequence[tuple[str, str, int]]) -> None:
    """Where a pledge weighs, the agreement names the pledgee and nobody else as one (民法典 444: the debt first)."""
    pledges = entitled.pledges_on(deal, beijing_day(record.now()))
    waiting = list(deal.shares.filter(paid_at=None, role="pledgee"))
    # A pledge may have ended at the office since the settlement; the part that waits still tells whose it was.
    known = {one.party_id for one in pledges} | {one.party_id for one in waiting}
    names = {one.in_favour_of for one in pledges} | {name for one in waiting for name in one.name.split("、")}
    for party in Party.objects.filter(ref__in={ref for role, ref, _ in parts if role == "pledgee"}):
        if party.pk not in known and party.name not in names:
            pledgees = "、".join(sorted(names - {""})) or "–"
            raise Refused("deal.not_the_pledgee", deal=deal.number, party=party.name, pledgees=pledgees)
    # A forfeited deposit is no price, and the right is still there for the pledge.
    is_price = deal.state != "defaulted"
    if is_price and (pledges or waiting) and not any(role == "pledgee" for role, _, _ in parts):
        raise Refused("deal.split_without_pledgee", deal=deal.number)


@transaction.atomic
def confirm_split(who: Person, deal_id: int, *, payload_hash: str) -> Split:
    """A second person confirms the agreement, or its end; of a settled deal it pays what waited in escrow."""
    deal = locked_deal(deal_id)
    rows = deal.splits.select_for_update()
    lifted = rows.filter(state="lifted", parts=NOBODY, payload_hash=payload_hash)
    found = rows.filter(state__in=("proposed", "confirmed")).first() or lifted.first()
    access.require(who, "exchange.confirm_split", found or Split(deal=deal))
    if found is None:
        raise Refused("deal.no_split", deal=deal.number)
    parts = entitled.agreed_parts(found)
    entitled.must_not_gain(who, {part.party.ref for part in parts if part.party})
    if found.payload_hash != payload_hash:
        raise Refused("deal.split_changed", deal=deal.number)
    if found.state != "proposed":
        return found
    record.must_have_read(who, found.file)
    if found.parts == NOBODY:
        return _lift(deal, found, who=who)
    given = [(one.role, one.party.ref if one.party else "", one.amount_fen) for one in parts]
    _must_add_up(given, _to_divide_fen(deal))
    _must_not_go_back(deal, given)
    # The pledge may be younger than the proposal.
    _must_fit_the_pledge(deal, given)
    found.state, found.confirmed_by, found.confirmed_at = "confirmed", who, record.now()
    found.save(update_fields=["state", "confirmed_by", "confirmed_at"])
    _tell(who, "exchange.split_confirmed", deal, payload_hash=payload_hash)
    if deal.state in ("settled", "defaulted"):
        _pay_what_waited(deal, parts, who=who)
    return found


def _lift(deal: Deal, found: Split, *, who: Person) -> Split:
    """No agreement stands any more, nor comes back when a later proposal ends: the register's division holds."""
    if deal.state in ("settled", "defaulted", "annulled"):
        raise Refused("deal.split_paid", deal=deal.number)
    former = deal.splits.filter(state="replaced", confirmed_at__isnull=False)
    for split in former:
        entitled.must_not_gain(who, {part.party.ref for part in entitled.agreed_parts(split) if part.party})
    former.update(state="lifted")
    found.state, found.confirmed_by, found.confirmed_at = "lifted", who, record.now()
    found.save(update_fields=["state", "confirmed_by", "confirmed_at"])
    _tell(who, "exchange.split_lifted", deal, payload_hash=found.payload_hash)
    return found


@transaction.atomic
def refuse_split(who: Person, deal_id: int, *, payload_hash: str, reason: str) -> Split:
    """A second person finds a fault in what was entered: it ends, and what stood before it stands again."""
    deal = locked_deal(deal_id)
    found = _proposed(deal, ended="refused")
    access.require(who, "exchange.confirm_split", found or Split(deal=deal))
    if found is None:
        raise Refused("deal.no_split", deal=deal.number)
    entitled.must_not_gain(who, {part.party.ref for part in entitled.agreed_parts(found) if part.party})
    if found.payload_hash != payload_hash:
        raise Refused("deal.split_changed", deal=deal.number)
    return _end(deal, found, "refused", who=who, reason=reason)


@transaction.atomic
def withdraw_split(who: Person, deal_id: int, *, reason: str) -> Split:
    """The operator takes back what nobody confirmed yet; what stood before it stands again."""
    deal = locked_deal(deal_id)
    access.require(who, "exchange.propose_split", deal)
    found = _proposed(deal, ended="withdrawn")
    if found is None:
        raise Refused("deal.no_split", deal=deal.number)
    return _end(deal, found, "withdrawn", who=who, reason=reason)


def _proposed(deal: Deal, *, ended: str) -> Split | None:
    """What waits for a second person, or what the same deed ended before."""
    rows = deal.splits.select_for_update()
    found = rows.filter(state="proposed").first() or rows.order_by("-pk").first()
    return found if found is not None and found.state in ("proposed", ended) else None


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
    stands = former.payload_hash if former else ""
    _tell(who, ENDS[state], deal, payload_hash=split.payload_hash, reason=why, stands=stands)
    return split


def _pay_what_waited(deal: Deal, parts: Sequence[entitled.Part], *, who: Person) -> None:
    """Those entitled agree now: what waited in escrow goes to them."""
    deal.shares.filter(paid_at=None).delete()
    last = deal.shares.aggregate(last=Max("position"))["last"]
    first = 0 if last is None else last + 1
    rows = entitled.shares(deal, parts, now=record.now(), first=first)
    money.pay_shares(deal, rows, who=who)
    Share.objects.bulk_create(rows)
