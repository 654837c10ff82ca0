"""Goal seek: for which values of one number a measure is met, an amount reached, or a ceiling hit.

Nothing is taken to rise or fall steadily. The range is looked at in many points, among them every number that the
measure names; between two neighbours that differ the place of the change is halved down to the smallest step of the
fact, and each end is tried on both sides. What two changes between neighbouring points would hide is not seen, so the
number of points is part of the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil, floor
from typing import Any

from zhirong.base.refused import Refused
from zhirong.policy.engine import decide, exact, moves, tree
from zhirong.policy.engine.amounts import Amount
from zhirong.policy.engine.decide import MET, NOT_IN_FORCE, UNKNOWN, Decision
from zhirong.policy.engine.exact import Case
from zhirong.policy.engine.facts import Contradiction, Fact, Vocabulary
from zhirong.policy.engine.measure import Measure, expressions, parameters_on
from zhirong.policy.engine.values import is_number, simplest

Number = int | Fraction
POINTS = 96
MOST_NUMBERS = 60
MET_GOAL, AMOUNT_GOAL, CEILING_GOAL = "met", "amount", "ceiling"
GOALS = (MET_GOAL, AMOUNT_GOAL, CEILING_GOAL)


@dataclass(frozen=True)
class Span:
    """From the first to the last value, both included, at which the goal is reached; None is the end of the range."""

    first: Number
    last: Number
    begins_inside: bool
    ends_inside: bool
    at_first: Decision


@dataclass(frozen=True)
class Sought:
    """The spans found, how many points were looked at, the step, and the decision with the fact as it is."""

    spans: tuple[Span, ...]
    points: int
    step: Fraction
    least: Number
    most: Number
    now: Decision


@dataclass(frozen=True)
class Question:
    """Which fact may move, between which values, and what is to be reached (`fen` for an amount)."""

    fact: Fact
    goal: str
    fen: int = 0
    least: Number | None = None
    most: Number | None = None


def seek(
    measure: Measure,
    facts: Mapping[str, Any],
    day: date,
    *,
    question: Question,
    known: date | None = None,
    vocabulary: Vocabulary,
) -> Sought:
    """Where the goal is reached; where the fact would contradict the others it is not.

    Refused: a fact that is no number or without a range, a measure out of its time or one that does not ask for the
    fact, a value that stays unknown because other facts are missing.
    """
    fact, step = question.fact, moves.step_of(question.fact.unit)
    if fact.kind != "number":
        raise Refused("policy.goal_no_number", name=fact.name)
    least, most = _range(question, step)
    look = Look(measure, facts, day, question=question, known=known, rules=vocabulary.contradictions)
    now = look.decision(facts.get(fact.name))
    if now.eligible == NOT_IN_FORCE:
        raise Refused("policy.goal_not_in_force", measure=measure.id, day=day)
    places = _points(look, now, least=least, most=most, step=step)
    states = [look(place) for place in places]
    spans = list(_spans(places, states, look, step=step))
    return Sought(tuple(spans), look.count, step, least, most, now)


class Look:
    """The goal at a value of the fact, each value decided once."""

    def __init__(
        self,
        measure: Measure,
        facts: Mapping[str, Any],
        day: date,
        *,
        question: Question,
        known: date | None,
        rules: Sequence[Contradiction],
    ) -> None:
        self.measure, self.facts, self.day, self.known = measure, facts, day, known
        self.question = question
        name = question.fact.name
        self.rules = [one.expression for one in rules if name in one.expression.facts]
        self.seen: dict[Number, bool] = {}

    @property
    def count(self) -> int:
        return len(self.seen)

    def decision(self, value: Number | None) -> Decision:
        changed = {**self.facts, self.question.fact.name: value} if value is not None else self.facts
        return decide.decide(self.measure, changed, self.day, known=self.known)

    def __call__(self, value: Number) -> bool:
        if value not in self.seen:
            case = Case({**self.facts, self.question.fact.name: value}, {})
            clashes = any(rule.facts <= case.facts.keys() and rule.run(case) is True for rule in self.rules)
            self.seen[value] = not clashes and self._reached(value)
        return self.seen[value]

    def _reached(self, value: Number) -> bool:
        found, goal = self.decision(value), self.question.goal
        if found.eligible == UNKNOWN:
            raise Refused("policy.goal_unknown", names="、".join(found.missing))
        if found.eligible != MET:
            return False
        if goal == MET_GOAL:
            return True
        if found.amount is None:
            raise Refused("policy.goal_no_amount", measure=self.measure.id)
        if found.amount.amount_fen is None:
            raise Refused("policy.goal_unknown", names="、".join(sorted(found.amount.missing)))
        if goal == AMOUNT_GOAL:
            return found.amount.amount_fen >= self.question.fen
        return self._is_at_ceiling(found, found.amount, value)

    def _is_at_ceiling(self, found: Decision, amount: Amount, value: Number) -> bool:
        """Whether a ceiling that holds leaves no more than what is due, or a line is cut at its own."""
        version = next(one for one in self.measure.versions if one.id == found.version)
        case = Case({**self.facts, self.question.fact.name: value}, parameters_on(self.measure, found.day, found.known))
        rooms = {one.id: one.room_fen for one in amount.ceilings}
        return any(line.is_capped for line in amount.lines) or any(
            rooms[one.id] == amount.amount_fen and (one.when is None or exact.truth(one.when.run(case)) is True)
            for one in version.ceilings
        )


def _range(question: Question, step: Fraction) -> tuple[Number, Number]:
    """The range asked for within the one declared, on whole steps."""
    fact = question.fact
    lows = [Fraction(one) for one in (fact.least, question.least) if one is not None]
    highs = [Fraction(one) for one in (fact.most, question.most) if one is not None]
    if not lows or not highs:
        raise Refused("policy.goal_no_range", name=fact.name)
    least, most = ceil(max(lows) / step) * step, floor(min(highs) / step) * step
    if least > most:
        raise Refused("policy.goal_no_range", name=fact.name)
    return simplest(least), simplest(most)


def _points(look: Look, now: Decision, *, least: Number, most: Number, step: Fraction) -> list[Number]:
    """An even grid, a finer one near the lower end, the value as it is, every number that the measure names and every
    threshold of its comparisons, and what lies one step beside each of these."""
    fact = look.question.fact.name
    version = next(one for one in look.measure.versions if one.id == now.version)
    nodes = [one.node for _, one in expressions(version) if fact in one.facts]
    if not nodes:
        raise Refused("policy.goal_not_asked", name=fact, measure=look.measure.id)
    parameters = parameters_on(look.measure, now.day, now.known)
    told = {Fraction(one) for one in list(_numbers(nodes, parameters))[:MOST_NUMBERS]}
    told |= set(_thresholds(nodes, fact, Case(look.facts, parameters)))
    if is_number(look.facts.get(fact)):
        told.add(Fraction(look.facts[fact]))
    told = {floor(one / step) * step + sign * step for one in told for sign in (-1, 0, 1, 2)}
    width = Fraction(most - least)
    grid = [least + width * place / POINTS for place in range(POINTS + 1)]
    grid += [least + width / 2**place for place in range(1, 48)]
    found = told | {floor(one / step) * step for one in grid} | {Fraction(least), Fraction(most)}
    return [simplest(one) for one in sorted(found) if least <= one <= most]


def _thresholds(nodes: list[tree.Node], fact: str, case: Case) -> Iterator[Fraction]:
    """Where comparisons turn that are linear in the fact."""
    compared = [one for node in nodes for one in tree.walk(node) if isinstance(one, tree.Compare)]
    for one in compared:
        is_plain = len(one.signs) == 1 and one.signs[0] in exact.ORDERS and fact in tree.facts_of(one)
        value = moves.threshold(one, fact, case) if is_plain else None
        if value is not None:
            yield value


def _numbers(nodes: list[tree.Node], parameters: Mapping[str, Any]) -> Iterator[Number]:
    """Every number that expressions name, in themselves or by a parameter, tables included."""
    for node in nodes:
        for one in tree.walk(node):
            if isinstance(one, tree.Literal):
                yield from _inside(one.value)
            elif isinstance(one, tree.Parameter):
                yield from _inside(parameters.get(one.name))


def _inside(value: Any) -> Iterator[Number]:
    if is_number(value):
        yield value
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _inside(one)


def _spans(places: list[Number], states: list[bool], look: Look, *, step: Fraction) -> Iterator[Span]:
    """Runs of points at which the goal is reached, their ends halved down to the step."""
    first: Number | None = None
    begins_inside = False
    for number, (place, state) in enumerate(zip(places, states, strict=True)):
        if state and first is None:
            begins_inside = number > 0
            first = _edge(places[number - 1], place, look, step=step) if number else place
        elif not state and first is not None:
            last = _edge(place, places[number - 1], look, step=step)
            yield Span(first, last, begins_inside, True, look.decision(first))
            first = None
    if first is not None:
        yield Span(first, places[-1], begins_inside, False, look.decision(first))


def _edge(outside: Number, inside: Number, look: Callable[[Number], bool], *, step: Fraction) -> Number:
    """The last value on the way from inside to outside at which the goal is reached; the next one was tried too."""
    while abs(inside - outside) > step:
        steps = floor(abs(inside - outside) / step / 2)
        middle = simplest(inside + (steps * step if outside > inside else -steps * step))
        if middle in (inside, outside):
            break
        if look(middle):
            inside = middle
        else:
            outside = middle
    return inside
