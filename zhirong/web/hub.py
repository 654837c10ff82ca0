"""The live hub (直播): events by number, out to every browser that listens, as fragments of pages.

One task in each process asks for the events after the last number it has seen. An event names a topic; the topic's
fragments are written once for each language, however many listen. A listener too slow to take them is let go and
comes back by itself (EventSource), with the whole fragment anew instead of a replay.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Any, Protocol
from urllib.parse import parse_qs

from zhirong.web import bridge

QUEUE = 10
POLL_SECONDS = 0.1
BEAT_SECONDS = 2
LISTENERS = 2000
TOPICS = 40
READ_LIMIT = 500
CACHE = 512
REMEMBERED = 20_000
TOPIC = re.compile(r"[a-z]{1,16}:[0-9a-zA-Z_-]{1,40}")
LANGUAGES = ("zh-hans", "en")
HEAD: list[tuple[bytes, bytes]] = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]
log = logging.getLogger("zhirong.hub")


class Event(Protocol):
    """What the hub needs of an event: its place in the one order, and the topic it is about."""

    @property
    def number(self) -> int: ...
    @property
    def topic(self) -> str: ...


Read = Callable[[int, int], Sequence[Event]]
Fragments = Mapping[str, str]
Write = Callable[[str, str], Fragments | None]


@dataclass(eq=False)
class Listener:
    """One open stream; `leaving` is done when its browser hung up or the hub let it go."""

    topics: frozenset[str]
    language: str
    leaving: asyncio.Future[Any]
    queue: asyncio.Queue[bytes] = field(default_factory=asyncio.Queue)

    def __post_init__(self) -> None:
        # Its task waits for its queue alone; to wait for two things would cost more than to send.
        self.leaving.add_done_callback(lambda _: self.queue.put_nowait(b""))

    def give(self, message: bytes) -> None:
        """Into its queue; one that holds too many means that it is too slow, and it is let go."""
        if self.queue.qsize() < QUEUE:
            self.queue.put_nowait(message)
        else:
            self.leaving.cancel()


class Hub:
    """`read(after, limit)` gives public events in order; `write(topic, language)` their fragments as they stand now.

    Both are called on the hub's own thread, never on the loop. `write` answers None for a topic that nobody may hear.
    """

    def __init__(self, read: Read, write: Write, *, now_ms: Callable[[], int], last: int = 0) -> None:
        self.read, self.write, self.now_ms = read, write, now_ms
        self.last = last
        # The last change of each topic; below `known_from` nothing is remembered.
        self.changed: dict[str, int] = {}
        self.known_from = last
        self.written: dict[tuple[str, str], bytes] = {}
        self.listeners: set[Listener] = set()
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="hub")
        self.loop: asyncio.AbstractEventLoop | None = None
        self.news = asyncio.Event()
        self.is_ended = False

    def wake(self) -> None:
        """From any thread: there is something new, do not wait for the next poll."""
        if self.loop and not self.is_ended:
            with suppress(RuntimeError):  # the loop ended in this very moment
                self.loop.call_soon_threadsafe(self.news.set)

    def start(self) -> asyncio.Task[None]:
        """Begin to ask for events, on the loop of the caller."""
        self.loop = asyncio.get_running_loop()
        return self.loop.create_task(self.run(), name="hub")

    async def run(self) -> None:
        """Until `end`: ask for events, hand them out, keep the lines warm."""
        self.loop = asyncio.get_running_loop()
        last_beat = self.loop.time()
        while not self.is_ended:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.news.wait(), POLL_SECONDS)
            self.news.clear()
            if self.is_ended:
                return
            turn = asyncio.ensure_future(self.turn())
            await asyncio.wait({turn})
            if not self.is_ended and (problem := turn.exception()):
                log.error("The hub could not read or write events; it tries again.", exc_info=problem)
                await asyncio.sleep(1)
            if self.loop.time() >= last_beat + BEAT_SECONDS:
                self.beat()
                last_beat = self.loop.time()

    async def turn(self) -> None:
        """One batch of events: each topic that changed goes out once, as it stands after the whole batch.

        In the order of their last events, so that a listener that has number N has everything up to N.
        """
        events = await self.on_thread(lambda: self.read(self.last, READ_LIMIT))
        if not events:
            return
        newest = {event.topic: event.number for event in events}
        for topic in newest:
            self.changed.pop(topic, None)  # so that the dictionary stays in the order of change
            for language in LANGUAGES:
                self.written.pop((topic, language), None)
        for topic, number in sorted(newest.items(), key=lambda pair: pair[1]):
            self.changed[topic] = number
            await self.hand_out(topic, number)
        self.last = events[-1].number
        while len(self.changed) > REMEMBERED:
            self.known_from = self.changed.pop(next(iter(self.changed)))
        if len(events) == READ_LIMIT:
            self.news.set()

    async def hand_out(self, topic: str, number: int) -> None:
        hearing = [listener for listener in self.listeners if topic in listener.topics]
        for language in {listener.language for listener in hearing}:
            message = b"id: %d\n" % number + await self.message(topic, language)
            for listener in hearing:
                if listener.language == language:
                    listener.give(message)

    async def message(self, topic: str, language: str) -> bytes:
        """The topic's fragments as one server-sent event, written once until the topic changes again."""
        key = (topic, language)
        if key not in self.written:
            fragments = await self.on_thread(lambda: self.write(topic, language))
            facts = {"topic": topic, "now": self.now_ms(), "fragments": fragments or {}}
            if len(self.written) >= CACHE:
                self.written.pop(next(iter(self.written)))
            self.written[key] = sse("fragment", facts)
        return self.written[key]

    async def on_thread(self, call: Callable[[], Any]) -> Any:
        if self.is_ended:
            raise bridge.Gone
        return await asyncio.get_running_loop().run_in_executor(self.thread, call)

    def beat(self) -> None:
        """The server's time to everybody: it keeps the line open and the browser's clock right."""
        message = sse("beat", {"now": self.now_ms()})
        for listener in self.listeners:
            listener.give(message)

    def end(self) -> None:
        """Close every stream; the browsers come back when the house is open again."""
        self.is_ended = True
        for listener in self.listeners:
            listener.leaving.cancel()
        self.news.set()

    def thread_end(self, on_thread: Callable[[], None]) -> None:
        """After `end`: its thread closes what it holds open."""
        self.thread.submit(on_thread)
        self.thread.shutdown(wait=True)

    async def __call__(self, scope: bridge.Scope, receive: bridge.Receive, send: bridge.Send) -> None:
        """GET /live/?topic=lot:12&topic=lot:13&after=4711"""
        asked = parse_qs(scope["query_string"].decode("latin-1"))
        topics = frozenset(topic for topic in asked.get("topic", []) if TOPIC.fullmatch(topic))
        if scope["method"] != "GET" or not topics or len(topics) > TOPICS:
            await bridge.plain(send, 400, b"Name one to forty topics, such as ?topic=lot:12.")
            return
        if self.is_ended or len(self.listeners) >= LISTENERS:
            await bridge.plain(send, 503, b"The hall is full. Try again in ten seconds.", (b"retry-after", b"10"))
            return
        headers = dict(scope["headers"])
        # Whoever comes back after a break gets the whole, whatever it saw: it says that the line is lost until then.
        seen = "" if b"last-event-id" in headers else asked.get("after", [""])[0]
        leaving = asyncio.ensure_future(bridge.until_gone(receive))
        listener = Listener(topics, language_of(headers.get(b"cookie", b"").decode("latin-1")), leaving)
        await send({"type": "http.response.start", "status": 200, "headers": HEAD})
        try:
            await self.catch_up(listener, int(seen) if seen.isdecimal() else -2)
            await self.stream(listener, send)
        except bridge.Gone:
            pass
        finally:
            self.listeners.discard(listener)
            leaving.cancel()

    async def catch_up(self, listener: Listener, seen: int) -> None:
        """What changed since the page was written, as it stands now; from here on the listener hears everything.

        Between the last look at what is written and joining the listeners nothing is awaited, so nothing falls between.
        """
        language = listener.language
        while missing := [name for name in self.stale(listener, seen) if (name, language) not in self.written]:
            await self.message(missing[0], language)
        parts = [self.written[name, language] for name in self.stale(listener, seen)]
        listener.give(b"".join(parts) + b"id: %d\n" % self.last + sse("beat", {"now": self.now_ms()}))
        self.listeners.add(listener)

    def stale(self, listener: Listener, seen: int) -> list[str]:
        return [topic for topic in sorted(listener.topics) if seen < max(self.changed.get(topic, -1), self.known_from)]

    async def stream(self, listener: Listener, send: bridge.Send) -> None:
        """From its queue to its browser, until it hangs up or is let go."""
        while (message := await listener.queue.get()) and not listener.leaving.done():
            await bridge.in_time(send({"type": "http.response.body", "body": message, "more_body": True}))
        await bridge.in_time(send({"type": "http.response.body", "body": b""}))


def sse(kind: str, facts: Mapping[str, Any]) -> bytes:
    """One server-sent event; its data is one line of JSON."""
    return f"event: {kind}\ndata: {json.dumps(facts, ensure_ascii=False)}\n\n".encode()


def language_of(cookie: str) -> str:
    """The language that the browser's cookie asks for, Chinese where it asks for none."""
    with suppress(CookieError):
        chosen = SimpleCookie(cookie).get("lang")
        if chosen and chosen.value in LANGUAGES:
            return chosen.value
    return LANGUAGES[0]


def rooms(writers: Iterable[tuple[str, Write]]) -> Write:
    """One `write` out of one for each kind of topic: `lot` for lot:12."""
    by_kind = dict(writers)

    def write(topic: str, language: str) -> Fragments | None:
        writer = by_kind.get(topic.split(":", 1)[0])
        return writer(topic, language) if writer else None

    return write
