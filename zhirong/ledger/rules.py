"""The law of the books: which accounts there are, what they may owe, and what a bank's line means.

Client money lies with the custody bank; the ledger mirrors it (LEDGER 5.2, 5.3). Balances are credits less debits: what
the house owes somebody is above zero, what the bank holds for the house is below.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, TypeVar

from zhirong.base.refused import Refused
from zhirong.ledger.engine.transfers import Limit

BANK: Final = "custody"
REF: Final = r"[0-9A-Za-z_-]{1,40}"
# Every place of the tree with its limit; a path that fits none of them is no account.
TREE: Final[tuple[tuple[re.Pattern[str], Limit], ...]] = tuple(
    (re.compile(pattern), limit)
    for pattern, limit in (
        (rf"bank:{REF}:[A-Z]{{3}}:custody", Limit.CREDITS_WITHIN_DEBITS),
        (rf"transit:{REF}", Limit.DEBITS_WITHIN_CREDITS),
        (rf"suspense:{REF}", Limit.NONE),
        (rf"party:{REF}:(available|payable)", Limit.DEBITS_WITHIN_CREDITS),
        (rf"party:{REF}:deposit:{REF}", Limit.DEBITS_WITHIN_CREDITS),
        (rf"deal:{REF}:escrow", Limit.DEBITS_WITHIN_CREDITS),
        (rf"(fee|tax|forfeit):{REF}", Limit.DEBITS_WITHIN_CREDITS),
    )
)


def limit_of(path: str) -> Limit:
    """The limit that the tree gives a path; other paths are refused, so that no typing error opens an account."""
    for pattern, limit in TREE:
        if pattern.fullmatch(path):
            return limit
    raise Refused("ledger.no_such_place", path=path)


def custody(bank: str = BANK, currency: str = "CNY") -> str:
    """The mirror of the custody account at the bank."""
    return f"bank:{bank}:{currency}:custody"


def transit(bank: str = BANK) -> str:
    """Money that the bank was told to pay and has not yet confirmed."""
    return f"transit:{bank}"


def suspense(bank: str = BANK) -> str:
    """Money whose purpose nobody knows yet; it waits for two persons."""
    return f"suspense:{bank}"


def available(party_ref: str) -> str:
    """A party's money that nothing holds."""
    return f"party:{party_ref}:available"


def deposit(party_ref: str, lot: str) -> str:
    """A party's deposit for one lot."""
    return f"party:{party_ref}:deposit:{lot}"


def escrow(deal: str) -> str:
    """The price of a deal until title and money change hands together."""
    return f"deal:{deal}:escrow"


def may_be_paid_out(path: str) -> bool:
    """Only a party's free money and what nobody claims may leave on an instruction; a deal's escrow never (I10)."""
    return path.startswith("suspense:") or (path.startswith("party:") and path.endswith(":available"))


Class = Literal["custody", "transit", "suspense", "clients", "own"]


def class_of(path: str) -> Class:
    """On which line of the reconciliation an account stands (I11)."""
    head = path.partition(":")[0]
    classes: dict[str, Class] = {"bank": "custody", "transit": "transit", "suspense": "suspense"}
    if head in ("party", "deal"):
        return "clients"
    return classes.get(head, "own")


@dataclass(frozen=True, slots=True)
class Standing:
    """One reconciliation (I11): what the bank says it holds, what the mirror says, and whose it is."""

    bank_says: int | None
    custody: int
    clients: int
    own: int
    transit: int
    suspense: int

    @property
    def difference(self) -> int:
        """Bank less mirror; a bank that has said nothing yet differs by nothing."""
        return 0 if self.bank_says is None else self.bank_says - self.custody

    @property
    def residue(self) -> int:
        """Custody less everything it is owed to; double entry keeps this at nought, so anything else is damage."""
        return self.custody - self.clients - self.own - self.transit - self.suspense

    @property
    def is_even(self) -> bool:
        """Whether money may leave."""
        return self.difference == 0 and self.residue == 0


def standing(balances: Mapping[str, int], *, bank_says: int | None) -> Standing:
    """Add up balances by path (credits less debits) into the lines of the reconciliation."""
    sums: dict[Class, int] = {"custody": 0, "transit": 0, "suspense": 0, "clients": 0, "own": 0}
    for path, balance in balances.items():
        sums[class_of(path)] += balance
    return Standing(
        bank_says=bank_says,
        custody=-sums["custody"],
        clients=sums["clients"],
        own=sums["own"],
        transit=sums["transit"],
        suspense=sums["suspense"],
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a bank statement; money in is above zero."""

    bank_ref: str
    account: str
    payer: str
    amount: int
    value_day: date
    memo: str = ""
    corrects: str = ""


@dataclass(frozen=True, slots=True)
class Expected:
    """Money that is waited for under a payment code."""

    code: str
    payer: str
    amount: int
    account: str


@dataclass(frozen=True, slots=True)
class Instructed:
    """A payment that the bank was told to make."""

    id: str
    amount: int


Named = TypeVar("Named")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a line means: credited, a confirmed payout, the bank's own reversal, or in suspense and why."""

    meaning: Literal["credited", "paid_out", "reversed", "suspense"]
    key: str = ""
    why: str = ""


def squeezed(name: str) -> str:
    """A payer's name without what banks add or drop: spaces, width of brackets, letter case."""
    return re.sub(r"\s", "", name).replace("（", "(").replace("）", ")").casefold()


def same_payer(payer: str, wanted: str) -> bool:
    """Whether a bank's payer bears the name of the party that is to pay."""
    return squeezed(payer) == squeezed(wanted)


Misfit = Literal["short", "enough", "other_payer", "unasked", "no_code"]


def misfit(*, is_open: bool, is_own: bool, rest_fen: int) -> Misfit:
    """Why a payment that names a code waits: nothing is asked any more, another paid, or it came in a wrong sum.

    Only one exact payment counts by itself. A wrong sum is no payment of less: two persons place it, alone or with
    what is paid besides until together they make the sum, or it goes back to its payer (B10, 四眼原则).
    """
    if not is_open:
        return "unasked"
    if not is_own:
        return "other_payer"
    return "short" if rest_fen else "enough"


def words(memo: str) -> list[str]:
    """What in a memo may be a payment code or the id of a payout."""
    return re.findall(r"[0-9A-Za-z:_.-]+", memo)


def named(memo: str, ids: Mapping[str, Named]) -> Named | None:
    """The first of the known ids that stands in a memo as a word of its own; within another word it means nothing."""
    return next((ids[word] for word in words(memo) if word in ids), None)


def judge_line(
    line: Line, expected: Mapping[str, Expected], *, instructed: Mapping[str, Instructed], known: Mapping[str, int]
) -> Verdict:
    """What a new line means. `known` are amounts of earlier lines by bank reference.

    Only an exact fit is booked without a person: payment code, payer and amount; instruction and amount; a correction
    that takes a whole earlier line back. All else goes to suspense with its reason.
    """
    if line.amount == 0:
        return Verdict("suspense", why="nothing")
    if line.corrects:
        whole = known.get(line.corrects) == -line.amount and line.amount < 0
        return Verdict("reversed", key=line.corrects) if whole else Verdict("suspense", why="correction")
    if line.amount < 0:
        told = named(line.memo, instructed)
        if told is None:
            return Verdict("suspense", why="unknown_debit")
        even = told.amount == -line.amount
        return Verdict("paid_out", key=told.id) if even else Verdict("suspense", why="wrong_amount")
    wanted = named(line.memo, expected)
    if wanted is None:
        return Verdict("suspense", why="unknown_payer")
    if not same_payer(line.payer, wanted.payer):
        return Verdict("suspense", why="other_payer")
    if line.amount != wanted.amount:
        return Verdict("suspense", why="wrong_amount")
    return Verdict("credited", key=wanted.code)


def require_two_persons(maker_ref: str, checker_ref: str) -> None:
    """Maker and checker are never the same person (四眼原则)."""
    if maker_ref == checker_ref:
        raise Refused("ledger.same_person")
