"""Money in suspense: one person says whose it is, another confirms, and only then it moves (四眼原则)."""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.db.models import Q

from zhirong.base import text
from zhirong.base.refused import Refused
from zhirong.ledger import rules
from zhirong.ledger.actions import transfers
from zhirong.ledger.book import Order
from zhirong.ledger.models import Account, BankLine, Expectation
from zhirong.people import access
from zhirong.people.models import Party, Person
from zhirong.record import actions as record

# So many of one name are counted; more than one is too many already.
MOST_NAMED: Final = 20


def waiting_line(line_id: int) -> BankLine:
    """The line, locked; the book first, as everywhere that money may move."""
    transfers.lock_book()
    return BankLine.objects.select_for_update().get(pk=line_id)


@transaction.atomic
def propose_match(who: Person, line_id: int, *, account: str) -> BankLine:
    """Say to which client's account a line in suspense belongs; it moves only after a second person's word.

    `account` is what a person would write: the path of the account, the payment code, or the party's full registered
    name, code or reference. Money that left may also be the house's own, by the path of its account: its fees go so.
    """
    line = waiting_line(line_id)
    access.require(who, "ledger.propose_match", line)
    if line.state != "suspense":
        raise Refused("ledger.line_not_waiting", state=line.state)
    found = _account_of(account.strip(), classes=("clients", "own") if line.amount < 0 else ("clients",))
    line.proposed, line.matched_by, line.state = found, who, "proposed"
    line.save(update_fields=["proposed", "matched_by", "state"])
    record.tell(
        "ledger.match_proposed",
        f"bank:{line.bank}",
        who=who,
        bank_ref=line.bank_ref,
        amount_fen=line.amount,
        account=found.path,
    )
    return line


def _account_of(given: str, *, classes: tuple[rules.Class, ...]) -> Account:
    """The one client's account that is meant; a name that several bear, or nobody, is refused with what would do."""
    found = Account.objects.filter(path=given).first()
    if found is not None and rules.class_of(found.path) in classes:
        return found
    expected = Expectation.objects.select_related("account").filter(code=given.upper()).first()
    if expected is not None:
        return expected.account
    named = Q(ref=given.lower()) | Q(code=given.upper()) | Q(name_key=text.party_name(given))
    parties = list(Party.objects.filter(named, verified_at__isnull=False).order_by("pk")[:MOST_NAMED])
    if not given or len(parties) != 1:
        raise Refused("ledger.not_clients_account", path=given[:120], named=len(parties) if given else 0)
    return transfers.open_account(rules.available(parties[0].ref))


@transaction.atomic
def confirm_match(who: Person, line_id: int) -> BankLine:
    """The second person's word: the money goes from suspense to the proposed account, or back for a debit."""
    line = waiting_line(line_id)
    access.require(who, "ledger.confirm_match", line)
    if line.state != "proposed" or line.proposed is None or line.matched_by is None:
        raise Refused("ledger.line_not_proposed", state=line.state)
    rules.require_two_persons(line.matched_by.ref, who.ref)
    debit, credit = rules.suspense(line.bank), line.proposed.path
    if line.amount < 0:
        debit, credit = credit, debit
    order = Order(f"match:{line.pk}", debit, credit, abs(line.amount), kind="match")
    transfers.move(who, [order], topic=f"bank:{line.bank}")
    line.checked_by, line.state = who, "matched"
    line.save(update_fields=["checked_by", "state"])
    record.tell(
        "ledger.match_confirmed",
        f"bank:{line.bank}",
        who=who,
        bank_ref=line.bank_ref,
        amount_fen=line.amount,
        account=line.proposed.path,
    )
    return line


@transaction.atomic
def decline_match(who: Person, line_id: int) -> BankLine:
    """The second person disagrees: the line waits in suspense again."""
    line = waiting_line(line_id)
    access.require(who, "ledger.confirm_match", line)
    if line.state != "proposed":
        raise Refused("ledger.line_not_proposed", state=line.state)
    line.proposed, line.matched_by, line.state = None, None, "suspense"
    line.save(update_fields=["proposed", "matched_by", "state"])
    record.tell("ledger.match_declined", f"bank:{line.bank}", who=who, bank_ref=line.bank_ref, amount_fen=line.amount)
    return line
