"""Screens the enterprises of a loaded demo that have loans, and decides them: python given_screened.py FOLDER.

Tells for each enterprise and measure the state and the sum that each of the two found.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any


def main(folder: Path) -> None:
    os.environ["ZR_DATA"] = str(folder)
    importlib.import_module("zhirong.server").open_house(str(folder))
    told = importlib.import_module("tests.demo.given_screened").told
    print(json.dumps(told(), ensure_ascii=False))


def told() -> list[Any]:
    calendar, models, people, population, kept, reach, deciding, supporting, record = (
        importlib.import_module(f"zhirong.{name}")
        for name in (
            *("base.calendar", "enterprises.models", "people.models", "policy.population", "policy.kept"),
            *("policy.reach", "policy.deciding", "policy.supporting", "record.actions"),
        )
    )
    day, base, found = calendar.beijing_day(record.now()), kept.base(), []
    with_loans = models.Statement.objects.filter(about__startswith="loan:").values("party")
    for party in people.Party.objects.filter(pk__in=with_loans).order_by("pk"):
        whole = population.population(day=day, party_ids=[party.pk])
        for one in base.measures.values():
            screened = reach.reach(one, whole)
            decided = deciding.everything(party, day=day, measures=[one.id])
            rows = supporting.rows(decided, base.vocabulary)
            met = any(row.state == supporting.MET for row in rows)
            # What is no money, and what cannot be told, is in no sum of the best set.
            is_money = one.kind in supporting.MONEY and not screened.unpriced
            due = supporting.best(rows).total_fen if is_money else screened.total_fen
            found.append([party.name, one.id, [screened.met, screened.total_fen], [int(met), due]])
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]))
