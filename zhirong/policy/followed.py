"""Tables of support (我的政策): feeds of windows for calendars, and answers kept to be computed again."""

from __future__ import annotations

from django.db import models

from zhirong.people.models import Party, Person


class CalendarFeed(models.Model):
    """The secret address of one person's calendar of one party's windows, known to the house by its hash only."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "party"], condition=models.Q(ended_at__isnull=True), name="policy_feed_once"
            )
        ]


class KeptText(models.Model):
    """The text of a measure that a kept decision or an application rests on, once under the hash of what it says.

    The measures that come with the house may be other ones after an update of it; what was decided stays computable.
    """

    # `Measure.sha256`.
    sha256 = models.CharField(max_length=64, unique=True)
    text = models.TextField()


class KeptDecision(models.Model):
    """A decision as it was shown, with the facts and the text that it rests on, by which it is computed again (2.4)."""

    party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    measure = models.CharField(max_length=100)
    about = models.CharField(max_length=80, blank=True)
    day = models.DateField()
    known = models.DateTimeField()
    eligible = models.CharField(max_length=16)
    amount_fen = models.BigIntegerField(null=True)
    sha256 = models.CharField(max_length=64)
    body = models.JSONField()
    # As canonical JSON, and the hash of the text; empty where it was kept before the house wrote them down.
    facts = models.TextField(blank=True)
    measure_sha256 = models.CharField(max_length=64, blank=True)
    kept_by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["party", "known"], name="policy_kept_of_party")]
