"""The file of an enterprise (企业档案): what is known of it on a day, from whom; what it is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from zhirong.enterprises import registry_facts, sources
from zhirong.enterprises.engine import standing
from zhirong.enterprises.engine.standing import Stated as Stated
from zhirong.enterprises.models import Statement
from zhirong.people.models import Party

# Below the number of parameters that SQLite takes in one statement (SQLITE_MAX_VARIABLE_NUMBER, 32 766).
AT_ONCE = 20_000
COLUMNS = (
    "party_id",
    "name",
    "about",
    "value",
    "since",
    "until",
    "known_from",
    "source",
    "source_text",
    "evidence_id",
    "said_by_id",
    "pk",
    "replaced_at",
    "withdrawn_at",
)


@dataclass(frozen=True)
class Known:
    """Plain values for the policy engine by name, the statement each comes from, and what other sources say."""

    facts: dict[str, Any] = field(default_factory=dict)
    stated: dict[str, Stated] = field(default_factory=dict)
    against: dict[str, tuple[Stated, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Opened:
    """A file as a page shows it: what is known, the rows of its statements, the keys of its things."""

    known: Known
    rows: dict[int, Statement]
    abouts: list[str]


def opened(party: Party, *, day: date, known: datetime | None = None, about: str = "") -> Opened:
    """What is known of the enterprise, or of one thing of it alone, with the rows in one query for all."""
    said = Statement.objects.filter(party=party).select_related("evidence", "said_by")
    rows = {one.pk: one for one in said.order_by("about", "name", "pk")}
    told = [stated(one) for one in rows.values() if one.about == about]
    if about:
        told += registry_facts.of_right(party, about, day=day, known=known)
    else:
        told += registry_facts.of_party(party, day=day, known=known)
    abouts = {one.about: None for one in rows.values() if one.about and one.gone_at is None}
    return Opened(_known(told, day=day, known=known), rows, list(abouts))


def stated(one: Statement) -> Stated:
    """A row of the table as the pure code takes it."""
    return Stated(
        name=one.name,
        about=one.about,
        value=one.value,
        since=one.since,
        until=one.until,
        known_from=one.known_from,
        source=one.source,
        source_text=one.source_text,
        evidence_id=one.evidence_id,
        said_by=one.said_by_id,
        id=one.pk,
        gone_at=one.gone_at,
    )


def _known(said: Iterable[Stated], *, day: date, known: datetime | None) -> Known:
    ruled = standing.ruling(said, day=day, known=known, ranks=sources.ranks(day))
    return Known(
        facts={name: one.stated.value for name, one in ruled.items()},
        stated={name: one.stated for name, one in ruled.items()},
        against={name: one.against for name, one in ruled.items() if one.against},
    )


def facts_of(party: Party, *, day: date, known: datetime | None = None, about: str = "") -> Known:
    """What is known of an enterprise on a day, as known at an instant: the register's facts, then statements.

    With `about`, what is said of that one thing (a loan, a patent) goes before what is said of the enterprise.
    """
    said = [one for _, one in _rows(Statement.objects.filter(party=party, about__in={"", about}))]
    said += registry_facts.of_party(party, day=day, known=known)
    if about:
        said += registry_facts.of_right(party, about, day=day, known=known)
    return _known(said, day=day, known=known)


@dataclass(frozen=True)
class OfThing:
    """What is said of one thing of an enterprise (a loan, a patent), without what is said of the enterprise."""

    about: str
    facts: dict[str, Any]


@dataclass(frozen=True)
class OfMany:
    """The plain values of one of many enterprises, and its things in the order of their keys.

    A thing laid over the values of the enterprise is what `facts_of` tells of it.
    """

    facts: dict[str, Any]
    things: tuple[OfThing, ...] = ()


def facts_of_many(party_ids: Sequence[int], *, day: date, known: datetime | None = None) -> dict[int, dict[str, Any]]:
    """The same plain values of many enterprises, about each as a whole; few queries whatever the number."""
    found: dict[int, dict[str, Any]] = {}
    ranks = sources.ranks(day)
    for ids in _parts(party_ids):
        said = _said_of_many(ids, _living(known).filter(about=""), day=day, known=known)
        found |= {party_id: _plain(told[""], day=day, known=known, ranks=ranks) for party_id, told in said.items()}
    return found


def files_of_many(party_ids: Sequence[int], *, day: date, known: datetime | None = None) -> dict[int, OfMany]:
    """The same with what is said of their things; few queries whatever the number."""
    found: dict[int, OfMany] = {}
    ranks = sources.ranks(day)
    for ids in _parts(party_ids):
        said = _said_of_many(ids, _living(known), day=day, known=known)
        keys = {party_id: [about for about in told if about] for party_id, told in said.items()}
        for (party_id, about), derived in registry_facts.of_rights_of_many(keys, day=day, known=known).items():
            said[party_id][about] += derived
        for party_id, told in said.items():
            things = [
                OfThing(about, _plain(told[about], day=day, known=known, ranks=ranks))
                for about in sorted(keys[party_id])
            ]
            found[party_id] = OfMany(_plain(told[""], day=day, known=known, ranks=ranks), tuple(things))
    return found


def _said_of_many(
    ids: Sequence[int], statements: QuerySet[Statement], *, day: date, known: datetime | None
) -> dict[int, dict[str, list[Stated]]]:
    """What stands of each enterprise and of each of its things, with what the register tells of the enterprise."""
    said: dict[int, dict[str, list[Stated]]] = {party_id: {"": []} for party_id in ids}
    for party_id, one in _rows(statements.filter(party__in=ids)):
        if standing.stands(one, day=day, known=known):
            said[party_id].setdefault(one.about, []).append(one)
    for party_id, derived in registry_facts.of_parties(ids, day=day, known=known).items():
        said[party_id][""] += derived
    return said


def _plain(said: Iterable[Stated], *, day: date, known: datetime | None, ranks: Mapping[str, int]) -> dict[str, Any]:
    ruled = standing.ruling(said, day=day, known=known, ranks=ranks)
    return {name: one.stated.value for name, one in ruled.items()}


def _parts(party_ids: Sequence[int]) -> Iterable[list[int]]:
    wanted = list(dict.fromkeys(party_ids))
    return (wanted[start : start + AT_ONCE] for start in range(0, len(wanted), AT_ONCE))


def abouts(party: Party) -> list[str]:
    """The keys of the things that living statements of this enterprise are about, in order; not the enterprise."""
    living = _living(None).filter(party=party).exclude(about="")
    return list(living.order_by("about").values_list("about", flat=True).distinct())


def history(party: Party, name: str, *, about: str = "") -> list[Statement]:
    """All that was ever stated of a fact, the newest first: replaced and withdrawn statements too."""
    said = Statement.objects.filter(party=party, name=name, about=about)
    return list(said.select_related("evidence", "said_by", "withdrawn_by").order_by("-known_from", "-pk"))


def _living(known: datetime | None) -> QuerySet[Statement]:
    if known is None:
        return Statement.objects.filter(replaced_at__isnull=True, withdrawn_at__isnull=True)
    gone = Q(replaced_at__lte=known) | Q(withdrawn_at__lte=known)
    return Statement.objects.filter(known_from__lte=known).exclude(gone)


def _rows(statements: QuerySet[Statement]) -> Iterable[tuple[int, Stated]]:
    """Each statement with its enterprise; the columns stand in the order of the fields of Stated."""
    for row in statements.values_list(*COLUMNS).iterator(chunk_size=5000):
        party_id, *_, replaced_at, withdrawn_at = row
        said: tuple[Any, ...] = (*row[1:12], replaced_at or withdrawn_at)
        yield party_id, Stated(*said)
