"""`python -m zhirong.api.snapshot` writes the description anew; a test compares it with what the house answers.

In the folder `description`: the operations of each part of the house in a file of its name with the shapes that it
alone names, the shapes of several parts in `_shapes.json`, what else they share and what the house says of itself in
`_house.json`.
"""

from __future__ import annotations

import importlib
import json
import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django

FOLDER = Path(__file__).with_name("description")
# The file of the shapes that several parts name.
SEVERAL = "_shapes"


def texts(schema: dict[str, Any]) -> dict[Path, str]:
    """The schema as it stands in the repository: an operation or a shape on each line, so that a change is one."""
    parts: dict[str, Any] = defaultdict(lambda: defaultdict(dict))
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            parts[operation["tags"][0]][path][method] = operation
    for name, own in shapes_by_part(schema).items():
        parts[name]["shapes"] = own
    several = parts.pop(SEVERAL, {"shapes": {}})["shapes"]
    shared = {kind: named for kind, named in schema["components"].items() if kind != "schemas"}
    house = {**{name: one for name, one in schema.items() if name != "paths"}, "components": shared}
    told = {name: laid_out(one, levels=2) for name, one in parts.items()}
    told |= {SEVERAL: laid_out(several, levels=1), "_house": laid_out(house, levels=3)}
    return {FOLDER / f"{name}.json": text + "\n" for name, text in told.items()}


def shapes_by_part(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Each shape under the part whose operations alone lead to it, or under SEVERAL."""
    led: dict[str, set[str]] = defaultdict(set)
    for methods in schema["paths"].values():
        for operation in methods.values():
            led[operation["tags"][0]] |= set(names_in(operation))
    parts: dict[str, set[str]] = defaultdict(set)
    for part, todo in led.items():
        while todo:
            name = todo.pop()
            if part not in parts[name]:
                parts[name].add(part)
                kind, _, own = name.partition("/")
                todo |= set(names_in(schema["components"][kind][own]))
    told: dict[str, dict[str, Any]] = defaultdict(dict)
    for name, one in schema["components"]["schemas"].items():
        those = parts[f"schemas/{name}"]
        told[next(iter(those)) if len(those) == 1 else SEVERAL][name] = one
    return told


def names_in(node: Any) -> Iterator[str]:
    """The components that are named in it, e.g. `schemas/LotTold`."""
    if isinstance(node, list):
        for one in node:
            yield from names_in(one)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value.removeprefix("#/components/")
            else:
                yield from names_in(value)


def laid_out(value: Any, *, levels: int) -> str:
    """JSON with its upper levels on lines of their own."""
    if not levels or not isinstance(value, dict) or not value:
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    parts = [f"{json.dumps(name)}: {laid_out(value[name], levels=levels - 1)}" for name in sorted(value)]
    return "{\n" + ",\n".join(parts) + "\n}"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhirong.settings")
    django.setup()
    interface = importlib.import_module("zhirong.api.app").interface
    now = texts(interface.get_openapi_schema())
    FOLDER.mkdir(exist_ok=True)
    for stale in set(FOLDER.glob("*.json")) - now.keys():
        stale.unlink()
    for file, text in now.items():
        file.write_text(text, "utf-8")
