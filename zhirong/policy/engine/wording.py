"""Expressions and values of measures in plain words of both languages; what the vocabulary names is called by it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from zhirong.policy.engine import choice_names, tree, values
from zhirong.policy.engine.facts import Fact
from zhirong.policy.engine.tree import Node


class Said(NamedTuple):
    """The same in both languages."""

    zh: str
    en: str


@dataclass(frozen=True)
class Names:
    """What facts and parameters are called; a name that nobody called anything goes by itself."""

    facts: Mapping[str, Fact] = field(default_factory=dict)
    parameters: Mapping[str, Said] = field(default_factory=dict)
    # Names that a list's entries go by within it.
    each: frozenset[str] = frozenset()


UNITS = {
    "day": Said("天", "days"),
    "month": Said("个月", "months"),
    "year": Said("年", "years"),
    "person": Said("人", "persons"),
    "point": Said("分", "points"),
}
SIGNS = {
    "<": Said("低于", "is less than"),
    "<=": Said("不超过", "is at most"),
    ">": Said("超过", "is more than"),
    ">=": Said("不低于", "is at least"),
    "==": Said("为", "is"),
    "!=": Said("不为", "is not"),
    "in": Said("属于", "is one of"),
    "not in": Said("不属于", "is none of"),
}
CALLS = {
    "sum": Said("合计", "the sum of"),
    "count": Said("个数", "the number of"),
    "any": Said("任一", "any of"),
    "all": Said("全部", "all of"),
    "min": Said("较小者", "the least of"),
    "max": Said("较大者", "the greatest of"),
    "top": Said("最大的若干项", "the greatest few of"),
    "slices": Said("分段累计", "by slices"),
    "step": Said("分档", "by steps"),
    "pick": Said("查表", "looked up"),
    "days": Said("相隔天数", "days between"),
    "months": Said("相隔月数", "months between"),
    "date": Said("日期", "the day"),
}
SCOPES = {
    "enterprise_year": Said("单家企业年度", "of one enterprise a year"),
    "enterprise_lifetime": Said("单家企业累计", "of one enterprise ever"),
    "project": Said("单个项目", "of one project"),
    "same_project": Said("同一项目", "the same project"),
    "same_loan": Said("同一笔贷款", "the same loan"),
    "same_fee": Said("同一笔费用", "the same fee"),
}


def scope(name: str) -> Said:
    return SCOPES.get(name, Said(name, name))


def number(value: Fraction | int, unit: str) -> Said:
    """150 万元 / 1,500,000 yuan; 50%; 12 个月."""
    if unit == "CNY":
        return money(value)
    if unit == "/1":
        share = f"{plain(value * 100)}%"
        return Said(share, share)
    word = UNITS.get(unit)
    text = plain(value)
    return Said(f"{text} {word.zh}", f"{text} {word.en}") if word else Said(text, text)


def money(value: Fraction | int) -> Said:
    """Whole hundreds in ten thousands, as official texts write them."""
    is_large = abs(Fraction(value)) >= 10_000 and Fraction(value) % 100 == 0
    zh = f"{plain(Fraction(value) / 10_000)} 万元" if is_large else f"{plain(value)} 元"
    return Said(zh, f"{plain(value)} yuan")


def plain(value: Fraction | int) -> str:
    """1,500,000 or 0.5, exact."""
    text = values.decimals(Fraction(value))
    whole, point, rest = text.partition(".")
    return f"{int(whole):,}{point}{rest}" if whole not in ("-0",) else text


def value(given: Any, unit: str) -> Said:
    """A parameter's value: a number, a table, a word, nothing."""
    if given is None:
        return Said("未定", "not set")
    if values.is_number(given):
        return number(given, unit)
    if isinstance(given, list):
        return table(given, unit)
    if isinstance(given, date):
        return Said(given.isoformat(), given.isoformat())
    return Said(str(given), str(given))


def table(rows: Sequence[Any], unit: str) -> Said:
    """Each row: up to the bound (or for the key) the value; `rest` is what is beyond."""
    parts = [row_of(row, unit) for row in rows if isinstance(row, list) and len(row) == 2]
    return Said("；".join(one.zh for one in parts), "; ".join(one.en for one in parts))


def row_of(row: Sequence[Any], unit: str) -> Said:
    what = value(row[1], unit)
    if row[0] == "rest":
        return Said(f"其余 {what.zh}", f"the rest {what.en}")
    if values.is_number(row[0]):
        return Said(f"至 {plain(row[0])}：{what.zh}", f"up to {plain(row[0])}: {what.en}")
    key = choice_names.in_any(str(row[0])) or {"zh": row[0], "en": row[0]}
    return Said(f"{key['zh']}：{what.zh}", f"{key['en']}: {what.en}")


def expression(node: Node, names: Names) -> Said:
    """An expression in words."""
    return RULES[type(node)](node, names)


def both(pattern_zh: str, pattern_en: str, *parts: Said) -> Said:
    """Two patterns with {} filled by the parts in their language."""
    return Said(pattern_zh.format(*(one.zh for one in parts)), pattern_en.format(*(one.en for one in parts)))


def joined(parts: Sequence[Said], zh: str, en: str) -> Said:
    return Said(zh.join(one.zh for one in parts), en.join(one.en for one in parts))


def of_literal(node: tree.Literal, names: Names) -> Said:
    if node.value is True:
        return Said("是", "true")
    if node.value is False:
        return Said("否", "false")
    if values.is_number(node.value):
        return Said(plain(node.value), plain(node.value))
    return quoted(node.value, choice_names.in_any(str(node.value)))


def quoted(text: Any, named: Mapping[str, str] | None) -> Said:
    """A choice by its name; one that nobody named by itself."""
    return Said(f"“{named['zh']}”", f"“{named['en']}”") if named else Said(f"“{text}”", f"“{text}”")


def of_name(node: tree.Name, names: Names) -> Said:
    if node.name in names.each:
        return Said("该项", "that one")
    fact = names.facts.get(node.name)
    return Said(fact.zh or node.name, fact.en or node.name) if fact else Said(node.name, node.name)


def of_field(node: tree.Field, names: Names) -> Said:
    for fact in names.facts.values():
        inner = fact.fields.get(node.name)
        if inner is not None and inner.zh:
            return Said(inner.zh, inner.en or node.name)
    pair = choice_names.catalogue()["fields"].get(node.name)
    return Said(pair["zh"], pair["en"]) if pair else Said(node.name, node.name)


def of_parameter(node: tree.Parameter, names: Names) -> Said:
    return names.parameters.get(node.name, Said(f"参数 {node.name}", f"parameter {node.name}"))


def of_items(node: tree.Items, names: Names) -> Said:
    return joined([expression(one, names) for one in node.parts], "、", ", ")


def of_negative(node: tree.Negative, names: Names) -> Said:
    return both("负 {}", "minus {}", expression(node.part, names))


def of_not(node: tree.Not, names: Names) -> Said:
    return both("非（{}）", "not ({})", expression(node.part, names))


def of_arithmetic(node: tree.Arithmetic, names: Names) -> Said:
    sign = {"*": "×", "/": "÷", "-": "−"}.get(node.sign, node.sign)
    sides = [bracketed(one, names) for one in (node.left, node.right)]
    return both(f"{{}} {sign} {{}}", f"{{}} {sign} {{}}", *sides)


def bracketed(node: Node, names: Names) -> Said:
    """A sum inside a product keeps its brackets."""
    said = expression(node, names)
    is_open = (isinstance(node, tree.Arithmetic) and node.sign in "+-") or isinstance(node, tree.Choice | tree.Logic)
    return both("（{}）", "({})", said) if is_open else said


def of_compare(node: tree.Compare, names: Names) -> Said:
    said = expression(node.parts[0], names)
    unit, key = unit_of(node.parts[0], names), key_of(node.parts, names)
    for sign, part in zip(node.signs, node.parts[1:], strict=True):
        word = SIGNS[sign]
        side = measured(part, unit) or chosen(part, key) or expression(part, names)
        said = Said(f"{said.zh}{word.zh} {side.zh}", f"{said.en} {word.en} {side.en}")
    return said


def unit_of(node: Node, names: Names) -> str:
    fact = names.facts.get(node.name) if isinstance(node, tree.Name) else None
    return fact.unit if fact else ""


def key_of(parts: Sequence[Node], names: Names) -> str:
    """The fact or the field that a comparison is about, as its choices are filed: patent_kind, applicants.kind."""
    for node in parts:
        if isinstance(node, tree.Name) and node.name in names.facts:
            return node.name
        if isinstance(node, tree.Field):
            named = [f"{one.name}.{node.name}" for one in names.facts.values() if node.name in one.fields]
            return named[0] if named else ""
    return ""


def chosen(node: Node, key: str) -> Said | None:
    """Texts beside a fact by the names of its choices."""
    if isinstance(node, tree.Items):
        parts = [chosen(one, key) for one in node.parts]
        return joined([one for one in parts if one], "、", ", ") if all(parts) else None
    if isinstance(node, tree.Literal) and isinstance(node.value, str):
        return quoted(node.value, choice_names.of(node.value, key) or choice_names.in_any(node.value))
    return None


def measured(node: Node, unit: str) -> Said | None:
    """A number beside a fact of that unit."""
    if unit and isinstance(node, tree.Literal) and values.is_number(node.value):
        return number(node.value, unit)
    return None


def of_logic(node: tree.Logic, names: Names) -> Said:
    parts = [bracketed(one, names) if isinstance(one, tree.Logic) else expression(one, names) for one in node.parts]
    return joined(parts, "，且 ", " and ") if node.word == "and" else joined(parts, "，或 ", " or ")


def of_choice(node: tree.Choice, names: Names) -> Said:
    parts = [expression(one, names) for one in (node.condition, node.then, node.otherwise)]
    return both("{0}时为 {1}，否则为 {2}", "{1} if {0}, else {2}", *parts)


def of_each(node: tree.Each, names: Names) -> Said:
    whole, names = expression(node.over, names), replace(names, each=names.each | {node.name})
    is_itself = isinstance(node.value, tree.Name) and node.value.name == node.name
    over = whole if is_itself else both("{1}的{0}", "{0} of each of {1}", expression(node.value, names), whole)
    if node.condition is None:
        return over
    return both("{0}（仅计{1}）", "{0} (where {1})", over, expression(node.condition, names))


def of_call(node: tree.Call, names: Names) -> Said:
    word = CALLS.get(node.name, Said(node.name, node.name))
    parts = joined([expression(one, names) for one in node.arguments], "、", ", ")
    return Said(f"{word.zh}（{parts.zh}）", f"{word.en} ({parts.en})")


RULES: dict[type[Node], Callable[[Any, Names], Said]] = {
    tree.Literal: of_literal,
    tree.Name: of_name,
    tree.Field: of_field,
    tree.Parameter: of_parameter,
    tree.Items: of_items,
    tree.Negative: of_negative,
    tree.Not: of_not,
    tree.Arithmetic: of_arithmetic,
    tree.Compare: of_compare,
    tree.Logic: of_logic,
    tree.Choice: of_choice,
    tree.Each: of_each,
    tree.Call: of_call,
}
