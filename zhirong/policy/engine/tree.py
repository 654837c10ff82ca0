"""What an expression of a measure is made of, after it was read."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Node:
    """`at` is the place of its first sign in the text, from 0."""

    at: int


@dataclass(frozen=True)
class Literal(Node):
    value: Any


@dataclass(frozen=True)
class Name(Node):
    """A fact, or the variable of a generator around it."""

    name: str


@dataclass(frozen=True)
class Field(Node):
    """`x.field` of a record."""

    of: str
    name: str


@dataclass(frozen=True)
class Parameter(Node):
    """`p.name`: the value of the day."""

    name: str


@dataclass(frozen=True)
class Items(Node):
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Negative(Node):
    part: Node


@dataclass(frozen=True)
class Not(Node):
    part: Node


@dataclass(frozen=True)
class Arithmetic(Node):
    sign: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Compare(Node):
    """A chain: every sign holds between its neighbours. `places` tells where each sign stands in the text."""

    parts: tuple[Node, ...]
    signs: tuple[str, ...]
    places: tuple[int, ...]


@dataclass(frozen=True)
class Logic(Node):
    """`and` or `or` of two or more."""

    word: str
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Choice(Node):
    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True)
class Each(Node):
    """`value for name in over if condition`."""

    value: Node
    name: str
    over: Node
    condition: Node | None


@dataclass(frozen=True)
class Call(Node):
    name: str
    arguments: tuple[Node, ...]


def children(node: Node) -> list[Node]:
    """The nodes right below one, in the order of the text's parts."""
    found: list[Node] = []
    for one in fields(node):
        value = getattr(node, one.name)
        if isinstance(value, Node):
            found.append(value)
        elif isinstance(value, tuple):
            found += [part for part in value if isinstance(part, Node)]
    return found


def walk(node: Node) -> list[Node]:
    """A node and all below it."""
    return [node, *(inner for child in children(node) for inner in walk(child))]


def facts_of(node: Node, bound: frozenset[str] = frozenset()) -> frozenset[str]:
    """The facts that an expression asks for."""
    if isinstance(node, Name):
        return frozenset() if node.name in bound else frozenset({node.name})
    if isinstance(node, Field):
        return frozenset() if node.of in bound else frozenset({node.of})
    if isinstance(node, Each):
        inside = bound | {node.name}
        parts = [node.value] if node.condition is None else [node.value, node.condition]
        asked = facts_of(node.over, bound)
        return asked.union(*(facts_of(part, inside) for part in parts))
    return frozenset[str]().union(*(facts_of(child, bound) for child in children(node)))


def parameters_of(node: Node) -> frozenset[str]:
    """The parameters that an expression asks for."""
    return frozenset(one.name for one in walk(node) if isinstance(one, Parameter))
