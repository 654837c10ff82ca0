"""`zr import index FILE --from DAY`: the centre's own list of items for the index of value, shown, then brought.

It counts for nothing until a second person has confirmed it in the office.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from zhirong.cli import house
from zhirong.people import access
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.valuation import indices
from zhirong.valuation.actions import appraisals, index_lists
from zhirong.valuation.engine import index_items
from zhirong.valuation.engine.index_items import ItemList, Words

FINE = 0


def bring(who: Person, asked: argparse.Namespace) -> int:
    """0 all is well. Refused: who may not, and a file with a fault, which is named with its place."""
    access.require(who, "valuation.bring_index")
    since = asked.since or appraisals.today()
    for name in asked.files[1:]:
        path = Path(name)
        data = path.read_bytes()
        _show(path, index_items.from_plain(indices.read(data, name=path.name, day=since)))
        if not asked.commit:
            print("  add --commit to bring it")
            continue
        kept = index_lists.bring_index(who, data, file=record.keep_file(who, path.name, data), since=since)
        print(f"  brought: list {kept.pk}, {kept.state}; a second person confirms it, then it counts from {kept.since}")
    return FINE


def _show(path: Path, found: ItemList) -> None:
    criteria = [criterion for dimension in found.dimensions for criterion in dimension.criteria]
    items = [item for criterion in criteria for item in criterion.items]
    print(f"{path}: index, “{_word(found.name)}”, edition {found.edition}")
    print(f"  {len(found.dimensions)} dimensions, {len(criteria)} criteria, {len(items)} items")
    print(f"  scenarios: {', '.join(_word(one) for one in found.scenarios.values())}")


def _word(words: Words) -> str:
    return words.zh if house.language() == "zh" else words.en
