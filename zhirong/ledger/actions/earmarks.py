"""Money that came for a purpose serves it first: until then nothing else may take it, though it lies on one account."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Sum

from zhirong.base.refused import Refused
from zhirong.ledger.actions import transfers
from zhirong.ledger.models import Account, BankLine, Expectation
from zhirong.record import actions as record

# Money came under the code ("met") and its purpose still waits; afterwards it is "served" or "ended".
STANDING = "met"


def standing(paths: Iterable[str]) -> dict[str, dict[str, int]]:
    """What is earmarked on these accounts: fen by payment code."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    rows = Expectation.objects.filter(state=STANDING, account__path__in=set(paths))
    for path, code, amount_fen in rows.values_list("account__path", "code", "amount"):
        found[path][code] = amount_fen
    return found


def earmarked_fen(account: Account, *, but: str = "") -> int:
    """What of an account waits for purposes other than that of one payment code."""
    others = Expectation.objects.filter(state=STANDING, account=account).exclude(code=but)
    return int(others.aggregate(all=Sum("amount"))["all"] or 0)


def free_fen(path: str, *, code: str = "") -> int:
    """What nothing holds of an account and nothing else is to use: all of it but the earmarks of other codes."""
    account = Account.objects.filter(path=path).first()
    if account is None:
        return 0
    return account.credits_posted - account.debits_posted - account.debits_pending - earmarked_fen(account, but=code)


@transaction.atomic
def serve(code: str) -> None:
    """The money is used for what it came for; the earmark ends with it."""
    _close(code, "served")


@transaction.atomic
def let_go(code: str) -> int:
    """The purpose ended before it used the money; gives what had come for it, which is its payer's again."""
    return _close(code, "ended")


def _close(code: str, state: str) -> int:
    transfers.lock_book()
    found = Expectation.objects.filter(code=code, state=STANDING).first()
    if found is None:
        return 0
    found.state = state
    found.save(update_fields=["state"])
    return found.amount


def must_be_beyond(path: str, amount_fen: int) -> None:
    """A payout leaves earmarked money where it is."""
    account = Account.objects.filter(path=path).first()
    if account is None or not earmarked_fen(account):
        return
    available_fen = free_fen(path)
    if available_fen < amount_fen:
        raise Refused("ledger.not_enough", path=path, available_fen=available_fen, asked_fen=amount_fen)


def may_be_taken_back(line: BankLine) -> bool:
    """Whether the bank's reversal of a line leaves what came for other purposes untouched."""
    assert line.entry is not None
    account = line.entry.credit
    own = Expectation.objects.filter(met_by=line, state=STANDING).first()
    others_fen = earmarked_fen(account, but=own.code if own else "")
    free = account.credits_posted - account.debits_posted - account.debits_pending
    return others_fen == 0 or free - others_fen >= line.amount


def reopen(line: BankLine) -> None:
    """The bank took the money back before it was used: it is expected again under its code."""
    for found in Expectation.objects.select_related("account").filter(met_by=line, state=STANDING):
        found.state, found.met_by = "open", None
        found.save(update_fields=["state", "met_by"])
        record.tell(
            "ledger.expected",
            found.topic,
            who=None,
            payment_code=found.code,
            account=found.account.path,
            amount_fen=found.amount,
        )
