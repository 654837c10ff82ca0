"""No name in a query is passed over: a misspelt filter would answer with everything."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest

from zhirong.api import problems
from zhirong.base.refused import Refused

Run = Callable[..., Any]


def query_names(operation: Any) -> frozenset[str]:
    """The names that an operation reads from its query."""
    asked = [model for model in operation.models if getattr(model, "__ninja_param_source__", "") == "query"]
    return frozenset(name for model in asked for name in model.__ninja_flatten_map__)


def only_known_names(run: Run) -> Run:
    """`run` of an operation, refusing (422) what its description does not name; ninja itself drops such names."""
    known = query_names(run.__self__)  # type: ignore[attr-defined]

    @wraps(run)
    def asked(request: HttpRequest, **path: Any) -> Any:
        unknown = sorted(set(request.GET) - known)
        if unknown:
            faults = "; ".join(f"query.{name[:40]}: not a name that this address reads" for name in unknown[:5])
            return problems.problem(request, Refused("api.not_valid", faults=faults))
        return run(request, **path)

    return asked
