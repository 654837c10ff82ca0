"""Table of the interface: the answers to deeds that were sent under an Idempotency-Key."""

from __future__ import annotations

from django.db import models

from zhirong.people.models import Person


class KeptAnswer(models.Model):
    """What a deed was answered, written in the transaction of the deed, so that a repeat does nothing twice."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    key = models.CharField(max_length=64)
    # Method, address and body of the first request: the same key with another request is refused.
    request_sha256 = models.CharField(max_length=64)
    body = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="api_key_once")]
