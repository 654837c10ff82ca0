"""Every calculation of valuation for `zr calc`, by its own name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from zhirong.base.engines import Engine
from zhirong.valuation import calc_estimate, calc_finance, calc_income, calc_market, calc_options, calc_quality, notes
from zhirong.valuation.engine.result import Note


def spoken(run: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The same calculation, each note of its answer with both sentences: a code alone tells its reader nothing."""

    def told(given: Any) -> Any:
        found = run(given)
        for one in (found, *found.get("results", ())):
            if "notes" in one:
                one["notes"] = [_with_sentences(note) for note in one["notes"]]
        return found

    return told


def _with_sentences(note: dict[str, Any]) -> dict[str, Any]:
    if "zh" in note:
        return note
    said = Note(note["code"], note["facts"])
    return {**note, "zh": notes.sentence(said, "zh"), "en": notes.sentence(said, "en")}


ENGINES: dict[str, Engine] = {
    name: replace(engine, run=spoken(engine.run))
    for name, engine in {
        **calc_income.ENGINES,
        **calc_options.ENGINES,
        **calc_finance.ENGINES,
        **calc_market.ENGINES,
        **calc_quality.ENGINES,
        **calc_estimate.ENGINES,
    }.items()
}
