"""Who was told what, when, through which channel, and whether it was read."""

from __future__ import annotations

import pytest
from pytest_django.fixtures import Settings

from tests.record.given_deeds import ANNA, BO
from zhirong.base.refused import Refused
from zhirong.record import actions, kinds, notices
from zhirong.record.models import Delivery, Leaf, Notice

pytestmark = [pytest.mark.django_db, pytest.mark.both]
ZH, EN = "您的出价已被 {price_fen} 超过", "Your bid was topped by {price_fen}"


@pytest.fixture(autouse=True)
def two_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {
        "lot.topped": kinds.Kind("lot.topped", ZH, EN, True, {}, is_legal=False),
        "deal.due": kinds.Kind("deal.due", "应付款", "Payment due", False, {}, is_legal=True),
    }
    monkeypatch.setattr(kinds, "declared", lambda: known)


def reach(_ref: str) -> actions.Reach:
    return actions.Reach("zh-hans", {"e_mail": "anna@example.cn", "sms": "13800000000"})


def states() -> dict[str, str]:
    return dict(Delivery.objects.order_by("pk").values_list("channel", "state"))


def test_a_notice_is_read_in_the_persons_language_with_its_facts():
    actions.tell("lot.topped", "lot:7", who=None, to=[ANNA], price_fen=128_000_000)
    actions.tell("deal.due", "deal:1", who=None, to=[ANNA])
    due, topped = notices.messages(ANNA.ref, language="zh-hans")
    assert (topped.kind, topped.topic, topped.is_legal) == ("lot.topped", "lot:7", False)
    assert topped.text == "您的出价已被 1,280,000 元 超过"
    assert (due.kind, due.text, due.is_legal) == ("deal.due", "应付款", True)
    (_, in_english) = notices.messages(ANNA.ref, language="en")
    assert in_english.text.startswith("Your bid was topped by ")
    assert "1,280,000" in in_english.text
    assert notices.messages(BO.ref, language="en") == []


def test_reading_counts_once():
    for price in (1, 2, 3):
        actions.tell("lot.topped", "lot:7", who=None, to=[ANNA, BO], price_fen=price)
    assert notices.unread_count(ANNA.ref) == 3
    first = Notice.objects.filter(person_ref=ANNA.ref).earliest("pk")
    assert actions.mark_read(ANNA, [first.pk]) == 1
    read_at = Notice.objects.get(pk=first.pk).read_at
    assert actions.mark_read(ANNA, [first.pk]) == 0
    assert Notice.objects.get(pk=first.pk).read_at == read_at
    assert notices.unread_count(ANNA.ref) == 2
    assert actions.mark_read(ANNA) == 2
    assert (notices.unread_count(ANNA.ref), notices.unread_count(BO.ref)) == (0, 3)


def test_another_persons_notice_cannot_be_marked():
    actions.tell("lot.topped", "lot:7", who=None, to=[ANNA], price_fen=1)
    assert actions.mark_read(BO, [Notice.objects.get().pk]) == 0
    assert notices.unread_count(ANNA.ref) == 1


def test_each_channel_says_what_became_of_the_notice(settings: Settings):
    settings.DEMO = True
    actions.tell("lot.topped", "lot:7", who=None, to=[ANNA], price_fen=5_00)
    assert actions.deliver_waiting(reach) == 1
    assert states() == {"in_site": "shown", "e_mail": "in_outbox", "sms": "not_connected", "wechat": "not_connected"}
    (mail,) = notices.outbox()
    assert (mail.address, mail.text) == ("anna@example.cn", "您的出价已被 5 元 超过")
    assert actions.deliver_waiting(reach) == 0
    assert Delivery.objects.count() == 4


def test_a_channel_that_is_not_wanted_carries_legal_notices_only(settings: Settings):
    settings.DEMO = True
    actions.choose_channel(ANNA, "e_mail", is_wanted=False)
    actions.tell("lot.topped", "lot:7", who=None, to=[ANNA], price_fen=1)
    actions.deliver_waiting(reach)
    assert states()["e_mail"] == "not_wanted"
    Delivery.objects.all().delete()
    Notice.objects.all().delete()
    actions.tell("deal.due", "deal:1", who=None, to=[ANNA])
    actions.deliver_waiting(reach)
    assert states()["e_mail"] == "in_outbox"
    assert Leaf.objects.filter(kind="record.notices_chosen").count() == 1


def test_in_site_notices_cannot_be_switched_off():
    with pytest.raises(Refused) as refused:
        actions.choose_channel(ANNA, "in_site", is_wanted=False)
    assert refused.value == Refused("notice.legal")
    with pytest.raises(Refused) as refused:
        actions.choose_channel(ANNA, "pigeon", is_wanted=True)
    assert refused.value.code == "notice.no_such_channel"
    assert Leaf.objects.count() == 0
