"""People and parties for tests: told through rows, so that a test of one action needs no other."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from stdnum.cn import ric, uscc

from zhirong.base import text
from zhirong.base.refused import Refused, sentence
from zhirong.people.models import Membership, Party, Person, RoleGrant
from zhirong.record import actions as record
from zhirong.record import files
from zhirong.record.models import Event, File

_count = itertools.count(1)
PASSWORD = "quiet-harbour-lamp-7"


def a_person(*roles: str, password: str = "", member_of: Party | None = None) -> Person:
    """A log-in with these roles; a member of the party if one is given."""
    n, now = next(_count), record.now()
    person = Person(login=f"person{n}", name=f"Person {n}", made_at=now)
    person.set_password(password or None)
    person.save()
    for role in roles:
        RoleGrant.objects.create(person=person, role=role, granted_at=now, confirmed_at=now)
    if member_of is not None:
        a_membership(person, member_of)
    return person


def a_membership(person: Person, party: Party, *, is_administrator: bool = False) -> Membership:
    now = record.now()
    return Membership.objects.create(
        person=person, party=party, is_administrator=is_administrator, asked_at=now, confirmed_at=now
    )


def a_party(*, is_verified: bool = False, administrator: Person | None = None) -> Party:
    """An organisation with a right credit code."""
    n, now = next(_count), record.now()
    party = Party.objects.create(
        kind="legal",
        name=f"Party {n}",
        name_key=text.party_name(f"Party {n}"),
        code=a_credit_code(),
        made_at=now,
        verified_at=now if is_verified else None,
    )
    if administrator is not None:
        a_membership(administrator, party, is_administrator=True)
    return party


def a_credit_code() -> str:
    """A fresh code whose check character is right (GB 32100)."""
    start = f"91440304MA5F{next(_count):05d}"
    return start + str(uscc.calc_check_digit(start))


def a_resident_id() -> str:
    """A fresh id of nobody, with the right check character (GB 11643)."""
    start = f"440304{1950 + next(_count) % 50}0101{next(_count) % 1000:03d}"
    return start + str(ric.calc_check_digit(start + "0"))


def a_file(owner: Person) -> File:
    n = next(_count)
    content = b"%%PDF-1.7 licence %d" % n
    digest = hashlib.sha256(content).hexdigest()
    files.put(digest, content)
    return File.objects.create(
        ref=f"{n:032x}",
        name="licence.pdf",
        media_type="application/pdf",
        size=len(content),
        sha256=digest,
        kept_at=record.now(),
        owner_ref=owner.ref,
    )


def deeds() -> list[str]:
    """The kinds on the record, in order."""
    return list(Event.objects.order_by("pk").values_list("kind", flat=True))


@contextmanager
def refused(code: str, **facts: Any) -> Iterator[None]:
    """The deed inside is refused with this code, and with these facts where any are named."""
    with pytest.raises(Refused) as caught:
        yield
    assert caught.value.code == code
    assert facts.items() <= caught.value.facts.items()
    for language in ("zh", "en"):
        assert "{" not in sentence(caught.value, language)
