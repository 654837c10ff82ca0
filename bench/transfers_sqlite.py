"""Transfers on SQLite: the book's batches of 1,000 against the ORM's lock-and-insert way, which writes the same rows.

Both run on the same file with the house's settings (WAL, FULL), in the same process, in turns. The ORM's way is what a
careful Django programmer writes: one transaction a transfer, both accounts locked in id order, counters checked and
saved, entry and two postings inserted. Every row of both ways is the same, and both end with books without a fault.
"""

from __future__ import annotations

import random
import resource
import time

from django.db import connection, transaction

from bench import _house
from zhirong.cli.bench import Report, timed
from zhirong.ledger import book, reports, rules
from zhirong.ledger.actions import transfers
from zhirong.ledger.book import Order
from zhirong.ledger.models import Account, DeadId, Entry, Posting
from zhirong.record import actions as record
from zhirong.record import port

ACCOUNTS, BATCH, EACH = 200, 1_000, 10_000_000


def run(report: Report) -> None:
    _house.with_tables()
    paths = open_accounts()
    r = random.Random(7)
    batches, singles = (2, 50) if report.quick else (10, 200)
    rates: dict[str, list[float]] = {"orm": [], "book": []}
    cpu = {"orm": 0.0, "book": 0.0}
    done = {"orm": 0, "book": 0}
    for turn in range(2 if report.quick else 3):
        for way, work, count in (("orm", by_orm, singles), ("book", by_book, batches * BATCH)):
            orders = random_orders(r, paths, prefix=f"{way}{turn}", count=count)
            used = time.process_time()
            with timed() as seconds:
                work(orders)
            cpu[way] += time.process_time() - used
            rates[way].append(count / seconds())
            done[way] += count
    slow, fast = max(rates["orm"]), max(rates["book"])
    report.rate("transfers, ORM lock and insert", int(slow), took_seconds=1)
    report.rate("transfers, book in batches of 1,000", int(fast), took_seconds=1, baseline=slow, at_least=25)
    worst = min(b / o for o, b in zip(rates["orm"], rates["book"], strict=True))
    report.value("the worst turn's ratio (aim: 60)", worst, "×", at_least=25)
    for way in ("orm", "book"):
        report.value(f"CPU a transfer, {way}", cpu[way] / done[way] * 1e6, "µs")
    report.value("CPU of the ORM's way ÷ the book's", (cpu["orm"] / done["orm"]) / (cpu["book"] / done["book"]), "×")
    report.value("peak memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MB", at_most=400)
    faults = list(reports.faults())
    report.value("faults of the books after it", len(faults), "", at_most=0)


def open_accounts() -> list[str]:
    """Limited accounts with money on them, so that limits are checked and hold."""
    paths = [rules.available(f"b{n}") for n in range(ACCOUNTS)]
    transfers.open_accounts([*paths, rules.custody()])
    money_in = [Order(f"in{n}", rules.custody(), path, EACH) for n, path in enumerate(paths)]
    transfers.move(None, money_in, topic="bench")
    return paths


def random_orders(r: random.Random, paths: list[str], *, prefix: str, count: int) -> list[tuple[str, str, str, int]]:
    """(id, debit, credit, amount) with two different accounts each."""
    return [(f"{prefix}-{n}", *r.sample(paths, 2), r.randrange(1, 1000)) for n in range(count)]  # type: ignore[misc]


def by_book(orders: list[tuple[str, str, str, int]]) -> None:
    """Through the queue's own writing: begin, write, commit, a thousand at a time."""

    door = port.beside(connection)
    for start in range(0, len(orders), BATCH):
        batch = [Order(*order, topic="bench") for order in orders[start : start + BATCH]]
        door.begin()
        answers = book.write(door, batch, now=record.now())
        door.commit()
        assert all(answer.stands() for answer in answers)
    door.close()


def by_orm(orders: list[tuple[str, str, str, int]]) -> None:
    """One transaction a transfer."""
    for order in orders:
        one_by_orm(order)


def one_by_orm(order: tuple[str, str, str, int]) -> None:

    key, debit_path, credit_path, amount = order
    with transaction.atomic():
        if Entry.objects.filter(id=key).exists() or DeadId.objects.filter(pk=key).exists():
            return
        locked = Account.objects.select_for_update().filter(path__in=[debit_path, credit_path]).order_by("id")
        accounts = {account.path: account for account in locked}
        debit, credit = accounts[debit_path], accounts[credit_path]
        assert debit.debits_posted + debit.debits_pending + amount <= debit.credits_posted
        debit.debits_posted += amount
        credit.credits_posted += amount
        debit.save(update_fields=["debits_posted"])
        credit.save(update_fields=["credits_posted"])
        now = record.now()
        last = Entry.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
        entry = Entry.objects.create(
            seq=last + 1,
            id=key,
            request_hash=Order(key, topic="bench").facts(),
            kind="transfer",
            debit=debit,
            credit=credit,
            amount=amount,
            topic="bench",
            effective_at=now,
            recorded_at=now,
            who_ref="house",
        )
        for side, account in (("D", debit), ("C", credit)):
            Posting.objects.create(
                entry=entry,
                account=account,
                side=side,
                amount=amount,
                balance_after=account.credits_posted - account.debits_posted,
            )
