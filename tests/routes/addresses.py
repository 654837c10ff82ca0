"""Every address of the house, read from its address list and from the interface's own description."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml
from django.urls import URLPattern, URLResolver, get_resolver
from ninja.operation import PathView

from tests.house.source import ROOT

TABLE = ROOT / "tests" / "routes" / "access_table.yaml"
ARGUMENT = re.compile(r"<(?:(\w+):)?\w+>|\{(?:(\w+):)?\w+\}")
SAMPLES = {"int": "0", "id": "0", "uuid": "00000000-0000-0000-0000-000000000000", "path": "none"}
SIGN_IN = "/sign-in"


def table() -> dict[str, str | list[str]]:
    """`METHOD /route` -> everyone, persons, or the roles that may."""
    return yaml.safe_load(TABLE.read_text("utf-8")) or {}


def leaves(patterns: list[URLPattern | URLResolver], before: str = "/") -> Iterator[tuple[str, URLPattern]]:
    for one in patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from leaves(one.url_patterns, route)
        else:
            yield route, one


def routes() -> list[str]:
    """`/route` for a page, `METHOD /route` for an operation of the interface."""
    found = []
    for route, pattern in leaves(get_resolver().url_patterns):
        operations = operations_of(pattern)
        found += [f"{method} {route}" for method in operations] if operations else [route]
    return sorted(found)


def operations_of(pattern: URLPattern) -> list[str]:
    """The methods of an operation of django-ninja (its view closes over them); nothing for a page."""
    cells = [cell.cell_contents for cell in getattr(pattern.callback, "__closure__", None) or ()]
    views = [content for content in cells if isinstance(content, PathView)]
    return sorted({method for view in views for operation in view.operations for method in operation.methods})


def missing(found: list[str], entries: dict[str, Any]) -> list[str]:
    """Routes without an entry."""
    known = {*entries, *(entry.split(" ", 1)[1] for entry in entries)}
    return [route for route in found if route not in known]


def gone(found: list[str], entries: dict[str, Any]) -> list[str]:
    """Entries without a route."""
    known = {*found, *(route.split(" ", 1)[-1] for route in found)}
    return [entry for entry in entries if entry.split(" ", 1)[1] not in known]


def filled(route: str) -> str:
    """An address with arguments that name nothing."""
    return ARGUMENT.sub(lambda found: SAMPLES.get(found[1] or found[2] or "", "none"), route)


def is_shut(status: int, location: str) -> bool:
    """Refused, or sent to the log-in."""
    return status in (401, 403) or location.startswith(SIGN_IN)
