"""The pages of appraisals: asked for, worked on, signed by two, issued; all faults at once; nothing for a stranger."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests.exchange import given_deals as given
from tests.exchange import given_desk as desk
from tests.people import given_people as people
from tests.web.given_pages import text_of
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.registry.models import Right
from zhirong.valuation.actions import reports
from zhirong.valuation.models import Appraisal

pytestmark = pytest.mark.django_db(transaction=True)
FIGURES = {"low": "40万", "likely": "60万", "high": "90万"}


@pytest.fixture
def client_side() -> given.Side:
    return given.a_side("holder")


@pytest.fixture
def right(client_side: given.Side) -> Right:
    return given.a_right(given.House(), client_side.party)


@pytest.fixture
def valuers() -> tuple[given.Side, Person]:
    """A valuer with two people."""
    side = given.a_side("valuer")
    second = people.a_person("valuer")
    people.a_membership(second, side.party)
    return side, second


def asked(side: given.Side, right: Right, valuer: given.Side | None = None, **changes: object) -> dict[str, object]:
    return {
        "client": side.party.pk,
        "numbers": right.number,
        "purpose": "transfer",
        "value_type": "market",
        "value_date": record.now().date().isoformat(),
        "valuer": valuer.party.pk if valuer else "",
        **changes,
    }


def test_an_appraisal_is_asked_for_worked_on_signed_by_two_and_issued(
    client_side: given.Side, right: Right, valuers: tuple[given.Side, Person]
) -> None:
    first, second = valuers
    holder, valuer = desk.browser_of(client_side.person), desk.browser_of(first.person)
    assert "委托评估" in text_of(holder, f"/appraisals/new?right={right.pk}")
    answer = holder.post("/appraisals/new", asked(client_side, right, first))
    assert answer.status_code == 302, answer.content.decode()
    address = answer["Location"]
    row = Appraisal.objects.get()
    assert (row.state, address) == ("requested", f"/appraisals/{row.number}")
    assert row.number in text_of(valuer, "/valuation")
    assert "承接" in text_of(valuer, address)
    assert "承接或不承接一项评估" in text_of(valuer, "/desk")

    def does(browser: Client, deed: str, **said: object) -> None:
        found = browser.post(address, {"deed": deed, **said})
        assert found.status_code == 302, found.content.decode()

    does(valuer, "take_on")
    said = {"approach": "market", "method": "market.hedonic", "weight": "60", "reason": "有可比交易", **FIGURES}
    does(valuer, "put_opinion", **said)
    does(valuer, "put_opinion", **{**said, "approach": "income", "method": "expert", "weight": "40%"})
    does(valuer, "conclude", conclusion="两法加权", **FIGURES)
    paper = SimpleUploadedFile("检索.pdf", b"%PDF-1.7 x", content_type="application/pdf")
    does(valuer, "add_paper", title="检索报告", file=paper)
    hidden = text_of(holder, address)
    assert "有可比交易" not in hidden, "the client reads nothing before the report"
    stands = text_of(valuer, address)
    assert "有可比交易" in stands
    assert "权重合计 100%" in stands
    row.refresh_from_db()
    digest = stands.partition('name="payload_hash" value="')[2][:64]
    does(valuer, "sign", payload_hash=digest)
    assert "由贵机构另一人继续办理" in text_of(valuer, address)
    other = desk.browser_of(second)
    assert "审核已签署的评估" in text_of(other, "/desk")
    assert "审核已签署的评估" not in text_of(valuer, "/desk")
    evidence = row.evidence.get()
    assert other.get(f"{address}/papers/{evidence.pk}").content == b"%PDF-1.7 x"
    assert holder.get(f"{address}/papers/{evidence.pk}").status_code == 404
    does(other, "review", payload_hash=digest)
    does(other, "issue", payload_hash=digest)
    assert reports.unsealed() == [row.pk]
    reports.seal(row.pk)
    issued = text_of(holder, address)
    assert "已出具" in issued
    assert "陆拾万元整" in issued
    assert holder.get(f"{address}/report.zh.pdf").content.startswith(b"%PDF")
    assert holder.get(f"{address}/report.fr.pdf").status_code == 404


def test_every_fault_of_a_request_is_told_at_once_and_what_was_typed_stays(
    client_side: given.Side, right: Right
) -> None:
    browser = desk.browser_of(client_side.person)
    wrong = asked(client_side, right, numbers="202199999999.9", purpose="x", value_date="2099-01-01", use="给银行看")
    answer = browser.post("/appraisals/new", wrong)
    assert answer.status_code == 400
    text = answer.content.decode()
    assert text.count('aria-invalid="true"') == 3
    assert "202199999999.9" in text
    assert "给银行看" in text
    assert text.count("autofocus") == 1
    assert not Appraisal.objects.exists()


def test_every_fault_of_a_method_is_told_at_once(
    client_side: given.Side, right: Right, valuers: tuple[given.Side, Person]
) -> None:
    first, _ = valuers
    address = desk.browser_of(client_side.person).post("/appraisals/new", asked(client_side, right, first))["Location"]
    valuer = desk.browser_of(first.person)
    valuer.post(address, {"deed": "take_on"})
    answer = valuer.post(
        address, {"deed": "put_opinion", "approach": "magic", "low": "x", "likely": "", "high": "1", "weight": "200"}
    )
    assert answer.status_code >= 400
    assert answer.content.decode().count('aria-invalid="true"') == 6
    crossed = {"deed": "conclude", "low": "9", "likely": "5", "high": "7", "conclusion": "理由"}
    again = valuer.post(address, crossed)
    assert again.content.decode().count('aria-invalid="true"') == 1
    assert "理由" in again.content.decode()


def test_the_valuer_takes_over_what_is_computed_and_changes_it_with_a_reason(
    client_side: given.Side, right: Right, valuers: tuple[given.Side, Person]
) -> None:
    first, _ = valuers
    address = desk.browser_of(client_side.person).post("/appraisals/new", asked(client_side, right, first))["Location"]
    valuer = desk.browser_of(first.person)
    valuer.post(address, {"deed": "take_on"})
    answer = valuer.post(address, {"deed": "take_over"})
    assert answer.status_code == 302, answer.content.decode()
    held = {one.method: one for one in Appraisal.objects.get().opinions.all()}
    assert {one.approach for one in held.values()} == {"income", "cost"}
    assert sum(one.weight_ppm for one in held.values()) == 1_000_000
    assert all(one.computed for one in held.values())
    text = text_of(valuer, address)
    assert "权重合计 100%" in text
    assert "各权重现合计 100%" in text
    assert "低、高为该方法的 P10 与 P90" in text
    due = timezone.localtime(Appraisal.objects.get().due_at)
    assert f"<small>{due:%Y-%m-%d} 前</small>" in text
    assert "续展选择权" in text
    changed = {"deed": "put_opinion", "approach": "income", "method": "renewal-option", "weight": "50", **FIGURES}
    refused = valuer.post(address, {**changed, "reason": "较稳"})
    assert refused.status_code >= 400
    assert valuer.post(address, {**changed, "reason": "较稳", "override_reason": "另有许可"}).status_code == 302
    assert "由评估人员调整" in text_of(valuer, address)


def test_a_stranger_sees_no_appraisal_and_a_draft_is_its_clients_alone(
    client_side: given.Side, right: Right, valuers: tuple[given.Side, Person]
) -> None:
    address = desk.browser_of(client_side.person).post("/appraisals/new", asked(client_side, right))["Location"]
    assert Appraisal.objects.get().state == "draft"
    assert "为评估选定机构" in text_of(desk.browser_of(client_side.person), "/desk")
    for other in (given.a_side("holder").person, valuers[0].person, given.House().operator):
        browser = desk.browser_of(other)
        assert browser.get(address).status_code == 404
        assert Appraisal.objects.get().number not in text_of(browser, "/appraisals")
    assert Client().get(address).status_code == 302


def test_the_list_sorts_filters_and_is_taken_away(client_side: given.Side, right: Right) -> None:
    browser = desk.browser_of(client_side.person)
    assert "尚无评估" in text_of(browser, "/appraisals")
    for _ in range(3):
        browser.post("/appraisals/new", asked(client_side, right))
    text = text_of(browser, "/appraisals?appraisals_order=number")
    assert text.index("-000001") < text.index("-000003")
    assert "-000001" not in text_of(browser, "/appraisals?state=issued")
    sheet = browser.get("/appraisals?as=appraisals.csv")
    assert sheet.content.decode("utf-8-sig").count("PG-") == 3
