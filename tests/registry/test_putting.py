from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.registry.given_rights import (
    HOLDER,
    a_party,
    a_person,
    a_record,
    a_right,
    an_operator,
    kinds_told,
    refused,
)
from zhirong.record.models import Event, Leaf
from zhirong.registry import queries
from zhirong.registry.actions import putting
from zhirong.registry.models import Holding, Right, RightVersion
from zhirong.registry.records import Named

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def test_a_right_is_put_with_its_version_holders_and_one_leaf():
    put = putting.put_right(an_operator(), a_record(), source="form")
    assert (put.change, put.right.version, put.right.ipc) == ("new", 1, "B25J 9/16")
    assert RightVersion.objects.filter(right=put.right).count() == 1
    assert [(one.name, one.share_ppm) for one in put.right.holdings.all()] == [(HOLDER, 1_000_000)]
    assert kinds_told() == ["registry.right_put"]
    assert Event.objects.get().topic == f"right:{put.right.pk}"


def test_the_feed_tells_the_world_of_a_right_once_it_is_published():
    who = an_operator()
    secret = replace(a_record(), published_on=None, granted_on=None, publication_number="")
    putting.put_right(who, secret, source="form")
    putting.put_right(who, replace(secret, publication_number="CN109773782A"), source="form")
    assert list(Event.objects.order_by("pk").values_list("public", flat=True)) == [False, True]


def test_the_same_facts_twice_change_nothing():
    who = an_operator()
    putting.put_right(who, a_record(), source="form")
    assert putting.put_right(who, a_record(), source="another").change == "same"
    assert (Right.objects.count(), RightVersion.objects.count(), Leaf.objects.count()) == (1, 1, 1)


def test_other_facts_make_a_version_and_keep_the_first():
    who = an_operator()
    putting.put_right(who, a_record(), source="form")
    put = putting.put_right(who, a_record(title="一种改进的柔性夹爪"), source="form")
    assert (put.change, put.right.version) == ("changed", 2)
    assert Right.objects.get().title == "一种改进的柔性夹爪"
    titles = [queries.records.from_text(one.facts).title for one in RightVersion.objects.order_by("version")]
    assert titles == ["一种柔性夹爪", "一种改进的柔性夹爪"]


def test_what_a_source_leaves_out_is_not_erased():
    who = an_operator()
    putting.put_right(who, a_record(), source="form")
    put = putting.put_right(who, replace(a_record(title_en="A gripper"), abstract="", granted_on=None), source="form")
    assert (put.right.abstract, put.right.granted_on, put.right.title_en) == (
        "一种夹爪。",
        date(2023, 6, 2),
        "A gripper",
    )


def test_an_older_paper_does_not_undo_a_newer_one():
    who = an_operator()
    putting.put_right(who, a_record(), source="form")
    older = a_record(title="旧名称", title_en="Old", source_day=date(2021, 8, 1))
    put = putting.put_right(who, older, source="xml")
    assert (put.right.title, put.right.title_en) == ("一种柔性夹爪", "Old")


def test_two_holders_without_shares_hold_parts_that_sum_to_the_whole():
    holders = (Named("甲"), Named("乙"), Named("丙"))
    put = putting.put_right(an_operator(), a_record(holders=holders), source="form")
    shares = list(put.right.holdings.order_by("position").values_list("share_ppm", flat=True))
    assert shares == [333_334, 333_333, 333_333]


def test_a_known_party_holds_by_its_ref():
    party = a_party()
    right = a_right(parties=(party,))
    assert Holding.objects.get(right=right).party == party


def test_only_the_operator_puts_rights_directly():
    for role in ("holder", "buyer", "checker", "administrator"):
        with refused("people.not_allowed"):
            putting.put_right(a_person(role), a_record(), source="form")
    assert Right.objects.count() == 0
    assert Leaf.objects.count() == 0


def test_many_rights_leave_one_leaf_and_one_event_each():
    who = an_operator()
    facts = [a_record(serial) for serial in range(1, 401)]
    counts = putting.put_rights(who, facts, source="sheet")
    assert (counts.new, counts.changed, counts.same) == (400, 0, 0)
    assert (Right.objects.count(), Leaf.objects.count(), Event.objects.count()) == (400, 400, 400)
    again = putting.put_rights(who, facts, source="sheet")
    assert (again.new, again.changed, again.same) == (0, 0, 400)
    assert again.ids == counts.ids
    assert Leaf.objects.count() == 400


def test_the_batch_form_does_what_the_single_form_does():
    who = an_operator()
    single = putting.put_right(who, a_record(1), source="form").right
    putting.put_rights(who, [a_record(2)], source="form")
    batch = Right.objects.get(key=a_record(2).key)
    same = ["kind", "title", "ipc", "ipc_all", "filed_on", "granted_on", "version", "source", "batch"]
    assert [getattr(single, name) for name in same] == [getattr(batch, name) for name in same]
    assert queries.record_of(batch) == a_record(2)


def test_a_right_that_changed_after_it_was_read_is_prepared_anew(monkeypatch):
    who = an_operator()
    putting.put_right(who, a_record(), source="form")
    real, calls = putting._moved, []

    def moved_once(plans):
        calls.append(1)
        return True if len(calls) == 1 else real(plans)

    monkeypatch.setattr(putting, "_moved", moved_once)
    put = putting.put_right(who, a_record(title="新名称"), source="form")
    assert (put.right.version, len(calls)) == (2, 2)
    assert RightVersion.objects.count() == 2
