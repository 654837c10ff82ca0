"""The door to the estimate: from a right's row to the page's record, with the model of the day."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, timedelta

import pytest

from tests.registry.given_rights import a_right, refused
from tests.valuation.given_past_deals import DAY, market, said
from zhirong.record import actions as record
from zhirong.valuation import estimated, estimating, notes
from zhirong.valuation.engine.result import Quantiles
from zhirong.valuation.engine.subject import Subject
from zhirong.valuation.estimated import Headline
from zhirong.valuation.models import MarketModel

pytestmark = pytest.mark.django_db
START = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "zhirong.settings"
import django
django.setup()
from zhirong.valuation import estimating
print(sorted({"numba", "scipy", "numpy"} & set(sys.modules)))
"""


def keep(day: date, *, is_current: bool = True) -> MarketModel:
    model = market()
    return MarketModel.objects.create(
        made_at=record.now(),
        day=day,
        deals=model.deals,
        sha256=model.sha256,
        salt=model.salt,
        body=json.dumps(model.as_json()),
        is_current=is_current,
    )


def test_a_right_is_estimated_with_the_current_model() -> None:
    right, kept = a_right(), keep(DAY)
    found = estimating.estimate_right(right, DAY)
    assert found == estimating.estimate_right(right.pk, DAY)
    assert (found.model_sha256, found.day, found.subject.number) == (kept.sha256, DAY, right.number)
    assert found.headline is not None
    told = estimating.estimate_right(right, DAY, said(400_000, 0.03, 6))
    assert told.said.get("annual_income") is not None
    assert told.headline != found.headline


def test_a_day_of_the_past_knows_no_model_of_later() -> None:
    right = a_right()
    keep(DAY)
    assert estimating.estimate_right(right, DAY - timedelta(days=1)).model_sha256 == ""


def test_a_change_in_the_words_of_a_form_is_the_change() -> None:
    right = a_right()
    change = estimating.change_of(discount_points=2, royalty_rate="0.05", last_year=10)
    assert (change.discount_shift, change.royalty_rate, change.last_year) == (0.02, 0.05, 10)
    plain, found = estimating.estimate_right(right, DAY), estimating.what_if(right, DAY, change=change)
    assert found.headline != plain.headline
    with refused("valuation.not_finite", name="royalty_rate"):
        estimating.change_of(royalty_rate="five")


def test_a_portfolio_of_one_right_has_the_range_of_that_right() -> None:
    # The 25 % quantile and the mean are no lognormal's of this median and width.
    own = Quantiles(1e5, 2e5, 5e5, 6e5, 7e5, 3e6, 4e6, 9e5)
    one = Headline(Subject(day=DAY, kind="invention"), own, "tested")
    found, two = estimated.whole({"1": one}, DAY), estimated.whole({"1": one, "2": one}, DAY)
    assert found is not None
    assert two is not None
    assert found.range == own
    assert found.figures["assets"][0]["mean"] == 9e5
    assert "finance_portfolio_not_a_sum" not in {note.code for note in found.notes}
    assert "finance_portfolio_not_a_sum" in {note.code for note in two.notes}
    (said_so,) = (note for note in two.notes if note.code == "finance_portfolio_not_a_sum")
    assert "the rights' own means may differ" in notes.sentence(said_so, "en")
    assert "各项自己的均值可能不同" in notes.sentence(said_so, "zh")


def test_a_right_that_is_not_there_is_refused() -> None:
    with refused("valuation.right_unknown", rights=[999]):
        estimating.estimate_right(999, DAY)


def test_a_server_starts_without_the_numeric_engines() -> None:
    answer = subprocess.run([sys.executable, "-c", START], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
