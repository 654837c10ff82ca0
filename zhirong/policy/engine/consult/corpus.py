"""All measures made ready for questions, with the lexicon as their own places and titles widen it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from zhirong.policy.engine.consult import profile as profiles
from zhirong.policy.engine.consult import words
from zhirong.policy.engine.consult.bm25 import Index
from zhirong.policy.engine.consult.lexicon import Concept, Lexicon
from zhirong.policy.engine.consult.profile import Profile
from zhirong.policy.engine.consult.question import without_plain
from zhirong.policy.engine.consult.reply import Paragraph
from zhirong.policy.engine.facts import Vocabulary
from zhirong.policy.engine.measure import Measure

KINDS_OF_PLACE = re.compile(r"(特别行政区|自治区|合作区|开发区|新区|地区|省|市|区|县)$")
KINDS_EN = re.compile(r"\s+(province|city|district|county|new area|new district|municipality|zone)$")
PARAGRAPH = 0.3
SHORTEST_NEW, LONGEST_NEW = 2, 8


@dataclass(frozen=True)
class Corpus:
    """Profiles, an index over measures and one over clauses; `places` of the clause index are (measure, clause)."""

    lexicon: Lexicon
    vocabulary: Vocabulary
    profiles: Mapping[str, Profile]
    order: tuple[str, ...]
    index: Index
    clauses: tuple[tuple[str, str], ...]
    clause_index: Index
    behind: Mapping[tuple[str, str], tuple[tuple[str, str], ...]]


def corpus(
    measures: Iterable[Measure], vocabulary: Vocabulary, lexicon: Lexicon, *, paragraphs: Sequence[Paragraph] = ()
) -> Corpus:
    """Everything that questions are asked of. Paragraphs lift the clauses which they are linked to, and do no more."""
    made = {one.id: one for one in measures}
    wide = widened(lexicon, made.values())
    known = {name: profiles.profile(one, wide, vocabulary) for name, one in sorted(made.items())}
    behind: dict[tuple[str, str], list[Paragraph]] = defaultdict(list)
    for paragraph in paragraphs:
        for place in paragraph.clauses:
            behind[place].append(paragraph)
    clauses = tuple((name, clause) for name, one in known.items() for clause in one.made.clauses)
    documents = []
    for name, clause in clauses:
        counts = dict(known[name].clause_signs[clause])
        for paragraph in behind.get((name, clause), ()):
            for sign in words.signs(words.plain(paragraph.text)):
                # A sign of the original counts little, and once, however often somebody wrote it.
                counts.setdefault(sign, PARAGRAPH)
        documents.append(counts)
    return Corpus(
        lexicon=wide,
        vocabulary=vocabulary,
        profiles=known,
        order=tuple(known),
        index=Index([one.signs for one in known.values()]),
        clauses=clauses,
        clause_index=Index(documents),
        behind={place: tuple((one.document, one.id) for one in rows) for place, rows in behind.items()},
    )


def widened(lexicon: Lexicon, measures: Iterable[Measure]) -> Lexicon:
    """The lexicon with each measure's own place and the words of its title that no concept explains."""
    places, objects = lexicon.places.copy(), lexicon.forms["object"].copy()
    names = dict(lexicon.place_names)
    concepts = dict(lexicon.concepts)
    for made in measures:
        for form in place_forms(made, lexicon):
            places.add(form, profiles.code(made))
        said = (made.raw.get("jurisdiction") or {}).get("name") or {}
        if isinstance(said, Mapping):
            names.setdefault(profiles.code(made), (str(said.get("zh", "")), str(said.get("en", ""))))
        for form in new_words(made, lexicon, places_zh=place_forms(made, lexicon)):
            concepts[form] = Concept(form, "object", zh=form, en=form, weak=True)
            objects.add(form, form)
    forms = {**lexicon.forms, "object": objects}
    return replace(lexicon, concepts=concepts, forms=forms, places=places, place_names=names)


def place_forms(made: Measure, lexicon: Lexicon) -> list[str]:
    """What people call a measure's place: 深圳市福田区, 福田区, 福田, Futian District, Futian."""
    said = (made.raw.get("jurisdiction") or {}).get("name") or {}
    if not profiles.code(made) or not isinstance(said, Mapping):
        return []
    zh, en = words.plain(str(said.get("zh", ""))), words.plain(str(said.get("en", "")))
    found = [zh, en]
    own = profiles.code(made)
    for hit in lexicon.places.hits(zh):
        if hit.start == 0 and hit.end < len(zh) and all(own.startswith(one) and one != own for one in hit.names):
            zh = zh[hit.end :]
    first = en.split(",")[0].strip()
    found += [zh, first, KINDS_EN.sub("", first)]
    short = KINDS_OF_PLACE.sub("", zh)
    return list(dict.fromkeys(one for one in (*found, short) if len(one) > 1))


def new_words(made: Measure, lexicon: Lexicon, *, places_zh: Sequence[str]) -> list[str]:
    """Words of a Chinese title that neither places nor concepts nor plain words explain: what only it speaks of."""
    text = words.plain(made.zh)
    for one in places_zh:
        text = text.replace(one, " ")
    for forms in (lexicon.forms["object"], lexicon.forms["benefit"]):
        for hit in forms.hits(text):
            text = text[: hit.start] + " " * (hit.end - hit.start) + text[hit.end :]
    runs = [part for run in words.RUNS.findall(text) for part in without_plain(run, lexicon).split()]
    return [part for part in runs if SHORTEST_NEW <= len(part) <= LONGEST_NEW]
