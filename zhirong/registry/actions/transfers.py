"""Transfers that the office registered outside a deal of this house: one person enters the proof, another confirms."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from zhirong.base.refused import Refused
from zhirong.people import access
from zhirong.people.models import Party, Person
from zhirong.record import actions as record
from zhirong.record.models import File
from zhirong.registry import labels, queries, rules
from zhirong.registry.actions import deeds, entries, putting, titles
from zhirong.registry.models import Holding, Right, TransferEntry
from zhirong.registry.records import WHOLE_PPM

# Registry does not know who stands above it: whoever may hold a right hands down the question, "" means nobody.
HeldBy = Callable[[Right], str]


@dataclass(frozen=True, slots=True)
class Conveyance:
    """What the office's notice of the change of owner says; `seller` None: all holders in proportion."""

    to: Party
    on: date
    key: str
    share_ppm: int = WHOLE_PPM
    seller: Party | None = None

    def digest(self, right: Right, proof: File) -> str:
        """What the second person confirms: if any of it changes in between, the confirmation is refused (S3)."""
        seller = self.seller.ref if self.seller else ""
        said = (right.key, self.to.ref, self.on.isoformat(), self.key, str(self.share_ppm), seller, proof.sha256)
        return hashlib.sha256("\x1f".join(said).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class OfTransfer:
    """What access looks at: who entered it, who takes, and one of those who give."""

    entered_by_id: int | None
    to_id: int
    from_id: int | None


@transaction.atomic
def enter_transfer(who: Person, right: Right, said: Conveyance, *, proof: File | None, held: HeldBy) -> TransferEntry:
    """The operator enters the office's notice; the title stays where it is. The same key and notice twice is one."""
    row = entries.locked(right)
    _require(who, "registry.enter_transfer", row, to_id=said.to.pk, entered_by_id=None)
    if proof is None:
        raise Refused("registry.proof_missing", number=row.number)
    digest = said.digest(row, proof)
    known = TransferEntry.objects.filter(right=row, key=said.key).exclude(state="returned").first()
    if known is not None and known.payload_hash == digest:
        return known
    if known is not None:
        raise Refused("registry.transfer_key_used", key=said.key, number=row.number)
    record.must_be_evidence(proof)
    _refuse_unfit(row, said, held)
    one = TransferEntry.objects.create(
        right=row,
        to=said.to,
        seller=said.seller,
        on=said.on,
        key=said.key,
        share_ppm=said.share_ppm,
        proof=proof,
        payload_hash=digest,
        entered_by=who,
        entered_at=record.now(),
    )
    deeds.tell(
        "registry.transfer_entered",
        row,
        who=who,
        transfer=one.pk,
        number=row.number,
        to_party=said.to.ref,
        payload_hash=digest,
    )
    return one


@transaction.atomic
def confirm_transfer(who: Person, transfer: TransferEntry, *, payload_hash: str, held: HeldBy) -> TransferEntry:
    """A second person saw the same notice: the title moves on its day of registration (专利法 第十条, N7)."""
    one = _decidable(who, transfer)
    if one.state == "confirmed":
        return one
    _must_wait(one)
    said = Conveyance(one.to, one.on, one.key, one.share_ppm, one.seller)
    if payload_hash != one.payload_hash or said.digest(one.right, one.proof) != one.payload_hash:
        raise Refused("registry.transfer_changed", number=one.right.number)
    _refuse_unfit(one.right, said, held)
    record.must_have_read(who, one.proof)
    titles.transfer(
        who,
        one.right,
        one.to,
        on=one.on,
        key=one.key,
        share_ppm=one.share_ppm,
        seller=one.seller,
        deal=rules.Deal(to=(one.to.ref,)),
        proof=one.proof,
    )
    one.state, one.decided_by, one.decided_at = "confirmed", who, record.now()
    one.save(update_fields=["state", "decided_by", "decided_at"])
    return one


@transaction.atomic
def return_transfer(who: Person, transfer: TransferEntry, *, reason: str) -> TransferEntry:
    """The second person finds a fault in the notice; nothing moves, and it can be entered anew."""
    one = _decidable(who, transfer)
    _must_wait(one)
    one.reason = rules.must_give_reason(reason)
    one.state, one.decided_by, one.decided_at = "returned", who, record.now()
    one.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    deeds.tell(
        "registry.transfer_returned",
        one.right,
        who=who,
        to=[one.entered_by],
        transfer=one.pk,
        number=one.right.number,
        reason=one.reason,
    )
    return one


def may_confirm(who: access.Who, one: TransferEntry, held: Sequence[Holding]) -> bool:
    """Whether this person may look at the entry as the second one: for pages, which know the holdings of today."""
    things = _things(held, to_id=one.to_id, entered_by_id=one.entered_by_id)
    return all(access.may(who, "registry.confirm_transfer", thing) for thing in things)


def _things(held: Sequence[Holding], *, to_id: int, entered_by_id: int | None) -> list[OfTransfer]:
    return [OfTransfer(entered_by_id, to_id, party_id) for party_id in {one.party_id for one in held} | {None}]


def _require(who: Person, verb: str, right: Right, *, to_id: int, entered_by_id: int | None) -> None:
    """Neither of the two persons belongs to a side."""
    for thing in _things(queries.holdings_on(right, putting.today()), to_id=to_id, entered_by_id=entered_by_id):
        access.require(who, verb, thing)


def _decidable(who: Person, transfer: TransferEntry) -> TransferEntry:
    """The entry under its right's lock, for a checker who did not enter it."""
    row = entries.locked(transfer.right)
    found = TransferEntry.objects.select_for_update(of=("self",))
    one = found.select_related("right", "to", "seller", "proof", "entered_by").get(pk=transfer.pk)
    _require(who, "registry.confirm_transfer", row, to_id=one.to_id, entered_by_id=one.entered_by_id)
    return one


def _must_wait(one: TransferEntry) -> None:
    if one.state != "entered":
        state = labels.of("transfer", one.state)
        raise Refused("registry.transfer_decided", number=one.right.number, state=state)


def _refuse_unfit(right: Right, said: Conveyance, held: HeldBy) -> None:
    """A taker that nobody verified (N31), a day to come, or a right that a listing or a deal holds (N7)."""
    if said.to.verified_at is None:
        raise Refused("registry.taker_not_verified", party=said.to.name)
    if said.on > putting.today():
        raise Refused("registry.day_to_come", day=said.on)
    if by := held(right):
        raise Refused("registry.held_by_a_deal", number=right.number, by=by)
