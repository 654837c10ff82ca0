"""A record of the register may name another holder than the house knows: the title follows it, or is contested."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import QuerySet

from zhirong.base import calendar
from zhirong.base import text as texts
from zhirong.people.models import Membership, Party, Person
from zhirong.record import actions as record
from zhirong.registry import records
from zhirong.registry.actions import deeds
from zhirong.registry.engine import succession
from zhirong.registry.engine.succession import Course, Heir, Held, Paper
from zhirong.registry.models import Holding, Right
from zhirong.registry.records import Named, RightRecord


@dataclass(frozen=True, slots=True)
class News:
    """A right whose new version may speak of another holder than before."""

    right_id: int
    record: RightRecord
    paper: Paper


def news_of(right_id: int, before: RightRecord, after: RightRecord, *, is_registers: bool) -> News | None:
    """What a version says anew of the holders; None where neither their names nor the paper's day moved."""
    has_new_names = names(before.named_holders()) != names(after.named_holders())
    is_later = after.source_day is not None and after.source_day != before.source_day
    if not has_new_names and not is_later:
        return None
    return News(right_id, after, Paper(after.source_day if is_later else None, is_registers, has_new_names))


def names(named: Iterable[Named]) -> frozenset[str]:
    """Names in the form in which they are compared (N31)."""
    return frozenset(texts.party_name(one.name) for one in named)


def differing(told: Sequence[News]) -> list[News]:
    """Those whose names are not the holdings' own: two queries for all, so that most need no look under the lock."""
    held: dict[int, list[set[str]]] = {}
    contested: set[int] = set()
    rows = running([one.right_id for one in told]).values_list("right_id", "name", "party__name", "contested_at")
    for right_id, name, party, contested_at in rows:
        held.setdefault(right_id, []).append({texts.party_name(one) for one in (name, party) if one})
        if contested_at is not None:
            contested.add(right_id)
    return [
        one
        for one in told
        if one.right_id in contested or not _are(names(one.record.named_holders()), held.get(one.right_id, []))
    ]


def _are(named: frozenset[str], held: Sequence[set[str]]) -> bool:
    return len(named) == len(held) and all(named & known for known in held)


def running(right_ids: Sequence[int]) -> QuerySet[Holding]:
    """Holdings without an end, in the register's order."""
    return Holding.objects.filter(right__in=right_ids, until__isnull=True).order_by("right_id", "position", "pk")


def follow(who: Person, told: News, *, holder: Party | None = None) -> Course:
    """Judge one version under the right's lock, in the transaction that shows it, and move or mark the holdings."""
    right = Right.objects.select_for_update(of=("self",)).get(pk=told.right_id)
    held = list(running([right.pk]).select_related("party"))
    found = _heirs(told.record.named_holders(), held, bringer=holder)
    heirs = [Heir(one.name, party.ref if party else "") for one, party in found]
    paper = told.paper
    if paper.said_on is not None and paper.said_on > calendar.beijing_day(record.now()):
        # A day to come dates nothing yet.
        paper = replace(paper, said_on=None)
    course = succession.judge(_plain(held), heirs, paper)
    if course is Course.FOLLOWS:
        _replace(who, right, held, found=found, on=told.paper.said_on)
    elif course is Course.CONTESTED:
        _contest(who, right, held)
    elif course is Course.AGREES and any(one.contested_at for one in held):
        _clear(held)
        deeds.tell("registry.contest_ended", right, who=who, number=right.number)
    return course


def decide(who: Person, right: Right, held: Sequence[Holding], *, said: RightRecord | None) -> None:
    """End a contest inside the operator's deed: the title goes to whom the record names, or without one stays."""
    if said is None:
        _clear(held)
        return
    began = max((one.since for one in held if one.since), default=None)
    is_later = said.source_day is not None and (began is None or said.source_day > began)
    on = said.source_day if is_later else None
    _replace(who, right, held, found=_heirs(said.named_holders(), held), on=on)


def _plain(held: Sequence[Holding]) -> list[Held]:
    return [
        Held((one.name, one.party.name) if one.party else (one.name,), one.party.ref if one.party else "", one.since)
        for one in held
    ]


def _heirs(
    named: Sequence[Named], held: Sequence[Holding], *, bringer: Party | None = None
) -> list[tuple[Named, Party | None]]:
    """Each name with its party: the one that held already, the one told, or the one firm of that code or name (N31)."""
    plain = _plain(held)
    found: list[tuple[Named, Party | None]] = []
    for one in named:
        place = succession.holding_of(Heir(one.name, one.party), plain)
        found.append((one, held[place].party if place is not None else _known(one, bringer)))
    return found


def _known(one: Named, bringer: Party | None) -> Party | None:
    verified = Party.objects.filter(verified_at__isnull=False)
    if one.party:
        return verified.filter(ref=one.party).first()
    key = texts.party_name(one.name)
    if bringer is not None and bringer.verified_at is not None and texts.party_name(bringer.name) == key:
        return bringer
    # A firm's name is entered once in its register; people share names, so they claim and prove.
    firms = list(verified.filter(kind="legal").filter(**({"code": one.code} if one.code else {"name_key": key}))[:2])
    return firms[0] if len(firms) == 1 else None


def _replace(
    who: Person, right: Right, held: Sequence[Holding], *, found: Sequence[tuple[Named, Party | None]], on: date | None
) -> None:
    """The old holdings end and stay written; the record's names hold from its day on."""
    now = record.now()
    day = on or calendar.beijing_day(now)
    Holding.objects.filter(pk__in=[one.pk for one in held]).update(until=day, contested_at=None, changed_at=now)
    shares = records.shares_of([one for one, _ in found])
    Holding.objects.bulk_create(
        Holding(
            right=right,
            name=one.name,
            party=party,
            share_ppm=share_ppm,
            position=place,
            since=day,
            changed_at=now,
        )
        for place, ((one, party), share_ppm) in enumerate(zip(found, shares, strict=True))
    )
    before = {one.party.ref: one.party.pk for one in held if one.party}
    after = {party.ref: party.pk for _, party in found if party}
    deeds.tell(
        "registry.holder_followed",
        right,
        who=who,
        to=_concerned({*before.values(), *after.values()}),
        number=right.number,
        on=day.isoformat(),
        from_parties=sorted(before),
        to_parties=sorted(after),
    )


def _contest(who: Person, right: Right, held: Sequence[Holding]) -> None:
    now = record.now()
    Holding.objects.filter(pk__in=[one.pk for one in held]).update(contested_at=now, changed_at=now)
    deeds.tell(
        "registry.holder_contested",
        right,
        who=who,
        to=_concerned({one.party_id for one in held if one.party_id}),
        number=right.number,
    )


def _clear(held: Sequence[Holding]) -> None:
    Holding.objects.filter(pk__in=[one.pk for one in held]).update(contested_at=None, changed_at=record.now())


def members(parties: Iterable[int]) -> list[Person]:
    """Who acts for these parties."""
    found = Membership.objects.filter(party__in=list(parties), confirmed_at__isnull=False, ended_at__isnull=True)
    return [one.person for one in found.select_related("person").order_by("pk")]


def _concerned(parties: set[int]) -> list[Person]:
    """Who acts for these parties, and the operators; nobody where no party is known, so that mass imports are quiet."""
    if not parties:
        return []
    operators = Person.objects.filter(
        is_active=True,
        role_grants__role="operator",
        role_grants__confirmed_at__isnull=False,
        role_grants__ended_at__isnull=True,
    )
    return list({person.pk: person for person in (*members(parties), *operators)}.values())
