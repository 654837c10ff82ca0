"""A right as a source describes it: one shape for XML, sheets and forms, with one canonical spelling."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any

from zhirong.base import money, numbers
from zhirong.base import text as texts
from zhirong.base.refused import Refused
from zhirong.registry import labels
from zhirong.registry.engine.facts import PATENTS, Export, Kind, Report

WHOLE_PPM = 1_000_000
UNREAD = '{"unread":'
Merge = Callable[["RightRecord", "RightRecord"], "RightRecord"]


@dataclass(frozen=True, slots=True)
class Named:
    """A holder or applicant as a document names it; `party` is a ref where the party is known already."""

    name: str
    country: str = ""
    address: str = ""
    code: str = ""
    party: str = ""
    share_ppm: int = 0


@dataclass(frozen=True, slots=True)
class RightRecord:
    """What one source says of one right. Empty means: the source says nothing about it."""

    kind: Kind
    key: str
    number: str
    title: str
    title_en: str = ""
    abstract: str = ""
    publication_number: str = ""
    gazette: str = ""
    ipc: tuple[str, ...] = ()
    applicants: tuple[Named, ...] = ()
    holders: tuple[Named, ...] = ()
    inventors: tuple[str, ...] = ()
    agency: str = ""
    priorities: tuple[str, ...] = ()
    international_number: str = ""
    filed_on: date | None = None
    published_on: date | None = None
    examination_asked_on: date | None = None
    granted_on: date | None = None
    term_ends_on: date | None = None
    fees_paid_through_year: int = 0
    fees_as_of: date | None = None
    has_same_day_application: bool = False
    is_publicly_funded: bool = False
    export: Export = Export.NOT_SCREENED
    report: Report = Report.NONE
    # The day the source speaks of: an older paper never undoes a newer one.
    source_day: date | None = None
    more: dict[str, str] = field(default_factory=dict)

    def named_holders(self) -> tuple[Named, ...]:
        """The holders; where only applicants are named, those hold the application and then the patent."""
        return self.holders or self.applicants


def key_of(kind: Kind, number: str) -> str:
    """The key of a right: `patent:` and the normal number, or the kind and its number."""
    return f"{'patent' if kind in PATENTS else kind}:{number}"


def written(key: str) -> str:
    """A right's number as people write it, from the key under which it is found."""
    number = key.partition(":")[2]
    return _patent_number(number).shown if key.startswith("patent:") else number


def unread_text(number: str, title: str) -> str:
    """What is kept of a line with faults: what people know it by, as it stands in the file."""
    return json.dumps({"unread": {"number": number, "title": title}}, ensure_ascii=False)


def is_read(text: str) -> bool:
    """Whether a line became a record or an offer; of one with faults there was once nothing kept at all."""
    return text != "{}" and not text.startswith(UNREAD)


def unread(text: str) -> tuple[str, str]:
    """Number and title of a line with faults."""
    said = json.loads(text)["unread"] if text.startswith(UNREAD) else {}
    return said.get("number", ""), said.get("title", "")


def read_number(kind: Kind | None, text: str) -> tuple[Kind, str, str]:
    """Kind, key and written form of a number; a patent's number tells its kind, and another is contradicted (N10)."""
    if kind is None or kind in PATENTS:
        number = _patent_number(text)
        found = Kind(number.right)
        if kind is not None and kind is not found:
            raise Refused(
                "registry.kind_contradicts_number",
                kind=labels.of("kind", kind),
                found=labels.of("kind", found),
                number=number.shown,
            )
        return found, key_of(found, number.key), number.shown
    if kind is Kind.TRADE_MARK:
        written = numbers.read_trade_mark(text).shown
    elif kind is Kind.SOFTWARE:
        written = numbers.read_software(text).shown
    elif kind is Kind.CIRCUIT_LAYOUT:
        written = numbers.read_layout(text).shown
    else:
        written = texts.tidy(texts.half_width(text)).upper()[:40]
    return kind, key_of(kind, written), written


def merged(known: RightRecord, said: RightRecord) -> RightRecord:
    """What is known after one more source: what it says replaces, what it leaves out stays (versions, never erased).

    An older paper only fills what is empty: it cannot undo a newer one.
    """
    is_older = bool(known.source_day and said.source_day and said.source_day < known.source_day)
    over, under = (known, said) if is_older else (said, known)
    empty = RightRecord(kind=known.kind, key=known.key, number=known.number, title="")
    changes = {
        one.name: getattr(under, one.name)
        for one in fields(RightRecord)
        if one.name != "more" and getattr(over, one.name) == getattr(empty, one.name)
    }
    if is_older and known.named_holders():
        # Whom the newer paper names as applicant is not displaced by a holder of the older one.
        changes["holders"] = known.holders
    return replace(over, **changes, more={**under.more, **over.more})


# What a right lives by. Whoever sells it does not say that somebody looked at the office's register, and when.
LOOKED_UP: dict[str, Any] = {"term_ends_on": None, "fees_paid_through_year": 0, "fees_as_of": None, "source_day": None}
DAYS_OF_LAW = ("filed_on", "published_on", "examination_asked_on", "granted_on")


def of_holder(said: RightRecord) -> RightRecord:
    """What a holder's own file may say: no term, no fees, no day of a look at the register (B9, N1, N22)."""
    return replace(said, **LOOKED_UP)


def merged_of_holder(known: RightRecord, said: RightRecord) -> RightRecord:
    """A holder's own file over what is known: it fills days of law that nobody gave and moves none that stands."""
    kept = {name: getattr(known, name) for name in DAYS_OF_LAW if getattr(known, name) is not None}
    return merged(known, replace(of_holder(said), **kept))


def days_to_come(said: RightRecord, today: date) -> dict[str, date]:
    """Days by their names that a source tells as past and that are still to come."""
    told = {name: getattr(said, name) for name in (*DAYS_OF_LAW, "fees_as_of")}
    return {name: day for name, day in told.items() if day is not None and day > today}


def shares_of(named: Sequence[Named]) -> list[int]:
    """Shares in millionths: those that were told, or equal ones by largest remainder."""
    told = [one.share_ppm for one in named]
    if not named or sum(told) == WHOLE_PPM:
        return told
    equal = money.split(WHOLE_PPM, dict.fromkeys(range(len(named)), 1))
    return [equal[place] for place in range(len(named))]


def to_text(record: RightRecord) -> str:
    """The canonical spelling: sorted keys, days as ISO, what is empty left out. Two equal records spell alike."""
    said = {name: _plain(value) for name in NAMES if (value := getattr(record, name))}
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def from_text(text: str) -> RightRecord:
    """The record of a canonical spelling."""
    said: dict[str, Any] = json.loads(text)
    for name in DAYS & said.keys():
        said[name] = date.fromisoformat(said[name])
    for name in ("ipc", "inventors", "priorities"):
        said[name] = tuple(said.get(name, ()))
    for name in ("applicants", "holders"):
        said[name] = tuple(Named(**one) for one in said.get(name, ()))
    return RightRecord(
        **{
            **said,
            "kind": Kind(said["kind"]),
            "export": Export(said.get("export", Export.NOT_SCREENED)),
            "report": Report(said.get("report", Report.NONE)),
        }
    )


NAMES = tuple(one.name for one in fields(RightRecord))
NAMED = tuple(one.name for one in fields(Named))
DAYS = frozenset(one.name for one in fields(RightRecord) if str(one.type) == "date | None")


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Named):
        return {name: part for name in NAMED if (part := getattr(value, name))}
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


def _patent_number(text: str) -> numbers.PatentNumber:
    plain = text.strip()
    if len(plain.removeprefix("CN")) == 15 and plain.removeprefix("CN").isdigit():
        return numbers.read_standard_number(plain)
    return numbers.read_patent_number(text)


def with_abstract(record: RightRecord, abstract: str) -> RightRecord:
    """The same record with this abstract; rows keep it in a column of its own."""
    return replace(record, abstract=abstract)
