"""Terms beside the rule sets: how long a suspended listing may stand still."""

from __future__ import annotations

from datetime import date, datetime
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


def suspension(basis: str, day: date) -> Span:
    """How long a listing may be suspended before it resumes or ends (X4)."""
    found: Span = rule_sets.figure_on(_terms()["suspension"][basis], name="suspension", day=day)
    return found


def suspension_ends(basis: str, since: datetime) -> datetime:
    """By when a suspended listing resumes or ends."""
    return listing_rules.after(since, suspension(basis, beijing_day(since)), china()).at
