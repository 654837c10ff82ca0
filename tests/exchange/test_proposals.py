"""What one person proposes for a deal and a second decides: one open, with its own reason, confirmed as it was seen."""

from __future__ import annotations

import importlib
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, transaction

from tests.api.given_api import a_caller
from tests.exchange import given_deals as given
from tests.exchange import given_desk as desk
from tests.people.given_people import deeds, refused
from tests.web.given_pages import text_of
from zhirong.exchange.actions import deals, objections, proposals, settlement
from zhirong.exchange.models import Deal, Proposal
from zhirong.people import access
from zhirong.web.office import queue

pytestmark = [pytest.mark.django_db, pytest.mark.both]
# Verbs whose `not_by` bars a deed on or for oneself: nothing is proposed first, so nothing waits.
ON_ONESELF = {"people.grant_role", "people.withdraw_role", "people.close_person"}
# The party's own administrators are asked, on their page; the office helps where a party has none.
OF_THE_PARTY = {"people.confirm_member"}
# One person's reading of the register; nobody proposed it.
OF_ONE = {"registry.confirm_fees"}
# The money of a repayment is waited for, nobody's confirmation is; whoever demanded it does not note it.
OF_THE_BANK = {"policy.note_repayment"}
# Inside a valuer's own house; the office decides nothing there. A price is withdrawn by anybody but who entered it.
OF_THE_VALUER = {"valuation.review", "valuation.issue"}
WITHDRAWN = {"valuation.withdraw_comparable"}


def overdue() -> desk.Sold:
    sold = desk.a_deal()
    given.seller_accepts(sold.deal)
    given.time_passes(minutes=11)
    return sold


def test_a_default_is_kept_with_its_own_reason_and_another_proposal_waits_for_it() -> None:
    sold = overdue()
    operator, checker = sold.house.operator, sold.house.checker
    for _ in range(2):
        settlement.propose_default(operator, sold.deal.pk, reason="未按期签约")
    with refused("deal.proposal_open"):
        settlement.propose_annulment(operator, sold.deal.pk, reason="权利已终止")
    with refused("deal.proposal_open"):
        settlement.propose_default(operator, sold.deal.pk, reason="另一理由")
    with refused("deal.annulment_not_proposed"):
        settlement.confirm_annulment(checker, sold.deal.pk, payload_hash=given.waits(sold.deal))
    with refused("deal.proposal_changed"):
        settlement.confirm_default(checker, sold.deal.pk, payload_hash="0" * 64)
    assert (sold.fresh().state, sold.deal.end_reason) == ("contract", "")
    for _ in range(2):
        settlement.confirm_default(checker, sold.deal.pk, payload_hash=given.waits(sold.deal))
    assert (sold.fresh().state, sold.deal.end_reason) == ("defaulted", "未按期签约")
    one = Proposal.objects.get()
    assert (one.state, one.proposed_by, one.decided_by) == ("confirmed", operator, checker)
    assert (deeds().count("exchange.default_proposed"), deeds().count("exchange.defaulted")) == (1, 1)


def test_a_wrong_reason_is_sent_back_or_withdrawn_and_proposed_anew() -> None:
    sold = overdue()
    operator, checker = sold.house.operator, sold.house.checker
    settlement.propose_annulment(operator, sold.deal.pk, reason="写错了")
    wrong = given.waits(sold.deal)
    with refused("people.not_allowed"):
        proposals.send_back(operator, sold.deal.pk, payload_hash=wrong, reason="x")
    with refused("deal.proposal_changed"):
        proposals.send_back(checker, sold.deal.pk, payload_hash="0" * 64, reason="x")
    for _ in range(2):
        proposals.send_back(checker, sold.deal.pk, payload_hash=wrong, reason="理由不符")
    with refused("deal.annulment_not_proposed"):
        settlement.confirm_annulment(checker, sold.deal.pk, payload_hash=wrong)
    settlement.propose_annulment(operator, sold.deal.pk, reason="权利已终止")
    with refused("people.not_allowed"):
        proposals.withdraw(checker, sold.deal.pk, reason="x")
    for _ in range(2):
        proposals.withdraw(operator, sold.deal.pk, reason="改为认定违约")
    with refused("deal.no_proposal"):
        proposals.send_back(checker, sold.deal.pk, payload_hash=given.waits(sold.deal), reason="x")
    settlement.propose_default(operator, sold.deal.pk, reason="未按期签约")
    assert [one.state for one in Proposal.objects.order_by("pk")] == ["returned", "withdrawn", "proposed"]
    assert (deeds().count("exchange.proposal_returned"), deeds().count("exchange.proposal_withdrawn")) == (1, 1)
    assert sold.fresh().state == "contract"


def test_whoever_has_both_roles_confirms_no_proposal_of_its_own() -> None:
    sold = overdue()
    both = given.people.a_person("operator", "checker")
    settlement.propose_default(both, sold.deal.pk, reason="未按期签约")
    digest = given.waits(sold.deal)
    with refused("people.maker_is_checker"):
        settlement.confirm_default(both, sold.deal.pk, payload_hash=digest)
    with refused("people.maker_is_checker"):
        proposals.send_back(both, sold.deal.pk, payload_hash=digest, reason="x")
    one = Proposal.objects.get()
    one.pk, one.what = None, "annulment"
    with pytest.raises(IntegrityError), transaction.atomic():
        one.save(force_insert=True)


def test_a_proposal_lapses_where_the_deal_went_on_without_it() -> None:
    sold = overdue()
    settlement.propose_default(sold.house.operator, sold.deal.pk, reason="未按期签约")
    desk.signed(sold)
    assert Proposal.objects.get().state == "lapsed"
    settlement.propose_annulment(sold.house.operator, sold.deal.pk, reason="权利已终止")
    raised = objections.raise_objection(sold.buyer.person, sold.deal.pk, text="公告与登记簿不符，请核实。")
    objections.decide(sold.house.umpire, raised.pk, upheld=True, decision="经查属实，成交撤销，款项退回。")
    assert (sold.fresh().state, sold.deal.end_reason) == ("annulled", "经查属实，成交撤销，款项退回。")
    assert [one.state for one in Proposal.objects.order_by("pk")] == ["lapsed", "lapsed"]


def test_a_seller_who_is_late_too_takes_no_deposit_and_the_deal_can_only_be_undone() -> None:
    sold = desk.a_deal()
    operator, checker, address = sold.house.operator, sold.house.checker, f"/office/deals/{sold.deal.pk}"
    given.time_passes(minutes=11)
    page = text_of(desk.browser_of(operator), address)
    assert ("转让方也没有按期确认" in page, "保证金将用于" in page, "提出撤销成交" in page) == (True, False, True)
    for late in (False, True):
        if late:
            given.seller_accepts(sold.deal)
        with refused("deal.seller_late_too"):
            settlement.propose_default(operator, sold.deal.pk, reason="未按期签约")
    settlement.propose_annulment(operator, sold.deal.pk, reason="双方均未按期签约")
    settlement.confirm_annulment(checker, sold.deal.pk, payload_hash=given.waits(sold.deal))
    assert (sold.fresh().state, given.free_fen(sold.buyer), given.free_fen(sold.seller)) == ("annulled", 80_000_00, 0)
    assert Proposal.objects.get().what == "annulment"


def test_a_buyer_who_accepts_after_all_ends_the_default_that_waits() -> None:
    sold = desk.a_deal()
    given.seller_accepts(sold.deal)
    given.time_passes(minutes=11)
    settlement.propose_default(sold.house.operator, sold.deal.pk, reason="未按期签约")
    deals.accept(sold.buyer.person, sold.deal.pk, side="buyer", contract_sha256=given.contract_of(sold.deal))
    assert (sold.fresh().state, Proposal.objects.get().state) == ("payment", "lapsed")
    assert "违约待复核" not in text_of(desk.browser_of(sold.house.checker), "/office")
    given.time_passes(days=1)
    settlement.propose_default(sold.house.operator, sold.deal.pk, reason="逾期未付款")
    assert [one.state for one in Proposal.objects.order_by("pk")] == ["lapsed", "proposed"]


def test_the_page_shows_the_proposal_to_its_second_person_and_what_became_of_it() -> None:
    sold = overdue()
    address = f"/office/deals/{sold.deal.pk}"
    operator, checker = desk.browser_of(sold.house.operator), desk.browser_of(sold.house.checker)
    assert operator.post(address, {"deed": "propose_annulment", "reason": "权利已终止"}).status_code == 302
    assert "撤销待复核" in text_of(checker, "/office")
    page = text_of(checker, address)
    assert ("权利已终止" in page, "退回" in page, "另有一项提议待复核" in page) == (True, True, True)
    assert "撤回提议" in text_of(operator, address)
    back = {"deed": "return_proposal", "payload_hash": given.waits(sold.deal), "reason": "应认定违约"}
    assert checker.post(address, back).status_code == 302
    assert "应认定违约" in text_of(operator, address)
    assert operator.post(address, {"deed": "propose_default", "reason": "未按期签约"}).status_code == 302
    assert operator.post(address, {"deed": "withdraw_proposal", "reason": "受让方已来"}).status_code == 302
    assert "受让方已来" in text_of(checker, address)


def test_the_interface_tells_decides_and_withdraws_proposals() -> None:
    sold = overdue()
    operator, checker, base = a_caller(sold.house.operator), a_caller(sold.house.checker), f"/deals/{sold.deal.pk}"
    told = operator.post(f"{base}/annulment", {"reason": "权利已终止"})["proposals"]
    assert [(one["proposal"], one["state"], one["reason"]) for one in told] == [("annulment", "proposed", "权利已终止")]
    seen = {"payload_hash": told[0]["payload_hash"]}
    returned = checker.post(f"{base}/proposal/return", {**seen, "reason": "应认定违约"})["proposals"]
    assert (returned[0]["state"], returned[0]["answer"]) == ("returned", "应认定违约")
    operator.post(f"{base}/default", {"reason": "未按期"})
    withdrawn = operator.post(f"{base}/proposal/withdraw", {"reason": "再等"})["proposals"]
    assert withdrawn[1]["state"] == "withdrawn"
    told = operator.post(f"{base}/default", {"reason": "未按期签约"})["proposals"]
    done = checker.post(f"{base}/default/confirm", {"payload_hash": told[2]["payload_hash"]})
    assert (done["state"], done["end_reason"]) == ("defaulted", "未按期签约")


def test_every_deed_of_a_second_person_stands_in_the_queue() -> None:
    asked = {verb for _, verb, _, _ in queue.KINDS.values()}
    two = {name for name, verb in access.verbs().items() if verb.not_by}
    confirms = {name for name in access.verbs() if name.split(".")[1].startswith("confirm_")}
    assert (two | confirms) - asked == ON_ONESELF | OF_THE_PARTY | OF_ONE | OF_THE_BANK | OF_THE_VALUER | WITHDRAWN


def test_what_stood_on_the_deal_itself_becomes_a_row() -> None:
    sold = overdue()
    move = importlib.import_module("zhirong.exchange.migrations.0010_proposals").take_over
    person = sold.house.operator.pk

    def of(**changes: object) -> list[tuple[str, str, str]]:
        Proposal.objects.all().delete()
        stood = {"default_proposed_by_id": None, "annulment_proposed_by_id": None, "withdrawal_proposed_by_id": None}
        deal = Deal.objects.get(pk=sold.deal.pk)
        for name, value in {**stood, "end_reason": "旧理由", **changes}.items():
            setattr(deal, name, value)
        deals = SimpleNamespace(objects=SimpleNamespace(exclude=lambda **_: [deal]))
        models = {"Deal": deals, "Proposal": Proposal}
        move(SimpleNamespace(get_model=lambda _, name: models[name]), None)
        return [(one.what, one.state, one.reason) for one in Proposal.objects.order_by("pk")]

    assert of(default_proposed_by_id=person) == [("default", "proposed", "旧理由")]
    assert (
        settlement.confirm_default(sold.house.checker, sold.deal.pk, payload_hash=given.waits(sold.deal)).end_reason
        == "旧理由"
    )
    assert of(default_proposed_by_id=person) == [("default", "confirmed", "旧理由")]
    both = of(state="contract", default_proposed_by_id=person, annulment_proposed_by_id=person)
    assert [state for _, state, _ in both] == ["lapsed", "lapsed"]
