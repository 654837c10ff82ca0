"""Calculations for `zr calc`: renewal and real options."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from zhirong.base.engines import Engine, form
from zhirong.valuation import calc_options_renewal
from zhirong.valuation.calc_options_shape import HEAD, NUMBER, SEED, YES, Json, record, whole
from zhirong.valuation.engine import black_scholes, finite_differences, lattice, least_squares, stages
from zhirong.valuation.engine.black_scholes import Terms
from zhirong.valuation.engine.result import Note
from zhirong.valuation.engine.stages import Project
from zhirong.valuation.finance_forms import RECORD

STEPS = whole(2, 2_000)
OPTION: Json = {
    **HEAD,
    "spot": NUMBER,
    "strike": NUMBER,
    "years": NUMBER,
    "rate": NUMBER,
    "volatility": NUMBER,
    "yield_rate": NUMBER,
    "is_call": YES,
}
NEEDED = ("value_date", "spot", "strike", "years", "rate", "volatility")
DELAY: Json = {name: part for name, part in OPTION.items() if name != "is_call"}
PROJECT: Json = {field.name: NUMBER for field in fields(Project)} | {"periods": whole(2, 480)}


def _terms(given: Json) -> Terms:
    return Terms(**{field.name: given[field.name] for field in fields(Terms) if field.name in given})


def european_option(given: Json) -> Any:
    """The closed form."""
    found = black_scholes.european(_terms(given))
    return record(
        "european-option",
        given,
        value=found.value,
        figures=asdict(found),
        revalue=lambda other: black_scholes.european(_terms(other)).value,
    )


def american_option(given: Json) -> Any:
    """The lattice, with the European value beside it."""
    terms, steps = _terms(given), given.get("steps", 500)
    found = lattice.american(terms, steps=steps)
    figures = {
        **asdict(found),
        "time_premium": found.time_premium,
        "european": black_scholes.european(terms).value,
        "steps": steps,
    }
    return record(
        "american-option",
        given,
        value=found.value,
        figures=figures,
        revalue=lambda other: lattice.american(_terms(other), steps=steps).value,
    )


def delay_option(given: Json) -> Any:
    """The freedom to wait with a patent whose life runs off, and what the simpler formulas would say."""
    terms, steps = _terms({**given, "is_call": True}), given.get("steps", 1_000)
    found = lattice.delay(terms, steps=steps, last_decision_years=given.get("last_decision_years"))
    constant = black_scholes.with_yield_of_life(terms)
    figures = {
        **asdict(found),
        "time_premium": found.time_premium,
        "finite_differences": finite_differences.delay(terms),
        "american_constant_yield": lattice.american(constant, steps=steps).value,
        "european_constant_yield": black_scholes.european(constant).value,
        "steps": steps,
    }
    return record(
        "delay-option",
        given,
        value=found.value,
        figures=figures,
        notes=(Note("option_value_falls_with_life"),),
        revalue=lambda other: _delayed(other, steps),
    )


def _delayed(given: Json, steps: int) -> Any:
    last = given.get("last_decision_years")
    return lattice.delay(_terms({**given, "is_call": True}), steps=steps, last_decision_years=last).value


def least_squares_option(given: Json) -> Any:
    """Longstaff and Schwartz on lognormal paths, between its bounds; the value is the lower one."""
    found = least_squares.bounds(
        _terms(given),
        dates=given["dates"],
        paths=given.get("paths", 20_000),
        seed=given["seed"],
        degree=given.get("degree", 3),
    )
    return record(
        "least-squares-option",
        given,
        value=found.lower,
        figures=asdict(found),
        notes=(Note("option_policy_lower"),),
        revalue=lambda other: found.lower + _by_lattice(other) - _by_lattice(given),
    )


def _by_lattice(given: Json) -> Any:
    """The same option without chance: what moves it is told apart from what the draws do."""
    dates = given["dates"]
    return lattice.bermudan(_terms(given), dates=dates, steps_between=max(1, 600 // dates)).value


def least_squares_paths(given: Json) -> Any:
    """The same regression on paths that are given, date by date, as the paper prints its example."""
    found = _on_paths(given)
    figures = {
        "european": found.european,
        "policy": [None if one is None else one.tolist() for one in found.policy],
    }
    return record(
        "least-squares-paths",
        given,
        value=found.value,
        figures=figures,
        revalue=lambda other: _on_paths(other).value,
    )


def _on_paths(given: Json) -> least_squares.Fitted:
    return least_squares.from_paths(
        given["spots"],
        strike=given["strike"],
        discount=given["discount"],
        is_call=given.get("is_call", False),
        degree=given.get("degree", 2),
    )


def real_option_stages(given: Json) -> Any:
    """A project under development with the freedom to abandon (Schwartz 2004)."""
    project, paths = _project(given), given.get("paths", 20_000)
    found = stages.staged(project, paths=paths, seed=given["seed"])
    # What a figure moves is told on fewer paths, the same for all, as the change from the value on these.
    few = min(paths, 4_000)
    start = stages.staged(project, paths=few, seed=given["seed"]).value
    return record(
        "real-option-stages",
        given,
        value=found.value,
        figures={**asdict(found), "certain_cost_value": stages.certain_cost_value(project)},
        notes=(Note("option_policy_lower"),),
        revalue=lambda other: found.value + stages.staged(_project(other), paths=few, seed=given["seed"]).value - start,
    )


def _project(given: Json) -> Project:
    return Project(**{field.name: given[field.name] for field in fields(Project)})


ENGINES: dict[str, Engine] = {
    "european-option": Engine(
        run=european_option,
        takes=form(OPTION, *NEEDED),
        gives=RECORD,
        line="A European option on a value with a constant yield (Black-Scholes-Merton).",
    ),
    "american-option": Engine(
        run=american_option,
        takes=form({**OPTION, "steps": STEPS}, *NEEDED),
        gives=RECORD,
        line="An American option on a binomial lattice with a constant yield (Cox-Ross-Rubinstein).",
    ),
    "delay-option": Engine(
        run=delay_option,
        takes=form({**DELAY, "last_decision_years": NUMBER, "steps": STEPS}, *NEEDED),
        gives=RECORD,
        line="The option to wait with an unused patent whose remaining life runs off (y = 1/(T-t)).",
    ),
    "least-squares-option": Engine(
        run=least_squares_option,
        takes=form(
            {**OPTION, "dates": whole(1, 500), "paths": whole(100, 50_000), "degree": whole(1, 8), "seed": SEED},
            *NEEDED,
            "dates",
            "seed",
        ),
        gives=RECORD,
        line="An option by regression on simulated paths between a policy's and a dual bound (Longstaff-Schwartz).",
    ),
    "least-squares-paths": Engine(
        run=least_squares_paths,
        takes=form(
            {
                **HEAD,
                "spots": {
                    "type": "array",
                    "minItems": 2,
                    "maxItems": 500,
                    "items": {"type": "array", "minItems": 2, "maxItems": 2_000, "items": NUMBER},
                },
                "strike": NUMBER,
                "discount": NUMBER,
                "is_call": YES,
                "degree": whole(1, 8),
            },
            "value_date",
            "spots",
            "strike",
            "discount",
        ),
        gives=RECORD,
        line="The regression of Longstaff and Schwartz on paths that are given date by date.",
    ),
    "real-option-stages": Engine(
        run=real_option_stages,
        takes=form(
            {**HEAD, **PROJECT, "paths": whole(200, 50_000), "seed": SEED},
            "value_date",
            "seed",
            *PROJECT,
        ),
        gives=RECORD,
        line="A patent under development: uncertain cost and cash flow, freedom to abandon (Schwartz 2004).",
    ),
    **calc_options_renewal.ENGINES,
}
