"""`zr import comparables FILE…`: prices of former years, shown with every fault by row and column, then taken in.

Nothing is written without `--commit`. The same file twice changes nothing: a reference is taken once.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from zhirong.base import money
from zhirong.base.refused import Refused
from zhirong.cli import house
from zhirong.people import access
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.registry.readers.rows import Fault
from zhirong.valuation import labels, past_sheet
from zhirong.valuation.actions import appraisals, past_prices

FINE, FAULTY = 0, 1
FAULTS_SHOWN = 200
DEALS_SHOWN = 10


def bring(who: Person, asked: argparse.Namespace) -> int:
    """0 all is well, 1 a file has faults and nothing of it was taken. Refused: who may not, a file that is no sheet."""
    access.require(who, "valuation.note_comparable")
    return max([_of_file(who, Path(name), commits=asked.commit) for name in asked.files[1:]])


def sample(path: Path) -> int:
    """Write a sheet with headings, notes and invented lines that show the way."""
    path.write_bytes(past_sheet.sample())
    print(f"{path}: a sheet to fill in; its lines are invented, delete them")
    return FINE


def _of_file(who: Person, path: Path, *, commits: bool) -> int:
    data = path.read_bytes()
    sheet = past_sheet.read(data, today=appraisals.today())
    _show(path, sheet)
    if sheet.faults:
        return FAULTY
    if len(sheet.known) == len(sheet.deals):
        return FINE
    if not commits:
        print("  add --commit to take it in")
        return FINE
    proof = record.keep_file(who, path.name, data, is_secret=True)
    print(f"  taken in: {past_prices.bring(who, sheet.deals, proof=proof)} deals")
    return FINE


def _show(path: Path, sheet: past_sheet.Sheet) -> None:
    """What the file is, its first deals, and all that is wrong in it."""
    deals, known = sheet.deals, len(sheet.known)
    lots = sum(len(one.subjects) > 1 for one in deals)
    asks = sum(one.price.kind == "ask" for one in deals)
    state = "not taken in" if sheet.faults else "taken in before" if known == len(deals) else "read"
    print(f"{path}: comparables, {sheet.rows} rows, {len(sheet.faults)} faults, {state}")
    print(f"  {len(deals)} deals ({lots} of several rights, {asks} asks without a buyer), {known} known already")
    if sheet.unknown:
        print(f"  columns not understood and left out: {', '.join(sheet.unknown)}")
    for one in deals[:DEALS_SHOWN]:
        print(f"  {_line(one)}")
    if len(deals) > DEALS_SHOWN:
        print(f"  … and {len(deals) - DEALS_SHOWN} more")
    for row, fault in sheet.faults[:FAULTS_SHOWN]:
        print(f"  row {row}, {fault.column}: {_said(fault)}")
    if len(sheet.faults) > FAULTS_SHOWN:
        print(f"  … and {len(sheet.faults) - FAULTS_SHOWN} more faults")


def _line(one: past_prices.Brought) -> str:
    price, language = one.price, house.language()
    kind, amount = labels.of("deal_kind", price.kind)[language], money.shown(price.price_fen, language=language)
    return f"{price.reference}  {price.on}  {kind}  {amount}  × {len(one.subjects)}"


def _said(fault: Fault) -> str:
    return house.said(Refused(fault.code, **fault.facts))
