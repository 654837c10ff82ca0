"""What an address asks of a list, read once and alike everywhere: what cannot be followed is passed over aloud.

The list stays and a sentence above it says what was left out; a file, which could not say so, is refused (PAGES 3).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date

from django.http import HttpRequest

from zhirong.base.refused import Refused

MOST_SHOWN = 40


def passed_over(request: HttpRequest, refused: Refused) -> None:
    """The page says that this was not followed."""
    if request.GET.get("form") or request.GET.get("as"):
        raise refused
    told: list[Refused] = getattr(request, "house_passed_over", [])
    if (refused.code, refused.facts) not in [(one.code, one.facts) for one in told]:
        request.house_passed_over = [*told, refused]  # type: ignore[attr-defined]


def refuse_passed_over(request: HttpRequest) -> None:
    """For a file at an address of its own: it is not given for half of what was asked."""
    for refused in getattr(request, "house_passed_over", ()):
        raise refused


def page(request: HttpRequest, last: int | Callable[[], int], *, name: str = "page") -> int:
    """The page asked for; beyond the end it is the last, and the page says so. `last` is asked only where needed."""
    given = request.GET.get(name, "").strip()
    if not given:
        return 1
    if not (given.isascii() and given.isdecimal() and int(given[:18])):
        passed_over(request, Refused("web.no_such_page", given=given[:MOST_SHOWN], shown=1))
        return 1
    wanted = int(given[:18])
    if wanted == 1:
        return 1
    most = last() if callable(last) else last
    if wanted > most:
        passed_over(request, Refused("web.no_such_page", given=given[:MOST_SHOWN], shown=most))
    return min(wanted, most)


def choice(request: HttpRequest, name: str, known: Collection[str], *, default: str = "") -> str:
    """One of the values that the list can be narrowed to; another narrows nothing."""
    given = request.GET.get(name, "").strip()
    if not given or given in known:
        return given or default
    passed_over(request, not_filtered(name, given))
    return default


def order(request: HttpRequest, known: Collection[str], *, default: str, name: str = "order") -> str:
    """One of the list's orders, from behind with a minus; another is the list's own."""
    given = request.GET.get(name, "").strip()
    if not given or given.removeprefix("-") in known or given == default:
        return given or default
    known_orders = Refused("web.not_ordered", given=given[:MOST_SHOWN], known=sorted(known))
    passed_over(request, known_orders if known else not_filtered(name, given))
    return default


def day(request: HttpRequest, name: str, *, default: date | None = None) -> date | None:
    """A day to narrow by; what is none narrows nothing."""
    given = request.GET.get(name, "").strip()
    try:
        return date.fromisoformat(given) if given else default
    except ValueError:
        passed_over(request, not_filtered(name, given))
        return default


def only(request: HttpRequest, known: Collection[str]) -> None:
    """A page that is no list: what its address asks besides these is passed over aloud."""
    for name in request.GET:
        if name not in known:
            passed_over(request, not_taken(request, name, known))


def not_taken(request: HttpRequest, name: str, known: Collection[str]) -> Refused:
    """A field that the page does not have, or a value that the field does not have."""
    given = str(request.GET.get(name, "")).strip()
    return Refused("web.not_taken", name=name[:MOST_SHOWN], given=given[:MOST_SHOWN], known=sorted(known))


def not_filtered(name: str, given: str) -> Refused:
    """A value of a filter that the list does not have."""
    return Refused("web.not_filtered", name=name[:MOST_SHOWN], given=given[:MOST_SHOWN])
