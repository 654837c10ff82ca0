"""Lists of items for the index: the house's own as it stands on a day, and an operator's, from YAML or a sheet."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml
from django.db.models import QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat

from zhirong.base import dated, yaml_text
from zhirong.base.dated import Figure
from zhirong.base.deferred import Deferred
from zhirong.base.refused import Refused
from zhirong.papers import sheet_reader
from zhirong.valuation.engine import index_items, index_sheet
from zhirong.valuation.engine.index_items import ItemList
from zhirong.valuation.engine.result import digest

# `zr calc` reckons with lists and has no tables.
if TYPE_CHECKING:
    from zhirong.valuation import index_list
else:
    index_list = Deferred("zhirong.valuation.index_list")

FOLDER: Final = Path(__file__).parent / "parameters"
MOST_BYTES: Final = 2_000_000
LISTS_KEPT: Final = 8
YAML_NAMES: Final = (".yaml", ".yml")
# Aliases let a few lines unfold to more than a machine holds; no list needs them.
ALIAS: Final = yaml.events.AliasEvent


@dataclass(frozen=True, slots=True)
class InForce:
    """The list that counts on a day: `list_id` names the operator's, and is None where the house's own counts."""

    items: ItemList
    sha256: str
    list_id: int | None


def current(day: date) -> InForce:
    """The operator's list in force on the day, the one that began last; where there is none, the house's own.

    A withdrawn list counts for no day, also for none before it was withdrawn: nothing new is reckoned with it.
    """
    return named(in_force(day).values_list("named", flat=True).first(), day)


def in_force(day: date) -> QuerySet[Any]:
    """The operator's lists in force on the day, the one that counts first; each `named` for `named`."""
    kept = index_list.IndexList.objects.filter(
        since__lte=day, confirmed_at__isnull=False, withdrawn_at__isnull=True
    ).order_by("-since", "-confirmed_at")
    return kept.annotate(named=Concat(Cast("pk", TextField()), Value(" "), "sha256", output_field=TextField()))


def named(name: str | None, day: date) -> InForce:
    """The list of this name; without one the house's own of the day. What a hash names never changes: it is kept."""
    if not name:
        return InForce(house(day), digest(house_plain(day)), None)
    list_id, sha256 = name.split(" ")
    return InForce(_own(sha256), sha256, int(list_id))


@lru_cache(maxsize=LISTS_KEPT)
def _own(sha256: str) -> ItemList:
    body = index_list.IndexList.objects.filter(sha256=sha256).values_list("body", flat=True).first()
    assert body is not None, "a list that was brought stays"
    return index_items.from_plain(json.loads(body))


def figure(name: str, day: date) -> Figure:
    """One of the figures of quality as it stands on a day, with its source."""
    return dated.on(dated.read(FOLDER / "quality.yaml")[name], day)


def house_plain(day: date) -> Mapping[str, Any]:
    """The house's own list of a day as plain values: what its hash is taken of."""
    plain: Mapping[str, Any] = _house_figure(day).value
    return plain


def house(day: date) -> ItemList:
    """The house's own list of a day, checked. None of its items is the standard's (RULEBOOK V2)."""
    return _built(_house_figure(day).since)


def _house_figure(day: date) -> Figure:
    return dated.on(dated.read(FOLDER / "index_items.yaml")["house_list"], day)


@cache
def _built(since: date) -> ItemList:
    """Built once for each edition."""
    return index_items.from_plain(house_plain(since))


def read(content: bytes, *, name: str, day: date) -> Mapping[str, Any]:
    """An operator's list from a file, checked, as the plain values that `index_items.from_plain` builds it from.

    YAML in the form of the house's list, or a sheet (Excel, CSV) with one item a row, whose gates, grades and
    correlation are the house's of that day.
    """
    if len(content) > MOST_BYTES:
        raise _unreadable("文件过大", "the file is too large")
    if name.lower().endswith(YAML_NAMES):
        plain = _yaml(content)
    else:
        table = sheet_reader.read(content, name=name)
        rows = [{head: cell.text for head, cell in row.cells.items()} for row in table.rows]
        plain = index_sheet.to_plain(rows, name=name, rest=house_plain(day))
    index_items.from_plain(plain)
    return plain


def _yaml(content: bytes) -> Mapping[str, Any]:
    try:
        text = content.decode()
        has_alias = any(isinstance(one, ALIAS) for one in yaml.parse(text, Loader=yaml_text.LOADER))
        said = None if has_alias else yaml_text.parse(text)
    # An impossible date is a ValueError, and so is what is no UTF-8.
    except (yaml.YAMLError, ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise _unreadable("不是所要求的 YAML", "this is no YAML of the form asked for")
    return said


def _unreadable(zh: str, en: str) -> Refused:
    return Refused("valuation.list_malformed", place="file", problem={"zh": zh, "en": en})
