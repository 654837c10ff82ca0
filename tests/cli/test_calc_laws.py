"""Whatever comes in, an engine answers or refuses; what it gives fits the schema that it publishes."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhirong.base import refused
from zhirong.cli import calc

EDGES = [0, 1, -1, 2, 100, 10**6, 2**31, 2**62, 2**63, 10**15, 10**18, 10**30]
TEXTS = st.one_of(
    st.sampled_from(["", "a", "A7", "甲", "2026-02-30", "ZL201911324567.3", "{", "\x00", "x" * 300]),
    st.text(max_size=20).filter(lambda text: text.isprintable()),
)
DAYS = st.dates(date(1900, 1, 1), date(2200, 1, 1)) | st.sampled_from([date.min, date.max])
INSTANTS = st.datetimes().map(datetime.isoformat)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.sampled_from(EDGES) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


def of_schema(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that fit a schema of ours, with a taste for its edges."""
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kind = schema.get("type", "string")
    if kind == "object":
        needed = schema.get("required", [])
        parts = {name: of_schema(part) for name, part in schema.get("properties", {}).items()}
        return st.fixed_dictionaries(
            {name: parts[name] for name in parts if name in needed},
            optional={name: part for name, part in parts.items() if name not in needed},
        )
    if kind == "array":
        return st.lists(of_schema(schema.get("items", {})), min_size=schema.get("minItems", 0), max_size=4)
    if kind == "integer":
        low, high = schema.get("minimum", -(10**30)), schema.get("maximum", 10**30)
        return st.sampled_from([edge for edge in EDGES if low <= edge <= high] or [low]) | st.integers(low, high)
    if kind == "boolean":
        return st.booleans()
    return of_text(schema)


def of_text(schema: dict[str, Any]) -> st.SearchStrategy[str]:
    form, examples = schema.get("format"), schema.get("examples", [])
    if form == "date":
        return DAYS.map(date.isoformat)
    if form == "date-time":
        return INSTANTS.map(lambda at: f"{at}+08:00") | INSTANTS
    return (st.sampled_from(examples) | TEXTS) if examples else TEXTS


def must_speak(no: refused.Refused) -> None:
    """Both sentences stand in the catalogue, and all that they tell is given."""
    for language in ("zh", "en"):
        assert refused.sentence(no, language)


def answer(name: str, given_input: Any) -> None:
    """Computed as published, or refused in both languages; anything else is a fault."""
    engine = calc.engines()[name]
    try:
        gives = calc.compute(name, engine, given_input)
    except refused.Refused as no:
        must_speak(no)
        return
    assert calc.misfits(json.loads(json.dumps(gives, default=str)), engine.gives, at="output") == []


@pytest.mark.parametrize("name", sorted(calc.engines()))
def test_an_engine_answers_or_refuses_whatever_fits_its_schema(name: str) -> None:
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(of_schema(calc.engines()[name].takes))
    def law(given_input: Any) -> None:
        answer(name, given_input)

    law()


@pytest.mark.parametrize("name", sorted(calc.engines()))
def test_an_engine_refuses_what_does_not_fit(name: str) -> None:
    takes = calc.engines()[name].takes

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(ANYTHING, of_schema(takes), st.sampled_from(sorted(takes["properties"])))
    def law(strange: Any, fitting: dict[str, Any], place: str) -> None:
        answer(name, strange)
        answer(name, {**fitting, place: strange})

    law()
