"""What the books say: balances at two times, statements, the trial balance, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import BigIntegerField, Case, Count, F, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum, When

from zhirong.base.refused import Refused
from zhirong.ledger.models import Account, Entry, Hold, Posting

SIGNED = Case(When(side="C", then=F("amount")), default=-F("amount"), output_field=BigIntegerField())


@dataclass(frozen=True, slots=True)
class Row:
    """One movement of a statement; `amount` is above zero where it raised the balance."""

    seq: int
    id: str
    kind: str
    topic: str
    memo: str
    effective_at: datetime
    recorded_at: datetime
    amount: int
    balance_after: int
    other: str


@dataclass(frozen=True, slots=True)
class Frozen:
    """Money that was held at the statement's end: it is on the account and cannot be used (冻结)."""

    id: str
    amount: int
    since: datetime
    topic: str


@dataclass(frozen=True, slots=True)
class Statement:
    """An account over a time: opening balance, what moved, closing balance, and what of it was frozen."""

    path: str
    currency: str
    begins: datetime
    ends: datetime
    opening: int
    rows: tuple[Row, ...]
    closing: int
    frozen: tuple[Frozen, ...]

    @property
    def frozen_sum(self) -> int:
        """All that was held at the end."""
        return sum(one.amount for one in self.frozen)


def balance(path: str, *, recorded_at: datetime | None = None, effective_at: datetime | None = None) -> int:
    """Credits less debits as the books knew it at `recorded_at`, of what counts by `effective_at` (I14)."""
    postings = Posting.objects.filter(account__path=path)
    if recorded_at is not None:
        postings = postings.filter(entry__recorded_at__lte=recorded_at)
    if effective_at is not None:
        postings = postings.filter(entry__effective_at__lte=effective_at)
    return int(postings.aggregate(all=Sum(SIGNED))["all"] or 0)


def statement(path: str, begins: datetime, ends: datetime) -> Statement:
    """The account from `begins` (included) to `ends` (excluded), by the time of recording, so that it never changes."""
    account = opened(Account.objects.filter(path=path), begins).first()
    if account is None:
        raise Refused("ledger.account_not_found", id=path, path=path)
    return statement_of(account, begins, ends)


def opened(accounts: QuerySet[Account], begins: datetime) -> QuerySet[Account]:
    """Accounts with what stood on each at an instant."""
    before = Posting.objects.filter(account=OuterRef("pk"), entry__recorded_at__lt=begins).order_by("-entry_id")
    return accounts.annotate(opening=Subquery(before.values("balance_after")[:1]))


def statement_of(account: Account, begins: datetime, ends: datetime) -> Statement:
    """The same of an account that was `opened` at the beginning."""
    opening: int = getattr(account, "opening", None) or 0
    within = (
        Posting.objects.filter(account=account, entry__recorded_at__gte=begins, entry__recorded_at__lt=ends)
        .select_related("entry", "entry__debit", "entry__credit")
        .order_by("entry_id")
    )
    rows = tuple(row_of(posting) for posting in within)
    return Statement(
        path=account.path,
        currency=account.currency,
        begins=begins,
        ends=ends,
        opening=opening,
        rows=rows,
        closing=rows[-1].balance_after if rows else opening,
        frozen=frozen_at(account, ends),
    )


def row_of(posting: Posting) -> Row:
    """A posting as a line of its account's statement."""
    entry = posting.entry
    return Row(
        seq=entry.seq,
        id=entry.id,
        kind=entry.kind,
        topic=entry.topic,
        memo=entry.memo,
        effective_at=entry.effective_at,
        recorded_at=entry.recorded_at,
        amount=posting.amount if posting.side == "C" else -posting.amount,
        balance_after=posting.balance_after,
        other=entry.debit.path if posting.side == "C" else entry.credit.path,
    )


def frozen_at(account: Account, at: datetime) -> tuple[Frozen, ...]:
    """The holds on an account's money that stood at an instant, the oldest first."""
    standing = (
        Hold.objects.filter(entry__debit=account, entry__recorded_at__lt=at)
        .exclude(resolved_by__recorded_at__lt=at)
        .select_related("entry")
        .order_by("entry_id")
    )
    return tuple(
        Frozen(id=h.entry.id, amount=h.entry.amount, since=h.entry.recorded_at, topic=h.entry.topic) for h in standing
    )


def trial_balance() -> dict[str, tuple[int, int]]:
    """Debits and credits of every currency, from the postings and not from the counters; the two are equal (I1)."""
    sums = Posting.objects.values("account__currency").annotate(
        debits=Sum("amount", filter=Q(side="D")), credits=Sum("amount", filter=Q(side="C"))
    )
    return {row["account__currency"]: (row["debits"] or 0, row["credits"] or 0) for row in sums}


def balances() -> dict[str, int]:
    """The balance of every account by path, credits less debits."""
    return {
        path: credits - debits
        for path, credits, debits in Account.objects.values_list("path", "credits_posted", "debits_posted")
    }


def faults() -> Iterator[str]:
    """Whatever is wrong with the books, in sentences; nothing is what everyone expects (I1, I2, I7)."""
    for currency, (debits, credits) in trial_balance().items():
        if debits != credits:
            yield f"{currency}: debits {debits} and credits {credits} differ"
    yield from counter_faults()
    ends = Entry.objects.aggregate(first=Min("seq"), last=Max("seq"), all=Count("seq"))
    if ends["all"] and (ends["first"], ends["last"]) != (1, ends["all"]):
        yield f"{ends['all']} entries are numbered {ends['first']} to {ends['last']}"
    previous: datetime | None = None
    for seq, recorded_at in Entry.objects.order_by("seq").values_list("seq", "recorded_at").iterator(2000):
        if previous is not None and recorded_at <= previous:
            yield f"entry {seq} was not recorded after the one before it"
        previous = recorded_at


def counter_faults() -> Iterator[str]:
    """Accounts whose counters are not the sum of their postings and open holds, or whose last balance differs (I2)."""
    posted = {
        row["account_id"]: (row["debits"] or 0, row["credits"] or 0, row["last"])
        for row in Posting.objects.values("account_id").annotate(
            debits=Sum("amount", filter=Q(side="D")), credits=Sum("amount", filter=Q(side="C")), last=Max("id")
        )
    }
    last = dict(Posting.objects.filter(id__in=[row[2] for row in posted.values()]).values_list("id", "balance_after"))
    held = Hold.objects.filter(state="held")
    out = dict(held.values_list("entry__debit_id").annotate(all=Sum("entry__amount")))
    coming = dict(held.values_list("entry__credit_id").annotate(all=Sum("entry__amount")))
    for account in Account.objects.order_by("id").iterator(2000):
        debits, credits, last_id = posted.get(account.pk, (0, 0, None))
        counters = (account.debits_posted, account.credits_posted, account.debits_pending, account.credits_pending)
        if counters != (debits, credits, out.get(account.pk, 0), coming.get(account.pk, 0)):
            yield f"{account.path}: the counters are not the sum of the rows"
        if last_id is not None and last[last_id] != credits - debits:
            yield f"{account.path}: the last balance is not the sum of the postings"


@dataclass(frozen=True, slots=True)
class Deposits:
    """What became of a lot's deposits; taken is the sum of all the rest (I9)."""

    taken: int
    returned: int
    applied: int
    forfeited: int
    held: int

    @property
    def is_even(self) -> bool:
        """Whether every deposit is somewhere."""
        return self.taken == self.returned + self.applied + self.forfeited + self.held


def deposits_of(lot: str) -> Deposits:
    """The deposits of one lot, from the entries of its deposit accounts and not from the counters (I9)."""
    on_lot = Q(path__startswith="party:", path__endswith=f":deposit:{lot}")
    accounts = list(Account.objects.filter(on_lot).values_list("pk", flat=True))
    holds = Hold.objects.filter(entry__credit_id__in=accounts)
    out = dict(
        Entry.objects.filter(debit_id__in=accounts, resolves=None, hold=None)
        .values_list("kind")
        .annotate(all=Sum("amount"))
    )
    posted = sum(holds.filter(state="posted").values_list("resolved_by__amount", flat=True))
    taken = sum(holds.values_list("entry__amount", flat=True))
    held = sum(holds.filter(state="held").values_list("entry__amount", flat=True))
    # What was posted and not yet passed on still lies on the deposit account.
    resting = sum(balance for path, balance in balances().items() if path.endswith(f":deposit:{lot}"))
    return Deposits(
        taken=taken,
        returned=taken - held - posted + out.get("deposit_returned", 0),
        applied=out.get("deposit_applied", 0),
        forfeited=out.get("deposit_forfeited", 0),
        held=held + resting,
    )
