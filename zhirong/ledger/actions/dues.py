"""Payouts that are due: money that a rule set sends back to its owner by an instant, until the bank has paid it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F, Sum

from zhirong.base.refused import Refused
from zhirong.ledger import rules
from zhirong.ledger.actions import earmarks, owners, payouts, transfers
from zhirong.ledger.models import Account, Due, Payout
from zhirong.people import access
from zhirong.people.actions import secrets
from zhirong.people.models import Party, Person, RoleGrant, Secret
from zhirong.record import actions as record

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# Why of money that came for no open purpose and was matched to its party by two persons.
PAID_IN: Final = "matched"
# Why of money that came to its party from another: the bank knows no account that it could go back to.
FIRST_TIME: Final = ("proceeds", "forfeit", PAID_IN)
OFFICE: Final = ("operator", "checker")
# So many in one call of the clock or of a batch: each is a short transaction of its own.
MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Owed:
    """What becomes due: its key names it once and for all."""

    key: str
    topic: str
    why: str
    party: Party
    amount_fen: int
    due_at: datetime


def owe(owed: Sequence[Owed]) -> list[Due]:
    """Set down what is due, in the transaction that makes it due; the same key again is the same due."""
    known = set(Due.objects.filter(key__in=[one.key for one in owed]).values_list("key", flat=True))
    fresh = [one for one in owed if one.key not in known and one.amount_fen > 0]
    if not fresh:
        return []
    now, paths = record.now(), {one.key: rules.available(one.party.ref) for one in fresh}
    transfers.open_accounts(paths.values())
    accounts = {one.path: one for one in Account.objects.filter(path__in=paths.values())}
    rows = [
        Due(
            key=one.key,
            topic=one.topic,
            why=one.why,
            party=one.party,
            account=accounts[paths[one.key]],
            amount=one.amount_fen,
            made_at=now,
            due_at=one.due_at,
        )
        for one in fresh
    ]
    members = owners.persons_of({one.party.pk for one in fresh})
    made = Due.objects.bulk_create(rows)
    record.tell_many(_deed_of(one, members[one.party_id], at=now) for one in made)
    first_time = [one for one in made if one.why in FIRST_TIME]
    kept = Secret.objects.filter(kind=secrets.ACCOUNT, party__in=[one.party_id for one in first_time])
    with_account = set(kept.values_list("party", flat=True))
    without = [one for one in first_time if one.party_id not in with_account]
    record.tell_many(_without_account(one, members[one.party_id], at=now) for one in without)
    return made


def _without_account(due: Due, to: Iterable[Person], *, at: datetime) -> record.Deed:
    refs = tuple(person.ref for person in to)
    facts = {"due": due.key, "party": due.party.ref, "amount_fen": due.amount}
    kind = "ledger.account_missing"
    return record.Deed(kind=kind, topic=due.topic, who_ref="house", at=at, facts=facts, to=refs)


def _deed_of(due: Due, to: Iterable[Person], *, at: datetime) -> record.Deed:
    facts = {
        "due": due.key,
        "party": due.party.ref,
        "why": due.why,
        "amount_fen": due.amount,
        "due_at": due.due_at.isoformat(),
    }
    refs = tuple(person.ref for person in to)
    return record.Deed(kind="ledger.payout_due", topic=due.topic, who_ref="house", at=at, facts=facts, to=refs)


def office() -> list[Person]:
    """Operators and checkers, who are answerable for a term that the house lets pass."""
    held = RoleGrant.objects.filter(role__in=OFFICE, confirmed_at__isnull=False, ended_at__isnull=True)
    return list(Person.objects.filter(pk__in=held.values("person"), is_active=True).order_by("pk"))


def locked(key: str) -> Due:
    """One due under lock, the book before it as everywhere that money may move."""
    transfers.lock_book()
    found = Due.objects.select_for_update(of=("self",)).select_related("party", "account").filter(key=key).first()
    if found is None:
        raise Refused("ledger.due_unknown", due=key[:60])
    return found


def free_fen(account: Account) -> int:
    """What nothing holds of an account and no payment code brought for a purpose that still waits."""
    return earmarks.free_fen(account.path)


@transaction.atomic
def shrink(party: Party) -> None:
    """Money that went into another bid is no longer due: what was left for bids gives way first, then the latest."""
    account = Account.objects.filter(path=rules.available(party.ref)).first()
    waiting = Due.objects.select_for_update(of=("self",)).filter(account=account, state__in=("due", "kept"))
    rows = sorted(waiting.select_related("party"), key=_turn) if account else []
    if account is None or not rows:
        return
    for one, cut in _cuts(rows, sum(one.left for one in rows) - free_fen(account)):
        one.used += cut
        if one.left == 0:
            one.state = "used"
        one.save(update_fields=["used", "state"])
        record.tell(
            "ledger.payout_used",
            one.topic,
            who=None,
            due=one.key,
            party=one.party.ref,
            amount_fen=cut,
            left_fen=one.left,
        )


def _turn(due: Due) -> tuple[bool, bool, timedelta, int]:
    """In which turn money gives way: left for further bids, paid in for no purpose, and then what is due last."""
    return due.state != "kept", due.why != PAID_IN, -(due.due_at - EPOCH), -due.pk


def promised(paths: Iterable[str]) -> dict[str, int]:
    """What of some accounts was used once and is to go back to its owner, who did not leave it for further bids.

    What two persons matched is money that its payer sent to be used: it serves what the payer owes first.
    """
    rows = Due.objects.filter(account__path__in=set(paths), state="due").exclude(why=PAID_IN)
    sums = rows.values_list("account__path").annotate(rest=Sum(F("amount") - F("used")))
    return {path: int(rest) for path, rest in sums}


def _cuts(rows: Sequence[Due], missing: int) -> Iterator[tuple[Due, int]]:
    """How much of each gives way, in their order, until nothing is missing."""
    for one in rows:
        if missing <= 0:
            return
        cut = min(missing, one.left)
        missing -= cut
        yield one, cut


def would_use(party: Party, amount_fen: int, *, of_free_fen: int) -> list[tuple[Due, int]]:
    """What of the money that is to be repaid to a party would go into a bid of this amount, without doing it."""
    path = rules.available(party.ref)
    rows = sorted(Due.objects.filter(account__path=path, state__in=("due", "kept")), key=_turn)
    found = _cuts(rows, sum(one.left for one in rows) - (of_free_fen - amount_fen))
    return [(one, cut) for one, cut in found if one.state == "due"]


def prepare(who: Person, keys: Sequence[str]) -> list[Payout]:
    """Make the payouts of what is due, each in a short transaction of its own; a repeat makes none twice."""
    access.require(who, "ledger.make_payout")
    if not keys:
        raise Refused("ledger.nothing_chosen")
    made = [_prepare_one(who, key) for key in dict.fromkeys(keys[:MOST])]
    return [one for one in made if one is not None]


@transaction.atomic
def _prepare_one(who: Person, key: str) -> Payout | None:
    """The maker's half of one payout to the party's own verified account; none where other bids used all of it.

    One that was made for another account than the party's, and waits for a check that it cannot pass, is made anew.
    """
    due = locked(key)
    # Read, and locked, before anything is told: whoever changes an account locks it and then tells.
    seen = secrets.account_print(due.party.ref)
    made = due.payout if due.state == "made" else None
    if made is not None and (made.state != "made" or made.account_print == seen):
        return made
    if due.state not in ("due", "made"):
        raise Refused("ledger.due_not_open", state=due.state)
    if due.party.verified_at is None:
        raise Refused("ledger.payee_not_verified", payee=due.party.name)
    if due.why in FIRST_TIME and not seen:
        raise Refused("ledger.payee_without_account", payee=due.party.name)
    if made is not None:
        payouts.void(who, made)
    shrink(due.party)
    due.refresh_from_db()
    if due.left == 0:
        return None
    due.tries += 1
    due.payout = payouts.make_payout(
        who,
        id=f"due-{due.pk}-{due.tries}",
        account=due.account.path,
        payee=due.party.name,
        amount_fen=due.left,
        topic=due.topic,
    )
    due.state = "made"
    due.save(update_fields=["payout", "state", "tries"])
    return due.payout


def check(who: Person, payout_ids: Sequence[str]) -> list[Payout]:
    """The checker's word for many payouts, each in a short transaction of its own; one checked before stays so."""
    access.require(who, "ledger.check_payout")
    if not payout_ids:
        raise Refused("ledger.nothing_chosen")
    asked = list(dict.fromkeys(payout_ids[:MOST]))
    waiting = set(Payout.objects.filter(pk__in=asked, state="made").values_list("pk", flat=True))
    return [payouts.check_payout(who, one) for one in asked if one in waiting]


@transaction.atomic
def keep(who: Person, key: str) -> Due:
    """The party leaves the money with the custody bank for further bids; nobody need pay it out."""
    due = locked(key)
    access.require(who, "ledger.keep_money", due)
    if due.state == "kept":
        return due
    if due.state != "due":
        raise Refused("ledger.due_not_open", state=due.state)
    due.state = "kept"
    due.save(update_fields=["state"])
    record.tell("ledger.payout_kept", due.topic, who=who, due=due.key, party=due.party.ref, amount_fen=due.left)
    return due


@transaction.atomic
def claim(who: Person, key: str, *, due_at: datetime) -> Due:
    """The party asks for money that it had left; its term, which the rule set gives, runs again from now."""
    due = locked(key)
    access.require(who, "ledger.keep_money", due)
    if due.state == "due":
        return due
    if due.state != "kept":
        raise Refused("ledger.due_not_open", state=due.state)
    due.state, due.due_at = "due", due_at
    due.save(update_fields=["state", "due_at"])
    record.tell(
        "ledger.payout_claimed",
        due.topic,
        who=who,
        due=due.key,
        party=due.party.ref,
        amount_fen=due.left,
        due_at=due_at.isoformat(),
    )
    return due


def note_paid(done: Sequence[Payout], *, at: datetime) -> None:
    """The bank says that these payouts left: what was due is paid, and its party is told."""
    rows = list(Due.objects.filter(payout__in=done).select_related("party", "payout").order_by("pk"))
    Due.objects.filter(pk__in=[one.pk for one in rows]).update(state="paid", paid_at=at)
    members = owners.persons_of({one.party_id for one in rows})
    record.tell_many(
        record.Deed(
            kind="ledger.due_paid",
            topic=one.topic,
            who_ref="house",
            at=at,
            facts={
                "due": one.key,
                "party": one.party.ref,
                "payout": one.payout.pk if one.payout else "",
                "amount_fen": one.left,
            },
            to=tuple(person.ref for person in members[one.party_id]),
        )
        for one in rows
    )


def overdue(now: datetime) -> list[str]:
    """What should have left and of which nobody was told yet, earliest first."""
    late = Due.objects.filter(state__in=("due", "made"), due_at__lt=now, overdue_at=None)
    return list(late.order_by("due_at", "pk").values_list("key", flat=True)[:MOST])


@transaction.atomic
def tell_overdue(key: str, *, about: str) -> Due:
    """A term that passed: the office is told to act and the party that it waits for the house, each once.

    `about` is the number of the listing or the deal.
    """
    due, now = locked(key), record.now()
    if due.state not in ("due", "made") or due.overdue_at is not None or due.due_at >= now:
        return due
    due.overdue_at = now
    due.save(update_fields=["overdue_at"])
    told = {"ledger.payout_overdue": office(), "ledger.payment_late": owners.persons_of([due.party_id])[due.party_id]}
    for kind, to in told.items():
        record.tell(
            kind,
            due.topic,
            who=None,
            to=to,
            due=due.key,
            party=due.party.ref,
            about=about,
            amount_fen=due.left,
            due_at=due.due_at.isoformat(),
        )
    return due
