"""The calculations of lending, portfolios, damages and licence fees: the manual's examples, and each input spoilt."""

import copy
import json
import re
from pathlib import Path

import pytest

from zhirong.base import dated, refused, yaml_text
from zhirong.base.refused import Refused
from zhirong.cli import calc
from zhirong.valuation import calc_finance, finance_figures, notes
from zhirong.valuation.engine.result import Note

ROOT = Path(__file__).resolve().parent.parent.parent
LINE = re.compile(r"^echo '(.*)' \| \./zr calc ([a-z-]+)$", re.MULTILINE)
EXAMPLES = {
    name: json.loads(text)
    for text, name in LINE.findall((ROOT / "docs" / "manual" / "calc.md").read_text("utf-8"))
    if name in calc_finance.ENGINES
}
SPOILT = [None, True, "", "x", -1, -0.5, 0, 1e-320, 1e-90, 0.37, 1e90, 1e308, float("inf"), 10**400, [], {}]
SPOILT += ["2026-02-30", "0001-01-01", "2020-01-01", "9999-12-31"]


def run(name, given):
    """What is computed, as JSON that knows no NaN; or the code of a refusal with both sentences."""
    try:
        found = calc.compute(name, calc_finance.ENGINES[name], given)
    except Refused as no:
        return no.code if all(refused.sentence(no, language) for language in ("zh", "en")) else "bare"
    json.dumps(found, allow_nan=False)
    for note in found["notes"]:
        for language in ("zh", "en"):
            assert notes.sentence(Note(note["code"], note["facts"]), language)
    return found


def places(given, path=()):
    """Every place in a JSON value, whole objects and lists included."""
    yield path
    pairs = given.items() if isinstance(given, dict) else enumerate(given) if isinstance(given, list) else ()
    for key, value in pairs:
        yield from places(value, (*path, key))


def spoil(given, path, value):
    if not path:
        return value
    changed = copy.deepcopy(given)
    held = changed
    for key in path[:-1]:
        held = held[key]
    held[path[-1]] = value
    return changed


def without(given, path):
    changed = copy.deepcopy(given)
    held = changed
    for key in path[:-1]:
        held = held[key]
    del held[path[-1]]
    return changed


def test_every_calculation_has_its_example_in_the_manual():
    assert set(EXAMPLES) == set(calc_finance.ENGINES)


@pytest.mark.parametrize("name", calc_finance.ENGINES)
def test_the_manuals_example_computes_what_the_schema_promises(name):
    found = run(name, EXAMPLES[name])
    assert isinstance(found, dict), found
    assert calc.misfits(found, calc_finance.ENGINES[name].gives) == []


@pytest.mark.parametrize("name", calc_finance.ENGINES)
def test_a_spoilt_input_is_computed_finitely_or_refused_in_both_languages(name, monkeypatch):
    monkeypatch.setattr("zhirong.valuation.engine.portfolio.paths_for", lambda count: 128)
    for path in places(EXAMPLES[name]):
        for value in SPOILT:
            assert run(name, spoil(EXAMPLES[name], path, value)) != "bare"
        if path:
            assert run(name, without(EXAMPLES[name], path)) != "bare"


def test_an_infinite_amount_is_refused_by_its_name():
    assert run("shortfall", {**EXAMPLES["shortfall"], "loan": float("inf")}) == "valuation.not_finite"
    assert run("shortfall", {**EXAMPLES["shortfall"], "loan": 10**400}) == "valuation.outside_band"


def test_a_product_that_nobody_offers_is_refused():
    assert run("lending-value", {**EXAMPLES["lending-value"], "kind": "design"}) == "valuation.no_such_product"
    assert run("lending-value", {**EXAMPLES["lending-value"], "kind": "name"}) == "valuation.no_such_product"


def test_a_day_before_the_figures_is_refused_not_guessed():
    assert run("licence-fee", {**EXAMPLES["licence-fee"], "day": "2020-01-01"}) == "dated.not_ruled"


def test_the_first_loan_of_the_bank_was_a_quarter_of_six_million():
    found = run("lending-value", EXAMPLES["lending-value"])
    assert found["figures"]["product"]["loan"] == 1_500_000
    assert found["figures"]["product"]["shortfall_probability"] == pytest.approx(0.2419, abs=1e-4)
    assert [round(one["ratio"], 3) for one in found["figures"]["levels"]] == [0.120, 0.159, 0.224, 0.255]


def test_a_stated_haircut_stands_in_the_place_of_the_dated_one_and_says_so():
    found = run("lending-value", {**EXAMPLES["lending-value"], "haircut": {"cost": 0.05}})
    given = {one["name"]: (one["value"], one["grade"]) for one in found["inputs"]}
    assert given["haircut.cost"] == (0.05, "stated")
    assert given["haircut.forced_sale"] == (0.30, "assumed")
    assert found["parameters_sha256"] != run("lending-value", EXAMPLES["lending-value"])["parameters_sha256"]


def test_reconciling_the_same_twice_gives_the_same_digits():
    assert run("reconcile", EXAMPLES["reconcile"]) == run("reconcile", EXAMPLES["reconcile"])


def test_two_strong_methods_that_contradict_are_told_and_not_averaged():
    said = {**EXAMPLES["reconcile"], "errors": []}
    said["methods"] = [{"method": name, "median": m, "log_sd": 0.5} for name, m in (("market", 1e5), ("income", 1e6))]
    found = run("reconcile", said)
    assert found["figures"]["basis"] == "contradicting"
    assert found["range"]["p95"] / found["range"]["p5"] > 10
    assert "finance_methods_contradict" in [one["code"] for one in found["notes"]]


def test_without_any_voice_there_is_no_range_and_a_note_says_why():
    found = run("reconcile", {"day": "2026-11-23", "methods": [{"method": "market"}]})
    assert found["range"] is None
    assert "finance_no_method" in [one["code"] for one in found["notes"]]


def test_every_dated_figure_has_a_name_in_both_languages():
    names = yaml_text.parse((ROOT / "zhirong" / "valuation" / "finance_names.yaml").read_text("utf-8"))
    files = ("reconciling", "lending", "damages", "licence_fees")
    figures = [set(dated.read(finance_figures.FOLDER / f"{file}.yaml")) for file in files]
    assert set(names) == set().union(*figures)
    assert all(one["zh"] and one["en"] for one in names.values())


def test_a_note_names_the_assumed_figures_in_the_readers_language():
    note = run("shortfall", EXAMPLES["shortfall"])["notes"][1]
    assert "处置折损" in notes.sentence(Note(note["code"], note["facts"]), "zh")
    assert "haircut" in notes.sentence(Note(note["code"], note["facts"]), "en")


def test_errors_of_another_number_of_methods_are_refused():
    assert run("reconcile", {**EXAMPLES["reconcile"], "errors": [[0.1, 0.2]]}) == "valuation.outside_band"


def test_every_note_of_the_catalogue_has_both_texts_and_a_weight():
    for code, entry in notes.catalogue().items():
        if code.startswith("finance_"):
            assert entry["zh"], code
            assert entry["en"], code
            assert entry["weight"] in ("info", "warn"), code


def test_an_infringement_after_the_day_of_valuation_is_refused():
    assert run("infringement-damages", {"day": "2026-01-01", "infringed_on": "2026-05-05"}) == (
        "valuation.after_value_date"
    )


def test_a_right_that_ends_before_the_loan_brings_nothing_with_or_without_a_product():
    for more in ({}, {"product": "bocom_beijing", "kind": "utility_model"}):
        given = {"day": "2026-11-01", "value": 6_000_000, "loan_years": 3, "remaining_years": 2, **more}
        found = run("lending-value", given)
        assert found["range"]["p95"] == 0
        assert all(one["loan"] == 0 for one in found["figures"]["levels"])
        codes = [note["code"] for note in found["notes"]]
        assert codes.count("finance_ends_before_the_loan") + codes.count("finance_too_little_life_left") >= 1
    given["remaining_years"] = 3
    assert run("lending-value", given)["range"]["p95"] > 0


def test_what_a_worse_sale_costs_stands_in_the_sensitivities():
    found = run("lending-value", {"day": "2026-11-01", "value": 1_000_000, "loan_years": 1})
    of_sale = next(one for one in found["sensitivities"] if one["name"] == "forced_sale")
    assert (of_sale["low"], of_sale["high"]) == pytest.approx((0.2, 0.4))
    assert of_sale["median_at_low"] == pytest.approx(found["range"]["median"] * 0.8 / 0.7)
    assert of_sale["median_at_high"] == pytest.approx(found["range"]["median"] * 0.6 / 0.7)


def test_one_right_told_twice_is_no_portfolio():
    one = {"key": "a", "median": 1_000_000, "log_sd": 0.9}
    assert run("portfolio-value", {"day": "2026-11-01", "assets": [one, one]}) == "valuation.uneven"


def test_a_licence_beyond_the_end_of_its_right_is_refused():
    given = {"day": "2026-11-01", "patents": 1, "years": 10, "open_licence": False, "remaining_years": 2}
    assert run("licence-fee", given) == "valuation.outside_band"


def test_correlation_moves_the_blend_of_methods_that_were_never_tested():
    methods = [{"method": "a", "median": 1e6, "log_sd": 0.8}, {"method": "b", "median": 1.5e6, "log_sd": 0.5}]
    found = run("reconcile", {"day": "2026-11-01", "methods": methods})
    moved = found["sensitivities"][0]
    assert (moved["low"], moved["high"]) == (0.25, 0.75)
    # The more alike the two, the more the surer one counts.
    assert moved["median_at_low"] < found["range"]["median"] < moved["median_at_high"]
