"""Figures of the PyPI package intangible-valuation 2.1.4 beside ours and the published ones, where both can reckon.

The package is no part of this house. Put it into an environment of its own and say where its Python is:
python3 -m venv peer && peer/bin/pip install intangible-valuation==2.1.4; ZR_PEER_PYTHON=peer/bin/python.
Without it nothing is measured, in a word.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import Any

from zhirong.cli.bench import Report
from zhirong.valuation.engine import black_scholes, marketability, portfolio
from zhirong.valuation.engine.black_scholes import Terms

CALLS = 2_000
# Hull's and the textbook's figures: a call of 100 on 100, and one of 40 on 42; Finnerty 2012 at 0.3 and a year.
PEER = """
import json, sys, time
try:
    from intangible_valuation.asset_types import ip_valuation as ip
    from intangible_valuation.core import discount_rates as rates
except ImportError:
    print("null")
    sys.exit()
def call(s, k, v, t, r):
    return ip.option_pricing_patent(
        exercise_cost=k, expected_value=s, volatility=v, time_to_expiry=t, risk_free_rate=r).value
took = time.process_time()
for _ in range(%d):
    call(100, 100, .2, 1, .05)
print(json.dumps({
    "seconds": time.process_time() - took,
    "call of 100 on 100": call(100, 100, .2, 1, .05),
    "call of 40 on 42": call(42, 40, .2, .5, .1),
    "Finnerty, 0.3 and a year": rates.dlom_finnerty(1, .3, .05).value,
    "one patent of 1,000,000 together": ip.patent_portfolio_valuation([{"value": 1000000, "category": "a"}]).value,
}))
"""


def run(report: Report) -> None:
    """The published figure, ours to it, and how many times the peer's is the published one."""
    said = peer(200 if report.quick else CALLS)
    if said is None:
        report.note("skipped: the package is not there; see the head of this file")
        return
    before = report.rate("the peer's calls in a CPU-second", said["calls"], took_seconds=said.pop("seconds"))
    count = said.pop("calls")
    took = time.process_time()
    for _ in range(count):
        call(100, 100, 0.2, years=1, rate=0.05)
    report.rate("our calls in a CPU-second", count, took_seconds=time.process_time() - took, baseline=before)
    for name, (published, own) in ours().items():
        report.value(f"{name}: ours off the published, ppm", abs(own / published - 1) * 1e6, "", at_most=100)
        report.value(f"{name}: the peer's times the published", said[name] / published, "×")


def ours() -> dict[str, tuple[float, float]]:
    """The published figure and ours by case."""
    alone = portfolio.of_money("one", 1e6, log_sd=0.0, field=None, set_key=None)
    none = portfolio.Correlation(field=0.0, common=0.0)
    whole = portfolio.whole([alone], correlation=none, paths=128, seed=0, tail=0.1)
    return {
        "call of 100 on 100": (10.450584, call(100, 100, 0.2, years=1, rate=0.05)),
        "call of 40 on 42": (4.759422, call(42, 40, 0.2, years=0.5, rate=0.1)),
        "Finnerty, 0.3 and a year": (0.06850, marketability.finnerty(0.3, 1.0)),
        "one patent of 1,000,000 together": (1e6, whole.range.median),
    }


def call(spot: float, strike: float, volatility: float, *, years: float, rate: float) -> float:
    """Our European call."""
    terms = Terms(spot=spot, strike=strike, volatility=volatility, years=years, rate=rate, yield_rate=0.0, is_call=True)
    return black_scholes.european(terms).value


def peer(calls: int) -> dict[str, Any] | None:
    """What the peer's Python says; None where it has no such package."""
    python = os.environ.get("ZR_PEER_PYTHON", sys.executable)
    told = subprocess.run([python, "-c", PEER % calls], capture_output=True, text=True, check=True).stdout
    found: dict[str, Any] | None = json.loads(told.splitlines()[-1])
    return None if found is None else {**found, "calls": calls}
