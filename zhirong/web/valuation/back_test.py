"""/valuation/back-test: how the estimates did on deals that they had not seen, by kind, with what cannot be told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_safe

from zhirong.base import dated
from zhirong.base.calendar import beijing_day
from zhirong.record import actions as record
from zhirong.valuation import terms
from zhirong.valuation.engine import legible, verdicts
from zhirong.valuation.engine.legible import Number
from zhirong.valuation.models import Study
from zhirong.web import filters, pages
from zhirong.web.registry import words as registry_words
from zhirong.web.valuation.shown import charts

MEASURES = {
    "median_ratio": (
        gettext_noop("Median ratio"),
        gettext_noop("Estimate to price, the middle deal; 1 is neither high nor low"),
        3,
    ),
    "cod": (
        gettext_noop("COD"),
        gettext_noop("Average distance from the median ratio, in per cent of it"),
        1,
    ),
    "prd": (
        gettext_noop("PRD"),
        gettext_noop("Above 1: dear rights are estimated lower than cheap ones"),
        3,
    ),
    "prb": (
        gettext_noop("PRB"),
        gettext_noop("Change of the ratio for each doubling of the value; 0 is even"),
        3,
    ),
    "mki": (
        gettext_noop("MKI"),
        gettext_noop("Above 1: prices are spread more evenly than estimates"),
        3,
    ),
}
# What a measure says: shape, word, sentence.
VERDICTS = {
    verdicts.WITHIN: ("go", gettext_noop("In the band"), gettext_noop("Within the standard's band, %(band)s.")),
    verdicts.USUAL: (
        "off",
        gettext_noop("No bias seen"),
        gettext_noop(
            "Outside the band for houses, %(band)s, but not beyond chance: errors as wide without bias give %(usual)s."
        ),
    ),
    verdicts.LOW: (
        "wait",
        gettext_noop("Too low"),
        gettext_noop("Outside the standard's band, %(band)s: rights are estimated too low."),
    ),
    verdicts.HIGH: (
        "wait",
        gettext_noop("Too high"),
        gettext_noop("Outside the standard's band, %(band)s: rights are estimated too high."),
    ),
    verdicts.DEAR_LOW: (
        "wait",
        gettext_noop("Dear ones too low"),
        gettext_noop("Outside the standard's band, %(band)s: dear rights are estimated too low, cheap ones too high."),
    ),
    verdicts.DEAR_HIGH: (
        "wait",
        gettext_noop("Dear ones too high"),
        gettext_noop("Outside the standard's band, %(band)s: dear rights are estimated too high, cheap ones too low."),
    ),
}
BIASED = (verdicts.LOW, verdicts.HIGH, verdicts.DEAR_LOW, verdicts.DEAR_HIGH)
WHOLE = 1_000_000
FIGURES = terms.PATH.with_name("back_test.yaml")
WORLDS = {
    "as_calibrated": gettext_noop("Deals to come are like those that were learnt from"),
    "heavier_tails_throughout": gettext_noop("Prices have much heavier tails, and always had"),
    "heavier_tails_later": gettext_noop("The tails of prices grow much heavier afterwards"),
    "only_good_ones_sell_tested_on_all": gettext_noop("Only good rights sell, and the range is asked of all"),
}


@dataclass(frozen=True)
class Told:
    """The study of the current model as it was kept, and of which day and how many deals."""

    day: date
    deals: int
    sha256: str
    body: Mapping[str, Any]


def current() -> Told | None:
    """The newest study; none before the first back-test."""
    found = Study.objects.filter(model__is_current=True).select_related("model").first()
    if found is None:
        return None
    return Told(found.model.day, found.model.deals, found.model.sha256, json.loads(found.body))


@require_safe
def back_test(request: HttpRequest) -> HttpResponse:
    """/valuation/back-test"""
    told = current()
    title = gettext("How good the estimates are")
    return pages.page(
        request,
        "valuation/back_test.html",
        here="value",
        crumbs=[(gettext("Value"), reverse("value")), (gettext("Back-test"), None)],
        title=title,
        told=told,
        model=told.sha256[:8] if told else "",
        segments=[segment(one) for one in told.body["segments"]] if told else [],
        drift=drift(told.body["drift"]) if told and told.body["drift"] else None,
        predicted=filters.thousands(told.body["predicted"]) if told else "0",
        unpredicted=filters.thousands(told.body["unpredicted"]) if told else "0",
        failing=filters.listed(kind_name(one) for one in told.body["failing"]) if told else "",
        worlds=broken(),
        is_demo_data=settings.DEMO,
    )


def segment(one: Mapping[str, Any]) -> dict[str, Any]:
    """One kind of right, or all: coverage, ratios and where prices fell in their ranges."""
    calibration, ratios = one["calibration"], one["trimmed"]
    return {
        "id": f"h-{calibration['segment'] or 'all'}",
        "name": kind_name(calibration["segment"]),
        "deals": calibration["deals"],
        "coverage": [covered(each) for each in calibration["coverage"]],
        "measures": [measure(each, one["baseline"]) for each in ratios["measures"] if each["name"] in MEASURES],
        "left_out": calibration["deals"] - ratios["deals"],
        "pit": charts.columns(calibration["pit"], label=places_told(calibration)),
        "pit_told": places_told(calibration),
        "pit_counts": calibration["pit"],
        "is_even": calibration["pit_p"] is None or legible.exact(calibration["pit_p"]) * 100 >= 1,
    }


def kind_name(code: str) -> str:
    """A segment by its name for people."""
    return registry_words.label("kind", code) if code else gettext("All kinds")


def covered(one: Mapping[str, Any]) -> dict[str, Any]:
    """How many prices lay in a range against what it promised, with the chance error."""
    share, nominal, error = one["share"], one["nominal"], one["standard_error"]
    low, high = legible.counts([max(0, share - 2 * error), min(1, share + 2 * error)])
    value, target = legible.counts([share, nominal])
    is_kept = abs(share - nominal) <= 3 * error
    return {
        "nominal": legible.percent(nominal, places=0),
        "share": legible.percent(share),
        "error": legible.percent(error),
        "state": ("go", gettext("Kept")) if is_kept else ("no", gettext("Not kept")),
        "drawing": charts.share_range((low, value, high), target, whole=WHOLE),
    }


def measure(one: Mapping[str, Any], usual: Mapping[str, Number | None]) -> dict[str, Any]:
    """A ratio measure with its interval and what it says; what the deals cannot tell is said to be unknown.

    `usual`: the measures of errors as wide without any bias.
    """
    word, line, places = MEASURES[one["name"]]
    if one["value"] is None:
        return {"name": gettext(word), "line": gettext(line), "value": gettext("Unknown"), "interval": "–"}
    interval = "–"
    if one["low"] is not None and one["high"] is not None:
        interval = f"{legible.fixed(one['low'], places)} – {legible.fixed(one['high'], places)}"
    return {
        "name": gettext(word),
        "line": gettext(line),
        "value": legible.fixed(one["value"], places),
        "interval": interval,
        "verdict": verdict(one, usual[one["name"]]),
    }


def verdict(one: Mapping[str, Any], usual: Number | None) -> tuple[str, str, str] | None:
    """The shape, the word and the sentence of what a measure says; none of COD, for which the page has a line."""
    bands, name, places = figure("ratio_bands"), one["name"], MEASURES[one["name"]][2]
    if name not in bands:
        return None
    found = verdicts.of(name, one["value"], interval=(one["low"], one["high"]), usual=usual, band=bands[name])
    low, high = (legible.fixed(end, places) for end in sorted(bands[name]))
    facts = {"band": f"{low} – {high}", "usual": "–" if usual is None else legible.fixed(usual, places)}
    shape, word, sentence = VERDICTS[found]
    told = gettext(sentence) % facts
    if found in BIASED and usual is not None:
        told += gettext(" With errors as wide and no bias it would be %(usual)s.") % facts
    return shape, gettext(word), told


def places_told(calibration: Mapping[str, Any]) -> str:
    """The histogram in one sentence."""
    counts = calibration["pit"]
    return gettext(
        "Where prices fell in their range, by tenths from low to high: %(counts)s; even counts mean honest ranges."
    ) % {"counts": ", ".join(map(str, counts))}


def drift(one: Mapping[str, Any]) -> dict[str, Any]:
    """Whether prices left the model: since when, which way, how far."""
    if not one["is_alarm"]:
        return {"state": ("go", gettext("No drift")), "line": gettext("Prices stay with the model.")}
    facts = {"factor": legible.factor(one["factor"]) if one["factor"] else "–", "since": str(one["since"])}
    if one["direction"] == "above":
        line = gettext("Prices run above the estimates since %(since)s, by %(factor)s at the median.") % facts
    else:
        line = gettext("Prices run below the estimates since %(since)s, by %(factor)s at the median.") % facts
    return {"state": ("wait", gettext("Drift")), "line": line}


def figure(name: str) -> Any:
    """One of the dated figures of this page as it stands today."""
    return dated.on(dated.read(FIGURES)[name], beijing_day(record.now())).value


def broken() -> list[tuple[str, str]]:
    """How much of the 90 % is kept in simulated worlds where the promise does not rest on the deals to come."""
    shares = figure("simulated_coverage")
    return [(gettext(word), legible.percent(shares[code] / 1000)) for code, word in WORLDS.items()]


def figures() -> list[tuple[str, str]]:
    """The record in three figures, for the landing page; nothing where there is no study."""
    told = current()
    overall = next((one for one in (told.body["segments"] if told else ()) if not one["calibration"]["segment"]), None)
    if told is None or overall is None:
        return []
    nine = next(one for one in overall["calibration"]["coverage"] if legible.percent(one["nominal"]) == "90%")
    ratio = next((one["value"] for one in overall["trimmed"]["measures"] if one["name"] == "median_ratio"), None)
    return [
        (gettext("Deals predicted before they closed"), filters.thousands(overall["calibration"]["deals"])),
        (gettext("Of prices lay in the 90% range"), legible.percent(nine["share"])),
        (gettext("Median estimate to price"), legible.fixed(ratio, 2) if ratio else gettext("Unknown")),
    ]
