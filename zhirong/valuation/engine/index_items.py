"""The form of a list of items for the index: dimensions, criteria, items and weights for each scenario, checked whole.

After the structure of GB/T 42748-2023 (three dimensions, criteria below them, items below these, weights by scenario).
Which items and weights is data: the house ships a list of its own, and an operator may bring another.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any, NoReturn

from zhirong.base.refused import Refused
from zhirong.valuation.engine.subject_measures import MEASURES

CODE = re.compile(r"[a-z][a-z0-9_]{0,59}")
TOLERANCE = 1e-6
MOST = {"scenarios": 20, "dimensions": 10, "criteria": 30, "items": 50, "points": 50, "entries": 50, "gates": 20}
Said = Mapping[str, Any]


class How(StrEnum):
    """Where an item's value comes from."""

    AUTOMATIC = "automatic"  # from the register and measures of it
    QUESTIONNAIRE = "questionnaire"  # from the holder
    EXPERT = "expert"  # from somebody who judges


@dataclass(frozen=True, slots=True)
class Words:
    """A name in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item: its measure or question, and how the value is scored in [0, 1] by points or by a table."""

    code: str
    name: Words
    how: How
    measure: str
    unit: str
    # The weight inside its criterion, by scenario.
    weights: Mapping[str, float]
    points: tuple[tuple[float, float], ...]
    # More than one score: equally likely outcomes of what is known but not settled, as an open challenge.
    table: Mapping[str, tuple[float, ...]]
    # Equally likely scores, in rising order, of a right whose answer is not known.
    unanswered: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """A group of items, with its weight inside its dimension by scenario."""

    code: str
    name: Words
    weights: Mapping[str, float]
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """A group of criteria, its weight by scenario, and its share in the adjustment of the royalty rate."""

    code: str
    name: Words
    weights: Mapping[str, float]
    adjustment: float
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Gate:
    """A fact that makes the index 0 whatever the items say: when the measure has one of the values `shuts`."""

    code: str
    name: Words
    measure: str
    shuts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Band:
    """A grade: scores from `least` on, or only above it where `is_above`."""

    code: str
    name: Words
    least: float
    is_above: bool

    def holds(self, score: float) -> bool:
        """Whether a score of 0 to 100 reaches this grade."""
        return score > self.least if self.is_above else score >= self.least


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemList:
    """A whole list, checked: at each level and for each scenario the weights sum to 1."""

    name: Words
    edition: str
    author: str
    source: str
    scenarios: Mapping[str, Words]
    dimensions: tuple[Dimension, ...]
    gates: tuple[Gate, ...]
    # The best grade first; the last one holds every score.
    grades: tuple[Band, ...]
    # How strongly unanswered items go together (correlation of their ranks, in [0, 1]).
    correlation: float

    def leaves(self, scenario: str) -> Iterator[tuple[Dimension, Criterion, Item, float]]:
        """Every item with its weight in the whole; the weights sum to 1."""
        if scenario not in self.scenarios:
            raise Refused("valuation.not_in_table", name="scenarios", key=scenario)
        for dimension in self.dimensions:
            for criterion in dimension.criteria:
                above = dimension.weights[scenario] * criterion.weights[scenario]
                yield from ((dimension, criterion, item, above * item.weights[scenario]) for item in criterion.items)


def from_plain(said: Any) -> ItemList:
    """The list from plain values, as YAML has them; refused with the place of what is wrong."""
    top = _mapping(said, "list")
    named = _mapping(top.get("scenarios"), "scenarios")
    if not 1 <= len(named) <= MOST["scenarios"]:
        _wrong("scenarios", f"须为 1 至 {MOST['scenarios']} 个", f"give 1 to {MOST['scenarios']}")
    scenarios = {_code(code, "scenarios"): _words(name, f"scenarios.{code}") for code, name in named.items()}
    dimensions = _each(top, "dimensions", "", build=lambda one, at: _dimension(one, at, tuple(scenarios)))
    _sum_to_one([one.weights for one in dimensions], "dimensions", tuple(scenarios))
    shares = math.fsum(one.adjustment for one in dimensions)
    if abs(shares - 1) > TOLERANCE:
        raise Refused(
            "valuation.item_weights_not_one", place="dimensions.adjustment", scenario="*", total=f"{shares:.6g}"
        )
    found = ItemList(
        name=_words(top.get("name"), "name"),
        edition=_text(top.get("edition"), "edition"),
        author=_text(top.get("author"), "author"),
        source=_text(top.get("source"), "source"),
        scenarios=scenarios,
        dimensions=dimensions,
        gates=_each(top, "gates", "", build=_gate),
        grades=_grades(top),
        correlation=_share(top.get("correlation"), "correlation"),
    )
    _once(found)
    return found


def number(said: Any, place: str, *, least: float = -1e15, most: float = 1e15) -> float:
    """A number of a list, typed as one or as text; refused with its place."""
    try:
        value = math.nan if isinstance(said, bool) or said is None else float(said)
    except (TypeError, ValueError, OverflowError):
        value = math.nan
    if not least <= value <= most:
        _wrong(place, f"须为 {least:g} 至 {most:g} 之间的数", f"give a number from {least:g} to {most:g}")
    return value


def _dimension(said: Said, at: str, scenarios: Sequence[str]) -> Dimension:
    criteria = _each(said, "criteria", at, build=lambda one, place: _criterion(one, place, scenarios))
    _sum_to_one([one.weights for one in criteria], f"{at}.criteria", scenarios)
    return Dimension(
        code=_code(said.get("code"), at),
        name=_words(said.get("name"), at),
        weights=_weights(said, at, scenarios),
        adjustment=_share(said.get("adjustment"), f"{at}.adjustment"),
        criteria=criteria,
    )


def _criterion(said: Said, at: str, scenarios: Sequence[str]) -> Criterion:
    items = _each(said, "items", at, build=lambda one, place: _item(one, place, scenarios))
    _sum_to_one([one.weights for one in items], f"{at}.items", scenarios)
    return Criterion(
        code=_code(said.get("code"), at),
        name=_words(said.get("name"), at),
        weights=_weights(said, at, scenarios),
        items=items,
    )


def _item(said: Said, at: str, scenarios: Sequence[str]) -> Item:
    code, how = _code(said.get("code"), at), said.get("how")
    if how not in tuple(How):
        _wrong(f"{at}.how", "须为 automatic、questionnaire 或 expert", "give automatic, questionnaire or expert")
    measure = str(said.get("measure", "" if how == How.AUTOMATIC else code))
    if how == How.AUTOMATIC and measure not in MEASURES:
        _wrong(f"{at}.measure", "登记簿中没有该指标", "the register measures no such thing")
    points, table = _points(said.get("points"), f"{at}.points"), _table(said.get("table"), f"{at}.table")
    if bool(points) == bool(table):
        _wrong(at, "points 与 table 须且只能填一个", "give either points or a table")
    return Item(
        code=code,
        name=_words(said.get("name"), at),
        how=How(how),
        measure=measure,
        unit=str(said.get("unit", "")),
        weights=_weights(said, at, scenarios),
        points=points,
        table=table,
        unanswered=_likely(said.get("unanswered"), f"{at}.unanswered"),
    )


def _points(said: Any, at: str) -> tuple[tuple[float, float], ...]:
    if said is None:
        return ()
    if not isinstance(said, list) or not 2 <= len(said) <= MOST["points"]:
        _wrong(at, "至少两点", "give at least two points")
    if any(not isinstance(one, list) or len(one) != 2 for one in said):
        _wrong(at, "每点为 [值, 得分]", "each point is [value, score]")
    found = tuple((number(one[0], at), _share(one[1], at)) for one in said)
    if any(before[0] >= after[0] for before, after in pairwise(found)):
        _wrong(at, "各点的值须递增", "the values must rise")
    return found


def _table(said: Any, at: str) -> Mapping[str, tuple[float, ...]]:
    if said is None:
        return {}
    table = _mapping(said, at)
    if not 1 <= len(table) <= MOST["entries"]:
        _wrong(at, f"须为 1 至 {MOST['entries']} 项", f"give 1 to {MOST['entries']} entries")
    return {key(code): _likely(found, f"{at}.{code}") for code, found in table.items()}


def _likely(said: Any, at: str) -> tuple[float, ...]:
    """One score, or several equally likely ones, in rising order."""
    scores = said if isinstance(said, list) else [said]
    if not 1 <= len(scores) <= MOST["entries"]:
        _wrong(at, f"须为 1 至 {MOST['entries']} 个得分", f"give 1 to {MOST['entries']} scores")
    return tuple(sorted(_share(one, at) for one in scores))


def key(value: float | str | bool) -> str:
    """How a value stands in a table: yes and no, whole numbers without a point, texts as they are."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _gate(said: Said, at: str) -> Gate:
    measure, shuts = str(said.get("measure", "")), said.get("shuts")
    if measure not in MEASURES or not isinstance(shuts, list) or not shuts:
        _wrong(at, "须有 measure 与 shuts", "give a measure and what shuts the gate")
    return Gate(
        _code(said.get("code"), at), _words(said.get("name"), at), measure, frozenset(key(one) for one in shuts)
    )


def _grades(top: Said) -> tuple[Band, ...]:
    found = _each(
        top,
        "grades",
        "",
        build=lambda one, at: Band(
            _code(one.get("code"), at),
            _words(one.get("name"), at),
            number(one.get("least"), f"{at}.least", least=0.0, most=100.0),
            one.get("is_above") is True,
        ),
    )
    if any(better.least <= worse.least for better, worse in pairwise(found)) or not found[-1].holds(0.0):
        _wrong("grades", "须自高而低，末级自 0 起", "give them from the best down, the last from 0")
    return found


def _weights(said: Said, at: str, scenarios: Sequence[str]) -> dict[str, float]:
    """One weight for all scenarios, or one for each."""
    given = said.get("weights")
    if not isinstance(given, Mapping):
        return dict.fromkeys(scenarios, _share(given, f"{at}.weights"))
    if set(given) != set(scenarios):
        _wrong(f"{at}.weights", "须为每个场景各填一个权重", "give one weight for each scenario")
    return {scenario: _share(given[scenario], f"{at}.weights.{scenario}") for scenario in scenarios}


def _sum_to_one(weights: Sequence[Mapping[str, float]], place: str, scenarios: Sequence[str]) -> None:
    for scenario in scenarios:
        total = math.fsum(one[scenario] for one in weights)
        if abs(total - 1) > TOLERANCE:
            raise Refused("valuation.item_weights_not_one", place=place, scenario=scenario, total=f"{total:.6g}")


def _once(found: ItemList) -> None:
    """A code names one thing in the whole list."""
    criteria = [one for each in found.dimensions for one in each.criteria]
    codes = [one.code for one in found.dimensions] + [one.code for one in criteria]
    codes += [item.code for one in criteria for item in one.items] + [one.code for one in found.gates]
    for code in codes:
        if codes.count(code) > 1:
            _wrong(code, "代码重复", "this code stands twice")


def _each(said: Said, name: str, at: str, *, build: Callable[[Said, str], Any]) -> tuple[Any, ...]:
    place, rows = f"{at}.{name}".lstrip("."), said.get(name)
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST.get(name, MOST["entries"]):
        most = MOST.get(name, MOST["entries"])
        _wrong(place, f"须为 1 至 {most} 项的列表", f"give a list of 1 to {most}")
    return tuple(
        build(_mapping(row, f"{place}[{at_row + 1}]"), f"{place}[{at_row + 1}]") for at_row, row in enumerate(rows)
    )


def _mapping(said: Any, at: str) -> Said:
    if not isinstance(said, Mapping):
        _wrong(at, "缺失或格式不对", "missing, or not of the right form")
    return said


def _words(said: Any, at: str) -> Words:
    names = _mapping(said, f"{at}.name")
    return Words(_text(names.get("zh"), f"{at}.name.zh"), _text(names.get("en"), f"{at}.name.en"))


def _text(said: Any, at: str) -> str:
    if not isinstance(said, str) or not 1 <= len(said.strip()) <= 500:
        _wrong(at, "请填写文字", "give a text")
    return said.strip()


def _code(said: Any, at: str) -> str:
    if not isinstance(said, str) or not CODE.fullmatch(said):
        _wrong(f"{at}.code", "代码须为小写字母、数字与下划线", "a code is lower-case letters, digits and underscores")
    return said


def _share(said: Any, at: str) -> float:
    return number(said, at, least=0.0, most=1.0)


def _wrong(place: str, zh: str, en: str) -> NoReturn:
    raise Refused("valuation.list_malformed", place=place, problem={"zh": zh, "en": en})
