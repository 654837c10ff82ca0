"""What the register and the parties of this house tell by themselves; each fact names the rows it was read from.

Asked as of a moment in the past, a right of which anything was written since tells nothing: what the register said of
it then can no longer be told, and what cannot be told is unknown. So is a count that such a right may have been in.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from zhirong.enterprises import sources
from zhirong.enterprises.engine import derived
from zhirong.enterprises.engine.standing import Stated
from zhirong.people.models import Party
from zhirong.record.models import Leaf
from zhirong.registry import queries
from zhirong.registry.engine.facts import Ending, EventKind
from zhirong.registry.models import Holding, RegisterEvent, Right, RightVersion

NAMED = 5
AT_ONCE = 20_000
# Deeds that change neither whose a right is nor whether it counts; entries of the register are looked at by kind.
HARMLESS = (
    *("registry.event_entered", "registry.fee_paid", "registry.fee_reported", "registry.payment_decided"),
    *("registry.encumbered", "registry.released", "registry.consented", "registry.claimed"),
)
COUNTING = (EventKind.GRANT, EventKind.TRANSFER, EventKind.INVALIDATION, EventKind.HOLDER_CHANGE)


class Held(NamedTuple):
    """A right as one of its holders has it."""

    right_id: int
    kind: str
    granted_on: date
    number: str
    put_at: datetime


def of_party(party: Party, *, day: date, known: datetime | None = None) -> list[Stated]:
    """Facts of one enterprise as a whole."""
    return of_parties([party.pk], day=day, known=known).get(party.pk, [])


def of_parties(party_ids: Sequence[int], *, day: date, known: datetime | None = None) -> dict[int, list[Stated]]:
    """Facts of many enterprises, each as a whole, in few queries."""
    found: dict[int, list[Stated]] = {}
    # A person is no legal person (民法典 第十三条、第五十七条); of an organisation its kind says less.
    natural = Party.objects.filter(pk__in=party_ids, kind="natural").values_list("pk", "ref", "made_at")
    for party_id, ref, made_at in natural:
        one = _stated("independent_legal_person", False, rows=[f"party:{ref}"], at=made_at, day=day)
        found.setdefault(party_id, []).append(one)
    by_party: dict[int, list[Held]] = {}
    ever: dict[int, dict[int, str]] = {}
    for party_id, counts, *right in _ever_held(party_ids, day):
        held_one = Held(*right)
        ever.setdefault(party_id, {})[held_one.right_id] = held_one.kind
        if counts:
            by_party.setdefault(party_id, []).append(held_one)
    every = {right_id for kinds in ever.values() for right_id in kinds}
    invalid, entered = _entries(every, known)
    since = _written_since(every, known, but=HARMLESS)
    for party_id, rights in by_party.items():
        living = [held for held in rights if held.right_id not in invalid | since.new]
        touched = (since.touched | entered) - since.new
        open_kinds = {kind for right_id, kind in ever[party_id].items() if right_id in touched}
        found.setdefault(party_id, []).extend(_counts(living, day, but=derived.counts_of(open_kinds)))
    return found


def of_right(party: Party, about: str, *, day: date, known: datetime | None = None) -> list[Stated]:
    """Facts of one right that the enterprise holds on the day, where `about` is its key."""
    return of_rights(party, [about], day=day, known=known).get(about, [])


def of_rights(
    party: Party, abouts: Sequence[str], *, day: date, known: datetime | None = None
) -> dict[str, list[Stated]]:
    """The same of several, by their keys, in few queries whatever the number."""
    rights = list(held(party, day).filter(key__in=abouts)) if abouts else []
    return _of_read(rights, day=day, known=known)


def of_rights_of_many(
    abouts: Mapping[int, Collection[str]], *, day: date, known: datetime | None = None
) -> dict[tuple[int, str], list[Stated]]:
    """The same of many enterprises, by enterprise and key."""
    keys = sorted({about for named in abouts.values() for about in named})
    found: dict[tuple[int, str], list[Stated]] = {}
    for start in range(0, len(keys), AT_ONCE):
        rights = {right.pk: right for right in Right.objects.visible().filter(key__in=keys[start : start + AT_ONCE])}
        holders = [
            (party_id, right.key)
            for ids in _parts(set(rights))
            for party_id, right in _holders(ids, rights, day)
            if right.key in abouts.get(party_id, ())
        ]
        wanted = {key for _, key in holders}
        told = _of_read([right for right in rights.values() if right.key in wanted], day=day, known=known)
        found |= {(party_id, key): list(told[key]) for party_id, key in holders if key in told}
    return found


def _holders(ids: Sequence[int], rights: Mapping[int, Right], day: date) -> Iterable[tuple[int, Right]]:
    """Who holds rights on a day, undisputed."""
    rows = _on_day(Holding.objects.filter(right__in=ids), day).values_list("party_id", "right_id").distinct()
    return ((party_id, rights[right_id]) for party_id, right_id in rows)


def _of_read(rights: Sequence[Right], *, day: date, known: datetime | None) -> dict[str, list[Stated]]:
    since = _written_since({right.pk for right in rights}, known)
    living = [right for right in rights if right.pk not in since.new | since.touched]
    found: dict[str, list[Stated]] = {}
    for right, read in zip(living, queries.facts_of_read(living, day) if living else [], strict=True):
        found[right.key] = [
            _stated(name, value, rows=[right.topic], at=right.put_at, day=day, about=right.key, text=right.number)
            for name, value in derived.of_right(read, day).items()
        ]
    return found


def held(party: Party, day: date) -> QuerySet[Right]:
    """The rights that the enterprise holds on a day, undisputed; the day of a transfer is the new holder's."""
    return Right.objects.visible().filter(pk__in=_holdings([party.pk], day).values("right"))


def _holdings(party_ids: Sequence[int], day: date) -> QuerySet[Holding]:
    return _on_day(Holding.objects.filter(party__in=party_ids), day)


def _on_day(holdings: QuerySet[Holding], day: date) -> QuerySet[Holding]:
    begun = Q(since__isnull=True) | Q(since__lte=day)
    lasting = Q(until__isnull=True) | Q(until__gt=day)
    return holdings.filter(begun, lasting, contested_at__isnull=True)


def _ever_held(party_ids: Sequence[int], day: date) -> Iterable[tuple[Any, ...]]:
    """Every right that stood or stands for one of them, and whether it is held, shown and granted on the day."""
    shown = Q(right__batch__isnull=True) | Q(right__batch__visible_at__isnull=False)
    counts = Q(pk__in=_holdings(party_ids, day).filter(shown, right__granted_on__lte=day).values("pk"))
    rows = Holding.objects.filter(party__in=party_ids).annotate(counts=counts).order_by("party_id", "right_id")
    columns = ("kind", "granted_on", "number", "put_at")
    found = rows.values_list("party_id", "counts", "right_id", *(f"right__{name}" for name in columns))
    # One who holds two shares of a right still holds one right.
    return dict.fromkeys(found)


def _entries(right_ids: set[int], known: datetime | None) -> tuple[set[int], set[int]]:
    """Rights declared invalid, so that they never were (专利法 第四十七条), and those of which an entry that bears on
    a count was made since."""
    invalid, entered = set[int](), set[int]()
    for ids in _parts(right_ids):
        rows = RegisterEvent.objects.filter(right__in=ids, kind__in=COUNTING)
        for right_id, kind, facts, entered_at in rows.values_list("right_id", "kind", "facts", "entered_at"):
            if kind == EventKind.INVALIDATION and json.loads(facts).get("ending") == Ending.INVALID:
                invalid.add(right_id)
            if known is not None and entered_at > known:
                entered.add(right_id)
    return invalid, entered


class Since(NamedTuple):
    """Of rights as known at a moment: those that nobody knew then, and those that were written of since."""

    new: set[int]
    touched: set[int]


def _written_since(right_ids: set[int], known: datetime | None, *, but: Collection[str] = ()) -> Since:
    new, touched = set[int](), set[int]()
    if known is None:
        return Since(new, touched)
    late = Q(put_at__gt=known) | Q(batch__visible_at__gt=known)
    for ids in _parts(right_ids):
        for right_id, version in RightVersion.objects.filter(late, right__in=ids).values_list("right_id", "version"):
            (new if version == 1 else touched).add(right_id)
        topics = {f"right:{pk}": pk for pk in ids}
        told = Leaf.objects.filter(topic__in=topics, at__gt=known, kind__startswith="registry.")
        touched |= {topics[topic] for topic in told.exclude(kind__in=but).values_list("topic", flat=True)}
    return Since(new, touched - new)


def _parts(right_ids: set[int]) -> Iterable[list[int]]:
    ordered = sorted(right_ids)
    return (ordered[start : start + AT_ONCE] for start in range(0, len(ordered), AT_ONCE))


def _counts(rights: Sequence[Held], day: date, *, but: Collection[str]) -> list[Stated]:
    counted = derived.counted([(one.kind, one.granted_on) for one in rights], day)
    return [_count(name, [rights[at] for at in places], day) for name, places in counted.items() if name not in but]


def _count(name: str, rights: Sequence[Held], day: date) -> Stated:
    numbers = "、".join(one.number for one in rights[:NAMED])
    more = f" (+{len(rights) - NAMED})" if len(rights) > NAMED else ""
    rows = [f"right:{one.right_id}" for one in rights]
    at = max(one.put_at for one in rights)
    return _stated(name, str(len(rights)), rows=rows, at=at, day=day, text=numbers + more)


def _stated(
    name: str, value: Any, *, rows: Sequence[str], at: datetime, day: date, about: str = "", text: str = ""
) -> Stated:
    return Stated(
        name=name,
        about=about,
        value=value,
        since=day,
        until=day,
        known_from=at,
        source=sources.HOUSE,
        source_text=text,
        rests_on=tuple(rows),
    )
