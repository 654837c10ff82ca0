"""A rule set with the fee of LEDGER 6.2: one and a half percent of the price from the seller, no least fee."""

from __future__ import annotations

import re
from datetime import date

from zhirong.base import yaml_text
from zhirong.exchange import rule_sets

DAY = date(2026, 11, 22)
FIGURES = {"fees_seller_ppm": "{0: 15000}", "fees_buyer_ppm": "{0: 0}", "fee_least_fen": "0"}


def text(**other: str) -> str:
    """The demonstration's file with these figures in place of its own."""
    found = rule_sets.text_of("demo")
    for name, value in {**FIGURES, **other}.items():
        found, count = re.subn(rf"({name}:\n    - {{from: \S+, value: )({{[^}}]*}}|\w+)", rf"\g<1>{value}", found)
        assert count == 1, name
    return found


def one_and_a_half(**other: str) -> rule_sets.RuleSet:
    return rule_sets.read(yaml_text.parse(text(**other)), DAY)
