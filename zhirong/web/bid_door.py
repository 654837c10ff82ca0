"""The thin door to the floor, beside the live hub: a bid over HTTP that meets neither Django's pages nor their threads.

A bid is a cookie, a look at the rows on which the right to bid rests (`bid_rights`), an order in the floor's queue and
an answer after its commit.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from hmac import compare_digest
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final
from urllib.parse import parse_qsl

from django.conf import settings

from zhirong.base import money
from zhirong.base.refused import Refused, catalogue
from zhirong.exchange import floor_doors
from zhirong.exchange.engine.shape import Reply
from zhirong.web import bridge
from zhirong.web.bid_rights import Right, Rights

BODY_LIMIT: Final = 4096


class BidDoor:
    """POST /live/bid/12 with `price_fen` and `key` as a form; the CSRF cookie comes again as the header x-csrftoken.

    The room's own form may be sent as it stands: `own` or `amount` in yuan, read as its page reads them.
    """

    address = re.compile(r"/live/bid/([0-9]{1,18})")

    def __init__(self) -> None:
        self.rights = Rights()

    async def __call__(self, scope: bridge.Scope, receive: bridge.Receive, send: bridge.Send) -> None:
        found = self.address.fullmatch(scope["path"])
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
        right = await self.rights.of(cookies.get(settings.SESSION_COOKIE_NAME, ""), lot_id)
        reply = await self.hand_over(lot_id, right, asked_fen(form), key=form.get("key", ""))
        return {"code": reply.code, "facts": dict(reply.facts)}

    async def hand_over(self, lot_id: int, right: Right, price_fen: int, *, key: str) -> Reply:
        """To the floor; the answer comes after the commit."""
        return await floor_doors.bid_async(lot_id, right.code, price_fen, key=key, who_ref=right.who_ref)


def asked_fen(form: Mapping[str, str]) -> int:
    """The amount in fen as a program says it, or in yuan as the room's form does; what cannot be read is refused."""
    if "price_fen" not in form:
        return typed_fen(form)
    text = form["price_fen"]
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise Refused("bid.not_an_amount", given=text[:40])
    return int(text)


def typed_fen(form: Mapping[str, str]) -> int:
    """The amount typed or else chosen in the room; what cannot be read is refused as the floor would."""
    text = form.get("own", "").strip() or form.get("amount", "")
    try:
        return money.read_yuan(text)
    except Refused as unread:
        raise Refused("bid.not_an_amount", given=text[:40]) from unread


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
