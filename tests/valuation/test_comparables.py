"""What was paid and what nobody paid: noted with the deal, frozen as of its day, learnt by the market's model."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.exchange import given_deals as given
from tests.exchange import given_desk as desk
from tests.people.given_people import deeds, refused
from tests.valuation import given_valuation as valued
from zhirong.exchange import jobs
from zhirong.exchange.actions import prices
from zhirong.record import actions as record
from zhirong.record.jobs import run_job
from zhirong.record.models import Job
from zhirong.registry.actions import weights
from zhirong.registry.models import Right
from zhirong.valuation import estimating, frozen, learnt
from zhirong.valuation import jobs as valuation_jobs
from zhirong.valuation.actions import comparables, market
from zhirong.valuation.models import Comparable, MarketModel, Study

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


@pytest.fixture(autouse=True)
def _fresh() -> None:
    prices.forget()


def test_a_settled_deal_is_a_comparable_of_the_day_it_was_made() -> None:
    sold = desk.settled(desk.paid(desk.signed(desk.a_deal())))
    noted = Comparable.objects.get(source="deal")
    deal = sold.deal
    assert (noted.reference, noted.price_fen, noted.rights_count) == (f"deal:{deal.number}", deal.price_fen, 1)
    assert noted.kind == ("auction" if deal.lot_id else "sale")
    (subject,) = frozen.from_text(noted.subjects)
    assert (subject.kind, subject.day) == ("invention", noted.on)
    assert deeds().count("valuation.comparable_noted") == 1


def test_a_deal_noted_twice_is_one_comparable() -> None:
    sold = desk.settled(desk.paid(desk.signed(desk.a_deal())))
    prices.note_deal(sold.deal, who=sold.house.operator)
    assert Comparable.objects.filter(source="deal").count() == 1


def test_what_is_known_later_does_not_change_what_was_known_then() -> None:
    house, holder = given.House(), given.a_side("holder")
    right = given.a_right(house, holder.party)
    valued.a_price(right, 900_000_00, days_ago=30, reference="one")
    weights.encumber(
        house.operator, right, weights.Weight.PLEDGE, favoured=weights.Favoured("某银行"),
        since=valued.today() - timedelta(days=10), number="1",
    )  # fmt: skip
    valued.a_price(right, 900_000_00, days_ago=30, reference="two")
    valued.a_price(right, 900_000_00, reference="three")
    pledged = {row.reference: frozen.from_text(row.subjects)[0].is_pledged for row in Comparable.objects.all()}
    assert pledged == {"one": False, "two": False, "three": True}


def test_an_ask_that_nobody_took_is_an_upper_bound() -> None:
    house, seller = given.House(), given.a_side("holder")
    listing = given.an_announced(house, seller, asking_fen=500_000_00)
    for _ in range(12):
        given.time_passes(minutes=30)
        jobs.tick()
    assert given.fresh(listing).end_reason == "no_bidders"
    prices.forget()
    jobs.tick()
    noted = Comparable.objects.get()
    assert (noted.source, noted.kind, noted.price_fen) == ("ask", "ask", 500_000_00)
    assert learnt.past_deals(valued.today() + timedelta(days=2))[0].is_ask
    prices.forget()
    jobs.tick()
    assert Comparable.objects.count() == 1


def test_a_listing_that_its_seller_took_back_says_nothing_of_value() -> None:
    house, seller = given.House(), given.a_side("holder")
    listing = given.an_announced(house, seller)
    given.listings.withdraw(seller.person, listing.pk, reason="另有安排。")
    jobs.tick()
    assert not Comparable.objects.exists()


def test_the_operator_enters_a_price_from_outside_on_its_paper() -> None:
    house, holder = given.House(), given.a_side("holder")
    right = given.a_right(house, holder.party)
    said = comparables.Price(
        reference="licence:2026-1", source="licence", on=valued.today(), kind="plain_licence", price_fen=300_000_00
    )
    with refused("people.not_allowed"):
        comparables.enter_comparable(holder.person, (right.pk,), said, proof=valued.a_paper(holder.person))
    proof = valued.a_paper(house.operator)
    noted = comparables.enter_comparable(house.operator, (right.pk,), said, proof=proof)
    assert (noted.proof, noted.entered_by) == (proof, house.operator)
    assert comparables.enter_comparable(house.operator, (right.pk,), said, proof=proof).pk == noted.pk
    with refused("people.maker_is_checker"):
        comparables.withdraw_comparable(house.operator, noted.reference, reason="关联交易。")
    comparables.withdraw_comparable(house.checker, noted.reference, reason="关联交易。")
    comparables.withdraw_comparable(house.checker, noted.reference, reason="再次。")
    assert Comparable.objects.get().reason == "关联交易。"
    assert learnt.past_deals(valued.today()) == []


def test_a_model_is_fitted_once_a_day_and_only_where_something_is_new() -> None:
    house, holder = given.House(), given.a_side("holder")
    right = given.a_right(house, holder.party)
    assert market.due(record.now()) == []
    for place in range(24):
        valued.a_price(right, 500_000_00 + place * 70_000_00, days_ago=900 - 35 * place)
    (day,) = market.due(record.now())
    job = market.ask(day)
    assert market.due(record.now()) == []
    assert run_job(job, valuation_jobs.WORK) == "done"
    kept = MarketModel.objects.get()
    assert (kept.deals, kept.is_current, kept.sha256) == (24, True, estimating.model_on(valued.today()).sha256)
    assert len(kept.salt) == 32
    given.time_passes(hours=24)
    assert market.due(record.now()) == []
    valued.a_price(right, 900_000_00)
    assert len(market.due(record.now())) == 1
    market.refit(valued.today())
    assert list(MarketModel.objects.order_by("pk").values_list("is_current", flat=True)) == [False, True]
    study = json.loads(Study.objects.get(model__is_current=True).body)
    assert {one["calibration"]["segment"] for one in study["segments"]} <= {"", "invention"}


def many_prices(house: given.House) -> Right:
    """Of one right, enough for a model."""
    right = given.a_right(house, given.a_side("holder").party)
    for place in range(24):
        valued.a_price(right, 500_000_00 + place * 70_000_00, days_ago=900 - 35 * place)
    return right


def test_many_days_of_deals_without_a_worker_leave_one_fit_which_learns_all_of_them() -> None:
    right = many_prices(given.House())
    for _ in range(5):
        valuation_jobs.forget()
        valuation_jobs.tick()
        given.time_passes(hours=24)
        valued.a_price(right, 900_000_00)
    job = Job.objects.get(kind=market.FIT)
    assert run_job(job, valuation_jobs.WORK) == "done"
    kept = MarketModel.objects.get()
    # As of the day it was done, not of the day it was asked for.
    assert (kept.deals, kept.day) == (29, valued.today())
    assert market.due(record.now()) == []


def test_a_fit_that_waited_until_nothing_was_new_fits_nothing() -> None:
    many_prices(given.House())
    (day,) = market.due(record.now())
    job = market.ask(day)
    market.refit(day)
    assert run_job(job, valuation_jobs.WORK) == "done"
    assert MarketModel.objects.count() == 1


def test_what_comes_while_a_fit_runs_asks_for_one_more_the_next_day(monkeypatch: pytest.MonkeyPatch) -> None:
    right = many_prices(given.House())
    (day,) = market.due(record.now())
    job, fitted = market.ask(day), learnt.fitted

    def meanwhile(*said: Any, **more: Any) -> Any:
        made = fitted(*said, **more)
        valued.a_price(right, 900_000_00)
        given.time_passes(hours=24)
        Job.objects.filter(pk=job.pk).update(state="running")
        assert market.due(record.now()) == []
        return made

    monkeypatch.setattr(learnt, "fitted", meanwhile)
    assert run_job(job, valuation_jobs.WORK) == "done"
    assert MarketModel.objects.get().deals == 24
    assert market.due(record.now()) == [valued.today()]


def test_with_asks_alone_there_is_no_model() -> None:
    house, holder = given.House(), given.a_side("holder")
    valued.a_price(given.a_right(house, holder.party), 1_00, source="ask", kind="ask")
    assert market.refit(valued.today()) is None
    assert not MarketModel.objects.exists()
