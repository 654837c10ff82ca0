"""`zr calc NAME`: run one engine from JSON on standard input to JSON on standard output.

A module offers engines in its `calc.py`: `ENGINES = {"name": Engine(...)}`, of `zhirong.base.engines`.
The modules are listed here, so that this file is the index of everything that can be computed.
"""

from __future__ import annotations

import argparse
import json
import numbers
import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime
from types import ModuleType
from typing import Any, NoReturn, TextIO

from zhirong.base import calc as base_calc
from zhirong.base import refused
from zhirong.base.engines import Engine
from zhirong.exchange import calc as exchange_calc
from zhirong.ledger import calc as ledger_calc
from zhirong.policy import calc as policy_calc
from zhirong.policy import calc_support as policy_calc_support
from zhirong.registry import calc as registry_calc
from zhirong.valuation import calc as valuation_calc

SOURCES: tuple[ModuleType, ...] = (
    base_calc,
    registry_calc,
    ledger_calc,
    policy_calc,
    policy_calc_support,
    valuation_calc,
    exchange_calc,
)
ANSWERED, REFUSED = 0, 2


def main(argv: Sequence[str]) -> int:
    """0 computed; 2 refused, by a rule or because the input is not what the engine takes."""
    parser = argparse.ArgumentParser(prog="./zr calc", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("name", nargs="?", metavar="NAME", help="the engine; --list shows them")
    parser.add_argument("--list", action="store_true", help="every engine with its line")
    parser.add_argument("--schema", action="store_true", help="JSON Schema of input and output")
    wanted = parser.parse_args(argv)
    known = engines()
    if wanted.list or wanted.name is None:
        print("\n".join(f"{name:24} {engine.line}" for name, engine in sorted(known.items())))
        return ANSWERED
    if wanted.name not in known:
        print(f"{wanted.name} is no engine; `./zr calc --list` shows them.", file=sys.stderr)
        return REFUSED
    engine = known[wanted.name]
    if wanted.schema:
        return tell({"input": engine.takes, "output": engine.gives}, exit_code=ANSWERED)
    try:
        return answer(compute(wanted.name, engine, read(sys.stdin)))
    except refused.Refused as no:
        texts = {language: refused.sentence(no, language) for language in ("zh", "en")}
        return tell({"refused": no.code, **texts, "rule": refused.rule(no), "facts": no.facts}, exit_code=REFUSED)


def engines() -> dict[str, Engine]:
    """Every engine of the house by its name. A name stands once."""
    found: dict[str, Engine] = {}
    for source in SOURCES:
        for name, engine in source.ENGINES.items():
            assert name not in found, f"engine {name} stands twice"
            found[name] = engine
    return found


def read(source: TextIO) -> Any:
    """JSON as RFC 8259 has it, in texts that can be written back."""
    try:
        given = json.loads(source.read(), parse_constant=no_number)
        json.dumps(given, ensure_ascii=False).encode()
    except RecursionError:
        raise refused.Refused("calc.not_json", problem="nested too deep") from None
    # Undecodable bytes, half a surrogate pair, a number of ten thousand digits: all are ValueErrors.
    except ValueError as problem:
        raise refused.Refused("calc.not_json", problem=str(problem)[:200]) from None
    return given


def no_number(word: str) -> NoReturn:
    """Python's reader would take NaN and Infinity, which JSON does not know."""
    raise ValueError(f"{word} is no number")


def compute(name: str, engine: Engine, given: Any) -> Any:
    """What the engine gives, once the input fits the schema that it publishes."""
    if wrong := misfits(given, engine.takes):
        raise refused.Refused("calc.misfit", calculation=name, wrong=wrong[:20])
    return engine.run(given)


def answer(value: Any) -> int:
    return tell(value, exit_code=ANSWERED)


def tell(value: Any, *, exit_code: int) -> int:
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))
    return exit_code


# No schema of ours asks for longer texts than this.
MOST_CHARACTERS = 100_000
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
    if isinstance(given, str):
        return misfits_of_text(given, schema, at=at)
    if not isinstance(given, list):
        return []
    least, most = schema.get("minItems", 0), schema.get("maxItems", len(given))
    if not least <= len(given) <= most:
        return [f"{at} has {len(given)} items, not {least} to {most}"]
    items = schema.get("items", {})
    return [text for place, item in enumerate(given) for text in misfits(item, items, at=f"{at}[{place}]")]


def misfits_of_text(given: str, schema: dict[str, Any], *, at: str) -> list[str]:
    """Its length, and whether a day or an instant is one."""
    if not schema.get("minLength", 0) <= len(given) <= schema.get("maxLength", MOST_CHARACTERS):
        least, most = schema.get("minLength", 0), schema.get("maxLength", MOST_CHARACTERS)
        return [f"{at} has {len(given)} characters, not {least} to {most}"]
    readers: dict[str, Callable[[str], object]] = {"date": date.fromisoformat, "date-time": datetime.fromisoformat}
    try:
        readers.get(schema.get("format", ""), str)(given)
    except ValueError:
        return [f"{at} is no {schema['format']}"]
    return []


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
