"""Tables of the registry. A right's facts are versions, never overwritten; the row of the right shows the newest."""

from __future__ import annotations

from django.db import models

from zhirong.people.models import Party, Person
from zhirong.record.models import File


class ImportBatch(models.Model):
    """Rows brought together. They are written unseen, in chunks; `visible_at` shows all of them at once."""

    ref = models.CharField(max_length=32, unique=True)
    kind = models.CharField(max_length=20)
    file = models.ForeignKey(File, models.PROTECT, null=True, related_name="+")
    brought_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    holder = models.ForeignKey(Party, models.PROTECT, null=True, related_name="+")
    brought_at = models.DateTimeField()
    rows = models.PositiveIntegerField(default=0)
    faults = models.PositiveIntegerField(default=0)
    visible_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)


class ImportRow(models.Model):
    """One row as it was read, and what is wrong with it, column by column."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="lines")
    line = models.PositiveIntegerField()
    facts = models.TextField()
    faults = models.TextField(default="[]")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "line"], name="registry_row_once")]


class RightQuerySet(models.QuerySet["Right"]):
    def visible(self) -> RightQuerySet:
        """Without the rows of imports that are not yet accepted."""
        return self.filter(models.Q(batch__isnull=True) | models.Q(batch__visible_at__isnull=False))


class Right(models.Model):
    """One IP right (权利) as the house knows it now."""

    # Kind and normalised number, e.g. "patent:2019113245673"; see base.numbers.
    key = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=16)
    number = models.CharField(max_length=40)
    publication_number = models.CharField(max_length=24, blank=True, db_index=True)
    title = models.CharField(max_length=500)
    title_en = models.CharField(max_length=500, blank=True)
    abstract = models.TextField(blank=True)
    ipc = models.CharField(max_length=24, blank=True, db_index=True)
    ipc_all = models.TextField(blank=True)
    inventors = models.TextField(blank=True)
    filed_on = models.DateField(null=True)
    granted_on = models.DateField(null=True)
    # The rest of the facts, as canonical JSON: agent, priority, gazette, examination request, …
    facts = models.TextField(default="{}")
    version = models.PositiveIntegerField(default=1)
    source = models.CharField(max_length=60)
    source_day = models.DateField(null=True)
    put_at = models.DateTimeField()
    batch = models.ForeignKey(ImportBatch, models.PROTECT, null=True, related_name="rights")

    objects = RightQuerySet.as_manager()

    class Meta:
        indexes = [
            # The list of all rights, newest first, with all that decides who sees one and by what it is found: counted,
            # searched and turned here alone. A row of the table is a page of its own where its abstract is long.
            models.Index(
                fields=["put_at", "id", "kind", "batch", "granted_on", "publication_number", "number", "title"],
                name="registry_right_found",
            ),
        ]

    @property
    def topic(self) -> str:
        """Its name on the record."""
        return f"right:{self.pk}"

    @property
    def is_published(self) -> bool:
        """Whether the office has told the world of it."""
        return self.granted_on is not None or bool(self.publication_number)


class RightVersion(models.Model):
    """The facts of a right as they were put once, by whom and from where."""

    right = models.ForeignKey(Right, models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    facts = models.TextField()
    source = models.CharField(max_length=60)
    file = models.ForeignKey(File, models.PROTECT, null=True, related_name="+")
    put_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    put_at = models.DateTimeField()
    batch = models.ForeignKey(ImportBatch, models.PROTECT, null=True, related_name="versions")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["right", "version"], name="registry_version_once")]


class Holding(models.Model):
    """Who holds which share of a right from which day to which; shares of a day sum to a million."""

    right = models.ForeignKey(Right, models.PROTECT, related_name="holdings")
    # The holder as the register names it; the party is known once somebody has proven to be it.
    name = models.CharField(max_length=200)
    party = models.ForeignKey(Party, models.PROTECT, null=True, related_name="+")
    share_ppm = models.PositiveIntegerField()
    position = models.PositiveSmallIntegerField(default=0)
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    # Since when a newer record names somebody else and the operator has not decided.
    contested_at = models.DateTimeField(null=True)
    # When it last began, ended or was contested after the right was first put; the watch over listings reads it.
    changed_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(share_ppm__gte=1, share_ppm__lte=1_000_000), name="registry_share_range"
            )
        ]


class RegisterEvent(models.Model):
    """An entry of the register (登记事项), one of the twelve kinds of rule 106 of the implementing rules."""

    right = models.ForeignKey(Right, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=24)
    day = models.DateField()
    facts = models.TextField(default="{}")
    source = models.CharField(max_length=60)
    file = models.ForeignKey(File, models.PROTECT, null=True, related_name="+")
    entered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField()


class Encumbrance(models.Model):
    """What weighs on a right: pledge, seizure, suspension, a licence, an open licence, an invalidation procedure."""

    right = models.ForeignKey(Right, models.PROTECT, related_name="encumbrances")
    kind = models.CharField(max_length=24)
    number = models.CharField(max_length=60, blank=True)
    in_favour_of = models.CharField(max_length=200, blank=True)
    party = models.ForeignKey(Party, models.PROTECT, null=True, related_name="+")
    since = models.DateField()
    until = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    facts = models.TextField(default="{}")
    # The paper that it was registered on, and the one that lifted it.
    file = models.ForeignKey(File, models.PROTECT, null=True, related_name="+")
    end_file = models.ForeignKey(File, models.PROTECT, null=True, related_name="+")
    entered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField()


class Consent(models.Model):
    """That a co-owner or a pledgee agrees to an act on a right, on evidence."""

    right = models.ForeignKey(Right, models.PROTECT, related_name="consents")
    by_name = models.CharField(max_length=200)
    party = models.ForeignKey(Party, models.PROTECT, null=True, related_name="+")
    act = models.CharField(max_length=16)
    given_on = models.DateField()
    until = models.DateField(null=True)
    file = models.ForeignKey(File, models.PROTECT, null=True, related_name="+")
    entered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField()


class FeePayment(models.Model):
    """An annual fee (年费) paid for one patent year."""

    right = models.ForeignKey(Right, models.PROTECT, related_name="fee_payments")
    year = models.PositiveSmallIntegerField()
    paid_on = models.DateField()
    amount_fen = models.BigIntegerField()
    # What the office granted on this fee (财税〔2016〕78号): none, single or joint.
    reduction = models.CharField(max_length=8, default="none")
    file = models.ForeignKey(File, models.PROTECT, null=True, related_name="+")
    entered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField()
    # waiting, confirmed or refused: a holder's own report counts once an operator found it at the office.
    state = models.CharField(max_length=12, default="waiting")
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="registry_fee_positive"),
            models.UniqueConstraint(
                fields=["right", "year", "paid_on", "amount_fen"],
                condition=~models.Q(state="refused"),
                name="registry_fee_once",
            ),
        ]


class TransferEntry(models.Model):
    """A transfer that the office registered outside a deal: entered by one person, confirmed by another."""

    right = models.ForeignKey(Right, models.PROTECT, related_name="transfer_entries")
    to = models.ForeignKey(Party, models.PROTECT, related_name="+")
    seller = models.ForeignKey(Party, models.PROTECT, null=True, related_name="+")
    on = models.DateField()
    key = models.CharField(max_length=40)
    share_ppm = models.PositiveIntegerField()
    proof = models.ForeignKey(File, models.PROTECT, related_name="+")
    payload_hash = models.CharField(max_length=64)
    entered_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    # entered, confirmed or returned
    state = models.CharField(max_length=12, default="entered")
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["right", "key"], condition=~models.Q(state="returned"), name="registry_transfer_once"
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True) | ~models.Q(decided_by=models.F("entered_by")),
                name="registry_transfer_by_two",
            ),
        ]


class Claim(models.Model):
    """A party's claim to be the holder whom the register names, its evidence, and the operator's decision."""

    right = models.ForeignKey(Right, models.PROTECT, related_name="claims")
    holding = models.ForeignKey(Holding, models.PROTECT, related_name="claims")
    party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    evidence = models.ForeignKey(File, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=12, default="waiting")
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)


class IpcClass(models.Model):
    """One symbol of the International Patent Classification with its titles; `path` names its ancestors, A first."""

    # As the scheme writes it, without a blank: A, A01, A01B, A01B1/00.
    symbol = models.CharField(max_length=16, primary_key=True)
    level = models.CharField(max_length=12)
    dots = models.PositiveSmallIntegerField(null=True)
    path = models.TextField()
    title_zh = models.TextField(blank=True)
    title_en = models.TextField(blank=True)


class TechnologyField(models.Model):
    """Which of WIPO's 35 fields of technology the symbols with this beginning belong to."""

    prefix = models.CharField(max_length=16, primary_key=True)
    number = models.PositiveSmallIntegerField()
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    sector_en = models.CharField(max_length=80)


class Division(models.Model):
    """A county or district, or a street or town in one, with its code (GB/T 2260, GB/T 10114)."""

    code = models.CharField(max_length=12, primary_key=True)
    name = models.CharField(max_length=80)
    level = models.CharField(max_length=8)
    parent = models.CharField(max_length=12, db_index=True)
