"""The same instant: settlements and the queue on the same accounts, many withdrawals, readers in between."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import apsw
import pytest
from django.db import connection, transaction
from django.db.models import F, Sum

from tests.ledger import given_books as given
from zhirong.base.refused import Refused
from zhirong.ledger import book, reports, rules
from zhirong.ledger.actions import transfers as actions
from zhirong.ledger.book import Order
from zhirong.ledger.engine.transfers import Flag, Status
from zhirong.ledger.models import Account, Entry
from zhirong.ledger.stream import Queue
from zhirong.record import actions as record
from zhirong.record import port, turnstile
from zhirong.record.models import Event, Leaf

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


@pytest.fixture
def queue() -> Iterator[Queue]:
    record.now()
    opened = Queue(port.beside(connection))
    yield opened
    opened.close()


def in_thread(work: Callable[[], object]) -> Callable[[], object]:
    """Work whose Django connection is closed at its end."""

    def run() -> object:
        try:
            return work()
        finally:
            connection.close()

    return run


def moved(orders: list[Order]) -> bool:
    """A deed that moves money and tells of something else beside it, all or nothing."""
    try:
        with transaction.atomic():
            record.tell("ledger.moved", "deal", who=None, group="deed", entries=[])
            actions.move(None, orders, topic="deal")
    except Refused as refused:
        if refused.code != "ledger.not_enough":
            raise
        return False
    return True


def test_one_of_a_hundred_withdrawals_of_everything_wins(queue: Queue) -> None:
    path, other = given.funded("b", 100), given.funded("s", 0)

    def withdraw(number: int) -> bool:
        order = Order(f"w{number}", path, other, 100)
        if number % 2:
            return queue.submit([order]).result()[0].stands()
        return moved([order])

    with ThreadPoolExecutor(10) as pool:
        won = list(pool.map(lambda n: in_thread(lambda: withdraw(n))(), range(100)))
    assert won.count(True) == 1
    assert (given.balance(path), given.balance(other)) == (0, 100)
    assert Entry.objects.exclude(id="in:b").count() == 1
    assert list(reports.faults()) == []


def test_a_move_inside_a_settlement_while_the_queue_runs_on_the_same_accounts(queue: Queue) -> None:
    paths = [given.funded(f"p{n}", 1000) for n in range(5)]
    total = sum(map(given.balance, paths))
    stop = threading.Event()

    def stream(seed: int) -> int:
        r, done = random.Random(seed), 0
        for number in range(60):
            debit, credit = r.sample(paths, 2)
            order = Order(f"q{seed}-{number}", debit, credit, r.randrange(1, 200))
            done += queue.submit([order]).result()[0].status is Status.CREATED
        return done

    def settle(seed: int) -> int:
        r, done = random.Random(seed), 0
        for number in range(15):
            one, two, three = r.sample(paths, 3)
            orders = [Order(f"s{seed}-{number}a", one, two, 150), Order(f"s{seed}-{number}b", two, three, 140)]
            done += 2 * moved(orders)
        return done

    def look() -> set[int]:
        seen: set[int] = set()
        while not stop.is_set():
            # One statement is one snapshot: the sum of all clients never moves (I16).
            clients = Account.objects.filter(path__startswith="party:")
            seen.add(clients.aggregate(all=Sum(F("credits_posted") - F("debits_posted")))["all"])
        return seen

    with ThreadPoolExecutor(6) as pool:
        looking = pool.submit(in_thread(look))
        streams = [pool.submit(in_thread(lambda s=seed: stream(s))) for seed in (1, 2)]
        settlements = [pool.submit(in_thread(lambda s=seed: settle(s))) for seed in (3, 4)]
        created = sum(int(str(one.result())) for one in [*streams, *settlements])
        stop.set()
        assert looking.result() == {total}
    assert sum(map(given.balance, paths)) == total
    assert Entry.objects.count() == created + len(paths)
    assert list(reports.faults()) == []


def test_the_queue_answers_after_the_commit_and_writes_the_deeds_of_its_orders(queue: Queue) -> None:
    path, other = given.funded("b", 100), given.funded("s", 0)
    leaves = Leaf.objects.count()
    deed = record.Deed("ledger.moved", "bank:x", "house", record.now(), {"group": "g", "entries": []})
    answers = queue.submit([Order("a", path, other, 60, deed=deed), Order("b", path, other, 60, deed=deed)]).result()
    assert [a.status for a in answers] == [Status.CREATED, Status.EXCEEDS_CREDITS]
    assert Leaf.objects.count() == Event.objects.count() == leaves + 1
    again = queue.submit([Order("a", path, other, 60), Order("b", path, other, 60)]).result()
    assert [a.status for a in again] == [Status.EXISTS, Status.ID_DEAD]
    assert Leaf.objects.count() == leaves + 1


class Broken:
    """A storage that stops keeping at the nth commit: nothing after it may be acknowledged."""

    def __init__(self, door: port.Port, *, good: int) -> None:
        self.door, self.good = door, good
        self.dialect, self.failures, self.row_failures = door.dialect, (OSError,), ()
        self.execute, self.executemany, self.begin = door.execute, door.executemany, door.begin
        self.rollback, self.close = door.rollback, door.close

    def commit(self) -> None:
        self.good -= 1
        if self.good < 0:
            raise OSError("no space left on device")
        self.door.commit()


def test_a_failing_storage_stops_the_queue_and_nothing_is_acknowledged_that_is_not_kept() -> None:
    path, other = given.funded("b", 100), given.funded("s", 0)
    queue = Queue(Broken(port.beside(connection), good=1))
    assert queue.submit([Order("a", path, other, 1)]).result()[0].stands()
    with pytest.raises(OSError, match="no space"):
        queue.submit([Order("b", path, other, 1)]).result()
    with pytest.raises(Refused) as refused:
        queue.submit([Order("c", path, other, 1)]).result()
    assert refused.value == Refused("ledger.book_stopped")
    queue.close()
    assert set(Entry.objects.values_list("id", flat=True)) == {"in:b", "a"}
    assert list(reports.faults()) == []


def test_a_storage_that_fails_as_a_transaction_begins_stops_the_queue_too() -> None:
    """Only who finds the database busy may ask again; nobody is told to ask a broken one for ever."""
    path, other = given.funded("b", 100), given.funded("s", 0)
    door = Broken(port.beside(connection), good=1)
    queue = Queue(door)

    def begin(*, immediate: bool = True) -> None:
        raise OSError("disk I/O error")

    door.begin = begin
    with pytest.raises(OSError, match="disk"):
        queue.submit([Order("a", path, other, 1)]).result(20)
    with pytest.raises(Refused) as refused:
        queue.submit([Order("b", path, other, 1)]).result(20)
    assert refused.value == Refused("ledger.book_stopped")
    queue.close()


def test_a_row_that_the_database_refuses_fails_its_own_caller_alone(queue: Queue) -> None:
    path, other = given.funded("b", 100), given.funded("s", 0)
    with transaction.atomic():
        # While this holds the book, the first batch waits and the next two orders gather behind it.
        book.take_lock(port.within(connection))
        first = queue.submit([Order("first", path, other, 1)])
        broken = queue.submit([Order("bad", path, other, 1, who_ref=None)])  # type: ignore[arg-type]
        good = queue.submit([Order("good", path, other, 1)])
    assert first.result(20)[0].stands()
    with pytest.raises(queue.door.row_failures):
        broken.result(20)
    assert good.result(20)[0].stands()
    assert given.balance(other) == 2
    assert list(reports.faults()) == []


@pytest.mark.sqlite
def test_the_same_book_writes_through_an_apsw_connection() -> None:
    path, other = given.funded("b", 100), given.funded("s", 0)
    file = str(connection.settings_dict["NAME"])
    plain, line = apsw.Connection(file), turnstile.of(file)
    failures, row_failures = (apsw.Error,), (apsw.ConstraintError,)
    queue = Queue(port.of_apsw(plain, line=line, failures=failures, row_failures=row_failures))
    deed = record.Deed("ledger.moved", "bank:x", "house", record.now(), {"group": "g", "entries": []})
    orders = [
        Order("a", path, other, 60, deed=deed),
        Order("h", path, other, 30, flags=Flag.PENDING, expires_at=record.now()),
        Order("p", hold="h", amount=10, flags=Flag.POST),
        Order("d", path, other, 60),
    ]
    statuses = [answer.status for answer in queue.submit(orders).result(20)]
    assert statuses == [Status.CREATED, Status.CREATED, Status.CREATED, Status.EXCEEDS_CREDITS]
    with pytest.raises(apsw.ConstraintError):
        queue.submit([Order("bad", path, other, 1, who_ref=None)]).result(20)  # type: ignore[arg-type]
    queue.close()
    assert given.sums(path) == (0, 70, 0, 100)
    assert Entry.objects.get(id="a").recorded_at < record.now()
    assert list(reports.faults()) == []


def test_accounts_opened_by_two_at_once_are_one_account() -> None:
    record.now()

    def both() -> None:
        with transaction.atomic():
            actions.open_accounts([rules.available("x"), rules.available("y")])
            actions.open_accounts([rules.suspense("z")])

    with ThreadPoolExecutor(4) as pool:
        for one in [pool.submit(in_thread(both)) for _ in range(8)]:
            one.result()
    assert Account.objects.count() == 3
