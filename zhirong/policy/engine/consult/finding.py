"""Two stages: the measures that a question means, then the clauses of the best three that answer it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from zhirong.policy.engine.consult import judging, words
from zhirong.policy.engine.consult import question as questions
from zhirong.policy.engine.consult.corpus import Corpus
from zhirong.policy.engine.consult.lexicon import Concept
from zhirong.policy.engine.consult.profile import Profile
from zhirong.policy.engine.consult.question import Question, blanked

MEASURES, CLAUSES = 3, 3
OWN_PLACE, HIGHER_PLACE, OTHER_PLACE = 1.0, 0.6, 0.9
MONEY = frozenset({"CNY", "/1"})
# A length of time is asked in any of these.
TIME = frozenset({"year", "month", "day"})
CONCEPT, NUMBER, PAIR, OF_ONESELF = 1.5, 1.5, 1.0, 0.3
WITH_MEASURE, ROLE, STALE, OF_TITLE, UNIT, WHETHER = 1.0, 0.9, 0.25, 0.2, 0.5, 0.4
WHO, THERE = 0.4, 0.8
# Of what a question says, so much must be found in the measure; unknown words weigh as much as known ones.
LEAST_KNOWN, OF_CONCEPT = 0.5, 2.0
# Signs of a figure name no thing; a clause with no more than a few others says its figure of the whole measure.
FIGURE, FEW = re.compile(r"[#一二三四五六七八九十百千万0-9年月日至多少几]"), 3
OF_WHETHER = frozenset({"condition", "who", "along"})
OF_THING = re.compile(
    r"([\u4e00-\u9fff]{2,4})(?:是|为)(?:多少|几)|\b(?:minimum|maximum|average|required|which|how many) ([a-z-]+)"
)
BREAKS = re.compile(r"[,，。;；?？!！:：]")
# The score of a clause of which a few words are told; where the best has less, its words weigh less than its part.
LEAST_TOLD = 10.0
# A measure stands beside the best one only with so much of its score.
LEAST_BESIDE = 0.45
# A measure not in force that scores so many times the best one in force is the one that was meant.
BEATEN = 1.2


@dataclass(frozen=True)
class Found:
    """The clauses that answer, the best first, and the measures in their order; or the slot that none covers."""

    ranked: tuple[tuple[str, str], ...] = ()
    measures: tuple[str, ...] = ()
    slot: str = ""
    concept: str = ""
    near: tuple[tuple[str, str], ...] = ()


def find(asked: Question, corpus: Corpus, day: date) -> Found:
    """The clauses for a question, or why there are none."""
    signs = signs_of(asked, corpus)
    scores = measure_scores(asked, signs, corpus)
    order = sorted(scores, key=lambda name: (-scores[name], name))
    failing = {name: judging.failings(corpus.profiles[name], asked, day=day, lexicon=corpus.lexicon) for name in order}
    fit = [name for name in order if not failing[name]]
    if not fit or is_beaten(order[0], fit[0], failing=failing, scores=scores):
        plain = measure_scores(replace(asked, places=()), signs, corpus)
        ended = [name for name in order if is_ended_there(corpus.profiles[name], failing[name], asked)]
        return uncovered(failing, plain, meant=order[0] if fit else next(iter(ended), ""))
    best = [name for name in fit[:MEASURES] if scores[name] >= LEAST_BESIDE * scores[fit[0]]]
    first = corpus.profiles[best[0]]
    if known_share(asked, first, corpus) < LEAST_KNOWN or is_of_unknown(asked, first, corpus):
        return Found(slot=judging.SUBJECT, near=tuple((name, judging.SUBJECT) for name in order[:MEASURES]))
    ranked = rank(asked, signs, Chosen(corpus, {name: scores[name] for name in best}, day))
    if is_of_another(asked, ranked, corpus):
        return Found(slot=judging.SUBJECT, near=tuple((name, judging.SUBJECT) for name in best))
    if missing := unanswered_intent(asked, ranked, corpus=corpus, day=day):
        near = tuple((name, judging.INTENT) for name in best)
        return Found(slot=judging.INTENT, concept=missing.id, near=near)
    return Found(ranked=tuple(ranked), measures=tuple(best))


def is_beaten(
    first: str, best: str, *, failing: Mapping[str, Sequence[tuple[str, str]]], scores: Mapping[str, float]
) -> bool:
    """Whether the measure that is plainly meant covers the question but not on that day, or is a draft."""
    slots = [slot for slot, _ in failing[first]]
    return slots in ([judging.DATE], [judging.DRAFT]) and scores[first] > BEATEN * scores[best]


def is_ended_there(one: Profile, failing: Sequence[tuple[str, str]], asked: Question) -> bool:
    """Whether a measure of the very place that is named covers all but the day."""
    return [slot for slot, _ in failing] == [judging.DATE] and judging.is_own_place(one, asked)


def uncovered(failing: Mapping[str, Sequence[tuple[str, str]]], scores: Mapping[str, float], *, meant: str) -> Found:
    """The slot in which the measure that is meant fails, else the one that fails in the fewest slots."""
    close = sorted((name for name in failing if failing[name]), key=lambda name: (len(failing[name]), -scores[name]))
    if meant:
        close = [meant, *(name for name in close if name != meant)]
    if not close:
        return Found(slot=judging.SUBJECT)
    slot, concept = failing[close[0]][0]
    return Found(slot=slot, concept=concept, near=tuple((name, failing[name][0][0]) for name in close[:MEASURES]))


def signs_of(asked: Question, corpus: Corpus) -> dict[str, float]:
    """The signs of a question: its words, its concepts and its numbers, each once."""
    lexicon = corpus.lexicon
    free = blanked(asked.text, [(one.start, one.end) for one in asked.spans])
    for word in asked.place_words:
        free = free.replace(word, " ")
    own = [found.span() for found in questions.OF_ONESELF.finditer(free)]
    found = dict.fromkeys(words.signs(free), OF_ONESELF) | dict.fromkeys(words.signs(blanked(free, own)), PAIR)
    plain = lexicon.plain_en | lexicon.plain_zh
    found = {sign: weight for sign, weight in found.items() if sign not in plain}
    found |= {f"§{name}": CONCEPT * (OF_ONESELF if name in asked.own else 1.0) for name in asked.concepts}
    found |= {f"#{one.value}{one.unit}": NUMBER for one in asked.told}
    return found


def measure_scores(asked: Question, signs: Mapping[str, float], corpus: Corpus) -> dict[str, float]:
    """How much each measure is meant, its place weighed in."""
    plain = corpus.index.scores(signs)
    return {
        corpus.order[number]: score * place_weight(corpus.profiles[corpus.order[number]], asked)
        for number, score in plain.items()
    }


def place_weight(one: Profile, asked: Question) -> float:
    if not asked.places:
        return OTHER_PLACE if one.place else OWN_PLACE
    codes = frozenset().union(*asked.places)
    if one.place in codes:
        return OWN_PLACE
    return HIGHER_PLACE


def known_share(asked: Question, one: Profile, corpus: Corpus) -> float:
    """How much of what a question says the measure knows: its concepts, and the words that no concept explains."""
    known = unknown = 0.0
    for hit in asked.hits:
        concepts = [corpus.lexicon.concepts[name] for name in hit.names]
        if any(judging.is_telling(each) for each in concepts):
            known += OF_CONCEPT
    for part in asked.rest:
        signs = words.signs(part)
        held = sum(sign in one.signs for sign in signs)
        known += held
        unknown += len(signs) - held
    return known / (known + unknown) if known else 0.0


def is_of_another(asked: Question, ranked: Sequence[tuple[str, str]], corpus: Corpus) -> bool:
    """Whether somebody asks if something holds, and no clause found says a word of it beyond the measure's title."""
    intents = [corpus.lexicon.concepts[name] for name in asked.intents]
    if asked.told or any(not each.weak and each.id not in OF_WHETHER for each in intents):
        return False
    one = corpus.profiles[ranked[0][0]]
    roles = {row[0] for name, clause in ranked for row in corpus.profiles[name].roles.rows.get(clause, ())}
    if "along" in asked.intents and "cumulation" in roles:
        return False
    said = {f"§{name}" for hit in asked.hits for name in hit.names if name in asked.concepts}
    said |= {sign for part in asked.rest for sign in words.signs(part)}
    said -= one.head_signs
    held = {sign for name, clause in ranked for sign in corpus.profiles[name].clause_signs[clause]}
    return bool(said) and not said & held


def is_of_unknown(asked: Question, one: Profile, corpus: Corpus) -> bool:
    """Whether a figure is asked of a thing that the measure nowhere names: the minimum headcount, X是多少."""
    taken = [(hit.start, hit.end) for hit in asked.hits]
    for found in OF_THING.finditer(asked.text):
        start, end = found.span(found.lastindex or 0)
        if any(one_start < end and start < one_end for one_start, one_end in taken):
            continue
        parts = questions.unexplained(asked.text[start:end], corpus.lexicon)
        if parts and not any(sign in one.signs for part in parts for sign in words.signs(part)):
            return True
    return False


@dataclass(frozen=True)
class Chosen:
    """The measures whose clauses are ranked, with their scores."""

    corpus: Corpus
    scores: Mapping[str, float]
    day: date


def rank(asked: Question, signs: Mapping[str, float], chosen: Chosen) -> list[tuple[str, str]]:
    """The best clauses: their words, their measure's score, and a bonus for the part that the intent asks for."""
    corpus, top = chosen.corpus, max(chosen.scores.values())
    plain = {name: corpus.clause_index.scores(within(signs, corpus.profiles[name])) for name in chosen.scores}
    found: list[tuple[float, int]] = []
    most = max(plain[one[0]].get(number, 0.0) for number, one in enumerate(corpus.clauses) if one[0] in plain)
    for number, (name, clause) in enumerate(corpus.clauses):
        if name not in chosen.scores:
            continue
        score = plain[name].get(number, 0.0) / max(most, LEAST_TOLD) + WITH_MEASURE * chosen.scores[name] / top
        score += role_bonus(asked, corpus.profiles[name], clause=clause, chosen=chosen)
        found.append((score, number))
    found.sort(key=lambda one: (-one[0], one[1]))
    return [corpus.clauses[number] for _, number in found[:CLAUSES]]


def within(signs: Mapping[str, float], one: Profile) -> dict[str, float]:
    """Inside a measure the words of its title tell its clauses apart but little."""
    return {sign: weight * (OF_TITLE if sign in one.head_signs else 1.0) for sign, weight in signs.items()}


def role_bonus(asked: Question, one: Profile, *, clause: str, chosen: Chosen) -> float:
    """What the intent adds to a clause; a clause of other days loses."""
    version = judging.version_for(one, asked, chosen.day)
    day = judging.day_for(version, asked, chosen.day) if version else chosen.day
    if one.roles.is_stale(clause, day):
        return -1.0 + STALE
    roles = one.roles.on(clause, day)
    # Who tells an amount and asks nothing else wants to know what comes of it.
    names = asked.intents or (("how_much",) if any(told.unit == "CNY" for told in asked.told) else ())
    wanted = [chosen.corpus.lexicon.concepts[name] for name in names]
    asking = [each for each in wanted if each.roles]
    bonuses = [bonus(each, roles, alone=len(asking) == 1) for each in asking]
    fits = any((TIME if each.unit == "time" else {each.unit}) & one.units[clause] for each in wanted if each.unit)
    is_who = any(each.about == "actor" for each in wanted) and names_actor(one, clause, chosen.corpus)
    is_there = any(codes & one.clause_places[clause] - {one.place} for codes in asked.places)
    return max(bonuses, default=0.0) + UNIT * fits + WHO * is_who + THERE * is_there


def names_actor(one: Profile, clause: str, corpus: Corpus) -> bool:
    """Whether a clause names who it is for."""
    return any(corpus.lexicon.concepts[name].weak for name in one.clause_concepts[clause])


def bonus(intent: Concept, roles: frozenset[str], *, alone: bool) -> float:
    """Full for the first role that an intent names, half for the others; a mere condition yields to other intents."""
    weight = ROLE * WHETHER if intent.weak else ROLE if alone or intent.id != "condition" else ROLE / 2
    for place, role in enumerate(intent.roles):
        if role in roles:
            return weight / (1 + place)
    return 0.0


def unanswered_intent(
    asked: Question, ranked: Sequence[tuple[str, str]], *, corpus: Corpus, day: date
) -> Concept | None:
    """A strict intent (deadline, materials, contact) that no clause found answers, by its part or by its words."""
    wanted = [corpus.lexicon.concepts[name] for name in asked.intents]
    # What is told by words says more than a bare how many.
    for intent in sorted(wanted, key=lambda each: bool(each.unit)):
        if intent.is_strict and intent.unit and not states_figure(intent.unit, ranked, asked=asked, corpus=corpus):
            return intent
        is_worded = intent.is_strict and (intent.needs or intent.lists or not intent.unit)
        if is_worded and not any(answers(intent, one, corpus=corpus, day=day) for one in ranked):
            return intent
    return None


def states_figure(unit: str, ranked: Sequence[tuple[str, str]], *, asked: Question, corpus: Corpus) -> bool:
    """Whether the measure names such a figure; a length of time or a count must stand in a cited clause about it."""
    if unit in MONEY:
        return holds_figure(unit, corpus.profiles[ranked[0][0]])
    wanted = TIME if unit == "time" else {unit}
    signs = signs_of(near_intent(asked, unit, corpus), corpus)
    return any(
        wanted & corpus.profiles[name].units[clause] and is_of_that(signs, corpus.profiles[name], clause=clause)
        for name, clause in ranked
    )


def near_intent(asked: Question, unit: str, corpus: Corpus) -> Question:
    """The question cut down to the stretch that asks for the figure: what was told before says who asks, and when."""
    for hit in asked.hits:
        if any(corpus.lexicon.concepts[name].unit == unit for name in hit.names):
            start = max((found.end() for found in BREAKS.finditer(asked.text, 0, hit.start)), default=0)
            end = BREAKS.search(asked.text, hit.end)
            inside = [one for one in asked.hits if one.start >= start and (not end or one.end <= end.start())]
            named = {name for one in inside for name in one.names}
            return replace(
                asked,
                text=asked.text[start : end.start() if end else None],
                spans=(),
                objects=tuple(name for name in asked.objects if name in named),
                benefits=tuple(name for name in asked.benefits if name in named),
            )
    return asked


def is_of_that(signs: Mapping[str, float], one: Profile, *, clause: str) -> bool:
    """Whether the figure of a clause is of the thing asked: the clause names it, or it and no other clause is meant."""
    own = {name: told(one.clause_signs[name], one) for name in one.clause_signs}
    wanted = told(signs, one) & frozenset().union(*own.values())
    return len(own[clause]) <= FEW or not wanted or bool(own[clause] & wanted)


def told(signs: Iterable[str], one: Profile) -> frozenset[str]:
    """The signs that tell the clauses of a measure apart: neither of its title nor of a figure."""
    return frozenset(sign for sign in signs if not FIGURE.search(sign) and sign not in one.head_signs)


def holds_figure(unit: str, one: Profile) -> bool:
    """Whether a measure names any figure of a unit; a share answers for money, and money for a share."""
    wanted = MONEY if unit in MONEY else {unit}
    return any(wanted & held for held in one.units.values())


def answers(intent: Concept, place: tuple[str, str], *, corpus: Corpus, day: date) -> bool:
    name, clause = place
    one = corpus.profiles[name]
    if set(intent.roles) & one.roles.on(clause, day):
        return True
    said = one.made.clauses[clause]
    if intent.lists:
        return bool(intent.lists.search(words.plain(said.zh)))
    text = words.plain(f"{said.zh} {said.en}")
    is_figured = intent.unit in ("", "time") or intent.unit in one.units[clause]
    return is_figured and any(need in text for need in intent.needs)
