"""`python -m zhirong.api.snapshot` writes the description anew; a test compares it with what the house answers.

The operations stand in openapi.json, the shapes that they name in components.json beside it.
"""

from __future__ import annotations

import importlib
import json
import os
from pathlib import Path
from typing import Any

import django

OPERATIONS, SHAPES = (Path(__file__).with_name(name) for name in ("openapi.json", "components.json"))


def texts(schema: dict[str, Any]) -> dict[Path, str]:
    """The schema as it stands in the repository: an operation or a shape on each line, so that a change is one."""
    operations = {name: one for name, one in schema.items() if name != "components"}
    return {
        OPERATIONS: laid_out(operations, levels=3) + "\n",
        SHAPES: laid_out(schema["components"], levels=2) + "\n",
    }


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
    for file, text in texts(interface.get_openapi_schema()).items():
        file.write_text(text, "utf-8")
