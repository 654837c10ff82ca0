from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.registry.given_rights import HOLDER, a_file, a_party, a_person, a_record, an_operator, kinds_told, refused
from zhirong.people.models import Party
from zhirong.record.models import Leaf, Notice
from zhirong.registry import queries
from zhirong.registry.actions import imports, putting, titles
from zhirong.registry.engine.facts import Act
from zhirong.registry.models import Holding, Right, RightVersion
from zhirong.registry.records import Named
from zhirong.registry.rules import Deal

pytestmark = [pytest.mark.django_db, pytest.mark.both]

OTHER = "深圳乙材料有限公司"
LATER = date(2026, 3, 2)
MORE = {"fees_as_of": LATER, "source_day": LATER}


def held_by(party: Party) -> Right:
    return putting.put_right(an_operator(), a_record(holders=(Named(HOLDER, party=party.ref),)), source="form").right


def rows(right: Right) -> list[tuple[str, bool, date | None, date | None]]:
    found = Holding.objects.filter(right=right).order_by("pk")
    return [(one.name, one.party_id is not None, one.since, one.until) for one in found]


def answer(right: Right, by: Party) -> tuple[bool, set[str]]:
    freedom = queries.is_free(right, Act.SELL, putting.today(), deal=Deal(by=(by.ref,)))
    return freedom.allowed, {reason.code for reason in freedom.blocking}


def test_a_newer_record_with_another_known_holder_ends_the_old_holding_on_its_day():
    seller, buyer = a_party(), a_party(OTHER)
    owner, operator = a_person("holder", of=seller), an_operator()
    right = held_by(seller)
    assert answer(right, seller) == (True, set())
    putting.put_right(operator, a_record(holders=(Named(OTHER),), **MORE), source="register")
    assert rows(right) == [(HOLDER, True, date(2023, 6, 2), LATER), (OTHER, True, LATER, None)]
    assert answer(right, seller) == (False, {"not_the_holder"})
    assert answer(right, buyer) == (True, set())
    assert RightVersion.objects.filter(right=right).count() == 2
    told = Notice.objects.filter(kind="registry.holder_followed").values_list("person_ref", flat=True)
    assert {owner.ref, operator.ref} <= set(told)
    facts = json.loads(Leaf.objects.get(kind="registry.holder_followed").body)
    assert (facts["from_parties"], facts["to_parties"], facts["on"]) == ([seller.ref], [buyer.ref], "2026-03-02")
    assert HOLDER not in json.dumps(facts, ensure_ascii=False)


def test_the_title_of_a_known_party_does_not_go_to_a_mere_name():
    seller = a_party()
    owner, right = a_person("holder", of=seller), held_by(seller)
    putting.put_right(an_operator(), a_record(holders=(Named("某自然人"),), **MORE), source="register")
    assert rows(right) == [(HOLDER, True, date(2023, 6, 2), None)]
    assert answer(right, seller) == (False, {"holder_contested"})
    assert Notice.objects.filter(kind="registry.holder_contested", person_ref=owner.ref).count() == 1


def test_a_record_without_a_day_of_its_own_makes_the_title_contested():
    seller = a_party()
    a_party(OTHER)
    right = held_by(seller)
    putting.put_right(an_operator(), a_record(holders=(Named(OTHER),), source_day=None), source="form")
    assert answer(right, seller) == (False, {"holder_contested"})
    assert rows(right) == [(HOLDER, True, date(2023, 6, 2), None)]


def test_a_day_to_come_dates_nothing():
    seller = a_party()
    a_party(OTHER)
    right = held_by(seller)
    tomorrow = putting.today() + timedelta(days=1)
    putting.put_right(an_operator(), a_record(holders=(Named(OTHER),), source_day=tomorrow), source="form")
    assert answer(right, seller)[1] == {"holder_contested"}


def test_an_older_record_that_comes_later_undoes_nothing():
    seller, buyer = a_party(), a_party(OTHER)
    right = held_by(seller)
    operator = an_operator()
    putting.put_right(operator, a_record(holders=(Named(OTHER),), **MORE), source="register")
    before = rows(right)
    older = a_record(holders=(Named("旧权利人有限公司"),), source_day=date(2024, 5, 1), title_en="A gripper")
    assert putting.put_right(operator, older, source="xml").change == "changed"
    assert rows(right) == before
    assert answer(right, buyer) == (True, set())
    assert "registry.holder_contested" not in kinds_told()


def test_an_older_grant_does_not_displace_whom_a_newer_paper_names_as_applicant():
    operator = an_operator()
    put = putting.put_right(operator, a_record(holders=(), applicants=(Named(OTHER),)), source="xml")
    putting.put_right(operator, a_record(holders=(Named(HOLDER),), source_day=date(2023, 6, 2)), source="xml")
    assert [one.name for one in queries.record_of(Right.objects.get(pk=put.right.pk)).named_holders()] == [OTHER]
    assert [one[0] for one in rows(put.right)] == [OTHER]


def test_the_same_record_twice_changes_nothing():
    right = held_by(a_party())
    a_party(OTHER)
    operator = an_operator()
    newer = a_record(holders=(Named(OTHER),), **MORE)
    putting.put_right(operator, newer, source="register")
    before = (rows(right), kinds_told())
    assert putting.put_right(operator, newer, source="register").change == "same"
    assert (rows(right), kinds_told()) == before


def test_a_holding_nobody_claimed_follows_the_register_quietly():
    right = putting.put_right(an_operator(), a_record(), source="form").right
    putting.put_right(an_operator(), a_record(holders=(Named("某自然人"),), **MORE), source="register")
    assert rows(right) == [(HOLDER, False, date(2023, 6, 2), LATER), ("某自然人", False, LATER, None)]
    assert Notice.objects.count() == 0


def test_a_co_owner_who_stays_keeps_its_party():
    seller = a_party()
    a_party(OTHER)
    right = held_by(seller)
    putting.put_right(an_operator(), a_record(holders=(Named(HOLDER), Named(OTHER)), **MORE), source="register")
    now = Holding.objects.filter(right=right, until=None).order_by("position")
    assert [(one.party.name, one.share_ppm) for one in now if one.party] == [(HOLDER, 500_000), (OTHER, 500_000)]


def test_a_later_record_that_agrees_again_ends_the_contest():
    seller = a_party()
    right, operator = held_by(seller), an_operator()
    putting.put_right(operator, a_record(holders=(Named("某自然人"),), **MORE), source="register")
    again = date(2026, 4, 1)
    putting.put_right(operator, a_record(source_day=again, fees_as_of=again), source="register")
    assert answer(right, seller) == (True, set())
    assert "registry.contest_ended" in kinds_told()


def test_a_record_that_repeats_the_seller_after_a_transfer_of_the_house_is_contested_not_followed():
    seller, buyer = a_party(), a_party(OTHER)
    right, operator = held_by(seller), an_operator()
    titles.transfer(operator, right, buyer, on=date(2026, 2, 1), key="t", deal=Deal(by=(seller.ref,)))
    putting.put_right(operator, a_record(title_en="G", **MORE), source="register")
    assert rows(right)[-1] == (OTHER, True, date(2026, 2, 1), None)
    assert answer(right, buyer) == (False, {"holder_contested"})


def test_a_record_from_before_the_transfer_of_the_house_is_not_news():
    seller, buyer = a_party(), a_party(OTHER)
    right, operator = held_by(seller), an_operator()
    titles.transfer(operator, right, buyer, on=date(2026, 4, 1), key="t", deal=Deal(by=(seller.ref,)))
    putting.put_right(operator, a_record(title_en="G", **MORE), source="register")
    assert answer(right, buyer) == (True, set())


def test_a_holder_who_brings_a_file_cannot_take_the_title_of_a_co_owner():
    seller, other = a_party(), a_party(OTHER)
    owner = a_person("holder", of=seller)
    operator = an_operator()
    holders = (Named(HOLDER, party=seller.ref), Named(OTHER, party=other.ref))
    right = putting.put_right(operator, a_record(holders=holders), source="form").right
    sole = a_record(holders=(Named(HOLDER),), **MORE)
    putting.put_chunk([sole], putting.Origin("sheet", owner, holder=seller))
    assert [one[3] for one in rows(right)] == [None, None]
    assert answer(right, seller)[1] >= {"holder_contested"}


def test_an_import_by_the_operator_moves_the_title_when_it_shows_and_not_before():
    seller = a_party()
    a_party(OTHER)
    right, operator = held_by(seller), an_operator()
    batch = imports._open(operator, "rights", a_file(), holder=None)
    putting.put_chunk([a_record(holders=(Named(OTHER),), **MORE)], putting.Origin("sheet", operator, batch=batch))
    assert answer(right, seller) == (True, set())
    imports._show(operator, batch, putting.changes_of(batch))
    assert answer(right, seller) == (False, {"not_the_holder"})
    assert rows(right)[-1][0] == OTHER


def test_the_operator_decides_a_contest_either_way():
    seller = a_party()
    owner = a_person("holder", of=seller)
    right, operator = held_by(seller), an_operator()
    with refused("registry.not_contested"):
        titles.decide_contest(operator, right, is_followed=False, reason="已核对")
    putting.put_right(operator, a_record(holders=(Named("某自然人"),), **MORE), source="register")
    with refused("people.not_allowed"):
        titles.decide_contest(owner, right, is_followed=False, reason="已核对")
    titles.decide_contest(operator, right, is_followed=False, reason="同名异人")
    assert answer(right, seller) == (True, set())
    newer = replace(a_record(holders=(Named("另一自然人"),)), source_day=date(2026, 5, 1))
    putting.put_right(operator, newer, source="register")
    titles.decide_contest(operator, right, is_followed=True, reason="登记簿副本")
    assert rows(right)[-1] == ("另一自然人", False, date(2026, 5, 1), None)
    assert answer(right, seller) == (False, {"holder_unclaimed"})
    assert Notice.objects.filter(kind="registry.contest_decided", person_ref=owner.ref).count() == 2


def test_a_decided_contest_is_not_opened_again_by_facts_that_say_nothing_of_holders():
    seller = a_party()
    right, operator = held_by(seller), an_operator()
    putting.put_right(operator, a_record(holders=(Named("某自然人"),), **MORE), source="register")
    titles.decide_contest(operator, right, is_followed=False, reason="同名异人")
    putting.put_right(operator, a_record(holders=(Named("某自然人"),), title_en="G", **MORE), source="register")
    assert answer(right, seller) == (True, set())


def test_a_buyer_whom_the_register_names_already_may_be_given_the_title():
    seller, buyer = a_party(), a_party(OTHER)
    right, operator = held_by(seller), an_operator()
    putting.put_right(operator, a_record(holders=(Named(OTHER),), **MORE), source="register")
    deal = Deal(by=(seller.ref,), to=(buyer.ref,))
    assert queries.is_free(right, Act.SELL, putting.today(), deal=deal).allowed
    titles.transfer(operator, right, buyer, on=date(2026, 3, 5), key="t", deal=deal)
    assert rows(right)[-1] == (OTHER, True, LATER, None)
