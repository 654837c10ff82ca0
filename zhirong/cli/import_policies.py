"""`zr import policies DIR|FILE…`: measures as YAML files, shown with what their check finds, then kept as drafts.

What passes waits for a second person at once; what does not is a draft, with its findings named. Nothing is in force
by an import, and what rules already is left out.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from zhirong.base.refused import Refused
from zhirong.cli import house
from zhirong.people import access
from zhirong.people.models import Person
from zhirong.policy import gate, kept
from zhirong.policy.actions import measures
from zhirong.policy.engine import lint, measure, source
from zhirong.policy.reading import FORMATS, Base

FINE, FAULTY = 0, 1


def bring(who: Person, asked: argparse.Namespace) -> int:
    """0 all is well, 1 a file is none or has findings. Refused: who may not."""
    access.require(who, "policy.draft_measure")
    base = kept.base()
    codes = [one(who, path, base, commits=asked.commit) for path in paths(asked.files[1:])]
    if not asked.commit:
        print("  add --commit to keep them as drafts")
    return max(codes, default=FAULTY)


def paths(names: list[str]) -> Iterator[Path]:
    """The files named, of a folder its YAML files."""
    for name in names:
        path = Path(name)
        yield from sorted(path.glob("*.yaml")) if path.is_dir() else [path]


def one(who: Person, path: Path, base: Base, *, commits: bool) -> int:
    """One file: what it is, what its check finds, what became of it."""
    try:
        text = measures.whole(path.read_text("utf-8"))
        form = form_of(text)
        if form in FORMATS and form != gate.FORMAT:
            print(f"{path}: {form}, left out: it is no measure")
            return FINE
        raw = gate.read(text)
    except (Refused, UnicodeDecodeError) as no:
        print(f"{path}: {house.said(no) if isinstance(no, Refused) else 'is no UTF-8'}")
        return FAULTY
    ruling = base.measures.get(raw["id"])
    if ruling and not lint.findings(raw, base.vocabulary) and measure.measure(raw).sha256 == ruling.sha256:
        print(f"{path}: {raw['id']}, rules already")
        return FINE
    looked = gate.look(raw, base.vocabulary)
    tried = f"{len(looked.cases)} cases, {len(looked.mutants)} mutants"
    print(f"{path}: {raw['id']}, {tried}, {gate.first_problem(looked).get(house.language(), 'passed')}")
    if commits:
        keep(who, text, is_passed=looked.is_passed)
    return FINE if looked.is_passed else FAULTY


def form_of(text: str) -> str:
    raw = source.parse(text)
    return str(raw.get("format", "")) if isinstance(raw, dict) else ""


def keep(who: Person, text: str, *, is_passed: bool) -> None:
    """A draft, for which a second person is asked where nothing stands against it."""
    made = measures.draft_measure(who, text)
    if is_passed:
        made = measures.ask_approval(who, made.pk)
    print(f"  kept: text {made.pk}, {made.state}; a second person approves it before it rules")
