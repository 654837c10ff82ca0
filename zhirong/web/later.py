"""An answer that waits for a commit without holding a page thread."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from django.http import HttpResponse
from django.utils import translation


class Later(HttpResponse):
    """Returned by a page that handed its deed to a queue (the trading floor); made by `pages.later`.

    The bridge frees the thread, waits for `waits_for`, then calls `written()` on a page thread. Cookies and
    protections that the middleware put on this half go out with the other. Outside the bridge (Django's test client)
    the middleware of zhirong.web.views waits on the spot.
    """

    def __init__(self, waits_for: Future[Any], make_answer: Callable[[Future[Any]], HttpResponse]) -> None:
        super().__init__()
        self.waits_for = waits_for
        self.make_answer = make_answer
        self.language = translation.get_language()

    def written(self) -> HttpResponse:
        """The final answer in the language of the first half; waits for the commit where nobody has waited yet."""
        self.waits_for.exception()
        with translation.override(self.language):
            return self.make_answer(self.waits_for)
