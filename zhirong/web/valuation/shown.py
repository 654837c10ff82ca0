"""An estimate as its page shows it: every figure with its unit, every drawing on one scale, every code in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext, ngettext

from zhirong.valuation import notes, told
from zhirong.valuation.engine import legible
from zhirong.valuation.engine.estimate_shape import Estimate, Record, Step, Voice
from zhirong.valuation.engine.legible import Number
from zhirong.valuation.engine.result import Input, Note, Quantiles, Sensitivity
from zhirong.web import filters
from zhirong.web.pages import Charts
from zhirong.web.valuation import words

Scale = tuple[int, int]
charts = Charts()
BLEND_PX, VOICE_PX = 46, 34
# A low end under a twentieth of the unit would be told in long decimals.
LOW_END = 20
MARKET = "market.hedonic"
# Steps of a waterfall that are no fact of the right.
SUMS = ("start", "total", "other_facts", "other_methods", "past_errors")


@dataclass(frozen=True)
class Unit:
    """In what the amounts of one page are told: so many yuan, and its word."""

    size: int
    word: str

    def of(self, amount: Number) -> str:
        """The figures alone; the unit stands beside them or in the head of the column."""
        return legible.digits(amount / self.size)

    def between(self, low: Number, high: Number) -> str:
        """46 – 303, with the thin air that ranges have."""
        return f"{self.of(low)} – {self.of(high)}"


@dataclass(frozen=True)
class Range:
    """A range of money as words: its ends, its middle, its mean, and the sentence that a drawing is named by."""

    span: str
    median: str
    mean: str
    unit: str
    told: str


@dataclass(frozen=True)
class Method:
    """One row of the methods side by side."""

    name: str
    line: str
    drawing: str
    median: str
    span: str
    weight: str
    role: tuple[str, str]


def unit_for(amount: Number) -> Unit:
    """The largest unit of which there is at least one."""
    if filters.is_chinese():
        steps = [(10**8, "亿元"), (10**4, "万元"), (1, "元")]
    else:
        steps = [(10**9, "bn yuan"), (10**6, "m yuan"), (10**3, "thousand yuan"), (1, "yuan")]
    return next((Unit(size, word) for size, word in steps if amount >= size), Unit(1, steps[-1][1]))


def unit_of(found: Quantiles | None) -> Unit:
    """The unit of a range: the largest of which its median has one and its low end is no tiny part."""
    return unit_for(min(found.median, found.p5 * LOW_END)) if found else unit_for(1)


def range_of(found: Quantiles, unit: Unit | None = None) -> Range:
    """A range in the unit of its median, or in the one of the page."""
    unit = unit or unit_of(found)
    span, median = unit.between(found.p5, found.p95), unit.of(found.median)
    told = gettext("P5 to P95 %(span)s %(unit)s, median %(median)s %(unit)s") % {
        "span": span, "unit": unit.word, "median": median,
    }  # fmt: skip
    return Range(span, median, unit.of(found.mean), unit.word, told)


def scale_of(estimate: Estimate) -> Scale:
    """One scale for the blend and every method."""
    ranges = [one.result.range for one in estimate.voices if one.result.range] + [estimate.headline]
    ends = [end for one in ranges if one for end in (one.p5, one.p95)]
    return legible.scale(ends)


def scale_head(scale: Scale, unit: Unit) -> str:
    """The named values over a column of ranges."""
    return charts.log_scale([(tick, unit.of(tick)) for tick in legible.ticks(scale)], scale=scale)


def drawn(found: Quantiles, *, scale: Scale, label: str, is_blend: bool = False, price: int | None = None) -> str:
    """The range of one row; the blend is thicker."""
    spread = tuple(legible.yuan(one) for one in (found.p5, found.p25, found.median, found.p75, found.p95))
    return charts.interval(
        spread,
        scale=scale,
        label=label,
        price=price,
        ticks=legible.ticks(scale)[1:-1],
        height=BLEND_PX if is_blend else VOICE_PX,
        thick=16 if is_blend else 8,
    )


def drawn_plain(spread: tuple[int, int, int], *, scale: Scale, label: str) -> str:
    """Low, most likely and high in yuan as a person gave them: one pale bar and the tick."""
    low, likely, high = spread
    return charts.interval(
        (low, likely, likely, likely, high), scale=scale, label=label, ticks=legible.ticks(scale)[1:-1]
    )


def methods(estimate: Estimate, unit: Unit, *, price: int | None) -> list[Method]:
    """The blend on top, then each method on the same scale with its weight and what part it plays."""
    scale, rows = scale_of(estimate), list[Method]()
    if estimate.headline is not None:
        told = range_of(estimate.headline, unit)
        name = gettext("All methods together")
        picture = drawn(
            estimate.headline, scale=scale, label=f"{name}{gettext(': ')}{told.told}", is_blend=True, price=price
        )
        line = gettext("Weighed by how far each was off on past deals")
        rows.append(Method(name, line, picture, told.median, told.span, "–", ("", "")))
    return rows + [method(one, unit, scale=scale) for one in sorted(estimate.voices, key=lambda one: -one.weight)]


def method(voice: Voice, unit: Unit, *, scale: Scale) -> Method:
    """One method; a silent one says why in words instead of a drawing."""
    name, found = words.method(voice.result.method), voice.result.range
    said = sentences(voice.result.notes)
    line = said[0] if said else ""
    weight = legible.percent(voice.weight, places=0)
    if found is None:
        return Method(name, line, "", "–", "–", weight, words.role("silent"))
    told = range_of(found, unit)
    picture = drawn(found, scale=scale, label=f"{name}{gettext(': ')}{told.told}")
    return Method(name, line, picture, told.median, told.span, weight, words.role(voice.role))


def waterfall(estimate: Estimate, unit: Unit) -> list[dict[str, str]]:
    """What raises and what lowers the median, each as a factor with the running median."""
    steps = estimate.waterfall
    if not steps:
        return []
    scale = legible.scale([one.running for one in steps])
    rows, before = [], steps[0].running
    for place, step in enumerate(steps):
        is_start, is_end = place == 0, place == len(steps) - 1
        kind = "b" if is_start else "k" if is_end else "a" if step.running >= before else "h"
        span = (legible.yuan(before), legible.yuan(step.running))
        rows.append(
            {
                "name": words.fact(starts_at(estimate) if is_start else step.name),
                "value": "" if step.name in SUMS else step_value(step),
                "kind": kind,
                "drawing": charts.waterfall(span, scale=scale, kind=kind, is_joined=not is_end),
                "factor": "" if is_start or (is_end and step.factor == 1) else legible.factor(step.factor),
                "running": unit.of(step.running),
            }
        )
        before = step.running
    return rows


def starts_at(estimate: Estimate) -> str:
    """What the first step is: the market's price over all kinds, or the weightiest method where no market speaks."""
    has_market = any(one.result.method == MARKET and one.result.range for one in estimate.voices)
    return "start" if has_market else "start_method"


def step_value(step: Step) -> str:
    """The value of a fact as it entered; one that is unknown was priced as past deals that did not tell it."""
    return words.value_of(step.name, step.value) if step.value else gettext("unknown: as the deals without it")


def tornado(estimate: Estimate, unit: Unit) -> list[dict[str, str]]:
    """The inputs that move the median most, the widest first."""
    return [] if estimate.headline is None else swings(estimate.tornado, estimate.headline, unit)


def swings(moves: Sequence[Sensitivity], around: Quantiles, unit: Unit) -> list[dict[str, str]]:
    """The median at the low and the high value of each input on one scale, the widest first."""
    found = [one for one in moves if min(one.median_at_low, one.median_at_high) > 0]
    if not found or around.median <= 0:
        return []
    ends = [end for one in found for end in (one.median_at_low, one.median_at_high)]
    scale = legible.scale([*ends, around.median])
    ordered = sorted(found, key=lambda one: -legible.log_width(*sorted((one.median_at_low, one.median_at_high))))
    middle = legible.yuan(around.median)
    return [
        {
            "name": words.fact(one.name),
            "low": words.value_of(one.name, one.low),
            "high": words.value_of(one.name, one.high),
            "drawing": charts.swing(
                (legible.yuan(one.median_at_low), legible.yuan(one.median_at_high)), middle, scale=scale
            ),
            "at_low": unit.of(one.median_at_low),
            "at_high": unit.of(one.median_at_high),
        }
        for one in ordered
    ]


def in_percent(moves: Sequence[Sensitivity], *, but: Sequence[str] = ()) -> list[Sensitivity]:
    """Sensitivities whose inputs are shares, told in per cent; `but` names those that are none."""
    return [
        one
        if one.name in but or isinstance(one.low, str) or isinstance(one.high, str)
        else replace(one, low=legible.percent(one.low), high=legible.percent(one.high))
        for one in moves
    ]


def comparables(estimate: Estimate, unit: Unit) -> list[dict[str, Any]]:
    """The nearest past deals, each adjusted to this right."""
    return [
        {
            "reference": one.reference,
            "on": one.on,
            "kind": words.deal_kind(one.kind),
            "price": unit.of(one.price),
            "factor": legible.factor(one.factor),
            "adjusted": unit.of(one.adjusted),
        }
        for one in estimate.comparables
    ]


def inputs(found: Iterable[Input], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Every input with its value, source, day and how well it is known; each once, the best known first.

    `names`: how sources that are references are called, such as a party's.
    """
    once = {one.name: one for one in told.in_one_line(found)}
    return [
        {
            "name": words.fact(one.name),
            "value": words.input_value(one),
            "source": words.source(one.source, names),
            "on": one.on,
            "grade": words.grade(one.grade),
        }
        for one in sorted(once.values(), key=lambda one: list(words.GRADES).index(one.grade))
    ]


def sentences(found: Sequence[Note]) -> list[str]:
    """Notes in the language of the page, each once."""
    language = "zh" if filters.is_chinese() else "en"
    return list(dict.fromkeys(notes.sentence(one, language) for one in found))


def weighed(found: Sequence[Note]) -> list[tuple[str, str]]:
    """Notes with the shape of their weight, warnings first."""
    language = "zh" if filters.is_chinese() else "en"
    rows = {notes.sentence(one, language): str(notes.catalogue()[one.code].get("weight", "info")) for one in found}
    shapes = {"warn": ("wait", gettext("Mind")), "info": ("off", gettext("To know"))}
    ordered = sorted(rows.items(), key=lambda one: one[1] != "warn")
    return [(shapes[weight][0], text) for text, weight in ordered]


def basis(estimate: Estimate) -> str:
    """Where the width of the range comes from, with how the last estimates of this kind did."""
    record = estimate.record
    if estimate.basis == "untested" or record is None or record.coverage_90 is None:
        return gettext(
            "Too few deals of this kind are known here to test the range; its width comes from published studies."
        )
    facts = {"n": filters.thousands(record.deals), "share": legible.percent(record.coverage_90)}
    if estimate.basis == "tested":
        said = ngettext(
            "Of the last %(n)s predicted sale of this kind, %(share)s lay inside the 90%% range.",
            "Of the last %(n)s predicted sales of this kind, %(share)s lay inside the 90%% range.",
            record.deals,
        )
        return said % facts
    said = ngettext(
        "Too few sales of this kind; of the last %(n)s predicted sale of any kind, %(share)s lay in the 90%% range.",
        "Too few sales of this kind; of the last %(n)s predicted sales of any kind, %(share)s lay in the 90%% range.",
        record.deals,
    )
    return said % facts


def off_by(record: Record | None) -> str:
    """The coefficient of dispersion in words, where it is known."""
    if record is None or record.cod is None:
        return ""
    return gettext("On average an estimate was %(share)s off the price.") % {
        "share": legible.percent(record.cod / 100, places=0)
    }
