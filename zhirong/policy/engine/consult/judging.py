"""The veto: a measure answers only a question whose every slot it covers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from zhirong.policy.engine.consult.lexicon import Concept, Lexicon
from zhirong.policy.engine.consult.profile import Profile, covers, is_of_title
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
    named = [lexicon.concepts[name] for name in asked.concepts if name not in asked.own]
    found = [each for each in named if not each.weak and not covers(one, each, lexicon)]
    anchors = [each for each in named if is_anchor(each)]
    every = [lexicon.concepts[name] for name in asked.concepts]
    telling = [each for each in every if not (each.generic or each.pays)]
    if not found and anchors and not any(is_of_title(one, each, lexicon) for each in telling):
        found.append(anchors[0])
    weak = weak_uncovered(one, [each for each in named if each.weak], named=named, lexicon=lexicon)
    return [*found, weak] if weak else found


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


def is_anchor(each: Concept) -> bool:
    """Whether a concept says by itself what a question is about."""
    return not (each.weak or each.generic or each.pays or each.id == "recognition")
