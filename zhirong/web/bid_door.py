"""The thin door to the floor, beside the live hub: a bid over HTTP that meets neither Django's pages nor their threads.

Who may bid on a lot is decided by the ordinary rules once, on a thread, and kept for a few seconds for this session and
lot. After that a bid is a cookie looked up, an order in the floor's queue and an answer after its commit.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any, Final
from urllib.parse import parse_qsl

from django.conf import settings
from django.contrib import auth
from django.db import connections
from django.http import HttpRequest

from zhirong.base.refused import Refused, catalogue
from zhirong.exchange import floor_doors
from zhirong.exchange.actions import bidding
from zhirong.exchange.models import Lot
from zhirong.people import access
from zhirong.people.models import Person
from zhirong.web import bridge

ADDRESS: Final = re.compile(r"/live/bid/([0-9]{1,18})")
BODY_LIMIT: Final = 4096
# After the first span a right is asked for again while the bid goes on; after the second no bid goes before the answer.
# So a log-out or a withdrawn power counts here within half a minute; a ban on the lot is the floor's, at once.
FRESH_NS: Final = 5 * 10**9
KEPT_NS: Final = 30 * 10**9
KEPT_RIGHTS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Right:
    """That this session may bid on this lot, under which code, for whom."""

    code: str
    who_ref: str
    since_ns: int


class BidDoor:
    """POST /live/bid/12 with `price_fen` and `key` as a form; the CSRF cookie comes again as the header x-csrftoken."""

    def __init__(self) -> None:
        self.rights: dict[tuple[str, int], Right] = {}
        self.asking: dict[tuple[str, int], asyncio.Task[Right]] = {}

    async def __call__(self, scope: bridge.Scope, receive: bridge.Receive, send: bridge.Send) -> None:
        found = ADDRESS.fullmatch(scope["path"])
        if scope["method"] != "POST" or not found:
            await say(send, 404, {"code": "lot.unknown", "facts": {}})
            return
        try:
            form = await read_form(receive)
            reply = await self.bid(int(found[1]), dict(scope["headers"]), form)
        except Refused as refused:
            reply = {"code": refused.code, "facts": refused.facts}
        status = int(catalogue()[reply["code"]]["status"]) if reply["code"] else 200
        await say(send, status, reply)

    async def bid(self, lot_id: int, headers: Mapping[bytes, bytes], form: Mapping[str, str]) -> dict[str, Any]:
        """Check the form's origin and the right, hand the bid over and wait for its commit."""
        cookies = cookies_of(headers)
        must_be_own(headers, cookies)
        right = await self.right(cookies.get(settings.SESSION_COOKIE_NAME, ""), lot_id)
        text, key = form.get("price_fen", ""), form.get("key", "")
        if not (text.isascii() and text.isdecimal() and len(text) <= 18):
            raise Refused("bid.not_an_amount", given=text[:40])
        reply = await floor_doors.bid_async(lot_id, right.code, int(text), key=key, who_ref=right.who_ref)
        return {"code": reply.code, "facts": dict(reply.facts)}

    async def right(self, session: str, lot_id: int) -> Right:
        """The right that is kept, or the one that the rules give now."""
        kept, place = self.rights.get((session, lot_id)), (session, lot_id)
        age = time.monotonic_ns() - kept.since_ns if kept else KEPT_NS
        if age >= FRESH_NS and place not in self.asking:
            self.asking[place] = asyncio.ensure_future(self.ask(session, lot_id))
        if kept is None or age >= KEPT_NS:
            return await asyncio.shield(self.asking[place])
        return kept

    async def ask(self, session: str, lot_id: int) -> Right:
        """Ask the rules on a thread; a right that is no longer given is forgotten at once."""
        try:
            right = await asyncio.to_thread(right_of, session, lot_id)
        except Refused:
            self.rights.pop((session, lot_id), None)
            raise
        finally:
            self.asking.pop((session, lot_id), None)
        if len(self.rights) >= KEPT_RIGHTS:
            self.rights.clear()
        self.rights[session, lot_id] = right
        return right


def right_of(session: str, lot_id: int) -> Right:
    """Who this session is and under which code it bids on this lot, by the rules that the pages ask as well."""
    try:
        request = HttpRequest()
        request.session = import_module(settings.SESSION_ENGINE).SessionStore(session)
        person = auth.get_user(request)
        lot = Lot.objects.filter(pk=lot_id).first()
        intent = bidding.bidder_of(person, lot) if isinstance(person, Person) and lot else None
        if intent is None or not isinstance(person, Person):
            raise Refused("bid.not_admitted", bidder="")
        access.require(person, "exchange.bid", intent)
        return Right(intent.code, person.ref, time.monotonic_ns())
    finally:
        connections.close_all()


def cookies_of(headers: Mapping[bytes, bytes]) -> dict[str, str]:
    """The cookies by name; none where they cannot be read."""
    jar = SimpleCookie()
    try:
        jar.load(headers.get(b"cookie", b"").decode("latin-1"))
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in jar.items()}


def must_be_own(headers: Mapping[bytes, bytes], cookies: Mapping[str, str]) -> None:
    """Only our own pages can read the CSRF cookie and send it again as a header; another site's origin is refused."""
    wanted = cookies.get(settings.CSRF_COOKIE_NAME, "")
    given = headers.get(b"x-csrftoken", b"").decode("latin-1")
    origin, host = headers.get(b"origin", b"").decode("latin-1"), headers.get(b"host", b"").decode("latin-1")
    is_ours = not origin or origin.partition("://")[2] == host
    if not wanted or not is_ours or not compare_digest(wanted.encode(), given.encode()):
        raise Refused("web.not_our_page")


async def read_form(receive: bridge.Receive) -> dict[str, str]:
    """The fields of a small form."""
    body, is_more = b"", True
    while is_more and len(body) <= BODY_LIMIT:
        message = await receive()
        body += message.get("body", b"")
        is_more = bool(message.get("more_body"))
    if len(body) > BODY_LIMIT:
        raise Refused("bid.not_an_amount", given="")
    return dict(parse_qsl(body.decode("utf-8", "replace")))


async def say(send: bridge.Send, status: int, reply: Mapping[str, Any]) -> None:
    """The reply as JSON. Instants in nanoseconds go as text: a browser's numbers end at 2**53."""
    facts = {name: str(fact) if name.endswith("_ns") else fact for name, fact in reply["facts"].items()}
    body = json.dumps({"code": reply["code"], "facts": facts}, ensure_ascii=False).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send(
        {"type": "http.response.start", "status": status, "headers": [*headers, (b"cache-control", b"no-store")]}
    )
    await send({"type": "http.response.body", "body": body})
