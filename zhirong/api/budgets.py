"""Whom the measures reach, what they will cost, who is almost eligible, and who wants no invitations."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import BaseModel, ConfigDict, Field

from zhirong.api import actions, calling, paging, problems, shapes
from zhirong.api.actions import KEY
from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.people.models import Party, Person
from zhirong.policy import almost, forecasts, kept, population, reach
from zhirong.policy.actions import reaching
from zhirong.policy.engine import values
from zhirong.policy.models import Screening
from zhirong.record import actions as record

router = Router(tags=["policy"])
READERS = calling.may_ask("policy.see_reach")
MeasureId = Annotated[str, Field(max_length=100, pattern=r"^[a-z0-9-]+$", examples=["cn-hnte-recognition"])]
Ppm = Annotated[int, Field(strict=True, ge=0, le=1_000_000, description="Millionths", examples=[350000])]
Year = Annotated[int, Field(ge=reaching.FIRST_YEAR, le=reaching.LAST_YEAR, examples=[2026])]
Count = Annotated[int, Field(ge=0, examples=[12])]


class ScreeningShort(shapes.Told):
    """A run of all measures over everybody."""

    ref: shapes.Ref
    day: date
    known: datetime
    state: Annotated[str, Field(description="waiting, done or failed")]
    enterprises: Count | None
    asked_at: datetime
    ended_at: datetime | None


class GapTold(shapes.Told):
    """A fact that is wanting: for how many it keeps the answer open, and for how many it alone does."""

    fact: str
    wanted: Count
    settles: Count


class ReachTold(shapes.Told):
    """One measure over everybody. `near`: 1, 2, 3 conditions short, all known and fixable. Amounts are estimates; a sum
    never holds the unknown."""

    measure: str
    version: str | None
    met: Count
    not_met: Count
    unknown: Count
    near: dict[str, int]
    by_action: dict[str, int]
    pays: bool
    total_fen: shapes.Fen
    unpriced: Count
    open_fen: shapes.Fen
    gaps: list[GapTold]


class ScreeningTold(ScreeningShort):
    """With its manifest (engine, hashes of the population and of each measure) and what it found."""

    manifest: dict[str, Any]
    measures: list[ReachTold]


class ConditionTold(shapes.Told):
    """A condition that is wanting: `short_by` in the unit of its facts, null where that means nothing."""

    id: str
    clause: str
    certainty: str
    fixable: str
    short_by: str | None


class AlmostTold(shapes.Told):
    """An enterprise that is near, decided exactly; `worth_fen` as if the conditions were met, null where unknown."""

    party: shapes.PartyShort
    steps: Count
    conditions: list[ConditionTold]
    worth_fen: shapes.Fen | None


class AlmostPage(shapes.Told):
    """A page of the list, the worthiest first; `next` is the offset of the page after."""

    items: list[AlmostTold]
    next: Annotated[int | None, Field(description="`offset` of the page after; null on the last page")]
    total: shapes.Total
    declined: Annotated[int, Field(description="Left out, for they want no invitations")]
    day: date
    known: datetime | None


class AlmostAsked(BaseModel):
    """Which of them."""

    model_config = ConfigDict(extra="forbid")

    measure: MeasureId
    most: int = Field(2, ge=1, le=almost.FARTHEST, description="Conditions short at most")
    way: Literal["any", "action"] = Field("any", description="By any way, or by what the enterprise can act on alone")
    place: str = Field("", max_length=24, description="Code of a street, park or carrier, with all inside it")
    industry: str = Field("", max_length=40)
    offset: int = Field(0, ge=0, le=10**7)
    limit: int = Field(50, ge=1, le=paging.MOST)


class TakeUpSaid(shapes.Said):
    """Which share of those who qualify will ask in a year, as a range, and where that is from."""

    measure: MeasureId
    year: Annotated[int, Field(strict=True, ge=reaching.FIRST_YEAR, le=reaching.LAST_YEAR)]
    low_ppm: Ppm
    likely_ppm: Ppm
    high_ppm: Ppm
    source: Annotated[str, Field(min_length=1, max_length=500, pattern=shapes.NO_NUL)]


class TakeUpTold(shapes.Told):
    """The range that holds."""

    measure: str
    year: int
    low_ppm: int
    likely_ppm: int
    high_ppm: int
    source: str
    said_at: datetime


class TakeUpRangeTold(shapes.Told):
    """One case of a forecast; share and day only where there is a budget."""

    total_fen: shapes.Fen
    share_of_budget: str | None
    used_up_on: date | None


class ForecastTold(shapes.Told):
    """A measure's year: an estimate. Without a take-up there is none; `beyond_fen` is not in the range."""

    measure: str
    year: int
    due_fen: shapes.Fen
    take_up: TakeUpTold | None
    low: TakeUpRangeTold | None
    likely: TakeUpRangeTold | None
    high: TakeUpRangeTold | None
    beyond_fen: shapes.Fen
    budget_fen: shapes.Fen | None
    granted_last_year_fen: shapes.Fen


class StandingTold(shapes.Told):
    """A budget after a day."""

    day: date
    bound_fen: shapes.Fen
    paid_fen: shapes.Fen
    left_fen: shapes.Fen
    warning_percent: int


class ReachPublic(shapes.Told):
    """Counts for everybody; null stands for one or two enterprises, which a count might name."""

    measure: str
    met: Annotated[int | None, Field(description="null: one or two")]
    unknown: Annotated[int | None, Field(description="null: one or two")]
    day: date


def short(run: Screening) -> ScreeningShort:
    return ScreeningShort(**{name: getattr(run, name) for name in ScreeningShort.model_fields})


def row_told(row: reach.Reach) -> ReachTold:
    return ReachTold.model_validate({name: row.plain()[name] for name in ReachTold.model_fields})


@router.get(
    "/policy/screenings", auth=READERS, summary="Runs over everybody", **problems.told(paging.Page[ScreeningShort])
)
def list_screenings(request: HttpRequest, asked: Query[paging.Asked]) -> paging.Page[ScreeningShort]:
    """The newest first."""
    return paging.cut(Screening.objects.defer("found"), asked, short)


@router.post(
    "/policy/screenings",
    auth=calling.may_ask("policy.screen"),
    summary="Screen everybody",
    **problems.told(ScreeningShort, *KEY),
)
def ask_screening(request: HttpRequest) -> HttpResponse:
    """A run of all measures over everybody begins as a job; while one is on its way that one is told."""
    person = calling.person_of(request)
    return actions.once(request, lambda: short(reaching.ask_screening(person)))


@router.get(
    "/policy/screenings/{ref}", auth=READERS, summary="One run", **problems.told(ScreeningTold, "api.not_found")
)
def show_screening(request: HttpRequest, ref: shapes.Ref) -> ScreeningTold:
    """What it rests on and what it found for every measure."""
    run = Screening.objects.filter(ref=ref).first()
    if run is None:
        raise Refused("api.not_found")
    rows = [row_told(row) for row in reach.read(run.found)]
    return ScreeningTold(**short(run).model_dump(), manifest=reach.manifest(run.manifest), measures=rows)


@router.get(
    "/policy/almost-eligible",
    auth=READERS,
    summary="Who is almost eligible",
    **problems.told(AlmostPage, "policy.measure_unknown", "policy.wish_unknown", "policy.not_screened_yet"),
)
def list_almost(request: HttpRequest, asked: Query[AlmostAsked]) -> AlmostPage:
    """Whoever is so few known and fixable conditions short, each row decided exactly."""
    one = kept.base().measures.get(asked.measure)
    if one is None:
        raise Refused("policy.measure_unknown", measure=asked.measure)
    wish = almost.Wish(asked.most, asked.way, asked.place, asked.industry)
    whole = population.crowd(beijing_day(record.now()))
    found = almost.listed(one, whole, wish)
    page = almost.exact(one, whole, found.rows[asked.offset : asked.offset + asked.limit], wish=wish)
    parties = Party.objects.in_bulk([row.party_id for row in page])
    end = asked.offset + len(page)
    return AlmostPage(
        items=[almost_told(row, parties[row.party_id]) for row in page],
        next=end if end < len(found.rows) else None,
        total=len(found.rows),
        declined=found.declined,
        day=whole.day,
        known=whole.known,
    )


def almost_told(row: almost.Almost, party: Party) -> AlmostTold:
    conditions = [
        ConditionTold(
            id=leaf.id,
            clause=leaf.clause,
            certainty=leaf.certainty,
            fixable=leaf.fixable,
            short_by=None if leaf.short_by is None else str(values.written(leaf.short_by)),
        )
        for leaf in row.conditions
    ]
    return AlmostTold(party=shapes.party_short(party), steps=row.steps, conditions=conditions, worth_fen=row.fen)


@router.get(
    "/policy/forecasts/{int:year}",
    auth=READERS,
    summary="What a year will cost",
    **problems.told(paging.Page[ForecastTold]),
)
def list_forecasts(request: HttpRequest, year: Year, asked: Query[paging.Asked]) -> paging.Page[ForecastTold]:
    """Every measure that pays, from the run that ended last; nothing before the first run."""
    run = forecasts.latest()
    found = forecasts.expected(reach.read(run.found) if run else [], year)
    return cut([forecast_told(one) for one in found], asked)


def forecast_told(one: forecasts.Expected) -> ForecastTold:
    low, likely, high = (range_told(found, one) for found in one.ranges or (None, None, None))
    return ForecastTold(
        measure=one.reach.measure,
        year=one.year,
        due_fen=one.reach.total_fen,
        take_up=take_up_told(one.take_up) if one.take_up else None,
        low=low,
        likely=likely,
        high=high,
        beyond_fen=one.beyond_fen,
        budget_fen=one.money.amount_fen if one.money else None,
        granted_last_year_fen=one.past.granted_fen,
    )


def range_told(found: Any, one: forecasts.Expected) -> TakeUpRangeTold | None:
    if found is None:
        return None
    share = values.decimals(found.share) if one.money and found.share is not None else None
    return TakeUpRangeTold(
        total_fen=found.total_fen, share_of_budget=share, used_up_on=found.used_up_on if one.money else None
    )


def take_up_told(one: Any) -> TakeUpTold:
    return TakeUpTold(**{name: getattr(one, name) for name in TakeUpTold.model_fields})


@router.get(
    "/policy/forecasts/{int:year}/{measure}/budget",
    auth=READERS,
    summary="How a budget burns down",
    **problems.told(paging.Page[StandingTold], "api.not_found"),
)
def show_budget(
    request: HttpRequest, year: Year, measure: MeasureId, *, asked: Query[paging.Asked]
) -> paging.Page[StandingTold]:
    """Day by day what is bound, paid and left."""
    money = forecasts.ruling_budgets(year).filter(measure=measure).first()
    if money is None:
        raise Refused("api.not_found")
    names = StandingTold.model_fields
    return cut([StandingTold(**{name: getattr(one, name) for name in names}) for one in forecasts.burnt(money)], asked)


@router.post(
    "/policy/take-ups",
    auth=calling.may_ask("policy.note_take_up"),
    summary="Name the take-up of a measure",
    **problems.told(
        TakeUpTold,
        "policy.measure_unknown",
        "policy.year_out_of_range",
        "policy.take_up_crossed",
        "policy.source_missing",
        *KEY,
    ),
)
def note_take_up(request: HttpRequest, given: TakeUpSaid) -> HttpResponse:
    """It takes the place of what was said before."""
    person, ppm = calling.person_of(request), (given.low_ppm, given.likely_ppm, given.high_ppm)
    return actions.once(
        request,
        lambda: take_up_told(reaching.note_take_up(person, given.measure, given.year, ppm=ppm, source=given.source)),
    )


@router.get(
    "/policy/reach",
    auth=calling.PERSON,
    summary="How many meet each measure",
    **problems.told(paging.Page[ReachPublic]),
)
def list_reach(request: HttpRequest, asked: Query[paging.Asked]) -> paging.Page[ReachPublic]:
    """Counts of the run that ended last, for everybody with a log-in; one or two enterprises are not told apart."""
    run = forecasts.latest()
    rows = [
        ReachPublic(measure=row.measure, met=reach.told(row.met), unknown=reach.told(row.unknown), day=run.day)
        for row in (reach.read(run.found) if run else [])
        if run and row.version
    ]
    return cut(rows, asked)


def cut(rows: list[Any], asked: paging.Asked) -> paging.Page[Any]:
    """A short list that is no query, by its places."""
    begin = asked.after or 0
    end = begin + asked.limit
    return paging.Page(items=rows[begin:end], next=end if end < len(rows) else None, total=len(rows))


@router.put(
    "/policy/invitations/{ref}",
    auth=calling.may_ask("policy.choose_invitations"),
    summary="Be invited again",
    **problems.told(shapes.Done, "api.not_found"),
)
def accept_invitations(request: HttpRequest, ref: shapes.Ref) -> shapes.Done:
    """The enterprise may be invited to measures that it nearly meets."""
    return choose(request, ref, reaching.accept_invitations)


@router.delete(
    "/policy/invitations/{ref}",
    auth=calling.may_ask("policy.choose_invitations"),
    summary="No more invitations",
    **problems.told(shapes.Done, "api.not_found"),
)
def decline_invitations(request: HttpRequest, ref: shapes.Ref) -> shapes.Done:
    """The enterprise stands on no invitation list."""
    return choose(request, ref, reaching.decline_invitations)


def choose(request: HttpRequest, ref: str, deed: Callable[[Person, Party], object]) -> shapes.Done:
    """One or the other, for a party of the caller's."""
    party = Party.objects.filter(ref=ref).first()
    if party is None:
        raise Refused("api.not_found")
    deed(calling.person_of(request), party)
    return shapes.Done()
