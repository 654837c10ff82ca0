"""Whether the next annual fee of a patent is worth paying, as portfolios tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zhirong.base.deferred import Deferred
from zhirong.base.refused import Refused
from zhirong.valuation import renewal_figures
from zhirong.valuation.engine.result import Note
from zhirong.valuation.engine.subject import Subject

if TYPE_CHECKING:
    from zhirong.valuation.engine import renewal_advice, renewal_result
    from zhirong.valuation.engine.renewal_advice import Advice
else:
    renewal_advice = Deferred("zhirong.valuation.engine.renewal_advice")
    renewal_result = Deferred("zhirong.valuation.engine.renewal_result")


def advice_of(subject: Subject) -> Advice | None:
    """The advice on the next fee; none for what pays no fees, has none ahead, or cannot be read."""
    try:
        held = renewal_result.held_of(subject)
        if isinstance(held, Note):
            return None
        prior = renewal_result.prior_of(renewal_figures.on(subject.kind, subject.day).prior)
        return renewal_advice.advice(held[0], prior)
    except Refused:
        return None
