"""Bids through HTTP by signed-in bidders: 32 connections, each bidding again when it has its answer.

The house runs in a process of its own, as `zr serve` runs it. A bid overtaken on its way is refused (409) and
counts as a request, not as a bid. The first bid of each, by which the house learns who it is, is not timed.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import _lots
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from zhirong.cli.bench import Report
from zhirong.exchange.models import Intent, Lot
from zhirong.people.models import Membership, Person, RoleGrant
from zhirong.record import actions as record

SERVED = "import django, sys; django.setup(); from zhirong.web import house; house.run(host='127.0.0.1', port=%d)"
FORGERY = "a" * 32


def run(report: Report) -> None:
    """The wait of a request and the processor time of a bid in the serving process."""
    _lots.an_empty_house()
    lot_id, wanted = _lots.a_hot_lot(), 300 if report.quick else 3_000
    cookies = [signed_in(intent) for intent in Intent.objects.filter(listing_id=Lot.objects.get(pk=lot_id).listing_id)]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    house = subprocess.Popen([sys.executable, "-c", SERVED % port], env=os.environ)
    try:
        listens(port)
        before, begun = cpu_seconds(house.pid), time.perf_counter()
        waits, answers = asyncio.run(everyone(port, lot_id, cookies=cookies, wanted=wanted))
        took, cpu = time.perf_counter() - begun, cpu_seconds(house.pid) - before
    finally:
        house.send_signal(signal.SIGTERM)
        house.wait(20)
    bids = answers.get(200, 0)
    report.rate("bids accepted through HTTP", bids, took_seconds=took)
    report.milliseconds("an answer to a signed-in bid", waits, at_most=250)
    report.value("processor time of a request", cpu / len(waits) * 1e3, "ms", at_most=3.0)
    report.note(f"{len(waits)} requests, answers by status: {answers}")


def signed_in(intent: Intent) -> str:
    """A bidder of its own for an intent, with a session as the log-in makes it."""
    now = record.now()
    person = Person.objects.create(login=f"bidder{intent.code}", name=intent.code, made_at=now)
    RoleGrant.objects.create(person=person, role="buyer", granted_at=now, confirmed_at=now)
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


async def everyone(port: int, lot_id: int, *, cookies: list[str], wanted: int) -> tuple[list[int], dict[int, int]]:
    """All bidders at once until this many requests were answered: their waits and how often each status came."""
    numbers, waits, answers = count(1), list[int](), dict[int, int]()

    async def bidder(cookie: str) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (number := next(numbers)) <= wanted:
            form = f"price_fen={number * _lots.STEP_FEN}&key=k{number}"
            head = (
                f"POST /live/bid/{lot_id} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n"
                f"X-CSRFToken: {FORGERY}\r\n"
                f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(form)}\r\n\r\n"
            )
            begun = time.perf_counter_ns()
            writer.write((head + form).encode())
            status = await answer(reader)
            if number > len(cookies):
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
