"""Many parties at once, from an official list: the same rules, one deed for each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from zhirong.base import identities, text
from zhirong.base.refused import Refused
from zhirong.people import access
from zhirong.people.actions import parties
from zhirong.people.models import Membership, Party, Person
from zhirong.record import actions as record
from zhirong.record.models import File


@dataclass(frozen=True, kw_only=True)
class Newcomer:
    """One organisation of a list, and who acts for it here where that is known."""

    name: str
    code: str
    address: str = ""
    administrator: Person | None = None
    is_state_owned: bool = False
    is_public_institution: bool = False
    is_public_research: bool = False


def put_organisations(
    maker: Person, checker: Person, newcomers: Iterable[Newcomer], *, evidence: File
) -> dict[str, Party]:
    """Verified organisations by their credit codes, from a list that one person brings and another has checked.

    Those already here are given back as they are. All or nothing: one wrong code and none is put.
    """
    read = {identities.read_uscc(one.code): one for one in newcomers}
    with transaction.atomic():
        access.require(maker, "people.put_parties")
        access.require(checker, "people.check_parties")
        if maker.pk == checker.pk:
            raise Refused("people.maker_is_checker", verb=_named("people.check_parties"))
        known = {str(party.code): party for party in _of_codes(read)}
        fresh = _make({code: one for code, one in read.items() if code not in known}, record.now())
        record.tell_many(
            record.Deed(
                kind="people.party_put",
                topic=party.topic,
                who_ref=maker.ref,
                at=party.made_at,
                facts={"party": party.ref, "checked_by": checker.ref, "sha256": evidence.sha256},
            )
            for party in fresh
        )
    return known | {str(party.code): party for party in fresh}


def _named(verb: str) -> dict[str, str]:
    return {"zh": access.verbs()[verb].zh, "en": access.verbs()[verb].en}


def _of_codes(read: dict[str, Newcomer]) -> list[Party]:
    codes, found = list(read), list[Party]()
    for start in range(0, len(codes), 500):
        found += Party.objects.filter(code__in=codes[start : start + 500])
    return found


def _make(newcomers: dict[str, Newcomer], now: datetime) -> list[Party]:
    made = [
        Party(
            kind="legal",
            name=(name := parties.read_party_name(one.name)),
            name_key=text.party_name(name),
            code=code,
            address=text.tidy(one.address)[:200],
            is_state_owned=one.is_state_owned,
            is_public_institution=one.is_public_institution,
            is_public_research=one.is_public_research,
            verified_at=now,
            made_at=now,
        )
        for code, one in newcomers.items()
    ]
    Party.objects.bulk_create(made, batch_size=500)
    Membership.objects.bulk_create(
        [
            Membership(person=chief, party=party, is_administrator=True, asked_at=now, confirmed_at=now)
            for party in made
            if (chief := newcomers[str(party.code)].administrator) is not None
        ],
        batch_size=500,
    )
    return made
