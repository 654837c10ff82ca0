"""Expressions made to run: exact arithmetic in three-valued logic, with every fact that was wanting.

`and` with something false is false, `or` with something true is true, nought times the unknown is nought; anything
else with an unknown is unknown. A condition is True, False or `Unknown`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any

from zhirong.base.refused import Refused
from zhirong.policy.engine import functions, grammar, tree
from zhirong.policy.engine.tree import Node
from zhirong.policy.engine.values import Unknown, is_number, simplest, unknown_of

MOST_STEPS, MOST_RECORDS = 100_000, 10_000
ORDERS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass
class Case:
    """What one evaluation sees: facts and parameters of the day; it counts its steps so that no list runs on."""

    facts: Mapping[str, Any]
    parameters: Mapping[str, Any]
    local: dict[str, tuple[Any, str]] = field(default_factory=dict)
    steps: int = 0

    def step(self) -> None:
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise Refused("policy.too_much_work", most=MOST_STEPS)


Run = Callable[[Case], Any]


@dataclass(frozen=True)
class Expression:
    """A text, its tree, what it asks for, and the function that computes it."""

    text: str
    node: Node
    facts: frozenset[str]
    parameters: frozenset[str]
    run: Run


@lru_cache(maxsize=8192)
def expression(text: str) -> Expression:
    """An expression ready to run. Refused: as `grammar.read`."""
    node = grammar.read(text)
    return Expression(text, node, tree.facts_of(node), tree.parameters_of(node), runner(node))


def runner(node: Node) -> Run:
    """The function of one node."""
    return MAKERS[type(node)](node)


def of_literal(node: tree.Literal) -> Run:
    return lambda case: node.value


def of_name(node: tree.Name) -> Run:
    name = node.name
    lack = Unknown(frozenset({name}))

    def run(case: Case) -> Any:
        if name in case.local:
            value, place = case.local[name]
            return Unknown(frozenset({place})) if value is None else value
        value = case.facts.get(name)
        return lack if value is None else value

    return run


def of_field(node: tree.Field) -> Run:
    def run(case: Case) -> Any:
        if node.of not in case.local:
            raise Refused("policy.name_unknown", name=f"{node.of}.{node.name}", place=node.at + 1)
        record, place = case.local[node.of]
        if not isinstance(record, Mapping):
            raise Refused("policy.kinds_mixed", name=node.name, found=functions.kind(record), wanted="record")
        value = record.get(node.name)
        return Unknown(frozenset({f"{place}.{node.name}"})) if value is None else value

    return run


def of_parameter(node: tree.Parameter) -> Run:
    lack = Unknown(frozenset({f"p.{node.name}"}))

    def run(case: Case) -> Any:
        value = case.parameters.get(node.name)
        return lack if value is None else value

    return run


def of_items(node: tree.Items) -> Run:
    parts = [runner(part) for part in node.parts]

    def run(case: Case) -> Any:
        values = [part(case) for part in parts]
        return unknown_of(values) if has_unknown(values) else tuple(values)

    return run


def has_unknown(values: list[Any]) -> bool:
    return any(isinstance(value, Unknown) for value in values)


def of_negative(node: tree.Negative) -> Run:
    part = runner(node.part)

    def run(case: Case) -> Any:
        value = part(case)
        return value if isinstance(value, Unknown) else -functions.need_number(value, "-")

    return run


def truth(value: Any) -> Any:
    """A condition's value; anything but true, false and unknown is refused."""
    if isinstance(value, bool | Unknown):
        return value
    raise Refused("policy.kinds_mixed", name="if", found=functions.kind(value), wanted="bool")


def of_not(node: tree.Not) -> Run:
    part = runner(node.part)

    def run(case: Case) -> Any:
        value = truth(part(case))
        return value if isinstance(value, Unknown) else not value

    return run


def of_logic(node: tree.Logic) -> Run:
    parts = [runner(part) for part in node.parts]
    ends = node.word == "or"
    return lambda case: joined((truth(part(case)) for part in parts), ends=ends)


def joined(values: Iterator[Any], *, ends: bool) -> Any:
    """`any` for ends=True, `all` for ends=False: one such value ends it, an unknown keeps it open."""
    lacking: frozenset[str] | None = None
    for value in values:
        if isinstance(value, Unknown):
            lacking = value.missing if lacking is None else lacking | value.missing
        elif value is ends:
            return ends
    return (not ends) if lacking is None else Unknown(lacking)


def of_choice(node: tree.Choice) -> Run:
    condition, then, otherwise = runner(node.condition), runner(node.then), runner(node.otherwise)

    def run(case: Case) -> Any:
        value = truth(condition(case))
        if isinstance(value, Unknown):
            return value
        return then(case) if value else otherwise(case)

    return run


def of_arithmetic(node: tree.Arithmetic) -> Run:
    left, right, sign = runner(node.left), runner(node.right), node.sign

    def run(case: Case) -> Any:
        return arithmetic(left(case), right(case), sign=sign)

    return run


def arithmetic(a: Any, b: Any, *, sign: str) -> Any:
    """Two numbers by one sign. Refused: something that is no number, division by nothing."""
    if isinstance(a, Unknown) or isinstance(b, Unknown):
        is_nought = sign == "*" and (is_zero(a) or is_zero(b))
        return 0 if is_nought else unknown_of([a, b])
    if not is_number(a) or not is_number(b):
        found = functions.kind(b if is_number(a) else a)
        raise Refused("policy.kinds_mixed", name=sign, found=found, wanted="number")
    if sign == "+":
        return simplest(a + b)
    if sign == "-":
        return simplest(a - b)
    if sign == "*":
        return simplest(a * b)
    if not b:
        raise Refused("policy.divided_by_nothing")
    return simplest(Fraction(a) / b)


def is_zero(value: Any) -> bool:
    return is_number(value) and not value


def of_compare(node: tree.Compare) -> Run:
    parts = [runner(part) for part in node.parts]
    if len(parts) == 2:
        first, second, sign = parts[0], parts[1], node.signs[0]
        return lambda case: compared(first(case), second(case), sign=sign)

    def run(case: Case) -> Any:
        values = [part(case) for part in parts]
        pairs = zip(values, values[1:], node.signs, strict=False)
        return joined((compared(a, b, sign=sign) for a, b, sign in pairs), ends=False)

    return run


def compared(a: Any, b: Any, *, sign: str) -> Any:
    """Whether a sign holds between two values of one kind."""
    if isinstance(a, Unknown) or isinstance(b, Unknown):
        return unknown_of([a, b])
    if sign in ("in", "not in"):
        if not isinstance(b, tuple | list):
            raise Refused("policy.kinds_mixed", name=sign, found=functions.kind(b), wanted="list")
        return (a in b) is (sign == "in")
    if functions.kind(a) != functions.kind(b):
        raise Refused("policy.kinds_mixed", name=sign, found=functions.kind(b), wanted=functions.kind(a))
    if sign in ("==", "!="):
        return (plain(a) == plain(b)) is (sign == "==")
    if functions.kind(a) not in ("number", "date"):
        raise Refused("policy.kinds_mixed", name=sign, found=functions.kind(a), wanted="number")
    return ORDERS[sign](a, b)


def plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def of_call(node: tree.Call) -> Run:
    if node.name in ("any", "all", "count"):
        return CLOSED[node.name](elements(node.arguments[0], needs_value=node.name != "count"))
    if node.name in ("sum", "min", "max") and len(node.arguments) == 1:
        return reduced(node.name, elements(node.arguments[0]))
    if node.name == "top":
        return of_top(runner(node.arguments[0]), elements(node.arguments[1]))
    return of_plain_call(node)


def of_plain_call(node: tree.Call) -> Run:
    arguments = [runner(argument) for argument in node.arguments]
    name = node.name

    def run(case: Case) -> Any:
        values = [argument(case) for argument in arguments]
        if has_unknown(values):
            return unknown_of(values)
        if name in ("min", "max"):
            return extreme(name, values)
        if name == "date":
            return functions.day(*values)
        return functions.OF_TWO[name](*values)

    return run


def extreme(name: str, values: list[Any]) -> Any:
    """The smallest or the largest of numbers or of days."""
    if not values:
        raise Refused("policy.nothing_to_choose", name=name)
    if any(functions.kind(value) != functions.kind(values[0]) for value in values):
        raise Refused("policy.kinds_mixed", name=name, found="several", wanted=functions.kind(values[0]))
    if functions.kind(values[0]) not in ("number", "date"):
        raise Refused("policy.kinds_mixed", name=name, found=functions.kind(values[0]), wanted="number")
    return min(values) if name == "min" else max(values)


Elements = Callable[[Case], Iterator[Any]]


def elements(node: Node, *, needs_value: bool = True) -> Elements:
    """What a function of a list goes through. An element whose filter, or a list that, is unknown comes as Unknown."""
    if not isinstance(node, tree.Each):
        whole = runner(node)
        return lambda case: of_list(whole(case))
    over, name = runner(node.over), node.name
    value = runner(node.value) if needs_value else None
    condition = runner(node.condition) if node.condition is not None else None
    path = node.over.name if isinstance(node.over, tree.Name) else "list"

    def run(case: Case) -> Iterator[Any]:
        before = case.local.get(name)
        for place, record in enumerate(of_list(over(case))):
            case.step()
            if isinstance(record, Unknown):
                yield record
                continue
            case.local[name] = (record, f"{path}[{place}]")
            kept = True if condition is None else truth(condition(case))
            if isinstance(kept, Unknown):
                yield kept
            elif kept:
                yield True if value is None else value(case)
        case.local.pop(name, None)
        if before is not None:
            case.local[name] = before

    return run


def of_list(value: Any) -> Iterator[Any]:
    if isinstance(value, Unknown):
        return iter([value])
    if not isinstance(value, tuple | list):
        raise Refused("policy.kinds_mixed", name="for", found=functions.kind(value), wanted="list")
    if len(value) > MOST_RECORDS:
        raise Refused("policy.list_too_long", most=MOST_RECORDS, found=len(value))
    return iter(value)


def closed_any(found: Elements) -> Run:
    return lambda case: joined(iter([truth(value) for value in found(case)]), ends=True)


def closed_all(found: Elements) -> Run:
    return lambda case: joined(iter([truth(value) for value in found(case)]), ends=False)


def closed_count(found: Elements) -> Run:
    def run(case: Case) -> Any:
        values = list(found(case))
        return unknown_of(values) if has_unknown(values) else len(values)

    return run


CLOSED: dict[str, Callable[[Elements], Run]] = {"any": closed_any, "all": closed_all, "count": closed_count}


def reduced(name: str, found: Elements) -> Run:
    def run(case: Case) -> Any:
        values = list(found(case))
        if has_unknown(values):
            return unknown_of(values)
        if name == "sum":
            return simplest(sum(functions.need_number(value, "sum") for value in values))
        return extreme(name, values)

    return run


def of_top(count: Run, found: Elements) -> Run:
    def run(case: Case) -> Any:
        wanted, values = count(case), list(found(case))
        if has_unknown([wanted, *values]):
            return unknown_of([wanted, *values])
        return functions.top(wanted, values)

    return run


def of_each(node: tree.Each) -> Run:
    """Only functions of a list take a generator; the grammar lets it nowhere else but into other functions."""
    raise Refused("policy.expression_unreadable", text=node.name, place=node.at + 1, found="for")


MAKERS: dict[type[Node], Callable[[Any], Run]] = {
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
