"""A browser and an asynchronous server in a few lines, to ask an ASGI application without a socket."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from zhirong.web.bridge import Asgi, Message, Scope

Headers = Sequence[tuple[bytes, bytes]]


def a_scope(path: str = "/", *, method: str = "GET", headers: Headers = (), query: bytes = b"") -> Scope:
    return {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "query_string": query,
        "headers": list(headers),
        "client": ("127.0.0.1", 5000),
        "server": ("testserver", 80),
    }


@dataclass
class Browser:
    """Sends its body in pieces, keeps what it hears, hangs up when told."""

    pieces: Sequence[bytes] = (b"",)
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    is_done: bool = False
    takes_nothing: asyncio.Event | None = None
    news: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._waiting = list(self.pieces)

    async def receive(self) -> Message:
        if self._waiting:
            piece = self._waiting.pop(0)
            return {"type": "http.request", "body": piece, "more_body": bool(self._waiting)}
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        await asyncio.sleep(0)  # others have their turn between two pieces, as on a socket
        if self.takes_nothing is not None:
            await self.takes_nothing.wait()
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            self.body += message.get("body", b"")
            self.is_done = not message.get("more_body", False)
        self.news.set()

    async def ask(self, application: Asgi, scope: Scope) -> Browser:
        await application(scope, self.receive, self.send)
        return self

    async def hears(self, words: bytes, *, within_seconds: float = 60) -> None:
        """Wait until these words have arrived."""
        async with asyncio.timeout(within_seconds):
            while words not in self.body:
                self.news.clear()
                if words not in self.body:
                    await self.news.wait()
