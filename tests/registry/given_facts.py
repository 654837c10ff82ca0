"""Builders of right facts for the registry's tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from zhirong.registry.engine.facts import FeeRecord, Holder, Kind, RightFacts

HOLDER = Holder("深圳市某某科技有限公司", party="p1")
SECOND = Holder("某某大学", party="p2")


def a_patent(**changes: Any) -> RightFacts:
    """An invention filed 2019-05-06 and granted 2021-08-03, fees seen paid through year 8 on 2026-01-05."""
    facts = RightFacts(
        kind=Kind.INVENTION,
        number="201910302430.1",
        filed_on=date(2019, 5, 6),
        published_on=date(2019, 11, 1),
        granted_on=date(2021, 8, 3),
        holders=(HOLDER,),
        fees=FeeRecord(paid_through_year=8, as_of=date(2026, 1, 5)),
    )
    return replace(facts, **changes)


DAY = date(2026, 3, 2)
