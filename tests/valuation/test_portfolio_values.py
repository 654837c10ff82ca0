"""What a portfolio is worth is computed by a job and kept: looking computes nothing, and what is old says so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.exchange import given_deals as given
from tests.exchange import given_desk as desk
from tests.web.given_pages import text_of
from zhirong.record.jobs import run_job
from zhirong.record.models import Job
from zhirong.valuation import estimated, jobs, portfolio_kept
from zhirong.valuation.actions import answers, portfolio_values, portfolios
from zhirong.valuation.engine.legible import digits
from zhirong.valuation.models import Portfolio, PortfolioValue

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


def kept() -> portfolio_kept.Kept:
    one = Portfolio.objects.get()
    return portfolio_kept.read(one.value, state=portfolio_kept.states(Portfolio.objects.all())[one.pk])


def a_kept(side: given.Side, count: int) -> Portfolio:
    house = given.House()
    rights = tuple(given.a_right(house, side.party).pk for _ in range(count))
    return portfolios.keep(side.person, portfolios.Wanted(party=side.party, name="组合", rights=rights))


def test_a_portfolio_asks_for_its_one_job_and_the_page_says_how_far_it_is() -> None:
    side = given.a_side("holder")
    one = a_kept(side, 3)
    browser = desk.browser_of(side.person)
    waits = text_of(browser, f"/portfolios/{one.ref}")
    assert "正在计算。" in waits
    assert "将在一两分钟内算出" in waits
    assert not PortfolioValue.objects.exists()
    job = Job.objects.get(kind="valuation.portfolio")
    Job.objects.filter(pk=job.pk).update(state="running", done=1200, total=2000)
    assert "已估 1,200 项，共 2,000 项" in text_of(browser, f"/portfolios/{one.ref}")
    assert portfolio_values.due() == []
    assert run_job(job, jobs.WORK) == "done"
    text = text_of(browser, f"/portfolios/{one.ref}")
    assert "正在" not in text
    assert "全部权利之间的相关" in text
    assert portfolio_values.ask(one.pk).pk == job.pk
    job.refresh_from_db()
    assert (job.done, job.total) == (3, 3)


def test_the_page_shows_what_is_kept_and_computes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    side = given.a_side("holder")
    one = a_kept(side, 3)
    portfolio_values.value(one.pk)
    whole = kept().whole
    assert whole is not None
    for name in ("headlines", "whole"):
        monkeypatch.delattr(estimated, name)
    text = text_of(desk.browser_of(side.person), f"/portfolios/{one.ref}")
    assert digits(whole.range.median / 10_000) in text


def test_who_turns_the_pages_reads_the_kept_lines_once_and_a_new_value_anew() -> None:
    side = given.a_side("holder")
    one = a_kept(side, 3)
    portfolio_values.value(one.pk)
    browser = desk.browser_of(side.person)
    looked = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            text_of(browser, f"/portfolios/{one.ref}")
        looked.append(
            ["valuation_portfoliovalue" in row["sql"] and '"body"' in row["sql"] for row in asked].count(True)
        )
    assert looked == [1, 0]
    given.time_passes(hours=24)
    portfolio_values.value(one.pk)
    assert kept().day.isoformat() in text_of(browser, f"/portfolios/{one.ref}")
    assert kept().is_current


def test_an_answer_and_a_new_day_make_it_old_and_the_clock_asks_once() -> None:
    side = given.a_side("holder")
    one = a_kept(side, 2)
    portfolio_values.value(one.pk)
    day = kept().day
    assert (kept().is_current, portfolio_values.due()) == (True, [])
    right = one.items.order_by("position")[0].right_id
    said = answers.Given(party=side.party, question="annual_income", value_micro=900_000 * 10**6)
    answers.answer(side.person, right, said)
    assert (kept().is_current, portfolio_values.due()) == (False, [one.pk])
    jobs.forget()
    jobs.tick()
    assert portfolio_values.due() == []
    text = text_of(desk.browser_of(side.person), f"/portfolios/{one.ref}")
    assert f"正在重新计算；以下为 {day.isoformat()} 的结果" in text
    assert run_job(Job.objects.order_by("-pk")[0], jobs.WORK) == "done"
    assert kept().is_current
    assert [line.is_used for line in kept().lines] == [True, False]
    given.time_passes(hours=24)
    assert (kept().is_current, portfolio_values.due()) == (False, [one.pk])
    portfolio_values.value(one.pk)
    assert kept().day == day + timedelta(days=1)
    assert PortfolioValue.objects.count() == 1


def test_one_that_was_computed_meanwhile_is_not_computed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    one = a_kept(given.a_side("holder"), 2)
    portfolio_values.value(one.pk)
    monkeypatch.delattr(estimated, "headlines")
    job = Job.objects.get(kind="valuation.portfolio")
    assert run_job(job, jobs.WORK) == "done"
    job.refresh_from_db()
    assert (job.done, job.total) == (2, 2)


def test_one_that_was_ended_meanwhile_needs_nothing() -> None:
    side = given.a_side("holder")
    one = a_kept(side, 1)
    job = Job.objects.get(kind="valuation.portfolio")
    portfolios.end(side.person, one.ref)
    assert run_job(job, jobs.WORK) == "done"
    assert not PortfolioValue.objects.exists()
    assert portfolio_values.due() == []


def test_a_right_has_the_range_that_it_has_alone_whatever_is_beside_it() -> None:
    side = given.a_side("holder")
    one = a_kept(side, 4)
    portfolio_values.value(one.pk)
    right = one.items.order_by("position")[2].right
    (alone,) = estimated.headlines([right], kept().day, [side.party.pk])
    assert isinstance(alone, estimated.Headline)
    assert kept().lines[2].range == alone.headline
