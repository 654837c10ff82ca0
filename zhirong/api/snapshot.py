"""`python -m zhirong.api.snapshot` writes openapi.json anew; a test compares it with what the house answers."""

from __future__ import annotations

import importlib
import json
import os
from pathlib import Path

import django

FILE = Path(__file__).with_name("openapi.json")


def text(schema: dict[str, object]) -> str:
    """The schema as it stands in the repository."""
    return json.dumps(schema, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhirong.settings")
    django.setup()
    interface = importlib.import_module("zhirong.api.app").interface
    FILE.write_text(text(interface.get_openapi_schema()), "utf-8")
