"""What stands on each paper, as plain frozen values: money in fen, instants aware, days as dates.

The modules above fill these; the papers know no tables. A `Both` is a text in both languages.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


def plain(value: Any) -> Any:
    """The facts of a paper as canonical JSON can hold them: days and instants in ISO 8601, amounts in fen."""
    if dataclasses.is_dataclass(value):
        return {each.name: plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    return value


@dataclass(frozen=True)
class Both:
    """A text in Chinese and in English."""

    zh: str
    en: str


@dataclass(frozen=True, kw_only=True)
class House:
    """The centre that issues the paper."""

    name: Both
    address: Both = Both("", "")
    contact: str = ""
    site: str = ""


@dataclass(frozen=True, kw_only=True)
class Side:
    """A party of a deal: its full name and its code (credit code, or a resident id already masked)."""

    name: str
    code: str = ""
    address: str = ""
    contact: str = ""
    country: str = "CN"
    agent: str = ""


@dataclass(frozen=True, kw_only=True)
class RightLine:
    """A right as its register shows it, numbers in the form people write them."""

    title: str
    kind: Both
    title_en: str = ""
    number: str
    publication_number: str = ""
    filed_on: date | None = None
    granted_on: date | None = None
    expires_on: date | None = None
    holders: str = ""


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """One entry of the audit record: what it proves, its number, its hash in hexadecimal."""

    what: Both
    number: int
    hash: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Share:
    """What one of several entitled gets of the price; what waits stays in escrow until they agree (民法典 444)."""

    role: Both
    name: str
    amount_fen: int
    waits: Both


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """The transaction certificate (交易凭证) of a settled deal.

    `leaves` are the deal's entries before the certificate; its own leaf commits to this paper's bytes
    and therefore cannot stand on it. `root` is the root of the tree of `tree_size` leaves.
    """

    house: House
    number: str
    issued_at: datetime
    listing_number: str
    deal_number: str
    sellers: tuple[Side, ...]
    buyers: tuple[Side, ...]
    rights: tuple[RightLine, ...]
    price_fen: int
    concluded_at: datetime
    manner: Both
    bids: int
    bidders: int
    rule_set: Both
    rule_set_code: str
    is_demo: bool
    deposit_fen: int
    seller_fee_fen: int
    buyer_fee_fen: int
    paid_at: datetime
    recordal_number: str
    recorded_on: date
    settled_at: datetime
    leaves: tuple[Leaf, ...]
    tree_size: int
    root: str
    verify_at: str
    proceeds: tuple[Share, ...] = ()
    titles: tuple[Both, ...] = ()
    unknown_fees: tuple[Both, ...] = ()
    unseen: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Acceptance:
    """That a side accepted a text electronically: who, when, under which leaf (none yet on a draft)."""

    side: Both
    name: str
    at: datetime | None = None
    leaf_number: int | None = None


@dataclass(frozen=True, kw_only=True)
class Contract:
    """The contract of sale (转让合同), filled from the deal and its rule set."""

    house: House
    number: str
    made_at: datetime
    deal_number: str
    listing_number: str
    sellers: tuple[Side, ...]
    buyers: tuple[Side, ...]
    rights: tuple[RightLine, ...]
    price_fen: int
    deposit_fen: int
    balance_fen: int
    # Spans from the rule set: the text is fixed before anybody knows the day on which both have accepted.
    payment_within: Both
    recordal_within: Both
    rule_set: Both
    is_demo: bool
    custody_bank: Both
    encumbrances: tuple[Both, ...] = ()
    licences: tuple[Both, ...] = ()
    # Rights that the register has under another name; years whose fees are not known as paid.
    titles: tuple[Both, ...] = ()
    unknown_fees: tuple[Both, ...] = ()
    unseen: tuple[str, ...] = ()
    is_cross_border: bool = False
    court: Both = Both("本中心所在地有管辖权的人民法院", "the people's court with jurisdiction at the Centre's seat")
    acceptances: tuple[Acceptance, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FeeLine:
    """One band of a fee: the part of the price in it, the rate as people write it, the fee."""

    band: Both
    base_fen: int
    rate: str
    fee_fen: int


@dataclass(frozen=True, kw_only=True)
class FeeNote:
    """What one side owes for the service (收费通知单), band by band."""

    house: House
    number: str
    issued_at: datetime
    deal_number: str
    payer: Side
    side: Both
    price_fen: int
    lines: tuple[FeeLine, ...]
    total_fen: int
    due_on: date
    rule_set: Both
    is_demo: bool
    # How it is paid: the code of the payment, or that it is taken from the price.
    payment_code: str | Both = ""
    # Where the price goes to several: to whom how much, once it is known.
    proceeds: tuple[Share, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A paper to be brought with a filing: what it is, how many, and whether the house already holds it."""

    name: Both
    copies: int = 1
    is_ready: bool = False


@dataclass(frozen=True, kw_only=True)
class Recordal:
    """The filled request for the change of owner at the office (著录项目变更), one right a form (N7)."""

    house: House
    made_at: datetime
    deal_number: str
    right: RightLine
    before: tuple[Side, ...]
    after: tuple[Side, ...]
    contract_number: str
    contract_on: date
    applicant: Side
    papers: tuple[Paper, ...]
    is_demo: bool
    is_cross_border: bool = False


@dataclass(frozen=True, kw_only=True)
class DepositReceipt:
    """That a deposit arrived and is frozen for one listing (保证金收讫凭证)."""

    house: House
    number: str
    issued_at: datetime
    payer: Side
    listing_number: str
    listing_title: str
    amount_fen: int
    received_at: datetime
    payment_code: str
    refund: Both
    rule_set: Both
    is_demo: bool
    leaf: Leaf | None = None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of a statement: money in or out, and the balance after it."""

    on: date
    what: Both
    reference: str
    in_fen: int = 0
    out_fen: int = 0
    balance_fen: int = 0


@dataclass(frozen=True, kw_only=True)
class Statement:
    """The statement of an account (账户对账单) from one day to another, both included."""

    house: House
    issued_at: datetime
    holder: Side
    account: str
    from_on: date
    to_on: date
    opening_fen: int
    entries: tuple[Entry, ...]
    closing_fen: int
    held_fen: int
    is_demo: bool
