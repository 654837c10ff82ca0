"""`python -m zhirong.api.snapshot` writes the description anew; a test compares it with what the house answers.

In the folder `description`: the operations of each part of the house in a file of its name, the shapes that they
name in `_shapes.json`, what else they share and what the house says of itself in `_house.json`.
"""

from __future__ import annotations

import importlib
import json
import os
from collections import defaultdict
from pathlib import Path
from typing import Any

import django

FOLDER = Path(__file__).with_name("description")


def texts(schema: dict[str, Any]) -> dict[Path, str]:
    """The schema as it stands in the repository: an operation or a shape on each line, so that a change is one."""
    parts: dict[str, Any] = defaultdict(lambda: defaultdict(dict))
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            parts[operation["tags"][0]][path][method] = operation
    shared = {kind: named for kind, named in schema["components"].items() if kind != "schemas"}
    house = {**{name: one for name, one in schema.items() if name != "paths"}, "components": shared}
    told = {name: laid_out(one, levels=2) for name, one in parts.items()}
    told |= {"_shapes": laid_out(schema["components"]["schemas"], levels=1), "_house": laid_out(house, levels=3)}
    return {FOLDER / f"{name}.json": text + "\n" for name, text in told.items()}


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
