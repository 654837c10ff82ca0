"""What one measure speaks of: its concepts, its place, its signs; and whether it covers what a question names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from zhirong.policy.engine import measure as measures
from zhirong.policy.engine.consult import amounts, days, words
from zhirong.policy.engine.consult.bm25 import counted
from zhirong.policy.engine.consult.lexicon import Concept, Lexicon
from zhirong.policy.engine.consult.roles import Roles
from zhirong.policy.engine.facts import EARLIEST, Vocabulary
from zhirong.policy.engine.measure import Measure

# A year that something is counted by, which is no length of it: 同一年内, 一年至多一百万元.
OF_EACH_YEAR = re.compile(r"(?:同|上|每|近)一年|一年(?=至多|最多|折算)|[一两二三四五]年(?=平均|累计)")
TITLE, TAG, PLACE, DOCUMENT, CLAUSE, LABEL = 3.0, 2.0, 1.0, 1.5, 1.0, 0.4


@dataclass(frozen=True)
class Profile:
    """A measure as questions meet it. `concepts` are all that it names, with those above them in `known`."""

    made: Measure
    place: str
    concepts: frozenset[str]
    head: frozenset[str]
    known: frozenset[str]
    facts: frozenset[str]
    signs: Mapping[str, float]
    head_signs: frozenset[str]
    units: Mapping[str, frozenset[str]]
    # The title and each clause: plain text, concepts and English words.
    texts: tuple[tuple[str, frozenset[str], frozenset[str]], ...]
    clause_concepts: Mapping[str, frozenset[str]]
    clause_places: Mapping[str, frozenset[str]]
    clause_signs: Mapping[str, Mapping[str, float]]
    roles: Roles


def profile(made: Measure, lexicon: Lexicon, vocabulary: Vocabulary) -> Profile:
    """One measure made ready for questions."""
    facts = facts_of(made)
    labels = [label for name in sorted(facts) if (fact := vocabulary.facts.get(name)) for label in (fact.zh, fact.en)]
    clauses = {name: (one.zh, one.en) for name, one in made.clauses.items()}
    head = [made.zh, made.en]
    document = list(texts_of(made.raw.get("document", {}).get("title")))
    tags = [one.replace("-", " ") for one in made.tags]
    materials = [label for one in made.materials for label in (one.zh, one.en)]
    fields = [
        (head, TITLE),
        (tags, TAG),
        (document, DOCUMENT),
        (list(texts_of(made.raw.get("issuer"))), PLACE),
        ([text for pair in clauses.values() for text in pair], CLAUSE),
        (materials, CLAUSE),
        (labels, LABEL),
    ]
    named = concepts_in([text for texts, _ in fields for text in texts], lexicon)
    named |= {one for one in literals(made) if one in lexicon.concepts}
    return Profile(
        made=made,
        place=code(made),
        concepts=frozenset(named),
        head=frozenset(concepts_in(head, lexicon)),
        known=frozenset(named | {above for one in named for above in lexicon.concepts[one].under}),
        facts=facts,
        signs=counted((signs(text, lexicon), weight) for texts, weight in fields for text in texts),
        head_signs=frozenset(sign for text in (*head, *tags) for sign in signs(text, lexicon)),
        clause_signs={
            name: counted((signs(text, lexicon), 1.0) for text in (*pair, *parts(made, name)))
            for name, pair in clauses.items()
        },
        units={name: frozenset(units_of(" ".join(pair))) for name, pair in clauses.items()},
        texts=tuple(
            (plain, frozenset(concepts_in([text], lexicon)), frozenset(word for word, _, _ in words.english(plain)))
            for text in (" ".join(head), *(" ".join(pair) for pair in clauses.values()))
            if (plain := words.plain(text))
        ),
        clause_concepts={name: frozenset(concepts_in(pair, lexicon)) for name, pair in clauses.items()},
        clause_places={name: frozenset(places_in(pair, lexicon)) for name, pair in clauses.items()},
        roles=Roles(made),
    )


def places_in(texts: Iterable[str], lexicon: Lexicon) -> set[str]:
    """The codes of places that texts name."""
    return {name for text in texts for hit in lexicon.places.hits(words.plain(text)) for name in hit.names}


def units_of(text: str) -> set[str]:
    """The units of the figures in a text; a day of the calendar is one of them."""
    plain = OF_EACH_YEAR.sub(" ", words.plain(text))
    found = {one.unit for one in amounts.lenient(plain)}
    return found | {"date"} if days.named(plain, EARLIEST) else found


def parts(made: Measure, clause: str) -> Iterator[str]:
    """The names of materials that prove a clause's conditions: they answer with it."""
    leaves = {
        leaf.id for version in made.versions for leaf in measures.leaves(version.eligibility) if leaf.clause == clause
    }
    for one in made.materials:
        if leaves & set(one.proves):
            yield one.zh
            yield one.en


def texts_of(value: Any) -> Iterator[str]:
    """The texts of a title or a name in both languages."""
    if isinstance(value, Mapping):
        yield from (str(one) for one in value.values() if one)
    elif value:
        yield str(value)


def facts_of(made: Measure) -> frozenset[str]:
    """Every fact that any version asks for."""
    return frozenset(
        name for version in made.versions for _, rule in measures.expressions(version) for name in rule.facts
    )


def literals(made: Measure) -> Iterator[str]:
    """Every text that an expression compares with."""
    for version in made.versions:
        for _, rule in measures.expressions(version):
            yield from (found for found in re.findall(r'"([^"]*)"', rule.text))


def code(made: Measure) -> str:
    """The code of its place as far as it says something: 440100 is the city 4401, CN is everywhere."""
    found = str((made.raw.get("jurisdiction") or {}).get("code", ""))
    if found == "CN":
        return ""
    while len(found) > 2 and found.endswith("00"):
        found = found[:-2]
    return found


def concepts_in(texts: Iterable[str], lexicon: Lexicon) -> set[str]:
    """Objects and benefits that texts name."""
    plain = [words.plain(text) for text in texts]
    return {
        name
        for text in plain
        for slot in ("object", "benefit")
        for hit in lexicon.forms[slot].hits(text)
        for name in hit.names
    }


def signs(text: str, lexicon: Lexicon) -> list[str]:
    """The signs of a text: its own, its concepts and its numbers, each the same in both languages."""
    plain = words.plain(text)
    own = [one for one in words.signs(plain) if one not in lexicon.plain_en]
    concepts = [f"§{one}" for one in sorted(concepts_in([text], lexicon))]
    return [*own, *concepts, *(f"#{one.value}{one.unit}" for one in amounts.lenient(plain))]


def covers(one: Profile, asked: Concept, lexicon: Lexicon) -> bool:
    """Whether a measure speaks of what was named: of it, of a kind of it, or of its parent and of no other kind."""
    if asked.id in one.known or asked.generic or is_met(one, asked):
        return True
    if one.made.kind in asked.kinds:
        return True
    if asked.pays and one.made.kind == "payment":
        return not any(is_other_payment(lexicon.concepts[name]) for name in one.concepts)
    if {"recognition": "recognition", "fee_reduction": "fee"}.get(asked.id) == one.made.kind:
        return True
    spoken_of = one.head | {what for name in one.head for what in lexicon.concepts[name].of}
    if asked.id in spoken_of or any(asked.id in lexicon.concepts[name].takes for name in one.head):
        return True
    for parent in () if asked.proper else asked.under & spoken_of:
        kinds = {name for name in one.concepts if parent in lexicon.concepts[name].under}
        if not kinds - asked.under:
            return True
    return False


def is_met(one: Profile, asked: Concept) -> bool:
    """Whether a clause names what stands for it, or the title does, beside a word of a clause that makes it plain."""
    if not asked.met_by & one.known:
        return False
    return not asked.beside or any(
        asked.met_by & (named | one.head) and any(word in text for word in asked.beside) for text, named, _ in one.texts
    )


def is_of_title(one: Profile, asked: Concept, lexicon: Lexicon) -> bool:
    """Whether a measure's title or tags speak of what was named, of a kind of it or of its parent."""
    heads = one.head | concepts_in((tag.replace("-", " ") for tag in one.made.tags), lexicon)
    heads |= {what for name in heads for what in lexicon.concepts[name].of}
    known = heads | {above for name in heads for above in lexicon.concepts[name].under}
    if asked.id in known or asked.id == one.made.kind:
        return True
    if asked.met_by & heads and not asked.beside:
        return True
    # Of its parent a title speaks for a kind only where the text names that kind.
    return bool((asked.under | asked.met_by) & heads) and asked.id in one.known


def is_other_payment(found: Concept) -> bool:
    return found.slot == "benefit" and not found.generic and not found.pays
