"""Who holds a right: transfers as the office registered them, and claims to be the holder whom the register names."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from zhirong.base.refused import Refused
from zhirong.people import access
from zhirong.people.models import Party, Person
from zhirong.record import actions as record
from zhirong.record.models import File
from zhirong.registry import labels, queries, rules
from zhirong.registry.actions import deeds, entries, heirs, weights
from zhirong.registry.engine.facts import Act, EventKind
from zhirong.registry.models import Claim, Holding, RegisterEvent, Right
from zhirong.registry.records import WHOLE_PPM


@transaction.atomic
def transfer(
    who: Person,
    right: Right,
    to: Party,
    *,
    on: date,
    key: str,
    share_ppm: int = WHOLE_PPM,
    seller: Party | None = None,
    deal: rules.Deal = rules.PLAIN_DEAL,
    proof: File | None = None,
) -> RegisterEvent:
    """A registered transfer moves the title on its day of registration (专利法 第十条, N7). The same key is done once.

    `share_ppm` millionths of the whole go over, from `seller` or, when that is None, from all holders in proportion.
    """
    access.require(who, "registry.transfer")
    row = entries.locked(right)
    if done := _done(row, key):
        return done
    held = [one for one in queries.holdings_on(row, on) if seller is None or one.party_id == seller.pk]
    available_ppm = sum(one.share_ppm for one in held)
    if not 0 < share_ppm <= available_ppm:
        raise Refused("registry.share_not_held", share_ppm=share_ppm, held_ppm=available_ppm)
    weights.refuse_unless_free(row, Act.SELL, on, deal=deal)
    if any(one.party_id != to.pk for one in held):
        # Else the register named the buyer before the house did, and its record moved the title already.
        _hand_over(row, held, to, share_ppm=share_ppm, on=on)
    sellers = sorted({one.party.ref for one in held if one.party})
    said: dict[str, object] = {"key": key, "to": to.ref, "from": sellers, "share_ppm": share_ppm}
    entry = entries.write_entry(who, row, EventKind.TRANSFER, day=on, source="exchange", facts=said, file=proof)
    deeds.tell(
        "registry.transferred",
        row,
        who=who,
        to_party=to.ref,
        from_parties=sellers,
        share_ppm=share_ppm,
        on=on.isoformat(),
        key=key,
    )
    return entry


@transaction.atomic
def claim_right(who: Person, holding: Holding, party: Party, *, evidence: File) -> Claim:
    """A party says it is the holder named; the operator decides on the evidence. One open claim each."""
    access.require(who, "registry.claim_right", entries.OfParty(party.pk))
    row = entries.locked(holding.right)
    one = Holding.objects.select_for_update().get(pk=holding.pk)
    if one.party_id is not None:
        raise Refused("registry.holder_known_already", number=row.number)
    if open_claim := Claim.objects.filter(holding=one, party=party, state="waiting").first():
        return open_claim
    record.must_be_evidence(evidence)
    claim = Claim.objects.create(
        right=row, holding=one, party=party, asked_by=who, asked_at=record.now(), evidence=evidence
    )
    deeds.tell("registry.claimed", row, who=who, claim=claim.pk, party=party.ref)
    return claim


@transaction.atomic
def accept_claim(who: Person, claim: Claim, *, reason: str) -> Claim:
    """The evidence shows that the party is the holder; from now on it acts for the right."""
    one = _waiting(who, claim)
    holding = Holding.objects.select_for_update().get(pk=one.holding_id)
    if holding.party_id is not None:
        raise Refused("registry.holder_known_already", number=one.right.number)
    record.must_have_read(who, one.evidence)
    Holding.objects.filter(pk=holding.pk).update(party=one.party)
    return _decide(who, one, state="accepted", reason=reason)


@transaction.atomic
def refuse_claim(who: Person, claim: Claim, *, reason: str) -> Claim:
    """The evidence does not show it; the reason is told to whoever asked."""
    return _decide(who, _waiting(who, claim), state="refused", reason=reason)


def decide_claim(who: Person, claim: Claim, *, is_accepted: bool, reason: str) -> Claim:
    """The operator's decision from one form; both answers are deeds of their own."""
    return (accept_claim if is_accepted else refuse_claim)(who, claim, reason=reason)


@transaction.atomic
def decide_contest(who: Person, right: Right, *, is_followed: bool, reason: str) -> Right:
    """The operator looked at the office's register: the title follows its newer record, or stays where it is (N7)."""
    row = entries.locked(right)
    held = list(heirs.running([row.pk]).select_related("party"))
    access.require(who, "registry.decide_contest", entries.OfParty(None))
    for party_id in {one.party_id for one in held}:
        access.require(who, "registry.decide_contest", entries.OfParty(party_id))
    if not any(one.contested_at for one in held):
        raise Refused("registry.not_contested", number=row.number)
    why = rules.must_give_reason(reason)
    deeds.tell(
        "registry.contest_decided",
        row,
        who=who,
        to=heirs.members([one.party_id for one in held if one.party_id]),
        number=row.number,
        is_followed=is_followed,
        reason=why,
    )
    heirs.decide(who, row, held, said=queries.record_of(row) if is_followed else None)
    return row


def _waiting(who: Person, claim: Claim) -> Claim:
    access.require(who, "registry.decide_claim", claim)
    entries.locked(claim.right)
    one = Claim.objects.select_for_update(of=("self",)).select_related("right", "party", "asked_by").get(pk=claim.pk)
    if one.state != "waiting":
        raise Refused("registry.claim_decided", number=one.right.number, state=labels.of("claim", one.state))
    return one


def _decide(who: Person, claim: Claim, *, state: str, reason: str) -> Claim:
    claim.reason = rules.must_give_reason(reason)
    claim.state, claim.decided_by, claim.decided_at = state, who, record.now()
    claim.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    deeds.tell(
        "registry.claim_decided",
        claim.right,
        who=who,
        to=[claim.asked_by],
        claim=claim.pk,
        party=claim.party.ref,
        state=state,
        number=claim.right.number,
    )
    return claim


def _done(right: Right, key: str) -> RegisterEvent | None:
    """A transfer is named by its key, the settlement's own."""
    found = RegisterEvent.objects.filter(right=right, kind=str(EventKind.TRANSFER), facts__contains=f'"key": "{key}"')
    return found.first()


def _hand_over(right: Right, held: list[Holding], to: Party, *, share_ppm: int, on: date) -> None:
    """Each seller's holding ends; what is not sold goes on in a new one; the buyer's shares become one."""
    left_ppm, given_ppm = share_ppm, 0
    total_ppm = sum(one.share_ppm for one in held)
    for place, one in enumerate(held):
        is_last = place == len(held) - 1
        part_ppm = left_ppm if is_last else share_ppm * one.share_ppm // total_ppm
        left_ppm, given_ppm = left_ppm - part_ppm, given_ppm + part_ppm
        if part_ppm == 0:
            continue
        Holding.objects.filter(pk=one.pk).update(until=on, changed_at=record.now())
        if one.share_ppm > part_ppm:
            _open(right, one.name, one.party, share_ppm=one.share_ppm - part_ppm, position=one.position, on=on)
    known = Holding.objects.filter(right=right, party=to, until__isnull=True).first()
    if known is not None:
        given_ppm += known.share_ppm
        Holding.objects.filter(pk=known.pk).update(until=on, changed_at=record.now())
    place = known.position if known is not None else min(one.position for one in held)
    _open(right, to.name, to, share_ppm=given_ppm, position=place, on=on)


def _open(right: Right, name: str, party: Party | None, *, share_ppm: int, position: int, on: date) -> None:
    Holding.objects.create(
        right=right,
        name=name,
        party=party,
        share_ppm=share_ppm,
        position=position,
        since=on,
        changed_at=record.now(),
    )
