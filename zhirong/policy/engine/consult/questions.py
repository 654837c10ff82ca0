"""Questions with known answers (`policy-questions/1`): what a reply to each of them is worth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from zhirong.base.refused import Refused
from zhirong.policy.engine.consult import answering
from zhirong.policy.engine.consult.corpus import Corpus
from zhirong.policy.engine.consult.reply import Reply


@dataclass(frozen=True)
class Asked:
    """A question with the clauses that support an answer; none: nothing does."""

    id: str
    day: date
    text: str
    right: frozenset[tuple[str, str]]


def questions(raw: Mapping[str, Any]) -> Iterator[Asked]:
    """The questions of a file as read. Refused: an entry that is none."""
    rows = raw.get("questions")
    if not isinstance(rows, list):
        raise malformed("questions", "is no list")
    for place, row in enumerate(rows):
        where = f"questions[{place}]"
        day = day_of(row) if isinstance(row, Mapping) else None
        if day is None or not isinstance(row.get("q"), str):
            raise malformed(where, "needs id, date, q, answer")
        yield Asked(str(row.get("id", place)), day, row["q"], frozenset(right(row.get("answer"), where)))


def day_of(row: Mapping[str, Any]) -> date | None:
    """The day of a question, a date or the same in quotes; None: it has none."""
    said = row.get("date")
    if isinstance(said, str):
        with suppress(ValueError):
            return date.fromisoformat(said)
    return said if isinstance(said, date) else None


def right(answer: Any, where: str) -> Iterator[tuple[str, str]]:
    """The clauses that an answer lists."""
    for one in answer or ():
        if not isinstance(one, Mapping) or not isinstance(one.get("clauses"), list):
            raise malformed(where, "an answer needs measure and clauses")
        yield from ((str(one.get("measure")), str(clause)) for clause in one["clauses"])


def malformed(place: str, problem: str) -> Refused:
    return Refused("policy.file_malformed", place=place, problem=problem)


def problem(asked: Asked, corpus: Corpus) -> str:
    """What is wrong with the reply to a question; empty: nothing."""
    try:
        reply = answering.answer(asked.text, corpus, asked.day)
    except Refused as no:
        return "" if not asked.right else f"refused: {no.code}"
    if unsupported := bare_sentences(reply, corpus):
        return f"{unsupported} sentences without support"
    if not asked.right:
        return f"answered with {shown(reply)} where no clause answers" if reply.ranked else ""
    if asked.right & set(reply.ranked):
        return ""
    return f"answered with {shown(reply)}" if reply.ranked else f"not answered: {reply.refusal and reply.refusal.slot}"


def bare_sentences(reply: Reply, corpus: Corpus) -> int:
    """Sentences that name no clause of the corpus."""
    return sum(
        not one.clauses or any(name not in corpus.profiles[one.measure].made.clauses for name in one.clauses)
        for one in reply.sentences
    )


def shown(reply: Reply) -> str:
    return ", ".join(f"{measure} {clause}" for measure, clause in reply.ranked)
