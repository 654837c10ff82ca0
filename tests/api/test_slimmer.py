"""The description says nothing twice and loses nothing: put together again, it is the long one."""

from __future__ import annotations

from typing import Any

import pytest
from ninja import NinjaAPI

from zhirong.api import described, slimmer, snapshot
from zhirong.api.app import interface

# Of an operation with its share of all shapes, on average: what is said twice shows here, however much there is.
MOST_BYTES = 1_200


@pytest.fixture(scope="module")
def short() -> dict[str, Any]:
    return interface.get_openapi_schema()


@pytest.fixture(scope="module")
def long() -> dict[str, Any]:
    return described.in_full(NinjaAPI.get_openapi_schema(interface))


def whole(node: Any, told: dict[str, Any]) -> Any:
    """Every name replaced by what it names, parts put together, descriptions of shared values left out."""
    if isinstance(node, list):
        return [whole(one, told) for one in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        _, _, kind, name = node["$ref"].split("/")
        found = whole(told["components"][kind][name], told)
        beside = {key: value for key, value in node.items() if key not in ("$ref", "description")}
        return {**found, **beside}
    made = {key: whole(value, told) for key, value in node.items()}
    for part in made.pop("allOf", []):
        own = made.get("properties", {})
        values = part.get("properties", {})
        joined = {name: {**own.get(name, {}), **values.get(name, {})} for name in own.keys() | values.keys()}
        needed = made.get("required", []) + part.get("required", [])
        made = {**made, **part}
        made |= ({"properties": joined} if joined else {}) | ({"required": needed} if needed else {})
    if "required" in made and isinstance(made["required"], list):
        made["required"] = sorted(made["required"])
    match made.get("anyOf"):
        case [{"type": str(kind), **rest}, {"type": "null"}] if "enum" not in rest and not rest.keys() & made.keys():
            del made["anyOf"]
            made |= {**rest, "type": [kind, "null"]}
    return {key: value for key, value in made.items() if key != "description"}


def test_bodies_and_answers_are_what_they_were(short: dict[str, Any], long: dict[str, Any]) -> None:
    assert short["paths"].keys() == long["paths"].keys()
    for path, methods in long["paths"].items():
        for method, was in methods.items():
            now = short["paths"][path][method]
            assert whole(now.get("requestBody"), short) == whole(was.get("requestBody"), long), (path, method)
            done = [status for status in was["responses"] if int(status) < 400]
            for status in done:
                assert whole(now["responses"][status], short) == whole(was["responses"][status], long), (path, method)
            asked = [whole(one, short) for one in now.get("parameters", [])]
            assert asked == [whole(one, long) for one in was.get("parameters", [])], (path, method)


def test_every_name_in_it_names_something_and_every_shape_is_named(short: dict[str, Any]) -> None:
    shapes = short["components"]["schemas"]
    named = set(slimmer._names([short["paths"], short["components"]]))
    assert named <= shapes.keys()
    assert len(shapes.keys() - named) == 0


def test_it_leaves_room_for_what_is_still_to_come() -> None:
    sizes = {file.name: len(text.encode()) for file, text in snapshot.texts(interface.get_openapi_schema()).items()}
    assert {name: size for name, size in sizes.items() if size > 100_000} == {}
    count = sum(len(methods) for methods in interface.get_openapi_schema()["paths"].values())
    assert sum(sizes.values()) / count < MOST_BYTES
