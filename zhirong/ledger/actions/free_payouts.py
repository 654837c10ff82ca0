"""A party's free money sent to its own account where no due asks for it; the payee is read, never typed (B10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.db.models import F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from zhirong.base.refused import Refused
from zhirong.ledger import rules
from zhirong.ledger.actions import earmarks, owners, payouts, transfers
from zhirong.ledger.models import Account, Due, Expectation, Payout
from zhirong.people import access
from zhirong.people.actions import secrets
from zhirong.people.models import Party, Person, Secret

# States of a due whose money stays: it leaves by the due's own payout, or was left for further bids.
PROMISED: Final = ("due", "kept")


@dataclass(frozen=True, slots=True)
class Left:
    """What lies free on an account, what of it is promised elsewhere, and its party's own bank account, masked."""

    free_fen: int = 0
    due_fen: int = 0
    masked: str = ""

    @property
    def most_fen(self) -> int:
        """The most that may go."""
        return max(0, self.free_fen - self.due_fen)


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


def left_of(path: str) -> Left:
    """What of an account its party may have paid out now, and to which account of its own: in one question."""
    asked = Expectation.objects.filter(state=earmarks.STANDING, account=OuterRef("pk"))
    open_ones = Due.objects.filter(state__in=PROMISED, account=OuterRef("pk"))
    kept = Secret.objects.filter(kind=secrets.ACCOUNT, party__ref=Value(owners.owner_of(path)))
    found = Account.objects.filter(path=path).annotate(
        earmarked=_sum(asked, F("amount")), promised=_sum(open_ones, F("amount") - F("used")),
        masked=Subquery(kept.values("masked")[:1]),
    )  # fmt: skip
    one = found.first()
    if one is None:
        return Left()
    free_fen = one.credits_posted - one.debits_posted - one.debits_pending - one.earmarked
    return Left(free_fen, one.promised, one.masked or "")


def _sum(rows: QuerySet[Any], of: Combinable) -> Coalesce:
    whole = rows.order_by().values(all=Value(1)).annotate(fen=Sum(of)).values("fen")
    return Coalesce(Subquery(whole), 0)


def _must_be_free(account: str, amount_fen: int) -> None:
    """What an open due promises, or its party left for further bids, stays where it is."""
    left = left_of(account)
    if left.most_fen < amount_fen <= left.free_fen:
        raise Refused("ledger.promised", most_fen=left.most_fen, due_fen=left.due_fen)
