"""The demo's district on one morning: its measures in force, its enterprises known, nothing filed yet."""

from __future__ import annotations

from zhirong.demo import cast, invented, support
from zhirong.demo.support import Told
from zhirong.people.actions import batches
from zhirong.record import actions as record

SEED, ENTERPRISES = 2026, 40


def a_district() -> Told:
    """Of the demo, without its auctions and without the days that pass."""
    people = cast.enter()
    proof = record.keep_file(people["jingban"], "机构名单.csv", "机构,代码\n".encode())
    newcomers = [
        batches.Newcomer(name=firm.name, code=firm.code)
        for firm in invented.firms(SEED, ENTERPRISES + 20)
        if not firm.is_public
    ]
    known = batches.put_organisations(people["jingban"], people["fuhe"], newcomers, evidence=proof)
    told = support.begin(people, list(known.values())[:ENTERPRISES], SEED, tell=lambda said: None)
    support.draft_of_main(told)
    return told
