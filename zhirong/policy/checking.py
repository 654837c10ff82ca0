"""What `zr policy check` finds: lint, worked cases, portfolio cases, questions, and what no case notices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zhirong.base import refused
from zhirong.base.refused import Refused
from zhirong.policy import consulting, reading
from zhirong.policy.engine import cases, lint, measure, mutate
from zhirong.policy.engine.consult import corpus, questions
from zhirong.policy.engine.consult.corpus import Corpus
from zhirong.policy.engine.facts import Vocabulary
from zhirong.policy.engine.measure import Measure


@dataclass(frozen=True)
class Checked:
    """One thing looked at: what, and what is wrong with it (nothing: it passed)."""

    what: str
    problems: tuple[str, ...]


def check(folders: Sequence[Path], *, with_mutants: bool) -> Iterator[Checked]:
    """Everything in the folders named, one after the other."""
    found, problems = reading.read(folders)
    for path, no in problems:
        yield Checked(f"file {path}", (refused.sentence(no, "en"),))
    for folder in folders:
        if not folder.is_dir():
            yield Checked(f"folder {folder}", ("is no folder",))
    if not found.measures:
        yield Checked("measures", ("none found",))
    try:
        known = found.vocabulary()
    except Refused as no:
        yield Checked("facts", (refused.sentence(no, "en"),))
        return
    made: dict[str, Measure] = {}
    for name, raw in sorted(found.measures.items()):
        yield from check_measure(name, raw, known, made=made)
        # A draft decides nothing, so no case could notice a slip in it.
        if with_mutants and name in made and not made[name].is_draft:
            yield from check_mutants(name, raw, known)
    for number, portfolio in enumerate(found.portfolios):
        yield from check_portfolio(number, portfolio, made)
    if found.questions and made:
        known_words = corpus.corpus(made.values(), known, consulting.own_lexicon())
        for number, asked in enumerate(found.questions):
            yield from check_questions(number, asked, known_words)


def check_measure(
    name: str, raw: Mapping[str, Any], known: Vocabulary, *, made: dict[str, Measure]
) -> Iterator[Checked]:
    """Its lint as one, then each of its cases."""
    wrong = lint.findings(raw, known)
    yield Checked(f"{name}: lint", tuple(f"{place} {what}" for place, what in wrong))
    try:
        made[name] = measure.measure(raw)
    except Refused:
        # The lint has said so.
        return
    if not raw.get("tests"):
        yield Checked(f"{name}: cases", ("has none",))
    for case in raw.get("tests") or ():
        yield Checked(f"{name}: {case['name']}", tuple(cases.problems(made[name], case, known)))


def check_mutants(name: str, raw: Mapping[str, Any], known: Vocabulary) -> Iterator[Checked]:
    """Each mutant that no case notices fails."""
    for mutant in mutate.mutants(raw, known):
        problems = () if mutant.is_killed else ("no case notices it",)
        yield Checked(f"{name}: mutant {mutant.what}", problems)


def check_portfolio(number: int, raw: Mapping[str, Any], made: Mapping[str, Measure]) -> Iterator[Checked]:
    """Each case of a portfolio file."""
    rows = raw.get("cases")
    if not isinstance(rows, list):
        yield Checked(f"portfolio {number + 1}", ("has no list of cases",))
        return
    for place, case in enumerate(rows):
        name = case.get("name", place) if isinstance(case, Mapping) else place
        yield Checked(f"portfolio: {name}", tuple(cases.portfolio_problems(case, made)))


def check_questions(number: int, raw: Mapping[str, Any], known: Corpus) -> Iterator[Checked]:
    """Each question of a file: its right clause among the first three, or no answer where no clause gives one."""
    try:
        for one in questions.questions(raw):
            wrong = questions.problem(one, known)
            yield Checked(f"question {one.id}: {one.text}", (wrong,) if wrong else ())
    except Refused as no:
        yield Checked(f"questions {number + 1}", (refused.sentence(no, "en"),))
