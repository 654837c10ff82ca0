"""Parties: organisations, natural and foreign persons, and who acts for them."""

from __future__ import annotations

import re

from django.db import transaction

from zhirong.base import identities, text
from zhirong.base.refused import Refused
from zhirong.people import access
from zhirong.people.actions import secrets
from zhirong.people.models import Membership, Party, Person
from zhirong.record import actions as record

# Parties from abroad have no credit code; their administrator hands on the ref.
REF = re.compile(r"[0-9a-f]{16}")


def read_party_name(name: str) -> str:
    """A party's name as it is kept and shown; its key is made from it (N31)."""
    tidy = text.tidy(name)
    if not 1 <= len(tidy) <= 200:
        raise Refused("people.bad_name", most=200)
    return tidy


@transaction.atomic
def make_organisation(who: Person, *, name: str, code: str, address: str = "") -> Party:
    """A Chinese organisation under its credit code; who brings it is its first administrator, until it is verified."""
    access.require(who, "people.make_party")
    code, name = identities.read_uscc(code), read_party_name(name)
    known = Party.objects.filter(code=code).first()
    if known is None:
        return _make(who, kind="legal", name=name, country="CN", code=code, address=address)
    if _administers(who, known):
        return known
    raise Refused("people.party_known", credit_code=code, name=known.name)


@transaction.atomic
def make_natural_party(who: Person, *, name: str, resident_id: str, address: str = "") -> Party:
    """The person as a party of their own; the resident id is kept encrypted and stands on no page."""
    access.require(who, "people.make_party")
    number, name = identities.read_resident_id(resident_id).number, read_party_name(name)
    owner = secrets.owner_of("resident_id", number)
    if owner is not None and owner.pk == who.party_id:
        return owner
    if owner is not None:
        raise Refused("people.resident_id_known")
    _require_no_own_party(who)
    party = _make(who, kind="natural", name=name, country="CN", code=None, address=address)
    _own(who, party)
    secrets.put_secret(who, party, kind="resident_id", plain=number)
    return party


@transaction.atomic
def make_foreign_party(who: Person, *, kind: str, name: str, country: str, address: str = "") -> Party:
    """A party from abroad, known by its name and country until its papers are verified; export rules hang on it."""
    access.require(who, "people.make_party")
    if kind not in ("natural", "legal"):
        raise Refused("people.no_such_kind", kind=kind[:16])
    country, name = country.strip().upper(), read_party_name(name)
    if country == "CN" or not re.fullmatch(r"[A-Z]{2}", country):
        raise Refused("people.not_foreign", country=country[:8])
    same = Membership.objects.filter(
        person=who, is_administrator=True, ended_at__isnull=True, confirmed_at__isnull=False
    ).filter(party__country=country, party__name_key=text.party_name(name), party__kind=kind)
    if found := same.select_related("party").first():
        return found.party
    if kind == "natural":
        _require_no_own_party(who)
    party = _make(who, kind=kind, name=name, country=country, code=None, address=address)
    if kind == "natural":
        _own(who, party)
    return party


def _require_no_own_party(who: Person) -> None:
    if Person.objects.select_for_update().values_list("party_id", flat=True).get(pk=who.pk) is not None:
        raise Refused("people.has_own_party")


def _own(who: Person, party: Party) -> None:
    Person.objects.filter(pk=who.pk).update(party=party)
    who.party = party


def _make(who: Person, *, kind: str, name: str, country: str, code: str | None, address: str) -> Party:
    now = record.now()
    facts = {"kind": kind, "name": name, "name_key": text.party_name(name), "country": country, "made_at": now}
    facts["address"] = text.tidy(address)[:200]
    if code is None:
        party = Party.objects.create(**facts)
    else:
        party, is_new = Party.objects.get_or_create(code=code, defaults=facts)
        if not is_new:
            raise Refused("people.party_known", credit_code=code, name=party.name)
    Membership.objects.create(
        person=who, party=party, is_administrator=True, asked_at=now, confirmed_at=now, confirmed_by=who
    )
    record.tell("people.party_made", party.topic, who=who, party=party.ref, party_kind=kind, country=country)
    return party


def _administers(who: Person, party: Party) -> bool:
    standing = access.standing_of(who)
    return standing is not None and party.pk in standing.administered


def administrators_of(party: Party) -> list[Person]:
    """Who speaks for a party in matters of its members."""
    return list(
        Person.objects.filter(
            memberships__party=party,
            memberships__is_administrator=True,
            memberships__confirmed_at__isnull=False,
            memberships__ended_at__isnull=True,
            is_active=True,
        ).order_by("pk")
    )


@transaction.atomic
def ask_to_join(who: Person, *, code: str) -> Membership:
    """A request to act for a party, named by its credit code or its ref; it gives nothing until it is confirmed."""
    access.require(who, "people.ask_to_join")
    code = code.strip()
    named = {"ref": code} if REF.fullmatch(code) else {"code": identities.read_uscc(code)}
    party = Party.objects.select_for_update().filter(**named).first()
    if party is None:
        raise Refused("people.party_not_known", credit_code=code)
    if found := Membership.objects.filter(person=who, party=party, ended_at__isnull=True).first():
        return found
    asked = Membership.objects.create(person=who, party=party, asked_at=record.now())
    record.tell("people.asked_to_join", party.topic, who=who, to=administrators_of(party), person=who.ref)
    return asked


@transaction.atomic
def confirm_member(who: Person, membership_id: int) -> Membership:
    """The party's administrator or the operator confirms that somebody may act for it; never the person themself."""
    asked = _locked(membership_id)
    access.require(who, "people.confirm_member", asked)
    if asked.ended_at is not None:
        raise Refused("people.membership_ended", ended_at=asked.ended_at)
    if asked.confirmed_at is not None:
        return asked
    asked.confirmed_at, asked.confirmed_by = record.now(), who
    asked.save(update_fields=["confirmed_at", "confirmed_by"])
    record.tell("people.member_confirmed", asked.party.topic, who=who, to=[asked.person], person=asked.person.ref)
    return asked


@transaction.atomic
def make_party_administrator(who: Person, membership_id: int) -> Membership:
    """A confirmed member may from now on confirm others, as its administrator or the operator says."""
    member = _locked(membership_id)
    access.require(who, "people.confirm_member", member)
    if member.ended_at is not None or member.confirmed_at is None:
        raise Refused("people.not_a_member")
    if not member.is_administrator:
        member.is_administrator = True
        member.save(update_fields=["is_administrator"])
        record.tell(
            "people.party_administrator", member.party.topic, who=who, to=[member.person], person=member.person.ref
        )
    return member


@transaction.atomic
def end_membership(who: Person, membership_id: int) -> Membership:
    """Somebody no longer acts for a party, or a request is turned down."""
    member = _locked(membership_id)
    access.require(who, "people.end_membership", member)
    return _end(who, member)


@transaction.atomic
def leave(who: Person, membership_id: int) -> Membership:
    """The person gives up acting for a party."""
    member = _locked(membership_id)
    access.require(who, "people.leave", member)
    return _end(who, member)


def _locked(membership_id: int) -> Membership:
    """The membership, behind the lock of its party: two administrators cannot both leave at the same instant."""
    party = Membership.objects.filter(pk=membership_id).values_list("party_id", flat=True).first()
    if party is None:
        raise Refused("people.no_such_membership", membership=membership_id)
    Party.objects.select_for_update().get(pk=party)
    row = Membership.objects.select_for_update(of=("self",)).select_related("party", "person")
    return row.get(pk=membership_id)


def _end(who: Person, member: Membership) -> Membership:
    if member.ended_at is not None:
        return member
    others = [person for person in administrators_of(member.party) if person.pk != member.person_id]
    if member.is_administrator and not others and not access.has_role(who, "operator"):
        raise Refused("people.last_administrator")
    member.ended_at = record.now()
    member.save(update_fields=["ended_at"])
    record.tell("people.membership_ended", member.party.topic, who=who, to=[member.person], person=member.person.ref)
    return member


@transaction.atomic
def note_nature(
    who: Person, party_id: int, *, is_state_owned: bool, is_public_institution: bool, is_public_research: bool
) -> Party:
    """What the operator found a party to be: it decides on which rules and papers its rights are listed (X5, V11).

    Who noted it does not announce what it frees from papers: that takes a second operator.
    """
    party = Party.objects.select_for_update().get(pk=party_id)
    access.require(who, "people.note_nature", party)
    nature = {
        "is_state_owned": is_state_owned,
        "is_public_institution": is_public_institution,
        "is_public_research": is_public_research,
    }
    if is_public_research and (is_state_owned or party.kind != "legal" or party.country != "CN"):
        raise Refused("people.nature_contradicts")
    if all(getattr(party, name) == value for name, value in nature.items()):
        return party
    for name, value in nature.items():
        setattr(party, name, value)
    party.nature_noted_by = who
    party.save(update_fields=[*nature, "nature_noted_by"])
    record.tell("people.nature_noted", party.topic, who=who, to=administrators_of(party), **nature)
    return party


def masked_secrets(who: access.Who, party: Party) -> dict[str, str]:
    """What pages may show of a party's secrets: kind and masked form."""
    access.require(who, "people.see_party", party)
    return {one.kind: one.masked for one in sorted(party.secrets.all(), key=lambda one: one.kind)}
