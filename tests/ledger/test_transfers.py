"""Transfers inside the caller's transaction: whole groups, limits, holds, reversals, repeats."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import Error, connection, transaction

from tests.ledger import given_books as given
from zhirong.base.refused import Refused
from zhirong.ledger import reports, rules
from zhirong.ledger.actions import transfers as actions
from zhirong.ledger.book import Order
from zhirong.ledger.engine.transfers import Status
from zhirong.ledger.models import DeadId, Entry, Hold, Posting
from zhirong.record import actions as record
from zhirong.record.models import Event, Leaf

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def test_a_group_moves_whole_and_stands_on_the_record_once() -> None:
    buyer, seller = given.funded("b", 100), given.funded("s", 0)
    actions.open_accounts(["fee:seller"])
    leaves = Leaf.objects.count()
    orders = [Order("t1", buyer, seller, 60), Order("t2", seller, "fee:seller", 5, kind="fee")]
    first = actions.move(None, orders, topic="deal:1")
    again = actions.move(None, orders, topic="deal:1")
    assert [a.status for a in first] == [Status.CREATED, Status.CREATED]
    assert [a.status for a in again] == [Status.EXISTS, Status.EXISTS]
    assert [(a.seq, a.amount) for a in first] == [(a.seq, a.amount) for a in again] == [(2, 60), (3, 5)]
    assert (given.balance(buyer), given.balance(seller), given.balance("fee:seller")) == (40, 55, 5)
    assert Leaf.objects.count() == Event.objects.count() == leaves + 1
    assert list(reports.faults()) == []


def test_a_group_that_fails_at_its_end_moves_nothing_and_may_be_tried_again() -> None:
    buyer, seller = given.funded("b", 100), given.funded("s", 0)
    orders = [Order("t1", buyer, seller, 60), Order("t2", buyer, seller, 60)]
    with pytest.raises(Refused) as refused:
        actions.move(None, orders, topic="deal:1")
    assert refused.value == Refused("ledger.not_enough", path=buyer, available_fen=100, asked_fen=60)
    assert Entry.objects.count() == 1
    assert DeadId.objects.count() == 0
    given.funded("b", 20, id="more")
    actions.move(None, orders, topic="deal:1")
    assert (given.balance(buyer), given.balance(seller)) == (0, 120)


def test_the_same_id_with_another_payload_is_refused() -> None:
    buyer, seller = given.funded("b", 100), given.funded("s", 0)
    actions.move(None, [Order("t1", buyer, seller, 60)], topic="deal:1")
    for other in (
        Order("t1", buyer, seller, 61),
        Order("t1", seller, buyer, 60),
        Order("t1", buyer, seller, 60, memo="x"),
    ):
        with pytest.raises(Refused) as refused:
            actions.move(None, [other], topic="deal:1")
        assert refused.value.code == "ledger.id_used"
    assert given.balance(seller) == 60


def test_a_frozen_deposit_is_still_the_partys_and_cannot_be_spent() -> None:
    path = given.funded("b", 100)
    actions.freeze(None, id="h1", party_ref="b", lot="7", amount_fen=80, topic="listing:7")
    with pytest.raises(Refused) as refused:
        actions.move(None, [Order("t1", path, given.funded("s", 0), 21)], topic="x")
    assert refused.value == Refused("ledger.not_enough", path=path, available_fen=20, asked_fen=21)
    assert given.sums(path) == (80, 0, 0, 100)
    actions.release(None, "h1", id="r1", topic="listing:7")
    assert given.sums(path) == (0, 0, 0, 100)
    assert Hold.objects.get().state == "released"


def test_a_hold_resolves_once() -> None:
    given.funded("b", 100)
    actions.freeze(None, id="h1", party_ref="b", lot="7", amount_fen=80, topic="listing:7")
    actions.apply(None, "h1", id="a1", deal="3", topic="deal:3")
    actions.apply(None, "h1", id="a1", deal="3", topic="deal:3")
    with pytest.raises(Refused) as refused:
        actions.release(None, "h1", id="r1", topic="listing:7")
    assert refused.value.code == "ledger.hold_resolved"
    assert given.balance(rules.escrow("3")) == 80
    assert given.balance(rules.deposit("b", "7")) == 0
    assert given.balance(rules.available("b")) == 20


def test_a_part_of_a_hold_is_posted_and_the_rest_is_free_again() -> None:
    path = given.funded("b", 100)
    actions.freeze(None, id="h1", party_ref="b", lot="7", amount_fen=80, topic="listing:7")
    actions.post(None, "h1", id="p1", topic="listing:7", amount=30)
    assert given.sums(path) == (0, 30, 0, 100)
    assert given.sums(rules.deposit("b", "7")) == (0, 0, 0, 30)


def test_forfeiting_takes_two_persons() -> None:
    given.funded("b", 100)
    actions.freeze(None, id="h1", party_ref="b", lot="7", amount_fen=80, topic="listing:7")
    maker, checker = given.a_person("maker"), given.a_person("checker")
    with pytest.raises(Refused) as refused:
        actions.forfeit(maker, "h1", id="f1", checked_by=maker, topic="listing:7")
    assert refused.value == Refused("ledger.same_person")
    assert Hold.objects.get().state == "held"
    actions.forfeit(maker, "h1", id="f1", checked_by=checker, topic="listing:7")
    assert given.balance("forfeit:deposits") == 80


def test_a_reversal_is_the_opposite_once_and_linked_to_its_original() -> None:
    buyer, seller = given.funded("b", 100), given.funded("s", 0)
    actions.move(None, [Order("t1", buyer, seller, 60)], topic="deal:1")
    before = {path: given.balance(path) for path in (buyer, seller)}
    actions.reverse(None, "t1", id="v1", topic="deal:1", memo="sent twice")
    assert (given.balance(buyer), given.balance(seller)) == (before[buyer] + 60, before[seller] - 60) == (100, 0)
    assert Entry.objects.get(id="v1").reverses == Entry.objects.get(id="t1")
    for original, code in (("t1", "ledger.reversed_before"), ("v1", "ledger.not_reversible")):
        with pytest.raises(Refused) as refused:
            actions.reverse(None, original, id=f"again:{original}", topic="deal:1", memo="")
        assert refused.value.code == code


def test_spent_money_cannot_be_reversed() -> None:
    buyer, seller = given.funded("b", 100), given.funded("s", 0)
    actions.move(None, [Order("t1", buyer, seller, 60)], topic="deal:1")
    actions.move(None, [Order("t2", seller, given.funded("x", 0), 1)], topic="deal:1")
    with pytest.raises(Refused) as refused:
        actions.reverse(None, "t1", id="v1", topic="deal:1", memo="")
    assert refused.value == Refused("ledger.not_enough", path=seller, available_fen=59, asked_fen=60)


def test_the_database_refuses_to_change_or_delete_entries_and_postings() -> None:
    given.funded("b", 100)
    for table in (Entry, Posting):
        for change in (lambda t=table: t.objects.update(amount=1), lambda t=table: t.objects.all().delete()):
            with pytest.raises(Error), transaction.atomic():
                change()
    assert Entry.objects.get().amount == 100


def write_a_third_posting(entry: Entry) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_posting (entry_id, account_id, side, amount, balance_after) VALUES (%s, %s, 'X', 7, 0)",
            [entry.seq, entry.debit_id],
        )
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_database_refuses_a_posting_that_its_entry_does_not_say() -> None:
    given.funded("b", 100)
    with pytest.raises(Error):
        write_a_third_posting(Entry.objects.get())
    assert Posting.objects.count() == 2


def test_expired_holds_end_in_the_order_of_expiry_and_creation() -> None:
    path, other = given.funded("b", 100), given.funded("s", 0)
    now = record.now()
    for key, minutes in (("late", 9), ("second", 5), ("first", 3), ("third", 5)):
        actions.hold(None, Order(key, path, other, 10, expires_at=now + timedelta(minutes=minutes)), topic="x")
    assert actions.expire_holds(now + timedelta(minutes=5)) == 3
    ended = Entry.objects.filter(kind="release").order_by("seq").values_list("id", flat=True)
    assert list(ended) == ["first:expired", "second:expired", "third:expired"]
    assert given.sums(path) == (10, 0, 0, 100)
    assert set(Hold.objects.values_list("entry__id", "state")) == {
        ("late", "held"),
        ("first", "expired"),
        ("second", "expired"),
        ("third", "expired"),
    }


def test_no_account_opens_outside_the_tree() -> None:
    with pytest.raises(Refused) as refused:
        actions.open_account("party:b:avialable")
    assert refused.value == Refused("ledger.no_such_place", path="party:b:avialable")
