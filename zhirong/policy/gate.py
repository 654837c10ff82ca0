"""What a text must pass before a second person is asked: its form, its cases, and that these notice slips."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zhirong.base import refused
from zhirong.base.refused import Refused
from zhirong.policy import finding_words
from zhirong.policy.engine import cases, lint, measure, mutate, source
from zhirong.policy.engine.facts import Vocabulary
from zhirong.policy.engine.measure import Measure

FORMAT = "policy-measure/1"


@dataclass(frozen=True)
class Case:
    """A worked case and what differs from what it expects; nothing: it passes."""

    name: str
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Gate:
    """What lint, cases and mutants said of one text. Mutants are only made of a text that passes the other two."""

    lint: tuple[tuple[str, str], ...]
    cases: tuple[Case, ...] = ()
    mutants: tuple[mutate.Mutant, ...] = ()
    is_draft: bool = False

    @property
    def failing_cases(self) -> tuple[Case, ...]:
        return tuple(one for one in self.cases if one.problems)

    @property
    def survivors(self) -> tuple[str, ...]:
        return tuple(one.what for one in self.mutants if not one.is_killed)

    @property
    def is_passed(self) -> bool:
        """No finding, at least one case, none failing, no survivor."""
        return bool(not self.lint and self.cases and not self.failing_cases and not self.survivors)

    def plain(self) -> dict[str, Any]:
        """For the record and the interface."""
        return {
            "passed": self.is_passed,
            "lint": [{"place": place, "problem": problem} for place, problem in self.lint],
            "cases": [{"name": one.name, "problems": list(one.problems)} for one in self.cases],
            "mutants": len(self.mutants),
            "survivors": list(self.survivors),
        }


def read(text: str) -> Mapping[str, Any]:
    """A text as a measure file, so far that it has a name and a title. Refused: it has not."""
    raw = source.parse(text)
    if not isinstance(raw, Mapping) or raw.get("format") != FORMAT:
        raise Refused("policy.file_malformed", place="format", problem=f"is not {FORMAT}")
    name, title = raw.get("id"), raw.get("title")
    if not isinstance(name, str) or not 0 < len(name) <= 100 or not all(one.isalnum() or one in "-_" for one in name):
        raise Refused("policy.file_malformed", place="id", problem="is no name of letters, digits and hyphens")
    if not isinstance(title, Mapping) or any(not isinstance(title.get(one), str) for one in ("zh", "en")):
        raise Refused("policy.file_malformed", place="title", problem="needs zh and en")
    return raw


def look(raw: Mapping[str, Any], known: Vocabulary, *, with_mutants: bool = True) -> Gate:
    """All that the gate finds; a draft decides nothing, so no case could notice a slip in it."""
    found = tuple(lint.findings(raw, known))
    try:
        made = measure.measure(raw)
    except Refused as no:
        return Gate(found or (("measure", refused.sentence(no, "en")),))
    told = Gate(found, tuple(worked(made, raw, known)), is_draft=made.is_draft)
    if found or told.failing_cases or made.is_draft or not with_mutants:
        return told
    return Gate((), told.cases, tuple(mutate.mutants(raw, known)), is_draft=False)


def worked(made: Measure, raw: Mapping[str, Any], known: Vocabulary) -> list[Case]:
    """Each case of the file, run."""
    return [
        Case(case["name"], tuple(cases.problems(made, case, known)))
        for case in raw.get("tests") or ()
    ]  # fmt: skip


def first_problem(gate: Gate) -> dict[str, str]:
    """What stands against asking for approval, the gravest first, in both languages; empty where nothing does."""
    if gate.lint:
        place, what = gate.lint[0]
        return {"zh": f"{place} {finding_words.chinese(what)}", "en": f"{place} {what}"}
    if not gate.cases:
        return {"zh": "没有案例", "en": "it has no case"}
    if gate.failing_cases:
        one = gate.failing_cases[0]
        zh = f"案例“{one.name}”{finding_words.chinese(one.problems[0])}"
        return {"zh": zh, "en": f"case “{one.name}”: {one.problems[0]}"}
    if gate.survivors:
        what = gate.survivors[0]
        return {"zh": f"案例没有察觉：{finding_words.chinese(what)}", "en": f"no case notices: {what}"}
    return {}
