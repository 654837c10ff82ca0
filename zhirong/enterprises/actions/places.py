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

# Of one transaction: other writers wait no longer than these few take.
CHUNK = 50


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


def bring_places(who: Person, placed: Sequence[Placed]) -> int:
    """All places of a sheet, in its order; how many there are. The same sheet twice changes nothing.

    All are judged before the first is written; then chunk by chunk, so that no other writer waits for long.
    """
    access.require(who, "enterprises.put_place")
    _must_stand(placed)
    for start in range(0, len(placed), CHUNK):
        _bring(who, placed[start : start + CHUNK])
    return len(placed)


@transaction.atomic
def _bring(who: Person, chunk: Sequence[Placed]) -> None:
    for one in chunk:
        more = {"name_en": one.name_en, "inside": one.inside, "address": one.address}
        put_place(who, one.code, kind=one.kind, name=one.name, operator=one.operator, **more)


def _must_stand(placed: Sequence[Placed]) -> None:
    """Nothing if each may be put in its turn, else Refused."""
    standing = Place.objects.values_list("code", "inside__code", "ended_on")
    inside: dict[str, str] = {}
    ended: dict[str, date] = {}
    for code, around, on in standing:
        inside[code] = around or ""
        if on is not None:
            ended[code] = on
    for one in placed:
        _judged(one.code, one.kind, name=one.name, name_en=one.name_en, address=one.address)
        for code in (one.code, one.inside):
            if code in ended:
                raise Refused("enterprises.place_ended", place=code, on=ended[code])
        if one.inside and one.inside not in inside:
            raise Refused("enterprises.place_unknown", place=one.inside[:24])
        around = one.inside
        while around:
            if around == one.code:
                raise Refused("enterprises.place_circle", place=one.code)
            around = inside[around]
        inside[one.code] = one.inside


def _judged(code: str, kind: str, *, name: str, name_en: str, address: str) -> dict[str, str]:
    """What a place is called, in bounds."""
    if not rules.PLACE_CODE.fullmatch(code):
        raise Refused("enterprises.place_code", place=code[:24])
    if kind not in rules.PLACE_KINDS:
        raise Refused("enterprises.place_kind", kind=kind[:8])
    return {
        "kind": kind,
        "name": rules.must_be_text(name, field="name", most=120),
        "name_en": rules.must_be_text(name_en, field="name_en", most=120, least=0),
        "address": rules.must_be_text(address, field="address", most=200, least=0),
    }


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
    words = _judged(code, kind, name=name, name_en=name_en, address=address)
    found = Place.objects.select_for_update(of=("self",)).filter(code=code).first()
    if found is not None and found.ended_on is not None:
        raise Refused("enterprises.place_ended", place=code, on=found.ended_on)
    around = _in_use(inside) if inside else None
    _no_circle(code, around)
    said: dict[str, Any] = words | {"inside": around, "operator": operator}
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
