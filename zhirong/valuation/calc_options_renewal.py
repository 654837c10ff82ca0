"""Calculations for `zr calc`: annual fees ahead, the renewal option in closed form, by programme and for one right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from zhirong.base.engines import Engine, form
from zhirong.base.refused import Refused
from zhirong.registry.engine.facts import Reduction
from zhirong.valuation import renewal_figures
from zhirong.valuation.calc_options_shape import (
    DAY,
    HEAD,
    NUMBER,
    TEXT,
    YES,
    Json,
    day_of,
    moves,
    sensitivities,
    stated,
    whole,
)
from zhirong.valuation.engine import (
    fee_vectors,
    renewal_advice,
    renewal_closed,
    renewal_programme,
    renewal_result,
)
from zhirong.valuation.engine.fee_vectors import FeeVector
from zhirong.valuation.engine.renewal_closed import Decay
from zhirong.valuation.engine.renewal_value import Prior
from zhirong.valuation.engine.result import Grade, Input, Note, Quantiles, Result, digest, plain
from zhirong.valuation.engine.subject import Subject
from zhirong.valuation.finance_forms import RECORD

KIND: Json = {"enum": ["invention", "utility_model", "design"]}
YEAR = whole(1, 20)
SCHEDULE: Json = {
    "kind": KIND,
    "grant_year": YEAR,
    "reduction": {"enum": [str(one) for one in Reduction]},
    "open_from_year": YEAR,
    "open_to_year": YEAR,
}
MOVING: Json = dict.fromkeys(("drift", "volatility", "loss", "discount_rate"), NUMBER)
FIXED = ("log_mean", "log_sd", "decay", "discount_rate")
ASSUMED = (Note("renewal_tail"), Note("renewal_prior_assumed"))
RIGHT: Json = {
    "kind": KIND,
    "filed_on": DAY,
    "granted_on": DAY,
    "term_ends_on": DAY,
    "is_in_force": YES,
    "open_licence": YES,
    "paid_through_year": whole(0, 20),
    "reduction": {"enum": [str(one) for one in Reduction]},
}
DAYS = ("filed_on", "granted_on", "term_ends_on")


def fee_vector(given: Json) -> Any:
    """The annual fees of a patent from the year of its grant to the end of its term."""
    on = day_of(given, "day")
    if "filed_on" in given and day_of(given, "filed_on") > on:
        raise Refused("valuation.after_value_date", name="filed_on", on=given["filed_on"], day=on)
    if "filed_on" in given and "granted_on" in given:
        vector = fee_vectors.of_right(
            given["kind"],
            filed_on=day_of(given, "filed_on"),
            granted_on=day_of(given, "granted_on"),
            day=on,
            reduction=given.get("reduction", "none"),
        )
    else:
        vector = _vector(given, on)
    return {
        "kind": vector.kind,
        "first_year": vector.first,
        "last_year": vector.last,
        "full_fen": list(vector.full_fen),
        "fen": list(vector.fen),
        "sum_fen": sum(vector.fen),
        "present_value_yuan": vector.present_value(given.get("rate", 0)),
    }


def renewal_option(given: Json) -> Any:
    """The option before the fee of the year of grant, for a return of that year that is known."""
    on = day_of(given, "value_date")
    told = _figures(given, on)
    growth, vector = renewal_result.prior_of(told).growth, _vector(given, on)
    found = _solved(given, on, told)
    worth = renewal_programme.worth(found, given["yearly_return"])
    figures = {
        "value": worth.value,
        "always_pay": worth.always_pay,
        "choice_is_worth": worth.value - worth.always_pay,
        "thresholds": {str(vector.first + place): one for place, one in enumerate(found.threshold.tolist())},
        **asdict(growth),
    }

    def revalue(other: Json) -> Any:
        solved = _solved(other, on, _figures(other, on))
        return renewal_programme.worth(solved, other["yearly_return"]).value

    used = {name: told[name] for name in MOVING} | {"yearly_return": given["yearly_return"]}
    return _recorded("renewal-option-known-return", given, Quantiles.sure(worth.value), used=used, revalue=revalue) | {
        "figures": plain(figures)
    }


def _solved(given: Json, on: date, told: Mapping[str, Any]) -> renewal_programme.Programme:
    vector, growth = _vector(given, on), renewal_result.prior_of(told).growth
    grid = renewal_programme.grid_for(vector.yuan(), nodes=given.get("nodes", 1_201))
    return renewal_programme.solve(vector.yuan(), growth, first=vector.first, grid=grid)


def renewal_closed_form(given: Json) -> Any:
    """Returns that fall by a fixed share: who renews, and the distribution of what that is worth."""
    on = day_of(given, "value_date")
    told, found = _figures(given, on), _closed(given, on)
    alive = found.alive.tolist()
    further = {
        "mean": found.mean,
        "median": found.median,
        "typical": found.typical,
        "alive": {str(found.first + place): one for place, one in enumerate(alive)},
        **{name: told[name] for name in FIXED},
    }
    used = {name: told[name] for name in FIXED}
    made = _recorded(
        "renewal-closed-form", given, found.range, used=used, revalue=lambda other: _closed(other, on).median
    )
    return made | {"figures": plain(further)}


def _closed(given: Json, on: date) -> renewal_closed.Renewal:
    told, vector = _figures(given, on), _vector(given, on)
    decay = Decay(**{name: told[name] for name in FIXED})
    return renewal_closed.renewal(vector.yuan(), decay, first=vector.first, from_year=given.get("from_year"))


def renewal_value(given: Json) -> Any:
    """The renewal option of one right, given that it was renewed until now."""
    subject = _subject(given)
    figures = renewal_figures.on(subject.kind, subject.day)
    return renewal_result.of_subject(
        subject,
        figures.prior,
        moves=figures.moves,
        source=(figures.source, figures.dated),
        parameters_sha256=figures.sha256,
    ).as_json()


def advise(given: Json) -> Any:
    """Whether the next fee is worth paying."""
    subject = _subject(given)
    figures = renewal_figures.on(subject.kind, subject.day)
    found = renewal_result.held_of(subject)
    if isinstance(found, Note):
        raise Refused("valuation.no_fees_to_advise_on", day=subject.day)
    held, notes = found
    prior: Prior = renewal_result.prior_of(figures.prior)
    told = renewal_advice.advice(held, prior, yearly_return=given.get("yearly_return"))
    return plain(
        {
            **asdict(told),
            "pay": told.net > 0,
            "plans": [{"year": plan.year, "net": plan.net} for plan in told.plans],
            "value_date": subject.day,
            "parameters_sha256": figures.sha256,
            "notes": [asdict(note) for note in (*notes, *ASSUMED)],
        }
    )


def _vector(given: Json, on: date) -> FeeVector:
    first, last = given.get("open_from_year"), given.get("open_to_year", 20)
    return fee_vectors.by_schedule(
        given["kind"],
        on=on,
        grant_year=given.get("grant_year", 1),
        reduction=given.get("reduction", "none"),
        open_years=None if first is None else (first, last),
    )


def _figures(given: Json, on: date) -> dict[str, Any]:
    """The dated prior of the kind, each figure replaced where one was given."""
    prior: Mapping[str, Any] = renewal_figures.on(given["kind"], on).prior
    return {name: given.get(name, one) for name, one in prior.items()}


def _subject(given: Json) -> Subject:
    told: dict[str, Any] = dict(given["right"])
    told |= {name: day_of(told, name) for name in DAYS if name in told}
    return Subject(day=day_of(given, "value_date"), **told)


def _recorded(
    method: str, given: Json, spread: Quantiles, *, used: Mapping[str, Any], revalue: Callable[[Json], Any]
) -> Any:
    """The record of a method that stands on the prior: what was said, and what of the prior was `used` unsaid."""
    on = day_of(given, "value_date")
    ruling = renewal_figures.on(given["kind"], on)
    unsaid = {name: one for name, one in used.items() if name not in given}
    by = moves(on) | {name: (one, False) for name, one in ruling.moves.items()}
    told = {**given, **used}
    return Result(
        method=method,
        version="1",
        value_date=on,
        currency=given.get("currency", "CNY"),
        range=spread,
        parameters_sha256=digest([given, used]),
        inputs=(
            *stated(given, on),
            *(Input(name, one, ruling.source, Grade.ASSUMED, ruling.dated) for name, one in unsaid.items()),
        ),
        sensitivities=sensitivities(
            told, {name: by[name] for name in used if name in by}, value=spread.median, revalue=revalue
        ),
        notes=ASSUMED[1:] if unsaid else (),
    ).as_json()


ADVICE = {
    "type": "object",
    "properties": {
        "next_year": whole(1, 20),
        "next_fee": NUMBER,
        "net": NUMBER,
        "fees_saved": NUMBER,
        "value_lost": NUMBER,
        "would_lapse": NUMBER,
        "best_stop_year": whole(0, 20),
        "pay": YES,
        "plans": {"type": "array", "items": {"type": "object"}},
    },
    "required": ["next_year", "net", "fees_saved", "value_lost", "best_stop_year", "pay"],
}
FEES = {
    "type": "object",
    "properties": {
        "kind": TEXT,
        "first_year": YEAR,
        "last_year": YEAR,
        "full_fen": {"type": "array", "items": whole(0, 10**9)},
        "fen": {"type": "array", "items": whole(0, 10**9)},
        "sum_fen": whole(0, 10**10),
        "present_value_yuan": NUMBER,
    },
    "required": ["kind", "first_year", "last_year", "full_fen", "fen", "sum_fen", "present_value_yuan"],
}

ENGINES: dict[str, Engine] = {
    "fee-vector": Engine(
        run=fee_vector,
        takes=form({**SCHEDULE, "day": DAY, "filed_on": DAY, "granted_on": DAY, "rate": NUMBER}, "kind", "day"),
        gives=FEES,
        line="The annual fees ahead of a patent from its year of grant, after reductions, with their present value.",
    ),
    "renewal-option": Engine(
        run=renewal_option,
        takes=form(
            {**HEAD, **SCHEDULE, **MOVING, "yearly_return": NUMBER, "nodes": whole(101, 4_801)},
            "value_date",
            "kind",
            "yearly_return",
        ),
        gives=RECORD,
        line="The renewal option for a known return: dynamic programme, thresholds, what the choice is worth (Pakes).",
    ),
    "renewal-closed-form": Engine(
        run=renewal_closed_form,
        takes=form(
            {
                **HEAD,
                **SCHEDULE,
                **dict.fromkeys(FIXED, NUMBER),
                "from_year": YEAR,
            },
            "value_date",
            "kind",
        ),
        gives=RECORD,
        line="Renewal with returns that fall by a fixed share: survival and values (Schankerman-Pakes).",
    ),
    "renewal-value": Engine(
        run=renewal_value,
        takes=form({"value_date": DAY, "right": form(RIGHT, "kind")}, "value_date", "right"),
        gives=RECORD,
        line="What the renewal option of one patent is worth, given that it was renewed until now.",
    ),
    "renewal-advice": Engine(
        run=advise,
        takes=form({"value_date": DAY, "right": form(RIGHT, "kind"), "yearly_return": NUMBER}, "value_date", "right"),
        gives=ADVICE,
        line="Whether the next annual fee is worth paying: fees saved, value lost, best stopping year.",
    ),
}
