"""The description of the interface, made shorter: what many operations share stands once among the components."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from http import HTTPStatus
from typing import Any

from pydantic import TypeAdapter

from zhirong.api import shapes, slimmer
from zhirong.api.problems import MEDIA_TYPE

Node = dict[str, Any]
OFTEN = 2
# What an operation can answer when it is not done, told once as a range; a fault of the house stands apart.
EVERYWHERE: Node = {
    "400": "the body could not be read",
    "401": "no token, or one that is not in force",
    "403": "no role that may do this",
    "404": "nothing there, or nothing that is yours",
    "409": "not as things stand now; the code says why",
    "413": "larger than is taken",
    "422": "a value is missing or not valid",
}
RANGE = "4XX"
# Values of many bodies, under the names that they have in the code.
NAMED: Node = {
    "Fen": shapes.Fen,
    "FenGiven": shapes.FenGiven,
    "Id": shapes.Id,
    "Ref": shapes.Ref,
    "Reason": shapes.Reason,
    "FileRef": shapes.FileRef,
    "Digest": shapes.Digest,
    "FenOrNull": shapes.Fen | None,
    "Cursor": shapes.Cursor,
    "Total": shapes.Total,
    "TimeOrNull": datetime | None,
    "DayOrNull": date | None,
}
KEY: Node = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": True,
    "description": "1 to 64 visible characters, new for each deed and kept when it is repeated. Refusals: "
    "api.no_key without one, api.key_reused for another deed.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[!-~]+$"},
    "example": "5f2b1c9e-0001",
}
OF_THE_KEY = ("api.no_key", "api.key_reused")


def shared(schema: Node) -> Node:
    """Refusals, parameters, values and who calls, each once."""
    told = in_full(schema)
    share_refusals(told)
    share_parameters(told)
    share_callers(told)
    share_values(told)
    slimmer.slim(told)
    for operation in operations(told):
        if not operation.get("parameters"):
            operation.pop("parameters", None)
    return told


def in_full(schema: Node) -> Node:
    """Every status at its operation; the key, and the codes of refusals in the words of each."""
    told: Node = plainer(schema)
    for operation in operations(told):
        codes = operation.pop("x-refusals", [])
        if "api.no_key" in codes:
            operation.setdefault("parameters", []).append(KEY)
            codes = [code for code in codes if code not in OF_THE_KEY]
            operation["description"] = operation["description"].replace("Needs an Idempotency-Key.", "").strip()
        if codes:
            operation["description"] = f"{operation.get('description', '')}\n\nRefusals: {', '.join(codes)}.".strip()
        for parameter in operation.get("parameters", ()):
            parameter.pop("examples", None)  # they stand in its schema; here OpenAPI wants them by name
            if not parameter["required"]:
                del parameter["required"]
            if "description" in parameter:
                parameter["schema"].pop("description", None)
        operation["responses"] = {str(status): answer for status, answer in operation["responses"].items()}
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                answer["content"] = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        # Whoever needs no log-in may call without one: an empty requirement says so.
        operation["security"] = [{} if "Visitor" in one else one for one in operation.get("security", [])]
    told["components"]["securitySchemes"].pop("Visitor", None)
    return told


def operations(schema: Node) -> Iterator[Node]:
    return (one for methods in schema["paths"].values() for one in methods.values())


def share_refusals(schema: Node) -> None:
    """One answer for each status of a refusal, and one for those that are possible everywhere."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    words = "Not done: " + "; ".join(f"{status} {why}" for status, why in EVERYWHERE.items())
    answers = schema["components"].setdefault("responses", {})
    answers[RANGE] = {"description": words, "content": content}
    for operation in operations(schema):
        for status in [status for status in operation["responses"] if int(status) >= 400]:
            name = RANGE if status in EVERYWHERE else status
            answers.setdefault(name, {"description": HTTPStatus(int(status)).phrase, "content": content})
            del operation["responses"][status]
            operation["responses"][name] = {"$ref": f"#/components/responses/{name}"}


def share_callers(schema: Node) -> None:
    """Who calls is said once for all; an operation that is open to others says so itself."""
    schema["security"] = [{"TokenAuth": []}, {"PageAuth": []}]
    for operation in operations(schema):
        if operation["security"] == schema["security"]:
            del operation["security"]


def share_values(schema: Node) -> None:
    """Money, refs, ids and the like by their names."""
    found = {_text(plainer(TypeAdapter(one).json_schema())): name for name, one in NAMED.items()}
    kept = schema["components"]["schemas"]

    def named(node: Any) -> Any:
        if isinstance(node, list):
            return [named(one) for one in node]
        if not isinstance(node, dict):
            return node
        bare = {key: value for key, value in node.items() if key != "default"}
        if name := found.get(_text(bare)):
            kept[name] = bare
            return {"$ref": f"#/components/schemas/{name}"} | {key: node[key] for key in node if key == "default"}
        return {key: named(value) for key, value in node.items()}

    schema["paths"] = named(schema["paths"])
    kept.update({name: named(one) for name, one in list(kept.items()) if name not in NAMED})
    schema["components"]["parameters"] = named(schema["components"]["parameters"])


def _text(node: Any) -> str:
    return json.dumps(node, sort_keys=True)


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
