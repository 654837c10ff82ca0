"""`zr import facts FILE…` and `zr import places FILE…`: sheets of enterprises, shown with every fault, then taken in.

Nothing is written without `--commit`, and nothing of a file with a fault. The same file twice changes nothing.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path

from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.cli import house
from zhirong.enterprises import place_sheet
from zhirong.enterprises.actions import facts, places
from zhirong.people import access
from zhirong.people.models import Person
from zhirong.policy import fact_sheet, naming, reading
from zhirong.record import actions as record

FINE, FAULTY = 0, 1
FAULTS_SHOWN = 200
LINES_SHOWN = 10


def bring(who: Person, asked: argparse.Namespace) -> int:
    """0 all is well, 1 a file has faults and nothing of it was taken. Refused: who may not, a file that is no sheet."""
    return max([_facts(who, Path(name), commits=asked.commit) for name in asked.files[1:]])


def bring_places(who: Person, asked: argparse.Namespace) -> int:
    """The same for streets, parks and carriers."""
    access.require(who, "enterprises.put_place")
    return max([_places(who, Path(name), commits=asked.commit) for name in asked.files[1:]])


def sample(path: Path) -> int:
    """Write a sheet of facts with headings and invented lines that show the way."""
    path.write_bytes(fact_sheet.template(reading.own().vocabulary, made_at=record.now(), language=house.language()))
    print(f"{path}: a sheet to fill in; its lines are invented, delete them")
    return FINE


def sample_places(path: Path) -> int:
    """The same for places."""
    path.write_bytes(place_sheet.template(made_at=record.now()))
    print(f"{path}: a sheet to fill in; its lines are invented, delete them")
    return FINE


def _facts(who: Person, path: Path, *, commits: bool) -> int:
    data = path.read_bytes()
    today = beijing_day(record.now())
    sheet = fact_sheet.read(data, name=path.name, vocabulary=reading.own().vocabulary, day=today)
    parties = {one.brought.party.pk for one in sheet.lines}
    print(f"{path}: facts, {sheet.rows} rows of {len(parties)} enterprises, {len(sheet.faults)} faults")
    _unknown(sheet.unknown)
    for one in sheet.lines[:LINES_SHOWN]:
        print(f"  {_line(one)}")
    if len(sheet.lines) > LINES_SHOWN:
        print(f"  … and {len(sheet.lines) - LINES_SHOWN} more")
    if _faulty([(one.line, one.column, one.refused) for one in sheet.faults]):
        return FAULTY
    if not commits:
        print("  add --commit to take it in")
        return FINE
    proof = record.keep_file(who, path.name, data, is_secret=True)
    print(f"  taken in: {facts.bring_facts(who, sheet.brought, proof=proof)} new facts")
    return FINE


def _line(one: fact_sheet.Line) -> str:
    told, language = one.brought.told, house.language()
    value = naming.value(one.fact, told.value, language).replace("\n", " / ")
    since = told.since.isoformat() if told.since else "–"
    about = f"  {told.about}" if told.about else ""
    return f"{one.brought.party.name}  {naming.fact(one.fact, language)}  {value}  {since}  {one.brought.source}{about}"


def _places(who: Person, path: Path, *, commits: bool) -> int:
    sheet = place_sheet.read(path.read_bytes(), name=path.name)
    print(f"{path}: places, {sheet.rows} rows, {len(sheet.faults)} faults")
    _unknown(sheet.unknown)
    if _faulty([(one.line, one.column, one.refused) for one in sheet.faults]):
        return FAULTY
    if not commits:
        print("  add --commit to take it in")
        return FINE
    print(f"  taken in: {places.bring_places(who, sheet.places)} places")
    return FINE


def _unknown(heads: Iterable[str]) -> None:
    if named := ", ".join(heads):
        print(f"  columns not understood and left out: {named}")


def _faulty(faults: Sequence[tuple[int, str, Refused]]) -> bool:
    for line, column, refused in faults[:FAULTS_SHOWN]:
        print(f"  row {line}, {column}: {house.said(refused)}")
    if len(faults) > FAULTS_SHOWN:
        print(f"  … and {len(faults) - FAULTS_SHOWN} more faults")
    return bool(faults)
