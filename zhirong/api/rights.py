"""Rights: found, shown with all that is known of them, and put on the register by the operator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import BaseModel, ConfigDict, Field

from zhirong.api import calling, problems, shapes
from zhirong.api.finding import found_ids
from zhirong.base import citations
from zhirong.base.calendar import beijing_day
from zhirong.exchange import disclosed, holds
from zhirong.people.models import Party
from zhirong.people.rules import Standing
from zhirong.record import actions as record
from zhirong.registry import queries, records, rules
from zhirong.registry.actions import putting
from zhirong.registry.engine import fees, states
from zhirong.registry.engine.facts import PATENTS, Act, Kind
from zhirong.registry.models import Encumbrance, Holding, Right

router = Router(tags=["rights"])
Text = Annotated[str, Field(max_length=500, pattern=shapes.NO_NUL)]
Share = Annotated[int, Field(ge=0, le=1_000_000, description="Millionths of the whole; 0: not told")]


class RightShort(shapes.Told):
    """A right as lists show it."""

    right_id: int
    kind: Kind
    number: str = Field(examples=["201911324567.3"])
    title: str = Field(examples=["一种储能电池的液冷均温结构"])
    title_en: str
    ipc: str = Field(examples=["H01M10/613"])
    filed_on: date | None
    granted_on: date | None
    version: int


class HolderTold(shapes.Told):
    """Who holds which share."""

    holding_id: int
    name: str
    party: shapes.Ref | None = Field(description="The party's ref once it has proven to be the holder")
    share_ppm: int = Field(description="Millionths of the whole", examples=[1000000])
    since: date | None


class WeightTold(shapes.Told):
    """What weighs on a right."""

    encumbrance_id: int
    kind: str = Field(examples=["pledge"])
    number: str
    in_favour_of: str
    since: date
    until: date | None
    ended_on: date | None


class EntryTold(shapes.Told):
    """An entry of the register (细则 106)."""

    kind: str = Field(examples=["grant"])
    day: date
    source: str


class FeeTold(shapes.Told):
    """One year's annual fee, money in fen."""

    year: int
    due_on: date
    grace_ends_on: date
    full_fen: shapes.Fen
    paid_fen: shapes.Fen
    owed_fen: shapes.Fen = Field(description="What is missing today, surcharge included, in fen")
    is_paid: bool
    is_known: bool = Field(description="False: fell due, not known as paid; owed_fen is owed only if it was not")


class ReasonTold(shapes.Told):
    """Why an act is not allowed, or what must be disclosed."""

    code: str
    effect: str
    rule: str
    law_zh: str
    law_en: str
    zh: str
    en: str


class FreedomTold(shapes.Told):
    """Whether the right is free for an act today."""

    act: str = Field(examples=["sell"])
    allowed: bool
    reasons: list[ReasonTold]


class RightTold(RightShort):
    """A right with all that is known of it today."""

    publication_number: str
    abstract: str
    ipc_all: list[str]
    inventors: list[str]
    source: str
    put_at: datetime
    state: str = Field(examples=["granted"])
    holders: list[HolderTold]
    encumbrances: list[WeightTold]
    entries: list[EntryTold]
    fees: list[FeeTold]
    freedom: list[FreedomTold]


class FindRights(BaseModel):
    """?q=储能&kind=invention&page=1"""

    model_config = ConfigDict(extra="forbid")

    q: Annotated[
        str, Field(max_length=200, pattern=shapes.NO_NUL, description="Words or a number; all where empty")
    ] = ""
    kind: Kind | None = None
    mine: Annotated[bool, Field(description="One's own alone, published or not, the newest on the register first")] = (
        False
    )
    page: int = Field(1, ge=1, le=500)
    limit: int = Field(20, ge=1, le=100)


class FoundRights(shapes.Told):
    """A page of what was found, the best first."""

    items: list[RightShort]
    page: int
    total: int = Field(description="All that was found")


class HolderSaid(shapes.Said):
    """A holder as the document names it."""

    name: Annotated[str, Field(min_length=1, max_length=200, pattern=shapes.NO_NUL)]
    party: Annotated[str, Field(max_length=16, pattern="^[0-9a-f]*$", description="A party's ref, where known")] = ""
    share_ppm: Share = 0


class RightSaid(shapes.Said):
    """What a source says of a right; the number tells a patent's kind and is checked (N10)."""

    kind: Kind
    number: Annotated[str, Field(min_length=1, max_length=40, pattern=shapes.NO_NUL, examples=["201911324567.3"])]
    title: Annotated[str, Field(min_length=1, max_length=500, pattern=shapes.NO_NUL)]
    title_en: Text = ""
    abstract: shapes.Long = ""
    publication_number: Annotated[str, Field(max_length=24, pattern=shapes.NO_NUL)] = ""
    ipc: Annotated[list[Annotated[str, Field(max_length=24, pattern=shapes.NO_NUL)]], Field(max_length=50)] = []
    inventors: Annotated[list[shapes.Short], Field(max_length=50)] = []
    holders: Annotated[list[HolderSaid], Field(max_length=20)] = []
    filed_on: date | None = None
    published_on: date | None = None
    granted_on: date | None = None
    fees_paid_through_year: int = Field(0, ge=0, le=30)
    fees_as_of: date | None = None
    source: Annotated[str, Field(min_length=1, max_length=60, pattern=shapes.NO_NUL, examples=["gazette"])]
    source_day: date | None = None


class Put(shapes.Told):
    """What became of it: a new right, a further version, or nothing new."""

    change: Literal["new", "changed", "same"]
    right: RightShort


def short(right: Right) -> RightShort:
    return RightShort(
        right_id=right.pk,
        kind=Kind(right.kind),
        number=right.number,
        title=right.title,
        title_en=right.title_en,
        ipc=right.ipc,
        filed_on=right.filed_on,
        granted_on=right.granted_on,
        version=right.version,
    )


def holder(one: Holding) -> HolderTold:
    ref = one.party.ref if one.party else None
    return HolderTold(holding_id=one.pk, name=one.name, party=ref, share_ppm=one.share_ppm, since=one.since)


def weight(one: Encumbrance) -> WeightTold:
    return WeightTold(
        encumbrance_id=one.pk,
        kind=one.kind,
        number=one.number,
        in_favour_of=one.in_favour_of or (one.party.name if one.party else ""),
        since=one.since,
        until=one.until,
        ended_on=one.ended_on,
    )


def reasons(given: Sequence[rules.Reason]) -> list[ReasonTold]:
    """Reasons with their sentences."""
    return [
        ReasonTold(
            code=one.code,
            effect=str(one.effect),
            rule=one.rule,
            law_zh=citations.rule(one.rule, "zh"),
            law_en=citations.rule(one.rule, "en"),
            zh=rules.sentence(one, "zh"),
            en=rules.sentence(one, "en"),
        )
        for one in given
    ]


def full(right: Right) -> RightTold:
    """Everything that the right's page shows."""
    day = beijing_day(record.now())
    facts = queries.facts_of_read([right], day)[0]
    is_patent = Kind(right.kind) in PATENTS and right.filed_on is not None
    live = holds.live_listing(right)
    answers = [holds.free_to(act, facts, day, live=live) for act in Act]
    return RightTold(
        **short(right).model_dump(),
        publication_number=right.publication_number,
        abstract=right.abstract,
        ipc_all=[symbol for symbol in right.ipc_all.split("\n") if symbol],
        inventors=[name for name in right.inventors.split("\n") if name],
        source=right.source,
        put_at=right.put_at,
        state=str(states.standing(facts, day).state),
        holders=[holder(one) for one in queries.holdings_on(right, day)],
        encumbrances=[weight(one) for one in right.encumbrances.select_related("party").order_by("since", "pk")],
        entries=[EntryTold(kind=one.kind, day=one.day, source=one.source) for one in queries.entries_of(right)],
        fees=[fee(one) for one in fees.fee_table(facts, day)] if is_patent else [],
        freedom=[FreedomTold(act=str(one.act), allowed=one.allowed, reasons=reasons(one.reasons)) for one in answers],
    )


def fee(one: fees.FeeYear) -> FeeTold:
    return FeeTold(
        year=one.year,
        due_on=one.due_on,
        grace_ends_on=one.grace_ends_on,
        full_fen=one.full_fen,
        paid_fen=one.paid_fen,
        owed_fen=one.owed_fen,
        is_paid=one.is_paid,
        is_known=one.is_known,
    )


def shown(request: HttpRequest, right_id: int) -> Right:
    """A right that this caller may know of: what a door refuses to show, no deed may name."""
    return shapes.one(disclosed.shown_to(Right.objects.visible(), calling.standing_of(request)), pk=right_id)


@router.get(
    "/rights",
    auth=calling.ANYONE,
    summary="Find rights",
    **problems.told(FoundRights, "search.too_deep"),
)
def find_rights(request: HttpRequest, asked: Query[FindRights]) -> FoundRights:
    """By words, names, numbers or fields, as on the page; open to all. What is not published yet is not found here."""
    if asked.mine:
        return own_rights(calling.standing_of(request), asked)
    filters = {"kind": ("right",), **({"right_kind": (str(asked.kind),)} if asked.kind else {})}
    ids, total = found_ids(asked.q, filters=filters, offset=(asked.page - 1) * asked.limit, limit=asked.limit)
    known = disclosed.public(Right.objects.visible()).in_bulk(ids)
    return FoundRights(items=[short(known[pk]) for pk in ids if pk in known], page=asked.page, total=total)


def own_rights(standing: Standing | None, asked: FindRights) -> FoundRights:
    """By number or words of the title; nothing for who holds nothing."""
    found = disclosed.own(Right.objects.visible(), standing)
    if text := asked.q.strip():
        found = queries.matching(found, text)
    if asked.kind:
        found = found.filter(kind=asked.kind)
    first = (asked.page - 1) * asked.limit
    items = [short(right) for right in found.order_by("-put_at", "-pk")[first : first + asked.limit]]
    return FoundRights(items=items, page=asked.page, total=found.count())


@router.get("/rights/{int:right_id}", auth=calling.ANYONE, summary="One right", **problems.told(RightTold))
def get_right(request: HttpRequest, right_id: shapes.Id) -> RightTold:
    """Facts, holders, fees, encumbrances, and whether it is free to be sold, licensed or pledged today.

    Open to all, but for what is not published yet: that is shown to who holds it and to the house's people.
    """
    return full(shown(request, right_id))


@router.put(
    "/rights",
    auth=calling.may_ask("registry.put_right"),
    summary="Put a right on the register",
    **problems.told(
        Put, "number.wrong_check_digit", "number.not_a_patent_number", "registry.kind_contradicts_number",
        "registry.busy", "registry.waits_in_another_import", "registry.day_to_come",
    ),
)  # fmt: skip
def put_right(request: HttpRequest, said: RightSaid) -> Put:
    """A new right, or a further version of a known one; nothing is overwritten, and the same again changes nothing."""
    kind, key, number = records.read_number(said.kind, said.number)
    plain = said.model_dump(exclude={"kind", "number", "source", "ipc", "inventors", "holders"})
    facts = records.RightRecord(kind=kind, key=key, number=number, **plain)
    facts = replace(
        facts, ipc=tuple(said.ipc), inventors=tuple(said.inventors), holders=tuple(map(named, said.holders))
    )
    put = putting.put_right(calling.person_of(request), facts, source=said.source)
    return Put(change=put.change, right=short(put.right))


def named(said: HolderSaid) -> records.Named:
    """A holder for the record; a party that is named must be there."""
    if said.party:
        shapes.one(Party.objects.all(), ref=said.party)
    return records.Named(said.name, party=said.party, share_ppm=said.share_ppm)
