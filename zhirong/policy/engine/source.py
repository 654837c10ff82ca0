"""Files of measures as text: YAML read with every number exact, no key twice, no size without end."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import yaml

from zhirong.base import yaml_text
from zhirong.base.refused import Refused
from zhirong.policy.engine import values

MOST_CHARACTERS, MOST_VALUES, DEEPEST = 200_000, 50_000, 20


class Loader(yaml_text.LOADER):  # type: ignore[misc]
    """Plain data only; a broken number comes as an exact one, and a key that stands twice is refused."""


def exact_number(loader: Any, node: Any) -> Any:
    text = str(loader.construct_scalar(node)).replace("_", "")
    try:
        return values.exact(Decimal(text))
    except InvalidOperation:
        raise Refused("policy.file_malformed", place=place(node), problem=f"“{text[:40]}” is no number") from None


def mapping(loader: Any, node: Any) -> Any:
    found: dict[Hashable, Any] = {}
    yield found
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str | int):
            raise Refused("policy.file_malformed", place=place(key_node), problem="a name is no text")
        if key in found:
            raise Refused("policy.file_malformed", place=place(key_node), problem=f"“{key}” stands twice")
        found[key] = loader.construct_object(value_node, deep=True)


def place(node: Any) -> str:
    return f"line {node.start_mark.line + 1}"


Loader.add_constructor("tag:yaml.org,2002:float", exact_number)
Loader.add_constructor("tag:yaml.org,2002:map", mapping)


def parse(text: str) -> Any:
    """What a file holds, numbers as `int` and `Fraction`. Refused: no YAML, too large, nesting without end."""
    if len(text) > MOST_CHARACTERS:
        raise Refused("policy.file_malformed", place="file", problem=f"has more than {MOST_CHARACTERS} characters")
    try:
        found = yaml.load(text, Loader=Loader)
    except (yaml.YAMLError, ValueError) as problem:
        said = " ".join(str(problem).split())[:200]
        raise Refused("policy.file_malformed", place="file", problem=said) from None
    except RecursionError:
        raise Refused("policy.file_malformed", place="file", problem="nests too deep") from None
    count(found, [0], 0)
    return found


def count(value: Any, seen: list[int], depth: int) -> None:
    """Aliases can make a small file hold a huge tree, or itself: what is walked is counted."""
    seen[0] += 1
    if seen[0] > MOST_VALUES or depth > DEEPEST:
        raise Refused("policy.file_malformed", place="file", problem="holds too many values or nests too deep")
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    for one in inner:
        count(one, seen, depth + 1)
