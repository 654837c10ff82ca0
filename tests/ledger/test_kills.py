"""Kills at any moment: every acknowledged transfer is there, every entry is whole, the books have no fault (I8)."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection

from tests.ledger import given_books as given
from zhirong.ledger import reports
from zhirong.ledger.models import Entry

ROOT = Path(__file__).resolve().parents[2]
# The real queue and book on the file of the test, three orders a batch; each acknowledged number goes to the parent.
CHILD = """
import sys, django
from datetime import UTC, datetime
django.setup()
from zhirong.ledger.book import Order
from zhirong.ledger.stream import Queue
from zhirong.record import port
run, path, debit, credit = sys.argv[1:]
queue = Queue(port.open_sqlite(path), clock=lambda: datetime.now(UTC))
number = 0
while True:
    orders = [Order(f"k{run}-{number + n}", debit, credit, 1) for n in range(3)]
    assert all(answer.stands() for answer in queue.submit(orders).result())
    number += 3
    print(number, flush=True)
"""


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_after_kills_everything_acknowledged_is_there_and_nothing_is_half() -> None:
    debit, credit = given.funded("b", 10**9), given.funded("s", 0)
    path, r, acknowledged = str(connection.settings_dict["NAME"]), random.Random(3), {}
    connection.close()
    for run in range(3):
        command = [sys.executable, "-c", CHILD, str(run), path, debit, credit]
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "zhirong.settings"}
        child = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        assert child.stdout.readline()
        time.sleep(r.uniform(0.05, 0.4))
        child.kill()
        told = child.stdout.read().split()
        acknowledged[run] = int(told[-1]) if told else 3
        child.wait()
    for run, count in acknowledged.items():
        kept = Entry.objects.filter(id__startswith=f"k{run}-").count()
        assert kept - count in (0, 3), "a batch in doubt is there whole or not at all"
    assert given.balance(credit) == Entry.objects.filter(id__startswith="k").count()
    assert list(reports.faults()) == []
