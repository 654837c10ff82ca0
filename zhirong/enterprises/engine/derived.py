"""What the house's own register tells of an enterprise and of one of its rights, as facts of policy; never a guess.

The register here is a copy and may hold less than the office's. So it says yes to what it holds, and no only where
nothing takes effect without the entry (a pledge: 民法典 第四百四十四条; an open licence: 专利法 第五十条;
中止: 专利法实施细则 第一百零三条、第一百零四条).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from zhirong.registry.engine import fees, states, terms
from zhirong.registry.engine.facts import Export, Kind, LicenceKind, Report, RightFacts, lasts
from zhirong.registry.engine.states import Overlay, Standing, State

OF_A_RIGHT: Final = (
    "patent_kind",
    "patent_status",
    "patent_expires_on",
    "inventions_granted",
    "other_patents_granted",
    "pledged",
    "suspended",
    "open_licence_published",
    "exclusive_or_sole_licence_running",
    "annual_fee_overdue",
    "evaluation_report",
    "export_banned_or_restricted",
    "is_publicly_funded",
)
OF_A_PARTY: Final = (
    "inventions_granted",
    "other_patents_granted",
    "ic_layouts_registered",
    "independent_legal_person",
)
COUNTED: Final = {
    Kind.INVENTION: "inventions_granted",
    Kind.UTILITY_MODEL: "other_patents_granted",
    Kind.DESIGN: "other_patents_granted",
    Kind.CIRCUIT_LAYOUT: "ic_layouts_registered",
}
STATUS: Final = {
    State.PENDING: "pending",
    State.PUBLISHED: "pending",
    State.EXAMINED: "pending",
    State.IN_FORCE: "granted",
    State.IN_GRACE: "granted",
    State.LAPSED: "lapsed",
    # A patent given up ends before its term like one whose fee is not paid (专利法 第四十四条).
    State.SURRENDERED: "lapsed",
    State.EXPIRED: "expired",
    State.INVALID: "invalidated",
}


def of_right(facts: RightFacts, day: date) -> dict[str, Any]:
    """The facts of a patent on a day; of a right of another kind, what weighs on it."""
    standing = states.standing(facts, day)
    found: dict[str, Any] = {"pledged": Overlay.PLEDGED in standing.overlays}
    found |= _screened(facts)
    if any(one.kind is not LicenceKind.PLAIN and _runs(one.scope, day) for one in facts.licences):
        found["exclusive_or_sole_licence_running"] = True
    return found | _of_patent(facts, standing, day) if facts.is_patent else found


def _runs(scope: Any, day: date) -> bool:
    return lasts(scope.since, scope.until, day)


def _screened(facts: RightFacts) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if facts.export is not Export.NOT_SCREENED:
        found["export_banned_or_restricted"] = facts.export is not Export.FREE
    if facts.report is not Report.NONE:
        found["evaluation_report"] = "positive" if facts.report is Report.GOOD else "negative"
    if facts.is_publicly_funded:
        found["is_publicly_funded"] = True
    return found


def _of_patent(facts: RightFacts, standing: Standing, day: date) -> dict[str, Any]:
    found: dict[str, Any] = {
        "patent_kind": str(facts.kind),
        "suspended": bool({Overlay.SUSPENDED, Overlay.SEIZED} & standing.overlays),
        "open_licence_published": Overlay.OPEN_LICENCE in standing.overlays,
    }
    is_granted = facts.granted_on is not None and facts.granted_on <= day
    # Nobody looked whether the last fee was paid: the patent may have ended, or may be late, or neither.
    if standing.fees is not fees.Standing.UNCONFIRMED:
        if standing.state in STATUS:
            found["patent_status"] = STATUS[standing.state]
        if standing.state in states.LIVING:
            found["annual_fee_overdue"] = standing.state is State.IN_GRACE
    if is_granted and facts.filed_on is not None and terms.is_known(facts):
        found["patent_expires_on"] = terms.term_last_day(facts).isoformat()
    if is_granted or standing.state in states.APPLICATIONS:
        counts = is_granted and standing.state is not State.INVALID
        is_invention = facts.kind is Kind.INVENTION
        found["inventions_granted"] = str(int(counts and is_invention))
        found["other_patents_granted"] = str(int(counts and not is_invention))
    return found


def counts_of(kinds: Iterable[str]) -> set[str]:
    """The facts in which rights of these kinds count."""
    return {COUNTED[Kind(kind)] for kind in kinds if Kind(kind) in COUNTED}


def counted(held: Iterable[tuple[str, date]], day: date) -> dict[str, list[int]]:
    """The places of rights that count for each fact, of (kind, granted on) in order; a fact of none is left out.

    Chip layouts count in the year in which they were registered (当年登记).
    """
    found: dict[str, list[int]] = {}
    for place, (kind, granted_on) in enumerate(held):
        name = COUNTED.get(Kind(kind))
        if name is None or granted_on > day:
            continue
        if name == "ic_layouts_registered" and granted_on.year != day.year:
            continue
        found.setdefault(name, []).append(place)
    return found
