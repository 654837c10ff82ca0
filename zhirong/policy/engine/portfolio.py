"""Several measures at once: the set of claims with the largest sum that no clause forbids, exact to the cent.

Claims with the same key (loan, project, fee) are about the same thing; a rule whose scope is the enterprise ignores
keys. `exclusive` and `choose_best` bar each other, in both directions though one text alone says so; `deduct` takes
what other taken claims pay off this one; `joint_cap` limits this one and the others together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from zhirong.base.refused import Refused
from zhirong.policy.engine import exact, functions
from zhirong.policy.engine.measure import Measure, Rule, parameters_on
from zhirong.policy.engine.values import Unknown, fen

MOST_CLAIMS, MOST_STEPS = 200, 50_000
BARRING = ("exclusive", "choose_best")


@dataclass(frozen=True)
class Member:
    """What the portfolio needs of a measure: its tags and rules, and the limits of its joint ceilings in fen."""

    id: str
    tags: tuple[str, ...]
    rules: tuple[Rule, ...]
    limits: Mapping[int, int]


@dataclass(frozen=True)
class Claim:
    """An amount already found, and for which thing."""

    measure: str
    key: str
    amount_fen: int


@dataclass(frozen=True)
class Taken:
    """A claim of the best set and what of it is paid; the clauses that lowered it."""

    place: int
    paid_fen: int
    lowered_by: tuple[str, ...]


@dataclass(frozen=True)
class Dropped:
    """A claim left out, the first taken claim that bars it (or that it would lower by more), and the clause."""

    place: int
    because: int
    clause: str


@dataclass(frozen=True)
class Best:
    """The best set, in the order of the claims."""

    total_fen: int
    taken: tuple[Taken, ...]
    dropped: tuple[Dropped, ...]


def member(measure: Measure, day: date) -> Member:
    """A measure as the portfolio of a day sees it. Refused: a joint ceiling without a limit on that day."""
    parameters = parameters_on(measure, day, date.max)
    return made_up(measure.id, measure.tags, measure.cumulation, parameters=parameters)


def made_up(
    name: str, tags: tuple[str, ...], rules: tuple[Rule, ...], *, parameters: Mapping[str, Any] | None = None
) -> Member:
    """A member from its rules alone."""
    case = exact.Case({}, parameters or {})
    limits = {}
    for place, rule in enumerate(rules):
        if rule.rule == "joint_cap":
            value = rule.limit.run(case) if rule.limit else Unknown()
            if isinstance(value, Unknown):
                raise Refused("policy.joint_limit_unknown", measure=name, clause=rule.clause)
            limits[place] = fen(functions.need_number(value, "limit"))
    return Member(name, tags, rules, limits)


def with_rooms(one: Member, rooms: Sequence[tuple[str, int]]) -> Member:
    """The member with ceilings of its own for the enterprise: (clause, fen left). All its claims together keep them."""
    rules = [Rule("joint_cap", "enterprise_year", (), clause=clause, limit=None) for clause, _ in rooms]
    limits = {len(one.rules) + place: fen for place, (_, fen) in enumerate(rooms)}
    return replace(one, rules=(*one.rules, *rules), limits={**one.limits, **limits})


def best(claims: Sequence[Claim], members: Mapping[str, Member]) -> Best:
    """The largest sum allowed; of equal ones the set that comes first in the order of the claims.

    Refused: an unknown measure, a negative amount, more claims than can be weighed, joint ceilings that cross.
    """
    if len(claims) > MOST_CLAIMS:
        raise Refused("policy.list_too_long", most=MOST_CLAIMS, found=len(claims))
    for claim in claims:
        if claim.measure not in members:
            raise Refused("policy.measure_unknown", measure=claim.measure)
        if claim.amount_fen < 0:
            raise Refused("policy.amount_negative", measure=claim.measure)
    board = Board(claims, members)
    chosen = sorted(place for part in board.components() for place in board.best_of(part))
    paid, lowered = board.paid(chosen)
    taken = tuple(Taken(place, paid[place], tuple(lowered.get(place, ()))) for place in chosen)
    left = [place for place in range(len(claims)) if place not in set(chosen)]
    dropped = [(place, board.barred_by(place, chosen) or board.lowers(place, chosen)) for place in left]
    return Best(
        total_fen=sum(paid.values()),
        taken=taken,
        dropped=tuple(Dropped(place, found[0], found[1]) for place, found in dropped if found),
    )


class Board:
    """Who bars, lowers or limits whom among the claims of one question."""

    def __init__(self, claims: Sequence[Claim], members: Mapping[str, Member]) -> None:
        self.claims, self.members = claims, members
        count = range(len(claims))
        self.bars: dict[tuple[int, int], str] = {}
        self.deducts: dict[int, list[tuple[int, str]]] = {}
        self.groups: dict[tuple[frozenset[int], int], str] = {}
        for one in count:
            for place, rule in enumerate(members[claims[one].measure].rules):
                self._note(one, place, rule)

    def _note(self, one: int, place: int, rule: Rule) -> None:
        hit = [other for other in range(len(self.claims)) if self.hits(rule, one, other)]
        if rule.rule in BARRING:
            for other in hit:
                self.bars.setdefault((one, other), rule.clause)
        elif rule.rule == "deduct":
            self.deducts.setdefault(one, []).extend((other, rule.clause) for other in hit)
        else:
            limit = self.members[self.claims[one].measure].limits[place]
            same = [two for two in range(len(self.claims)) if self.is_same(rule, one, two)]
            self.groups.setdefault((frozenset([one, *hit, *same]), limit), rule.clause)

    def is_same(self, rule: Rule, one: int, other: int) -> bool:
        """Another claim of the same measure about the same thing: a joint ceiling counts it in."""
        a, b = self.claims[one], self.claims[other]
        return a.measure == b.measure and (a.key == b.key or rule.scope.startswith("enterprise"))

    def hits(self, rule: Rule, one: int, other: int) -> bool:
        """Whether a rule of one claim names the other's measure for the same thing; never its own measure."""
        a, b = self.claims[one], self.claims[other]
        if a.measure == b.measure or not (a.key == b.key or rule.scope.startswith("enterprise")):
            return False
        names = {f"id:{b.measure}", *(f"tag:{tag}" for tag in self.members[b.measure].tags)}
        return not names.isdisjoint(rule.others)

    def is_barred(self, one: int, other: int) -> bool:
        return (one, other) in self.bars or (other, one) in self.bars

    def barred_by(self, one: int, chosen: Iterable[int]) -> tuple[int, str] | None:
        """The first taken claim that bars this one; its own clause before the other's."""
        for other in chosen:
            clause = self.bars.get((one, other)) or self.bars.get((other, one))
            if clause:
                return other, clause
        return None

    def lowers(self, one: int, chosen: Iterable[int]) -> tuple[int, str] | None:
        """The first taken claim from which this one would take more than it brings, and the clause."""
        for other in chosen:
            clauses = [clause for hit, clause in self.deducts.get(other, ()) if hit == one]
            clauses += [clause for (group, _), clause in self.groups.items() if {one, other} <= group]
            if clauses:
                return other, clauses[0]
        return None

    def components(self) -> list[list[int]]:
        """Claims that have to do with each other, directly or through others."""
        links: dict[int, set[int]] = {place: set() for place in range(len(self.claims))}
        pairs = [*self.bars, *((one, other) for one, hit in self.deducts.items() for other, _ in hit)]
        pairs += [(min(group), other) for group, _ in self.groups for other in group]
        for one, other in pairs:
            links[one].add(other)
            links[other].add(one)
        found, seen = [], set[int]()
        for place in links:
            if place not in seen:
                part = reached(place, links)
                seen |= part
                found.append(sorted(part))
        return found

    def best_of(self, part: list[int]) -> list[int]:
        """Branch and bound: with the claim first, then without, as long as what is left could still be more."""
        is_free = not any(self.is_barred(one, other) for one in part for other in part)
        if is_free and not any(one in self.deducts for one in part):
            return part
        best: tuple[int, list[int]] = (-1, [])
        stack: list[tuple[int, list[int]]] = [(0, [])]
        steps = 0
        while stack:
            depth, chosen = stack.pop()
            steps += 1
            if steps > MOST_STEPS:
                raise Refused("policy.portfolio_too_large", claims=len(part))
            rest = [one for one in part[depth:] if not any(self.is_barred(one, other) for other in chosen)]
            if self.ceiling_of([*chosen, *rest]) <= best[0]:
                continue
            if not rest:
                best = max(best, (sum(self.paid(chosen)[0].values()), chosen), key=lambda found: found[0])
                continue
            depth = part.index(rest[0]) + 1
            stack += [(depth, chosen), (depth, [*chosen, rest[0]])]
        return best[1]

    def ceiling_of(self, chosen: list[int]) -> int:
        """No set within these can pay more: what is deducted is left aside."""
        gross = {one: self.claims[one].amount_fen for one in chosen}
        self.cut(gross, {})
        return sum(gross.values())

    def paid(self, chosen: list[int]) -> tuple[dict[int, int], dict[int, list[str]]]:
        """What each claim of a set pays after deductions and joint ceilings, and the clauses that lowered it."""
        net: dict[int, int] = {}
        lowered: dict[int, list[str]] = {}
        for one in chosen:
            self._net(one, chosen, net=net, lowered=lowered, asked=set())
        paid = {one: net[one] for one in chosen}
        self.cut(paid, lowered)
        return paid, lowered

    def _net(
        self, one: int, chosen: list[int], *, net: dict[int, int], lowered: dict[int, list[str]], asked: set[int]
    ) -> int:
        """The claim less what the others pay; two texts that deduct each other take it off once."""
        if one in net:
            return net[one]
        left = self.claims[one].amount_fen
        for other, clause in self.deducts.get(one, ()):
            if other not in chosen or other in asked:
                continue
            taken = min(left, self._net(other, chosen, net=net, lowered=lowered, asked={*asked, one}))
            left -= taken
            if taken:
                lowered.setdefault(one, []).append(clause)
        net[one] = left
        return left

    def cut(self, paid: dict[int, int], lowered: dict[int, list[str]]) -> None:
        """Joint ceilings, the inner ones first; the last claims give way."""
        groups = sorted(self.groups, key=lambda found: (len(found[0]), found[1]))
        for place, (group, limit) in enumerate(groups):
            for outer, _ in groups[place + 1 :]:
                if group & outer and not group <= outer:
                    raise Refused("policy.ceilings_cross", clause=self.groups[(group, limit)])
            over = sum(paid.get(one, 0) for one in group) - limit
            for one in sorted(group & paid.keys(), reverse=True):
                taken = min(max(over, 0), paid[one])
                paid[one] -= taken
                over -= taken
                if taken:
                    lowered.setdefault(one, []).append(self.groups[(group, limit)])


def reached(start: int, links: Mapping[int, set[int]]) -> set[int]:
    """Everything linked to a claim."""
    found, left = {start}, [start]
    while left:
        for other in links[left.pop()] - found:
            found.add(other)
            left.append(other)
    return found
