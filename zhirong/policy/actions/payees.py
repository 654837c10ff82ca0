"""The accounts in full of those whom a payment list pays: for the bank, and each reading is a deed."""

from __future__ import annotations

from zhirong.base.refused import Refused
from zhirong.people import access
from zhirong.people.access import Who
from zhirong.people.actions import secrets
from zhirong.people.models import Party, Person
from zhirong.policy.applied import PaymentList


def payees_of(found: PaymentList) -> list[Party]:
    """The enterprises of a list, each once."""
    return list(Party.objects.filter(pk__in=found.lines.values("application__party")).order_by("pk"))


def may_read(who: Who, found: PaymentList) -> bool:
    """Whether this person may have every account of a confirmed list in full."""
    standing = access.standing_of(who)
    if found.state != "confirmed" or not access.may(standing, "policy.read_accounts"):
        return False
    return all(access.may(standing, "people.read_secret", one) for one in payees_of(found))


def read_accounts(who: Person, list_id: int) -> dict[int, str]:
    """The full account of each party on a confirmed list. Nothing is read where one of them may not be.

    Each is read, and told on the record, in a transaction of its own: a list may have hundreds.
    """
    standing = access.standing_of(who)
    access.require(standing, "policy.read_accounts")
    found = PaymentList.objects.filter(pk=list_id).first()
    if found is None:
        raise Refused("policy.payment_list_unknown")
    payees = payees_of(found)
    for one in payees:
        access.require(standing, "people.read_secret", one)
    if found.state != "confirmed":
        raise Refused("policy.accounts_unconfirmed", number=found.number)
    return {
        one.pk: secrets.read_secret(who, one.pk, kind=secrets.ACCOUNT, reason="payout", about=found.topic)
        for one in payees
    }
