"""The form of a measure file (`policy-measure/1`): which names stand where, and what kind of value each takes.

A name that the form does not know is a finding, and so is the null that an unquoted comma leaves in `{zh: a,b}`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from zhirong.policy.engine import values

Spec = dict[str, str]
# name -> kind; "name?" may be left out; "kind|null" may be nothing; "[kind]" a list, "{kind}" a mapping of names.
SPECS: dict[str, Spec] = {
    "measure": {
        "format": "=policy-measure/1",
        "id": "id",
        "title": "names",
        "kind": "=payment|fee|tax_base|recognition|permission",
        "unit?": "text",
        "status?": "=in_force|draft",
        "note?": "names",
        "jurisdiction": "jurisdiction",
        "issuer": "names",
        "document": "document",
        "sources": "[source]",
        "clauses": "[clause]",
        "parameters": "{parameter}",
        "versions": "[version]",
        "cumulation": "[rule]",
        "tags?": "[text]",
        "budget": "budget",
        "materials": "[material]",
        "windows": "[window]",
        "test_base?": "mapping",
        "tests?": "[test]",
    },
    "names": {"zh": "text", "en": "text"},
    "jurisdiction": {"level": "text", "code": "text", "name": "names"},
    "document": {"title": "names", "number": "text|null", "issued": "day|null", "certainty?": "certainty"},
    "source": {"id": "id", "url": "text", "official": "bool", "dated": "day|null", "locator": "text"},
    "clause": {
        "id": "id",
        "source": "id",
        "certainty": "certainty",
        "says": "names",
        "quote?": "text|null",
        "span?": "span|null",
    },
    "parameter": {"unit": "text", "values": "[row]"},
    "row": {"from": "day", "to": "day|null", "value": "value|null", "clause": "id", "known_from?": "day|null"},
    "version": {
        "id": "text",
        "from": "day",
        "to": "day|null",
        "certainty?": "certainty",
        "known_from?": "day|null",
        "date_basis?": "id",
        "eligibility": "condition",
        "amount?": "amount",
    },
    "leaf": {"id": "id", "clause": "id", "fixable": "=action|time|never", "if": "expression"},
    "amount": {"lines": "[line]", "ceilings?": "[ceiling]", "at_most?": "bool"},
    "line": {"id": "id", "clause": "id", "when?": "expression|null", "expr": "expression", "cap?": "expression|null"},
    "ceiling": {
        "id": "id",
        "clause": "id",
        "scope": "id",
        "limit": "expression",
        "used?": "id|null",
        "when?": "expression|null",
    },
    "rule": {
        "rule": "=exclusive|choose_best|deduct|joint_cap",
        "scope": "id",
        "with": "[text]",
        "clause": "id",
        "limit?": "expression",
    },
    "budget": {
        "allocation": "=first_come|pro_rata|ranking|total_control|none|unspecified",
        "years": "[budget_year]",
        "clause": "id",
    },
    "budget_year": {"year": "whole", "amount": "number|null"},
    "material": {"id": "id", "zh": "text", "en": "text", "proves": "[id]", "when?": "expression|null"},
    "window": {"from": "instant", "to": "instant", "clause": "id"},
    "test": {
        "name": "text",
        "date": "day",
        "as_known_on?": "day",
        "facts?": "mapping",
        "without?": "[id]",
        "have?": "[id]",
        "expect": "mapping",
    },
}
CERTAINTIES = ("stated", "reading", "assumed", "memory")
LONGEST_TEXT, LONGEST_EXPRESSION, MOST_ITEMS, DEEPEST_TREE = 4_000, 2_000, 2_000, 10
Finding = tuple[str, str]


def findings(raw: Any) -> list[Finding]:
    """Everything about a measure file that its form does not allow: (place, what)."""
    return list(of_kind(raw, "measure", "measure"))


def of_kind(value: Any, kind: str, place: str) -> Iterator[Finding]:
    """What is wrong with one value."""
    may_be_nothing = kind.endswith("|null")
    kind = kind.removesuffix("|null")
    if value is None:
        if not may_be_nothing:
            yield place, "is empty"
        return
    if kind.startswith("["):
        yield from of_list(value, kind[1:-1], place)
    elif kind.startswith("{"):
        yield from of_names(value, kind[1:-1], place)
    elif kind.startswith("="):
        if value not in kind[1:].split("|"):
            yield place, f"is none of {kind[1:]}"
    elif kind in SPECS:
        yield from of_spec(value, SPECS[kind], place)
    elif kind == "condition":
        yield from of_condition(value, place, depth=0)
    elif problem := of_plain(value, kind):
        yield place, problem


def of_list(value: Any, kind: str, place: str) -> Iterator[Finding]:
    if not isinstance(value, list):
        yield place, "is no list"
        return
    if len(value) > MOST_ITEMS:
        yield place, f"has more than {MOST_ITEMS} items"
        return
    for number, one in enumerate(value):
        name = one.get("id", number) if isinstance(one, Mapping) else number
        yield from of_kind(one, kind, f"{place}[{name}]")


def of_names(value: Any, kind: str, place: str) -> Iterator[Finding]:
    if not isinstance(value, Mapping):
        yield place, "is no mapping"
        return
    for name, one in value.items():
        yield from of_kind(one, kind, f"{place}.{name}")


def of_spec(value: Any, spec: Spec, place: str) -> Iterator[Finding]:
    if not isinstance(value, Mapping):
        yield place, "is no mapping"
        return
    known = {name.rstrip("?"): kind for name, kind in spec.items()}
    for name in spec:
        if not name.endswith("?") and name not in value:
            yield place, f"lacks {name}"
    for name, one in value.items():
        if name in known:
            yield from of_kind(one, known[name], f"{place}.{name}")
        elif one is None:
            yield place, f"holds an empty name “{str(name)[:60]}” (a comma in a text without quotes?)"
        else:
            yield place, f"does not know the name “{str(name)[:60]}”"


def of_condition(value: Any, place: str, *, depth: int) -> Iterator[Finding]:
    """A tree of `all` and `any`."""
    if depth > DEEPEST_TREE:
        yield place, f"nests deeper than {DEEPEST_TREE}"
        return
    if not isinstance(value, Mapping):
        yield place, "is no condition"
        return
    words = [word for word in ("all", "any") if word in value]
    if not words:
        yield from of_spec(value, SPECS["leaf"], f"{place}[{value.get('id', '?')}]")
        return
    if len(value) != 1 or not isinstance(value[words[0]], list) or not value[words[0]]:
        yield place, f"“{words[0]}” stands alone and holds a list"
        return
    for part in value[words[0]]:
        yield from of_condition(part, f"{place}.{words[0]}", depth=depth + 1)


def of_plain(value: Any, kind: str) -> str:
    """What is wrong with a value without parts; empty if nothing."""
    checks = {
        "text": isinstance(value, str) and len(value) <= LONGEST_TEXT,
        "id": isinstance(value, str) and 0 < len(value) <= 100 and value.strip() == value,
        "expression": isinstance(value, str) and len(value) <= LONGEST_EXPRESSION,
        "bool": isinstance(value, bool),
        "day": isinstance(value, date) and not isinstance(value, datetime),
        "whole": isinstance(value, int) and not isinstance(value, bool),
        "number": values.is_number(value),
        "value": is_value(value),
        "certainty": value in CERTAINTIES if isinstance(value, str) else False,
        "mapping": isinstance(value, Mapping),
        "instant": is_instant(value),
        "span": is_span(value),
    }
    return "" if checks[kind] else f"is no {kind}"


def is_value(value: Any) -> bool:
    """A number, a text, or a table of rows of two."""
    if isinstance(value, list):
        return all(isinstance(row, list) and len(row) == 2 and values.is_number(row[1]) for row in value)
    return values.is_number(value) or isinstance(value, str | date)


def is_instant(value: Any) -> bool:
    """ISO 8601 with its offset."""
    if not isinstance(value, str):
        return False
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def is_span(value: Any) -> bool:
    """Two character offsets, the second behind the first."""
    is_pair = isinstance(value, list) and len(value) == 2 and all(type(one) is int for one in value)
    return is_pair and 0 <= value[0] < value[1]
