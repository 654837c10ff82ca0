"""Calculations for `zr calc`: lending, portfolios, marketability, damages, licence fees and reconciliation."""

from __future__ import annotations

from zhirong.base.engines import Engine
from zhirong.valuation import calc_finance_law, calc_finance_pledge, calc_finance_sums

ENGINES: dict[str, Engine] = {**calc_finance_pledge.ENGINES, **calc_finance_sums.ENGINES, **calc_finance_law.ENGINES}
