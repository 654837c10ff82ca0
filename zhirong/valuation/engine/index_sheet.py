"""A list of items as people keep it in a sheet: one item a row, its dimension and criterion beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from zhirong.base.refused import Refused
from zhirong.valuation.engine.index_items import number

Row = Mapping[str, str]
Plain = dict[str, Any]
NEEDED = ("dimension", "criterion", "item", "item_zh", "how", "unanswered", "item_weight")
LEVELS = ("dimension", "criterion", "item")


def to_plain(rows: Sequence[Row], *, name: str, rest: Mapping[str, Any]) -> Plain:
    """The plain form of a list from the rows of a sheet; `rest` gives scenarios, gates, grades and correlation.

    Columns: dimension, criterion, item (codes); …_zh, …_en (names); how, measure, unit; points as `1:0.2; 10:0.6`;
    table as `yes:1; no:0`, with equally likely scores as `open:0|0.5`; unanswered as `0.2; 0.5`; adjustment;
    …_weight for all scenarios, or …_weight.finance for each. A dimension and a criterion are described in
    their first row.
    """
    for column in NEEDED:
        if not rows or (column not in rows[0] and f"{column}.{next(iter(rest['scenarios']))}" not in rows[0]):
            raise Refused(
                "valuation.list_malformed", place=column, problem={"zh": "缺少该列", "en": "this column is missing"}
            )
    dimensions: dict[str, Plain] = {}
    criteria: dict[tuple[str, str], Plain] = {}
    scenarios = tuple(rest["scenarios"])
    for line, row in enumerate(rows, start=2):
        at = (row["dimension"], row["criterion"])
        if at[0] not in dimensions:
            dimensions[at[0]] = {
                **_part(row, "dimension", scenarios, line=line),
                "adjustment": row.get("adjustment", ""),
                "criteria": [],
            }
        if at not in criteria:
            criteria[at] = {**_part(row, "criterion", scenarios, line=line), "items": []}
            dimensions[at[0]]["criteria"].append(criteria[at])
        criteria[at]["items"].append(_item(row, scenarios, line=line))
    kept = {part: rest[part] for part in ("scenarios", "gates", "grades", "correlation")}
    named = {"zh": name, "en": name}
    return {**kept, "name": named, "edition": "1", "author": name, "source": name, "dimensions": [*dimensions.values()]}


def _part(row: Row, level: str, scenarios: Sequence[str], *, line: int) -> Plain:
    zh = row.get(f"{level}_zh", "") or row[level]
    return {
        "code": row[level],
        "name": {"zh": zh, "en": row.get(f"{level}_en", "") or zh},
        "weights": _weights(row, level, scenarios, line=line),
    }


def _weights(row: Row, level: str, scenarios: Sequence[str], *, line: int) -> float | dict[str, float]:
    if said := row.get(f"{level}_weight", ""):
        return number(said, f"{line}.{level}_weight")
    names = {scenario: f"{level}_weight.{scenario}" for scenario in scenarios}
    return {scenario: number(row.get(name, ""), f"{line}.{name}") for scenario, name in names.items()}


def _item(row: Row, scenarios: Sequence[str], *, line: int) -> Plain:
    found = _part(row, "item", scenarios, line=line)
    found |= {"how": row["how"], "unit": row.get("unit", "")}
    if row.get("measure"):
        found["measure"] = row["measure"]
    if row.get("points"):
        found["points"] = [
            [number(x, f"{line}.points"), number(y, f"{line}.points")]
            for x, y in _pairs(row["points"], f"{line}.points")
        ]
    if row.get("table"):
        place = f"{line}.table"
        found["table"] = {x: [number(one, place) for one in y.split("|")] for x, y in _pairs(row["table"], place)}
    found["unanswered"] = [number(one, f"{line}.unanswered") for one in _split(row["unanswered"])]
    return found


def _pairs(said: str, place: str) -> list[tuple[str, str]]:
    parts = [one.partition(":") for one in _split(said)]
    if any(not colon for _, colon, _ in parts):
        raise Refused(
            "valuation.list_malformed",
            place=place,
            problem={"zh": "每项写作 值:得分", "en": "write each as value:score"},
        )
    return [(x.strip(), y.strip()) for x, _, y in parts]


def _split(said: str) -> list[str]:
    """Entries apart by semicolons, also the full-width ones that Chinese keyboards give."""
    return [one.strip() for one in said.replace("；", ";").replace("：", ":").split(";") if one.strip()]
