"""The bridge: the asynchronous server outside, Django's synchronous pages inside, on a few named threads.

A page that must wait for a commit (a bid) answers with `Later` and gives its thread back while it waits.
Address prefixes such as /live/ are handed to asynchronous applications of their own. A large answer is spooled to a
temporary file, so that a slow browser holds neither a thread nor memory.
"""

from __future__ import annotations

import asyncio
import tempfile
import threading
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO, Any, Protocol

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]
Environ = dict[str, Any]
Headers = list[tuple[str, str]]

THREADS = 4
OPEN_LIMIT = 256
MEMORY_LIMIT = 1024 * 1024
BODY_LIMIT = 20 * 1024 * 1024
UPLOAD_LIMIT = 200 * 1024 * 1024
# Where anyone may send a file without a log-in: no more than the file and its form.
SMALL_UPLOADS = {"/verify": BODY_LIMIT + MEMORY_LIMIT}
CHUNK = 64 * 1024
STALL_SECONDS = 20


class Wsgi(Protocol):
    def __call__(self, environ: Environ, start_response: Callable[..., Any], /) -> Iterable[bytes]: ...


class Later(Protocol):
    """A page's answer that waits for a commit: zhirong.web.later for pages, zhirong.api.later for the interface."""

    waits_for: Future[Any]

    def written(self) -> Any: ...
    def close(self) -> None: ...


class Gone(Exception):
    """The browser went away, or took or gave nothing for too long, before its request was done."""


class TooLarge(Exception):
    """The body is larger than the house takes."""


@dataclass
class Answer:
    """What a page said, its body spooled; `later` stands where a deed still waits for its commit."""

    status: int = 500
    headers: Headers = field(default_factory=list)
    body: IO[bytes] | bytes = b""
    later: Later | None = None

    def start(self, status: str, headers: Headers, _problem: object = None) -> None:
        """WSGI's start_response (PEP 3333)."""
        self.status, self.headers = int(status.split(" ", 1)[0]), headers


class Bridge:
    """One ASGI application out of Django's WSGI one and the asynchronous ones beside it."""

    def __init__(self, pages: Wsgi, *, beside: Mapping[str, Asgi] | None = None, threads: int = THREADS) -> None:
        self.pages = pages
        self.beside = dict(beside or {})
        self.threads = threads
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="page")
        self.open = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        for prefix, application in self.beside.items():
            if scope["path"].startswith(prefix):
                await application(scope, receive, send)
                return
        if self.open >= OPEN_LIMIT:
            await plain(send, 503, b"The house is full. Try again in three seconds.", (b"retry-after", b"3"))
            return
        self.open += 1
        try:
            await self.serve(scope, receive, send)
        except Gone:
            pass
        except TooLarge:
            await plain(send, 413, b"The body is larger than the house takes.", (b"connection", b"close"))
        finally:
            self.open -= 1

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request from its body to the last byte of its answer."""
        with await read_body(scope, receive) as body:
            environ = environ_of(scope, body)
            answer = await self.on_thread(lambda: ask(self.pages, environ), receive)
            if answer.later is not None:
                await asyncio.wait({asyncio.wrap_future(answer.later.waits_for)})
                answer = await self.on_thread(lambda: finish(answer), receive)
            await deliver(answer, send)

    async def on_thread(self, call: Callable[[], Answer], receive: Receive) -> Answer:
        """Run on a page thread. A request whose browser left while it stood in line is not begun."""
        future = asyncio.get_running_loop().run_in_executor(self.pool, call)
        if self.open <= self.threads:
            return await future
        leaving: asyncio.Future[Any] = asyncio.ensure_future(until_gone(receive))
        try:
            await asyncio.wait([future, leaving], return_when=asyncio.FIRST_COMPLETED)
            if not future.done() and future.cancel():
                raise Gone
            return await future
        finally:
            leaving.cancel()

    def end(self, on_each_thread: Callable[[], None] = lambda: None) -> None:
        """Begin nothing more; what runs may finish. Each thread then does its last: it closes what it holds open."""
        meeting = threading.Barrier(self.threads)

        def last() -> None:
            on_each_thread()
            with suppress(threading.BrokenBarrierError):
                meeting.wait(1)  # so that no thread does it twice and another not at all

        lasts = [self.pool.submit(last) for _ in range(self.threads)]
        wait(lasts, timeout=2)
        self.pool.shutdown(wait=False, cancel_futures=True)


def ask(pages: Wsgi, environ: Environ) -> Answer:
    """On a page thread: the page's whole answer, small in memory, large in a temporary file."""
    answer = Answer()
    result: Any = pages(environ, answer.start)
    if hasattr(result, "waits_for"):
        result.close()
        answer.later = result
        return answer
    try:
        answer.body = spooled(result)
    finally:
        if close := getattr(result, "close", None):
            close()
    return answer


def spooled(chunks: Iterable[bytes]) -> IO[bytes] | bytes:
    """One chunk as it is; more of them, or much, in a file that leaves memory when it grows."""
    several = iter(chunks)
    first = next(several, b"")
    second = next(several, None)
    if second is None:
        return first
    spool = tempfile.SpooledTemporaryFile(MEMORY_LIMIT)  # noqa: SIM115 - closed by who sends or serves it
    spool.write(first)
    spool.write(second)
    for chunk in several:
        spool.write(chunk)
    spool.seek(0)
    return spool


def finish(first: Answer) -> Answer:
    """On a page thread: the page about a commit, with the cookies and protections its first half was given."""
    assert first.later is not None
    response = first.later.written()
    own = [(name, value) for name, value in response.items() if name.lower() != "content-length"]
    replaced = {name.lower() for name, _ in own} | {"content-length"}
    kept = [(name, value) for name, value in first.headers if name.lower() not in replaced]
    cookies = [("Set-Cookie", morsel.OutputString()) for morsel in response.cookies.values()]
    body = b"".join(response)
    response.close()
    return Answer(response.status_code, [*kept, *own, *cookies, ("Content-Length", str(len(body)))], body)


async def deliver(answer: Answer, send: Send) -> None:
    """Send at the browser's pace."""
    headers = [(name.lower().encode("latin-1"), value.strip().encode("latin-1")) for name, value in answer.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if isinstance(answer.body, bytes):
        await send({"type": "http.response.body", "body": answer.body})
        return
    with answer.body as body:
        while chunk := body.read(CHUNK):
            await in_time(send({"type": "http.response.body", "body": chunk, "more_body": True}))
    await send({"type": "http.response.body", "body": b""})


async def plain(send: Send, status: int, text: bytes, *headers: tuple[bytes, bytes]) -> None:
    """An answer before any page was asked."""
    all_headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(text)), *headers]
    await send({"type": "http.response.start", "status": status, "headers": all_headers})
    await send({"type": "http.response.body", "body": text})


async def in_time(waiting: Awaitable[Any]) -> Any:
    try:
        async with asyncio.timeout(STALL_SECONDS):
            return await waiting
    except TimeoutError:
        raise Gone from None


async def until_gone(receive: Receive) -> None:
    """Return when the browser has hung up; the body has been read, so nothing else is said."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def read_body(scope: Scope, receive: Receive) -> IO[bytes]:
    """The body, bounded: files may be larger than forms, and leave memory for a temporary file."""
    headers = dict(scope["headers"])
    is_upload = headers.get(b"content-type", b"").startswith(b"multipart/form-data")
    limit = SMALL_UPLOADS.get(scope["path"], UPLOAD_LIMIT) if is_upload else BODY_LIMIT
    if int(headers.get(b"content-length", b"0")) > limit:
        raise TooLarge
    body = tempfile.SpooledTemporaryFile(MEMORY_LIMIT)  # noqa: SIM115 - closed by who sends or serves it
    size, more = 0, True
    while more:
        message = await in_time(receive())
        if message["type"] == "http.disconnect":
            body.close()
            raise Gone
        size += len(message.get("body", b""))
        if size > limit:
            body.close()
            raise TooLarge
        body.write(message.get("body", b""))
        more = message.get("more_body", False)
    body.seek(0)
    return body


def environ_of(scope: Scope, body: IO[bytes]) -> Environ:
    """PEP 3333's environment. Names with an underscore are dropped: they could pose as a header with a dash."""
    client, server = scope.get("client") or ("", 0), scope.get("server") or ("localhost", 80)
    environ: Environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode().decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "REMOTE_ADDR": client[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": body,
        "wsgi.errors": None,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "zhirong.bridge": True,
    }
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        if "_" in name:
            continue
        plain_name = name.upper().replace("-", "_")
        key = plain_name if plain_name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{plain_name}"
        joint = "; " if key == "HTTP_COOKIE" else ","
        environ[key] = f"{environ[key]}{joint}{value}" if key in environ else value
    if "CONTENT_LENGTH" not in environ and b"transfer-encoding" in dict(scope["headers"]):
        body.seek(0, 2)
        environ["CONTENT_LENGTH"] = str(body.tell())
        body.seek(0)
    return environ
