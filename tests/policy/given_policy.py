"""Builders: a small measure that is right, facts at random around what the cases look at."""

from __future__ import annotations

import copy
import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from zhirong.policy import reading
from zhirong.policy.engine import facts, measure
from zhirong.policy.engine.facts import Fact, Vocabulary
from zhirong.policy.engine.measure import Measure

DAY = date(2022, 6, 1)
FACTS: dict[str, Any] = {
    "staff": {"type": "number", "unit": "person", "zh": "职工总数", "en": "staff", "source": "tax"},
    "sales": {"type": "number", "unit": "CNY", "zh": "销售收入", "en": "sales", "source": "audit"},
    "received": {"type": "number", "unit": "CNY", "zh": "已获支持", "en": "received", "source": "office", "least": 0},
    "is_local": {"type": "bool", "zh": "本地企业", "en": "local enterprise", "source": "registry"},
    "founded_on": {"type": "date", "zh": "成立日期", "en": "founded on", "source": "registry"},
    "settled_on": {"type": "date", "zh": "结清日期", "en": "settled on", "source": "bank"},
    "form": {"type": "text", "values": ["own", "rent"], "zh": "形式", "en": "form", "source": "self"},
    "kinds": {"type": "texts", "values": ["patent", "trademark"], "zh": "种类", "en": "kinds", "source": "self"},
    "loans": {
        "type": "records",
        "zh": "贷款",
        "en": "loans",
        "source": "bank",
        "fields": {
            "amount": {"type": "number", "unit": "CNY", "zh": "金额", "en": "amount"},
            "paid_on": {"type": "date"},
            "is_new": {"type": "bool"},
        },
    },
}
CLASHES = [{"id": "new", "if": "founded_on > settled_on", "zh": "结清早于成立", "en": "settled before it was founded"}]


def known() -> Vocabulary:
    return facts.vocabulary({"facts": FACTS, "contradictions": CLASHES})


def raw(**changed: Any) -> dict[str, Any]:
    """A measure file; `changed` replaces its parts."""
    names = {"zh": "名", "en": "name"}
    whole: dict[str, Any] = {
        "format": "policy-measure/1",
        "id": "x-one",
        "title": names,
        "kind": "payment",
        "unit": "CNY",
        "jurisdiction": {"level": "city", "code": "440300", "name": names},
        "issuer": names,
        "document": {"title": names, "number": None, "issued": None, "certainty": "stated"},
        "sources": [{"id": "s", "url": "about:blank", "official": False, "dated": None, "locator": "all"}],
        "clauses": [{"id": "c", "source": "s", "certainty": "stated", "says": names}],
        "parameters": {
            "rate": {
                "unit": "/1",
                "values": [{"from": date(2022, 1, 1), "to": None, "value": Fraction(1, 2), "clause": "c"}],
            }
        },
        "versions": [a_version()],
        "cumulation": [],
        "tags": [],
        "budget": {"allocation": "unspecified", "years": [], "clause": "c"},
        "materials": [],
        "windows": [],
    }
    return copy.deepcopy({**whole, **changed})


def a_version(**changed: Any) -> dict[str, Any]:
    line = {"id": "half", "clause": "c", "expr": "p.rate * sales"}
    ceiling = {"id": "cap", "clause": "c", "scope": "enterprise_year", "limit": "1000", "used": "received"}
    whole: dict[str, Any] = {
        "id": "2022",
        "from": date(2022, 1, 1),
        "to": date(2022, 12, 31),
        "certainty": "stated",
        "eligibility": {"all": [a_leaf("local", "is_local"), a_leaf("small", "staff <= 10", fixable="time")]},
        "amount": {"lines": [line], "ceilings": [ceiling]},
    }
    return {**whole, **changed}


def a_leaf(name: str, rule: str, *, fixable: str = "action") -> dict[str, Any]:
    return {"id": name, "clause": "c", "fixable": fixable, "if": rule}


def of(rule: str) -> Measure:
    """A measure with one condition and no amount."""
    version = {name: part for name, part in a_version(eligibility=a_leaf("one", rule)).items() if name != "amount"}
    return measure.measure(raw(versions=[version], parameters={}))


def settled(**given: Any) -> dict[str, Any]:
    return facts.settled(given, known())


def pools(base: reading.Base) -> dict[str, list[Any]]:
    """The values that the cases of all measures give each fact."""
    found: dict[str, list[Any]] = {}
    for one in base.measures.values():
        for given in (
            one.raw.get("test_base") or {},
            *(case.get("facts") or {} for case in one.raw.get("tests") or []),
        ):
            for name, value in given.items():
                found.setdefault(name, []).append(value)
    return found


def rows(base: reading.Base, count: int, *, seed: int) -> list[dict[str, Any]]:
    """Facts at random: values of the cases, a little off them, or unknown; contradictions are allowed here."""
    r = random.Random(seed)
    plain = Vocabulary(base.vocabulary.facts)
    seen = pools(base)
    found = []
    for _ in range(count):
        lacking = r.choice([0.0, 0.05, 0.4])
        given = {
            name: near(r, fact, r.choice(seen[name]))
            for name, fact in plain.facts.items()
            if name in seen and r.random() >= lacking
        }
        found.append(facts.settled(given, plain))
    return found


def near(r: random.Random, fact: Fact, value: Any) -> Any:
    """A value, or one beside it."""
    if fact.kind == "bool":
        return value if r.random() < 0.7 else not value
    if fact.kind == "number":
        moved = value if r.random() < 0.6 else value + r.choice([-1, 1, Fraction(1, 100), Fraction(-1, 10**6)])
        moved = max(moved, fact.least) if fact.least is not None else moved
        return min(moved, fact.most) if fact.most is not None else moved
    if fact.kind == "date":
        return value + timedelta(days=r.choice([-1, 0, 0, 1]))
    if fact.kind == "records":
        return [record(r, fact, one) for one in value if r.random() < 0.9]
    return value


def record(r: random.Random, fact: Fact, one: Mapping[str, Any]) -> dict[str, Any]:
    return {name: near(r, fact.fields[name], value) for name, value in one.items() if r.random() < 0.95}


def base_of(folder: Sequence[Any]) -> reading.Base:
    """Measures of folders, ready."""
    found, problems = reading.read(folder)
    assert problems == []
    return reading.Base({name: measure.measure(one) for name, one in found.measures.items()}, found.vocabulary())
