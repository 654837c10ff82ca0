"""What should be valued anew, and why: an unpaid fee, a request for invalidation, a licence lost, an old figure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from zhirong.base.calendar import beijing_day
from zhirong.registry import queries
from zhirong.registry.engine import fees, states
from zhirong.registry.engine.facts import Licence, RightFacts, lasts
from zhirong.registry.models import Right
from zhirong.valuation import rules, terms
from zhirong.valuation.models import Answer, AppraisalRight, PortfolioItem


@dataclass(frozen=True, slots=True)
class Watched:
    """That a party cares for what a right is worth: since which day, and of which day its last figure is."""

    right_id: int
    party_id: int
    since: date
    # Of the last appraisal or answer; None where there is only a portfolio, whose estimates are always of today.
    figure_on: date | None


def of_rights(rights: Iterable[int]) -> list[Watched]:
    """Whoever had one of these rights appraised, keeps it in a portfolio or answered questions on it."""
    ids = list(rights)
    found: dict[tuple[int, int], list[tuple[date, bool]]] = {}
    appraised = AppraisalRight.objects.filter(right__in=ids, appraisal__state="issued")
    for right, party, on in appraised.values_list("right_id", "appraisal__client_id", "appraisal__value_date"):
        found.setdefault((right, party), []).append((on, True))
    kept = PortfolioItem.objects.filter(right__in=ids, portfolio__ended_at__isnull=True)
    for right, party, at in kept.values_list("right_id", "portfolio__party_id", "portfolio__made_at"):
        found.setdefault((right, party), []).append((beijing_day(at), False))
    said = Answer.objects.filter(right__in=ids, replaced_at__isnull=True)
    for right, party, at in said.values_list("right_id", "party_id", "at"):
        found.setdefault((right, party), []).append((beijing_day(at), True))
    return [
        Watched(
            right,
            party,
            since=max(on for on, _ in days),
            figure_on=max((on for on, is_figure in days if is_figure), default=None),
        )
        for (right, party), days in sorted(found.items())
    ]


def all_rights() -> list[int]:
    """Every right that somebody watches, in the order of its id."""
    found: set[int] = set()
    found |= set(AppraisalRight.objects.filter(appraisal__state="issued").values_list("right_id", flat=True))
    found |= set(PortfolioItem.objects.filter(portfolio__ended_at__isnull=True).values_list("right_id", flat=True))
    found |= set(Answer.objects.filter(replaced_at__isnull=True).values_list("right_id", flat=True))
    return sorted(found)


def causes(rights: Sequence[Right], watched: Sequence[Watched], day: date) -> dict[tuple[int, int], list[str]]:
    """Per right and party, why the figure should be looked at anew today; nobody is left out, many have no cause."""
    facts = {right.pk: known for right, known in zip(rights, queries.facts_of_many(rights, day), strict=True)}
    stale = terms.on("stale_months", day)
    return {
        (one.right_id, one.party_id): list(_causes(facts[one.right_id], one, day=day, stale_months=stale))
        for one in watched
    }


def _causes(facts: RightFacts, one: Watched, *, day: date, stale_months: int) -> Iterable[str]:
    standing = states.standing(facts, day)
    if standing.fees in (fees.Standing.IN_GRACE, fees.Standing.UNPAID):
        yield "fee_unpaid"
    if states.Overlay.INVALIDATION_ASKED in standing.overlays:
        yield "invalidation"
    if _weighed(facts.licences, one.since) - _weighed(facts.licences, day):
        yield "licence_lost"
    if one.figure_on is not None and rules.usable_until(one.figure_on, months=stale_months) < day:
        yield "old"


def _weighed(licences: Sequence[Licence], day: date) -> set[Licence]:
    return {licence for licence in licences if lasts(licence.scope.since, licence.scope.until, day)}
