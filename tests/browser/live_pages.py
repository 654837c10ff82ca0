"""A little bidding room for the tests of the frame: every part in one page, with a price that the test sets."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from zhirong import urls
from zhirong.base.refused import Refused
from zhirong.record import actions as record
from zhirong.record import feed
from zhirong.web import pages

HERE = Path(__file__).parent
WORDS = {"five_minutes": "5 minutes", "one_minute": "1 minute", "ten_seconds": "10 seconds", "extended": "until {at}"}
state: dict[str, int] = {}
commits = ThreadPoolExecutor(1)


def open_room(*, price_fen: int = 128_000_000, closes_in_ms: int = 222_000) -> None:
    state.update(price_fen=price_fen, closes_ms=record.now_ns() // 1_000_000 + closes_in_ms)


def bid(price_fen: int, *, closes_in_ms: int = 0) -> None:
    """Another bidder's bid, with its event."""
    state["price_fen"] = price_fen
    state["closes_ms"] += closes_in_ms
    with transaction.atomic():
        record.tell("record.probe", "probe:1", who=None, public=True)


def written(name: str, request: HttpRequest | None, **facts: Any) -> str:
    """A template of the tests, in the house's own environment."""
    made = engines["jinja2"].from_string((HERE / name).read_text("utf-8"))
    return made.render(facts, request)


def board(language: str) -> str:
    left_ms = state["closes_ms"] - record.now_ns() // 1_000_000
    clock = {"closes_ms": state["closes_ms"], "left_ms": left_ms, "span_ms": 300_000, "permille": 740}
    facts = {"language": language, "path": "/", "typed": {}, "refused": None}
    return written("live_board.html", None, price_fen=state["price_fen"], clock=clock, **facts)


def room(request: HttpRequest) -> HttpResponse:
    facts = pages.frame_of(request)
    facts.update(words=json.dumps(WORDS), number=feed.last_number())
    facts["board"] = pages.Markup(board(facts["language"]))
    return HttpResponse(written("live_page.html", request, **facts))


def fragments(topic: str, language: str) -> dict[str, str]:
    return {"board": board(language)}


def refused_bid(request: HttpRequest) -> HttpResponse:
    """A bid that the floor, on its own thread, refuses."""

    def judge() -> int:
        raise Refused("web.too_often", limit=3, retry_seconds=60)

    return pages.later(request, commits.submit(judge), lambda done: HttpResponse(str(done.result())))


urlpatterns = [*urls.urlpatterns, path("probe", room), path("probe/bid", refused_bid)]
handler404, handler500 = urls.handler404, urls.handler500
