"""The law of appraisals: who signs what in which order, and what must be there before (资产评估法, V5, V10)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from zhirong.base import calendar
from zhirong.base.refused import Refused
from zhirong.valuation import labels

WHOLE_PPM = 1_000_000
MICRO = 1_000_000
# A yuan figure of a hundred trillion still fits a big integer in millionths.
MOST_MICRO = 9 * 10**18
MOST_FEN = 10**15
APPROACHES = ("cost", "market", "income")
# Where the valuer's people still write.
IN_WORK = ("assigned", "working", "returned")
OPEN = ("draft", "requested", *IN_WORK, "signed", "reviewed")
ENDED = ("issued", "withdrawn", "lapsed")

AFTER: dict[tuple[str, str], str] = {
    ("draft", "change"): "draft",
    ("draft", "request"): "requested",
    ("requested", "take_on"): "assigned",
    ("requested", "decline"): "draft",
    **{(state, "work"): "working" for state in IN_WORK},
    **{(state, "sign"): "signed" for state in IN_WORK},
    ("signed", "review"): "reviewed",
    ("signed", "return"): "returned",
    ("reviewed", "return"): "returned",
    ("reviewed", "issue"): "issued",
    **{(state, "withdraw"): "withdrawn" for state in OPEN},
    **{(state, "lapse"): "lapsed" for state in OPEN if state != "draft"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Low, most likely and high in fen."""

    low_fen: int
    likely_fen: int
    high_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a valuer holds of one method: the figures, their share in the conclusion, why, and what was computed."""

    method: str
    approach: str
    figures: Figures
    weight_ppm: int
    reason: str = ""
    override_reason: str = ""
    # The engine's record; None where the valuer computed it elsewhere.
    computed: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Concluded:
    """The conclusion and the texts of the report that people write."""

    figures: Figures
    reason: str
    single_method_reason: str = ""
    # Why the most likely figure lies outside the span of all methods.
    outside_reason: str = ""
    scope: str = ""
    process: str = ""
    assumptions: str = ""
    special_matters: str = ""


def after(state: str, deed: str) -> str:
    """The state after a deed, or the refusal that it is not its turn."""
    found = AFTER.get((state, deed))
    if found is None:
        raise Refused("valuation.not_its_turn", state=labels.of("appraisal_state", state), deed=labels.of("deed", deed))
    return found


def must_rise(figures: Figures) -> Figures:
    """Low ≤ most likely ≤ high, none below zero, none beyond what a ledger holds."""
    in_order = 0 <= figures.low_fen <= figures.likely_fen <= figures.high_fen <= MOST_FEN
    if not in_order:
        raise Refused(
            "valuation.figures_cross",
            low_fen=figures.low_fen,
            likely_fen=figures.likely_fen,
            high_fen=figures.high_fen,
        )
    return figures


def must_be_text(text: str, *, field: str, most: int, least: int = 1) -> str:
    """A text of the form, trimmed at its ends; line breaks inside stay."""
    trimmed = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not least <= len(trimmed) <= most:
        raise Refused("valuation.text_length", field=field, least=least, most=most)
    return trimmed


def must_be_one_of(word: str, words: Sequence[str], *, field: str) -> str:
    """A word of a dated list."""
    if word not in words:
        raise Refused("valuation.no_such_choice", field=field, given=word[:40], choices=list(words))
    return word


def must_be_value_date(value_date: date, *, today: date, usable_months: int) -> date:
    """A value date that is not to come, and whose conclusion would still be usable (V10)."""
    if value_date > today:
        raise Refused("valuation.value_date_to_come", value_date=value_date)
    if usable_until(value_date, months=usable_months) < today:
        raise Refused("valuation.value_date_old", value_date=value_date, months=usable_months)
    return value_date


def usable_until(value_date: date, *, months: int) -> date:
    """The last day on which a conclusion is normally used (V10)."""
    return calendar.corresponding_day(value_date, months=months)


def must_be_held(held: Held) -> Held:
    """One method's opinion: its figures rise, its weight is a share, and another figure than computed has a reason."""
    must_be_one_of(held.approach, APPROACHES, field="approach")
    must_rise(held.figures)
    if not 0 <= held.weight_ppm <= WHOLE_PPM:
        raise Refused("valuation.weight_range", method=held.method, most=WHOLE_PPM)
    computed = computed_figures(held.computed)
    if computed is not None and computed != held.figures and not held.override_reason.strip():
        raise Refused("valuation.override_unexplained", method=held.method, likely_fen=computed.likely_fen)
    return held


def computed_figures(computed: Mapping[str, Any] | None) -> Figures | None:
    """P10, median and P90 of an engine's record in fen, as it stands under `fen`; None where there is no range."""
    fen = computed.get("fen") if computed else None
    return Figures(low_fen=fen["p10"], likely_fen=fen["median"], high_fen=fen["p90"]) if fen else None


def must_be_signable(concluded: Concluded, held: Sequence[Held], *, least_methods: int, papers: int) -> None:
    """What must be there before the first signature (资产评估法 26, 27; V5).

    Refused: no conclusion's order; weights that are no whole; fewer methods than the law asks without a reason; a most
    likely figure outside the span of the methods without one; an input said to stand on a paper while none is attached.
    """
    must_rise(concluded.figures)
    if not held:
        raise Refused("valuation.no_method")
    if (total := sum(one.weight_ppm for one in held)) != WHOLE_PPM:
        raise Refused("valuation.weights_no_whole", total_ppm=total, whole_ppm=WHOLE_PPM)
    if len({one.approach for one in held}) < least_methods and not concluded.single_method_reason.strip():
        raise Refused("valuation.methods_few", least=least_methods, given=len({one.approach for one in held}))
    low_fen, high_fen = span_of(held)
    if not low_fen <= concluded.figures.likely_fen <= high_fen and not concluded.outside_reason.strip():
        likely_fen = concluded.figures.likely_fen
        raise Refused("valuation.conclusion_outside", likely_fen=likely_fen, low_fen=low_fen, high_fen=high_fen)
    named = [name for one in held for name in resting_on_papers(one.computed)]
    if named and not papers:
        raise Refused("valuation.paper_missing", input=named[0])


def span_of(held: Sequence[Held]) -> tuple[int, int]:
    """From the lowest low to the highest high of the methods that carry weight, in fen."""
    counted = [one.figures for one in held if one.weight_ppm]
    return min(one.low_fen for one in counted), max(one.high_fen for one in counted)


def resting_on_papers(computed: Mapping[str, Any] | None) -> list[str]:
    """The names of a record's inputs that are graded as read from a paper."""
    inputs = computed.get("inputs", ()) if computed else ()
    return [str(one["name"]) for one in inputs if one.get("grade") == "document"]


def digest_of(concluded: Concluded, held: Sequence[Held], *, papers: Sequence[str], rights: Sequence[int]) -> str:
    """What is signed: whoever reviews or signs second gives this hash back, so that both saw the same."""
    texts = asdict(concluded)
    if not concluded.outside_reason:
        # What was signed before this reason was asked for keeps its hash.
        del texts["outside_reason"]
    said = {
        "concluded": texts,
        "held": [asdict(one) for one in sorted(held, key=lambda one: one.method)],
        "papers": sorted(papers),
        "rights": list(rights),
    }
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def must_be_same(seen: str, now: str) -> None:
    """What was seen is what stands."""
    if seen != now:
        raise Refused("valuation.changed_since", seen=seen[:12], now=now[:12])


def must_be_micro(value_micro: int) -> int:
    """An answer's number in millionths of its unit: no less than nothing, no more than a table holds."""
    if not 0 <= value_micro <= MOST_MICRO:
        raise Refused("valuation.answer_range", least=0, most=MOST_MICRO // MICRO)
    return value_micro
