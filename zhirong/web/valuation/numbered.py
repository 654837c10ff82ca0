"""Rights named by their numbers: typed one a line, or brought as a sheet with a column of numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.http import HttpRequest

from zhirong.base.refused import Refused
from zhirong.papers import sheet_reader
from zhirong.people.rules import Standing
from zhirong.registry import records
from zhirong.registry.models import Right
from zhirong.web import pages, uploads
from zhirong.web.registry import rights as right_lists
from zhirong.web.valuation.typed import Typed

# SQLite takes no endless list of values, and no portfolio or report holds more.
MOST = 2_000
# How many numbers a refusal names.
NAMED_MOST = 10
PARTED = re.compile(r"[\s,，;；、]+")
HEADS = ("申请号", "专利号", "注册号", "登记号", "编号", "号码", "number", "application number", "patent number")


@dataclass(frozen=True)
class Named:
    """The rights that were found in the order named, and the numbers that name none here."""

    rights: list[Right]
    unknown: list[str]


def rights_of(request: HttpRequest, form: Typed, *, is_needed: bool = True) -> list[Right]:
    """The rights that a form names; what names none is a fault that names what was found too."""
    try:
        numbers = typed(request, text="numbers", file="file")
    except Refused as refused:
        form.fault(refused, str(refused.facts.get("field", "numbers")))
        return []
    if not numbers:
        if is_needed:
            form.fault(Refused("web.nothing_named"), "numbers")
        return []
    found = named(numbers, pages.standing_of(request))
    unknown = found.unknown[:NAMED_MOST]
    if unknown and found.rights:
        known = [one.number for one in found.rights[:NAMED_MOST]]
        facts = {"found": len(found.rights), "known": known, "unknown": unknown}
        form.fault(Refused("web.some_not_named", **facts), "numbers")
    elif unknown:
        form.fault(Refused("web.no_right_named", unknown=unknown), "numbers")
    return found.rights


def typed(request: HttpRequest, *, text: str, file: str) -> list[str]:
    """The numbers of a text field and of a sheet beside it, each once, in order."""
    found = [one for one in PARTED.split(request.POST.get(text, "")) if one]
    given = request.FILES.get(file)
    if given is not None:
        found += of_sheet(uploads.content(given), given.name or "file", field=file)
    once = list(dict.fromkeys(found))
    if len(once) > MOST:
        raise Refused("web.too_many_numbers", field=text, given=len(once), most=MOST)
    return once


def of_sheet(content: bytes, name: str, *, field: str) -> list[str]:
    """The column of numbers of a sheet: the one whose head says so, else the only one."""
    try:
        table = sheet_reader.read(content, name=name)
    except Refused as refused:
        raise Refused(refused.code, **{"field": field, **refused.facts}) from refused
    heads = [head for head in table.heads if head.casefold() in HEADS]
    if not heads and len(table.heads) != 1:
        raise Refused("web.no_number_column", field=field, known=list(HEADS[:4]), found=list(table.heads)[:8])
    head = heads[0] if heads else next(iter(table.heads))
    found = [row.cells[head].text for row in table.rows if row.cells[head].text]
    # Any text is a sheet of one column to who reads it as one.
    if not any(sign.isdigit() for one in found for sign in one):
        raise Refused("web.not_a_sheet", field=field, name=name, known=list(HEADS[:4]))
    return found


def named(numbers: Iterable[str], standing: Standing | None) -> Named:
    """The rights behind numbers in one query, of those that this person may know of."""
    wanted = list(numbers)
    keys = {number: key_of(number) for number in wanted}
    shown = right_lists.shown_to(standing)
    known = shown.filter(Q(key__in=[key for key in keys.values() if key]) | Q(number__in=wanted))
    by_name = {name: right for right in known for name in (right.key, right.number)}
    hits = {number: by_name.get(keys[number]) or by_name.get(number) for number in wanted}
    found = [right for right in hits.values() if right is not None]
    return Named(list(dict.fromkeys(found)), [number for number, right in hits.items() if right is None])


def key_of(number: str) -> str:
    """The key under which a patent's number stands; empty for what is none."""
    try:
        return records.read_number(None, number)[1]
    except Refused:
        return ""


def shown(standing: Standing | None, wanted: Iterable[int]) -> list[Right]:
    """The rights of an address, of those that this person may know of, in its order."""
    ids = list(dict.fromkeys(wanted))[:MOST]
    found = right_lists.shown_to(standing).in_bulk(ids) if ids else {}
    return [found[pk] for pk in ids if pk in found]
