"""The list of enterprises for officials: narrowed to a place with all that lies in it, or to an industry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import Case, Exists, IntegerField, JSONField, OuterRef, Q, QuerySet, Subquery, Value, When

from zhirong.base import text as texts
from zhirong.enterprises import sources
from zhirong.enterprises.models import Place, Statement, Tenancy
from zhirong.people.models import Party


def enterprises(day: date) -> QuerySet[Any]:
    """All organisations, each with its place and its industry on the day."""
    sitting = sitting_on(day).filter(party=OuterRef("pk")).order_by("-since", "-pk")
    return Party.objects.filter(kind="legal").annotate(
        place_name=Subquery(sitting.values("place__name")[:1]),
        industry=Subquery(_industry(day).values("value")[:1], output_field=JSONField()),
        has_facts=Exists(Statement.objects.filter(party=OuterRef("pk"))),
    )


def searched(found: QuerySet[Any], asked: str) -> QuerySet[Any]:
    """Those whose name holds the words, or whose credit code begins so."""
    if not (words := asked.strip()):
        return found
    name = Q(name__icontains=words) | Q(name_key__icontains=texts.party_name(words))
    return found.filter(name | Q(code__istartswith=words.replace(" ", "").upper()))


def sitting_on(day: date) -> QuerySet[Tenancy]:
    """Who sits where on a day."""
    return Tenancy.objects.filter(Q(until__isnull=True) | Q(until__gte=day), since__lte=day)


def in_places(found: QuerySet[Any], place_ids: Iterable[int], day: date) -> QuerySet[Any]:
    """Those that sit in one of the places on the day."""
    sitting = sitting_on(day).filter(party=OuterRef("pk"), place__in=list(place_ids))
    return found.filter(Exists(sitting))


def in_industry(found: QuerySet[Any], industry: str) -> QuerySet[Any]:
    """Those whose ruling statement names this industry."""
    return found.filter(industry=industry)


def below(places: Sequence[Place], top: Place) -> set[int]:
    """A place and all that lies in it, of places that were read already."""
    inside: dict[int | None, list[int]] = {}
    for one in places:
        inside.setdefault(one.inside_id, []).append(one.pk)
    found, waiting = {top.pk}, [top.pk]
    while waiting:
        waiting = [pk for above in waiting for pk in inside.get(above, ()) if pk not in found]
        found |= set(waiting)
    return found


def _industry(day: date) -> QuerySet[Statement]:
    """The statements on an enterprise's industry, in the order in which they rule (engine.standing)."""
    living = Statement.objects.filter(
        Q(since__isnull=True) | Q(since__lte=day),
        Q(until__isnull=True) | Q(until__gte=day),
        party=OuterRef("pk"),
        name="industry",
        about="",
        replaced_at__isnull=True,
        withdrawn_at__isnull=True,
    )
    ranks = [When(source=source, then=Value(rank)) for source, rank in sources.ranks(day).items()]
    ranked = Case(*ranks, default=Value(len(ranks)), output_field=IntegerField())
    dated = Case(When(since__isnull=True, then=Value(1)), default=Value(0), output_field=IntegerField())
    return living.order_by(ranked, dated, "-since", "-known_from", "-pk")
