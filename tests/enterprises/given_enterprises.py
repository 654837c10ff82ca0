"""Builders of enterprises, their facts and places."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.registry import given_rights
from zhirong.enterprises.actions import facts
from zhirong.enterprises.models import Statement
from zhirong.enterprises.rules import Told
from zhirong.people.models import Membership, Party, Person

DAY = date(2026, 6, 1)
# Invented credit codes with their right check characters.
CODES = ("91440300MA5FT0001K", "91440300MA5FT0002N")


def an_enterprise(name: str = "深圳甲智能有限公司", **changes: Any) -> Party:
    return given_rights.a_party(name, **changes)


def a_member(party: Party, *roles: str) -> Person:
    return given_rights.a_person(*roles or ("holder",), of=party)


def an_official() -> Person:
    return given_rights.a_person("official")


def stated(party: Party, name: str, value: Any, *, source: str = "self", **said: Any) -> Statement:
    """A fact of the enterprise, said by itself or noted from an official source."""
    who = a_member(party) if source == "self" else an_official()
    return facts.note_facts(who, party, [Told(name, value, **said)], source=source)[0]


def an_administrator(party: Party) -> Person:
    """Who speaks for the party in matters of its members and consents."""
    person = given_rights.a_person("holder", of=party)
    Membership.objects.filter(person=person).update(is_administrator=True)
    return person
