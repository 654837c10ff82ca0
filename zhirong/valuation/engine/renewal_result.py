"""The renewal option of one right as the one record that every method returns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from zhirong.base.refused import Refused
from zhirong.registry.engine import fees as registry_fees
from zhirong.registry.engine import terms
from zhirong.registry.engine.facts import PATENTS
from zhirong.valuation.engine import fee_vectors, renewal_advice, renewal_value
from zhirong.valuation.engine.renewal_programme import Growth
from zhirong.valuation.engine.renewal_value import Held, Prior
from zhirong.valuation.engine.result import Grade, Input, Note, Quantiles, Result, Sensitivity
from zhirong.valuation.engine.subject import Subject

METHOD, VERSION = "renewal-option", "1"
# Below this share of all grants the history contradicts the prior.
RARE = 1e-4


def prior_of(figures: Mapping[str, float], *, log_shift: float = 0.0) -> Prior:
    """The prior from the dated figures of a kind; `log_shift` moves the median return, as a quality score may ask."""
    growth = Growth(
        drift=float(figures["drift"]),
        volatility=float(figures["volatility"]),
        loss=float(figures["loss"]),
        discount_rate=float(figures["discount_rate"]),
    )
    return Prior(log_mean=float(figures["log_mean"]) + log_shift, log_sd=float(figures["log_sd"]), growth=growth)


def held_of(subject: Subject) -> tuple[Held, tuple[Note, ...]] | Note:
    """The patent as the option reads it, with what was taken for granted; or the note that says why it cannot.

    Refused: a filing after the day, a grant before the filing.
    """
    if subject.kind not in PATENTS:
        return Note("renewal_no_annual_fee", {"right_kind": subject.kind})
    if subject.filed_on is None:
        return Note("renewal_filing_day_unknown")
    _in_order(subject, subject.filed_on)
    has_ended = subject.term_ends_on is not None and subject.day > subject.term_ends_on
    if subject.is_in_force is False or has_ended:
        return Note("renewal_not_in_force")
    granted_on = min(subject.granted_on or subject.day, subject.day)
    is_granted = subject.granted_on is not None and subject.granted_on <= subject.day
    notes = [] if is_granted else [Note("renewal_not_granted")]
    vector = fee_vectors.of_right(
        subject.kind,
        filed_on=subject.filed_on,
        granted_on=granted_on,
        day=subject.day,
        reduction=subject.reduction,
        open_licence_since=subject.day if subject.open_licence else None,
    )
    year = terms.patent_year(subject.filed_on, subject.day)
    if not vector.first <= year <= vector.last:
        return Note("renewal_not_in_force")
    paid, more = _paid_through(subject, filed_on=subject.filed_on, year=year)
    held = Held(
        fees=tuple(vector.yuan().tolist()),
        first=vector.first,
        year=year,
        elapsed=_elapsed(subject.filed_on, subject.day, year),
        paid_through=min(max(paid, vector.first), vector.last),
    )
    return held, (*notes, *more)


def of_subject(
    subject: Subject,
    figures: Mapping[str, float],
    *,
    moves: Mapping[str, float],
    source: tuple[str, date | None],
    parameters_sha256: str,
    log_shift: float = 0.0,
) -> Result:
    """The option's value for one right: range, inputs, sensitivities for each of `moves`, plans in `figures`.

    `figures` and `moves` are dated data in yuan, `source` says where the figures are from and since when. The range
    is None with a note where the method cannot speak.
    """
    found = held_of(subject)
    if isinstance(found, Note):
        gone = found.code == "renewal_not_in_force"
        return Result(
            method=METHOD,
            version=VERSION,
            value_date=subject.day,
            range=Quantiles.sure(0.0) if gone else None,
            parameters_sha256=parameters_sha256,
            notes=(found,),
        )
    held, notes = found
    prior = prior_of(figures, log_shift=log_shift)
    return Result(
        method=METHOD,
        version=VERSION,
        value_date=subject.day,
        range=renewal_value.value(held, prior),
        parameters_sha256=parameters_sha256,
        inputs=(*_inputs(subject, held), *_assumed({**figures, "log_mean": prior.log_mean}, source)),
        sensitivities=sensitivities(held, figures, moves=moves, log_shift=log_shift),
        notes=(*notes, *_doubts(held, prior), Note("renewal_tail"), Note("renewal_prior_assumed")),
        figures=_further(held, prior),
    )


def sensitivities(
    held: Held, figures: Mapping[str, float], *, moves: Mapping[str, float], log_shift: float = 0.0
) -> tuple[Sensitivity, ...]:
    """The median when each figure of the prior stands one move lower and one higher."""
    rows = []
    for name, move in moves.items():
        low, high = figures[name] - move, figures[name] + move
        medians = [
            renewal_value.value(held, prior_of({**figures, name: one}, log_shift=log_shift)).median
            for one in (low, high)
        ]
        rows.append(Sensitivity(name, low, high, *medians))
    return tuple(rows)


def _doubts(held: Held, prior: Prior) -> tuple[Note, ...]:
    """Where hardly any patent of the prior would have come so far, its range is that of the prior's far end."""
    is_rare = renewal_value.posterior(held, prior).share < RARE
    return (Note("renewal_against_prior", {"year": held.year}),) if is_rare else ()


def _further(held: Held, prior: Prior) -> dict[str, Any]:
    """Thresholds, the share that came so far, and what each fixed plan is worth."""
    programme = renewal_value.ahead_of(held, prior)
    known = renewal_value.posterior(held, prior)
    figures: dict[str, Any] = {
        "patent_year": held.year,
        "grant_year": held.first,
        "paid_through_year": held.paid_through,
        "share_renewed_so_far": known.share,
        "median_return": float(renewal_value.quantiles(known, programme.grid)[3]),
        "top_tenth_share_of_mean": renewal_value.top_tenth_share(held, prior),
        "mean_return": float(known.masses @ programme.grid.returns()),
        "thresholds": {str(programme.first + place): float(one) for place, one in enumerate(programme.threshold)},
    }
    if max(held.year, held.paid_through) < held.last or held.paid_through < held.year:
        found = renewal_advice.advice(held, prior)
        figures["would_lapse"] = found.would_lapse
        figures["value_if_renewed_to"] = {str(plan.year): plan.net for plan in found.plans}
    return figures


def _inputs(subject: Subject, held: Held) -> tuple[Input, ...]:
    """What the register says; where it is silent the source says what stands in, and the grade that it is assumed."""
    day, fees = subject.day, sum(held.fees[held.year + 1 - held.first :])
    known: dict[str, str | int | None] = {
        "filed_on": _text(subject.filed_on),
        "granted_on": _text(subject.granted_on),
        "paid_through_year": subject.paid_through_year,
    }
    stands_in = {"granted_on": "day of valuation", "paid_through_year": "taken as paid"}
    return (
        *(
            Input(name, None, stands_in[name], Grade.ASSUMED, day)
            if one is None
            else Input(name, one, "register", Grade.REGISTER, day)
            for name, one in known.items()
        ),
        Input("reduction", subject.reduction, "register", Grade.REGISTER, day),
        Input("next_fees", fees, "annual_fees.yaml (N20)", Grade.FIGURE, day, "CNY"),
    )


def _assumed(figures: Mapping[str, float], source: tuple[str, date | None]) -> tuple[Input, ...]:
    return tuple(Input(name, float(one), source[0], Grade.ASSUMED, source[1]) for name, one in figures.items())


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _paid_through(subject: Subject, *, filed_on: date, year: int) -> tuple[int, tuple[Note, ...]]:
    """The last year that is paid. What the register does not say is taken as paid while the right is in force."""
    known = subject.paid_through_year
    if known is not None and known >= year:
        return known, ()
    in_grace = subject.day <= registry_fees.grace_ends_on(filed_on, year)
    if known == year - 1 and in_grace and subject.granted_on is not None:
        return known, (Note("renewal_fee_open", {"year": year}),)
    if known is not None and subject.granted_on is not None:
        # The grace is over: either the right has lapsed, or a later payment was never recorded.
        return year, (Note("renewal_payment_behind", {"paid": known, "year": year}),)
    return year, () if subject.is_in_force else (Note("renewal_payment_unknown", {"year": year}),)


def _in_order(subject: Subject, filed_on: date) -> None:
    if filed_on > subject.day:
        raise Refused("valuation.after_value_date", name="filed_on", on=filed_on, day=subject.day)
    if subject.granted_on is not None and subject.granted_on < filed_on:
        raise Refused("valuation.granted_before_filing", filed_on=filed_on, granted_on=subject.granted_on)


def _elapsed(filed_on: date, day: date, year: int) -> float:
    begins, ends = terms.year_begins_on(filed_on, year), terms.year_begins_on(filed_on, year + 1)
    return min(max((day - begins).days / max((ends - begins).days, 1), 0.0), 1.0)
