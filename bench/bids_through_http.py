"""Bids through HTTP by signed-in bidders: 32 connections, each bidding again when it has its answer.

The house runs in a process of its own, as `zr serve` runs it: on SQLite, and on a PostgreSQL server of our own with its
durable defaults. There a second door, with the same session check, calls a row-lock function that writes the same
rows (`_row_lock`): the baseline. A bid overtaken on its way is refused (409) and counts as an answer, not as a bid. The
first bids of each, by which the house learns who it is, are not timed.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import _lots
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connections

from zhirong import settings as settings_of_house
from zhirong.cli import postgres
from zhirong.cli.bench import Report
from zhirong.exchange.models import Intent, Lot
from zhirong.people.models import Membership, Person, RoleGrant
from zhirong.record import actions as record

FORGERY = "a" * 32
WARM = 200
TAKEN, OVERTAKEN = 200, 409
# Of 32 who bid at once a few are overtaken on their way; were it more, the figures would be about refusals.
LEAST_TAKEN = 0.9
ROOT = Path(__file__).resolve().parent.parent


Measured = tuple[list[int], dict[int, int], float, float]


def run(report: Report) -> None:
    """The wait of a request, the processor time of a bid in the serving process, and both against the row lock."""
    wanted, rounds = (300, 1) if report.quick else (2_000, 2)
    on_file, on_server, locked = [], [], []
    _lots.an_empty_house()
    sqlite = a_hall()
    with tempfile.TemporaryDirectory(prefix="zr-bench-http-") as folder, a_server(Path(folder)) as url:
        _lots.an_empty_house()
        server = a_hall()
        for _ in range(rounds):
            locked.append(measured("/live/row-lock/", server, url=url, wanted=wanted // 2))
            on_file.append(measured("/live/bid/", sqlite, url="", wanted=wanted))
            on_server.append(measured("/live/bid/", server, url=url, wanted=wanted))
        connections.close_all()
    baseline = answered(locked) / took(locked)
    told(report, "SQLite", on_file, baseline=baseline)
    told(report, "PostgreSQL", on_server, baseline=baseline)
    waits = [wait for waits, *_ in locked for wait in waits]
    report.milliseconds("row lock: an answer", waits)
    report.value("row lock: processor time, without the server", cpu(locked) / len(waits) * 1e3, "ms")
    report.note(f"row lock, answers by status: {statuses(locked)}")


def told(report: Report, where: str, runs: list[Measured], *, baseline: float) -> None:
    """One house in figures. PostgreSQL's are reported; the promise is about the house as it comes."""
    is_claim = where == "SQLite"
    waits = [wait for waits, *_ in runs for wait in waits]
    rate, wait, work = ({"at_least": 1.0}, {"at_most": 250.0}, {"at_most": 3.0}) if is_claim else ({}, {}, {})
    report.rate(f"{where}: answers", answered(runs), took_seconds=took(runs), baseline=baseline, **rate)
    report.milliseconds(f"{where}: an answer to a signed-in bid", waits, **wait)
    report.value(f"{where}: processor time of a request", cpu(runs) / len(waits) * 1e3, "ms", **work)
    report.note(f"{where}, answers by status: {statuses(runs)}")


def answered(runs: list[Measured]) -> int:
    return sum(len(waits) for waits, *_ in runs)


def took(runs: list[Measured]) -> float:
    return sum(seconds for *_, seconds, _ in runs)


def cpu(runs: list[Measured]) -> float:
    return sum(seconds for *_, seconds in runs)


def statuses(runs: list[Measured]) -> dict[int, int]:
    """How often each status came."""
    return dict(sum((Counter(answers) for _, answers, *_ in runs), Counter[int]()))


@contextmanager
def a_server(folder: Path) -> Iterator[str]:
    """A PostgreSQL that keeps what it acknowledges; inside, this process is connected to it."""
    with postgres.served(folder / "server", settings=("max_connections = 60",)) as url:
        os.environ["ZR_DATABASE_URL"] = url
        connections.close_all()
        connections.databases.update(connections.configure_settings({"default": settings_of_house._database()}))
        del connections["default"]
        yield url


def a_hall() -> tuple[list[int], list[str]]:
    """Hot lots, one for each run, and the cookies of 32 people who may bid on all of them."""
    lots = [_lots.a_hot_lot() for _ in range(4)]
    listings = Lot.objects.filter(pk__in=lots).values("listing")
    codes = [str(code) for code in range(100, 100 + _lots.CLIENTS)]
    return lots, [signed_in(list(Intent.objects.filter(code=code, listing__in=listings))) for code in codes]


def measured(door: str, hall: tuple[list[int], list[str]], *, url: str, wanted: int) -> Measured:
    """Waits, answers by status, seconds and processor seconds of one run on a lot of its own."""
    lots, cookies = hall
    lot_id = lots.pop()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    served = [sys.executable, str(Path(__file__).with_name("_served.py")), str(port)]
    house = subprocess.Popen(served, env={**os.environ, "ZR_DATABASE_URL": url, "PYTHONPATH": str(ROOT)})
    try:
        listens(port)
        # The house has just opened: its first pages, connections and rights are not what is measured.
        asyncio.run(everyone(port, f"{door}{lot_id}", cookies=cookies, numbers=range(1, WARM)))
        before, begun = cpu_seconds(house.pid), time.perf_counter()
        waits, answers = asyncio.run(
            everyone(port, f"{door}{lot_id}", cookies=cookies, numbers=range(WARM, WARM + wanted))
        )
        must_be_answers(answers, wanted=wanted)
        return waits, answers, time.perf_counter() - begun, cpu_seconds(house.pid) - before
    finally:
        house.send_signal(signal.SIGTERM)
        house.wait(20)


def must_be_answers(answers: dict[int, int], *, wanted: int) -> None:
    """Each request was a bid that the floor judged; a house that sends people away quickly is not fast."""
    assert sum(answers.values()) == wanted, answers
    assert answers.keys() <= {TAKEN, OVERTAKEN}, answers
    assert answers[TAKEN] >= wanted * LEAST_TAKEN, answers


def signed_in(intents: list[Intent]) -> str:
    """A person of its own for these intents, with a session as the log-in makes it."""
    now, code = record.now(), intents[0].code
    person = Person.objects.create(login=f"bidder{code}", name=code, made_at=now)
    RoleGrant.objects.create(person=person, role="buyer", granted_at=now, confirmed_at=now)
    for intent in intents:
        Membership.objects.create(person=person, party=intent.party, asked_at=now, confirmed_at=now)
        Intent.objects.filter(pk=intent.pk).update(person=person)
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}; {settings.CSRF_COOKIE_NAME}={FORGERY}"


def listens(port: int) -> None:
    """Wait until the house answers."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with socket.socket() as door:
            if door.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("the house does not listen")


def cpu_seconds(pid: int) -> float:
    """Processor time of another process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def everyone(port: int, path: str, *, cookies: list[str], numbers: range) -> tuple[list[int], dict[int, int]]:
    """All bidders at once until these prices (in steps) were bid: their waits and how often each status came."""
    prices, waits, answers = iter(numbers), list[int](), dict[int, int]()

    async def bidder(cookie: str) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number in prices:
            form = f"price_fen={number * _lots.STEP_FEN}&key=k{number}"
            head = (
                f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n"
                f"X-CSRFToken: {FORGERY}\r\n"
                f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(form)}\r\n\r\n"
            )
            begun = time.perf_counter_ns()
            writer.write((head + form).encode())
            status = await answer(reader)
            waits.append(time.perf_counter_ns() - begun)
            answers[status] = answers.get(status, 0) + 1
        writer.close()

    await asyncio.gather(*(bidder(cookie) for cookie in cookies))
    return waits, answers


async def answer(reader: asyncio.StreamReader) -> int:
    """The status of one answer, its body read to the end."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower().split("\r\n")
    lengths = [int(line.partition(":")[2]) for line in head if line.startswith("content-length:")]
    if lengths:
        await reader.readexactly(lengths[0])
    while not lengths:
        size = int(await reader.readline(), 16)
        await reader.readexactly(size + 2)
        if not size:
            break
    return int(head[0].split()[1])
