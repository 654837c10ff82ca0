"""A row written into the text of a measure: a parameter's value from a day on, and a case that looks at it.

The text stays as its author wrote it, with comments and line breaks; only the row before is ended the day before.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NoReturn

import yaml

from zhirong.base.refused import Refused
from zhirong.policy.engine import cases, measure, mutate, source, values
from zhirong.policy.engine.facts import Vocabulary
from zhirong.policy.engine.measure import holds


@dataclass(frozen=True, slots=True)
class Wanted:
    """Parameter `name` is `value` from `since` on, by a clause."""

    name: str
    since: date
    value: Any
    clause: str


def with_row(text: str, wanted: Wanted) -> str:
    """The text with the new row; of the row that held on that day the rest of its time goes to the new one.

    Refused: no such parameter, no row that holds on the day, a text whose form gives no place for it.
    """
    root = composed(text, wanted)
    rows = inside(root, "parameters", wanted.name, "values")
    if not isinstance(rows, yaml.SequenceNode):
        stop(wanted, "no such parameter")
    row = ruling(rows, wanted)
    since, until, value, clause = (inside(row, name) for name in ("from", "to", "value", "clause"))
    told = scalar(wanted.value)
    if since.value == wanted.since.isoformat():
        return checked(edited(text, [(span(value), told), (span(clause), wanted.clause)]), wanted)
    ends = text[slice(*span(until))].strip() or "null"
    made = f"{{from: {wanted.since}, to: {ends}, value: {told}, clause: {wanted.clause}}}"
    day_before = (wanted.since - timedelta(days=1)).isoformat()
    at = end_of(row)
    if rows.flow_style:
        new = (at, at), f", {made}"
    else:
        at = line_end(text, at)
        new = (at, at), f"\n{' ' * rows.start_mark.column}- {made}"
    return checked(edited(text, [(span(until), day_before), new]), wanted)


def composed(text: str, wanted: Wanted) -> Any:
    """The text's nodes with their places."""
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        stop(wanted, "no YAML")


def stop(wanted: Wanted, problem: str) -> NoReturn:
    raise Refused("policy.row_unwritable", name=wanted.name, since=wanted.since, problem=problem)


def inside(node: Any, *path: str) -> Any:
    """The node below by names; None where there is none."""
    for name in path:
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        node = next((value for key, value in pairs if key.value == name), None)
    return node


def ruling(rows: Any, wanted: Wanted) -> Any:
    """The row that holds on the day; of several the one known last."""
    found = []
    for row in rows.value:
        ends = [inside(row, name) for name in ("from", "to", "value", "clause")]
        if not all(isinstance(one, yaml.ScalarNode) for one in ends):
            continue
        since, until = (day_of(one.value) for one in ends[:2])
        if since and holds(since, until, wanted.since):
            known = inside(row, "known_from")
            found.append((day_of(known.value) if known is not None else None, row))
    if not found:
        stop(wanted, "no row holds on that day")
    return max(found, key=lambda one: one[0] or date.min)[1]


def day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def span(node: Any) -> tuple[int, int]:
    return node.start_mark.index, node.end_mark.index


def end_of(row: Any) -> int:
    """Behind the row: a mapping in braces knows its end, one on lines ends with its last value."""
    if row.flow_style:
        return int(row.end_mark.index)
    return max(int(value.end_mark.index) for _, value in row.value)


def line_end(text: str, at: int) -> int:
    found = text.find("\n", at)
    return len(text) if found < 0 else found


def edited(text: str, edits: list[tuple[tuple[int, int], str]]) -> str:
    """The edits from the last to the first, so that no place moves before its turn."""
    for (begins, ends), new in sorted(edits, reverse=True):
        glue = " " if begins == ends and begins and text[begins - 1] == ":" else ""
        text = text[:begins] + glue + new + text[ends:]
    return text


def scalar(value: Any) -> str:
    """A number as its decimals; only numbers are written so."""
    return str(values.written(value))


def checked(text: str, wanted: Wanted) -> str:
    """What was written says what was wanted, and no YAML trick of the place made it something else."""
    rows = source.parse(text)["parameters"][wanted.name]["values"]
    on = [row for row in rows if holds(row["from"], row["to"], wanted.since)]
    if not any(row["value"] == wanted.value and row["clause"] == wanted.clause for row in on):
        stop(wanted, "the row is not where it belongs")
    return text


def with_case(text: str, wanted: Wanted, known: Vocabulary) -> tuple[str, str]:
    """The text with a case that notices the new row, and the case's name; the same text and "" where none was found.

    A case of the file is taken to the new day; its amount is what the engine finds and is to be looked at by a person.
    """
    raw = source.parse(text)
    node = inside(composed(text, wanted), "tests")
    if not isinstance(node, yaml.SequenceNode) or node.flow_style:
        return text, ""
    for place, case in enumerate(raw.get("tests") or ()):
        moved = {**case, "date": wanted.since}
        told = noticed(raw, moved, wanted, known=known)
        row = node.value[place]
        if not told or not row.flow_style:
            continue
        name = free_name(raw, f"{wanted.name} from {wanted.since}")
        parts = [f"name: {json.dumps(name, ensure_ascii=False)}", f"date: {wanted.since}"]
        for key in ("facts", "without", "have"):
            if (part := inside(row, key)) is not None:
                parts.append(f"{key}: {text[slice(*span(part))]}")
        capped = f", capped_by: {told['capped_by']}" if told["capped_by"] else ""
        parts.append(f"expect: {{eligible: met, amount: '{told['amount']}'{capped}}}")
        at = line_end(text, end_of(node.value[-1]))
        new = f"\n{' ' * node.start_mark.column}- {{{', '.join(parts)}}}"
        return edited(text, [((at, at), new)]), name
    return text, ""


def free_name(raw: Mapping[str, Any], name: str) -> str:
    """A name that no case has."""
    taken = {row["name"] for row in raw.get("tests") or ()}
    number = 2
    free = name
    while free in taken:
        free, number = f"{name} ({number})", number + 1
    return free


def noticed(raw: Mapping[str, Any], case: Mapping[str, Any], wanted: Wanted, *, known: Vocabulary) -> dict[str, Any]:
    """What the engine finds for the case, where two per cent more of the value would show; else nothing."""
    rows = raw["parameters"][wanted.name]["values"]
    place = next(at for at, row in enumerate(rows) if row["from"] == wanted.since and row["value"] == wanted.value)
    path = ("parameters", wanted.name, "values", place, "value")
    try:
        was = told(raw, case, known)
        now = told(mutate.changed(raw, path, mutate.more(wanted.value)), case, known)
    except Refused:
        return {}
    return was if was.get("eligible") == "met" and was.get("amount") and was["amount"] != now.get("amount") else {}


def told(raw: Mapping[str, Any], case: Mapping[str, Any], known: Vocabulary) -> dict[str, Any]:
    """A case decided, in the words of the cases."""
    return cases.tellings(cases.decided(measure.measure(raw), case, known))
