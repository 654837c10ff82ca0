"""`zr calc NAME`: run one engine from JSON on standard input to JSON on standard output.

A module offers engines in its `calc.py`: `ENGINES = {"name": Engine(...)}`, of `zhirong.base.engines`.
The modules are listed here, so that this file is the index of everything that can be computed.
"""

from __future__ import annotations

import argparse
import json
import numbers
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

from zhirong.base import calc as base_calc
from zhirong.base import refused
from zhirong.base.engines import Engine

SOURCES: tuple[ModuleType, ...] = (base_calc,)


def main(argv: Sequence[str]) -> int:
    """0 computed, 1 the input is not what the engine takes, 2 refused by a rule."""
    parser = argparse.ArgumentParser(prog="./zr calc", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("name", nargs="?", help="the engine; --list shows them")
    parser.add_argument("--list", action="store_true", help="every engine with its line")
    parser.add_argument("--schema", action="store_true", help="JSON Schema of input and output")
    wanted = parser.parse_args(argv)
    known = engines()
    if wanted.list or wanted.name is None:
        print("\n".join(f"{name:24} {engine.line}" for name, engine in sorted(known.items())))
        return 0
    if wanted.name not in known:
        print(f"{wanted.name} is no engine; `./zr calc --list` shows them.", file=sys.stderr)
        return 1
    if wanted.schema:
        engine = known[wanted.name]
        return tell({"input": engine.takes, "output": engine.gives}, exit_code=0)
    return compute(known[wanted.name], sys.stdin.read())


def engines() -> dict[str, Engine]:
    """Every engine of the house by its name. A name stands once."""
    found: dict[str, Engine] = {}
    for source in SOURCES:
        for name, engine in source.ENGINES.items():
            assert name not in found, f"engine {name} stands twice"
            found[name] = engine
    return found


def compute(engine: Engine, text: str) -> int:
    """Read, check against the engine's own schema, run, print."""
    try:
        given = json.loads(text)
    except ValueError as problem:
        return tell({"input": f"not JSON: {problem}"}, exit_code=1)
    if wrong := misfits(given, engine.takes):
        return tell({"input": wrong}, exit_code=1)
    try:
        return tell(engine.run(given), exit_code=0)
    except refused.Refused as no:
        texts = {language: refused.sentence(no, language) for language in ("zh", "en")}
        return tell({"refused": no.code, **texts, "rule": refused.rule(no), "facts": no.facts}, exit_code=2)


def tell(value: Any, *, exit_code: int) -> int:
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))
    return exit_code


KINDS: dict[str, type] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": numbers.Real,
    "boolean": bool,
    "null": type(None),
}


def misfits(given: Any, schema: dict[str, Any], *, at: str = "input") -> list[str]:
    """What does not fit the schema, of the few words of JSON Schema that our engines use."""
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(is_kind(given, kind) for kind in kinds):
        return [f"{at} is not of type {' or '.join(kinds)}"]
    if "enum" in schema and given not in schema["enum"]:
        return [f"{at} is none of {schema['enum']}"]
    if isinstance(given, int) and not schema.get("minimum", given) <= given <= schema.get("maximum", given):
        return [f"{at} is not between {schema.get('minimum', '…')} and {schema.get('maximum', '…')}"]
    if isinstance(given, dict):
        return misfits_of_object(given, schema, at=at)
    if not isinstance(given, list):
        return []
    items = schema.get("items", {})
    return [text for place, item in enumerate(given) for text in misfits(item, items, at=f"{at}[{place}]")]


def misfits_of_object(given: dict[str, Any], schema: dict[str, Any], *, at: str) -> list[str]:
    """Missing names, then unknown ones, then what is wrong inside."""
    known = schema.get("properties", {})
    wrong = [f"{at}.{name} is missing" for name in schema.get("required", []) if name not in given]
    if not schema.get("additionalProperties", True):
        wrong += [f"{at}.{name} is unknown" for name in given if name not in known]
    for name in known.keys() & given.keys():
        wrong += misfits(given[name], known[name], at=f"{at}.{name}")
    return sorted(wrong)


def is_kind(given: Any, kind: str) -> bool:
    """JSON's true is no integer, though Python's is."""
    return isinstance(given, KINDS[kind]) and (kind == "boolean" or not isinstance(given, bool))
