"""A list of items for the index of value that a centre brought, as it was brought, and who put it into force."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from zhirong.people.models import Person
from zhirong.record.models import File


class IndexList(models.Model):
    """The operator's list (指标表), in force from a day once a second person has confirmed it."""

    # The list whole, as canonical JSON of its plain values, and the hash of these.
    body = models.TextField()
    sha256 = models.CharField(max_length=64)
    name_zh = models.CharField(max_length=500)
    name_en = models.CharField(max_length=500)
    edition = models.CharField(max_length=500)
    since = models.DateField(db_index=True)
    file = models.ForeignKey(File, models.PROTECT, related_name="+")
    brought_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    brought_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sha256", "since"], condition=Q(withdrawn_at__isnull=True), name="valuation_index_list_once"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("brought_by")),
                name="valuation_index_list_second_person",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="valuation_index_list_confirmed",
            ),
        ]

    @property
    def state(self) -> str:
        """waiting, confirmed or withdrawn."""
        if self.withdrawn_at is not None:
            return "withdrawn"
        return "confirmed" if self.confirmed_at is not None else "waiting"

    @property
    def topic(self) -> str:
        """Its name on the record."""
        return f"index_list:{self.pk}"
