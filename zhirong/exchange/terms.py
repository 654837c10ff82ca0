"""Terms beside the rule sets: how long a listing may be suspended, how long its buyers and unplaced money wait."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from zhirong.base import yaml_text
from zhirong.base.calendar import beijing_day, china
from zhirong.exchange import listing_rules, rule_sets
from zhirong.exchange.rule_sets import Span


@cache
def _terms() -> dict[str, dict[str, list[dict[str, Any]]]]:
    found: dict[str, dict[str, list[dict[str, Any]]]] = yaml_text.parse(
        (rule_sets.FOLDER / "terms.yaml").read_text("utf-8")
    )
    return found


@cache
def _unsold() -> dict[str, dict[str, list[dict[str, Any]]]]:
    found: dict[str, dict[str, list[dict[str, Any]]]] = yaml_text.parse(
        (rule_sets.FOLDER / "unsold.yaml").read_text("utf-8")
    )
    return found


def _term(name: str, basis: str, since: datetime) -> datetime:
    found: Span = rule_sets.figure_on(_terms()[name][basis], name=name, day=beijing_day(since))
    return listing_rules.after(since, found, china()).at


def price_binds_until(basis: str, announced_at: datetime) -> datetime | None:
    """How long the price of an unsold run binds the next one of the same rights; none where nothing says so."""
    binds = _unsold()["price_binds"].get(basis)
    if binds is None:
        return None
    found: Span = rule_sets.figure_on(binds, name="price_binds", day=beijing_day(announced_at))
    return listing_rules.after(announced_at, found, china()).at


def suspension_ends(basis: str, since: datetime) -> datetime:
    """By when a suspended listing resumes or ends (X4)."""
    return _term("suspension", basis, since)


def qualification_ends(basis: str, since: datetime) -> datetime:
    """By when the house has decided on everyone who registered, counted from the end of registration (X4)."""
    return _term("qualification", basis, since)


def unplaced_ends(since: datetime) -> datetime:
    """By when money that speaks of no listing is placed or on its way back (X4, B10)."""
    return _term("unplaced", "house", since)
