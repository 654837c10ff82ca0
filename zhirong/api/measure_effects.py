"""Whom a text of a measure affects: everybody screened under the ruling text and under this one."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest
from ninja import Query
from pydantic import BaseModel, ConfigDict, Field

from zhirong.api import calling, measures, problems, shapes
from zhirong.api.measures import router as router
from zhirong.base.refused import Refused
from zhirong.people.models import Party
from zhirong.policy import drafting, kept, population
from zhirong.policy.engine.effect import Change, Effect, Side
from zhirong.policy.models import MeasureText

MOST = 200


class OnDay(BaseModel):
    """?day= on which everybody is screened; left out: the first day on which the change shows."""

    model_config = ConfigDict(extra="forbid")

    day: measures.Day | None = None


class SideTold(shapes.Told):
    """Everybody under one of the two texts."""

    met: int
    unknown: int
    unpriced: int = Field(description="Meet it, amount unknown; not in the sum")
    total_fen: int


class OneTold(shapes.Told):
    """One enterprise before and after; an amount that is unknown is null."""

    party: shapes.Ref
    before: str = Field(examples=["met"])
    after: str
    before_fen: int | None
    after_fen: int | None


class GroupTold(shapes.Told):
    """Enterprises that change in one way: how many, and the first of them."""

    total: int
    items: list[OneTold]


class EffectTold(shapes.Told):
    """What the text does on a day."""

    day: date
    screened: int
    before: SideTold
    after: SideTold
    gains: GroupTold
    loses: GroupTold
    more: GroupTold
    less: GroupTold
    other: GroupTold = Field(description="Whose answer becomes, or ceases to be, unknown")


@router.get(
    "/policy/texts/{int:text_id}/effect",
    auth=calling.may_ask("policy.see_drafts"),
    summary="Whom a text affects",
    **problems.told(EffectTold, "policy.file_malformed"),
)
def get_effect(request: HttpRequest, text_id: shapes.Id, asked: Query[OnDay]) -> EffectTold:
    """Each enterprise named is decided exactly; the sums are within a cent for each."""
    one = shapes.one(MeasureText.objects.all(), pk=text_id)
    base, new = kept.base(), drafting.readable(one.text)
    if new is None:
        raise Refused("policy.file_malformed", place="file", problem="has findings")
    old = drafting.before(one, base)
    day = asked.day or drafting.first_day(old, new, measures.today())
    whole = population.crowd(day, is_asked=True)
    return told(population.effect(old, new, day=day, whole=whole), day, whole)


def told(found: Effect, day: date, whole: population.Population) -> EffectTold:
    groups = {name: getattr(found, name) for name in ("gains", "loses", "more", "less", "other")}
    shown = {whole.ids[one.place] for ones in groups.values() for one in ones[:MOST]}
    refs = dict(Party.objects.filter(pk__in=shown).values_list("pk", "ref"))
    return EffectTold(
        day=day,
        screened=len(whole.ids),
        before=side(found.before),
        after=side(found.after),
        **{name: group(ones, whole, refs) for name, ones in groups.items()},
    )


def side(one: Side) -> SideTold:
    return SideTold(met=one.met, unknown=one.unknown, unpriced=one.unpriced, total_fen=one.total_fen)


def group(ones: tuple[Change, ...], whole: population.Population, refs: dict[int, str]) -> GroupTold:
    """The first of them by their refs."""
    items = [
        OneTold(
            party=refs[whole.ids[one.place]],
            before=one.before,
            after=one.after,
            before_fen=one.before_fen,
            after_fen=one.after_fen,
        )
        for one in ones[:MOST]
    ]
    return GroupTold(total=len(ones), items=items)
