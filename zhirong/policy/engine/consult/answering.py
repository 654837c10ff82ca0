"""A reply to a question: clauses with citations and what the engine computes, or a refusal that says why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from zhirong.policy.engine.consult import computing, finding, judging
from zhirong.policy.engine.consult import question as questions
from zhirong.policy.engine.consult.corpus import Corpus
from zhirong.policy.engine.consult.finding import Found
from zhirong.policy.engine.consult.lexicon import Lexicon
from zhirong.policy.engine.consult.question import Question
from zhirong.policy.engine.consult.reply import Computed, Near, Refusal, Reply, Sentence
from zhirong.policy.engine.measure import Measure

# From the surest to the least sure.
CERTAINTIES = ("stated", "reading", "memory", "assumed")


def answer(text: str, corpus: Corpus, day: date) -> Reply:
    """The reply to a question asked on a day. Refused: a question that is empty, too long, or tells no one number."""
    asked = questions.question(text, corpus.lexicon, day)
    found = finding.find(asked, corpus, day)
    slots = slots_of(asked, corpus.lexicon)
    if not found.ranked:
        return Reply(text, day, slots, refusal=refusal(asked, found, corpus=corpus))
    return Reply(
        text,
        day,
        slots,
        ranked=found.ranked,
        sentences=tuple(sentence(name, clause, corpus) for name, clause in found.ranked),
        computed=compute(asked, found, corpus=corpus, day=day),
        day_meant=day_meant(asked, found, corpus=corpus, day=day),
    )


def slots_of(asked: Question, lexicon: Lexicon) -> dict[str, tuple[str, ...]]:
    """What was understood, slot by slot; details that only help to find a clause are left out."""
    return {
        "place": asked.place_words,
        "date": tuple(f"{one.since}/{one.until}" for one in asked.spans),
        "object": tuple(name for name in asked.objects if not lexicon.concepts[name].generic),
        "benefit": asked.benefits,
        "intent": asked.intents,
        "number": tuple(one.text for one in asked.told),
    }


def sentence(name: str, clause: str, corpus: Corpus) -> Sentence:
    """A clause as a sentence of an answer."""
    said = corpus.profiles[name].made.clauses[clause]
    return Sentence(
        measure=name,
        clauses=(clause,),
        zh=said.zh,
        en=said.en,
        sources=(said.source,),
        certainty=said.certainty,
        paragraphs=corpus.behind.get((name, clause), ()),
    )


def day_meant(asked: Question, found: Found, *, corpus: Corpus, day: date) -> date:
    """The day whose rules were answered with."""
    version = judging.version_for(corpus.profiles[found.ranked[0][0]], asked, day)
    return judging.day_for(version, asked, day) if version else day


def compute(asked: Question, found: Found, *, corpus: Corpus, day: date) -> Computed | None:
    """The engine's answer for the measure that answers first."""
    one = corpus.profiles[found.ranked[0][0]]
    version = judging.version_for(one, asked, day)
    if version is None:
        return None
    return computing.computed(asked, one, version=version, day=judging.day_for(version, asked, day), corpus=corpus)


def least_certain(made: Measure, clauses: Sequence[str]) -> str:
    """The certainty of the least sure of some clauses."""
    found = [made.clauses[name].certainty for name in clauses if name in made.clauses]
    return max(found, key=CERTAINTIES.index, default="")


def refusal(asked: Question, found: Found, *, corpus: Corpus) -> Refusal:
    """Which slot failed, in what words it was asked, and what comes near without being about it."""
    zh, en = asked_words(asked, found, lexicon=corpus.lexicon)
    nearest = tuple(
        Near(name, slot, corpus.profiles[name].made.zh, corpus.profiles[name].made.en) for name, slot in found.near
    )
    return Refusal(found.slot, zh, en, nearest)


def asked_words(asked: Question, found: Found, *, lexicon: Lexicon) -> tuple[str, str]:
    """What was asked in the slot that failed, in both languages; empty where the whole question is the matter."""
    if found.concept:
        concept = lexicon.concepts[found.concept]
        return concept.zh, concept.en
    if found.slot == judging.PLACE:
        codes = sorted(frozenset().union(*asked.places)) if asked.places else []
        named = [lexicon.place_names[code] for code in codes[:1] if code in lexicon.place_names]
        return named[0] if named else ("、".join(asked.place_words), ", ".join(asked.place_words))
    if found.slot == judging.DATE and asked.spans:
        span = asked.spans[0]
        said = f"{span.since:%Y}" if span.since.year == span.until.year else f"{span.since:%Y}-{span.until:%Y}"
        return said, said
    return "", ""
