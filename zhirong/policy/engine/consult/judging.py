"""The veto: a measure answers only a question whose every slot it covers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from zhirong.policy.engine.consult import words
from zhirong.policy.engine.consult.lexicon import Concept, Lexicon
from zhirong.policy.engine.consult.profile import Profile, covers, is_met, is_of_title
from zhirong.policy.engine.consult.question import Question
from zhirong.policy.engine.measure import Version, holds

DRAFT, PLACE, DATE, OBJECT, BENEFIT, INTENT, SUBJECT = (
    "draft",
    "place",
    "date",
    "object",
    "benefit",
    "intent",
    "subject",
)


def reaches(one: Profile, codes: frozenset[str]) -> bool:
    """Whether a measure rules in a place: its own place or one that holds it; a measure of the nation rules at home."""
    return any(place.startswith(one.place) and is_at_home(place) for place in codes)


def is_at_home(place: str) -> bool:
    return place.isascii() and place[:2].isdigit() and place[:2] not in ("71", "81", "82")


def place_fits(one: Profile, asked: Question) -> bool:
    return not asked.places or any(reaches(one, codes) for codes in asked.places)


def version_for(one: Profile, asked: Question, day: date) -> Version | None:
    """The version that the question means: of the days it names, else of the day it is asked."""
    if one.made.is_draft:
        return None
    for span in asked.spans:
        found = [each for each in one.made.versions if span.meets(each.since, each.until)]
        if found:
            return max(found, key=lambda each: each.since)
    if asked.spans:
        return None
    return next((each for each in one.made.versions if holds(each.since, each.until, day)), None)


def day_for(version: Version, asked: Question, day: date) -> date:
    """The day on which a question is answered: the day asked where the version holds then, else its nearest day."""
    for span in asked.spans:
        if span.meets(version.since, version.until) and not span.since <= day <= span.until:
            ends = span.until if version.until is None else min(span.until, version.until)
            return max(ends, version.since)
    if holds(version.since, version.until, day):
        return day
    return version.since if day < version.since else version.until or day


def failings(one: Profile, asked: Question, *, day: date, lexicon: Lexicon) -> list[tuple[str, str]]:
    """Every slot in which a measure does not cover a question, with the concept; none: it covers all."""
    found = [] if place_fits(one, asked) else [(PLACE, "")]
    found += [(each.slot, each.id) for each in uncovered(one, asked, lexicon)]
    if one.made.is_draft:
        return [*found, (DRAFT, "")]
    return found if version_for(one, asked, day) else [*found, (DATE, "")]


def uncovered(one: Profile, asked: Question, lexicon: Lexicon) -> list[Concept]:
    """The concepts of the question that a measure does not speak of."""
    every = [lexicon.concepts[name] for name in asked.concepts]
    named = [each for each in every if each.id not in asked.own and not is_beside(each, asked)]
    found = [each for each in named if not each.weak and not covers(one, each, lexicon)]
    found = [
        each for each in found if not is_literal(one, each, asked) and not is_inside(one, each, asked, lexicon=lexicon)
    ]
    found = found or out_of_subject(one, asked, every=every, lexicon=lexicon)
    weak = weak_uncovered(one, [each for each in named if each.weak], named=named, lexicon=lexicon)
    return [*found, weak] if weak else found


def is_beside(each: Concept, asked: Question) -> bool:
    """Whether a scheme is named only as what else one has: may it be had together with this?"""
    return each.proper and len(asked.objects) > 1 and bool({"together", "along"} & set(asked.intents))


def is_literal(one: Profile, each: Concept, asked: Question) -> bool:
    """Whether one clause holds the very words, perhaps apart: 独占或排他许可 holds 独占许可."""
    said = [asked.text[hit.start : hit.end] for hit in asked.hits if each.id in hit.names]
    return any(holds_parts(form, text, held) for form in said for text, _, held in one.texts[1:])


def holds_parts(form: str, text: str, held: Collection[str]) -> bool:
    if words.is_chinese(form):
        return len(form) % 2 == 0 and all(form[place : place + 2] in text for place in range(0, len(form), 2))
    return all(word in held for word, _, _ in words.english(form))


def is_inside(one: Profile, each: Concept, asked: Question, *, lexicon: Lexicon) -> bool:
    """Whether a measure that is plainly meant names the parent in a clause, and no other kind of it."""
    for parent in () if each.proper else each.under:
        named = any(parent in held for held in one.clause_concepts.values())
        kinds = {name for name in one.concepts if parent in lexicon.concepts[name].under}
        if named and not kinds - each.under:
            others = [lexicon.concepts[name] for name in asked.concepts if name != each.id]
            return any(is_named_in_title(one, other) for other in others)
    return False


def is_named_in_title(one: Profile, each: Concept) -> bool:
    return each.id in one.head and not each.generic and not each.pays


def out_of_subject(one: Profile, asked: Question, *, every: Sequence[Concept], lexicon: Lexicon) -> list[Concept]:
    """What a measure names by the way, or only as a kind of what it names, is not what it is about."""
    anchors = [each for each in every if is_anchor(each) and each.id not in asked.own]
    if not anchors:
        return []
    direct = [each for each in every if is_telling(each)]
    if not any(each.id in one.known or is_met(one, each) or one.made.kind == each.id for each in direct):
        return anchors[:1]
    objects = [each for each in every if each.slot == OBJECT and not each.generic]
    strong = [each for each in objects if not each.weak and each in anchors]
    if strong and asks_amount(asked, every) and all(is_only_condition(one, each, lexicon) for each in strong):
        return strong[:1]
    telling = [*objects, *(each for each in direct if each.proper)] if strong else direct
    if not is_own_place(one, asked) and not any(is_of_title(one, each, lexicon) for each in telling):
        return anchors[:1]
    names = {above for each in every for above in (each.id, *each.under, *each.met_by)}
    is_named = any(each.proper and each.id in one.head for each in every)
    return [] if is_named or names & exclusive(one, lexicon) or not exclusive(one, lexicon) else anchors[:1]


def asks_amount(asked: Question, every: Sequence[Concept]) -> bool:
    """Whether money is asked for, and no benefit in particular."""
    is_money = {"how_much", "ceiling", "in_yuan", "in_money"} & set(asked.intents)
    return bool(is_money) and any(each.pays or each.id in ("subsidy", "support") for each in every)


def is_only_condition(one: Profile, each: Concept, lexicon: Lexicon) -> bool:
    """Whether a measure names a thing in its conditions and nowhere else: it asks for it and gives nothing for it."""
    named = [clause for clause, held in one.clause_concepts.items() if each.id in held]
    if not named or is_of_title(one, each, lexicon):
        return False
    return all({role for role, _, _ in one.roles.rows.get(clause, ())} <= {"leaf", "material"} for clause in named)


def is_own_place(one: Profile, asked: Question) -> bool:
    """Whether a question names the measure's own place, and that is less than the whole country."""
    return bool(one.place) and any(one.place in codes for codes in asked.places)


def exclusive(one: Profile, lexicon: Lexicon) -> set[str]:
    """What the title of a measure names and what a question must then be about."""
    return {name for name in one.head if lexicon.concepts[name].exclusive}


def weak_uncovered(
    one: Profile, weak: Sequence[Concept], *, named: Sequence[Concept], lexicon: Lexicon
) -> Concept | None:
    """Words for who asks bar a measure that names another of their group, or where the question names nothing else."""
    missing = [each for each in weak if not covers(one, each, lexicon)]
    for each in missing:
        groups = {lexicon.concepts[name].group for name in one.concepts}
        if each.group and each.group in groups:
            return each
    if missing and not any(is_anchor(each) for each in named):
        return missing[0] if len(missing) == len(weak) or any(each.group for each in missing) else None
    return None


def is_telling(each: Concept) -> bool:
    """Whether a concept narrows down what a question is about at all; reward, subsidy and support do not."""
    return each.slot != INTENT and not (each.generic or each.pays or each.kinds)


def is_anchor(each: Concept) -> bool:
    """Whether a concept says by itself what a question is about."""
    return is_telling(each) and not each.weak and each.id != "recognition"
