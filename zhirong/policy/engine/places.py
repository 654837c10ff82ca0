"""Where in a text a finding stands: the place that the linter names, as a line of the file."""

from __future__ import annotations

import re
from typing import Any

import yaml

# Words of a place that say what kind of thing stands there and are no name in the file.
KINDS = {"measure", "leaf", "line", "ceiling", "when", "cap", "file"}


def lines_of(text: str, places: list[str]) -> list[int | None]:
    """The line of each place, counted from 1; None where the text does not tell."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        root = None
    return [line_of(root, place) for place in places]


def line_of(root: Any, place: str) -> int | None:
    """`line 12` says so itself; else the names are followed as far as they lead."""
    if found := re.fullmatch(r"line (\d+)", place):
        return int(found[1])
    if root is None:
        return None
    node = root
    for name in re.findall(r"[\w-]+", place):
        if name in KINDS:
            continue
        below = step(node, name)
        if below is None:
            break
        node = below
    return None if node is root else int(node.start_mark.line) + 1


def step(node: Any, name: str) -> Any:
    """The node of that name below: a key, an item with that id or name, or a leaf somewhere in a tree."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == name:
                return value
        return next((found for _, value in node.value if (found := deep(value, name)) is not None), None)
    if isinstance(node, yaml.SequenceNode):
        return deep(node, name) or (node.value[int(name)] if name.isdecimal() and int(name) < len(node.value) else None)
    return None


def deep(node: Any, name: str) -> Any:
    """The nearest mapping below whose `id` or `name` is this."""
    if isinstance(node, yaml.MappingNode):
        if any(key.value in ("id", "name") and getattr(value, "value", None) == name for key, value in node.value):
            return node
        inner = [value for _, value in node.value]
    elif isinstance(node, yaml.SequenceNode):
        inner = node.value
    else:
        return None
    return next((found for one in inner if (found := deep(one, name)) is not None), None)
