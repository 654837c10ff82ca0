"""What is wrong with a measure file before it decides anything: form, names, units, dates, clauses, dead leaves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Any

from zhirong.base import refused
from zhirong.base.refused import Refused
from zhirong.policy.engine import exact, kinds, measure, shape, tree
from zhirong.policy.engine.facts import Vocabulary
from zhirong.policy.engine.kinds import Scope
from zhirong.policy.engine.measure import Measure, Version, holds, leaves
from zhirong.policy.engine.shape import Finding


def findings(raw: Any, known: Vocabulary) -> list[Finding]:
    """Every finding as (place, what), in the order of the file; none for a file that may be used."""
    if found := shape.findings(raw):
        return found
    try:
        made = measure.measure(raw)
    except Refused as no:
        return [("measure", refused.sentence(no, "en"))]
    scope = Scope(
        {name: kinds.of_fact(fact) for name, fact in known.facts.items()},
        {name: kinds.of_parameter(entry) for name, entry in raw["parameters"].items()},
    )
    return [
        *twice(raw),
        *clauses(raw, made),
        *parameters(raw, made),
        *periods(made),
        *(found for version in made.versions for found in of_version(version, scope, known)),
        *materials(made, scope),
        *rules(made, scope),
        *windows(made),
    ]


def twice(raw: Mapping[str, Any]) -> Iterator[Finding]:
    """Ids that stand twice where each must be one."""
    places: list[tuple[str, list[Any]]] = [
        (name, [row["id"] for row in raw[name]]) for name in ("sources", "clauses", "versions", "materials")
    ]
    places.append(("tests", [row["name"] for row in raw.get("tests") or []]))
    for version in raw["versions"]:
        amount = version.get("amount") or {}
        place = f"versions[{version['id']}]"
        places.append((f"{place}.eligibility", [leaf.id for leaf in leaves(measure.condition(version["eligibility"]))]))
        places += [(f"{place}.{name}", [row["id"] for row in amount.get(name) or []]) for name in ("lines", "ceilings")]
    for place, ids in places:
        yield from ((place, f"“{one}” stands twice") for one, count in Counter(ids).items() if count > 1)


def cited(raw: Mapping[str, Any], made: Measure) -> Iterator[tuple[str, str]]:
    """Every place that names a clause."""
    for version in made.versions:
        for leaf in leaves(version.eligibility):
            yield f"versions[{version.id}].{leaf.id}", leaf.clause
        yield from ((f"versions[{version.id}].{line.id}", line.clause) for line in version.lines or ())
        yield from ((f"versions[{version.id}].{limit.id}", limit.clause) for limit in version.ceilings)
    for name, rows in made.parameters.items():
        yield from ((f"parameters.{name}", row.clause) for row in rows)
    yield from (("cumulation", rule.clause) for rule in made.cumulation)
    yield from (("windows", window.clause) for window in made.windows)
    yield "budget", raw["budget"]["clause"]


def clauses(raw: Mapping[str, Any], made: Measure) -> Iterator[Finding]:
    """Each place rests on a clause, each clause on a source; a quotation has the length of its span."""
    sources = {row["id"] for row in raw["sources"]}
    for place, clause in cited(raw, made):
        if clause not in made.clauses:
            yield place, f"names no clause: “{clause}”"
    for one in made.clauses.values():
        if one.source not in sources:
            yield f"clauses[{one.id}]", f"has no source: “{one.source}”"
        if (one.quote is None) != (one.span is None):
            yield f"clauses[{one.id}]", "a quotation and its span go together"
        if one.quote is not None and one.span and one.span[1] - one.span[0] != len(one.quote):
            yield f"clauses[{one.id}]", f"the span is not as long as the quotation ({len(one.quote)})"


def parameters(raw: Mapping[str, Any], made: Measure) -> Iterator[Finding]:
    """Each is used; its rows do not overlap, hold a value, and cover the versions that use them."""
    used = {name for version in made.versions for _, text in measure.expressions(version) for name in text.parameters}
    used |= {name for rule in made.cumulation if rule.limit for name in rule.limit.parameters}
    for name, rows in made.parameters.items():
        place = f"parameters.{name}"
        if name not in used:
            yield place, "is used nowhere"
        if any(row.value is None for row in rows) and not made.is_draft:
            yield place, "has no value; only a draft may leave it open"
        yield from overlaps(place, [(row.since, row.until, row.known_from) for row in rows])
    for version in made.versions:
        asked = {name for _, text in measure.expressions(version) for name in text.parameters}
        for name in sorted(asked & made.parameters.keys()):
            if gap := first_gap(made, name, version):
                yield f"parameters.{name}", f"has no value on {gap} though version {version.id} uses it"


def first_gap(made: Measure, name: str, version: Version) -> date | None:
    """The first day of a version on which one of its parameters has no row."""
    day = version.since
    for row in sorted(made.parameters[name], key=lambda one: one.since):
        if not holds(row.since, row.until, day):
            continue
        if row.until is None or (version.until is not None and row.until >= version.until):
            return None
        day = date.fromordinal(row.until.toordinal() + 1)
    return day


Period = tuple[date, date | None, date]


def overlaps(place: str, periods: Iterable[Period]) -> Iterator[Finding]:
    """Two periods of the same knowledge that share a day, and one that ends before it begins."""
    ordered = sorted(periods, key=lambda one: (one[2], one[0]))
    for since, until, _ in ordered:
        if until is not None and until < since:
            yield place, f"ends on {until}, before it begins on {since}"
    for (_, until, known), (since, _, later) in pairwise(ordered):
        if known == later and (until is None or since <= until):
            yield place, f"two periods hold on {since}"


def periods(made: Measure) -> Iterator[Finding]:
    """At most one version holds on a day."""
    for basis in sorted({version.basis for version in made.versions}):
        spans = [(one.since, one.until, one.known_from) for one in made.versions if one.basis == basis]
        yield from overlaps("versions", spans)


def of_version(version: Version, scope: Scope, known: Vocabulary) -> Iterator[Finding]:
    """Names, kinds, units; leaves that decide nothing."""
    place = f"versions[{version.id}]"
    if version.basis and (version.basis not in known.facts or known.facts[version.basis].kind != "date"):
        yield place, f"“{version.basis}” is no fact with a date"
    for where, text in measure.expressions(version):
        is_condition = where.startswith("leaf ") or where.endswith(" when")
        yield from of_expression(f"{place} {where}", text, scope, is_condition=is_condition)
    for limit in version.ceilings:
        fact = known.facts.get(limit.used or "")
        if limit.used and (fact is None or fact.kind != "number" or fact.unit != "CNY"):
            yield f"{place} ceiling {limit.id}", f"“{limit.used}” is no fact of money"
    yield from dead_leaves(place, version)


def of_expression(place: str, text: exact.Expression, scope: Scope, *, is_condition: bool) -> Iterator[Finding]:
    """A condition is true or false; an amount is money."""
    try:
        kind = kinds.kind_of(text.node, scope)
    except Refused as no:
        yield place, refused.sentence(no, "en")
        return
    if is_condition and kind.name != "bool":
        yield place, f"is no condition but a {kind.name}"
    if not is_condition and (kind.name != "number" or kind.unit not in (None, (("CNY", 1),))):
        yield place, f"is no amount of money but a {kind.name} in {kinds.unit_text(kind.unit)}"


def dead_leaves(place: str, version: Version) -> Iterator[Finding]:
    """A leaf that asks for no fact, or says what another of the same version says."""
    seen: dict[str, str] = {}
    for leaf in leaves(version.eligibility):
        if not leaf.rule.facts:
            yield f"{place} leaf {leaf.id}", "is dead: it asks for no fact"
        text = " ".join(leaf.rule.text.split())
        if text in seen:
            yield f"{place} leaf {leaf.id}", f"is dead: it says what {seen[text]} says"
        seen.setdefault(text, leaf.id)
    for one in tree_any(version):
        yield f"{place} leaf {one}", "is dead: it can be only true"


def tree_any(version: Version) -> Iterator[str]:
    """Leaves that compare something with itself."""
    for leaf in leaves(version.eligibility):
        node = leaf.rule.node
        if isinstance(node, tree.Compare) and len(node.parts) == 2 and same_text(leaf.rule.text, node):
            yield leaf.id


def same_text(text: str, node: tree.Compare) -> bool:
    """Whether both sides of one sign are written alike."""
    left, right = text[: node.places[0]].strip(), text[node.places[0] + len(node.signs[0]) :].strip()
    return left == right and node.signs[0] in ("==", "<=", ">=")


def materials(made: Measure, scope: Scope) -> Iterator[Finding]:
    """They prove leaves that there are."""
    ids = {leaf.id for version in made.versions for leaf in leaves(version.eligibility)}
    for one in made.materials:
        place = f"materials[{one.id}]"
        yield from ((place, f"proves no leaf: “{leaf}”") for leaf in one.proves if leaf not in ids)
        if one.when:
            yield from of_expression(place, one.when, scope, is_condition=True)


def rules(made: Measure, scope: Scope) -> Iterator[Finding]:
    """A joint ceiling has its limit, the others none; partners are named by id: or tag:."""
    for rule in made.cumulation:
        if (rule.rule == "joint_cap") != (rule.limit is not None):
            yield "cumulation", f"{rule.rule}: a limit belongs to joint_cap, and to it alone"
        if rule.limit:
            yield from of_expression("cumulation", rule.limit, scope, is_condition=False)
            if rule.limit.facts:
                yield "cumulation", "the limit of a joint ceiling may use parameters only"
        for other in rule.others:
            if not other.startswith(("id:", "tag:")):
                yield "cumulation", f"“{other}” begins with neither id: nor tag:"


def windows(made: Measure) -> Iterator[Finding]:
    """Each closes after it opens."""
    for one in made.windows:
        if one.closes <= one.opens:
            yield "windows", f"closes at {one.closes.isoformat()}, not after it opens"
