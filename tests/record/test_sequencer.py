"""One order for everything that was committed, and a signed root over it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection, connections, transaction
from django.test import Client

from tests.record.given_deeds import a_deed, deeds
from zhirong.papers import verifier
from zhirong.record import actions, feed, keys, port, receipts, sequencer
from zhirong.record.engine import tree
from zhirong.record.models import Checkpoint, Leaf, Subtree

both = pytest.mark.both
committed = pytest.mark.django_db(transaction=True)


def recomputed() -> str:
    hashes = [actions.leaf_hash(body) for body in Leaf.objects.order_by("number").values_list("body", flat=True)]
    return tree.Frontier().append(hashes)[0].root().hex()


@both
@committed
def test_what_was_committed_is_numbered_once_in_one_order():
    leaves = deeds(3)
    assert sequencer.number_now() == 3
    assert sequencer.number_now() == 0
    assert [Leaf.objects.get(pk=leaf.pk).number for leaf in leaves] == [0, 1, 2]
    assert Checkpoint.objects.count() == 1
    assert receipts.head()["size"] == 3
    assert receipts.head()["root"] == recomputed()


@both
@committed
def test_the_tree_goes_on_where_it_stood_after_a_restart():
    for count in (100, 1, 63, 600):
        deeds(count)
        assert sequencer.number_now() == count  # each call is a fresh numberer: nothing is remembered
    assert receipts.head()["size"] == 764
    assert receipts.head()["root"] == recomputed()
    assert sorted(Subtree.objects.values_list("level", "place")) == [(6, place) for place in range(11)]
    assert sorted(Leaf.objects.values_list("number", flat=True)) == list(range(764))


@both
@committed
def test_every_checkpoint_is_the_beginning_of_the_next():
    for count in (5, 130, 70):
        deeds(count)
        sequencer.number_now()
    points = list(Checkpoint.objects.order_by("size"))
    assert [point.size for point in points] == [5, 135, 205]
    for old in points:
        for new in points[points.index(old) :]:
            proof = [bytes.fromhex(step) for step in receipts.consistency(old.size, new.size)]
            roots = {"old_root": bytes(old.root), "new_root": bytes(new.root)}
            assert tree.extends(old.size, new.size, proof=proof, **roots)
    for point in points:
        head = verifier.Head(point.note, receipts.house_key())
        assert (head.why, head.size, head.root) == ("", point.size, bytes(point.root))


@committed
def test_a_past_that_does_not_lead_to_its_signed_root_is_never_signed_over():
    deeds(2)
    sequencer.number_now()
    Checkpoint.objects.create(size=3, root=b"\x01" * 32, at=actions.now(), note="forged")
    deeds(1)
    with pytest.raises((AssertionError, KeyError)):
        sequencer.number_now()
    assert Leaf.objects.filter(number__isnull=True).count() == 1


@committed
def test_a_crash_between_chunks_is_caught_up(monkeypatch: pytest.MonkeyPatch):
    deeds(1200)
    door = port.beside(connection)
    door.begin()
    assert sequencer.Numberer(keys.house_key()).number_chunk(door) == 500
    door.rollback()  # the process died before its commit
    door.close()
    assert Leaf.objects.filter(number__isnull=False).count() == 0
    assert sequencer.number_now() == 1200
    assert receipts.head()["root"] == recomputed()
    assert list(Checkpoint.objects.order_by("size").values_list("size", flat=True)) == [500, 1000, 1200]


@both
@committed
def test_two_numberers_at_once_give_each_number_once():
    deeds(900)
    gates, totals = threading.Barrier(2), []

    def number() -> None:
        gates.wait()
        totals.append(sequencer.number_now())
        connections.close_all()

    threads = [threading.Thread(target=number) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(totals) == 900
    assert sorted(Leaf.objects.values_list("number", flat=True)) == list(range(900))
    assert receipts.head()["root"] == recomputed()


@pytest.mark.postgresql  # SQLite has one writer: ids and commits cannot cross
@committed
def test_a_deed_committed_late_is_never_skipped():
    """The first writer draws the lower id and commits last; a reader by id would miss it."""
    drawn, may_commit = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            actions.tell_many([a_deed(price_fen=1)])
            drawn.set()
            may_commit.wait(120)
        connections.close_all()

    writer = threading.Thread(target=slow)
    writer.start()
    drawn.wait(120)
    (quick,) = deeds(1)
    assert sequencer.number_now() == 1
    first = feed.events_after(-1)
    assert [told.leaf_id for told in first] == [quick.pk]
    may_commit.set()
    writer.join()
    assert sequencer.number_now() == 1
    second = feed.events_after(first[-1].number)
    assert [told.number for told in second] == [1]
    assert second[0].leaf_id < quick.pk


@both
@committed
def test_readers_who_follow_the_feed_while_others_write_see_everything_once_and_in_order():
    numbering = sequencer.Sequencer()
    numbering.start()

    def write(topic: str) -> None:
        for _ in range(15):
            deeds(2, topic)
            numbering.wake()
        connections.close_all()

    writers = [threading.Thread(target=write, args=(f"lot:{at}",)) for at in range(4)]
    for thread in writers:
        thread.start()
    seen: list[feed.Told] = []
    ends_at = time.monotonic() + 120
    while len(seen) < 120 and time.monotonic() < ends_at:
        seen += feed.events_after(seen[-1].number if seen else -1, 7)
    for thread in writers:
        thread.join()
    numbering.stop()
    assert [told.number for told in seen] == list(range(120))
    assert len({told.leaf_id for told in seen}) == 120


@committed
def test_the_thread_numbers_what_it_is_woken_for_and_tells_its_listeners():
    numbering, heard = sequencer.Sequencer(), threading.Event()
    numbering.listen(heard.set)
    numbering.start()
    (leaf,) = deeds(1)
    numbering.wake()
    assert heard.wait(60)
    numbering.stop()
    assert Leaf.objects.get(pk=leaf.pk).number == 0


@committed
def test_a_chunk_is_small_so_that_the_write_lock_is_soon_free():
    deeds(1200)
    door, numberer = port.beside(connection), sequencer.Numberer(keys.house_key())
    door.begin()
    numberer.number_chunk(door)
    door.commit()
    door.close()
    assert Leaf.objects.filter(number__isnull=False).count() == sequencer.CHUNK


@pytest.mark.django_db
def test_a_receipt_comes_at_once_and_its_proof_when_the_leaf_is_numbered():
    leaves = deeds(70)
    early = receipts.receipt(leaves[3].pk)
    assert (early["leaf_hash"], early["number"], early["proof"]) == (bytes(leaves[3].hash).hex(), None, None)
    sequencer.number_now()
    late = receipts.receipt(leaves[3].pk)
    assert (late["leaf_hash"], late["number"], late["size"]) == (early["leaf_hash"], 3, 70)
    assert late["leaf"] == early["leaf"]
    assert late["root"] == recomputed()
    proof = [bytes.fromhex(step) for step in late["proof"]]
    leaf, root = bytes(leaves[3].hash), bytes.fromhex(late["root"])
    assert tree.includes(leaf, 3, 70, proof=proof, root=root)


@pytest.mark.django_db
def test_the_feed_can_be_read_by_topic_and_for_the_public():
    with transaction.atomic():
        actions.tell("a.b", "lot:1", who=None, public=True)
        actions.tell("a.b", "lot:2", who=None, public=False)
        actions.tell("a.b", "lot:3", who=None, public=True)
    assert feed.events_after(-1) == []
    assert feed.last_number() == -1
    sequencer.number_now()
    assert [told.topic for told in feed.events_after(-1)] == ["lot:1", "lot:2", "lot:3"]
    assert [told.topic for told in feed.events_after(-1, topics=["lot:2", "lot:3"])] == ["lot:2", "lot:3"]
    assert [told.topic for told in feed.events_after(-1, public_only=True)] == ["lot:1", "lot:3"]
    assert [told.topic for told in feed.events_after(0, 1)] == ["lot:2"]
    assert feed.last_number() == 2


def until(holds: Callable[[], bool]) -> None:
    """Wait for another thread, at most ten seconds."""
    ends = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < ends, "it never came"
        time.sleep(0.01)


def all_numbered() -> bool:
    return not Leaf.objects.filter(number=None).exists()


@pytest.fixture
def own(data: Path) -> Iterator[sequencer.Sequencer]:
    """The sequencer of this house, ended after the test."""
    yield sequencer.house
    sequencer.house.stop()


@committed
def test_a_listener_that_raises_stops_neither_the_numbering_nor_the_others(own: sequencer.Sequencer):
    heard: list[str] = []

    def broken() -> None:
        heard.append("broken")
        raise RuntimeError("the hub is gone")

    ends = [own.listen(broken), own.listen(lambda: heard.append("whole"))]
    own.start()
    try:
        for _ in range(2):
            deeds(1)
            own.wake()
            until(all_numbered)
        until(lambda: heard.count("whole") == 2)
        assert heard == ["broken", "whole"] * 2
        assert own.state() == "failing"
        told = Client().get("/api/health").json()
        assert (told["status"], told["failing"]) == ("degraded", ["sequencer"])
    finally:
        for end in ends:
            end()
    assert own.state() == "running"
    assert Client().get("/api/health").json()["status"] == "ok"


@committed
def test_a_broken_tree_keeps_the_thread_alive_signs_nothing_and_is_told(own: sequencer.Sequencer):
    deeds(2)
    sequencer.number_now()
    forged = Checkpoint.objects.create(size=3, root=b"\x01" * 32, at=actions.now(), note="forged")
    deeds(1)
    own.start()
    until(lambda: own.state() == "failing")
    assert Client().get("/api/health").json()["failing"] == ["sequencer"]
    assert Leaf.objects.filter(number__isnull=True).count() == 1
    assert Checkpoint.objects.latest("size") == forged


@committed
def test_a_thread_that_ended_or_hangs_is_told(own: sequencer.Sequencer, monkeypatch: pytest.MonkeyPatch):
    assert own.state() == "absent"
    monkeypatch.setattr(own, "_run", lambda: None)
    own.start()
    until(lambda: own.state() == "gone")
    assert Client().get("/api/health").json()["status"] == "degraded"
    ends = threading.Event()
    monkeypatch.setattr(own, "_run", ends.wait)
    own.start()
    assert own.state() == "running"
    monkeypatch.setattr(sequencer, "LATE_NS", 0)
    assert own.state() == "late"
    ends.set()
