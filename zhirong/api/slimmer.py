"""The description with nothing said twice: equal answers and bodies, pages of things, what shapes share."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

Node = dict[str, Any]
OFTEN = 2
SHAPES = "#/components/schemas/"
# A shape is told by another one's name only where that saves more than it costs to follow.
SHARED_BYTES = 250


def slim(schema: Node) -> None:
    """Each answer, body, page and common part once; nothing that nobody names."""
    kept = schema["components"]
    _share(schema, kept.setdefault("responses", {}), at="responses", key="200")
    _share(schema, kept.setdefault("requestBodies", {}), at="requestBody", key="")
    share_pages(kept["schemas"])
    share_parts(kept["schemas"])
    schema["paths"], kept["schemas"] = nullable(schema["paths"]), nullable(kept["schemas"])
    kept["parameters"] = nullable(kept["parameters"])
    drop_unnamed(schema)
    for name in [name for name, found in kept.items() if not found]:
        del kept[name]


def _share(schema: Node, kept: Node, *, at: str, key: str) -> None:
    """What several operations have alike here, under the name of the shape that it holds."""
    spots = [
        (operation[at], key) if key else (operation, at)
        for methods in schema["paths"].values()
        for operation in methods.values()
        if at in operation and (not key or key in operation[at])
    ]
    counts = Counter(_text(spot[name]) for spot, name in spots)
    for spot, name in spots:
        shape = _shape_of(spot[name])
        if shape and counts[_text(spot[name])] >= OFTEN and kept.setdefault(shape, spot[name]) == spot[name]:
            spot[name] = {"$ref": f"#/components/{'responses' if key else 'requestBodies'}/{shape}"}


def _shape_of(node: Node) -> str:
    """The name of the one shape in it, empty where it holds none or more than a name."""
    found = node.get("content", {}).get("application/json", {}).get("schema", {}).get("$ref", "")
    return str(found).removeprefix(SHAPES)


def share_pages(shapes: Node) -> None:
    """A page of things is a page, and the things."""
    pages = [name for name, one in shapes.items() if name.startswith("Page_")]
    if not pages:
        return
    whole = json.loads(_text(shapes[pages[0]]))
    whole["properties"]["items"] = {"type": "array"}
    shapes["Page"] = whole
    for name in pages:
        items = {"items": shapes[name]["properties"]["items"]}
        shapes[name] = {"allOf": [{"$ref": f"{SHAPES}Page"}, {"properties": items}]}


def share_parts(shapes: Node) -> None:
    """A shape that has all of another one and more is told as that one, and the rest."""
    whole = {name: one for name, one in shapes.items() if "properties" in one and "additionalProperties" not in one}
    for name, one in whole.items():
        parts = [base for base in whole if base != name and _holds(one, whole[base])]
        sized = {base: len(_text(whole[base])) for base in parts}
        best = max(sized, key=lambda base: sized[base], default=None)
        if best is not None and sized[best] > SHARED_BYTES:
            base = whole[best]
            rest = {
                **one,
                "properties": {key: value for key, value in one["properties"].items() if key not in base["properties"]},
                "required": [key for key in one.get("required", []) if key not in base.get("required", [])],
            }
            said = {"description": rest.pop("description")} if "description" in rest else {}
            shapes[name] = {**said, "allOf": [{"$ref": f"{SHAPES}{best}"}, {k: v for k, v in rest.items() if v}]}


def _holds(one: Node, base: Node) -> bool:
    """Whether every value of the base is in it, the same and as needed, and something more."""
    own, its = one["properties"], base["properties"]
    needs = set(base.get("required", [])) == set(one.get("required", [])) & its.keys()
    return needs and len(its) < len(own) and all(own.get(key) == value for key, value in its.items())


def nullable(node: Any) -> Any:
    """A value or null in one word, where the value is a plain one."""
    if isinstance(node, list):
        return [nullable(one) for one in node]
    if not isinstance(node, dict):
        return node
    made = {key: nullable(value) for key, value in node.items()}
    match made.get("anyOf"):
        case [{"type": str(kind), **rest}, {"type": "null"}] if "enum" not in rest and not rest.keys() & made.keys():
            del made["anyOf"]
            made |= {**rest, "type": [kind, "null"]}
    return made


def drop_unnamed(schema: Node) -> None:
    """Shapes that no address leads to: the queries of lists, whose parameters stand at their operations."""
    shapes = schema["components"]["schemas"]
    others = {name: one for name, one in schema["components"].items() if name != "schemas"}
    named: set[str] = set()
    todo = set(_names([schema["paths"], others]))
    while todo:
        name = todo.pop()
        named.add(name)
        todo |= set(_names(shapes[name])) - named
    for name in shapes.keys() - named:
        del shapes[name]


def _names(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for one in node:
            yield from _names(one)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref" and value.startswith(SHAPES):
                yield value.removeprefix(SHAPES)
            else:
                yield from _names(value)


def _text(node: Any) -> str:
    return json.dumps(node, sort_keys=True)
