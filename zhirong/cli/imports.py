"""`zr import FILE…`: show what office files and sheets hold, every fault by row and column; `--commit` takes them in.

FILE is an XML file of the office, or a sheet (Excel, CSV) of rights or of listings; which one, the file itself tells.
`zr import ipc FILE`, `fields FILE` and `divisions FILE…` load the reference tables of a centre.
`zr import comparables FILE…` takes in prices of former years (`--sample FILE` writes a sheet to fill in);
`zr import index FILE --from DAY` brings the centre's own list of items for the index of value.
`zr import facts FILE…` takes in facts of enterprises, `places FILE…` streets, parks and carriers (`--sample` too).
`zr import policies DIR|FILE…` brings measures as drafts, for which a second person is asked.
Whoever acts is named by `--as LOGIN`, and every rule of the pages holds here too.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import cast, get_args

from zhirong.base.refused import Refused
from zhirong.cli import house, import_facts, import_index, import_policies, import_prices
from zhirong.exchange.actions import sheet
from zhirong.people.models import Party, Person
from zhirong.record import actions as record
from zhirong.record import sequencer
from zhirong.registry.actions import imports, reference
from zhirong.registry.actions.imports import ImportKind
from zhirong.registry.models import ImportBatch, ImportRow
from zhirong.registry.readers import sheets
from zhirong.registry.readers.reference import TableName

FINE, FAULTY, REFUSED = 0, 1, 2
FAULTS_SHOWN = 200
# Sheets that no page takes: of a centre, not of a party.
OWN = {
    "comparables": import_prices.bring,
    "index": import_index.bring,
    "facts": import_facts.bring,
    "places": import_facts.bring_places,
    "policies": import_policies.bring,
}
SAMPLES = {
    "comparables": import_prices.sample,
    "facts": import_facts.sample,
    "places": import_facts.sample_places,
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who brings the files, and for whom; without a party it is the register's own mass."""

    who: Person
    party: Party | None


def main(argv: Sequence[str]) -> int:
    """0 all is well, 1 a file has faults and nothing of it was taken, 2 refused."""
    asked = read(argv)
    try:
        if asked.sample:
            return SAMPLES[asked.files[0]](asked.sample)
        who = house.person(asked.login)
        if asked.files[0] in OWN:
            return OWN[asked.files[0]](who, asked)
        if asked.files[0] in get_args(TableName):
            return load(who, cast(TableName, asked.files[0]), asked.files[1:])
        party = house.party_of(who, asked.party, is_needed=False)
        codes = [bring(Actor(who, party), Path(name), commits=asked.commit) for name in asked.files]
    except (Refused, OSError) as no:
        print(house.said(no) if isinstance(no, Refused) else no, file=sys.stderr)
        return REFUSED
    finally:
        sequencer.number_now()
    return max(codes)


def read(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./zr import", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    words = "files, or: ipc, fields, divisions, comparables, index, facts, places, policies and their FILE…"
    parser.add_argument("files", nargs="+", metavar="FILE", help=words)
    parser.add_argument("--as", dest="login", default="", metavar="LOGIN", help="the person who acts")
    parser.add_argument("--for", dest="party", default="", metavar="PARTY", help="the party it is done for")
    parser.add_argument("--commit", action="store_true", help="take in what has no faults; without it, show only")
    parser.add_argument("--from", dest="since", type=date.fromisoformat, metavar="DAY", help="index: in force from")
    parser.add_argument("--sample", type=Path, metavar="FILE", help="write a sheet to fill in, and end")
    asked = parser.parse_args(argv)
    return judged(parser, asked)


def judged(parser: argparse.ArgumentParser, asked: argparse.Namespace) -> argparse.Namespace:
    """What does not go together is told before anything is looked at."""
    what = asked.files[0]
    if asked.sample and (len(asked.files) != 1 or what not in SAMPLES):
        parser.error(f"--sample goes with one of {', '.join(SAMPLES)} alone")
    if not asked.sample and not asked.login:
        parser.error("--as LOGIN is needed")
    if not asked.sample and what in (*get_args(TableName), *OWN) and len(asked.files) == 1:
        parser.error(f"{what} needs a FILE")
    if asked.since and what != "index":
        parser.error("--from goes with index alone")
    return asked


def load(who: Person, table: TableName, names: Sequence[str]) -> int:
    """Reference tables: each file whole, or refused with its first faulty line."""
    for name in names:
        loaded = reference.load(who, table, Path(name).read_bytes(), tell=progress)
        print(f"{name}: {loaded.rows} rows, {loaded.changed} new or changed, {loaded.removed} removed.")
    return FINE


def progress(done: int, total: int) -> None:
    """One moving line where somebody watches."""
    if sys.stderr.isatty():
        print(f"\r{done} of {total}", end="\n" if done == total else "", file=sys.stderr, flush=True)


def bring(actor: Actor, path: Path, *, commits: bool) -> int:
    """Stage one file, show it, and take it in when asked and nothing stands against it."""
    data = path.read_bytes()
    kind = kind_of(path, data)
    try:
        file = record.keep_file(actor.who, path.name, data)
        batch = imports.stage_import(actor.who, kind, data, file=file, holder=actor.party)
        rows = list(ImportRow.objects.filter(batch=batch).order_by("line"))
        faults = [*faults_of(rows), *(against_the_register(batch, rows) if kind == "listings" else [])]
        show(path, kind, batch, faults=faults, commits=commits)
        if faults:
            return FAULTY
        if batch.visible_at is None and commits:
            batch = (
                sheet.draft_many(actor.who, batch) if kind == "listings" else imports.commit_import(actor.who, batch)
            )
            print(f"  taken in: {batch.rows} rows, batch {batch.ref}")
    except Refused as no:
        print(f"{path}: {house.said(no)}", file=sys.stderr)
        return REFUSED
    return FINE


def kind_of(path: Path, data: bytes) -> ImportKind:
    """XML by its first sign, a sheet by the columns it has."""
    if data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return "xml"
    refusals: list[Refused] = []
    for kind in get_args(sheets.Sheet):
        try:
            sheets.read(data, kind)
        except Refused as no:
            refusals.append(no)
            continue
        return cast(ImportKind, kind)
    if all(no.code == "registry.sheet_lacks_columns" for no in refusals):
        problems = " / ".join(house.said(no) for no in refusals)
        raise Refused("cli.kind_unknown", file=path.name, problem=problems)
    raise next(no for no in refusals if no.code != "registry.sheet_lacks_columns")


Fault = tuple[int, str, Refused]


def faults_of(rows: Iterable[ImportRow]) -> list[Fault]:
    """Every fault of the staged rows: line, column, why."""
    return [
        (row.line, fault["column"], Refused(fault["code"], **fault["facts"]))
        for row in rows
        for fault in json.loads(row.faults)
    ]


def against_the_register(batch: ImportBatch, rows: Sequence[ImportRow]) -> list[Fault]:
    """A readable listing may still name a right that is not the seller's, or is listed already."""
    if batch.visible_at is not None:
        return []
    names = sheets.columns("listings")
    return [(one.line, names[one.column]["names"][0], one.refused) for one in sheet.judge(batch, rows) if one.refused]


def show(path: Path, kind: ImportKind, batch: ImportBatch, *, faults: Sequence[Fault], commits: bool) -> None:
    """What the file is and all that is wrong in it."""
    state = "taken in before" if batch.visible_at else "staged" if not faults else "not taken in"
    print(f"{path}: {kind}, {batch.rows} rows, {len(faults)} faults, {state}")
    for line, column, no in faults[:FAULTS_SHOWN]:
        print(f"  row {line}, {column}: {house.said(no)}")
    if len(faults) > FAULTS_SHOWN:
        print(f"  … and {len(faults) - FAULTS_SHOWN} more")
    if batch.visible_at is None and not faults and not commits:
        print("  add --commit to take it in")
