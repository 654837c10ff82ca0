"""Which list of items the index is reckoned with: the house's own until a centre's is confirmed by a second person."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.people.given_people import a_person, deeds, refused
from tests.valuation import given_valuation as valued
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.valuation import indices
from zhirong.valuation.actions import index_lists
from zhirong.valuation.engine.result import digest
from zhirong.valuation.models import IndexList

pytestmark = pytest.mark.django_db
WRONG = "其中一项权重与标准不符。"


@pytest.fixture
def operator() -> Person:
    return a_person("operator")


@pytest.fixture
def checker() -> Person:
    return a_person("checker")


def confirmed(operator: Person, checker: Person, *, days: int = 0, name: str = "中心自有指标表") -> IndexList:
    one = valued.an_index_list(operator, since=valued.today() + timedelta(days=days), name=name)
    return index_lists.confirm_index(checker, one.pk, sha256=one.sha256)


def name_on(days: int) -> str:
    return indices.current(valued.today() + timedelta(days=days)).items.name.zh


def test_the_house_s_own_list_counts_until_another_is_confirmed_and_from_its_day_on(
    operator: Person, checker: Person
) -> None:
    ours = indices.house(valued.today()).name.zh
    now = indices.current(valued.today())
    assert (now.items.name.zh, now.list_id, now.sha256) == (ours, None, digest(indices.house_plain(valued.today())))
    one = valued.an_index_list(operator, since=valued.today() + timedelta(days=10))
    assert (one.state, name_on(10)) == ("waiting", ours)
    index_lists.confirm_index(checker, one.pk, sha256=one.sha256)
    assert (name_on(9), name_on(10)) == (ours, "中心自有指标表")
    in_force = indices.current(valued.today() + timedelta(days=10))
    assert (in_force.list_id, in_force.sha256) == (one.pk, digest(valued.an_index_plain()))
    assert deeds()[-2:] == ["valuation.index_brought", "valuation.index_confirmed"]


def test_of_several_lists_the_one_that_began_last_counts_and_the_one_before_it_after_a_withdrawal(
    operator: Person, checker: Person
) -> None:
    confirmed(operator, checker, days=-20, name="甲")
    later = confirmed(operator, checker, days=-5, name="乙")
    assert [name_on(days) for days in (-20, -6, -5, 0)] == ["甲", "甲", "乙", "乙"]
    index_lists.withdraw_index(operator, later.pk, reason=WRONG)
    assert [name_on(days) for days in (-5, 0)] == ["甲", "甲"], "nothing new is reckoned with it, for whatever day"
    kept = IndexList.objects.get(pk=later.pk)
    assert (kept.state, kept.reason, kept.confirmed_by) == ("withdrawn", WRONG, checker)
    told = deeds()
    index_lists.withdraw_index(checker, later.pk, reason="又一次")
    assert deeds() == told


def test_who_brings_a_list_does_not_confirm_it_and_nobody_confirms_what_they_did_not_see(
    operator: Person, checker: Person
) -> None:
    one = valued.an_index_list(operator)
    with refused("people.maker_is_checker"):
        index_lists.confirm_index(operator, one.pk, sha256=one.sha256)
    with refused("valuation.index_changed"):
        index_lists.confirm_index(checker, one.pk, sha256="0" * 64)
    index_lists.confirm_index(a_person("operator"), one.pk, sha256=one.sha256)
    with refused("valuation.index_not_waiting"):
        index_lists.confirm_index(checker, one.pk, sha256=one.sha256)
    with pytest.raises(IntegrityError), transaction.atomic():
        IndexList.objects.filter(pk=one.pk).update(confirmed_by=operator)
    with refused("valuation.text_length"):
        index_lists.withdraw_index(checker, one.pk, reason=" ")
    with refused("valuation.index_unknown"):
        index_lists.withdraw_index(checker, 987654, reason=WRONG)


@pytest.mark.parametrize("role", ["checker", "auditor", "valuer", "holder", "administrator"])
def test_only_the_operator_brings_a_list(role: str) -> None:
    with refused("people.not_allowed"):
        valued.an_index_list(a_person(role))
    assert IndexList.objects.count() == 0


def test_the_same_list_for_the_same_day_is_kept_once(operator: Person, checker: Person) -> None:
    one = confirmed(operator, checker)
    told = deeds()
    assert valued.an_index_list(operator) == one
    assert deeds() == told
    assert valued.an_index_list(operator, since=valued.today() + timedelta(days=1)) != one
    index_lists.withdraw_index(operator, one.pk, reason=WRONG)
    assert valued.an_index_list(operator) != one, "what was withdrawn by mistake can be brought again"


def test_a_list_whose_weights_come_to_no_whole_is_not_kept(operator: Person) -> None:
    plain = json.loads(json.dumps(valued.an_index_plain()))
    plain["dimensions"][0]["criteria"][0]["weights"] = 0.9
    content = json.dumps(plain, ensure_ascii=False).encode()
    file = record.keep_file(operator, "错.yaml", content)
    with refused("valuation.item_weights_not_one"):
        index_lists.bring_index(operator, content, file=file, since=valued.today())
    assert IndexList.objects.count() == 0
