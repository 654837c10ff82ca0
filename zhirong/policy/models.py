"""Tables of policy: texts of measures with their approvals, originals, their paragraphs, and the clauses on them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from zhirong.people.models import Person
from zhirong.policy.applied import Application as Application
from zhirong.policy.applied import ApplicationFile as ApplicationFile
from zhirong.policy.applied import ApplicationObjection as ApplicationObjection
from zhirong.policy.applied import Booking as Booking
from zhirong.policy.applied import Budget as Budget
from zhirong.policy.applied import PaymentLine as PaymentLine
from zhirong.policy.applied import PaymentList as PaymentList
from zhirong.policy.applied import Repayment as Repayment
from zhirong.policy.followed import CalendarFeed as CalendarFeed
from zhirong.policy.followed import KeptDecision as KeptDecision
from zhirong.policy.followed import KeptText as KeptText
from zhirong.policy.reached import NoInvitations as NoInvitations
from zhirong.policy.reached import Screening as Screening
from zhirong.policy.reached import TakeUp as TakeUp
from zhirong.record.models import File

STATES = ("draft", "waiting", "approved", "returned", "withdrawn")


class MeasureText(models.Model):
    """One text of a measure (措施文本), the YAML file whole. Approved it rules from that moment on and never changes.

    Of several approved texts of a name the one approved last rules; a text that came with the house is the ground.
    What the base held at any earlier moment is thereby known for ever (`kept.base`).
    """

    # The measure's own id, as it stands in the text.
    name = models.CharField(max_length=100)
    zh = models.CharField(max_length=4000)
    en = models.CharField(max_length=4000)
    text = models.TextField()
    # Of the text as it stands, byte by byte: what a second person has read.
    sha256 = models.CharField(max_length=64)
    # Of the measure that ruled when this was drafted (`Measure.sha256`); empty: there was none.
    based_on = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=10, default="draft")
    # What lint, cases and mutants said when approval was asked for, as canonical JSON.
    findings = models.TextField(default="{}")
    reason = models.TextField(blank=True)
    drafted_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    # When the base came to know it: the moment of its approval.
    known_from = models.DateTimeField(null=True, db_index=True)

    class Meta:
        indexes = [models.Index(fields=["name", "known_from"], name="policy_text_of_measure")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=STATES), name="policy_text_state"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("drafted_by")),
                name="policy_text_second_person",
            ),
            models.CheckConstraint(
                condition=Q(state="approved", known_from__isnull=False, decided_by__isnull=False)
                | (~Q(state="approved") & Q(known_from__isnull=True)),
                name="policy_text_known_when_approved",
            ),
            # The same draft brought twice by one person is one.
            models.UniqueConstraint(
                fields=["name", "sha256", "drafted_by"],
                condition=Q(state__in=["draft", "waiting"]),
                name="policy_text_drafted_once",
            ),
        ]

    @property
    def topic(self) -> str:
        """Its name on the record."""
        return f"measure_text:{self.pk}"


class Original(models.Model):
    """An official document (原文) as it was brought: the file under its hash, and where it came from."""

    file = models.ForeignKey(File, models.PROTECT, related_name="+")
    # html, pdf or docx.
    kind = models.CharField(max_length=4)
    sha256 = models.CharField(max_length=64, unique=True)
    title = models.CharField(max_length=500)
    # The address or the place that it was taken from, in words; shown as text and never followed.
    source = models.CharField(max_length=1000)
    is_official = models.BooleanField()
    characters = models.PositiveIntegerField()
    brought_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    brought_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["html", "pdf", "docx"]), name="policy_original_kind")
        ]

    @property
    def topic(self) -> str:
        """Its name on the record."""
        return f"original:{self.pk}"


class Paragraph(models.Model):
    """One paragraph (段落) of an original, as plain text; `begins` and `ends` are its offsets in the whole text."""

    original = models.ForeignKey(Original, models.PROTECT, related_name="paragraphs")
    number = models.PositiveIntegerField()
    # The page of a PDF; nothing where the file has none.
    page = models.PositiveIntegerField(null=True)
    text = models.TextField()
    begins = models.PositiveIntegerField()
    ends = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["original", "number"], name="policy_paragraph_once"),
            models.CheckConstraint(condition=Q(ends__gt=F("begins")), name="policy_paragraph_span"),
        ]


class ClauseLink(models.Model):
    """A clause of a measure stands on words of a paragraph, quoted as they are (条款出处)."""

    name = models.CharField(max_length=100)
    clause = models.CharField(max_length=100)
    paragraph = models.ForeignKey(Paragraph, models.PROTECT, related_name="links")
    quote = models.TextField()
    # Offsets of the quote in the paragraph's text.
    begins = models.PositiveIntegerField()
    ends = models.PositiveIntegerField()
    linked_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    linked_at = models.DateTimeField()
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["name", "clause"], name="policy_link_of_clause")]
        constraints = [
            models.UniqueConstraint(
                fields=["name", "clause", "paragraph", "begins", "ends"],
                condition=Q(ended_at__isnull=True),
                name="policy_link_once",
            ),
            models.CheckConstraint(condition=Q(ends__gt=F("begins")), name="policy_link_span"),
        ]

    @property
    def topic(self) -> str:
        """Its name on the record."""
        return f"clause:{self.name}"
