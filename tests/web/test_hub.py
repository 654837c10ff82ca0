"""The live hub: everybody who listens has the news, in order, and nobody who is slow holds up the others."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import pytest

from tests.web.given_asgi import Browser, a_scope
from zhirong.web import bridge, hub
from zhirong.web.hub import Event, Fragments, Hub


@dataclass(frozen=True)
class Told:
    number: int
    topic: str


class Lots:
    """A little exchange: prices by topic, its events by number, and how often a fragment was written."""

    def __init__(self) -> None:
        self.events: list[Told] = []
        self.prices: dict[str, int] = {}
        self.written: list[tuple[str, str]] = []

    def bid(self, topic: str, price: int) -> None:
        self.prices[topic] = price
        self.events.append(Told(len(self.events) + 1, topic))

    def read(self, after: int, limit: int) -> Sequence[Event]:
        return [event for event in self.events if event.number > after][:limit]

    def write(self, topic: str, language: str) -> Fragments:
        self.written.append((topic, language))
        word = "元" if language == "zh-hans" else "yuan"
        return {"price": f"{self.prices.get(topic, 0)} {word}"}


def live(lots: Lots, story: Callable[[Hub], Awaitable[None]]) -> None:
    """Run a hub over these lots while the story is told."""

    async def run() -> None:
        made = Hub(lots.read, lots.write, now_ms=lambda: 1_000, last=len(lots.events))
        running = made.start()
        try:
            await story(made)
        finally:
            made.end()
            await running

    asyncio.run(run())


async def heard_all(made: Hub, lots: Lots) -> None:
    """Wait until the hub has seen everything that was told."""
    async with asyncio.timeout(60):
        while made.last < len(lots.events):
            await asyncio.sleep(0.01)


def listen(made: Hub, *topics: str, lang: str = "", after: int | None = None, seen: str = "") -> Browser:
    query = "&".join(f"topic={topic}" for topic in topics) + (f"&after={after}" if after is not None else "")
    headers = [(b"cookie", f"lang={lang}".encode())] if lang else []
    headers += [(b"last-event-id", seen.encode())] if seen else []
    browser = Browser()
    task = asyncio.ensure_future(browser.ask(made, a_scope("/live/", query=query.encode(), headers=headers)))
    browser.task = task  # type: ignore[attr-defined]
    return browser


def prices(browser: Browser) -> list[str]:
    """What this browser's page showed, one after the other."""
    told = [json.loads(data) for data in re.findall(r"^event: fragment\ndata: (.*)$", browser.body.decode(), re.M)]
    return [facts["fragments"]["price"] for facts in told]


def test_a_listener_hears_its_topic_in_its_language_and_no_other() -> None:
    lots = Lots()

    async def story(made: Hub) -> None:
        chinese, english = listen(made, "lot:1", after=0), listen(made, "lot:1", lang="en", after=0)
        other = listen(made, "lot:2", after=0)
        for browser in (chinese, english, other):
            await browser.hears(b"beat")
        lots.bid("lot:1", 100)
        made.wake()
        await chinese.hears("100 元".encode())
        await english.hears(b"100 yuan")
        assert prices(other) == []
        assert sorted(lots.written) == [("lot:1", "en"), ("lot:1", "zh-hans")]

    live(lots, story)


def test_a_fragment_is_written_once_however_many_listen_and_all_have_it() -> None:
    lots = Lots()

    async def story(made: Hub) -> None:
        crowd = [listen(made, "lot:1", after=0) for _ in range(300)]
        for browser in crowd:
            await browser.hears(b"beat")
        for price in range(1, 6):
            lots.bid("lot:1", price)
            made.wake()
            await asyncio.gather(*(browser.hears(f"{price} 元".encode()) for browser in crowd))
        # How soon is a matter of bench/live_push.py.
        assert lots.written == [("lot:1", "zh-hans")] * 5

    live(lots, story)


def test_a_listener_that_takes_nothing_is_let_go_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bridge, "STALL_SECONDS", 0.2)
    lots = Lots()

    async def story(made: Hub) -> None:
        slow, quick = listen(made, "lot:1", after=0), listen(made, "lot:1", after=0)
        await slow.hears(b"beat")
        await quick.hears(b"beat")
        slow.takes_nothing = asyncio.Event()
        for price in range(1, 15):
            lots.bid("lot:1", price)
            made.wake()
            await quick.hears(f"{price} 元".encode())
        await asyncio.wait_for(slow.task, 60)  # type: ignore[attr-defined]
        assert len(made.listeners) == 1
        assert prices(slow) == []

    live(lots, story)


def test_a_page_that_was_written_before_a_bid_gets_it_on_joining() -> None:
    lots = Lots()

    async def story(made: Hub) -> None:
        lots.bid("lot:1", 100)
        made.wake()
        await heard_all(made, lots)
        old, fresh = listen(made, "lot:1", after=0), listen(made, "lot:1", after=1)
        await old.hears(b"beat")
        await fresh.hears(b"beat")
        assert prices(old) == ["100 元"]
        assert prices(fresh) == []

    live(lots, story)


def test_a_browser_that_comes_back_gets_the_whole_as_it_stands_not_a_replay() -> None:
    lots = Lots()

    async def story(made: Hub) -> None:
        first = listen(made, "lot:1", after=0)
        await first.hears(b"beat")
        lots.bid("lot:1", 100)
        made.wake()
        await first.hears("100 元".encode())
        first.left.set()
        await first.task  # type: ignore[attr-defined]
        seen = re.findall(rb"^id: (\d+)$", first.body, re.M)[-1].decode()
        for price in (110, 120, 130):
            lots.bid("lot:1", price)
        made.wake()
        await heard_all(made, lots)
        again = listen(made, "lot:1", seen=seen)
        await again.hears(b"beat")
        assert (seen, prices(again)) == ("1", ["130 元"])

    live(lots, story)


def test_a_browser_that_comes_back_gets_the_whole_though_nothing_seems_new() -> None:
    lots = Lots()

    async def story(made: Hub) -> None:
        lots.bid("lot:1", 100)
        made.wake()
        await heard_all(made, lots)
        back = listen(made, "lot:1", seen=str(made.last))
        await back.hears(b"beat")
        assert prices(back) == ["100 元"]

    live(lots, story)


def test_after_a_restart_the_house_trusts_no_number_from_before() -> None:
    lots = Lots()
    lots.bid("lot:1", 100)
    lots.bid("lot:1", 110)

    async def story(made: Hub) -> None:
        back = listen(made, "lot:1", seen="1")
        await back.hears(b"beat")
        assert prices(back) == ["110 元"]

    live(lots, story)


def test_whoever_joins_while_bids_rain_ends_with_the_last_price() -> None:
    lots = Lots()

    async def story(made: Hub) -> None:
        crowd = []
        for price in range(1, 60):
            lots.bid(f"lot:{price % 3}", price)
            made.wake()
            crowd.append(listen(made, "lot:0", "lot:1", "lot:2", after=price - 1))
            await asyncio.sleep(0.003)
        for price in (57, 58, 59):
            await asyncio.gather(*(browser.hears(f'"{price} 元"'.encode()) for browser in crowd[:price]))
        for browser in crowd:
            seen = [int(text.split()[0]) for text in prices(browser)]
            by_lot = [[price for price in seen if price % 3 == lot] for lot in range(3)]
            assert all(series == sorted(series) for series in by_lot), "a page never goes back to an older price"

    live(lots, story)


def test_topics_that_make_no_sense_are_sent_away() -> None:
    lots = Lots()

    async def story(made: Hub) -> None:
        for topics in ((), ("lot",), ("LOT:1",), tuple(f"lot:{number}" for number in range(41))):
            browser = listen(made, *topics)
            await browser.task  # type: ignore[attr-defined]
            assert browser.status == 400

    live(lots, story)


def test_a_fault_in_a_page_does_not_end_the_hub() -> None:
    lots = Lots()
    faults = [RuntimeError("a page's fault")]

    def read(after: int, limit: int) -> Sequence[Event]:
        if faults and lots.events:
            raise faults.pop()
        return Lots.read(lots, after, limit)

    lots.read = read  # type: ignore[method-assign]

    async def story(made: Hub) -> None:
        browser = listen(made, "lot:1", after=0)
        await browser.hears(b"beat")
        lots.bid("lot:1", 100)
        await browser.hears("100 元".encode())

    live(lots, story)


def test_when_the_house_closes_every_stream_ends() -> None:
    lots = Lots()
    browsers: list[Browser] = []

    async def story(made: Hub) -> None:
        browsers.extend(listen(made, "lot:1", after=0) for _ in range(3))
        for browser in browsers:
            await browser.hears(b"beat")
        made.end()
        async with asyncio.timeout(60):
            await asyncio.gather(*(browser.task for browser in browsers))  # type: ignore[attr-defined]

    live(lots, story)
    assert [browser.is_done for browser in browsers] == [True] * 3


def test_the_hub_keeps_a_bounded_memory_of_what_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "REMEMBERED", 5)
    lots = Lots()

    async def story(made: Hub) -> None:
        for number in range(20):
            lots.bid(f"lot:{number}", number)
        made.wake()
        await heard_all(made, lots)
        assert len(made.changed) == 5
        assert made.known_from == 15
        back = listen(made, "lot:3", after=10)
        await back.hears(b"beat")
        assert prices(back) == ["3 元"]

    live(lots, story)
