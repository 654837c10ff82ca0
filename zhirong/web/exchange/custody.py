"""Where a payer pays: name, bank and number of the custody account (存管账户), as pages that ask for money say."""

from __future__ import annotations

from django.utils.translation import gettext

from zhirong.ledger import bank


def pay_to() -> list[tuple[str, str]]:
    """Rows for the facts of a payment; a house that was not told its account sends the payer to the office (B10)."""
    found = bank.custody_account()
    if found is None:
        return [(gettext("Pay to"), gettext("Custody account of the exchange; the office gives its number"))]
    return [
        (gettext("Pay to"), found.name),
        (gettext("At the bank"), found.bank),
        (gettext("Account number"), found.number),
    ]
