"""What a model said, checked sentence by sentence: whatever its cited clauses do not hold is dropped."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from zhirong.policy.engine import numerals
from zhirong.policy.engine.consult import profile as profiles
from zhirong.policy.engine.consult import words
from zhirong.policy.engine.consult.amounts import LARGE, SMALL, lenient
from zhirong.policy.engine.consult.answering import least_certain
from zhirong.policy.engine.consult.corpus import Corpus
from zhirong.policy.engine.consult.reply import Sentence

LONGEST = 600
# So much of a sentence's signs must stand in what it cites; the rest may be how it is worded.
LEAST_HELD = 0.5
NUMERALS = re.compile(r"[0-9][0-9,]*(?:\.[0-9]+)?|[零〇一二两三四五六七八九十百千万亿]+")
# Words that hold a numeral and no number.
NO_NUMBERS = re.compile("一般|一定|统一|唯一|一旦|一致|同一|一律|进一步|万一|十分|一起|一并|之一")
QUOTES = re.compile(r"“([^”]{2,})”|「([^」]{2,})」|\"([^\"]{2,})\"|《([^》]{2,})》")
NEGATIONS_ZH = ("不", "未", "无", "没", "非", "除外", "免")
NEGATIONS_EN = frozenset(
    {"not", "no", "never", "without", "neither", "nor", "nobody", "nothing", "except", "free", "cannot"}
)
MONTHS = {name.casefold(): number for number, name in enumerate(calendar.month_name) if name}
# What nothing in a clause can promise: a deed of the office on the asker's own matter.
PROMISES = re.compile(
    r"批准|通过审核|已获|保证获得|一定能|"
    r"guarantee(?:d)? to|approve|you will (?:get|receive)|has been granted|congratulat",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Context:
    """The clauses that a model saw, by the ids under which it saw them, and the language of the question."""

    corpus: Corpus
    clauses: Mapping[str, tuple[str, str]]
    chinese: bool


def verified(said: Any, context: Context, *, most: int) -> list[Sentence]:
    """The sentences that hold; what has another form than asked for holds not."""
    rows = said.get("sentences") if isinstance(said, Mapping) else None
    found = [sentence(row, context) for row in (rows if isinstance(rows, list) else [])[:most]]
    return [one for one in found if one]


def sentence(row: Any, context: Context) -> Sentence | None:
    """One sentence with its clauses; None where it is not held by them."""
    if not isinstance(row, Mapping) or not isinstance(row.get("text"), str):
        return None
    text, cites = row["text"].strip(), row.get("cites")
    if not text or len(text) > LONGEST or not isinstance(cites, list) or not cites:
        return None
    if any(not isinstance(one, str) or one not in context.clauses for one in cites):
        return None
    places = [context.clauses[one] for one in dict.fromkeys(cites)]
    # One sentence speaks of one measure, so that its citation is plain.
    if len({name for name, _ in places}) != 1 or not holds(text, places, context):
        return None
    made = context.corpus.profiles[places[0][0]].made
    clauses = tuple(clause for _, clause in places)
    return Sentence(
        measure=made.id,
        clauses=clauses,
        zh=text,
        en=text,
        sources=tuple(dict.fromkeys(made.clauses[clause].source for clause in clauses)),
        certainty=least_certain(made, clauses),
    )


def holds(text: str, places: Sequence[tuple[str, str]], context: Context) -> bool:
    """Whether every number, place, quotation, subject and denial of a sentence stands in what it cites."""
    plain = words.plain(text)
    cited = [context.corpus.profiles[name].made.clauses[clause] for name, clause in places]
    texts = [words.plain(each) for one in cited for each in (one.zh, one.en, one.quote or "") if each]
    one = context.corpus.profiles[places[0][0]]
    title = [words.plain(one.made.zh), words.plain(one.made.en)]
    own = [words.plain(each.zh if words.is_chinese(plain) else each.en) for each in cited]
    return (
        words.is_chinese(plain) == context.chinese
        and not PROMISES.search(plain)
        and numbers(plain) <= set[Fraction]().union(*(numbers(each) for each in texts))
        and all(any(words.plain(quoted) in each for each in [*texts, *title]) for quoted in quotations(text))
        and places_fit(plain, [*texts, *title], one=one, context=context)
        and concepts_fit(plain, [*texts, *title], context)
        and denies(plain) == any(denies(each) for each in own)
        and share_held(plain, [*texts, *title]) >= LEAST_HELD
    )


def numbers(text: str) -> set[Fraction]:
    """Every number of a text in every writing: digits, numerals, words, shares; 五成 is a half, 29 March holds 3."""
    bare = NO_NUMBERS.sub("  ", text)
    found = {one.value for one in lenient(bare)}
    spoken = {place for one in lenient(bare) for place in range(one.start, one.end)}
    for match in NUMERALS.finditer(bare):
        if match.start() in spoken:
            continue
        value = numerals.number(match.group())
        if value is not None:
            found.add(value / 10 if bare[match.end() : match.end() + 1] == "成" else value)
        else:
            found.update(Fraction(numerals.DIGITS[sign]) for sign in match.group() if sign in numerals.DIGITS)
    found |= {Fraction(1, 2)} if re.search(r"一半|减半|各半|\bhalf\b", bare) else set()
    for word, start, _ in words.english(bare):
        if start not in spoken and word in STEMMED:
            found.add(Fraction(STEMMED[word]))
    return found


STEMMED = {words.stem(name): value for name, value in (*SMALL.items(), *MONTHS.items()) if name != "may"}
STEMMED |= {words.stem(name): value for name, value in LARGE.items() if len(name) > 2}


def quotations(text: str) -> list[str]:
    return [next(filter(None, found)) for found in QUOTES.findall(text)]


def places_fit(text: str, held: Iterable[str], *, one: profiles.Profile, context: Context) -> bool:
    """Whether each place named is one that the cited text names, or the measure's own or above it."""
    forms = context.corpus.lexicon.places
    known = {code for each in held for hit in forms.hits(each) for code in hit.names}
    return all(any(code in known or one.place.startswith(code) for code in hit.names) for hit in forms.hits(text))


def concepts_fit(text: str, held: Iterable[str], context: Context) -> bool:
    """Whether each object and benefit named stands in the cited text or its measure's title."""
    lexicon = context.corpus.lexicon
    named = profiles.concepts_in([text], lexicon)
    known = profiles.concepts_in(held, lexicon)
    known |= {above for name in known for above in lexicon.concepts[name].under}
    return all(name in known or lexicon.concepts[name].generic for name in named)


def denies(text: str) -> bool:
    """Whether a text says that something is not."""
    if words.is_chinese(text):
        return any(sign in text for sign in NEGATIONS_ZH)
    return bool({word for word, _, _ in words.english(text)} & NEGATIONS_EN) or "n't" in text


def share_held(text: str, held: Iterable[str]) -> float:
    """How many of a sentence's signs stand in the cited text."""
    own = set(words.signs(text))
    known = {sign for each in held for sign in words.signs(each)}
    return len(own & known) / len(own) if own else 0.0
