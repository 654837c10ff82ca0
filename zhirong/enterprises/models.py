"""Tables of enterprises. A statement is never overwritten: it is replaced or withdrawn, and stays to be read."""

from __future__ import annotations

from datetime import datetime

from django.db import models

from zhirong.people.models import Party, Person
from zhirong.record.models import File


class Statement(models.Model):
    """What a source says of an enterprise, from which day, and since when the house knows it (陈述)."""

    party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    # Empty: the enterprise itself. Else the key of one thing of it: "loan:2022-01", "patent:2019113245673".
    about = models.CharField(max_length=80, blank=True)
    # Plain as the policy engine takes it: truth, text, list or records; numbers and money as exact decimal text.
    value = models.JSONField()
    # True from this day to that one, both included; without a first day it was always so.
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    known_from = models.DateTimeField()
    source = models.CharField(max_length=16)
    source_text = models.CharField(max_length=200, blank=True)
    evidence = models.ForeignKey(File, models.PROTECT, null=True, related_name="+")
    said_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    replaced_at = models.DateTimeField(null=True)
    replaced_by = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [models.Index(fields=["party", "about", "name"], name="enterprises_of_party")]
        constraints = [
            # One source says one thing of a day; what it said before stands there as replaced.
            models.UniqueConstraint(
                fields=["party", "name", "about", "source", "since"],
                condition=models.Q(replaced_at__isnull=True, withdrawn_at__isnull=True, since__isnull=False),
                name="enterprises_said_once",
            ),
            models.UniqueConstraint(
                fields=["party", "name", "about", "source"],
                condition=models.Q(replaced_at__isnull=True, withdrawn_at__isnull=True, since__isnull=True),
                name="enterprises_said_once_undated",
            ),
            models.CheckConstraint(
                condition=models.Q(since__isnull=True)
                | models.Q(until__isnull=True)
                | models.Q(until__gte=models.F("since")),
                name="enterprises_since_before_until",
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True) | ~models.Q(reason=""),
                name="enterprises_withdrawn_for_a_reason",
            ),
        ]

    @property
    def gone_at(self) -> datetime | None:
        """When it stopped to count, replaced or withdrawn."""
        return self.replaced_at or self.withdrawn_at


class Place(models.Model):
    """A street, a park or a carrier (街道、园区、载体), inside another one or on top."""

    KINDS = [("street", "street"), ("park", "park"), ("carrier", "carrier")]
    code = models.CharField(max_length=24, unique=True)
    kind = models.CharField(max_length=8, choices=KINDS)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    inside = models.ForeignKey("self", models.PROTECT, null=True, related_name="places")
    operator = models.ForeignKey(Party, models.PROTECT, null=True, related_name="+")
    address = models.CharField(max_length=200, blank=True)
    put_at = models.DateTimeField()
    put_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    ended_on = models.DateField(null=True)

    @property
    def topic(self) -> str:
        """Its name on the record."""
        return f"place:{self.code}"


class Tenancy(models.Model):
    """That an enterprise sits in a place, from which day to which, both included (入驻)."""

    place = models.ForeignKey(Place, models.PROTECT, related_name="tenancies")
    party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    since = models.DateField()
    until = models.DateField(null=True)
    put_at = models.DateTimeField()
    put_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["place", "party", "since"], name="enterprises_tenancy_once"),
            models.UniqueConstraint(
                fields=["place", "party"],
                condition=models.Q(until__isnull=True),
                name="enterprises_one_open_tenancy",
            ),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
                name="enterprises_tenancy_days",
            ),
        ]


class Consent(models.Model):
    """That an enterprise lets another party read its file, or also prepare applications for it (授权)."""

    party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    to = models.ForeignKey(Party, models.PROTECT, related_name="+")
    may_prepare = models.BooleanField(default=False)
    purpose = models.CharField(max_length=200)
    until = models.DateField()
    given_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["party", "to"], condition=models.Q(ended_at__isnull=True), name="enterprises_consent_once"
            ),
            models.CheckConstraint(condition=~models.Q(party=models.F("to")), name="enterprises_consent_to_another"),
        ]
