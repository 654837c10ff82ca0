"""How often one place may ask for something costly or guessable: log-in, sign-up, export, questions."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager

from django.http import HttpRequest

from zhirong.base.refused import Refused

# what: (requests, in so many seconds). In memory and for each process: a brake, not a lock; the lock is the
# counted tries of a log-in (people).
LIMITS = {
    "log_in": (20, 60),
    "sign_up": (10, 600),
    "export": (10, 60),
    "upload": (30, 60),
    "search": (120, 60),
    "estimate": (120, 60),
    "consult": (60, 60),
}
PLACES = 10_000
# what: how many at the same time in this process, whoever asks; fewer than the threads that serve pages.
AT_ONCE = {"verify": threading.BoundedSemaphore(2)}
BUSY_SECONDS = 5

_seen: OrderedDict[tuple[str, str], deque[int]] = OrderedDict()
_lock = threading.Lock()


def take(request: HttpRequest, what: str, *, who: str = "") -> None:
    """Count one request of this kind from this address (and log-in), or refuse it for a while."""
    limit, window_seconds = LIMITS[what]
    key = (what, f"{request.META.get('REMOTE_ADDR', '')} {who}")
    with _lock:
        now = time.monotonic_ns() // 10**9
        times = _seen.setdefault(key, deque(maxlen=limit))
        _seen.move_to_end(key)
        if len(_seen) > PLACES:
            _seen.popitem(last=False)
        if len(times) == limit and now - times[0] < window_seconds:
            retry_seconds = times[0] + window_seconds - now
            raise Refused("web.too_often", limit=limit, retry_seconds=retry_seconds)
        times.append(now)


@contextmanager
def one_of(what: str) -> Iterator[None]:
    """One of the few at the same time, for as long as the block lasts; refused at once where all are taken."""
    if not AT_ONCE[what].acquire(blocking=False):
        raise Refused("web.busy", retry_seconds=BUSY_SECONDS)
    try:
        yield
    finally:
        AT_ONCE[what].release()


def forget() -> None:
    """Start counting anew (tests)."""
    with _lock:
        _seen.clear()
