"""What one person of the house proposes for a deal and a second one decides: a default, an annulment."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from zhirong.people.models import Person


class Proposal(models.Model):
    """One row for each proposal with its own reason; the second person confirms it by its hash, so what was seen."""

    deal = models.ForeignKey("exchange.Deal", models.PROTECT, related_name="proposals")
    # default, annulment.
    what = models.CharField(max_length=10)
    reason = models.TextField()
    payload_hash = models.CharField(max_length=64)
    # proposed, confirmed, returned by the second person, withdrawn by an operator, lapsed because the deal went on.
    state = models.CharField(max_length=10, default="proposed")
    proposed_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    # Why it was sent back or withdrawn.
    answer = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["deal"], condition=Q(state="proposed"), name="exchange_proposal_open_once")
        ]
