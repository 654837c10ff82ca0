"""Valuation over the interface: a whole day of an appraisal, estimates with one's own answers, portfolios, prices."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.api.given_api import ANYBODY, Caller, a_caller
from tests.exchange import given_deals as given
from tests.valuation import given_valuation as valued
from tests.valuation.given_valuation import REASON
from zhirong.record.jobs import run_job
from zhirong.record.models import Job
from zhirong.valuation import jobs
from zhirong.valuation.actions import reports
from zhirong.valuation.models import Answer

pytestmark = pytest.mark.django_db(transaction=True)
AMOUNTS = {"low_fen": 80_000_000, "likely_fen": 100_000_000, "high_fen": 130_000_000, "reason": REASON}


def held(at: str, caller: Caller, method: str, approach: str, ppm: int = 500_000) -> Any:
    said = {**AMOUNTS, "method": method, "approach": approach, "weight_ppm": ppm}
    return caller.post(f"{at}/opinions", said)


def test_an_appraisal_is_asked_for_worked_on_signed_and_read() -> None:
    house, client, firm = given.House(), given.a_side("holder"), valued.Firm()
    right = given.a_right(house, client.party)
    asker, first, second = (a_caller(one) for one in (client.person, firm.first, firm.second))
    assert [one["ref"] for one in asker.get("/valuers")] == [firm.side.party.ref]
    wanted = {
        "client": client.party.ref, "rights": [right.pk], "purpose": "pledge", "value_type": "market",
        "value_date": valued.today().isoformat(),
    }  # fmt: skip
    made = asker.post("/appraisals", wanted)
    at = f"/appraisals/{made['appraisal_id']}"
    assert first.ask("GET", at).status_code == 404
    asker.post(f"{at}/request", {"valuer": firm.side.party.ref})
    first.post(f"{at}/take-on")
    held(at, first, "expert.income", "income")
    held(at, first, "expert.market", "market")
    concluded = first.post(f"{at}/conclusion", {**AMOUNTS, "assumptions": "第一条\n第二条"})
    assert (concluded["state"], concluded["assumptions"]) == ("working", "第一条\n第二条")
    hidden = asker.get(at)
    assert (hidden["likely_fen"], hidden["opinions"], hidden["payload_hash"]) == (None, [], "")
    signed = first.post(f"{at}/sign", {"payload_hash": concluded["payload_hash"]})
    assert first.refused(f"{at}/review", {"payload_hash": signed["payload_hash"]}) == (403, "people.maker_is_checker")
    for deed in ("review", "issue"):
        second.post(f"{at}/{deed}", {"payload_hash": signed["payload_hash"]})
    reports.seal(made["appraisal_id"])
    told = asker.get(at)
    assert (told["state"], told["likely_fen"], sorted(told["papers"])) == (
        "issued",
        100_000_000,
        ["report.en.pdf", "report.zh.pdf"],
    )
    paper = asker.ask("GET", f"{at}/papers/report.zh.pdf")
    assert paper.content.startswith(b"%PDF-")
    assert ANYBODY.ask("GET", f"{at}/papers/report.zh.pdf").status_code == 401


def test_an_estimate_is_open_and_says_that_it_is_no_appraisal_report() -> None:
    house, holder = given.House(), given.a_side("holder")
    right = given.a_right(house, holder.party)
    told = ANYBODY.get(f"/rights/{right.pk}/estimate")
    assert told["is_appraisal_report"] is False
    assert "reference_only" in [one["code"] for one in told["notes"]]
    amounts = [told["range"][name] for name in ("p5", "p10", "p25", "median", "p75", "p90", "p95")]
    assert amounts == sorted(amounts)
    assert amounts[0] > 0
    assert told == ANYBODY.get(f"/rights/{right.pk}/estimate")
    sheet = a_caller(holder.person).ask("GET", f"/rights/{right.pk}/estimate/papers/en.pdf")
    assert sheet.content.startswith(b"%PDF-")


def test_answers_move_the_estimates_of_their_own_party_alone() -> None:
    house, holder, other = given.House(), given.a_side("holder"), given.a_side("holder")
    right = given.a_right(house, holder.party)
    mine, theirs = a_caller(holder.person), a_caller(other.person)
    before = theirs.get(f"/rights/{right.pk}/estimate")
    said = {"party": holder.party.ref, "question": "annual_income", "value_micro": 30_000_000 * 10**6}
    paper = valued.a_paper(holder.person)
    told = mine.post(f"/rights/{right.pk}/answers", {**said, "evidence": paper.ref})
    assert (told["grade"], told["evidence"], told["unit"]) == ("document", paper.ref, "yuan_a_year")
    assert mine.get(f"/rights/{right.pk}/estimate")["range"] != before["range"]
    assert theirs.get(f"/rights/{right.pk}/estimate") == before
    assert theirs.get(f"/rights/{right.pk}/answers") == []
    mine.post(f"/rights/{right.pk}/answers", said)
    assert [one["grade"] for one in mine.get(f"/rights/{right.pk}/answers")] == ["stated"]
    assert Answer.objects.count() == 2
    mine.post(f"/rights/{right.pk}/answers/take-back", {"party": holder.party.ref, "question": "annual_income"})
    assert mine.get(f"/rights/{right.pk}/estimate")["range"] == before["range"]
    stranger = {**said, "party": holder.party.ref}
    assert theirs.refused(f"/rights/{right.pk}/answers", stranger) == (403, "people.not_allowed")
    wrong = {**said, "question": "royalty_rate", "value_micro": 2 * 10**6}
    assert mine.refused(f"/rights/{right.pk}/answers", wrong) == (422, "valuation.answer_range")


def test_what_if_changes_one_thing_and_keeps_nothing() -> None:
    house, holder = given.House(), given.a_side("holder")
    right = given.a_right(house, holder.party)
    before = ANYBODY.get(f"/rights/{right.pk}/estimate")
    more = ANYBODY.ask("POST", f"/rights/{right.pk}/estimate/what-if", {"royalty_rate": "0.06"})
    assert more.status_code == 200
    assert more.json()["range"]["median"] > before["range"]["median"]
    assert ANYBODY.get(f"/rights/{right.pk}/estimate") == before


def test_a_lending_value_says_how_likely_it_falls_short() -> None:
    house, holder, bank = given.House(), given.a_side("holder"), given.a_side("bank")
    right = given.a_right(house, holder.party)
    told = a_caller(bank.person).get(f"/rights/{right.pk}/lending-value", months=24, product="bocom_beijing")
    loans = [one["loan_fen"] for one in told["levels"]]
    assert loans == sorted(loans)
    assert 0 < loans[-1] < told["value_fen"]
    assert told["product"] == "bocom_beijing"


def test_a_portfolio_is_its_partys_and_is_no_sum_of_medians() -> None:
    house, holder, bank = given.House(), given.a_side("holder"), given.a_side("bank")
    rights = [given.a_right(house, holder.party) for _ in range(3)]
    caller = a_caller(bank.person)
    items = [{"right_id": rights[0].pk, "loan_fen": 100_00}, *({"right_id": one.pk} for one in rights[1:])]
    said = {"party": bank.party.ref, "name": "质押组合", "items": items}
    ref = caller.post("/portfolios", said)["ref"]
    waits = caller.get(f"/portfolios/{ref}")
    assert (waits["rights"], waits["day"], waits["is_current"], waits["range"]) == (3, None, False, None)
    assert run_job(Job.objects.get(kind="valuation.portfolio"), jobs.WORK) == "done"
    told = caller.get(f"/portfolios/{ref}")
    assert told["is_current"]
    assert {one["name"] for one in told["sensitivities"]} == {"portfolio_correlation.common"}
    medians = sum(one["range"]["median"] for one in told["items"])
    assert (told["rights"], told["items"][0]["loan_fen"]) == (3, 100_00)
    assert told["range"]["median"] != medians
    assert a_caller(holder.person).ask("GET", f"/portfolios/{ref}").status_code == 404
    assert caller.ask("PUT", f"/portfolios/{ref}", {**said, "items": items[:1]}).json()["rights"] == 1
    assert caller.ask("DELETE", f"/portfolios/{ref}").status_code == 200
    assert caller.ask("GET", f"/portfolios/{ref}").status_code == 404


def test_prices_are_counted_and_never_told() -> None:
    house, holder = given.House(), given.a_side("holder")
    right = given.a_right(house, holder.party)
    operator, proof = a_caller(house.operator), valued.a_paper(house.operator)
    said = {
        "reference": "licence:7", "source": "licence", "kind": "plain_licence", "on": valued.today().isoformat(),
        "price_fen": 123_456_700, "rights": [right.pk], "proof": proof.ref,
    }  # fmt: skip
    entered = operator.post("/comparables", said)
    counted = Client().get("/api/comparables")
    assert counted.json() == {"items": [{"kind": "plain_licence", "source": "licence", "count": 1}], "total": 1}
    assert "1234567" not in counted.content.decode()
    at = f"/comparables/{entered['comparable_id']}/withdraw"
    assert operator.refused(at, {"reason": REASON}) == (403, "people.maker_is_checker")
    assert a_caller(house.checker).post(at, {"reason": REASON})["is_withdrawn"] is True
    assert ANYBODY.get("/comparables")["total"] == 0
    assert ANYBODY.get("/back-test")["segments"] == []
