"""Payments out: made by one person, checked by another, sent to the bank, done when a statement says so."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Final

from django.db import transaction

from zhirong.base.refused import Refused
from zhirong.ledger import bank as banks
from zhirong.ledger import rules
from zhirong.ledger.actions import earmarks, owners, transfers
from zhirong.ledger.book import Order
from zhirong.ledger.models import Account, BankFile, BankLine, Due, Payout, Reconciliation
from zhirong.people import access
from zhirong.people.actions import secrets
from zhirong.people.models import Person, Secret
from zhirong.record import actions as record

# So many in one instruction file and its transaction. Each reads an account in full and tells it, some 4 ms: the write
# lock is held for a few hundredths of a second, and a bid waits no longer.
MOST_IN_A_FILE: Final = 10
MOST_FILES: Final = 50
VOID: Final = "account_changed"
TOPIC: Final = re.compile(r"[a-z_]+:[0-9a-z]{1,32}")
# Gives what each of some payouts is for.
Say = Callable[[Sequence[Payout]], Mapping[str, str]]


def payload_hash(
    *, id: str, account: str, payee: str, amount: int, currency: str, topic: str, bank_account: str
) -> str:
    """What the maker signs for and the checker sees, with the bank account's fingerprint: any change voids the payout.

    A payout to a payee without an account on file is hashed as all were before accounts were told to the bank.
    """
    parts = (id, account, payee, str(amount), currency, topic, *([bank_account] if bank_account else []))
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def hash_of(payout: Payout) -> str:
    """The hash of a payout as it stands now."""
    return payload_hash(
        id=payout.id,
        account=payout.account.path,
        payee=payout.payee,
        amount=payout.amount,
        currency=payout.currency,
        topic=payout.topic,
        bank_account=payout.account_print,
    )


def account_changed(payout: Payout, prints: Mapping[str, str]) -> bool:
    """Whether the payee's bank account is another than the one the payout was made for."""
    return prints.get(owners.owner_of(payout.account.path), "") != payout.account_print


@transaction.atomic
def make_payout(
    who: Person | None, *, id: str, account: str, payee: str, amount_fen: int, topic: str, bank: str = rules.BANK
) -> Payout:
    """Make a payout and hold its money; the same id again is the same payout.

    The payee is what another deed read of the books (`dues`, `free_payouts`, `return_to_payer`); nobody types it.
    Without a person the house makes it where a rule says so (a loser's refund); a person checks it all the same.
    """
    if who is not None:
        access.require(who, "ledger.make_payout")
    if not rules.may_be_paid_out(account):
        raise Refused("ledger.not_payable", path=account)
    transfers.lock_book()
    found = Payout.objects.select_related("account").filter(pk=id).first()
    # The same request again is the same payout, whatever became of the account since.
    seen = found.account_print if found is not None else secrets.account_print(owners.owner_of(account))
    fresh = payload_hash(
        id=id, account=account, payee=payee, amount=amount_fen, currency="CNY", topic=topic, bank_account=seen
    )
    if found is not None:
        if found.payload_hash != fresh:
            raise Refused("ledger.id_used", id=id, path=account)
        return found
    if amount_fen <= 0:
        raise Refused("ledger.not_positive")
    earmarks.must_be_beyond(account, amount_fen)
    transfers.open_accounts([rules.transit(bank)])
    held = Order(hold_id(id), account, rules.transit(bank), amount_fen, kind="payout")
    transfers.hold(who, held, topic=topic)
    payout = Payout.objects.create(
        id=id,
        topic=topic,
        account=Account.objects.get(path=account),
        payee=payee,
        amount=amount_fen,
        account_print=seen,
        payload_hash=fresh,
        made_by=who,
        made_at=record.now(),
    )
    record.tell("ledger.payout_made", topic, who=who, payout=id, amount_fen=amount_fen, account=account, payload=fresh)
    return payout


def hold_id(payout_id: str) -> str:
    """The hold of a payout's money; bounded, so that any payout's id gives one."""
    plain = f"out:{payout_id}"
    return plain if len(plain) <= 60 else f"out:{hashlib.sha256(plain.encode()).hexdigest()[:48]}"


@transaction.atomic
def check_payout(who: Person, payout_id: str) -> Payout:
    """The second person's word. Nothing leaves while bank and books differ (I11)."""
    access.require(who, "ledger.check_payout")
    payout = waiting(payout_id)
    if payout.made_by is not None:
        rules.require_two_persons(payout.made_by.ref, who.ref)
    owner = owners.owner_of(payout.account.path)
    if hash_of(payout) != payout.payload_hash or account_changed(payout, secrets.account_prints([owner])):
        raise Refused("ledger.payout_changed", id=payout_id)
    secrets.must_have_rested(owner)
    require_even()
    key = hold_id(payout_id)
    transfers.post(who, key, id=f"{key}:go", topic=payout.topic)
    payout.checked_by, payout.checked_at, payout.state = who, record.now(), "checked"
    payout.save(update_fields=["checked_by", "checked_at", "state"])
    record.tell(
        "ledger.payout_checked",
        payout.topic,
        who=who,
        payout=payout_id,
        amount_fen=payout.amount,
        account=payout.account.path,
        payload=payout.payload_hash,
    )
    return payout


@transaction.atomic
def refuse_payout(who: Person, payout_id: str, *, reason: str) -> Payout:
    """The second person refuses; the money is free again."""
    access.require(who, "ledger.check_payout")
    payout = waiting(payout_id)
    key = hold_id(payout_id)
    transfers.release(who, key, id=f"{key}:no", topic=payout.topic)
    payout.checked_by, payout.checked_at, payout.state = who, record.now(), "refused"
    payout.save(update_fields=["checked_by", "checked_at", "state"])
    record.tell(
        "ledger.payout_refused", payout.topic, who=who, payout=payout_id, amount_fen=payout.amount, reason=reason
    )
    owners.tell("ledger.free_payout_stopped", payout, who=who)
    BankLine.objects.filter(state="returning", pk__in=line_ids(payout)).update(state="suspense")
    # What was due is due still, by the same instant: another payout may be made for it.
    Due.objects.filter(payout=payout).update(state="due", payout=None)
    return payout


def void(who: Person, payout: Payout) -> None:
    """A payout that no check can pass, since its payee's account is another now: the money is free, and due as before.

    So are those that were made before an account stood in what is signed for (`payload_hash`).
    """
    key = hold_id(payout.pk)
    transfers.release(who, key, id=f"{key}:no", topic=payout.topic)
    payout.state = "refused"
    payout.save(update_fields=["state"])
    record.tell("ledger.payout_refused", payout.topic, who=who, payout=payout.pk, amount_fen=payout.amount, reason=VOID)
    owners.tell("ledger.free_payout_stopped", payout, who=who)
    Due.objects.filter(payout=payout).update(state="due", payout=None)


def waiting(payout_id: str) -> Payout:
    """A payout that waits for its check, locked."""
    transfers.lock_book()
    payout = Payout.objects.select_for_update(of=("self",)).select_related("account", "made_by").get(pk=payout_id)
    if payout.state != "made":
        raise Refused("ledger.payout_not_waiting", id=payout_id, state=payout.state)
    return payout


def require_even() -> None:
    """Refused while the last reconciliation is uneven; a house that has seen no statement yet has nothing to differ."""
    if BankFile.objects.filter(direction="in", booked_at=None).exists():
        raise Refused("ledger.statement_unfinished")
    last = Reconciliation.objects.order_by("-pk").first()
    if last is not None and not last.is_even:
        said = last.custody if last.bank_says is None else last.bank_says
        raise Refused("ledger.payouts_halted", difference_fen=said - last.custody)


def plain_purposes(payouts: Sequence[Payout]) -> Mapping[str, str]:
    """What a payment is for where nobody above the books says it better."""
    return {one.pk: one.topic for one in payouts}


def send_payouts(who: Person, bank: banks.Bank, *, say: Say = plain_purposes) -> list[BankFile]:
    """Hand every checked payout to the bank, in instruction files of which each is a transaction; none is no file.

    `say` gives the purpose of each payment, with the number of its deal.

    Each file is judged by itself: where bank and books begin to differ on the way, what was handed over stands and the
    rest waits.
    """
    access.require(who, "ledger.send_payouts")
    sent: list[BankFile] = []
    while len(sent) < MOST_FILES:
        try:
            file = _send_file(who, bank, say)
        except Refused:
            if not sent:
                raise
            break
        if file is None:
            break
        sent.append(file)
    return sent


def _send_file(who: Person, bank: banks.Bank, say: Say) -> BankFile | None:
    """One instruction file of the payouts that were checked first; their accounts are read before the book is locked.

    Each reading stands on the record by itself: a house that stops after it has sent nothing, and reads again.
    """
    require_even()
    checked = Payout.objects.select_related("account").filter(state="checked").order_by("checked_at", "pk")
    chosen = list(checked[:MOST_IN_A_FILE])
    return _hand_over(bank, chosen, full=_accounts(who, chosen), say=say, who=who) if chosen else None


@transaction.atomic
def _hand_over(
    bank: banks.Bank, chosen: Sequence[Payout], *, full: Mapping[str, str], say: Say, who: Person
) -> BankFile | None:
    require_even()
    ready = [one for one in _ready(chosen) if not one.account_print or one.id in full]
    if not ready:
        return None
    now, purposes = record.now(), say(ready)
    file = banks.write_instructions(
        banks.Instruction(
            id=one.id,
            payee=one.payee,
            account=full.get(one.id, ""),
            amount=one.amount,
            currency=one.currency,
            purpose=purposes[one.pk][:200],
            reference=one.topic,
        )
        for one in ready
    )
    digest = hashlib.sha256(file).hexdigest()
    name = f"{bank.name}-{(now + timedelta(hours=8)):%Y%m%d-%H%M%S}-{digest[:8]}.csv"
    sent = BankFile.objects.create(direction="out", name=name, sha256=digest, at=now, lines=len(ready))
    Payout.objects.filter(pk__in=[one.pk for one in ready]).update(state="sent", file=sent)
    bank.take_instructions(file, now=now)
    record.tell(
        "ledger.payouts_sent",
        f"bank:{bank.name}",
        who=who,
        file=name,
        sha256=digest,
        payouts=[one.id for one in ready],
        amount_fen=sum(one.amount for one in ready),
    )
    return sent


def _ready(chosen: Sequence[Payout]) -> list[Payout]:
    """What of these still waits and goes where its checker saw it go; what goes elsewhere now is taken back."""
    transfers.lock_book()
    checked = list(
        Payout.objects.select_for_update(of=("self",))
        .select_related("account")
        .filter(state="checked", pk__in=[one.pk for one in chosen])
        .order_by("checked_at", "pk")
    )
    prints = secrets.account_prints(owners.owner_of(one.account.path) for one in checked)
    changed = {one.pk for one in checked if account_changed(one, prints)}
    for one in checked:
        if one.pk in changed:
            _take_back(one)
    return [one for one in checked if one.pk not in changed]


def _take_back(payout: Payout) -> None:
    """The payee's account is not the one that two persons saw: the money is free again, and due as before."""
    key = hold_id(payout.pk)
    transfers.reverse(None, f"{key}:go", id=f"{key}:back", topic=payout.topic, memo="")
    payout.state = "refused"
    payout.save(update_fields=["state"])
    record.tell(
        "ledger.payout_taken_back",
        payout.topic,
        who=None,
        to=_who_paid(payout),
        payout=payout.pk,
        amount_fen=payout.amount,
        account=payout.account.path,
    )
    owners.tell("ledger.free_payout_stopped", payout, who=None)
    Due.objects.filter(payout=payout).update(state="due", payout=None)


def _who_paid(payout: Payout) -> list[Person]:
    """Maker and checker, whose work is void."""
    return [one for one in (payout.made_by, payout.checked_by) if one is not None]


def _accounts(who: Person, payouts: Sequence[Payout]) -> dict[str, str]:
    """The payees' own accounts in full, for the bank alone: the file is not kept here, and each reading is a deed.

    Only an account that is the one the checker saw is read and given.
    """
    payees = {one.id: owners.owner_of(one.account.path) for one in payouts}
    found = Secret.objects.filter(kind=secrets.ACCOUNT, party__ref__in=set(payees.values()))
    parties = {
        ref: (pk, bytes(seen).hex()) for ref, pk, seen in found.values_list("party__ref", "party", "fingerprint")
    }
    full = {}
    for one in payouts:
        party, seen = parties.get(payees[one.id], (0, ""))
        if not seen or seen != one.account_print:
            continue
        plain = secrets.read_secret(who, party, kind=secrets.ACCOUNT, reason="payout", about=_about(one))
        if secrets.print_of(plain) == one.account_print:
            full[one.id] = plain
    return full


def _about(payout: Payout) -> str:
    """The topic of a payout as the record may name it beside a reading."""
    return payout.topic if TOPIC.fullmatch(payout.topic) else ""


@transaction.atomic
def return_to_payer(who: Person, line_id: int) -> Payout:
    """Send money that nobody can place back to the account it came from; it takes the same two persons."""
    transfers.lock_book()
    line = BankLine.objects.select_for_update().get(pk=line_id)
    access.require(who, "ledger.make_payout", line)
    if line.state != "suspense" or line.amount <= 0:
        raise Refused("ledger.line_not_waiting", state=line.state)
    tries = Payout.objects.filter(topic=f"bankline:{line.pk}").count()
    payout = make_payout(
        who,
        id=f"back-{line.pk}-{tries + 1}",
        account=rules.suspense(line.bank),
        payee=line.payer,
        amount_fen=line.amount,
        topic=f"bankline:{line.pk}",
    )
    line.state = "returning"
    line.save(update_fields=["state"])
    return payout


def line_ids(payout: Payout) -> list[int]:
    """The line that a payout returns, if it returns one."""
    head, _, tail = payout.topic.partition(":")
    return [int(tail)] if head == "bankline" else []
