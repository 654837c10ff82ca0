"""The figures that the book's numbers of lending are computed with."""

from zhirong.valuation.engine import capital, lending

HAIRCUT = lending.Haircut(cost=0.15, forced_sale=0.30, decay=0.10, volatility=0.35, valuation_sd=0.60, years=2.0)
IRB = capital.Irb(
    correlation_low=0.12,
    correlation_high=0.24,
    correlation_decay=50,
    maturity_a=0.11852,
    maturity_b=0.05478,
    maturity_base_years=2.5,
    confidence=0.999,
    least_pd=0.0003,
    least_maturity_years=1,
    most_maturity_years=5,
    multiple=12.5,
)
