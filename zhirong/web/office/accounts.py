"""The books in words: whose account a path is, and what the second person must see of a payout before it leaves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import FilteredRelation, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce, Substr
from django.utils.translation import get_language, gettext

from zhirong.exchange import subjects
from zhirong.ledger.actions import payouts as making
from zhirong.ledger.models import Account, Due, Payout
from zhirong.people.models import Party
from zhirong.web import filters

# A party's reference on the record is so long.
REF_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Owner:
    """A party to which accounts belong: its name, its account at its own bank masked, and that account's print."""

    name: str
    masked: str = ""
    print: str = ""


def payees(paths: Iterable[str]) -> dict[str, Owner]:
    """The parties to which accounts belong by their references, with where their money goes, in one question."""
    refs = {path.split(":")[1] for path in paths if path.startswith("party:")}
    if not refs:
        return {}
    kept = FilteredRelation("secrets", condition=Q(secrets__kind="bank_account"))
    found = Party.objects.filter(ref__in=refs).annotate(kept=kept)
    return {
        ref: Owner(name, masked or "", bytes(seen or b"").hex())
        for ref, name, masked, seen in found.values_list("ref", "name", "kept__masked", "kept__fingerprint")
    }


def names(paths: Iterable[str], known: Mapping[str, Owner]) -> dict[str, str]:
    """The name of every account whose parties are known."""
    parties = {ref: one.name for ref, one in known.items()}
    return {path: name_of(path, parties) for path in set(paths)}


def owners(paths: Iterable[str]) -> dict[str, str]:
    """The names of the parties to which accounts belong, by their references."""
    refs = {path.split(":")[1] for path in paths if path.startswith("party:")}
    return dict(Party.objects.filter(ref__in=refs).values_list("ref", "name")) if refs else {}


def with_owner(found: QuerySet[Account]) -> QuerySet[Account]:
    """Accounts with the name of the party that each belongs to, so that a list of any length asks once."""
    ref = Substr(OuterRef("path"), len("party:") + 1, REF_LENGTH)
    owner = Subquery(Party.objects.filter(ref=ref).values("name")[:1])
    return found.annotate(owner=Coalesce(Cast(owner, TextField()), Value("", TextField())))


def named(account: Account) -> str:
    """An account of `with_owner` by its name."""
    head, _, rest = account.path.partition(":")
    owner: str = getattr(account, "owner", "")
    return name_of(account.path, {rest.partition(":")[0]: owner} if head == "party" and owner else {})


def name_of(path: str, parties: dict[str, str]) -> str:
    """An account of the tree (LEDGER 5.2) as people call it."""
    head, _, rest = path.partition(":")
    ref, _, tail = rest.partition(":")
    if head == "party":
        kind, _, lot = tail.partition(":")
        said = {
            "available": gettext("free money"),
            "payable": gettext("to be paid to it"),
            "deposit": gettext("deposit for %(lot)s") % {"lot": lot},
        }
        return f"{parties.get(ref, ref)} · {said.get(kind, tail)}"
    if head == "deal":
        return gettext("Escrow of %(deal)s") % {"deal": ref}
    heads = {
        "bank": gettext("Custody account at the bank"),
        "transit": gettext("Payouts on their way"),
        "suspense": gettext("Money in suspense"),
        "fee": gettext("Fees of the house"),
        "tax": gettext("Taxes"),
        "forfeit": gettext("Forfeited deposits"),
    }
    return heads.get(head, path)


@dataclass(frozen=True, slots=True)
class Card:
    """A payout as its checker judges it: to whom, on which account, what for, about which deal, by when."""

    payout: Payout
    source: str
    account: str
    purpose: str
    about: str
    due_at: datetime | None
    # The due it pays; none where it was made by hand.
    due_key: str
    # The payee's account is another than the one it was made for, so no check can pass it.
    is_void: bool


def cards(payouts: Sequence[Payout], known: Mapping[str, Owner] | None = None) -> dict[str, Card]:
    """The cards of some payouts by their numbers, in two questions however many; in one if their payees are known."""
    paths = [one.account.path for one in payouts]
    known = payees(paths) if known is None else known
    sources = names(paths, known)
    masked = {ref: one.masked for ref, one in known.items()}
    prints = {ref: one.print for ref, one in known.items()}
    dues: dict[str, Due | None] = {one.pk: getattr(one, "due", None) for one in payouts}
    about = subjects.texts((one.topic for one in payouts), get_language() or "zh-hans")
    return {
        one.pk: Card(
            payout=one,
            source=sources[one.account.path],
            account=account_of(one, masked),
            purpose=purpose_of(one, dues[one.pk]),
            about=about.get(one.topic, ""),
            due_at=due.due_at if (due := dues[one.pk]) else None,
            due_key=due.key if due else "",
            is_void=making.account_changed(one, prints),
        )
        for one in payouts
    }


def account_of(payout: Payout, masked: dict[str, str]) -> str:
    """The payee's own account, masked; money that goes back goes where it came from."""
    if payout.topic.startswith("bankline:"):
        return gettext("the account that the payment came from")
    none = gettext("no account on file: it goes back to the account that it came from")
    return masked.get(payout.account.path.split(":")[1], "") or none


def purpose_of(payout: Payout, due: Due | None) -> str:
    """What a payout is for, as it became due or as it was entered by hand."""
    if due is not None:
        return filters.fact(due.why, "why")
    if payout.topic.startswith("bankline:"):
        return gettext("a payment in suspense goes back to its payer")
    return gettext("made by hand at the bank's desk")
