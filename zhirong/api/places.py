"""Streets, parks and carriers, who sits there, and sheets of facts and places."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from zhirong.api import calling, files, paging, problems, shapes
from zhirong.base import refused as refusals
from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.enterprises import place_sheet
from zhirong.enterprises.actions import facts, places
from zhirong.enterprises.models import Place, Tenancy
from zhirong.people import access
from zhirong.policy import fact_sheet, reading
from zhirong.record import actions as record
from zhirong.record import files as kept_files

router = Router(tags=["enterprises"])
SHEET = (
    "papers.sheet_unreadable", "papers.sheet_empty", "papers.sheet_too_large", "papers.head_twice", "file.gone",
)  # fmt: skip
FAULTS_TOLD = 200
Code = Annotated[str, Field(min_length=1, max_length=24, pattern=shapes.NO_NUL, examples=["FT-P01"])]


class PlaceSaid(shapes.Said):
    """A street, park or carrier; `inside` is the code of the place around it."""

    kind: Literal["street", "park", "carrier"]
    name: Annotated[str, Field(min_length=1, max_length=120, pattern=shapes.NO_NUL)]
    name_en: Annotated[str, Field(max_length=120, pattern=shapes.NO_NUL)] = ""
    inside: Annotated[str, Field(max_length=24, pattern=shapes.NO_NUL)] = ""
    operator: Annotated[str, Field(max_length=16, pattern="^[0-9a-f]*$", description="The ref of a party")] = ""
    address: shapes.Short = ""


class PlaceTold(shapes.Told):
    """A place as it stands."""

    code: str
    kind: str
    name: str
    name_en: str
    inside: str
    operator: shapes.PartyShort | None
    address: str
    ended_on: date | None


class Ended(shapes.Said):
    """The day from which a place is used no more."""

    on: date


class TenancySaid(shapes.Said):
    """An enterprise sits in the place from a day on; the same first day again only moves the last day."""

    party: shapes.Ref
    since: date
    until: date | None = None


class TenancyTold(shapes.Told):
    """Who sits where."""

    tenancy_id: int
    place: str
    party: shapes.PartyShort
    since: date
    until: date | None


class BroughtSaid(shapes.Said):
    """A sheet of mine (/api/files); without `commit` it is only looked at."""

    file: shapes.FileRef
    commit: bool = False


class SheetFault(shapes.Told):
    """What is wrong in a cell."""

    line: int
    column: str
    code: str
    zh: str
    en: str


class BroughtTold(shapes.Told):
    """A sheet as it was read; with a fault nothing of it is taken in."""

    rows: int
    faults: int
    first_faults: list[SheetFault]
    unknown_columns: list[str]
    is_taken_in: bool
    new: int = Field(description="How many facts were new, or how many places there are in the sheet")


def place_told(one: Place) -> PlaceTold:
    return PlaceTold(
        code=one.code,
        kind=one.kind,
        name=one.name,
        name_en=one.name_en,
        inside=one.inside.code if one.inside else "",
        operator=shapes.party_short(one.operator) if one.operator else None,
        address=one.address,
        ended_on=one.ended_on,
    )


def tenancy_told(one: Tenancy) -> TenancyTold:
    return TenancyTold(
        tenancy_id=one.pk,
        place=one.place.code,
        party=shapes.party_short(one.party),
        since=one.since,
        until=one.until,
    )


def fault_told(line: int, column: str, refused: Refused) -> SheetFault:
    return SheetFault(
        line=line,
        column=column,
        code=refused.code,
        zh=refusals.sentence(refused, "zh"),
        en=refusals.sentence(refused, "en"),
    )


@router.get(
    "/places", auth=calling.ANYONE, summary="Streets, parks and carriers", **problems.told(paging.Page[PlaceTold])
)
def list_places(request: HttpRequest, asked: Query[paging.Asked]) -> paging.Page[PlaceTold]:
    """Those that ended too, newest first."""
    return paging.cut(Place.objects.select_related("inside", "operator"), asked, place_told)


@router.post(
    "/places/import",
    auth=calling.may_ask("enterprises.put_place"),
    summary="Bring a sheet of places",
    **problems.told(
        BroughtTold, *SHEET, "enterprises.sheet_lacks_columns", "enterprises.sheet_too_long", "enterprises.place_ended",
        "enterprises.place_circle",
    ),
)  # fmt: skip
def bring_places(request: HttpRequest, given: BroughtSaid) -> BroughtTold:
    """All places of the sheet, in its order; none where one cannot be put. The same sheet twice changes nothing."""
    person = calling.person_of(request)
    file = files.own(person, given.file)
    sheet = place_sheet.read(kept_files.get(file.sha256), name=file.name)
    takes = given.commit and not sheet.faults
    told = [fault_told(one.line, one.column, one.refused) for one in sheet.faults[:FAULTS_TOLD]]
    return BroughtTold(
        rows=sheet.rows,
        faults=len(sheet.faults),
        first_faults=told,
        unknown_columns=list(sheet.unknown),
        is_taken_in=takes,
        new=places.bring_places(person, sheet.places) if takes else 0,
    )


@router.put(
    "/places/{code}",
    auth=calling.may_ask("enterprises.put_place"),
    summary="Put a street, park or carrier",
    **problems.told(
        PlaceTold, "enterprises.place_code", "enterprises.place_kind", "enterprises.place_unknown",
        "enterprises.place_circle", "enterprises.place_ended", "enterprises.text_length",
    ),
)  # fmt: skip
def put_place(request: HttpRequest, code: Code, given: PlaceSaid) -> PlaceTold:
    """New or changed under its code; the same words again change nothing."""
    operator = shapes.party_named(given.operator) if given.operator else None
    said = given.model_dump(exclude={"operator"})
    return place_told(places.put_place(calling.person_of(request), code, operator=operator, **said))


@router.post(
    "/places/{code}/end",
    auth=calling.may_ask("enterprises.end_place"),
    summary="End a street, park or carrier",
    **problems.told(PlaceTold, "enterprises.place_unknown", "enterprises.place_in_use"),
)
def end_place(request: HttpRequest, code: Code, given: Ended) -> PlaceTold:
    """Nobody may sit in it any longer. Twice is once."""
    return place_told(places.end_place(calling.person_of(request), code, on=given.on))


@router.get(
    "/places/{code}/tenants",
    auth=calling.may_ask("enterprises.see_enterprises"),
    summary="Who sits in a place",
    **problems.told(paging.Page[TenancyTold]),
)
def list_tenants(request: HttpRequest, code: Code, asked: Query[paging.Asked]) -> paging.Page[TenancyTold]:
    """Those that left too, newest first."""
    access.require(calling.standing_of(request), "enterprises.see_enterprises")
    place = shapes.one(Place.objects.all(), code=code)
    return paging.cut(Tenancy.objects.filter(place=place).select_related("place", "party"), asked, tenancy_told)


@router.put(
    "/places/{code}/tenants",
    auth=calling.may_ask("enterprises.put_tenancy"),
    summary="Note who sits in a place",
    **problems.told(
        TenancyTold, "enterprises.place_unknown", "enterprises.place_ended", "enterprises.days_reversed",
        "enterprises.tenancy_overlaps",
    ),
)  # fmt: skip
def put_tenancy(request: HttpRequest, code: Code, given: TenancySaid) -> TenancyTold:
    """Officials and operators, and whoever operates the place."""
    party, person = shapes.party_named(given.party), calling.person_of(request)
    return tenancy_told(places.put_tenancy(person, party, code, since=given.since, until=given.until))


@router.post(
    "/facts/import",
    auth=calling.PERSON,
    summary="Bring a sheet of facts",
    **problems.told(
        BroughtTold, *SHEET, "policy.sheet_lacks_columns", "policy.sheet_too_long", "people.own_party",
        "enterprises.source_unknown",
    ),
)  # fmt: skip
def bring_facts(request: HttpRequest, given: BroughtSaid) -> BroughtTold:
    """Of one or many enterprises, all or nothing; the same sheet twice changes nothing."""
    person = calling.person_of(request)
    file = files.own(person, given.file)
    today = beijing_day(record.now())
    content = kept_files.get(file.sha256)
    sheet = fact_sheet.read(content, name=file.name, vocabulary=reading.own().vocabulary, day=today)
    sheet = fact_sheet.allowed(sheet, calling.standing_of(request))
    takes = given.commit and not sheet.faults
    new = facts.bring_facts(person, sheet.brought, proof=file) if takes else 0
    told = [fault_told(one.line, one.column, one.refused) for one in sheet.faults[:FAULTS_TOLD]]
    return BroughtTold(
        rows=sheet.rows,
        faults=len(sheet.faults),
        first_faults=told,
        unknown_columns=list(sheet.unknown),
        is_taken_in=takes,
        new=new,
    )
