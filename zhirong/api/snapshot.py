"""`python -m zhirong.api.snapshot` writes openapi.json anew; a test compares it with what the house answers."""

from __future__ import annotations

import importlib
import json
import os
from pathlib import Path
from typing import Any

import django

FILE = Path(__file__).with_name("openapi.json")


def text(schema: dict[str, Any]) -> str:
    """The schema as it stands in the repository: an operation or a shape on each line, so that a change is one."""
    return laid_out(schema, levels=3) + "\n"


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
    FILE.write_text(text(interface.get_openapi_schema()), "utf-8")
