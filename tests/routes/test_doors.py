"""Each deed has two doors, a page and the interface: the house's people are let in at both or at neither."""

from __future__ import annotations

import yaml

from tests.routes import addresses

DOORS: dict[str, list[str]] = yaml.safe_load((addresses.TABLE.parent / "doors.yaml").read_text("utf-8"))
EXACT: dict[str, str | list[str]] = yaml.safe_load((addresses.TABLE.parent / "things.yaml").read_text("utf-8"))
HOUSE = {"operator", "checker", "auditor", "administrator", "official"}
# A page alone: what a browser does for itself, the tree's check, the clock of a demo.
BY_PAGE = {"POST /office/audit", "POST /office/clock", "POST /sign-out", "POST /verify"}
# Programs alone: the register's own mass of entries, which nobody types, and what a page does within another deed.
BY_PROGRAM = {
    "POST /api/files",
    "PUT /api/rights",
    # Computed and not kept: the page asks for it by its address.
    "POST /api/rights/<int:right_id>/estimate/what-if",
    # A question and its answer; the page asks for it by its address.
    "POST /api/policy/ask",
    "POST /api/comparables",
    "POST /api/comparables/<int:comparable_id>/withdraw",
}


def of_the_house(*entries: str) -> set[str]:
    """Who of the house is let in at one of these; the sides of a thing are asked for in test_things.py."""
    found: set[str] = set()
    for entry in entries:
        who = EXACT.get(entry) or addresses.table()[entry]
        found |= HOUSE if isinstance(who, str) else HOUSE & set(who)
    return found


def test_the_house_is_let_in_alike_at_both_doors() -> None:
    wrong = {}
    for page, operations in DOORS.items():
        # Two pages can lead to one operation: a holder's and the office's.
        beside = [one for one in DOORS if set(DOORS[one]) & set(operations)]
        by_page, by_program = of_the_house(*beside), of_the_house(*(one for at in beside for one in DOORS[at]))
        if by_page != by_program:
            wrong[page] = sorted(by_page ^ by_program)
    assert wrong == {}


def test_every_deed_stands_at_its_doors() -> None:
    deeds = [entry for entry in addresses.table() if not entry.startswith("GET")]
    operations = {one for found in DOORS.values() for one in found}
    assert {entry for entry in deeds if "/api/" not in entry} - DOORS.keys() == BY_PAGE
    assert {entry for entry in deeds if "/api/" in entry} - operations == BY_PROGRAM
    assert (operations | DOORS.keys()) - addresses.table().keys() == set()


def test_the_administrator_reads_no_bids_and_moves_no_money() -> None:
    closed = ("/bank", "/dues", "/intents", "/lots", "/deals", "/split", "/recordal", "/bids")
    found = [
        entry
        for entry, who in (addresses.table() | EXACT).items()
        if isinstance(who, list) and "administrator" in who and any(word in entry for word in closed)
    ]
    assert found == []
