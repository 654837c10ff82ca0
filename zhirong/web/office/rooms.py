"""What every room of the office shares: its door, deeds by name, what a form brought, the row of rooms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from zhirong.base.refused import Refused
from zhirong.base.shown import BEIJING
from zhirong.exchange import gates
from zhirong.exchange.actions import watched
from zhirong.exchange.engine import amounts
from zhirong.exchange.models import Listing
from zhirong.people import access
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.record.models import File
from zhirong.web import filters, pages, uploads
from zhirong.web.office import done
from zhirong.web.pages import P, View

Deeds = Mapping[str, Callable[[], object]]


def room(verb: str, *, does: tuple[str, ...] = (), only_demo: bool = False) -> Callable[[View[P]], View[P]]:
    """A page for those with this verb; its form is for those whose roles fit one of the verbs that it does."""

    def door(view: View[P]) -> View[P]:
        @wraps(view)
        def inside(request: HttpRequest, /, *args: P.args, **options: P.kwargs) -> HttpResponse:
            standing = pages.standing_of(request)
            access.require(standing, verb)
            if only_demo and not settings.DEMO:
                raise Http404
            return pages.does(*does)(view)(request, *args, **options)

        return require_http_methods(["GET", "POST"] if does else ["GET"])(pages.signed_in(pages.form(inside)))

    return door


def who(request: HttpRequest) -> Person:
    """Who is signed in; the door has asked already."""
    person = pages.person_of(request)
    assert person is not None, "this page asks for a log-in first"
    return person


def do(request: HttpRequest, deeds: Deeds, *, then: str = "") -> HttpResponse:
    """The deed whose button was pressed, then the page again (or another), so that a reload repeats nothing."""
    name = request.POST.get("deed", "")
    if name not in deeds:
        raise Refused("web.no_such_deed", deed=name[:40])
    deeds[name]()
    return done.tell(request, HttpResponseRedirect(then or request.get_full_path()), name)


def day_of(request: HttpRequest, name: str) -> date:
    """A day that a form brought."""
    return day_in(request.POST.get(name, "").strip(), field=name)


def day_in(given: str, *, field: str) -> date:
    """A day as it was typed."""
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise Refused("web.not_a_day", field=field, given=given[:40]) from None


def instant_of(request: HttpRequest, name: str) -> datetime:
    """An instant of Beijing that a form brought, as `datetime-local` writes it."""
    given = request.POST.get(name, "").strip()
    try:
        return datetime.fromisoformat(given).replace(tzinfo=BEIJING)
    except ValueError:
        raise Refused("web.not_a_day", field=name, given=given[:40]) from None


def number_of(request: HttpRequest, name: str) -> int:
    """A whole number that a form brought."""
    given = request.POST.get(name, "").strip()
    if not given.isdecimal() or len(given) > 12:
        raise Refused("web.not_a_number", field=name, given=given[:40])
    return int(given)


def fen_of(request: HttpRequest, name: str) -> int:
    """An amount in yuan that a form brought, in fen."""
    try:
        return amounts.fen_of_yuan(request.POST.get(name, ""))
    except Refused as refused:
        raise Refused(refused.code, field=name, **refused.facts) from refused


def upload_of(request: HttpRequest, name: str) -> tuple[str, bytes]:
    """Name and content of a file that a form brought."""
    found = request.FILES.get(name)
    if not isinstance(found, UploadedFile):
        raise Refused("web.file_missing", field=name)
    return str(found.name), uploads.content(found)


def kept_file(request: HttpRequest, name: str) -> File | None:
    """A file that a form brought, kept on the record; none where none was chosen."""
    if name not in request.FILES:
        return None
    title, content = upload_of(request, name)
    return record.keep_file(who(request), title, content)


def floor_word(state: str) -> str:
    """How the floor is."""
    words = {
        "running": gettext("runs"),
        "stopped": gettext("stopped by request"),
        "fallen": gettext("fallen over a failure"),
        "absent": gettext("not in this process"),
    }
    return words.get(state, state)


def link(name: str, *args: Any) -> str:
    """The address of a page, empty while it is not built."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def crumbs(word: str, *, above: tuple[str, str] | None = None) -> list[tuple[str, str | None]]:
    """The way here from the office's first page."""
    way: list[tuple[str, str | None]] = [(gettext("Office"), reverse("office"))]
    if above:
        way.append(above)
    return [*way, (word, None)]


def rooms(request: HttpRequest, here: str) -> list[tuple[str, str, bool]]:
    """The rooms that this person may enter, for the row of tabs."""
    standing = pages.standing_of(request)
    all_rooms = [
        ("office", gettext("What waits"), "people.enter_office"),
        ("office-floor", gettext("Floor"), "exchange.see_office"),
        ("office-deals", gettext("Settlement"), "exchange.see_office"),
        ("bank", gettext("Bank"), "ledger.see_books"),
        ("office-questions", gettext("Questions"), "exchange.see_office"),
        ("office-transfers", gettext("Transfers of title"), "people.see_cases"),
        ("office-index-lists", gettext("Index of value"), "valuation.see_index"),
        ("office-applications", gettext("Applications"), "policy.see_applications"),
        ("office-measures", gettext("Measures"), "policy.see_drafts"),
        ("office-enterprises", gettext("Enterprises"), "enterprises.see_enterprises"),
        ("office-people", gettext("People"), "people.see_people"),
        ("audit", gettext("Audit record"), "people.read_record"),
        ("office-house", gettext("Running"), "people.see_house"),
    ]
    if settings.DEMO:
        all_rooms.append(("clock", gettext("Clock"), "exchange.move_clock"))
    return [(word, reverse(name), name == here) for name, word, verb in all_rooms if access.could(standing, verb)]


def show(request: HttpRequest, template: str, *, here: str, title: str, **facts: Any) -> HttpResponse:
    """A page of the office: its row of rooms, its crumbs, its title."""
    way = facts.pop("way", None)
    trail = [(gettext("Office"), None)] if here == "office" and title == "" else crumbs(title, above=way)
    told: dict[str, Any] = {"crumbs": trail, "rooms": rooms(request, here), "title": title, "done": done.word(request)}
    return done.once(request, pages.page(request, f"office/{template}", here="office", **told, **facts))


def rights_of(listing: Listing) -> list[tuple[str, str]]:
    """Where the burdens of its rights are entered and lifted, as (number, address)."""
    found = listing.items.order_by("position").values_list("right__number", "right_id")
    return [(number, reverse("office-right", args=[pk])) for number, pk in found]


def held_by(listing: Listing) -> list[str]:
    """What of the register closed the gate when it was last looked at, each ground with its rule (B9, E28)."""
    gate = watched.last(listing)
    return [told["zh" if filters.is_chinese() else "en"] for told in gates.blocking(gate)] if gate else []
