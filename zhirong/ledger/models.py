"""Tables of the ledger: integers of the smallest unit, and limits that the database itself keeps."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from zhirong.people.models import Party, Person
from zhirong.record.models import File


class Account(models.Model):
    """An account with its four running sums. Limits count holds on the own side, never on the other."""

    path = models.CharField(max_length=120, unique=True)
    currency = models.CharField(max_length=3, default="CNY")
    # "free": no limit; "debit_limited": debits may not exceed credits; "credit_limited": the other way round.
    limit = models.CharField(max_length=16, default="free")
    is_closed = models.BooleanField(default=False)
    debits_pending = models.BigIntegerField(default=0)
    debits_posted = models.BigIntegerField(default=0)
    credits_pending = models.BigIntegerField(default=0)
    credits_posted = models.BigIntegerField(default=0)
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(debits_pending__gte=0, debits_posted__gte=0, credits_pending__gte=0, credits_posted__gte=0),
                name="ledger_sums_not_negative",
            ),
            models.CheckConstraint(
                condition=~Q(limit="debit_limited") | Q(credits_posted__gte=F("debits_posted") + F("debits_pending")),
                name="ledger_debits_within_credits",
            ),
            models.CheckConstraint(
                condition=~Q(limit="credit_limited") | Q(debits_posted__gte=F("credits_posted") + F("credits_pending")),
                name="ledger_credits_within_debits",
            ),
        ]


class Entry(models.Model):
    """One transfer as it was made: posted at once, held, or the resolution of a hold. Never changed, never deleted."""

    seq = models.BigAutoField(primary_key=True)
    id = models.CharField(max_length=64, unique=True)
    # Hash of the request: the same id with another request is refused (I4).
    request_hash = models.BinaryField(max_length=32)
    kind = models.CharField(max_length=32)
    flags = models.CharField(max_length=8, blank=True)
    debit = models.ForeignKey(Account, models.PROTECT, related_name="+")
    credit = models.ForeignKey(Account, models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    group = models.CharField(max_length=64, blank=True, db_index=True)
    topic = models.CharField(max_length=64, blank=True, db_index=True)
    resolves = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="+")
    effective_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    who_ref = models.CharField(max_length=16)
    memo = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="ledger_amount_not_negative"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="ledger_two_accounts"),
        ]


class Posting(models.Model):
    """One side of a posted entry, with the account's balance (credits − debits) after it."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="postings")
    account = models.ForeignKey(Account, models.PROTECT, related_name="postings")
    side = models.CharField(max_length=1)
    amount = models.BigIntegerField()
    balance_after = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry", "side"], name="ledger_posting_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="ledger_posting_not_negative"),
        ]


class Hold(models.Model):
    """Money set aside (冻结). It resolves once: posted in full or part, released, or expired."""

    entry = models.OneToOneField(Entry, models.PROTECT, primary_key=True, related_name="hold")
    state = models.CharField(max_length=10, default="held")
    expires_at = models.DateTimeField(null=True)
    resolved_by = models.OneToOneField(Entry, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="ledger_hold_due", condition=Q(state="held"))]


class DeadId(models.Model):
    """An id that failed for a passing reason stays dead, so that a repeat cannot succeed later by surprise."""

    id = models.CharField(max_length=64, primary_key=True)
    status = models.CharField(max_length=40)
    at = models.DateTimeField()


class BankFile(models.Model):
    """A statement that the custody bank sent, or an instruction file that the house sent."""

    direction = models.CharField(max_length=4)
    name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    file = models.ForeignKey(File, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    lines = models.PositiveIntegerField(default=0)
    # What the bank says it holds at the end of a statement.
    closing = models.BigIntegerField(null=True)
    # When the last line of a statement was booked; lines are booked in chunks, and until then nothing leaves.
    booked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["direction", "sha256"], name="ledger_bank_file_once")]


class BankLine(models.Model):
    """One line of a bank statement; the bank's reference makes it unique, in however many files it comes."""

    file = models.ForeignKey(BankFile, models.PROTECT, related_name="statement_lines")
    bank = models.CharField(max_length=20)
    bank_ref = models.CharField(max_length=64)
    account = models.CharField(max_length=64)
    amount = models.BigIntegerField()
    value_day = models.DateField()
    payer = models.CharField(max_length=200, blank=True)
    memo = models.CharField(max_length=200, blank=True)
    corrects = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=12, default="new")
    # Why a line waits in suspense: unknown_payer, other_payer, wrong_amount, correction, unknown_debit, nothing;
    # or why it is unbooked yet: beyond_custody.
    why = models.CharField(max_length=20, blank=True)
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+")
    proposed = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    matched_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    checked_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bank", "bank_ref"], name="ledger_bank_line_once")]
        # What waits for two persons is asked by the clock, by desks and by listing pages; nearly every line is done.
        indexes = [
            models.Index(fields=["id"], name="ledger_line_waits", condition=Q(state__in=["suspense", "proposed"])),
        ]


class Payout(models.Model):
    """An instruction to the custody bank: made by one person, checked by another, done when a statement says so."""

    id = models.CharField(max_length=64, primary_key=True)
    topic = models.CharField(max_length=64, db_index=True)
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    payee = models.CharField(max_length=200)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3, default="CNY")
    # The fingerprint of the payee's bank account as it stood at making; empty where none was on file.
    account_print = models.CharField(max_length=64, blank=True, default="")
    payload_hash = models.CharField(max_length=64)
    state = models.CharField(max_length=12, default="made")
    made_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    checked_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True)
    file = models.ForeignKey(BankFile, models.PROTECT, null=True, related_name="instructions")
    line = models.OneToOneField(BankLine, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="ledger_payout_positive")]


class Due(models.Model):
    """Money of a party that must leave for its own account by an instant that a rule set gives (B10, X4, X7).

    It holds nothing: until somebody makes the payout the party may use the money for another bid, which makes it less.
    """

    key = models.CharField(max_length=60, unique=True)
    topic = models.CharField(max_length=64, db_index=True)
    # Why it goes out: deposit, surplus, proceeds, price, forfeit, matched.
    why = models.CharField(max_length=12)
    party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    # What of it went into other bids of the party since.
    used = models.BigIntegerField(default=0)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    # "due", "kept" (the party leaves it for further bids), "used", "made" (a payout is under way), "paid".
    state = models.CharField(max_length=6, default="due")
    payout = models.OneToOneField(Payout, models.PROTECT, null=True, related_name="due")
    tries = models.PositiveSmallIntegerField(default=0)
    paid_at = models.DateTimeField(null=True)
    overdue_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, used__gte=0, used__lte=F("amount")), name="ledger_due_sum"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], name="ledger_due_open", condition=Q(state__in=["due", "made"])),
        ]

    @property
    def left(self) -> int:
        """What is still to go out."""
        return self.amount - self.used


class Expectation(models.Model):
    """Money that is expected from a payer with a payment code: how a bank line finds its purpose."""

    code = models.CharField(max_length=20, unique=True)
    topic = models.CharField(max_length=64, db_index=True)
    purpose = models.CharField(max_length=20)
    payer = models.CharField(max_length=200)
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    state = models.CharField(max_length=12, default="open")
    made_at = models.DateTimeField()
    met_by = models.ForeignKey(BankLine, models.PROTECT, null=True, related_name="+")


class Reconciliation(models.Model):
    """One comparison of the bank's word with the books (I11), after each file; while it is uneven, nothing leaves."""

    bank = models.CharField(max_length=20)
    file = models.ForeignKey(BankFile, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    bank_says = models.BigIntegerField(null=True)
    custody = models.BigIntegerField()
    clients = models.BigIntegerField()
    own = models.BigIntegerField()
    transit = models.BigIntegerField()
    suspense = models.BigIntegerField()
    is_even = models.BooleanField()


class SimulatedLine(models.Model):
    """The simulated bank's own books: what moved on the custody account, and in which statements it was told.

    It stands for another house: nothing but `actions.simulated` reads or writes it.
    """

    bank_ref = models.CharField(max_length=64, unique=True)
    account = models.CharField(max_length=64)
    payer = models.CharField(max_length=200)
    amount = models.BigIntegerField()
    value_day = models.DateField()
    memo = models.CharField(max_length=200, blank=True)
    corrects = models.CharField(max_length=64, blank=True)
    # A delayed line is told only in the statements from this instant on; a doubled one is told once more.
    told_from = models.DateTimeField()
    tells_left = models.PositiveSmallIntegerField(default=1)
    instruction = models.CharField(max_length=64, blank=True)
    # Who stood at the counter, where somebody signed in paid; the bank's own books know no more of its customers.
    by_ref = models.CharField(max_length=16, blank=True, default="")
