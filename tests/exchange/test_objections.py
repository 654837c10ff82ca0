"""Who may decide an objection: nobody who had a hand in the deal, its listing, its registrations or its auction."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.exchange import given_deals as given
from tests.exchange import given_desk as desk
from tests.people import given_people as people
from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.exchange.actions import objections, questions, settlement
from zhirong.exchange.models import Intent, Objection, Question
from zhirong.people.models import Person
from zhirong.record import actions as record

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = "成交价与公告的加价幅度不符，请复核。"


def proposed_an_annulment(sold: desk.Sold, who: Person) -> None:
    settlement.propose_annulment(who, sold.deal.pk, reason="登记机关不予变更。")


def returned_a_recordal(sold: desk.Sold, who: Person) -> None:
    desk.paid(desk.signed(sold))
    proof = settlement.Proof("手续合格通知书 2026", beijing_day(record.now()), given.a_notice(sold.house.operator))
    settlement.enter_recordal(sold.house.operator, sold.deal.pk, proof)
    settlement.return_recordal(who, sold.deal.pk, reason="文号与通知书不符。")


def decided_another_registration(sold: desk.Sold, who: Person) -> None:
    other = given.a_side("buyer")
    Intent.objects.create(
        listing=sold.deal.listing,
        party=other.party,
        person=other.person,
        state="refused",
        registered_at=record.now(),
        payment_code="DP-other",
        decided_by=who,
    )


def hid_a_question(sold: desk.Sold, who: Person) -> None:
    asked = Question.objects.create(
        listing=sold.deal.listing, asked_by=sold.buyer.person, text="电话多少？", asked_at=record.now()
    )
    questions.hide(who, asked.pk, reason="含联系方式。")


@pytest.mark.parametrize(
    "deed", [proposed_an_annulment, returned_a_recordal, decided_another_registration, hid_a_question]
)
def test_who_took_part_does_not_decide_the_objection(deed: Callable[[desk.Sold, Person], None]) -> None:
    sold, who = desk.a_deal(), people.a_person("operator", "checker")
    deed(sold, who)
    raised = objections.raise_objection(sold.buyer.person, sold.deal.pk, text=TEXT)
    with pytest.raises(Refused) as refused:
        objections.decide(who, raised.pk, upheld=False, decision="加价幅度与公告一致，不成立。")
    assert refused.value.code == "objection.not_uninvolved"
    assert Objection.objects.get(pk=raised.pk).state == "open"
    objections.decide(people.a_person("operator"), raised.pk, upheld=False, decision="加价幅度与公告一致，不成立。")
    assert Objection.objects.get(pk=raised.pk).state == "dismissed"


def test_who_decided_an_earlier_objection_may_decide_the_next() -> None:
    sold = desk.a_deal()
    for count in range(2):
        raised = objections.raise_objection(sold.buyer.person, sold.deal.pk, text=f"{TEXT}{count}")
        objections.decide(sold.house.umpire, raised.pk, upheld=False, decision="加价幅度与公告一致，不成立。")
    assert [one.state for one in Objection.objects.all()] == ["dismissed", "dismissed"]
