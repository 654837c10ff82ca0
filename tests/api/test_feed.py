"""The change feed: a reader that goes on from `next` misses nothing, while writers commit in any order."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

import pytest
from django.db import connections, transaction

from tests.api.given_api import ANYBODY, Caller, a_caller
from tests.exchange.given_floor import until
from tests.people import given_people as people
from zhirong.papers import verifier
from zhirong.record import actions as record
from zhirong.record import feed, sequencer
from zhirong.record.models import Event, Leaf

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]
WRITERS, DEEDS = 4, 15


def told(count: int, *, public: bool = True) -> None:
    with transaction.atomic():
        for _ in range(count):
            record.tell("record.clock_moved", "clock", who=None, public=public, from_at="", to_at="", why="")
    sequencer.number_now()


def a_deed(topic: str) -> None:
    record.tell("record.clock_moved", topic, who=None, public=True, from_at="", to_at="", why="")


def write(writer: int) -> None:
    """Deeds whose transactions overlap those of others: ids and commits cross on PostgreSQL."""
    for place in range(DEEDS):
        with transaction.atomic():
            a_deed(f"writer:{writer}")
            if (writer + place) % 3 == 0 and connections["default"].vendor == "postgresql":
                time.sleep(0.004)
    connections.close_all()


def read_all(caller: Caller, after: int, *, limit: int = 7) -> tuple[list[int], int]:
    """Everything that is there now, page by page."""
    numbers: list[int] = []
    while True:
        page = caller.get("/feed", after=after, limit=limit)
        numbers += [one["number"] for one in page["items"]]
        after = page["next"]
        if after >= page["last"]:
            return numbers, after


def test_a_reader_skips_nothing_while_writers_commit() -> None:
    sequencer.start()
    reader, seen, after = Caller(), list[int](), -1
    writers = [threading.Thread(target=write, args=(writer,)) for writer in range(WRITERS)]
    try:
        for thread in writers:
            thread.start()
        while any(thread.is_alive() for thread in writers):
            numbers, after = read_all(reader, after)
            seen += numbers
        for thread in writers:
            thread.join()
    finally:
        sequencer.stop()
    seen += read_all(reader, after)[0]
    assert len(seen) == WRITERS * DEEDS == Event.objects.count()
    assert seen == list(range(WRITERS * DEEDS)), "each number once and in order"


CURSORS, SIZES = (-1, -1, -1, 0, 7, 25), (1, 3, 100, 2, 5, 50)


@dataclass
class Reader:
    """A program that began after some number and reads pages of one size."""

    after: int
    limit: int
    seen: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.begins = self.after + 1

    def read_a_page(self) -> bool:
        """Whether there was anything to read."""
        page = ANYBODY.get("/feed", after=self.after, limit=self.limit)
        self.seen += [one["number"] for one in page["items"]]
        is_behind = page["next"] < page["last"]
        self.after = page["next"]
        return is_behind


def crossing(turn: int) -> None:
    """Two deeds whose ids are drawn in one order and committed in the other, where the database lets them cross."""
    drawn, committed = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            a_deed(f"slow:{turn}")
            drawn.set()
            committed.wait(60)
        connections.close_all()

    writer = threading.Thread(target=slow)
    writer.start()
    assert drawn.wait(60)
    if connections["default"].vendor == "sqlite":
        committed.set()  # one writer: the second would wait for the first
    with transaction.atomic():
        a_deed(f"quick:{turn}")
    if connections["default"].vendor == "postgresql":
        # The lower id is still open while the higher one is numbered: every pair crosses, however slow the machine.
        until(lambda: Leaf.objects.filter(topic=f"quick:{turn}", number__isnull=False).exists())
    committed.set()
    writer.join()
    connections.close_all()


def cross(turns: range) -> None:
    for turn in turns:
        crossing(turn)


def test_no_reader_skips_or_repeats_whatever_its_cursor_and_page_while_commits_cross() -> None:
    """On PostgreSQL the lower id commits last in every pair, so a reader by id would miss each of them."""
    told(30)
    readers = [Reader(after, limit) for after, limit in zip(CURSORS, SIZES, strict=True)]
    sequencer.start()
    writers = [threading.Thread(target=cross, args=(range(first, first + 12),)) for first in (0, 100, 200)]
    try:
        for thread in writers:
            thread.start()
        while any(thread.is_alive() for thread in writers):
            for reader in readers:
                reader.read_a_page()
        for thread in writers:
            thread.join()
    finally:
        sequencer.stop()
    sequencer.number_now()
    for reader in readers:
        while reader.read_a_page():
            pass
    last = 30 + 3 * 12 * 2 - 1
    assert feed.last_number() == last
    for reader in readers:
        assert reader.seen == list(range(reader.begins, last + 1)), (reader.begins, reader.limit)
    if connections["default"].vendor == "postgresql":
        number = dict(Event.objects.values_list("topic", "leaf__number"))
        pk = dict(Event.objects.values_list("topic", "leaf_id"))
        turns = [topic.partition(":")[2] for topic in pk if topic.startswith("slow:")]
        assert all(pk[f"slow:{turn}"] < pk[f"quick:{turn}"] for turn in turns)
        assert all(number[f"slow:{turn}"] > number[f"quick:{turn}"] for turn in turns), "a pair did not cross"


def test_what_is_not_public_moves_the_reader_on_without_being_shown() -> None:
    told(5, public=False)
    told(2)
    stranger = a_caller(people.a_person())
    shown = stranger.get("/feed", after=-1, limit=3)
    assert (shown["items"], shown["next"]) == ([], 2)
    numbers, last = read_all(stranger, -1, limit=3)
    assert len(numbers) == 2
    assert last == feed.last_number()
    assert [one["public"] for one in ANYBODY.get("/feed", limit=2)["items"]] == [True, True]


def test_the_auditor_reads_every_event() -> None:
    told(3, public=False)
    numbers, _ = read_all(a_caller(people.a_person("auditor")), -1)
    assert len(numbers) == Event.objects.filter(leaf__number__isnull=False).count() >= 3


def test_topics_are_read_alone() -> None:
    told(2)
    write(9)
    sequencer.number_now()
    page = ANYBODY.get("/feed", topic="writer:9", limit=100)
    assert {one["topic"] for one in page["items"]} == {"writer:9"}
    assert page["next"] == page["last"] == feed.last_number()


def test_proofs_lead_from_leaf_to_root_and_from_old_to_new() -> None:
    told(5)
    old = ANYBODY.get("/checkpoint")
    told(8)
    new = ANYBODY.get("/checkpoint")
    proof = ANYBODY.get("/proofs", number=3)
    assert proof["size"] == new["size"] == 13
    path = [bytes.fromhex(one) for one in proof["proof"]]
    root = verifier.root_of(bytes.fromhex(proof["leaf_hash"]), 3, size=13, proof=path)
    assert root.hex() == new["root"]
    assert ANYBODY.get("/consistency", old=old["size"])["proof"] != []
    for query in ({"number": 13}, {"number": 3, "size": 99}, {"number": 5, "size": 5}):
        assert ANYBODY.ask("GET", "/proofs", query=query).json()["code"] == "api.not_in_tree"
    for query in ({"old": 0}, {"old": 9, "new": 5}, {"old": 5, "new": 99}):
        assert ANYBODY.ask("GET", "/consistency", query=query).json()["code"] == "api.not_in_tree"
