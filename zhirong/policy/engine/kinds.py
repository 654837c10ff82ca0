"""What kind and unit an expression has, told from its words alone: money is not added to days, a text not compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from zhirong.base.refused import Refused
from zhirong.policy.engine import tree
from zhirong.policy.engine.facts import Fact
from zhirong.policy.engine.tree import Node

# Of a unit: its powers, as ((CNY, 1),); nothing for a share or a count; None where a bare number fits any unit.
Unit = tuple[tuple[str, int], ...] | None
BARE = ("", "/1", "count")


@dataclass(frozen=True)
class Kind:
    """bool, number, text, date, list, record or table; `inner` is of a list's elements, `fields` of a record."""

    name: str
    unit: Unit = None
    choices: tuple[str, ...] = ()
    inner: Kind | None = None
    fields: Mapping[str, Kind] = field(default_factory=dict)


BOOL, DATE, TEXT = Kind("bool"), Kind("date"), Kind("text")


def number(unit: str) -> Kind:
    return Kind("number", () if unit in BARE else ((unit, 1),))


def of_fact(fact: Fact) -> Kind:
    """The kind of a fact of the vocabulary."""
    if fact.kind == "number":
        return number(fact.unit)
    if fact.kind in ("text", "texts"):
        text = Kind("text", choices=fact.choices)
        return text if fact.kind == "text" else Kind("list", inner=text)
    if fact.kind == "records":
        record = Kind("record", fields={name: of_fact(inner) for name, inner in fact.fields.items()})
        return Kind("list", inner=record)
    return Kind(fact.kind)


def of_parameter(entry: Mapping[str, Any]) -> Kind:
    """The kind of a parameter of a measure file."""
    values = [row["value"] for row in entry["values"] if row["value"] is not None]
    unit = number(str(entry["unit"])).unit
    if values and isinstance(values[0], list):
        return Kind("table", unit)
    if values and isinstance(values[0], str):
        return TEXT
    return Kind("number", unit)


@dataclass(frozen=True)
class Scope:
    """The names that an expression may use."""

    facts: Mapping[str, Kind]
    parameters: Mapping[str, Kind]
    local: Mapping[str, Kind] = field(default_factory=dict)


def kind_of(node: Node, scope: Scope) -> Kind:
    """The kind of an expression. Refused: an unknown name, kinds or units that do not go together."""
    return RULES[type(node)](node, scope)


def mixed(name: str, found: Kind, wanted: str) -> Refused:
    return Refused("policy.kinds_mixed", name=name, found=found.name, wanted=wanted)


def need(node: Node, wanted: str, scope: Scope) -> Kind:
    """The kind of a part that must be of one name."""
    found = kind_of(node, scope)
    if found.name != wanted:
        raise mixed(f"at {node.at + 1}", found, wanted)
    return found


def unit_text(unit: Unit) -> str:
    return "·".join(name if power == 1 else f"{name}^{power}" for name, power in unit or ()) or "/1"


def together(a: Kind, b: Kind, *, at: int) -> Kind:
    """One kind of two that are added, compared or chosen between."""
    if a.name != b.name:
        raise mixed(f"at {at + 1}", b, a.name)
    if a.unit is not None and b.unit is not None and a.unit != b.unit:
        raise Refused("policy.units_mixed", name=f"at {at + 1}", unit=unit_text(b.unit), wanted=unit_text(a.unit))
    return a if a.unit is not None or b.unit is None else replace(a, unit=b.unit)


def of_literal(node: tree.Literal, scope: Scope) -> Kind:
    if isinstance(node.value, bool):
        return BOOL
    return Kind("text", choices=(node.value,)) if isinstance(node.value, str) else Kind("number")


def of_name(node: tree.Name, scope: Scope) -> Kind:
    found = scope.local.get(node.name) or scope.facts.get(node.name)
    if found is None:
        raise Refused("policy.name_unknown", name=node.name, place=node.at + 1)
    return found


def of_field(node: tree.Field, scope: Scope) -> Kind:
    record = scope.local.get(node.of)
    if record is None or node.name not in record.fields:
        raise Refused("policy.name_unknown", name=f"{node.of}.{node.name}", place=node.at + 1)
    return record.fields[node.name]


def of_parameter_node(node: tree.Parameter, scope: Scope) -> Kind:
    if node.name not in scope.parameters:
        raise Refused("policy.name_unknown", name=f"p.{node.name}", place=node.at + 1)
    return scope.parameters[node.name]


def of_items(node: tree.Items, scope: Scope) -> Kind:
    parts = [kind_of(part, scope) for part in node.parts]
    if not parts:
        return Kind("list")
    choices = tuple(choice for part in parts for choice in part.choices)
    first = parts[0]
    for part, inner in zip(parts[1:], node.parts[1:], strict=True):
        first = together(first, part, at=inner.at)
    return Kind("list", inner=replace(first, choices=choices))


def of_negative(node: tree.Negative, scope: Scope) -> Kind:
    return need(node.part, "number", scope)


def of_not(node: tree.Not, scope: Scope) -> Kind:
    return need(node.part, "bool", scope)


def of_logic(node: tree.Logic, scope: Scope) -> Kind:
    for part in node.parts:
        need(part, "bool", scope)
    return BOOL


def of_choice(node: tree.Choice, scope: Scope) -> Kind:
    need(node.condition, "bool", scope)
    return together(kind_of(node.then, scope), kind_of(node.otherwise, scope), at=node.otherwise.at)


def of_arithmetic(node: tree.Arithmetic, scope: Scope) -> Kind:
    left, right = need(node.left, "number", scope), need(node.right, "number", scope)
    if node.sign in "+-":
        return together(left, right, at=node.right.at)
    if left.unit is None and right.unit is None:
        return left
    powers = dict(left.unit or ())
    for name, power in right.unit or ():
        powers[name] = powers.get(name, 0) + (power if node.sign == "*" else -power)
    return Kind("number", tuple(sorted((name, power) for name, power in powers.items() if power)))


def of_compare(node: tree.Compare, scope: Scope) -> Kind:
    parts = [kind_of(part, scope) for part in node.parts]
    for left, right, sign, at in zip(parts, parts[1:], node.signs, node.places, strict=False):
        if sign in ("in", "not in"):
            if right.name != "list":
                raise mixed(sign, right, "list")
            right = right.inner or left
        both = together(left, right, at=at)
        if sign in ("<", "<=", ">", ">=") and both.name not in ("number", "date"):
            raise mixed(sign, both, "number")
        known_words(left.inner or left, right.inner or right, at=at)
    return BOOL


def known_words(a: Kind, b: Kind, *, at: int) -> None:
    """A text compared with one that the vocabulary does not list is a slip of the pen."""
    if a.choices and b.choices and not (set(a.choices) <= set(b.choices) or set(b.choices) <= set(a.choices)):
        odd = sorted(set(b.choices) - set(a.choices))
        raise Refused("policy.word_unlisted", text=odd[0], place=at + 1)


def elements(node: Node, scope: Scope) -> Kind:
    """The kind of what a function of a list goes through."""
    if isinstance(node, tree.Each):
        over = need(node.over, "list", scope)
        inside = replace(scope, local={**scope.local, node.name: over.inner or TEXT})
        if node.condition is not None:
            need(node.condition, "bool", inside)
        return kind_of(node.value, inside)
    return need(node, "list", scope).inner or TEXT


def of_call(node: tree.Call, scope: Scope) -> Kind:
    first = node.arguments[0]
    if node.name == "count":
        elements(first, scope)
        return Kind("number", ())
    if node.name in ("any", "all"):
        if (found := elements(first, scope)).name != "bool":
            raise mixed(node.name, found, "bool")
        return BOOL
    if node.name == "top":
        need(first, "number", scope)
        return Kind("list", inner=elements(node.arguments[1], scope))
    if node.name in ("sum", "min", "max"):
        return of_reduction(node, scope)
    return of_plain(node, scope)


def of_reduction(node: tree.Call, scope: Scope) -> Kind:
    if len(node.arguments) == 1:
        found = elements(node.arguments[0], scope)
    else:
        found = kind_of(node.arguments[0], scope)
        for argument in node.arguments[1:]:
            found = together(found, kind_of(argument, scope), at=argument.at)
    if found.name != "number" and (found.name != "date" or node.name == "sum"):
        raise mixed(node.name, found, "number")
    return found


def of_plain(node: tree.Call, scope: Scope) -> Kind:
    wanted = {"slices": "number", "step": "number", "pick": "text", "date": "number"}.get(node.name, "date")
    kinds = [need(node.arguments[0], wanted, scope)]
    if node.name in ("slices", "step", "pick"):
        table = need(node.arguments[1], "table", scope)
        return kinds[0] if node.name == "slices" else Kind("number", table.unit)
    for argument in node.arguments[1:]:
        need(argument, wanted, scope)
    return DATE if node.name == "date" else number("day" if node.name == "days" else "month")


def of_each(node: tree.Each, scope: Scope) -> Kind:
    raise Refused("policy.expression_unreadable", text=node.name, place=node.at + 1, found="for")


RULES: dict[type[Node], Callable[[Any, Scope], Kind]] = {
    tree.Literal: of_literal,
    tree.Name: of_name,
    tree.Field: of_field,
    tree.Parameter: of_parameter_node,
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
