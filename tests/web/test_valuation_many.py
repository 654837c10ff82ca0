"""Portfolios, the back-test, the first page of valuation and runs, as people see them."""

from __future__ import annotations

import json
import math
import re
from dataclasses import asdict
from datetime import date, timedelta
from statistics import NormalDist

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.exchange import given_deals as given
from tests.exchange import given_desk as desk
from tests.valuation.given_valuation import a_portfolio, today
from tests.web.given_pages import text_of
from zhirong.record import actions as record
from zhirong.valuation.engine import drift, rolling
from zhirong.valuation.engine.calibration import Predicted
from zhirong.valuation.engine.result import LEVELS, Quantiles, plain
from zhirong.valuation.models import MarketModel, Portfolio, Run, RunRow, Study

pytestmark = pytest.mark.django_db(transaction=True)


def a_study(*, follows: float = 0.0) -> None:
    """A current model and a back-test of invented predictions, as the house keeps them.

    `follows`: how far the estimates go with the price, in logs.
    """
    day = date(2026, 3, 2)
    told = [a_prediction(serial, day, follows=follows) for serial in range(80)]
    segments = [plain(asdict(one)) for one in rolling.studies(told, seed=1, resamples=50)]
    found = plain(asdict(drift.watch(told, chance=0.01)))
    body = {"predicted": 80, "unpredicted": 3, "failing": ["design"], "segments": segments, "drift": found}
    kept = MarketModel.objects.create(made_at=record.now(), day=day, deals=120, sha256="c" * 64, salt="", body="{}")
    Study.objects.create(model=kept, body=json.dumps(body))


def a_prediction(serial: int, day: date, *, follows: float = 0.0) -> Predicted:
    """A price that lies where the serial puts it in its lognormal range."""
    score = NormalDist().inv_cdf((serial * 37 % 80 + 0.5) / 80)
    quantiles = [math.exp(11 + follows * score + NormalDist().inv_cdf(level)) for level in LEVELS]
    return Predicted(
        reference=str(serial),
        on=day - timedelta(days=400 - serial),
        kind="invention" if serial % 2 else "utility_model",
        actual=math.exp(11 + score),
        range=Quantiles.of(quantiles, math.exp(11.5)),
        basis="tested",
    )


def test_a_portfolio_is_made_of_ticked_rights_numbers_and_a_sheet() -> None:
    house, side = given.House(), given.a_side("holder")
    rights = [given.a_right(house, side.party) for _ in range(4)]
    browser = desk.browser_of(side.person)
    assert "尚无组合" in text_of(browser, "/portfolios")
    sheet = SimpleUploadedFile("号码.csv", f"申请号,备注\n{rights[2].number},x\n".encode())
    said = {"name": "储能", "party": side.party.pk, "right": [rights[0].pk], "numbers": rights[1].number, "file": sheet}
    answer = browser.post("/portfolios", said)
    assert answer.status_code == 302, answer.content.decode()
    assert Portfolio.objects.get().items.count() == 3
    text = text_of(browser, answer["Location"])
    assert re.search(r'class="fig">[\d,.]+ – [\d,.]+<small>', text)
    assert "组合的中位数不是各项中位数之和" in text
    assert "闲置" in text
    assert f'href="/rights/{rights[2].pk}/value"' in text
    assert rights[3].number not in text
    sheet = browser.get(f"{answer['Location']}?as=rights.csv").content.decode("utf-8-sig")
    assert sheet.count("\r\n") == 4
    assert "储能" in text_of(browser, "/portfolios")
    assert desk.browser_of(given.a_side("holder").person).get(answer["Location"]).status_code == 404
    fewer = {"deed": "keep", "party": side.party.pk, "name": "储能二", "numbers": rights[3].number}
    assert browser.post(answer["Location"], fewer).status_code == 302
    assert [one.right_id for one in Portfolio.objects.get().items.all()] == [rights[3].pk]
    assert browser.post(answer["Location"], {"deed": "end"}).status_code == 302
    assert browser.get(answer["Location"]).status_code == 404


def test_every_fault_of_a_new_portfolio_is_told_and_the_ticks_stay() -> None:
    house, side = given.House(), given.a_side("holder")
    right = given.a_right(house, side.party)
    browser = desk.browser_of(side.person)
    said = {"name": "", "party": side.party.pk, "right": [right.pk], "numbers": "202199999999.9"}
    text = browser.post("/portfolios", said).content.decode()
    assert text.count('aria-invalid="true"') == 2
    assert f'value="{right.pk}" checked' in text
    nothing = browser.post("/portfolios", {"name": "空", "party": side.party.pk}).content.decode()
    assert nothing.count('aria-invalid="true"') == 1
    assert "没有给出任何权利" in nothing
    pasted = f"{right.number}\n202199999999.9 202199999998.0，x；y"
    some = browser.post("/portfolios", {"name": "空", "party": side.party.pk, "numbers": pasted}).content.decode()
    assert f"找到 1 项（{right.number}）" in some
    assert some.count("202199999998.0") == 2  # In the sentence, and in the field as it was pasted.
    assert "没有找到任何权利" not in some
    for junk in (b"hello\nworld\n", b"\x89PNG\r\n\x1a\n\x00\xff\xfe"):
        file = SimpleUploadedFile("junk.csv", junk)
        told = browser.post("/portfolios", {"name": "空", "party": side.party.pk, "file": file}).content.decode()
        assert "未读取：junk.csv 不是" in told
        assert "没有找到任何权利" not in told
    bad = SimpleUploadedFile("x.csv", "甲,乙\n1,2\n".encode())
    wrong = browser.post("/portfolios", {"name": "空", "party": side.party.pk, "file": bad}).content.decode()
    assert "没有号码列" in wrong
    assert not Portfolio.objects.exists()


def test_a_whole_portfolio_asks_no_more_of_the_database_than_one_right() -> None:
    house, side = given.House(), given.a_side("holder")
    ref = a_portfolio(side, *(given.a_right(house, side.party) for _ in range(12)))
    text_of(desk.browser_of(side.person), f"/portfolios/{ref}")


def test_the_back_test_is_public_and_says_what_it_promises_and_kept() -> None:
    assert "尚无回测" in text_of(Client(), "/valuation/back-test")
    assert "尚无表现记录" in text_of(Client(), "/valuation")
    a_study()
    text = text_of(Client(), "/valuation/back-test")
    for word in ("50%", "80%", "90%", "标准误", "COD", "PRD", "PRB", "MKI", "中位比值", "成交价落在区间何处"):
        assert word in text
    # All estimates are alike and the prices are not: that is what errors as wide bring about by themselves.
    assert "但未超出偶然：误差同样分散而无偏差时约为" in text
    assert "价高的权利被估低" not in text
    assert "0.980 – 1.030" in text
    assert "−0.050 – 0.050" in text
    assert "84.2%" in text, "what heavier tails cost"
    assert "市场是否已偏离模型" in text
    assert "演示数据。" not in text
    assert re.search(r"<dt[^>]*>成交前已作预测的笔数", text_of(Client(), "/valuation"))


def test_the_back_test_says_in_words_that_dear_rights_are_estimated_too_low() -> None:
    a_study(follows=0.6)
    text = text_of(Client(), "/valuation/back-test")
    assert "价高的权利被估低，价低的权利被估高" in text
    assert "贵者偏低" in text
    client = Client()
    client.cookies["lang"] = "en"
    english = text_of(client, "/valuation/back-test")
    assert "dear rights are estimated too low, cheap ones too high" in english
    assert "Within the standard&#39;s band, 0.900 – 1.100." in english


def test_the_simulated_worlds_hold_what_the_page_says() -> None:
    a_study()
    text = text_of(Client(), "/valuation/back-test")
    shares = dict(re.findall(r'<tr><th scope="row">([^<]+)</th><td class="r" data-l="落入">([^<]+)</td></tr>', text))
    assert shares["以后的成交与学习所用的成交同类"] == "90.5%"
    assert shares["只有好的权利卖得掉，却拿区间去估全部权利"] == "67.7%"


def test_the_first_page_finds_a_right_and_shows_my_own() -> None:
    house, side = given.House(), given.a_side("holder")
    first, second = (given.a_right(house, side.party) for _ in range(2))
    browser = desk.browser_of(side.person)
    text = text_of(browser, "/valuation")
    assert f'href="/rights/{first.pk}/value"' in text
    found = Client().get(f"/valuation?q={second.number}")
    assert (found.status_code, found["Location"]) == (302, f"/rights/{second.pk}/value")
    assert "没有符合的结果" in text_of(Client(), "/valuation?q=没有这个")
    assert 'aria-current="page">估值' in text
    assert f'href="/rights/{first.pk}/value"' in text_of(browser, f"/rights/{first.pk}")


def test_runs_are_listed_for_the_house_with_what_repeats_them() -> None:
    house, side = given.House(), given.a_side("holder")
    right = given.a_right(house, side.party)
    run = Run.objects.create(
        ref="a" * 32, day=today(), parameters_sha256="b" * 64, seed=7, rights=2, done=1, chunk_size=2, state="running",
        asked_at=record.now(),
    )  # fmt: skip
    RunRow.objects.create(run=run, right=right, p5_fen=1_00, median_fen=5_00, p95_fen=9_00, basis="untested")
    browser = desk.browser_of(house.operator)
    assert "aaaaaaaa" in text_of(browser, "/valuation/runs")
    text = text_of(browser, f"/valuation/runs/{run.ref}")
    assert "bbbbbbbbbbbbbbbb" in text
    assert "区间宽度未经成交检验" in text
    assert right.number in text
    assert desk.browser_of(side.person).get("/valuation/runs").status_code == 403
    assert browser.get("/valuation/runs/none").status_code == 404
