"""Tables of an appraisal (评估): asked for by a client, worked on, signed by two and reviewed by people of a valuer."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from zhirong.people.models import Party, Person
from zhirong.record.models import File, Leaf
from zhirong.registry.models import Right


class Appraisal(models.Model):
    """One job of a valuer (评估机构) on one or more rights, from the request to the signed report."""

    number = models.CharField(max_length=24, unique=True)
    client = models.ForeignKey(Party, models.PROTECT, related_name="+")
    # How the client stands to the rights, in words of the form: what it needs the figure for (使用人与用途).
    use = models.TextField(blank=True)
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    # transfer, licence, pledge, contribution, accounting, litigation or management.
    purpose = models.CharField(max_length=16)
    # market, investment or liquidation.
    value_type = models.CharField(max_length=16)
    value_date = models.DateField()
    # draft, requested, assigned, working, signed, returned, reviewed, issued; withdrawn or lapsed.
    state = models.CharField(max_length=12, default="draft", db_index=True)
    requested_at = models.DateTimeField(null=True)
    # By then the next step is due: taken by a valuer, or issued.
    due_at = models.DateTimeField(null=True, db_index=True)
    valuer = models.ForeignKey(Party, models.PROTECT, null=True, related_name="+")
    assigned_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    assigned_at = models.DateTimeField(null=True)
    begun_at = models.DateTimeField(null=True)
    low_fen = models.BigIntegerField(null=True)
    likely_fen = models.BigIntegerField(null=True)
    high_fen = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, default="CNY")
    # Why this figure; and why a single method suffices where there is one (资产评估法 26).
    conclusion = models.TextField(blank=True)
    single_method_reason = models.TextField(blank=True)
    # Why the most likely figure lies outside all that the methods say, where it does.
    outside_reason = models.TextField(blank=True, default="")
    scope = models.TextField(blank=True)
    process = models.TextField(blank=True)
    assumptions = models.TextField(blank=True)
    special_matters = models.TextField(blank=True)
    first_signer = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    first_signed_at = models.DateTimeField(null=True)
    # What was signed and reviewed: a change in between asks both again.
    payload_hash = models.CharField(max_length=64, blank=True)
    reviewer = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    review_reason = models.TextField(blank=True)
    second_signer = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    issued_at = models.DateTimeField(null=True)
    issued = models.OneToOneField(Leaf, models.PROTECT, null=True, related_name="+")
    # The report's facts as they were sealed, and the leaf that commits to them and to the papers.
    facts = models.TextField(default="{}")
    sealed = models.OneToOneField(Leaf, models.PROTECT, null=True, related_name="+")
    # Name of a paper to its hash: report.zh.pdf, report.en.pdf.
    sealed_files = models.TextField(default="{}")
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(low_fen__isnull=True)
                | Q(low_fen__gte=0, low_fen__lte=F("likely_fen"), likely_fen__lte=F("high_fen")),
                name="valuation_conclusion_rises",
            ),
            models.CheckConstraint(
                condition=Q(second_signer__isnull=True) | ~Q(second_signer=F("first_signer")),
                name="valuation_signed_by_two",
            ),
            models.CheckConstraint(
                condition=Q(reviewer__isnull=True) | ~Q(reviewer=F("first_signer")), name="valuation_reviewed_by_other"
            ),
            models.CheckConstraint(
                condition=~Q(state="issued")
                | Q(low_fen__isnull=False, second_signer__isnull=False, reviewer__isnull=False),
                name="valuation_issued_whole",
            ),
        ]

    @property
    def topic(self) -> str:
        """Its name on the record."""
        return f"appraisal:{self.pk}"


class AppraisalRight(models.Model):
    """One right that an appraisal is about."""

    appraisal = models.ForeignKey(Appraisal, models.PROTECT, related_name="rights")
    right = models.ForeignKey(Right, models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["appraisal", "right"], name="valuation_appraisal_right_once")]


class AppraisalEvidence(models.Model):
    """A paper that an appraisal rests on; the same paper is attached once."""

    appraisal = models.ForeignKey(Appraisal, models.PROTECT, related_name="evidence")
    file = models.ForeignKey(File, models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)
    added_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["appraisal", "file"], name="valuation_appraisal_paper_once")]


class Opinion(models.Model):
    """What one method comes to in an appraisal: as computed, and as the valuer holds it, with reasons."""

    appraisal = models.ForeignKey(Appraisal, models.PROTECT, related_name="opinions")
    # The engine's method, e.g. income.relief_from_royalty, or expert.
    method = models.CharField(max_length=40)
    # cost, market or income: the three approaches of 资产评估法 26.
    approach = models.CharField(max_length=8)
    low_fen = models.BigIntegerField()
    likely_fen = models.BigIntegerField()
    high_fen = models.BigIntegerField()
    weight_ppm = models.PositiveIntegerField()
    reason = models.TextField(blank=True)
    # Why the figure is another than the computed one; empty where it is the computed one.
    override_reason = models.TextField(blank=True)
    # The engine's record of the method as JSON; empty where the valuer computed it elsewhere.
    computed = models.TextField(blank=True)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["appraisal", "method"], name="valuation_opinion_once"),
            models.CheckConstraint(
                condition=Q(low_fen__gte=0, low_fen__lte=F("likely_fen"), likely_fen__lte=F("high_fen")),
                name="valuation_opinion_rises",
            ),
            models.CheckConstraint(condition=Q(weight_ppm__lte=1_000_000), name="valuation_opinion_weight"),
        ]


class AppraisalShare(models.Model):
    """That the client let a bank, a guarantor or an investor read the issued report, from when to when."""

    appraisal = models.ForeignKey(Appraisal, models.PROTECT, related_name="shares")
    party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["appraisal", "party"], condition=Q(ended_at__isnull=True), name="valuation_share_once"
            )
        ]
