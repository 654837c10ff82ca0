"""Tables of reach: runs of all measures over all enterprises, take-up as people know it, who wants no invitations."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from zhirong.people.models import Party, Person, fresh_ref


class Screening(models.Model):
    """One run of all measures over the population (初筛): what it rests on, and what it found for each measure.

    The day, the moment of `known` and the hashes in the manifest tell what a second run needs to find the same.
    """

    ref = models.CharField(max_length=16, unique=True, default=fresh_ref)
    day = models.DateField()
    known = models.DateTimeField()
    state = models.CharField(max_length=8, default="waiting")
    enterprises = models.PositiveIntegerField(null=True)
    # The engine, the population's hash, and the hash of each measure, as canonical JSON.
    manifest = models.TextField(default="{}")
    # Per measure what `reach.Reach` holds, as canonical JSON.
    found = models.TextField(default="[]")
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["waiting", "done", "failed"]), name="policy_screening_state"),
            # One run at a time: who asks again is shown the one that is on its way.
            models.UniqueConstraint(fields=["state"], condition=Q(state="waiting"), name="policy_screening_one"),
        ]

    @property
    def topic(self) -> str:
        """Its name on the record."""
        return f"screening:{self.ref}"


class TakeUp(models.Model):
    """Which share of those who qualify will ask for a measure in a year (申领率): a range with its source, in ppm."""

    measure = models.CharField(max_length=100)
    year = models.PositiveSmallIntegerField()
    low_ppm = models.PositiveIntegerField()
    likely_ppm = models.PositiveIntegerField()
    high_ppm = models.PositiveIntegerField()
    source = models.CharField(max_length=500)
    said_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    said_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "year"], condition=Q(replaced_at__isnull=True), name="policy_take_up_once"
            ),
            models.CheckConstraint(
                condition=Q(low_ppm__lte=F("likely_ppm"), likely_ppm__lte=F("high_ppm"), high_ppm__lte=1_000_000),
                name="policy_take_up_rises",
            ),
        ]

    @property
    def topic(self) -> str:
        """Its name on the record."""
        return f"take_up:{self.measure}:{self.year}"


class NoInvitations(models.Model):
    """That an enterprise wants no invitations to measures (不接收邀请), until it says otherwise."""

    party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    said_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    said_at = models.DateTimeField()
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["party"], condition=Q(ended_at__isnull=True), name="policy_no_invitations_once"
            )
        ]
