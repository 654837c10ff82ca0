"""Marketability discount (缺乏流动性折扣): what it costs that a thing cannot be sold for a while."""

from __future__ import annotations

import math

from zhirong.valuation.engine import guards

# Below this σ²T the closed form loses its digits in differences; the series is exact to the last digit there.
SMALL = 0.1
TERMS = 12
# No volatility and no wait of the world; what lies beyond is a mistyped number.
MOST_VOLATILITY = 10.0
MOST_YEARS = 100.0


def finnerty(volatility: float, years: float) -> float:
    """Discount as a share of value, 0 to 0.32279, for a thing without yield that cannot be sold for `years`.

    `volatility` is the yearly log s.d. of its value. D = Φ(v/2) − Φ(−v/2), v² = x + ln[2(eˣ − x − 1)] − 2 ln(eˣ − 1)
    with x = σ²T: an average-strike put (Finnerty 2012, "An average-strike put option model of the marketability
    discount", Journal of Derivatives 19). By its own abstract it tends to understate observed discounts, and
    Ghaidarov 2009 finds why; use it as one input to a forced-sale discount, not as the whole of it.
    """
    sigma = guards.within(volatility, "volatility", least=0.0, most=MOST_VOLATILITY)
    wait = guards.within(years, "years", least=0.0, most=MOST_YEARS)
    return math.erf(math.sqrt(_variance(sigma * sigma * wait)) / (2.0 * math.sqrt(2.0)))


def _variance(x: float) -> float:
    """v² for x = σ²T; rises from x/3 at zero to ln 2."""
    if x < SMALL:
        # 2(eˣ − x − 1)/x² and (eˣ − 1)/x, each less its leading 1.
        doubled = sum(2.0 * x**k / math.factorial(k + 2) for k in range(1, TERMS))
        plain = sum(x**k / math.factorial(k + 1) for k in range(1, TERMS))
        return x + math.log1p(doubled) - 2.0 * math.log1p(plain)
    # Divided through by e²ˣ, so that a large x does not overflow.
    return math.log(2.0) + math.log1p(-(x + 1.0) * math.exp(-x)) - 2.0 * math.log1p(-math.exp(-x))
