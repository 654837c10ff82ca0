"""Tables of the record, which knows persons by their ref alone.

A leaf and its event are written without a number, in the transaction of their deed.
"""

from __future__ import annotations

from django.db import models


class Leaf(models.Model):
    """What is proven of one deed: its canonical body and, once the sequencer has seen it, its number.

    The body holds no personal data: persons and parties appear by their random ref.
    Only `number` ever changes, from NULL to its value; triggers refuse every other change.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    kind = models.CharField(max_length=64)
    topic = models.CharField(max_length=64)
    body = models.TextField()
    hash = models.BinaryField(max_length=32)
    number = models.BigIntegerField(null=True, unique=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="record_leaf_unnumbered", condition=models.Q(number__isnull=True)),
            models.Index(fields=["topic", "id"], name="record_leaf_topic"),
        ]


class Event(models.Model):
    """The outbox row of the same deed: what pages, feed and search read, in the order of its leaf's number."""

    leaf = models.OneToOneField(Leaf, models.PROTECT, primary_key=True, related_name="event")
    topic = models.CharField(max_length=64)
    kind = models.CharField(max_length=64)
    public = models.BooleanField()
    body = models.TextField()


class Subtree(models.Model):
    """The root of a complete subtree of 2**level leaves, so that a proof reads few rows (engine.tree.STORED_LEVELS)."""

    level = models.PositiveSmallIntegerField()
    place = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "place"], name="record_subtree_once")]


class Checkpoint(models.Model):
    """The tree's size and root as a signed note, in the house's key of that day."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField(max_length=32)
    at = models.DateTimeField()
    note = models.TextField()


class File(models.Model):
    """A file that somebody brought, kept under its hash in the data folder."""

    ref = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    kept_at = models.DateTimeField()
    owner_ref = models.CharField(max_length=16)
    is_secret = models.BooleanField(default=False)


class Notice(models.Model):
    """What one person was told of one event."""

    person_ref = models.CharField(max_length=16)
    leaf = models.ForeignKey(Leaf, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=64)
    topic = models.CharField(max_length=64)
    facts = models.TextField()
    is_legal = models.BooleanField(default=False)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person_ref", "leaf"], name="record_notice_once")]
        indexes = [models.Index(fields=["person_ref", "read_at", "-at"], name="record_notice_unread")]


class Delivery(models.Model):
    """One notice through one channel: in-site, e-mail, SMS or WeChat."""

    notice = models.ForeignKey(Notice, models.PROTECT, related_name="deliveries")
    channel = models.CharField(max_length=16)
    state = models.CharField(max_length=16, default="waiting")
    address = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notice", "channel"], name="record_delivery_once")]


class Choice(models.Model):
    """That a person wants, or does not want, notices through a channel; legal notices do not ask."""

    person_ref = models.CharField(max_length=16)
    channel = models.CharField(max_length=16)
    is_wanted = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person_ref", "channel"], name="record_choice_once")]


class ClockMove(models.Model):
    """A step of a demo house's clock: never back, and nowhere but in a demo data folder."""

    moved_at = models.DateTimeField()
    shift_us = models.BigIntegerField()
    why = models.CharField(max_length=200, blank=True)


class Job(models.Model):
    """Long work with its progress; safe to start again where it stopped."""

    kind = models.CharField(max_length=64)
    key = models.CharField(max_length=120, unique=True)
    facts = models.TextField(default="{}")
    state = models.CharField(max_length=16, default="waiting")
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    message = models.TextField(blank=True)
    asked_by_ref = models.CharField(max_length=16)
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
