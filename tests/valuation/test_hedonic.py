"""The hedonic model: what it learns from deals, how it shrinks, what it says where little is known."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.valuation.given_market import DAY, PRIORS, RULES, a_right, a_sale, deals
from zhirong.base.refused import Refused
from zhirong.valuation.engine import comparables, hedonic, lots, market_approach
from zhirong.valuation.engine.hedonic import Item, Model, Sale
from zhirong.valuation.engine.simulated import BOOK

FITTED = hedonic.fit(deals(1000), under=PRIORS, walk_by="kind")


def mu(model: Model, *items: Item) -> list[float]:
    return hedonic.predict(model, items)[0].tolist()


def test_slopes_and_kinds_of_a_known_world_are_found():
    slopes = {one.column.name: one.slope / one.column.sd for one in FITTED.numbers}
    for name, true in BOOK.slopes.items():
        assert slopes[name] == pytest.approx(true, abs=0.11)
    kinds = {one.level: one.effect for one in next(one for one in FITTED.groups if one.name == "kind").levels}
    assert kinds["invention"] - kinds["design"] == pytest.approx(0.7, abs=0.25)
    assert FITTED.deals == 1000
    assert FITTED.notes == ()


def test_the_noise_of_each_kind_is_found():
    scale = {
        kind: math.exp(hedonic.predict(FITTED, [a_right(groups={"kind": kind, "field": "1"})])[1][0])
        for kind in BOOK.noise
    }
    assert scale["invention"] > 1.15 * scale["utility_model"]
    assert scale["invention"] > 1.15 * scale["design"]


def test_contributions_sum_to_the_prediction_exactly():
    item = deals(3, seed=9)[0].items[0]
    told = hedonic.explain(FITTED, item)
    assert told.start + sum(moved for _, moved in told.contributions) == pytest.approx(mu(FITTED, item)[0], abs=1e-12)
    assert {name for name, _ in told.contributions} == {*BOOK.slopes, "field", "kind", "quarter"}


def test_a_model_survives_json_and_predicts_the_same_digits():
    again = Model.from_json(json.loads(json.dumps(FITTED.as_json())))
    assert again == FITTED
    assert again.sha256() == FITTED.sha256()
    items = [one.items[0] for one in deals(5, seed=4)]
    assert mu(again, *items) == mu(FITTED, *items)


def test_the_order_of_deals_does_not_matter():
    assert hedonic.fit(deals(120)[::-1], under=PRIORS) == hedonic.fit(deals(120), under=PRIORS)


def test_the_unit_of_money_moves_the_start_alone():
    in_fen = [replace(one, price=one.price * 100) for one in deals(200)]
    yuan, fen = hedonic.fit(deals(200), under=PRIORS), hedonic.fit(in_fen, under=PRIORS)
    assert fen.start - yuan.start == pytest.approx(math.log(100), abs=1e-9)
    assert [one.slope for one in fen.numbers] == pytest.approx([one.slope for one in yuan.numbers], abs=1e-9)
    assert fen.scale_start == pytest.approx(yuan.scale_start, abs=1e-9)


def test_a_group_seen_once_is_shrunk_further_than_one_seen_often():
    often = [a_sale(math.exp(12 + 0.1 * (place % 3)), a_right(groups={"field": "often"})) for place in range(30)]
    rest = [a_sale(math.exp(10 + 0.1 * (place % 3)), a_right(groups={"field": "rest"})) for place in range(30)]
    once = [a_sale(math.exp(12), a_right(groups={"field": "once"}))]
    model = hedonic.fit([*often, *rest, *once], under=PRIORS)
    levels = {one.level: one for one in model.groups[0].levels}
    assert 0 < levels["once"].effect < levels["often"].effect
    assert levels["once"].variance > levels["often"].variance
    never = hedonic.predict(model, [a_right(groups={"field": "never"}), a_right(groups={"field": "often"})])
    assert never[0][0] == pytest.approx(model.start)
    assert never[1][0] > never[1][1]


def test_an_unknown_number_is_the_mean_and_never_zero_and_widens():
    random = np.random.default_rng(3)
    sales = [a_sale(math.exp(8 + 0.5 * x + 0.2 * e), a_right(x=10 + x)) for x, e in random.normal(size=(200, 2))]
    model = hedonic.fit(sales, under=PRIORS)
    unknown, mean, zero = a_right(x=None), a_right(x=model.numbers[0].column.mean), a_right(x=0.0)
    assert mu(model, unknown) == mu(model, mean) == mu(model, a_right(x=math.nan)) == mu(model, a_right())
    assert mu(model, unknown)[0] > mu(model, zero)[0] + 0.5
    scales = hedonic.predict(model, [unknown, mean])[1]
    assert scales[0] > scales[1]


def test_what_is_missing_more_often_in_cheap_deals_is_flagged():
    random = np.random.default_rng(5)
    rows = [(place % 2, *random.normal(size=2)) for place in range(300)]
    sales = [a_sale(math.exp(9 + 1.0 * known + 0.2 * e), a_right(x=x if known else None)) for known, x, e in rows]
    model = hedonic.fit(sales, under=PRIORS)
    assert model.numbers[0].unknown == pytest.approx(-1.0, abs=0.15)


def test_a_curved_column_may_turn_down_again():
    random = np.random.default_rng(7)
    rows = random.uniform(-2, 2, size=400)
    sales = [a_sale(math.exp(10 - x * x + 0.2 * random.normal()), a_right(x=float(x))) for x in rows]
    model = hedonic.fit(sales, under=PRIORS, curved=["x"])
    low, middle, high = mu(model, a_right(x=-1.8), a_right(x=0.0), a_right(x=1.8))
    assert middle > low + 1
    assert middle > high + 1


def test_beyond_what_deals_showed_nothing_is_extrapolated():
    column = FITTED.numbers[0].column
    assert mu(FITTED, a_right(**{column.name: 1e9})) == mu(FITTED, a_right(**{column.name: column.high}))


def test_a_lot_is_fitted_on_its_sum_and_never_on_equal_shares():
    random = np.random.default_rng(11)

    def price(x: float) -> float:
        return math.exp(10 + 1.5 * x)

    sales = []
    for place in range(150):
        xs = random.normal(size=2 if place % 2 else 1).tolist()
        total = sum(price(x) for x in xs) * math.exp(0.1 * random.normal())
        sales.append(a_sale(total, *(a_right(x=x) for x in xs), reference=f"{place:03}"))
    model = hedonic.fit(sales, under=PRIORS)
    slope = model.numbers[0].slope / model.numbers[0].column.sd
    assert slope == pytest.approx(1.5, abs=0.06)
    halves = [
        a_sale(one.price / len(one.items), item, reference=f"{one.reference}{place}")
        for one in sales
        for place, item in enumerate(one.items)
    ]
    split = hedonic.fit(halves, under=PRIORS).numbers[0]
    assert split.slope / split.column.sd < 1.3
    pair = [a_right(x=0.0), a_right(x=1.0)]
    told, _ = hedonic.predict_lot(model, pair)
    assert told == pytest.approx(math.log(price(0.0) + price(1.0)), abs=0.15)


def test_an_ask_that_nobody_took_pulls_down_and_never_up():
    random = np.random.default_rng(13)
    sold = [a_sale(math.exp(10 + 0.5 * random.normal()), reference=str(place)) for place in range(60)]
    alone = hedonic.fit(sold, under=PRIORS).start
    high = [a_sale(math.exp(14), reference=f"ask {place}", is_ask=True) for place in range(30)]
    low = [a_sale(math.exp(9.5), reference=f"ask {place}", is_ask=True) for place in range(30)]
    assert hedonic.fit([*sold, *high], under=PRIORS).start == pytest.approx(alone, abs=0.02)
    assert hedonic.fit([*sold, *low], under=PRIORS).start < alone - 0.15
    assert hedonic.fit([*sold, *low], under=PRIORS).asks == 30


def test_one_absurd_price_hardly_moves_the_rest():
    random = np.random.default_rng(17)
    sold = [a_sale(math.exp(10 + 0.5 * random.normal()), reference=str(place)) for place in range(60)]
    absurd = hedonic.fit([*sold, a_sale(1e12)], under=PRIORS)
    assert absurd.start == pytest.approx(hedonic.fit(sold, under=PRIORS).start, abs=0.05)


def test_the_next_quarter_stands_at_the_last_level_and_is_less_sure():
    sales = [
        a_sale(math.exp(9 + 0.12 * quarter + 0.1 * (place % 3)), on=date(2020 + quarter // 4, quarter % 4 * 3 + 1, 5))
        for quarter in range(20)
        for place in range(12)
    ]
    model = hedonic.fit([replace(one, items=(a_right(one.on),)) for one in sales], under=PRIORS)
    first, last, following, later = (a_right(date(year, 2, 1)) for year in (2020, 2024, 2025, 2030))
    last = a_right(date(2024, 11, 1))
    told, scales = hedonic.predict(model, [first, last, following, later])
    assert told[1] - told[0] == pytest.approx(0.12 * 19, abs=0.15)
    assert told[1] == told[2] == told[3]
    assert scales[1] < scales[2] < scales[3]


def test_nothing_to_fit_is_refused():
    for sales in ([], [a_sale(100.0, is_ask=True)]):
        with pytest.raises(Refused) as no:
            hedonic.fit(sales, under=PRIORS)
        assert no.value.code == "valuation.no_deals"


@pytest.mark.parametrize("price", [0.0, -1.0, math.inf, math.nan])
def test_a_price_that_is_none_is_refused(price: float):
    with pytest.raises(Refused):
        hedonic.fit([a_sale(price)], under=PRIORS)


@pytest.mark.parametrize("count", [1, 2, 40])
def test_equal_deals_leave_the_spread_of_the_prior_and_say_so(count: int):
    model = hedonic.fit([a_sale(5000.0, a_right(x=1.0, y=None))] * count, under=PRIORS)
    told, scales = hedonic.predict(model, [a_right(x=1.0)])
    assert math.exp(told[0]) == pytest.approx(5000.0)
    assert math.exp(scales[0]) >= PRIORS.noise_sd
    assert ("market.equal_prices" in {one.code for one in model.notes}) == (count > 1)
    assert ("market.few_deals" in {one.code for one in model.notes}) == (count < PRIORS.few_deals)


def test_columns_that_repeat_each_other_or_stand_still_do_no_harm():
    random = np.random.default_rng(19)
    sales = [
        a_sale(math.exp(10 + x + 0.1 * random.normal()), a_right(a=x, b=2 * x, c=7.0)) for x in random.normal(size=80)
    ]
    model = hedonic.fit(sales, under=PRIORS)
    assert [one.column.name for one in model.numbers] == ["a", "b"]
    assert mu(model, a_right(a=1.0, b=2.0))[0] == pytest.approx(11, abs=0.1)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(1e-300, 1e300), st.none() | st.floats(-1e300, 1e300), st.sampled_from("abc"), st.integers(0, 9000)
        ),
        min_size=1,
        max_size=12,
    )
)
def test_whatever_the_deals_the_prediction_is_finite(rows):
    sales = [
        a_sale(price, a_right(on, groups={"kind": kind}, x=x), on=on)
        for price, x, kind, days in rows
        for on in [date(2000, 1, 1) + timedelta(days=days)]
    ]
    model = hedonic.fit(sales, under=PRIORS, curved=["x"], walk_by="kind")
    told, scales = hedonic.predict(model, [one.items[0] for one in sales])
    assert np.isfinite(told).all()
    assert np.isfinite(scales).all()
    assert Model.from_json(json.loads(json.dumps(model.as_json()))) == model


def test_the_log_of_a_sum_and_its_shares():
    logs = np.log([1.0, 3.0, 5.0])
    assert np.exp(lots.log_sums(logs, (0, 2))) == pytest.approx([4.0, 5.0])
    assert lots.shares(logs, (0, 2)) == pytest.approx([0.25, 0.75, 1.0])


def test_the_nearest_comparable_is_the_same_right_and_is_adjusted_by_nothing_but_time():
    sales = deals(300)
    item = sales[-1].items[0]
    found = comparables.nearest(FITTED, item, sales, count=3, kind_group="kind")
    assert (found[0].reference, found[0].distance, found[0].factor) == (sales[-1].reference, 0.0, 1.0)
    assert [one.distance for one in found] == sorted(one.distance for one in found)
    for one in found:
        sale = next(sale for sale in sales if sale.reference == one.reference)
        here, there = mu(FITTED, item, sale.items[0])
        assert one.adjusted == pytest.approx(sale.price * math.exp(here - there))


def test_neither_lots_nor_asks_nor_later_deals_are_comparables():
    item = a_right(DAY)
    sales = [
        a_sale(1.0, a_right(), a_right()),
        a_sale(1.0, is_ask=True),
        a_sale(1.0, a_right(DAY + timedelta(days=1)), on=DAY + timedelta(days=1)),
    ]
    assert comparables.nearest(FITTED, item, sales, count=3, kind_group="kind") == ()


def test_the_market_approach_tells_a_tested_range_with_factors_that_multiply():
    sales: tuple[Sale, ...] = deals(600)
    market = market_approach.learn(sales, priors=PRIORS, rules=RULES, calibrating=0.3, kind_group="kind")
    assert market.model.last_on < sales[-1].on
    told = market_approach.appraise(market, sales[-1].items[0], currency="CNY", parameters_sha256="f")
    product = told.figures["start"] * math.prod(one["factor"] for one in told.figures["factors"])
    assert math.log(product) == pytest.approx(mu(market.model, sales[-1].items[0])[0])
    assert (told.figures["basis"], told.notes) == ("tested", ())
    family = next(one for one in told.sensitivities if one.name == "family")
    assert family.median_at_low < told.range.median < family.median_at_high


def test_with_few_deals_the_market_approach_is_untested_and_says_so():
    market = market_approach.learn(deals(20), priors=PRIORS, rules=RULES, calibrating=0.3, kind_group="kind")
    told = market_approach.appraise(market, deals(1)[0].items[0], currency="CNY", parameters_sha256="")
    assert told.figures["basis"] == "untested"
    assert {one.code for one in told.notes} == {"market.few_deals", "market.range_untested"}
    assert told.range.width() > 100


def test_the_effect_of_a_group_is_its_mean_shrunk_by_tau_over_tau_and_sigma():
    # VALUATION 2.2: τ²/(τ² + σ²/n_g), at the spreads that were found; normal noise, equal groups.
    random = np.random.default_rng(23)
    means = random.normal(0, 0.6, 20)
    logs = {str(group): 10 + means[group] + 0.8 * random.normal(size=12) for group in range(20)}
    sales = [
        a_sale(math.exp(value), a_right(groups={"field": group}), reference=f"{group} {value}")
        for group, values in logs.items()
        for value in values
    ]
    model = hedonic.fit(sales, under=replace(PRIORS, freedom=1e9, noise_weight=1e-9, effect_weight=1e-9))
    field = model.groups[0]
    shrunk = field.variance / (field.variance + model.noise_sd**2 / 12)
    overall = np.mean([values.mean() for values in logs.values()])
    for one in field.levels:
        assert one.effect == pytest.approx(shrunk * (logs[one.level].mean() - overall), abs=0.01)
        assert one.variance == pytest.approx(field.variance * (1 - shrunk))
    # Restricted maximum likelihood of the balanced one-way layout, in closed form.
    within = np.mean([values.var(ddof=1) for values in logs.values()])
    between = np.var([values.mean() for values in logs.values()], ddof=1) - within / 12
    assert model.noise_sd**2 == pytest.approx(within, rel=0.02)
    assert field.variance == pytest.approx(between, rel=0.05)


def test_the_digits_of_a_right_do_not_depend_on_who_is_predicted_beside_it():
    model = hedonic.fit(deals(200), under=PRIORS, curved=list(BOOK.slopes), walk_by="kind")
    items = [one.items[0] for one in deals(37, seed=8)]
    told, scales = hedonic.predict(model, items)
    for place, item in enumerate(items):
        alone = hedonic.predict(model, [item])
        assert (alone[0][0], alone[1][0]) == (told[place], scales[place])
