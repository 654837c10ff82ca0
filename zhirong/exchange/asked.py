"""What a seller asks of an announced listing and the operator decides: a change of it, or to take it back."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from zhirong.people.models import Person
from zhirong.record.models import File


class ListingChange(models.Model):
    """One thing that a seller asks for; a later word of the seller's takes the place of an earlier one (X2)."""

    listing = models.ForeignKey("exchange.Listing", models.PROTECT, related_name="changes")
    # change, withdrawal.
    what = models.CharField(max_length=10, default="change")
    # The new text of a change; of a withdrawal its ground, with the file that shows it.
    offer = models.TextField(blank=True)
    # Once a change is approved: what the listing said before, as the offer says it; empty on those of earlier years.
    was = models.TextField(blank=True, default="")
    ground = models.TextField(blank=True, default="")
    file = models.ForeignKey(File, models.PROTECT, null=True, related_name="+")
    proposed_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    # open, approved, refused, withdrawn by the seller, overtaken.
    state = models.CharField(max_length=10, default="open", db_index=True)
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["listing"], condition=Q(state="open"), name="exchange_change_open_once")
        ]
