"""The papers without which state-owned rights are not announced: the appraisal and the approvals (V11, X3)."""

from __future__ import annotations

from django.db import models

from zhirong.people.models import Person
from zhirong.record.models import File


class StatePaper(models.Model):
    """One paper of a listing as its seller entered it; of each kind the latest stands."""

    listing = models.ForeignKey("exchange.Listing", models.PROTECT, related_name="state_papers")
    # appraisal; transfer: that it may be sold; price: that it may go below nine tenths of the appraisal.
    what = models.CharField(max_length=10)
    # Who appraised or approved, under which number, as of which day.
    body = models.CharField(max_length=120)
    number = models.CharField(max_length=60)
    dated_on = models.DateField()
    # What the rights were found to be worth; of a price approval the least that may be asked.
    amount_fen = models.BigIntegerField(null=True)
    # Where the result of the appraisal was approved or filed (核准、备案), where it was.
    filed_with = models.CharField(max_length=120, blank=True, default="")
    filed_number = models.CharField(max_length=60, blank=True, default="")
    filed_on = models.DateField(null=True)
    # The rights that it speaks of: sorted ids as JSON. Of others it says nothing.
    rights = models.TextField()
    file = models.ForeignKey(File, models.PROTECT, related_name="+")
    entered_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
