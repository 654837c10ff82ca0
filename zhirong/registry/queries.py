"""Reading the registry: the facts of rights for the rules, the one question, and what pages show."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from django.db.models import Q, QuerySet

from zhirong.base import numbers, shown
from zhirong.base.refused import Refused
from zhirong.registry import records, rules
from zhirong.registry.engine.facts import (
    Act,
    Consent,
    Ending,
    Entry,
    EventKind,
    FeeRecord,
    Holder,
    Kind,
    Licence,
    LicenceKind,
    OpenLicence,
    Payment,
    Pledge,
    Reduction,
    RightFacts,
    Scope,
    Seizure,
    Suspension,
    Weight,
    lasts,
)
from zhirong.registry.models import Consent as Consented
from zhirong.registry.models import (
    Encumbrance,
    FeePayment,
    Holding,
    ImportBatch,
    ImportRow,
    RegisterEvent,
    Right,
    RightVersion,
)
from zhirong.registry.records import RightRecord

ONE_DAY = timedelta(days=1)
HOLDING_COLUMNS = (
    "right_id",
    "name",
    "party__ref",
    "share_ppm",
    "since",
    "until",
    "contested_at",
    "party__name",
    "party__kind",
)


@dataclass(frozen=True, slots=True)
class Previewed:
    """A line of an import as it would take effect: what becomes of its right, or the faults that keep it out."""

    line: int
    change: str
    number: str
    title: str
    holders: tuple[str, ...]
    faults: tuple[dict[str, Any], ...]


def preview(batch: ImportBatch, *, offset: int = 0, most: int = 200) -> list[Previewed]:
    """Lines of an import with their faults by column, and what they would put; a page at a time."""
    return _previews(batch, ImportRow.objects.filter(batch=batch).order_by("line")[offset : offset + most])


def preview_faults(batch: ImportBatch, *, offset: int = 0, most: int = 200) -> list[Previewed]:
    """Only the lines that keep an import out."""
    lines = ImportRow.objects.filter(batch=batch).exclude(faults="[]").order_by("line")
    return _previews(batch, lines[offset : offset + most])


def _previews(batch: ImportBatch, rows: Iterable[ImportRow]) -> list[Previewed]:
    lines = list(rows)
    said = {
        row.line: records.from_text(row.facts)
        for row in lines
        if records.is_read(row.facts) and batch.kind != "listings"
    }
    keys = [one.key for one in said.values()]
    if batch.visible_at:
        changes = _became(batch, keys)
    else:
        known = {right.key: right for right in Right.objects.visible().filter(key__in=keys)}
        merge = records.merged if batch.holder_id is None else records.merged_of_holder
        changes = {one.key: _change(known.get(one.key), one, merge=merge) for one in said.values()}
    return [_previewed(row, said.get(row.line), changes) for row in lines]


def _became(batch: ImportBatch, keys: list[str]) -> dict[str, str]:
    """What taking over did to these rights: once it is done, the same file would change nothing more."""
    written = RightVersion.objects.filter(batch=batch, right__key__in=keys).order_by("-version")
    did = {key: "new" if version == 1 else "changed" for key, version in written.values_list("right__key", "version")}
    return {key: did.get(key, "same") for key in keys}


def _change(known: Right | None, said: RightRecord, *, merge: records.Merge) -> str:
    if known is None:
        return "new"
    before = record_of(known)
    return "same" if records.to_text(merge(before, said)) == records.to_text(before) else "changed"


def _previewed(row: ImportRow, said: RightRecord | None, changes: Mapping[str, str]) -> Previewed:
    faults = tuple(json.loads(row.faults))
    if said is None:
        return Previewed(row.line, "", *records.unread(row.facts), (), faults)
    names = tuple(one.name for one in said.named_holders())
    return Previewed(row.line, changes[said.key], said.number, said.title, names, faults)


def record_of(right: Right) -> RightRecord:
    """What the newest version of the right says."""
    return records.with_abstract(records.from_text(right.facts), right.abstract)


def facts_of(right: Right, day: date) -> RightFacts:
    """All that the rules need; holders are those of the day."""
    return facts_of_many([right], day)[0]


def facts_of_read(rights: Sequence[Right], day: date) -> list[RightFacts]:
    """The same of rows that were read a moment ago: one query less, for pages."""
    parts = _Parts.of([right.pk for right in rights])
    return [_facts(right.pk, records.from_text(right.facts), parts=parts, day=day) for right in rights]


def facts_of_many(rights: Sequence[Right], day: date) -> list[RightFacts]:
    """The facts of many rights in six queries for all, read anew each time: a right may have changed since.

    Thousands of rights are asked about at once when listings are published in bulk, so rows are read as plain values.
    """
    parts = _Parts.of([right.pk for right in rights])
    said = dict(Right.objects.filter(pk__in=[right.pk for right in rights]).values_list("pk", "facts"))
    return [_facts(right.pk, records.from_text(said[right.pk]), parts=parts, day=day) for right in rights]


def is_free(right: Right, act: Act, day: date, *, deal: rules.Deal = rules.PLAIN_DEAL) -> rules.Freedom:
    """Whether this right is free for the act on the day, and if not, why (B9, P1, P7, O3, K1)."""
    return rules.free_to(act, facts_of(right, day), day, deal=deal)


def holdings_on(right: Right, day: date) -> list[Holding]:
    """Who holds the right on the day, in the register's order."""
    return _on_day(right.holdings.select_related("party").all(), day)


def weights_on(right: Right, day: date) -> list[Encumbrance]:
    """What weighs on the right on the day, oldest first."""
    return [one for one in right.encumbrances.select_related("party").order_by("since", "pk") if weighs(one, day)]


def entries_of(right: Right) -> list[RegisterEvent]:
    """The register's entries, newest first."""
    return list(right.events.order_by("-day", "-pk"))


def weighs(one: Encumbrance, day: date) -> bool:
    """Whether an encumbrance lasts on the day; the day of its release is free again."""
    until = last_day(one.kind, one.until, one.ended_on)
    return one.since <= day and (until is None or day <= until)


def last_day(kind: str, until: date | None, ended_on: date | None) -> date | None:
    """The last day it weighs: before its release, or its own end. A pledge outlives its debt until it is cancelled."""
    if ended_on is not None:
        return ended_on - ONE_DAY
    return None if kind == Weight.PLEDGE else until


@dataclass(slots=True)
class _Parts:
    """The rows that hang on some rights, as plain values by right."""

    holdings: dict[int, list[Any]]
    entries: dict[int, list[Any]]
    weights: dict[int, list[Any]]
    consents: dict[int, list[Any]]
    payments: dict[int, list[Any]]

    @staticmethod
    def of(ids: Sequence[int]) -> _Parts:
        """Five queries, one for each table."""
        of_rights: Q = Q(right__in=ids)
        holdings = Holding.objects.filter(of_rights).order_by("position", "pk")
        weights = Encumbrance.objects.filter(of_rights).order_by("since", "pk")
        return _Parts(
            holdings=_by_right(holdings.values_list(*HOLDING_COLUMNS)),
            entries=_by_right(RegisterEvent.objects.filter(of_rights).values_list("right_id", "kind", "day", "facts")),
            weights=_by_right(
                weights.values_list(
                    "right_id",
                    "kind",
                    "in_favour_of",
                    "since",
                    "until",
                    "ended_on",
                    "number",
                    "facts",
                    "party__name",
                    "party__ref",
                )
            ),
            consents=_by_right(
                Consented.objects.filter(of_rights).values_list(
                    "right_id", "by_name", "party__ref", "act", "given_on", "until"
                )
            ),
            payments=_by_right(
                FeePayment.objects.filter(of_rights, state__in=("waiting", "confirmed")).values_list(
                    "right_id", "state", "year", "paid_on", "amount_fen", "reduction"
                )
            ),
        )


def _by_right(rows: Iterable[tuple[Any, ...]]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(row[1:])
    return found


def _facts(pk: int, said: RightRecord, *, parts: _Parts, day: date) -> RightFacts:
    weights, holdings = _Weights(parts.weights.get(pk, ())), parts.holdings.get(pk, ())
    is_contested = any(row[5] for row in holdings if row[4] is None)
    return RightFacts(
        kind=said.kind,
        number=said.number,
        filed_on=said.filed_on,
        published_on=said.published_on,
        examination_asked_on=said.examination_asked_on,
        granted_on=said.granted_on,
        term_ends_on=said.term_ends_on,
        entries=tuple(_entry(*row) for row in parts.entries.get(pk, ())),
        holders=_holders(holdings, day),
        contested_by=tuple(one.name for one in said.named_holders()) if is_contested else (),
        co_owners_agreed_otherwise=said.more.get("co_owners_agreed", "") == "yes",
        has_natural_author=any(kind == "natural" for *_, kind in holdings),
        consents=tuple(
            # A paper of a party speaks for that party alone, whatever name stands on it.
            Consent(ref or name, Act(act), given_on, until)
            for name, ref, act, given_on, until in parts.consents.get(pk, ())
        ),
        pledges=tuple(Pledge(*one[:4], party=one[5]) for one in weights.of(Weight.PLEDGE)),
        seizures=tuple(Seizure(*one[:4]) for one in weights.of(Weight.SEIZURE)),
        suspensions=tuple(Suspension(*one[1:3]) for one in weights.of(Weight.SUSPENSION)),
        licences=tuple(_licence(one) for one in weights.of(Weight.LICENCE)),
        open_licences=tuple(OpenLicence(*one[1:3]) for one in weights.of(Weight.OPEN_LICENCE)),
        invalidation_asked_on=tuple(one[1] for one in weights.of(Weight.INVALIDATION) if lasts(one[1], one[2], day)),
        has_same_day_application=said.has_same_day_application,
        report=said.report,
        export=said.export,
        is_publicly_funded=said.is_publicly_funded,
        fees=FeeRecord(
            said.fees_paid_through_year,
            said.fees_as_of,
            payments=_paid(parts.payments.get(pk, ()), "confirmed"),
            reported=_paid(parts.payments.get(pk, ()), "waiting"),
        ),
    )


def _paid(rows: Sequence[Any], wanted: str) -> tuple[Payment, ...]:
    return tuple(
        Payment(year, paid_on, fen, Reduction(reduction))
        for state, year, paid_on, fen, reduction in rows
        if state == wanted
    )


class _Weights:
    """Encumbrances by kind: in whose favour, from, last day, number, facts, the party's ref."""

    def __init__(self, rows: Iterable[tuple[Any, ...]]) -> None:
        self.by_kind: dict[str, list[tuple[str, date, date | None, str, str, str]]] = {}
        for kind, name, since, until, ended_on, number, more, party, ref in rows:
            one = (name or party or "", since, last_day(kind, until, ended_on), number, more, ref or "")
            self.by_kind.setdefault(kind, []).append(one)

    def of(self, weight: Weight) -> Sequence[tuple[str, date, date | None, str, str, str]]:
        """Those of one kind, oldest first."""
        return self.by_kind.get(weight, ())


def _holders(rows: Sequence[Any], day: date) -> tuple[Holder, ...]:
    """Holdings without a first day hold since ever; the day of a transfer belongs to the new holder."""
    found = [row for row in rows if row[4] is None or day < row[4]]
    # Before its own grant an imported right still shows whom it names.
    now = [row for row in found if row[3] is None or row[3] <= day] or found
    return tuple(
        Holder(name, ref or "", Fraction(ppm, records.WHOLE_PPM), party or "")
        for name, ref, ppm, *_, party, _kind in now
    )


def _on_day(holdings: Iterable[Holding], day: date) -> list[Holding]:
    found = [one for one in holdings if one.until is None or day < one.until]
    now = [one for one in found if one.since is None or one.since <= day]
    return sorted(now or found, key=lambda one: (one.position, one.pk))


def _entry(kind: str, day: date, text: str) -> Entry:
    more: dict[str, Any] = json.loads(text)
    ending = more.get("ending")
    return Entry(EventKind(kind), day, Ending(ending) if ending else None, int(more.get("days", 0)))


def _licence(one: tuple[str, date, date | None, str, str, str]) -> Licence:
    name, since, until, number, text, _ = one
    more: dict[str, Any] = json.loads(text)
    scope = Scope(since, until, more.get("territory", "*"), more.get("field", "*"))
    return Licence(LicenceKind(more.get("kind", "plain")), name, scope, number)


def matching(rights: QuerySet[Right], text: str) -> QuerySet[Right]:
    """By number where the text is one, else by words of the title."""
    try:
        found = numbers.read_right_number(text)
    except Refused:
        words = Q(title__icontains=text) | Q(number__icontains=text)
        # No English title holds a Chinese character, and the others stand in the index of the list. A Greek letter, a
        # sign of measure or an accent stands in an English title like any other.
        return rights.filter(words if shown.has_chinese(text) else words | Q(title_en__icontains=text))
    if found.kind == "patent_publication":
        return rights.filter(publication_number__startswith=found.key)
    if found.kind == "patent_application":
        return rights.filter(key=f"patent:{found.key}")
    kind = Kind.CIRCUIT_LAYOUT if found.kind == "layout" else Kind(found.kind)
    return rights.filter(Q(key=records.read_number(kind, text)[1]) | Q(number__icontains=text))
