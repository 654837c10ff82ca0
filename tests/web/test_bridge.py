"""The bridge between the asynchronous server and the pages."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from typing import Any

import pytest
from django.http import HttpResponse

from tests.web.given_asgi import Browser, a_scope
from zhirong.base.refused import Refused
from zhirong.web import bridge
from zhirong.web.bridge import Bridge, Environ
from zhirong.web.later import Later


def answering(call: Callable[[Environ], Iterable[bytes]]) -> bridge.Wsgi:
    def pages(environ: Environ, start: Callable[..., Any], /) -> Iterable[bytes]:
        start("200 OK", [("Content-Type", "text/plain")])
        return call(environ)

    return pages


def test_a_page_is_asked_with_what_the_browser_sent() -> None:
    seen: Environ = {}

    def call(environ: Environ) -> list[bytes]:
        seen.update(environ)
        return [environ["wsgi.input"].read()]

    scope = a_scope("/权利", method="POST", query=b"q=1", headers=[(b"content-length", b"10"), (b"x-real", b"a")])
    heard = asyncio.run(Browser(pieces=[b"first", b" last"]).ask(Bridge(answering(call)), scope))
    assert (heard.status, heard.body) == (200, b"first last")
    assert seen["PATH_INFO"].encode("latin-1").decode() == "/权利"
    assert (seen["QUERY_STRING"], seen["HTTP_X_REAL"], seen["CONTENT_LENGTH"]) == ("q=1", "a", "10")
    assert seen["REMOTE_ADDR"] == "127.0.0.1"


def test_a_header_with_an_underscore_cannot_pose_as_one_with_a_dash() -> None:
    seen: Environ = {}
    headers = [(b"x_forwarded_for", b"9.9.9.9")]
    call = answering(lambda environ: (seen.update(environ), [b""])[1])
    asyncio.run(Browser().ask(Bridge(call), a_scope(headers=headers)))
    assert "HTTP_X_FORWARDED_FOR" not in seen


def test_pages_run_on_the_named_threads_only() -> None:
    async def many() -> set[bytes]:
        made = Bridge(answering(lambda _: [threading.current_thread().name.encode()]))
        return {heard.body for heard in await asyncio.gather(*(Browser().ask(made, a_scope()) for _ in range(40)))}

    names = asyncio.run(many())
    assert names <= {b"page_0", b"page_1", b"page_2", b"page_3"}


def test_a_large_answer_arrives_whole_and_leaves_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bridge, "MEMORY_LIMIT", 1000)
    closed: list[bool] = []

    class Export:
        def __iter__(self) -> Any:
            return (bytes([number % 256]) * 700 for number in range(300))

        def close(self) -> None:
            closed.append(True)

    heard = asyncio.run(Browser().ask(Bridge(answering(lambda _: Export())), a_scope()))
    assert len(heard.body) == 210_000
    assert heard.body[-1] == 299 % 256
    assert heard.is_done
    assert closed == [True]


def test_a_browser_that_takes_nothing_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bridge, "STALL_SECONDS", 0.1)

    async def slow() -> Browser:
        made = Bridge(answering(lambda _: (b"x" * 100_000 for _ in range(5))))
        browser = Browser()
        asking = asyncio.create_task(browser.ask(made, a_scope()))
        await browser.hears(b"x")
        browser.takes_nothing = asyncio.Event()
        await asking
        assert made.open == 0
        return browser

    assert not asyncio.run(slow()).is_done


def test_a_form_that_is_too_large_is_refused_before_any_page_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bridge, "BODY_LIMIT", 100)
    asked: list[Environ] = []
    made = Bridge(answering(lambda environ: (asked.append(environ), [b""])[1]))
    told = asyncio.run(Browser().ask(made, a_scope(method="POST", headers=[(b"content-length", b"101")])))
    sent = asyncio.run(Browser(pieces=[b"x" * 60, b"x" * 60]).ask(made, a_scope(method="POST")))
    assert (told.status, sent.status, asked) == (413, 413, [])


def test_a_file_may_be_larger_than_a_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bridge, "BODY_LIMIT", 100)
    monkeypatch.setattr(bridge, "MEMORY_LIMIT", 50)
    made = Bridge(answering(lambda environ: [str(len(environ["wsgi.input"].read())).encode()]))
    headers = [(b"content-type", b"multipart/form-data; boundary=x")]
    heard = asyncio.run(Browser(pieces=[b"x" * 90, b"x" * 90]).ask(made, a_scope(method="POST", headers=headers)))
    assert (heard.status, heard.body) == (200, b"180")


def test_where_anyone_may_send_a_file_it_is_a_small_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(bridge.SMALL_UPLOADS, "/verify", 150)
    made = Bridge(answering(lambda environ: [b""]))
    headers = [(b"content-type", b"multipart/form-data; boundary=x")]
    scope = {**a_scope(method="POST", headers=headers), "path": "/verify"}
    assert asyncio.run(Browser(pieces=[b"x" * 90, b"x" * 90]).ask(made, scope)).status == 413
    assert asyncio.run(Browser(pieces=[b"x" * 90]).ask(made, scope)).status == 200


def test_a_request_whose_browser_left_while_it_stood_in_line_is_not_begun() -> None:
    gate, begun = threading.Event(), []

    def call(environ: Environ) -> list[bytes]:
        begun.append(environ["PATH_INFO"])
        gate.wait(60)
        return [b""]

    async def leave() -> None:
        made = Bridge(answering(call), threads=1)
        first = asyncio.create_task(Browser().ask(made, a_scope("/first")))
        while not begun:
            await asyncio.sleep(0.01)
        leaver = Browser()
        second = asyncio.create_task(leaver.ask(made, a_scope("/second")))
        await asyncio.sleep(0.05)
        leaver.left.set()
        await second
        gate.set()
        await first

    asyncio.run(leave())
    assert begun == ["/first"]


def test_the_house_says_when_it_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bridge, "OPEN_LIMIT", 0)
    heard = asyncio.run(Browser().ask(Bridge(answering(lambda _: [b""])), a_scope()))
    assert (heard.status, heard.headers["retry-after"]) == (503, "3")


def test_an_address_of_its_own_goes_to_its_own_application() -> None:
    async def hall(scope: bridge.Scope, receive: bridge.Receive, send: bridge.Send) -> None:
        await bridge.plain(send, 200, scope["path"].encode())

    made = Bridge(answering(lambda _: [b"a page"]), beside={"/live/": hall})
    assert asyncio.run(Browser().ask(made, a_scope("/live/"))).body == b"/live/"
    assert asyncio.run(Browser().ask(made, a_scope("/livery"))).body == b"a page"


def a_bid(commit: Future[int]) -> Later:
    def write(done: Future[int]) -> HttpResponse:
        try:
            return HttpResponse(f"bid {done.result()}")
        except Refused as refused:
            return HttpResponse(refused.code, status=409)

    return Later(commit, write)


def pages_of(commits: dict[str, Future[int]]) -> bridge.Wsgi:
    def pages(environ: Environ, start: Callable[..., Any], /) -> Iterable[bytes]:
        commit = commits.get(environ["PATH_INFO"])
        start("200 OK", [("X-Frame-Options", "DENY"), ("Set-Cookie", " csrf=1"), ("Content-Length", "0")])
        return a_bid(commit) if commit else [b"a page"]

    return pages


def test_bids_that_wait_for_their_commit_hold_no_page_thread() -> None:
    commits = {f"/bid/{number}": Future[int]() for number in range(50)}

    async def bid() -> list[bytes]:
        made = Bridge(pages_of(commits), threads=1)
        waiting = [asyncio.create_task(Browser().ask(made, a_scope(path))) for path in commits]
        await asyncio.sleep(0.1)
        other = await Browser().ask(made, a_scope("/market"))
        assert other.body == b"a page"
        assert not any(task.done() for task in waiting)
        threading.Thread(target=lambda: [one.set_result(n) for n, one in enumerate(commits.values())]).start()
        return [heard.body for heard in await asyncio.gather(*waiting)]

    assert asyncio.run(bid()) == [b"bid %d" % number for number in range(50)]


def test_the_answer_to_a_bid_keeps_the_cookies_and_protections_of_its_first_half() -> None:
    commit = Future[int]()
    commit.set_exception(Refused("bid.too_low"))
    heard = asyncio.run(Browser().ask(Bridge(pages_of({"/bid": commit})), a_scope("/bid")))
    assert (heard.status, heard.body) == (409, b"bid.too_low")
    assert heard.headers["x-frame-options"] == "DENY"
    assert heard.headers["set-cookie"] == "csrf=1"
    assert heard.headers["content-length"] == "11"
