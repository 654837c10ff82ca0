"""The chance of a sale: found where it is known, never 0 or 1, and shown beside the price."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.valuation.given_market import a_right
from zhirong.base.refused import Refused
from zhirong.valuation.engine import selection
from zhirong.valuation.engine.selection import Listing

UNDER = {"effect_sd": 1.0, "most_levels": 60}


def listed(count: int, chance_of, *, seed: int = 1) -> list[Listing]:
    random = np.random.default_rng(seed)
    rows = [(float(x), random.random()) for x in random.normal(size=count)]
    return [Listing(item=a_right(x=x), is_sold=drawn < chance_of(x)) for x, drawn in rows]


def test_the_chance_of_a_known_world_is_found():
    model = selection.fit(listed(4000, lambda x: 1 / (1 + math.exp(1 - x))), **UNDER)
    found = selection.chances(model, [a_right(x=0.0), a_right(x=1.0), a_right(x=2.0)])
    assert found.tolist() == pytest.approx([0.269, 0.5, 0.731], abs=0.04)


def test_the_mean_chance_is_the_share_that_sold():
    listings = listed(500, lambda x: 0.3)
    model = selection.fit(listings, **UNDER)
    mean = selection.chances(model, [one.item for one in listings]).mean()
    assert mean == pytest.approx((model.sold + 0.5) / 501, abs=0.002)


@pytest.mark.parametrize("is_sold", [True, False])
def test_where_all_or_none_sold_nothing_is_certain(is_sold: bool):
    model = selection.fit([Listing(item=a_right(x=float(x)), is_sold=is_sold) for x in range(20)], **UNDER)
    found = selection.chances(model, [a_right(x=1000.0)])[0]
    assert 0 < found < 1
    assert (found > 0.8) == is_sold


def test_no_listings_are_refused():
    with pytest.raises(Refused):
        selection.fit([], **UNDER)
