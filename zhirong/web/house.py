"""One process: the server, the bridge to the pages, the live hub, and the threads that do what is due."""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connections
from django.urls import get_resolver

from zhirong.base import faults
from zhirong.exchange import finder, floor_doors
from zhirong.exchange import jobs as exchange_jobs
from zhirong.ledger import bank
from zhirong.policy.actions import reaching
from zhirong.record import channels, jobs, mail, sequencer
from zhirong.record import feed as record_feed
from zhirong.valuation import jobs as valuation_jobs
from zhirong.web import feed
from zhirong.web.bid_door import BidDoor
from zhirong.web.bridge import Bridge
from zhirong.web.hub import Hub
from zhirong.web.office import house as office

CLOCK_SECONDS = 1
MAIL_SECONDS = 5
log = logging.getLogger(__name__)
# What does long work of which kind (record.jobs): a module adds its own here.
WORK: dict[str, jobs.Work] = {**office.WORK, **valuation_jobs.WORK, **reaching.WORK}


class Repeating:
    """A thread that calls something again and again. A fault is noted and does not end it."""

    def __init__(
        self, name: str, call: Callable[[], Any], *, every_seconds: int, ends_within_seconds: float = 10
    ) -> None:
        self.call, self.every_seconds, self.ends_within_seconds = call, every_seconds, ends_within_seconds
        self.ends = threading.Event()
        self.thread = threading.Thread(target=self.run, name=name, daemon=True)

    def start(self) -> None:
        self.thread.start()

    def stop(self) -> None:
        """End after what is being done; a call that hangs is left, since the house ends on a signal all the same."""
        self.ends.set()
        if not self.thread.is_alive():
            return
        self.thread.join(self.ends_within_seconds)
        if self.thread.is_alive():
            log.error("%s did not end within %s s; it is left behind", self.thread.name, self.ends_within_seconds)

    def run(self) -> None:
        while not self.ends.wait(self.every_seconds):
            self.try_once()
        connections.close_all()

    def try_once(self) -> None:
        with faults.Apart(self.thread.name, faults.name_of(self.call)):
            close_old_connections()
            self.call()


@dataclass(frozen=True)
class Part:
    """Something that runs beside the pages."""

    name: str
    start: Callable[[], Any]
    stop: Callable[[], Any]


def parts() -> list[Part]:
    """What is started, in order; it is stopped in the other order."""
    clock = Repeating("clock", exchange_jobs.do_due, every_seconds=CLOCK_SECONDS)
    # Apart from the clock: nothing that is due waits for a mail server.
    post = Repeating("mail", mail.carry, every_seconds=MAIL_SECONDS)
    worker = jobs.Worker(WORK)
    return [
        Part("sequencer", sequencer.start, sequencer.stop),
        Part("floor", lambda: floor_doors.start(data=settings.DATA, wake=sequencer.wake), floor_doors.stop),
        Part("finder", lambda: finder.start(data=settings.DATA), finder.stop),
        Part("clock", clock.start, clock.stop),
        Part("mail", post.start, post.stop),
        Part("jobs", worker.start, worker.stop),
    ]


@contextmanager
def running() -> Iterator[None]:
    """The parts run inside; when one does not start, those before it are stopped again."""
    started: list[Part] = []
    try:
        for part in parts():
            part.start()
            started.append(part)
        yield
    finally:
        for part in reversed(started):
            part.stop()


def without_address() -> str:
    """What a real house is told that does not know how people reach it; empty in a demo and where it knows."""
    at = urlsplit(settings.SITE_SAID)
    if settings.DEMO or (at.scheme in ("http", "https") and at.hostname):
        return ""
    return (
        f"WARNING: ZR_SITE is not set to this house's address. Every certificate sealed from now on will carry a code "
        f"that leads to {settings.SITE} for ever. Stop, set it, say ZR_SITE=https://ip.example.gov.cn, and start again."
    )


def without_mail() -> str:
    """What a house is told whose mail server cannot be read; empty where it can, and where none is named."""
    if settings.DEMO or not settings.MAIL or channels.mail_server() is not None:
        return ""
    return (
        "WARNING: ZR_MAIL cannot be read, so no e-mail is sent. "
        "Say ZR_MAIL='smtp://user:password@mail.example.gov.cn:587?from=notices@example.gov.cn' and start again."
    )


def without_custody_account() -> str:
    """What a real house is told that cannot say to its payers where to pay; empty in a demo and where it can."""
    if settings.DEMO or bank.custody_account() is not None:
        return ""
    return (
        "WARNING: ZR_CUSTODY does not name the account that clients pay to, so no page can. "
        "Say ZR_CUSTODY='name of the account|bank|number' and start again."
    )


def warnings() -> list[str]:
    """Everything that whoever starts the house should mend."""
    return [found for found in (without_address(), without_mail(), without_custody_account()) if found]


class Server(uvicorn.Server):
    """Ends the live streams first, so that nobody waits for browsers that only listen."""

    def __init__(self, config: uvicorn.Config, hub: Hub) -> None:
        super().__init__(config)
        self.hub = hub
        self.when_ready: Callable[[], None] = lambda: None

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.when_ready()

    async def shutdown(self, sockets: Any = None) -> None:
        self.hub.end()
        await super().shutdown(sockets)


class House:
    """The whole of one process. `application` is the ASGI one, `server` what listens."""

    def __init__(self, *, host: str = "127.0.0.1", port: int = 8000) -> None:
        # With the addresses come the writers of the rooms: after a restart browsers listen before anybody asks a page.
        assert get_resolver().url_patterns
        self.hub = Hub(feed.read, feed.write, now_ms=feed.now_ms, last=record_feed.last_number())
        self.bid_door = BidDoor()
        self.bridge = Bridge(get_wsgi_application(), beside={"/live/bid/": self.bid_door, "/live/": self.hub})
        config = uvicorn.Config(
            self.application,
            host=host,
            port=port,
            interface="asgi3",
            lifespan="on",
            http="h11",
            loop="asyncio",
            ws="none",
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=2,
            timeout_keep_alive=15,
            limit_concurrency=4000,
        )
        self.server = Server(config, self.hub)

    async def application(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await self.bridge(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self.live(receive, send)

    async def live(self, receive: Any, send: Any) -> None:
        """The hub runs as long as the server."""
        await receive()
        running = self.hub.start()
        self.hub.thread.submit(feed.make_ready)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self.hub.end()
        await running
        await send({"type": "lifespan.shutdown.complete"})

    @contextmanager
    def open(self) -> Iterator[None]:
        """The parts beside the pages run while the house is open."""
        forget = sequencer.listen(self.hub.wake)
        try:
            with running():
                yield
        finally:
            forget()
            self.bridge.end(connections.close_all)
            self.bid_door.rights.close(connections.close_all)
            self.hub.thread_end(connections.close_all)
            connections.close_all()

    def serve(self) -> None:
        """Open, and serve until a signal comes."""
        with self.open():
            spare_what_stays()
            self.server.run()


def spare_what_stays() -> None:
    """Leave what the start loaded out of every later collection of garbage.

    A full collection walks all of it with the interpreter held: 200 to 270 ms on our machines, some four seconds into a
    stream of bids and again later. Those were the longest waits of a bid; no disk and no lock came near.
    """
    gc.collect()
    gc.freeze()


def run(*, host: str, port: int, when_ready: Callable[[], None] = lambda: None) -> None:
    """Serve until a signal comes."""
    house = House(host=host, port=port)
    house.server.when_ready = when_ready
    house.serve()
