"""Checks between the code and its catalogues: refusals, events, verbs."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from tests.house.source import ROOT, File, calls, chain, literal, strings

OF_TELL = {"who", "public", "to"}


def catalogue(name: str) -> dict[str, dict[str, Any]]:
    """All entries of zhirong/*/<name>.yaml; a key stands once."""
    entries: dict[str, dict[str, Any]] = {}
    for path in sorted(ROOT.glob(f"zhirong/*/{name}.yaml")):
        for key, entry in (yaml.safe_load(path.read_text("utf-8")) or {}).items():
            assert key not in entries, f"{key} stands twice, again in {path.relative_to(ROOT)}"
            entries[key] = entry or {}
    return entries


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def bare_texts(entries: dict[str, dict[str, Any]], *needed: str) -> list[str]:
    return [f"{key}: no {name}" for key, entry in entries.items() for name in needed if entry.get(name) is None]


def uneven_texts(entries: dict[str, dict[str, Any]]) -> list[str]:
    """Both languages tell the same facts."""
    return [
        f"{code}: zh tells {sorted(zh)}, en tells {sorted(en)}"
        for code, entry in entries.items()
        if (zh := placeholders(str(entry.get("zh", "")))) != (en := placeholders(str(entry.get("en", ""))))
    ]


def lawless() -> dict[str, list[str]]:
    """The closed list of refusals that rest on no law, by why."""
    listed: dict[str, list[str]] = yaml.safe_load(Path(__file__).with_name("lawless.yaml").read_text("utf-8"))
    return listed


def unlisted_blanks(entries: dict[str, dict[str, Any]], listed: dict[str, list[str]]) -> list[str]:
    """A refusal without a rule stands on the closed list, once; what stands there cites none."""
    allowed = [code for codes in listed.values() for code in codes]
    blank = {code for code, entry in entries.items() if entry.get("rule") == ""}
    return [
        *(f"{code}: no rule, and not listed as resting on none" for code in sorted(blank - set(allowed))),
        *(f"{code}: listed as resting on no law, but no such blank refusal" for code in sorted(set(allowed) - blank)),
        *(f"{code}: listed twice" for code in sorted({code for code in allowed if allowed.count(code) > 1})),
    ]


def unspoken_refusals(files: Iterable[File], entries: dict[str, dict[str, Any]]) -> list[str]:
    """A code that is raised stands in the catalogue, and what its sentence tells is given."""
    wrong = []
    for file in files:
        for call in calls(file):
            if chain(call.func)[-1] != "Refused" or not call.args or (code := literal(call.args[0])) is None:
                continue
            if code not in entries:
                wrong.append(f"{file.at(call)}: {code} is not in refusals.yaml")
                continue
            given = {keyword.arg for keyword in call.keywords}
            lacking = placeholders(str(entries[code].get("zh", ""))) - given
            if lacking and None not in given:
                wrong.append(f"{file.at(call)}: {code} needs {sorted(lacking)}")
    return wrong


def unused(files: Iterable[File], entries: dict[str, dict[str, Any]]) -> list[str]:
    """Catalogue keys that no code names."""
    said = set().union(*(strings(file) for file in files))
    return sorted(set(entries) - said)


def told(call: ast.Call) -> tuple[str, set[str | None]] | None:
    """The kind and the names of the facts of `record.tell(...)` or `Deed(kind=...)`."""
    name = chain(call.func)[-1]
    if name == "tell" and call.args and (kind := literal(call.args[0])) and "." in kind:
        return kind, {keyword.arg for keyword in call.keywords} - OF_TELL
    if name == "Deed":
        by_name = {keyword.arg: keyword.value for keyword in call.keywords}
        kind_node = by_name.get("kind") or (call.args[0] if call.args else None)
        facts = by_name.get("facts")
        if (kind := literal(kind_node)) is None:
            return None
        if isinstance(facts, ast.Dict):
            return kind, {literal(key) if key else None for key in facts.keys}
        return kind, {None}
    return None


def undeclared_events(files: Iterable[File], entries: dict[str, dict[str, Any]]) -> list[str]:
    """A deed that is told is declared, with the very facts it tells."""
    wrong = []
    for file in files:
        for call in calls(file):
            if (deed := told(call)) is None:
                continue
            kind, facts = deed
            if kind not in entries:
                wrong.append(f"{file.at(call)}: {kind} is not in events.yaml")
                continue
            if extra := {str(fact) for fact in facts if fact} - set(entries[kind].get("facts") or {}):
                wrong.append(f"{file.at(call)}: {kind} does not declare {sorted(extra)}")
    return wrong


def undeclared_verbs(files: Iterable[File], entries: dict[str, dict[str, Any]]) -> list[str]:
    """`access.require(who, "verb", thing)` and `access.may(...)` name declared verbs."""
    wrong = []
    for file in files:
        for call in calls(file):
            if chain(call.func)[-2:] not in (["access", "require"], ["access", "may"]) or len(call.args) < 2:
                continue
            verb = literal(call.args[1])
            if verb is not None and verb not in entries:
                wrong.append(f"{file.at(call)}: {verb} is not in access.yaml")
    return wrong
