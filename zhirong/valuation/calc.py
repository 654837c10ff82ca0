"""Every calculation of valuation for `zr calc`, by its own name."""

from __future__ import annotations

from zhirong.base.engines import Engine
from zhirong.valuation import calc_estimate, calc_finance, calc_income, calc_market, calc_options, calc_quality

ENGINES: dict[str, Engine] = {
    **calc_income.ENGINES,
    **calc_options.ENGINES,
    **calc_finance.ENGINES,
    **calc_market.ENGINES,
    **calc_quality.ENGINES,
    **calc_estimate.ENGINES,
}
