"""`zr policy screen`: all measures over all enterprises of this house, or those near one measure."""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Sequence
from datetime import date
from typing import Any

from zhirong.base import shown
from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.cli import house
from zhirong.people import access
from zhirong.people.models import Party
from zhirong.policy import almost, kept, population, reach
from zhirong.policy.reading import Base
from zhirong.record import actions as record

HEADS = ("measure", "version", "met", "not_met", "unknown", "short_1", "short_2", "short_3", "due_yuan", "unpriced")
FINE, REFUSED = 0, 2


def main(argv: Sequence[str]) -> int:
    """CSV on standard output, the hash of the population on standard error. 0 done, 2 refused."""
    wanted = read(argv)
    try:
        access.require(house.person(wanted.login), "policy.see_reach")
        day = wanted.day or beijing_day(record.now())
        whole, base = population.population(day=day, known=record.now()), kept.base()
        if wanted.measure:
            near(csv.writer(sys.stdout), base, whole, wanted=wanted)
        else:
            everything(csv.writer(sys.stdout), base, whole)
    except Refused as no:
        print(house.said(no), file=sys.stderr)
        return REFUSED
    print(f"{len(whole.ids)} enterprises, {len(whole.misfits)} with a fact left out, {whole.sha256}", file=sys.stderr)
    return FINE


def read(argv: Sequence[str]) -> argparse.Namespace:
    """What may be asked."""
    parser = argparse.ArgumentParser(prog="./zr policy", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    screen = verbs.add_parser("screen", help="all measures over all enterprises, or those near one measure")
    screen.add_argument("--as", dest="login", required=True, metavar="LOGIN", help="the official who asks")
    screen.add_argument("--day", type=date.fromisoformat, help="as of this day (today)")
    screen.add_argument("--measure", metavar="ID", help="list who is near this one instead, with the conditions")
    screen.add_argument("--most", type=int, default=2, help="conditions short at most (2)")
    screen.add_argument("--way", choices=almost.WAYS, default="any", help="by any way, or by action alone")
    screen.add_argument("--data", metavar="DIR", help="the data folder (data in the checkout)")
    return parser.parse_args(argv)


def everything(out: Any, base: Base, whole: population.Population) -> None:
    """One measure a line."""
    out.writerow(HEADS)
    for one in base.measures.values():
        row = reach.reach(one, whole)
        short = [row.near.get(str(size), 0) for size in range(1, reach.FARTHEST + 1)]
        due = shown.figures(row.total_fen).replace(",", "") if row.pays and row.version else ""
        out.writerow([one.id, row.version or "", row.met, row.not_met, row.unknown, *short, due, row.unpriced])


def near(out: Any, base: Base, whole: population.Population, *, wanted: argparse.Namespace) -> None:
    """One enterprise a line, the worthiest first."""
    one = base.measures.get(wanted.measure)
    if one is None:
        raise Refused("policy.measure_unknown", measure=wanted.measure[:100])
    wish = almost.Wish(wanted.most, wanted.way)
    rows = almost.exact(one, whole, almost.listed(one, whole, wish).rows, wish=wish)
    parties = Party.objects.in_bulk([row.party_id for row in rows])
    out.writerow(("ref", "name", "short", "conditions", "worth_yuan"))
    for row in rows:
        party = parties[row.party_id]
        worth = "" if row.fen is None else shown.figures(row.fen).replace(",", "")
        out.writerow([party.ref, party.name, row.steps, " ".join(leaf.id for leaf in row.conditions), worth])
