"""Tables of applications (申报): the case, its materials, objections, payment lists, payments, repayments, budgets."""

from __future__ import annotations

import hashlib
from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property

from zhirong.base import calendar
from zhirong.people.models import Party, Person
from zhirong.policy.application_rules import OPEN, STATES
from zhirong.record.engine.canonical import canonical
from zhirong.record.models import File

ALLOCATIONS = ("first_come", "pro_rata", "ranking", "total_control")
# What a budget says.
SAID = ("measure", "year", "amount_fen", "allocation", "last_gets_rest", "source")


class Budget(models.Model):
    """A year's money of a measure (年度预算), set by one official and confirmed by another; the columns are its sums.

    A later budget of the same measure and year takes its place and takes the sums over.
    """

    measure = models.CharField(max_length=100)
    year = models.PositiveSmallIntegerField()
    amount_fen = models.BigIntegerField()
    # first_come, pro_rata, ranking or total_control.
    allocation = models.CharField(max_length=16)
    # Where it runs out: whether the one at whom it does gets the rest (else nothing).
    last_gets_rest = models.BooleanField(default=True)
    # The document that says so, in words.
    source = models.CharField(max_length=500)
    reserved_fen = models.BigIntegerField(default=0)
    granted_fen = models.BigIntegerField(default=0)
    paid_fen = models.BigIntegerField(default=0)
    returned_fen = models.BigIntegerField(default=0)
    # The warning told last: 0, 80 or 100.
    warned_percent = models.PositiveSmallIntegerField(default=0)
    set_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "year"],
                condition=Q(confirmed_at__isnull=False, ended_at__isnull=True),
                name="policy_budget_once",
            ),
            models.UniqueConstraint(
                fields=["measure", "year"],
                condition=Q(confirmed_at__isnull=True, ended_at__isnull=True),
                name="policy_budget_proposed_once",
            ),
            models.CheckConstraint(condition=Q(allocation__in=ALLOCATIONS), name="policy_budget_allocation"),
            models.CheckConstraint(
                condition=Q(amount_fen__gte=0, reserved_fen__gte=0, paid_fen__gte=0, returned_fen__gte=0)
                & Q(granted_fen__lte=F("amount_fen") + F("returned_fen"))
                & Q(paid_fen__lte=F("granted_fen"))
                & Q(returned_fen__lte=F("paid_fen")),
                name="policy_budget_never_overdrawn",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("set_by")),
                name="policy_budget_second_person",
            ),
        ]

    @property
    def topic(self) -> str:
        """Its name on the record."""
        return f"budget:{self.pk}"

    @property
    def proposed_sha256(self) -> str:
        """Of what it says: whoever confirms it confirms what they read, and not what was proposed since."""
        said = {name: getattr(self, name) for name in SAID}
        return hashlib.sha256(canonical(said).encode()).hexdigest()

    @property
    def party_ids(self) -> frozenset[int]:
        """The parties whose cases wait for this money: whoever belongs to one does not decide on it."""
        since, until = (calendar.start_of_day(date(year, 1, 1)) for year in (self.year, self.year + 1))
        waiting = Application.objects.filter(measure=self.measure, filed_at__gte=since, filed_at__lt=until)
        return frozenset(waiting.filter(state__in=OPEN).values_list("party", flat=True))


class Application(models.Model):
    """One party asks for one measure (申报), for itself or for one thing of its file, and what becomes of it."""

    number = models.CharField(max_length=24, unique=True)
    party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    measure = models.CharField(max_length=100, db_index=True)
    title_zh = models.CharField(max_length=4000)
    title_en = models.CharField(max_length=4000)
    # The thing of the enterprise's file that it is about; empty: the enterprise itself.
    about = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=12, default="draft", db_index=True)
    # The service firm that may prepare it, by the party's consent; it never files.
    preparer = models.ForeignKey(Party, models.PROTECT, null=True, related_name="+")
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    # What the decision at filing rested on, as canonical JSON: a replay gives the same hash.
    day = models.DateField(null=True)
    known = models.DateTimeField(null=True)
    measure_sha256 = models.CharField(max_length=64, blank=True)
    version = models.CharField(max_length=100, blank=True)
    facts = models.TextField(default="{}")
    # The facts by which it is computed again (`values.plain`); empty where it was filed before they were written down.
    plain_facts = models.TextField(blank=True)
    sources = models.TextField(default="{}")
    decision = models.TextField(default="{}")
    decision_sha256 = models.CharField(max_length=64, blank=True)
    # After other grants: what the engine computed less what clauses take off.
    computed_fen = models.BigIntegerField(null=True)
    limits = models.TextField(default="[]")
    # The checklist as the measure gave it for these facts.
    checklist = models.TextField(default="[]")
    filed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    filed_at = models.DateTimeField(null=True, db_index=True)
    due_at = models.DateTimeField(null=True)
    # A term that reaches into a year without an announced calendar is computed anew when there is one.
    is_due_provisional = models.BooleanField(default=False)
    remind_at = models.DateTimeField(null=True, db_index=True)
    supplement_asked_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    supplement_asked_at = models.DateTimeField(null=True)
    supplement_list = models.TextField(blank=True)
    supplemented_at = models.DateTimeField(null=True)
    completed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    completed_at = models.DateTimeField(null=True)
    # eligible or refused.
    verdict = models.CharField(max_length=8, blank=True)
    differences = models.TextField(default="{}")
    decided_facts = models.TextField(default="{}")
    decided_plain_facts = models.TextField(blank=True)
    decided = models.TextField(default="{}")
    decided_sha256 = models.CharField(max_length=64, blank=True)
    decided_fen = models.BigIntegerField(null=True)
    decided_limits = models.TextField(default="[]")
    score_ppm = models.BigIntegerField(null=True)
    decision_reason = models.TextField(blank=True)
    clauses = models.TextField(default="[]")
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    budget = models.ForeignKey(Budget, models.PROTECT, null=True, related_name="+")
    reserved_fen = models.BigIntegerField(default=0)
    granted_fen = models.BigIntegerField(null=True)
    publicity_from = models.DateField(null=True)
    publicity_until = models.DateField(null=True)
    approved_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["party", "measure", "about"], condition=Q(state__in=OPEN), name="policy_application_once"
            ),
            models.CheckConstraint(condition=Q(state__in=STATES), name="policy_application_state"),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("decided_by")),
                name="policy_application_second_person",
            ),
            models.CheckConstraint(
                condition=Q(granted_fen__isnull=True) | Q(granted_fen__gte=0, granted_fen__lte=F("decided_fen")),
                name="policy_application_granted",
            ),
        ]
        indexes = [models.Index(fields=["measure", "filed_at"], name="policy_application_in_turn")]

    @property
    def topic(self) -> str:
        """Its name on the record."""
        return f"application:{self.pk}"

    @property
    def is_settled(self) -> bool:
        """Whether a second person confirmed the decision: until then the enterprise does not read it."""
        return self.confirmed_at is not None

    @cached_property
    def objector_ids(self) -> frozenset[int]:
        """Who objected to it: none of them answers an objection to it."""
        return frozenset(self.objections.values_list("by", flat=True))


class ApplicationFile(models.Model):
    """A file that shows one material of the checklist; taken off it stays on the record."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="files")
    # The measure's own id of the material.
    material = models.CharField(max_length=100)
    file = models.ForeignKey(File, models.PROTECT, related_name="+")
    added_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application", "material", "file"],
                condition=Q(removed_at__isnull=True),
                name="policy_application_file_once",
            )
        ]


class ApplicationObjection(models.Model):
    """An objection (异议) to what was published or refused, with the official's answer."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="objections")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    reason = models.TextField()
    evidence = models.ForeignKey(File, models.PROTECT, null=True, related_name="+")
    raised_at = models.DateTimeField()
    # open, upheld, rejected, or closed because the case was withdrawn.
    state = models.CharField(max_length=8, default="open", db_index=True)
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application", "by"], condition=Q(state="open"), name="policy_objection_once"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("by")), name="policy_objection_not_own"
            ),
        ]


class PaymentList(models.Model):
    """Applications to be paid together (拨付清单): made by one official, confirmed by another."""

    number = models.CharField(max_length=24, unique=True)
    # draft, confirmed or dropped.
    state = models.CharField(max_length=10, default="draft", db_index=True)
    total_fen = models.BigIntegerField()
    count = models.PositiveIntegerField()
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("made_by")),
                name="policy_payment_list_second_person",
            )
        ]

    @property
    def topic(self) -> str:
        """Its name on the record."""
        return f"payment_list:{self.pk}"

    @property
    def party_ids(self) -> frozenset[int]:
        """The parties that the list pays."""
        return frozenset(self.lines.filter(is_dropped=False).values_list("application__party", flat=True))


class PaymentLine(models.Model):
    """One application on a payment list, and the payment once the bank made it."""

    list = models.ForeignKey(PaymentList, models.PROTECT, related_name="lines")
    application = models.ForeignKey(Application, models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField()
    is_dropped = models.BooleanField(default=False)
    paid_fen = models.BigIntegerField(null=True)
    paid_on = models.DateField(null=True)
    reference = models.CharField(max_length=64, null=True, unique=True)
    noted_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    noted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application"], condition=Q(is_dropped=False), name="policy_payment_line_once"
            ),
            models.CheckConstraint(
                condition=Q(paid_fen__isnull=True) | Q(paid_fen=F("amount_fen")), name="policy_payment_whole"
            ),
        ]


class Repayment(models.Model):
    """A demand to pay a grant back (退回), with its reason, and the money once it came."""

    application = models.OneToOneField(Application, models.PROTECT, related_name="repayment")
    amount_fen = models.BigIntegerField()
    reason = models.TextField()
    demanded_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    demanded_at = models.DateTimeField()
    repaid_on = models.DateField(null=True)
    reference = models.CharField(max_length=64, null=True, unique=True)
    noted_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    noted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="policy_repayment_positive"),
            models.CheckConstraint(
                condition=Q(noted_by__isnull=True) | ~Q(noted_by=F("demanded_by")),
                name="policy_repayment_second_person",
            ),
        ]


class Booking(models.Model):
    """One entry of a budget's book: reserved, released, granted, annulled, paid or returned; never changed."""

    budget = models.ForeignKey(Budget, models.PROTECT, related_name="bookings")
    application = models.ForeignKey(Application, models.PROTECT, related_name="bookings")
    kind = models.CharField(max_length=10)
    amount_fen = models.BigIntegerField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount_fen__gt=0), name="policy_booking_positive")]
