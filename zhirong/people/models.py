"""Tables of people: who logs in, whom they act for, what they may do."""

from __future__ import annotations

import secrets
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from zhirong.record.models import File


def fresh_ref() -> str:
    """A random name under which a person or party stands on the record; it tells nothing about them."""
    return secrets.token_hex(8)


class Party(models.Model):
    """A legal subject (主体): a natural or a legal person that may hold rights, buy, lend or be paid."""

    KINDS = [("natural", "natural"), ("legal", "legal")]
    ref = models.CharField(max_length=16, unique=True, default=fresh_ref)
    kind = models.CharField(max_length=8, choices=KINDS)
    name = models.CharField(max_length=200)
    name_key = models.CharField(max_length=200, db_index=True)
    country = models.CharField(max_length=2, default="CN")
    # 18-character unified social credit code (GB 32100); a resident id never stands here but in Secret.
    code = models.CharField(max_length=18, null=True, unique=True)
    is_state_owned = models.BooleanField(default=False)
    is_public_institution = models.BooleanField(default=False)
    # 政府设立的研究开发机构、高等院校 (转化法 18): what frees its listings from appraisal and approval (V11).
    is_public_research = models.BooleanField(default=False)
    nature_noted_by = models.ForeignKey("Person", models.PROTECT, null=True, related_name="+")
    address = models.CharField(max_length=200, blank=True)
    verified_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(is_public_research=False)
                | models.Q(is_state_owned=False, kind="legal", country="CN"),
                name="people_public_research",
            )
        ]

    @property
    def topic(self) -> str:
        """Its name on the record."""
        return f"party:{self.ref}"


class PersonManager(BaseUserManager["Person"]):
    def get_by_natural_key(self, username: str | None) -> Person:
        return self.get(login=username)


class Person(AbstractBaseUser):
    """A human being with a log-in. One log-in works for all their desks."""

    login = models.CharField(max_length=64, unique=True)
    ref = models.CharField(max_length=16, unique=True, default=fresh_ref)
    name = models.CharField(max_length=100)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=32, blank=True)
    language = models.CharField(max_length=8, default="zh-hans")
    party = models.OneToOneField(Party, models.PROTECT, null=True, related_name="person")
    is_active = models.BooleanField(default=True)
    made_at = models.DateTimeField()
    tries_left = models.PositiveSmallIntegerField(default=5)
    locked_until = models.DateTimeField(null=True)

    USERNAME_FIELD = "login"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = PersonManager()

    @property
    def topic(self) -> str:
        """Their name on the record."""
        return f"person:{self.ref}"


class Membership(models.Model):
    """That a person may act for a party, from when to when; the party's administrator or the operator confirms it."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships")
    party = models.ForeignKey(Party, models.PROTECT, related_name="memberships")
    is_administrator = models.BooleanField(default=False)
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "party"], condition=models.Q(ended_at__isnull=True), name="people_membership_once"
            )
        ]


class RoleGrant(models.Model):
    """That a person has a role of the house. The sensitive ones need a second person's word."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="role_grants")
    role = models.CharField(max_length=20)
    granted_at = models.DateTimeField()
    granted_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    confirmed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "role"], condition=models.Q(ended_at__isnull=True), name="people_role_once"
            )
        ]


class Verification(models.Model):
    """A party's claim to be who it says (实名核验), its evidence, and the operator's decision."""

    party = models.ForeignKey(Party, models.PROTECT, related_name="verifications")
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    evidence = models.ManyToManyField(File, related_name="+")
    state = models.CharField(max_length=12, default="waiting")
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)


class Secret(models.Model):
    """A resident id or a bank account: encrypted, shown masked, and each reading of it is a deed."""

    party = models.ForeignKey(Party, models.PROTECT, related_name="secrets")
    kind = models.CharField(max_length=20)
    cipher = models.BinaryField()
    key_id = models.CharField(max_length=16)
    masked = models.CharField(max_length=40)
    # HMAC of the plain value: finds a second owner of the same id without reading it.
    fingerprint = models.BinaryField(max_length=32, db_index=True)
    kept_at = models.DateTimeField()
    # When another value took the place of one that stood here; the first one changed nothing.
    changed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["party", "kind"], name="people_secret_once"),
            # Two parties may share a bank account, but nobody is two natural persons.
            models.UniqueConstraint(
                fields=["fingerprint"], condition=models.Q(kind="resident_id"), name="people_resident_id_once"
            ),
        ]


class Token(models.Model):
    """An API token, known to the house only by its hash."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=60)
    sha256 = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


class Browser(models.Model):
    """A browser in which a person is logged in, known by its session."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="browsers")
    session_key = models.CharField(max_length=40, unique=True)
    agent = models.CharField(max_length=40)
    began_at = models.DateTimeField()
