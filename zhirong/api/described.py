"""The description of the interface, made shorter: what many operations share stands once among the components."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from zhirong.api.problems import MEDIA_TYPE

Node = dict[str, Any]
OFTEN = 3
KEY: Node = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": True,
    "description": "1 to 64 visible characters, new for each deed and kept when it is repeated",
    "schema": {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[!-~]+$"},
    "example": "5f2b1c9e-0001",
}


def shared(schema: Node) -> Node:
    """Refusals by status, parameters by name, and who calls, each once; the codes in the words of each operation."""
    told: Node = plainer(schema)
    for operation in operations(told):
        codes = operation.pop("x-refusals", [])
        if "api.no_key" in codes:
            operation.setdefault("parameters", []).append(KEY)
        if codes:
            operation["description"] = f"{operation.get('description', '')}\n\nRefusals: {', '.join(codes)}.".strip()
    share_refusals(told)
    share_parameters(told)
    return told


def operations(schema: Node) -> Iterator[Node]:
    return (one for methods in schema["paths"].values() for one in methods.values())


def share_refusals(schema: Node) -> None:
    """One answer for each status of a refusal, in its media type."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    answers = schema["components"].setdefault("responses", {})
    for operation in operations(schema):
        for status in [status for status in operation["responses"] if int(status) >= 400]:
            answers.setdefault(f"{status}", {"description": HTTPStatus(int(status)).phrase, "content": content})
            operation["responses"][status] = {"$ref": f"#/components/responses/{status}"}


def share_parameters(schema: Node) -> None:
    """Parameters that are the same in several operations, under their name."""
    counts = Counter(repr(one) for operation in operations(schema) for one in operation.get("parameters", ()))
    kept = schema["components"].setdefault("parameters", {})
    for operation in operations(schema):
        for place, one in enumerate(operation.get("parameters", ())):
            name = one["name"]
            if counts[repr(one)] >= OFTEN and kept.setdefault(name, one) == one:
                operation["parameters"][place] = {"$ref": f"#/components/parameters/{name}"}


def plainer(node: Any, *, is_names: bool = False) -> Any:
    """Without the titles that repeat each field's name; they would be a third of the description."""
    if isinstance(node, list):
        return [plainer(one) for one in node]
    if not isinstance(node, dict):
        return node
    return {
        name: plainer(value, is_names=name in ("properties", "schemas", "$defs"))
        for name, value in node.items()
        if is_names or name != "title" or "version" in node
    }
