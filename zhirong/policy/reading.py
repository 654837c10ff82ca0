"""Folders of policy data: measures, the vocabulary of their facts, portfolio cases and questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from zhirong.base.refused import Refused
from zhirong.policy.engine import facts, measure, source
from zhirong.policy.engine.facts import Vocabulary
from zhirong.policy.engine.measure import Measure

OWN = Path(__file__).with_name("measures")
FORMATS = ("policy-measure/1", "policy-facts/1", "policy-portfolio/1", "policy-questions/1")


@dataclass
class Folder:
    """What was found in the folders named, as read; nothing is judged yet."""

    measures: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    contradictions: list[Any] = field(default_factory=list)
    portfolios: list[Mapping[str, Any]] = field(default_factory=list)
    questions: list[Mapping[str, Any]] = field(default_factory=list)
    # Of each measure as it stands in its file.
    texts: dict[str, str] = field(default_factory=dict)

    def vocabulary(self) -> Vocabulary:
        """The facts of all folders. Refused: an entry that is none."""
        return facts.vocabulary({"facts": self.facts, "contradictions": self.contradictions})


def read(folders: Sequence[Path]) -> tuple[Folder, list[tuple[str, Refused]]]:
    """Every `*.yaml` of the folders, and nothing else; a file that cannot be read stands among the problems."""
    found = Folder()
    problems = []
    for path in [path for folder in folders for path in sorted(folder.glob("*.yaml"))]:
        try:
            text = path.read_text("utf-8")
            put(found, source.parse(text), text=text)
        except UnicodeDecodeError:
            problems.append((str(path), Refused("policy.file_malformed", place="file", problem="is no UTF-8")))
        except Refused as no:
            problems.append((str(path), no))
    return found, problems


def put(found: Folder, raw: Any, *, text: str) -> None:
    """One file to the others of its format. Refused: another format, an id twice, a fact told in two ways."""
    form = raw.get("format") if isinstance(raw, Mapping) else None
    if form not in FORMATS:
        raise Refused("policy.file_malformed", place="format", problem=f"is none of {', '.join(FORMATS)}")
    if form == "policy-measure/1":
        name = str(raw.get("id"))
        if name in found.measures:
            raise Refused("policy.measure_twice", name=name)
        found.measures[name], found.texts[name] = raw, text
    elif form == "policy-facts/1":
        put_facts(found, raw)
    elif form == "policy-portfolio/1":
        found.portfolios.append(raw)
    else:
        found.questions.append(raw)


def put_facts(found: Folder, raw: Mapping[str, Any]) -> None:
    """A fact may stand in two folders if both say the same of it."""
    entries = raw.get("facts")
    if not isinstance(entries, Mapping):
        raise Refused("policy.file_malformed", place="facts", problem="is no mapping")
    for name, entry in entries.items():
        if found.facts.setdefault(name, entry) != entry:
            raise Refused("policy.measure_twice", name=name)
    found.contradictions += raw.get("contradictions") or []


@dataclass(frozen=True)
class Base:
    """Measures ready to decide, with the vocabulary of their facts."""

    measures: Mapping[str, Measure]
    vocabulary: Vocabulary
    # As they stand in the files of the house; of a text that was approved here its row tells.
    texts: Mapping[str, str] = field(default_factory=dict)


@cache
def own() -> Base:
    """The measures that come with the house. Refused: a file that does not fit its format."""
    found, problems = read([OWN])
    for _, no in problems:
        raise no
    return Base({name: measure.measure(raw) for name, raw in found.measures.items()}, found.vocabulary(), found.texts)
