"""Consultation over a base of measures: the lexicon from its files, the index kept, a question answered."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from zhirong.base import yaml_text
from zhirong.policy import model_answers
from zhirong.policy.engine import facts
from zhirong.policy.engine.consult import answering, corpus, lexicon
from zhirong.policy.engine.consult.corpus import Corpus
from zhirong.policy.engine.consult.lexicon import Lexicon
from zhirong.policy.engine.consult.reply import Paragraph, Reply
from zhirong.policy.engine.facts import Fact
from zhirong.policy.model_answers import Endpoint
from zhirong.policy.reading import Base

WORDS = Path(__file__).with_name("consult")
# The last indexes made: one is enough in a house, a few in tests.
MOST_KEPT = 4
_kept: list[tuple[Base, tuple[Paragraph, ...], Corpus]] = []


@cache
def own_lexicon() -> Lexicon:
    """The words of the trade as the house keeps them."""
    files: list[Mapping[str, Any]] = []
    for path in sorted(WORDS.glob("*.yaml")):
        found = yaml_text.parse(path.read_text("utf-8"))
        if found["format"] == "policy-lexicon/1":
            files.append(found)
    with (WORDS / "places.csv").open(encoding="utf-8", newline="") as rows:
        return lexicon.lexicon(files, csv.DictReader(rows))


@cache
def sentences() -> Mapping[str, Any]:
    """What is said around clauses, in both languages."""
    found: Mapping[str, Any] = yaml_text.parse((WORDS / "sentences.yaml").read_text("utf-8"))
    return found


def corpus_of(base: Base, paragraphs: Sequence[Paragraph] = ()) -> Corpus:
    """The index over a base, made once for each base and its paragraphs."""
    told = tuple(paragraphs)
    for known, behind, made in _kept:
        if known is base and behind == told:
            return made
    made = corpus.corpus(base.measures.values(), base.vocabulary, own_lexicon(), paragraphs=told)
    _kept.insert(0, (base, told, made))
    del _kept[MOST_KEPT:]
    return made


def day_asked(day: date) -> date:
    """A day within the centuries that rules may lie in."""
    return facts.day(Fact("day", "date"), day)


def consult(text: str, day: date, known: Corpus, *, endpoint: Endpoint | None = None) -> Reply:
    """The reply to a question. A model, where one is set up, words it anew; what it cannot prove is dropped.

    Refused: a question that is empty, too long, or tells a number with two readings.
    """
    reply = answering.answer(text, known, day)
    if endpoint is None or reply.refusal is not None:
        return reply
    return model_answers.worded(reply, known, endpoint)
