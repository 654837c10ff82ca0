"""A party's free money sent to its own account where no due asks for it; the payee is read, never typed (B10)."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F, Sum

from zhirong.base.refused import Refused
from zhirong.ledger import rules
from zhirong.ledger.actions import earmarks, owners, payouts, transfers
from zhirong.ledger.models import Due, Payout
from zhirong.people import access
from zhirong.people.actions import secrets
from zhirong.people.models import Party, Person


@transaction.atomic
def pay_out(who: Person, *, id: str, account: str, amount_fen: int) -> Payout:
    """Make the payout of free money to the account's own party, which hears of it; the same id is the same payout."""
    access.require(who, "ledger.make_payout")
    party = payee_of(account)
    transfers.lock_book()
    is_new = not Payout.objects.filter(pk=id).exists()
    if is_new:
        _must_be_free(account, amount_fen)
        # Nothing came in that could go back the way it came: without an account on file it has nowhere to go.
        if not secrets.account_print(party.ref):
            raise Refused("ledger.payee_without_account", payee=party.name)
    made = payouts.make_payout(who, id=id, account=account, payee=party.name, amount_fen=amount_fen, topic=party.topic)
    if is_new:
        owners.tell("ledger.free_payout_made", made, who=who)
    return made


def payee_of(account: str) -> Party:
    """Whose free money an account is; money of the house, of a deal or of a deposit leaves by deeds of its own."""
    rules.limit_of(account)
    if rules.class_of(account) == "own":
        raise Refused("ledger.houses_own", path=account)
    party = Party.objects.filter(ref=owners.owner_of(account)).first()
    if party is None or account != rules.available(party.ref):
        raise Refused("ledger.not_payable", path=account)
    if party.verified_at is None:
        raise Refused("ledger.payee_not_verified", payee=party.name)
    return party


def _must_be_free(account: str, amount_fen: int) -> None:
    """What an open due promises, or its party left for further bids, stays where it is."""
    open_ones = Due.objects.filter(account__path=account, state__in=("due", "kept"))
    due_fen = int(open_ones.aggregate(rest=Sum(F("amount") - F("used")))["rest"] or 0)
    free_fen = earmarks.free_fen(account)
    if free_fen - due_fen < amount_fen <= free_fen:
        raise Refused("ledger.promised", most_fen=max(0, free_fen - due_fen), due_fen=due_fen)
