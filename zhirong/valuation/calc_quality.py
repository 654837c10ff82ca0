"""Calculations for `zr calc`: citations, quality and the index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from zhirong.base.engines import Engine, form, many
from zhirong.valuation import calc_quality_forms as forms
from zhirong.valuation import calc_quality_index, indices
from zhirong.valuation.calc_quality_forms import COUNT, DAY, NAME, NUMBER, OFFICE, SYMBOLS, YEAR, Json
from zhirong.valuation.engine import asset_index, citations, cohorts, oecd
from zhirong.valuation.engine.citations import Fit, Prior
from zhirong.valuation.engine.result import Note

SOURCES = ("others", "owner", "examiner")
# What is normalised in its cohort, and whether more of it is better.
PARTS = ("scope", "family", "claims", "generality", "originality", "radicalness", "renewal", "grant_lag")
MOST_ROWS, MOST_FAMILIES, MOST_CITED = 20_000, 5_000, 2_000


def citation_quality(given: Json) -> Json:
    """Lifetime citations by source from those so far, with priors given or fitted on other rights."""
    day, level = forms.day(given), given.get("level", 0.9)
    shares, notes = _lag_shares(given, day)
    exposure = citations.cumulative_share(shares, given["years"])
    fits = _fits(given, day, shares)
    priors = {one["source"]: Prior(one["a"], one["b"]) for one in given.get("priors", [])}
    priors |= {source: fit.prior for source, fit in fits.items()}
    counts = {f"by_{'others' if source == 'others' else source}": given["citations"].get(source) for source in SOURCES}
    found = citations.by_source(priors, citations.Citations(**counts), exposure, level=level)
    notes += [Note("prior_pooled", {"size": fit.rights}) for fit in fits.values() if fit.is_pooled]
    figures = {
        "exposure": exposure,
        "sources": [
            {"source": source, **asdict(one), "prior": asdict(priors[source])} for source, one in found.items()
        ],
        "missing": [source for source in SOURCES if source not in found],
    }
    ruling = [] if "lag_shares" in given else ["lag_curve"]
    ruling += ["cohort_least"] if fits else []
    inputs = forms.told(given, *ruling)
    return forms.record("citation-quality", day, {"lag_shares": shares}, figures=figures, notes=notes, inputs=inputs)


def _lag_shares(given: Json, day: date) -> tuple[Sequence[Any], list[Note]]:
    """The field's own shares, else the house's assumed curve, and then a note."""
    if "lag_shares" in given:
        return given["lag_shares"], []
    curve = indices.figure("lag_curve", day).value
    return citations.lag_curve(curve["rise"], curve["decay"], years=curve["years"]), [Note("lag_shares_assumed")]


def _fits(given: Json, day: date, shares: Sequence[Any]) -> dict[str, Fit]:
    own = (given.get("field"), given.get("office", ""))
    found = {}
    for source in SOURCES:
        groups: dict[Any, tuple[list[Any], list[Any]]] = {own: ([], [])}
        rows = [one for one in given.get("observed", []) if one["source"] == source]
        for one in rows:
            counts, exposures = groups.setdefault((one.get("field"), one.get("office", "")), ([], []))
            counts.append(one["citations"])
            exposures.append(citations.cumulative_share(shares, one["years"]))
        if rows:
            found[source] = citations.fit_groups(groups, least=indices.figure("cohort_least", day).value)[own]
    return found


def cohort_percentile(given: Json) -> Json:
    """The place of a value among rights of the same field, filing year and office, or in a wider circle."""
    day = forms.day(given)
    least = given.get("least", indices.figure("cohort_least", day).value)
    known = cohorts.Cohorts(((_standing(one), one["value"]) for one in given["observed"]), least=least)
    found = known.place(_standing(given["right"]), given["right"]["value"])
    notes = []
    if found.level == "none":
        notes.append(Note("cohort_too_small", {"size": found.size, "least": least}))
    elif found.level != "field":
        notes.append(Note("cohort_widened", {"level": found.level, "size": found.size, "least": least}))
    inputs = forms.told(given, *(() if "least" in given else ("cohort_least",)))
    return forms.record("cohort-percentile", day, {"least": least}, figures=asdict(found), notes=notes, inputs=inputs)


def _standing(said: Json) -> cohorts.Standing:
    return cohorts.Standing(said.get("field"), said.get("section", ""), said.get("filing_year"), said.get("office", ""))


def patent_indicators(given: Json) -> Json:
    """The OECD's indicators of one patent, their cohort-normalised parts and the composite of the known ones."""
    day = forms.day(given)
    trim = indices.figure("trim", day).value
    symbols, cited, citing = (given.get(name, []) for name in ("symbols", "cited", "citing"))
    found = {
        "scope": oecd.scope(symbols) if symbols else None,
        "family": given.get("family"),
        "claims": given.get("claims"),
        "generality": oecd.diversity(citing),
        "originality": oecd.diversity(cited),
        "radicalness": oecd.radicalness(symbols, cited),
        "renewal": given.get("years_kept"),
        "grant_lag": oecd.grant_lag_years(forms.maybe_day(given, "filed_on"), forms.maybe_day(given, "granted_on")),
    }
    parts = {name: _part(name, found[name], given.get("cohort", {}).get(name), trim=trim) for name in PARTS}
    composite = oecd.composite(parts)
    figures = {"indicators": found, **asdict(composite)}
    return forms.record("patent-indicators", day, {"trim": trim}, figures=figures, inputs=forms.told(given, "trim"))


def _part(name: str, value: Any, cohort: Any, *, trim: Any) -> Any:
    """None where the indicator or its cohort is not known."""
    if value is None or not cohort:
        return None
    share = oecd.share_short if name == "grant_lag" else oecd.share_of_top
    return share(value, cohort, trim=trim)


def asset_index_of(given: Json) -> Json:
    """Competitive impact of each family and their sum."""
    day = forms.day(given)
    sizes = {one["office"]: one["gni"] for one in given["sizes"]}
    found = []
    for family in given["families"]:
        coverage = asset_index.market_coverage(family["active"], sizes, reference=given.get("reference", "US"))
        relevance = None
        if "citations" in family and "cohort_mean" in family:
            relevance = asset_index.technology_relevance(family["citations"], family["cohort_mean"])
        found.append((family["name"], asset_index.competitive_impact(relevance, coverage)))
    total, known = asset_index.asset_index([impact for _, impact in found])
    lacking = sorted({office for _, impact in found for office in impact.coverage.unknown})
    notes = [Note("office_size_unknown", {"offices": lacking})] if lacking else []
    families = [{"name": name, **asdict(impact)} for name, impact in found]
    figures = {"index": total, "known_share": known, "families": families}
    return forms.record("asset-index", day, {"sizes": sizes}, figures=figures, notes=notes, inputs=forms.told(given))


STANDING: Json = {
    "field": {"type": "integer", "minimum": 1, "maximum": 35},
    "section": {"enum": [*"ABCDEFGH"]},
    "filing_year": YEAR,
    "office": OFFICE,
    "value": NUMBER,
}
OBSERVED: Json = {
    "source": {"enum": [*SOURCES]},
    "field": STANDING["field"],
    "office": OFFICE,
    "citations": COUNT,
    "years": NUMBER,
}
FAMILY: Json = {
    "name": NAME,
    "citations": NUMBER,
    "cohort_mean": NUMBER,
    "active": many(OFFICE, most=300),
}


def _engine(run: Callable[[Json], Json], line: str, takes: Json) -> Engine:
    return Engine(run=run, takes=takes, gives=forms.RECORD, line=line)


ENGINES: dict[str, Engine] = {
    "citation-quality": _engine(
        citation_quality,
        "Lifetime citations from those so far: Gamma-Poisson, priors given or fitted (VALUATION 2.6).",
        form(
            {
                "day": DAY,
                "field": STANDING["field"],
                "office": OFFICE,
                "years": NUMBER,
                "citations": form(dict.fromkeys(SOURCES, COUNT)),
                "lag_shares": many(NUMBER, most=100),
                "priors": many(
                    form({"source": OBSERVED["source"], "a": NUMBER, "b": NUMBER}, "source", "a", "b"),
                    most=3,
                ),
                "observed": many(form(OBSERVED, "source", "citations", "years"), most=MOST_ROWS),
                "level": NUMBER,
            },
            "day",
            "years",
            "citations",
        ),
    ),
    "cohort-percentile": _engine(
        cohort_percentile,
        "The place of a value among rights of its field, filing year and office (VALUATION 2.6).",
        form(
            {
                "day": DAY,
                "right": form(STANDING, "value"),
                "observed": many(form(STANDING, "value"), most=MOST_ROWS),
                "least": {"type": "integer", "minimum": 1, "maximum": MOST_ROWS},
            },
            "day",
            "right",
            "observed",
        ),
    ),
    "patent-indicators": _engine(
        patent_indicators,
        "The OECD's indicators of a patent's quality, and the mean of the known ones (VALUATION 2.6).",
        form(
            {
                "day": DAY,
                "symbols": SYMBOLS,
                "cited": many(SYMBOLS, most=MOST_CITED),
                "citing": many(SYMBOLS, most=MOST_CITED),
                "claims": COUNT,
                "family": COUNT,
                "years_kept": COUNT,
                "filed_on": DAY,
                "granted_on": DAY,
                "cohort": form(dict.fromkeys(PARTS, many(NUMBER, most=MOST_ROWS))),
            },
            "day",
        ),
    ),
    "asset-index": _engine(
        asset_index_of,
        "Competitive impact: relevance by citations times the size of the markets in force (VALUATION 2.6).",
        form(
            {
                "day": DAY,
                "reference": OFFICE,
                "sizes": many(form({"office": OFFICE, "gni": NUMBER}, "office", "gni"), most=300),
                "families": many(form(FAMILY, "name", "active"), most=MOST_FAMILIES),
            },
            "day",
            "sizes",
            "families",
        ),
    ),
    **calc_quality_index.ENGINES,
}
