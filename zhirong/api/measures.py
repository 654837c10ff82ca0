"""Measures: read as of a day and as known on a day, with their text and what changed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import BaseModel, ConfigDict, Field

from zhirong.api import calling, problems, shapes
from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.policy import describing, kept, telling
from zhirong.policy.describing import Group
from zhirong.policy.engine import difference, values
from zhirong.policy.engine.changes import Change
from zhirong.policy.engine.facts import EARLIEST, LATEST
from zhirong.policy.engine.measure import Measure
from zhirong.policy.engine.wording import Said
from zhirong.policy.reading import Base
from zhirong.record import actions as record

router = Router(tags=["policy"])
Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[\w-]+$", examples=["cn-patent-fee-reduction"])]
Day = Annotated[date, Field(ge=EARLIEST, le=LATEST)]


class Listed(BaseModel):
    """?q=…&state=…&kind=…&level=…&place=…&after=…&limit=…"""

    model_config = ConfigDict(extra="forbid")

    q: str = Field("", max_length=100, description="Words that stand in the measure or its clauses")
    state: str = Field("", max_length=20, description="in_force, draft, ended or to_come")
    kind: str = Field("", max_length=20, description="payment, fee, tax_base, recognition or permission")
    level: str = Field("", max_length=20, description="nation, province, city or district")
    place: str = Field("", max_length=20, description="Administrative code", examples=["440304"])
    after: str = Field("", max_length=100, description="`next` of the page before; nothing for the first page")
    limit: int = Field(50, ge=1, le=200, description="Rows on a page")


class AsOf(BaseModel):
    """?date= whose rules, ?known= by what the base held at the end of that day."""

    model_config = ConfigDict(extra="forbid")

    date: Day | None = None
    known: Day | None = None


class Between(BaseModel):
    """Two days of validity (`from`, `to`), or two days of knowledge (`known_from`, `known_to`)."""

    model_config = ConfigDict(extra="forbid")

    since: Day | None = Field(None, alias="from")
    until: Day | None = Field(None, alias="to")
    known_from: Day | None = None
    known_to: Day | None = None


class Words(shapes.Told):
    """The same in both languages."""

    zh: str
    en: str


class MeasureShort(shapes.Told):
    """A measure as a line of the list."""

    id: str
    title: Words
    state: str = Field(examples=["in_force"])
    kind: str
    level: str
    place: str = Field(description="Administrative code")
    place_name: Words
    issuer: Words
    since: date
    until: date | None
    clauses_to_verify: int = Field(description="Clauses that the source does not simply state")


class MeasurePage(shapes.Told):
    """One page by rising id; `next` is null on the last."""

    items: list[MeasureShort]
    next: str | None
    total: shapes.Total


class TextTold(shapes.Told):
    """An approved text, and since when the base knows it."""

    sha256: str
    known_from: datetime


class MeasureWhole(MeasureShort):
    """A measure on a day: version, conditions, amounts, figures, each with its clause and how sure that is."""

    day: date
    known_on: date | None
    sha256: str = Field(description="Of the measure; every decision's hash rests on it")
    version: str
    conditions: dict[str, Any]
    amounts: list[dict[str, Any]]
    at_most: bool
    figures: list[dict[str, Any]]
    clauses: list[dict[str, Any]]
    materials: list[dict[str, Any]]
    window: str
    cumulation: list[dict[str, Any]]
    budget: dict[str, Any]
    texts: list[TextTold]


class DifferenceTold(shapes.Told):
    """One change in plain words."""

    part: str = Field(examples=["parameters"])
    place: str
    zh: str
    en: str


class ChangesTold(shapes.Told):
    """What changed; nothing: it is the same."""

    items: list[DifferenceTold]
    total: int


def words(said: Said) -> Words:
    return Words(zh=said.zh, en=said.en)


def plain(said: Said | None) -> dict[str, str] | None:
    return said._asdict() if said else None


def today() -> date:
    return beijing_day(record.now())


def base_of(known: date | None) -> Base:
    """What the base held at the end of a day, or holds."""
    return kept.base(kept.end_of(known) if known else None)


def one_of(base: Base, name: str) -> Measure:
    """A measure of the base, else 404."""
    if name not in base.measures:
        raise Refused("api.not_found")
    return base.measures[name]


def short(made: Measure, day: date) -> MeasureShort:
    version = describing.nearest(made, day)
    place = made.raw["jurisdiction"]
    return MeasureShort(
        id=made.id,
        title=Words(zh=made.zh, en=made.en),
        state=describing.state(made, day),
        kind=made.kind,
        level=place["level"],
        place=str(place["code"]),
        place_name=words(describing.place(made)),
        issuer=words(describing.issuer(made)),
        since=version.since,
        until=version.until,
        clauses_to_verify=len(list(describing.uncertain(made))),
    )


def fits(one: MeasureShort, asked: Listed) -> bool:
    """Whether a measure is of what the address asks for."""
    wanted = [(asked.state, one.state), (asked.kind, one.kind), (asked.level, one.level), (asked.place, one.place)]
    return all(not given or given == found for given, found in wanted)


@router.get("/policy/measures", auth=calling.ANYONE, summary="Measures of support", **problems.told(MeasurePage))
def list_measures(request: HttpRequest, asked: Query[Listed]) -> MeasurePage:
    """All that the house knows, also drafts and those whose time ran out, each with its state of today."""
    day, needles = today(), asked.q.casefold().split()
    made = [one for one in kept.base().measures.values() if all(each in describing.haystack(one) for each in needles)]
    found = sorted((one for one in (short(each, day) for each in made) if fits(one, asked)), key=lambda one: one.id)
    rest = [one for one in found if one.id > asked.after]
    items = rest[: asked.limit]
    return MeasurePage(items=items, next=items[-1].id if len(rest) > asked.limit else None, total=len(found))


@router.get(
    "/policy/measures/{name}", auth=calling.ANYONE, summary="One measure on a day", **problems.told(MeasureWhole)
)
def get_measure(request: HttpRequest, name: Name, asked: Query[AsOf]) -> MeasureWhole:
    """Its rules of a day (today), as the base knew them at the end of another (now)."""
    base, day = base_of(asked.known), asked.date or today()
    made = one_of(base, name)
    rules = describing.rules(made, day, base.vocabulary)
    how, years, clause = describing.budget(made)
    return MeasureWhole(
        **short(made, day).model_dump(),
        day=day,
        known_on=asked.known,
        sha256=made.sha256,
        version=rules.version.id,
        conditions=node(made, rules.tree),
        amounts=[amount(made, one) for one in rules.amounts],
        at_most=rules.at_most,
        figures=[figure(made, one) for one in describing.values(made, day)],
        clauses=[telling.clause(one, made) for one in made.clauses],
        materials=[{"id": one.id, "zh": one.zh, "en": one.en, "proves": list(one.proves)} for one in made.materials],
        window=describing.window(made, day).state,
        cumulation=[
            {**what._asdict(), "clause": telling.clause(one.id, made)}
            for what, one in describing.cumulation(made, base.vocabulary)
        ],
        budget={
            **how._asdict(),
            "years": [{"year": year, "amount": plain(told)} for year, told in years],
            "clause": telling.clause(clause.id, made),
        },
        texts=[TextTold(sha256=one.sha256, known_from=one.known_from) for one in kept.texts(name) if one.known_from],
    )


def node(made: Measure, tree: Any) -> dict[str, Any]:
    """The tree of conditions."""
    if isinstance(tree, Group):
        return {tree.word: [node(made, one) for one in tree.parts]}
    rule = {"id": tree.id, "if": tree.text, **tree.rule._asdict(), "fixable": tree.fixable}
    return {**rule, "clause": telling.clause(tree.clause.id, made)}


def amount(made: Measure, one: describing.Amount) -> dict[str, Any]:
    """A line or a ceiling."""
    told = {"id": one.id, "kind": one.kind, **one.what._asdict(), "when": plain(one.when), "cap": plain(one.cap)}
    return {**told, "clause": telling.clause(one.clause.id, made)}


def figure(made: Measure, one: describing.Value) -> dict[str, Any]:
    """A parameter with its rows as they stand in the text."""
    rows = [
        {
            "from": row.since.isoformat(),
            "to": row.until.isoformat() if row.until else None,
            "value": values.written(row.value),
            "clause": row.clause,
        }
        for row in made.parameters[one.name]
    ]
    return {"name": one.name, "called": one.called._asdict(), "unit": one.unit, "now": one.now._asdict(), "rows": rows}


@router.get("/policy/measures/{name}/text", auth=calling.ANYONE, summary="The text of a measure", **problems.told(None))
def get_text(request: HttpRequest, name: Name, asked: Query[AsOf]) -> HttpResponse:
    """The YAML file as it rules, or ruled at the end of a day (`known`)."""
    found = kept.text_of(name, kept.end_of(asked.known) if asked.known else None)
    if found is None:
        raise Refused("api.not_found")
    return HttpResponse(found.text, content_type="application/yaml; charset=utf-8")


@router.get(
    "/policy/measures/{name}/diff", auth=calling.ANYONE, summary="What changed in a measure",
    **problems.told(ChangesTold),
)  # fmt: skip
def get_diff(request: HttpRequest, name: Name, asked: Query[Between]) -> ChangesTold:
    """Between the rules of two days, or between what the base held at the end of two days."""
    if asked.since and asked.until:
        base = base_of(None)
        made = one_of(base, name)
        return changes(difference.between(made, (asked.since, asked.until), base.vocabulary))
    now = base_of(asked.known_to)
    was = now if asked.known_from == asked.known_to else base_of(asked.known_from)
    made = one_of(now, name)
    return changes(difference.difference(was.measures.get(name), made, now.vocabulary))


def changes(found: list[Change]) -> ChangesTold:
    items = [DifferenceTold(part=one.part, place=one.place, zh=one.said.zh, en=one.said.en) for one in found]
    return ChangesTold(items=items, total=len(items))
