"""What both formats of the office's XML share: choosing the reader, and making a record of what was read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from zhirong.base import numbers
from zhirong.base.refused import Refused
from zhirong.registry import records
from zhirong.registry.engine import dated
from zhirong.registry.engine.facts import Kind
from zhirong.registry.records import Named, RightRecord


@dataclass(slots=True)
class Parts:
    """The bibliographic parts as texts, still unchecked."""

    number: str = ""
    standard_number: str = ""
    filed: str = ""
    publication: str = ""
    publication_kind: str = ""
    published: str = ""
    earlier_publication: str = ""
    gazette: str = ""
    title: str = ""
    title_en: str = ""
    abstract: str = ""
    classes: list[str] = field(default_factory=list)
    applicants: list[Named] = field(default_factory=list)
    assignees: list[Named] = field(default_factory=list)
    inventors: list[str] = field(default_factory=list)
    agency: str = ""
    priorities: list[str] = field(default_factory=list)
    international_number: str = ""
    claims: list[str] = field(default_factory=list)


# A claim that refers to another one names it before it says what is new (专利法实施细则 第二十五条).
REFERS = re.compile(r"权利要求\s*\d")
BEFORE_WHAT_IS_NEW = 80


def record_of(parts: Parts) -> RightRecord:
    """A checked record: number and kind agree, days are days, a granting document makes its applicants holders."""
    if not parts.number and not parts.standard_number:
        raise Refused("registry.file_lacks", part="application number")
    if not parts.title:
        raise Refused("registry.file_lacks", part="title")
    number = _number(parts)
    kind = Kind(number.right)
    announced = _day(parts.published)
    publication = _publication(parts)
    is_grant = publication is not None and publication.is_grant and _grants(publication, announced)
    return RightRecord(
        kind=kind,
        key=records.key_of(kind, number.key),
        number=number.shown,
        title=parts.title,
        title_en=parts.title_en,
        abstract=parts.abstract,
        publication_number=publication.key if publication else "",
        gazette=parts.gazette,
        ipc=tuple(dict.fromkeys(filter(None, (_class(text) for text in parts.classes)))),
        applicants=tuple(parts.applicants),
        holders=tuple(parts.assignees or parts.applicants) if is_grant else (),
        inventors=tuple(parts.inventors),
        agency=parts.agency,
        priorities=tuple(dict.fromkeys(parts.priorities)),
        international_number=parts.international_number,
        filed_on=_day(parts.filed),
        published_on=_day(parts.earlier_publication) if is_grant else announced,
        granted_on=announced if is_grant else None,
        source_day=announced,
        more=_claims(parts.claims),
    )


def _claims(texts: list[str]) -> dict[str, str]:
    """How many claims the document prints, and how many of them refer to no other; nothing where it prints none."""
    if not texts:
        return {}
    alone = [text for text in texts if not REFERS.search(text[:BEFORE_WHAT_IS_NEW])]
    return {"claims": str(len(texts)), "independent_claims": str(len(alone))}


def _grants(publication: numbers.PublicationNumber, announced: date | None) -> bool:
    """Until 1992 some kinds announced an application for opposition, which later ones grant (N13)."""
    return announced is None or publication.kind[0] in dated.on("grant_kinds", announced).value


def _number(parts: Parts) -> numbers.PatentNumber:
    """The original number, checked against the fifteen-digit one that the newer format gives beside it."""
    standard = numbers.read_standard_number(parts.standard_number) if parts.standard_number else None
    if not parts.number:
        assert standard is not None
        return standard
    number = numbers.read_patent_number(parts.number)
    if standard is not None and standard.key != number.key:
        raise Refused("registry.numbers_differ", number=number.shown, standard=parts.standard_number)
    return number


def _publication(parts: Parts) -> numbers.PublicationNumber | None:
    if not parts.publication or not parts.publication_kind:
        return None
    return numbers.read_publication_number(f"CN{parts.publication}{parts.publication_kind}")


def _day(text: str) -> date | None:
    digits = re.sub(r"\D", "", text)
    if not digits.strip("0"):
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        raise Refused("registry.file_day_unknown", text=text[:20]) from None


def _class(text: str) -> str:
    """An IPC symbol, or for designs a Locarno class; a symbol of another scheme is left out, not refused."""
    for read in (numbers.read_ipc, numbers.read_locarno):
        try:
            return read(text)
        except Refused:
            continue
    return ""
