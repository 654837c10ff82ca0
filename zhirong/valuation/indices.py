"""Lists of items for the index: the house's own as it stands on a day, and an operator's, from YAML or a sheet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from zhirong.base import dated, yaml_text
from zhirong.base.dated import Figure
from zhirong.base.refused import Refused
from zhirong.papers import sheet_reader
from zhirong.valuation.engine import index_items, index_sheet
from zhirong.valuation.engine.index_items import ItemList

FOLDER: Final = Path(__file__).parent / "parameters"
MOST_BYTES: Final = 2_000_000
YAML_NAMES: Final = (".yaml", ".yml")
# Aliases let a few lines unfold to more than a machine holds; no list needs them.
ALIAS: Final = yaml.events.AliasEvent


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
