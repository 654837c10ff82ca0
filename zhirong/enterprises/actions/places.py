"""Streets, parks and carriers, and who sits where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q

from zhirong.base.refused import Refused
from zhirong.enterprises import rules
from zhirong.enterprises.models import Place, Tenancy
from zhirong.people import access
from zhirong.people.models import Party, Person
from zhirong.record import actions as record


@dataclass(frozen=True, slots=True)
class Placed:
    """A place as a sheet says it, with its line there."""

    code: str
    kind: str
    name: str
    name_en: str = ""
    inside: str = ""
    operator: Party | None = None
    address: str = ""
    line: int = 0


@transaction.atomic
def bring_places(who: Person, placed: Sequence[Placed]) -> int:
    """All places of a sheet or none, in its order; how many there are. The same sheet twice changes nothing."""
    for one in placed:
        more = {"name_en": one.name_en, "inside": one.inside, "address": one.address}
        put_place(who, one.code, kind=one.kind, name=one.name, operator=one.operator, **more)
    return len(placed)


@transaction.atomic
def put_place(
    who: Person,
    code: str,
    *,
    kind: str,
    name: str,
    name_en: str = "",
    inside: str = "",
    operator: Party | None = None,
    address: str = "",
) -> Place:
    """A place under its code, new or changed. The same words again change nothing."""
    access.require(who, "enterprises.put_place")
    if not rules.PLACE_CODE.fullmatch(code):
        raise Refused("enterprises.place_code", place=code[:24])
    if kind not in rules.PLACE_KINDS:
        raise Refused("enterprises.place_kind", kind=kind[:8])
    found = Place.objects.select_for_update(of=("self",)).filter(code=code).first()
    if found is not None and found.ended_on is not None:
        raise Refused("enterprises.place_ended", place=code, on=found.ended_on)
    around = _in_use(inside) if inside else None
    _no_circle(code, around)
    said = {
        "kind": kind,
        "name": rules.must_be_text(name, field="name", most=120),
        "name_en": rules.must_be_text(name_en, field="name_en", most=120, least=0),
        "inside": around,
        "operator": operator,
        "address": rules.must_be_text(address, field="address", most=200, least=0),
    }
    if found is not None and all(getattr(found, field) == value for field, value in said.items()):
        return found
    found, _ = Place.objects.update_or_create(code=code, defaults=said | {"put_at": record.now(), "put_by": who})
    record.tell(
        "enterprises.place_put",
        found.topic,
        who=who,
        code=code,
        place_kind=kind,
        name=found.name,
        inside=inside,
        operator=operator.ref if operator else "",
    )
    return found


@transaction.atomic
def end_place(who: Person, code: str, *, on: date) -> Place:
    """The place is used no more from the day on; it stays with its history. Nobody may sit in it any longer."""
    access.require(who, "enterprises.end_place")
    found = _locked(code)
    if found.ended_on is not None:
        return found
    sitting = found.tenancies.filter(Q(until__isnull=True) | Q(until__gte=on)).count()
    sitting += found.places.filter(ended_on__isnull=True).count()
    if sitting:
        raise Refused("enterprises.place_in_use", place=code, count=sitting)
    found.ended_on = on
    found.save(update_fields=["ended_on"])
    record.tell("enterprises.place_ended", found.topic, who=who, code=code, on=on.isoformat())
    return found


@transaction.atomic
def put_tenancy(who: Person, party: Party, code: str, *, since: date, until: date | None = None) -> Tenancy:
    """The enterprise sits in the place from a day on; the same first day again only moves the last day."""
    found = _locked(code)
    access.require(who, "enterprises.put_tenancy", found)
    if until is not None and until < since:
        raise Refused("enterprises.days_reversed", since=since, until=until)
    if found.ended_on is not None:
        raise Refused("enterprises.place_ended", place=code, on=found.ended_on)
    same = found.tenancies.filter(party=party, since=since).first()
    if same is not None and same.until == until:
        return same
    _no_overlap(found, party, since=since, until=until)
    kept, _ = Tenancy.objects.update_or_create(
        place=found, party=party, since=since, defaults={"until": until, "put_at": record.now(), "put_by": who}
    )
    days: dict[str, Any] = {"since": since.isoformat(), "until": until.isoformat() if until else ""}
    record.tell("enterprises.tenancy_put", found.topic, who=who, party=party.ref, code=code, **days)
    return kept


def _locked(code: str) -> Place:
    found = Place.objects.select_for_update(of=("self",)).filter(code=code).first()
    if found is None:
        raise Refused("enterprises.place_unknown", place=code[:24])
    return found


def _in_use(code: str) -> Place:
    found = _locked(code)
    if found.ended_on is not None:
        raise Refused("enterprises.place_ended", place=code, on=found.ended_on)
    return found


def _no_circle(code: str, around: Place | None) -> None:
    while around is not None:
        if around.code == code:
            raise Refused("enterprises.place_circle", place=code)
        around = around.inside


def _no_overlap(place: Place, party: Party, *, since: date, until: date | None) -> None:
    others = (
        place.tenancies.filter(party=party).exclude(since=since).filter(Q(until__isnull=True) | Q(until__gte=since))
    )
    if until is not None:
        others = others.filter(since__lte=until)
    if (other := others.first()) is not None:
        raise Refused("enterprises.tenancy_overlaps", place=place.code, since=other.since)
