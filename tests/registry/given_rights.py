"""Builders of people, files and rights on the register for the registry's tests."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest

from zhirong.base import text as texts
from zhirong.base.numbers import check_character
from zhirong.base.refused import Refused
from zhirong.people.models import Membership, Party, Person, RoleGrant
from zhirong.record import actions as record
from zhirong.record import files
from zhirong.record.models import File, Leaf
from zhirong.registry import queries, records
from zhirong.registry.actions import putting
from zhirong.registry.engine import states
from zhirong.registry.engine.facts import Kind
from zhirong.registry.models import Right
from zhirong.registry.records import Named, RightRecord

HOLDER = "深圳甲智能有限公司"


def a_party(name: str = HOLDER, *, is_verified: bool = True, **changes: Any) -> Party:
    now = record.now()
    return Party.objects.create(
        kind="legal",
        name=name,
        name_key=texts.party_name(name),
        made_at=now,
        verified_at=now if is_verified else None,
        **changes,
    )


def a_person(*roles: str, of: Party | None = None) -> Person:
    now = record.now()
    person = Person.objects.create(login=f"p{secrets.token_hex(4)}", name="某人", made_at=now)
    for role in roles:
        RoleGrant.objects.create(person=person, role=role, granted_at=now, confirmed_at=now)
    if of is not None:
        Membership.objects.create(person=person, party=of, asked_at=now, confirmed_at=now)
    return person


def an_operator() -> Person:
    return a_person("operator")


def a_file(data: bytes = b"evidence") -> File:
    files.put(hashlib.sha256(data).hexdigest(), data)
    return File.objects.create(
        ref=secrets.token_hex(8),
        name="file.pdf",
        media_type="application/pdf",
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        kept_at=record.now(),
        owner_ref="",
    )


def read(who: Person, file: File | None) -> None:
    """This person opened the evidence."""
    assert file is not None
    record.read_file(who, file, is_evidence=True)


def a_number(serial: int, *, year: int = 2021) -> str:
    digits = f"{year}1{serial:07d}"
    return f"{digits}.{check_character(digits)}"


def a_record(serial: int = 1, *, holders: tuple[Named, ...] = (Named(HOLDER),), **changes: Any) -> RightRecord:
    """An invention filed 2021-03-05, granted 2023-06-02, its fees seen paid well ahead."""
    kind, key, number = records.read_number(None, a_number(serial))
    said: dict[str, Any] = {
        "title": "一种柔性夹爪",
        "abstract": "一种夹爪。",
        "ipc": ("B25J 9/16",),
        "filed_on": date(2021, 3, 5),
        "published_on": date(2021, 8, 1),
        "granted_on": date(2023, 6, 2),
        "fees_paid_through_year": 19,
        "fees_as_of": date(2026, 1, 5),
        "source_day": date(2026, 1, 5),
    }
    return RightRecord(kind=Kind(kind), key=key, number=number, holders=holders, **said | changes)


def a_right(serial: int = 1, *, parties: tuple[Party, ...] = (), **changes: Any) -> Right:
    """A right on the register, held by these parties."""
    holders = tuple(Named(party.name, party=party.ref) for party in parties) or (Named(HOLDER),)
    return putting.put_right(an_operator(), a_record(serial, holders=holders, **changes), source="test").right


def kinds_told() -> list[str]:
    return list(Leaf.objects.order_by("pk").values_list("kind", flat=True))


@contextmanager
def refused(code: str, **facts: Any) -> Iterator[None]:
    with pytest.raises(Refused) as caught:
        yield
    assert caught.value.code == code
    assert {name: caught.value.facts.get(name) for name in facts} == facts


def standing_of(right: Right, day: date) -> states.Standing:
    """The state of the right on the day, with what lies over it."""
    return states.standing(queries.facts_of(right, day), day)
