"""A question taken apart: places, days, objects, benefits, intents, numbers, and what none explains."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from zhirong.base.refused import Refused
from zhirong.policy.engine.consult import amounts, days, words
from zhirong.policy.engine.consult.amounts import Told
from zhirong.policy.engine.consult.days import Span
from zhirong.policy.engine.consult.lexicon import SLOTS, Hit, Lexicon

LONGEST = 500
SHORTEST = 2
# What people say of themselves first: it says who asks, not what about.
OF_ONESELF = re.compile(
    r"(?:我们公司|我们|我公司|我司|本公司|本企业|我厂|我单位|本人|我)(?:公司|企业|单位|这边)?(?:是|为|做|从事|属于|主要|专门)[^,，。;；?？]*[,，。;；]"
    r"|(?:\b(?:we|i) (?:are|am|make|develop|build|run) |\bas an? |\bour (?:company|firm|business) (?:is|makes) )"
    r"[^,.;?]*[,.;]"
)


@dataclass(frozen=True)
class Question:
    """What was found in a question. `places` holds for each place named all codes it may mean."""

    text: str
    places: tuple[frozenset[str], ...]
    place_words: tuple[str, ...]
    spans: tuple[Span, ...]
    objects: tuple[str, ...]
    benefits: tuple[str, ...]
    intents: tuple[str, ...]
    told: tuple[Told, ...]
    hits: tuple[Hit, ...]
    rest: tuple[str, ...]
    # Concepts that are named only where people say who they are.
    own: frozenset[str] = frozenset()

    @property
    def concepts(self) -> tuple[str, ...]:
        return (*self.objects, *self.benefits)


def question(text: str, lexicon: Lexicon, day: date) -> Question:
    """A question as its slots. Refused: empty, too long, an amount with two readings."""
    plain = words.plain(text)
    if len(plain) > LONGEST:
        raise Refused("policy.question_too_long", most=LONGEST, found=len(plain))
    if len(re.sub(r"[\W_]", "", plain)) < SHORTEST:
        raise Refused("policy.question_empty")
    spans = days.named(plain, day)
    told = [one for one in amounts.told(plain) if not any(one.start < s.end and s.start < one.end for s in spans)]
    places = lexicon.places.hits(plain)
    free = blanked(plain, [*((one.start, one.end) for one in spans), *((one.start, one.end) for one in places)])
    by_slot = {slot: lexicon.forms[slot].hits(free) for slot in SLOTS}
    hits = [hit for slot in SLOTS for hit in by_slot[slot]]
    ends = [*((one.start, one.end) for one in hits), *((one.start, one.end) for one in told)]
    return Question(
        text=plain,
        places=narrowed(places),
        place_words=tuple(plain[one.start : one.end] for one in places),
        spans=tuple(spans),
        objects=names(by_slot["object"]),
        benefits=names(by_slot["benefit"]),
        intents=intents(plain, by_slot, lexicon),
        told=tuple(told),
        hits=tuple(hits),
        rest=unexplained(blanked(free, ends), lexicon),
        own=of_oneself(plain, hits),
    )


def intents(text: str, by_slot: Mapping[str, Sequence[Hit]], lexicon: Lexicon) -> tuple[str, ...]:
    """What is asked, by words and by ways of asking; words inside a longer name of a thing ask nothing."""
    named = [
        hit
        for hit in by_slot["intent"]
        if not any(
            one.start <= hit.start and hit.end <= one.end and one.end - one.start > hit.end - hit.start
            for one in by_slot["object"]
        )
    ]
    told = [one.id for one in lexicon.asking if any(each.search(text) for each in one.patterns)]
    return tuple(dict.fromkeys((*names(named), *told)))


def of_oneself(text: str, hits: Iterable[Hit]) -> frozenset[str]:
    """The concepts named only in what people say of themselves."""
    inside, outside = set[str](), set[str]()
    spans = [found.span() for found in OF_ONESELF.finditer(text)]
    for hit in hits:
        is_own = any(start <= hit.start and hit.end <= end for start, end in spans)
        (inside if is_own else outside).update(hit.names)
    return frozenset(inside - outside) if outside else frozenset()


def names(hits: Iterable[Hit]) -> tuple[str, ...]:
    """The concepts of hits, each once, in the order of the question."""
    return tuple(dict.fromkeys(name for hit in hits for name in hit.names))


def blanked(text: str, ends: Iterable[tuple[int, int]]) -> str:
    """The text with those stretches made blank, so that every place stays where it was."""
    signs = list(text)
    for start, end in ends:
        signs[start:end] = " " * (end - start)
    return "".join(signs)


def narrowed(hits: Sequence[Hit]) -> tuple[frozenset[str], ...]:
    """For each place its codes; of 福田 in 深圳福田 the one in Shenzhen, and Shenzhen itself then says no more."""
    found = [frozenset(hit.names) for hit in hits]
    every = frozenset().union(*found)
    kept = []
    for codes in found:
        inside = frozenset(one for one in codes if any(one != other and one.startswith(other) for other in every))
        kept.append(inside or codes)
    narrow = frozenset().union(*kept)
    return tuple(
        dict.fromkeys(
            codes
            for codes in kept
            if not all(any(other != one and other.startswith(one) for other in narrow - codes) for one in codes)
        )
    )


def unexplained(text: str, lexicon: Lexicon) -> tuple[str, ...]:
    """What neither a concept nor a plain word explains: Chinese stretches and English words."""
    found = []
    for run in words.RUNS.findall(text):
        found += [part for part in without_plain(run, lexicon).split() if len(part) > 1]
    return (*found, *(word for word, _, _ in words.english(text) if len(word) > 1 and is_telling(word, lexicon)))


def is_telling(word: str, lexicon: Lexicon) -> bool:
    return word not in lexicon.plain_en and not word.isdigit()


def without_plain(run: str, lexicon: Lexicon) -> str:
    """A Chinese stretch with each plain word, the longest first, made blank."""
    left, place = [], 0
    while place < len(run):
        sizes = range(min(lexicon.longest_plain, len(run) - place), 0, -1)
        size = next((one for one in sizes if run[place : place + one] in lexicon.plain_zh), 0)
        left.append(" " if size else run[place])
        place += size or 1
    return "".join(left)
