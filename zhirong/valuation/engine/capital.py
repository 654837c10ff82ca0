"""Capital that a bank must hold against a corporate loan under the internal-ratings formula of Basel."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import ndtr, ndtri

from zhirong.valuation.engine import guards


@dataclass(frozen=True, slots=True, kw_only=True)
class Irb:
    """The formula's figures, as a supervisor sets them: correlations, maturity terms, confidence, floor, multiple."""

    correlation_low: float
    correlation_high: float
    correlation_decay: float
    maturity_a: float
    maturity_b: float
    maturity_base_years: float
    confidence: float
    least_pd: float
    least_maturity_years: float
    most_maturity_years: float
    multiple: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """Shares of the exposure: asset correlation, capital `capital`, risk weight, expected loss; `pd` as it was used."""

    pd: float
    correlation: float
    capital: float
    risk_weight: float
    expected_loss: float


def requirement(pd: float, *, lgd: float, maturity_years: float, irb: Irb) -> Requirement:
    """Capital and risk weight of one corporate exposure not in default.

    `pd` is the one-year probability of default, raised to the floor; `lgd` the downturn loss given default, 0 to 1.
    K = [LGD·Φ((Φ⁻¹(PD) + √R·Φ⁻¹(q))/√(1−R)) − PD·LGD]·(1 + (M−2.5)b)/(1 − 1.5b), R between its two ends by
    e^(−50PD), b = (0.11852 − 0.05478 ln PD)²; never below zero. Source: Basel II paragraphs 271 to 272, the same in
    商业银行资本管理办法. M is held within its bounds. Refuses shares outside 0 to 1.
    """
    used = max(guards.within(pd, "pd", least=0.0, most=0.9999), irb.least_pd)
    loss = guards.within(lgd, "lgd", least=0.0, most=1.0)
    years = guards.within(maturity_years, "maturity_years", least=0.0, most=100.0)
    held = min(max(years, irb.least_maturity_years), irb.most_maturity_years)
    share = math.expm1(-irb.correlation_decay * used) / math.expm1(-irb.correlation_decay)
    correlation = irb.correlation_low * share + irb.correlation_high * (1.0 - share)
    b = (irb.maturity_a - irb.maturity_b * math.log(used)) ** 2
    score = (ndtri(used) + math.sqrt(correlation) * ndtri(irb.confidence)) / math.sqrt(1.0 - correlation)
    longer = (1.0 + (held - irb.maturity_base_years) * b) / (1.0 - (irb.maturity_base_years - 1.0) * b)
    capital = max(0.0, loss * (float(ndtr(score)) - used) * longer)
    return Requirement(
        pd=used,
        correlation=correlation,
        capital=capital,
        risk_weight=capital * irb.multiple,
        expected_loss=used * loss,
    )
