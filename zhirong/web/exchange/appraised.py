"""The appraisal and the approvals of state-owned rights as pages show them (X3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from zhirong.exchange import state_assets
from zhirong.exchange.models import Listing, StatePaper
from zhirong.exchange.rule_sets import RuleSet
from zhirong.web import filters
from zhirong.web.exchange import words


@dataclass(frozen=True)
class Shown:
    """The papers that stand, line by line, with the file of each and what keeps the listing back."""

    lines: list[tuple[str, str]]
    files: list[tuple[int, str]]
    missing: list[str]
    is_below: bool


def shown(listing: Listing, rules: RuleSet | None, *, row: Any) -> Shown | None:
    """What the papers of a listing say, from the row beside which they stand; None where it needs none."""
    if rules is None or not state_assets.are_asked(listing.seller, rules):
        return None
    papers = state_assets.of_row(row)
    appraisal, wanted = papers.get("appraisal"), {"appraisal": gettext("Appraisal report"), **_approval()}
    return Shown(
        lines=lines(papers),
        files=[(one.pk, one.file.name) for one in papers.values()],
        missing=[word for what, word in wanted.items() if what not in papers],
        is_below=appraisal is not None and listing.asking_fen < (appraisal.amount_fen or 0),
    )


def _approval() -> dict[str, str]:
    return {"transfer": gettext("Approval of the sale")}


def lines(papers: Mapping[str, StatePaper]) -> list[tuple[str, str]]:
    """Each paper in the words of the page: the figure, by whom, under which number, of which day."""
    said: list[tuple[str, str]] = []
    if (one := papers.get("appraisal")) is not None:
        said.append((gettext("Appraised at"), words.money(one.amount_fen or 0)))
        said.append((gettext("Appraisal report"), f"{one.body} · {one.number}"))
        said.append((gettext("Valuation date"), filters.day(one.dated_on)))
        if one.filed_on is not None:
            filed = f"{one.filed_with} · {one.filed_number} · {filters.day(one.filed_on)}"
            said.append((gettext("Appraisal approved or filed"), filed))
    if (one := papers.get("transfer")) is not None:
        said.append((gettext("Approval of the sale"), f"{one.body} · {one.number} · {filters.day(one.dated_on)}"))
    if (one := papers.get("price")) is not None:
        told = gettext("%(by)s, down to %(least)s") % {
            "by": f"{one.body} · {one.number} · {filters.day(one.dated_on)}",
            "least": words.money(one.amount_fen or 0),
        }
        said.append((gettext("Approval of a lower price"), told))
    return said


def kinds() -> list[tuple[str, str]]:
    """The kinds of papers to choose from in the seller's form."""
    return [
        ("appraisal", gettext("Appraisal report")),
        ("transfer", gettext("Approval of the sale")),
        ("price", gettext("Approval of a lower price")),
    ]
