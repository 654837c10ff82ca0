"""Facts that a question tells, handed to the engine: an amount of money, a term, a count, a kind of patent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from zhirong.base.refused import Refused
from zhirong.policy.engine import decide, facts
from zhirong.policy.engine.consult import words
from zhirong.policy.engine.consult.amounts import Told
from zhirong.policy.engine.consult.corpus import Corpus
from zhirong.policy.engine.consult.profile import Profile
from zhirong.policy.engine.consult.question import Question
from zhirong.policy.engine.consult.reply import Computed
from zhirong.policy.engine.facts import Fact
from zhirong.policy.engine.measure import Version

COUNTS = ("count", "person", "year")
EMPTY_CHOICES = frozenset({"none", "other"})
BREAKS = re.compile(r"[,，。;；、?？!！:：]")
# How far from a number its name may stand, in signs of Chinese or English text.
NEAR, NEAR_ENGLISH = 14, 40
MOST_RECORDS = 100
LINE_BONUS = 0.5


@dataclass(frozen=True)
class Use:
    """One number of the question as one fact: how well its name fits, and the plain value."""

    fit: float
    fact: str
    value: Any
    told: Told


def computed(asked: Question, one: Profile, *, version: Version, day: date, corpus: Corpus) -> Computed | None:
    """The engine's decision on what the question tells; None where it tells nothing that an amount needs."""
    given, read_as = given_facts(asked, one, version=version, corpus=corpus)
    if not given:
        return None
    try:
        settled = facts.settled(given, corpus.vocabulary)
        decision = decide.decide(one.made, settled, day)
    except Refused:
        # Facts out of their band or against each other: clauses answer, nothing is computed.
        return None
    tells = decision.amount is not None and any(line.applies and line.amount_fen for line in decision.amount.lines)
    if decision.eligible == decide.NOT_MET or (tells and asked.told):
        return Computed(one.made.id, decision, settled, read_as)
    return None


def given_facts(
    asked: Question, one: Profile, *, version: Version, corpus: Corpus
) -> tuple[dict[str, Any], dict[str, str]]:
    """Names of facts with plain values, and the words of the question that told each."""
    in_lines = amount_facts(version)
    known = {name: corpus.vocabulary.facts[name] for name in one.facts if name in corpus.vocabulary.facts}
    found: dict[str, Any] = {}
    read_as: dict[str, str] = {}
    used: set[int] = set()
    possible = [use for told in asked.told for use in uses(told, asked, known=known, in_lines=in_lines)]
    for use in sorted(possible, key=lambda each: (-each.fit, each.told.start, each.fact)):
        if use.fact not in found and use.told.start not in used:
            found[use.fact], read_as[use.fact] = use.value, use.told.text
            used.add(use.told.start)
    for name, fact in sorted(known.items()):
        choice = chosen(fact, asked, corpus)
        if name not in found and choice is not None:
            found[name], read_as[name] = choice
    return found, read_as


def amount_facts(version: Version) -> frozenset[str]:
    """The facts of the lines and ceilings of a version."""
    rules = [rule for line in version.lines or () for rule in (line.amount, line.when, line.cap) if rule]
    return frozenset(name for rule in (*rules, *(one.limit for one in version.ceilings)) for name in rule.facts)


def uses(told: Told, asked: Question, *, known: Mapping[str, Fact], in_lines: frozenset[str]) -> Iterator[Use]:
    """Every fact that a number may be."""
    around = context(told, asked.text)
    money = [name for name in known if name in in_lines and value_of(told, known[name]) is not None]
    for name, fact in known.items():
        value = value_of(told, fact)
        if value is None:
            continue
        fit = likeness(fact, around)
        if fit:
            yield Use(fit + LINE_BONUS * (name in in_lines), name, value, told)
        elif told.unit == "CNY" and money == [name]:
            yield Use(LINE_BONUS / 2, name, value, told)


def value_of(told: Told, fact: Fact) -> Any:
    """A number as a fact takes it: itself, one record that holds it, or so many records; None where it does not."""
    if fact.kind == "number" and (fact.unit == told.unit or (told.unit == "count" and fact.unit in COUNTS[:2])):
        return told.value
    if fact.kind != "records":
        return None
    fields = [name for name, inner in fact.fields.items() if inner.kind == "number" and inner.unit == told.unit]
    if told.unit == "CNY" and len(fields) == 1:
        return [{fields[0]: told.value}]
    if told.unit == "count" and told.value.denominator == 1 and 0 < told.value <= MOST_RECORDS:
        return [{} for _ in range(int(told.value))]
    return None


def context(told: Told, text: str) -> frozenset[str]:
    """The signs around a number: before it within its stretch, and a little after it."""
    reach = NEAR if words.is_chinese(text) else NEAR_ENGLISH
    before = BREAKS.split(text[max(0, told.start - reach) : told.start])[-1]
    after = BREAKS.split(text[told.end : told.end + reach // 2])[0]
    return frozenset(words.signs(before + " " + after))


def likeness(fact: Fact, around: frozenset[str]) -> float:
    """How much of a fact's name stands around a number, in the language that has more of it."""
    best = 0.0
    for label in (fact.zh, fact.en):
        signs = {sign for sign in words.signs(words.plain(label)) if len(sign) > 1 and sign not in SMALL_WORDS}
        if signs:
            best = max(best, len(signs & around) / len(signs) ** 0.5)
    return best


SMALL_WORDS = frozenset(words.stem(one) for one in ("of", "the", "in", "and", "to", "for", "from", "by", "on"))


def chosen(fact: Fact, asked: Question, corpus: Corpus) -> tuple[Any, str] | None:
    """The one listed value of a text fact that the question names, with its words."""
    if fact.kind not in ("text", "texts") or not fact.choices:
        return None
    named = [choice for choice in fact.choices if choice not in EMPTY_CHOICES and names_choice(choice, asked, corpus)]
    if len(named) != 1:
        return None
    concept = corpus.lexicon.concepts.get(named[0])
    said = (concept.zh if words.speaks_chinese(asked.text) else concept.en) if concept else named[0].replace("_", " ")
    return ([named[0]] if fact.kind == "texts" else named[0]), said


def names_choice(choice: str, asked: Question, corpus: Corpus) -> bool:
    """By its concept, or in English by its own words."""
    if choice in corpus.lexicon.concepts:
        return choice in asked.concepts
    spoken = [word for word, _, _ in words.english(asked.text)]
    wanted = [words.stem(word) for word in choice.split("_")]
    return any(spoken[place : place + len(wanted)] == wanted for place in range(len(spoken)))


def clauses_of(found: Computed) -> tuple[str, ...]:
    """The clauses that a computed answer rests on: its lines and the ceiling that bound, or what fails."""
    decision = found.decision
    if decision.eligible == decide.NOT_MET:
        return tuple(dict.fromkeys(leaf.clause for leaf in decision.leaves if leaf.id in decision.failing))
    if decision.amount is None:
        return ()
    lines = [line.clause for line in decision.amount.lines if line.applies]
    bound = [each.clause for each in decision.amount.ceilings if each.binds]
    return tuple(dict.fromkeys((*lines, *bound)))
