"""What every page has: the Jinja environment, the frame's facts, forms that keep what was typed, who is signed in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from functools import cache, wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext_noop
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from zhirong.base import citations
from zhirong.base import refused as refusals
from zhirong.base.refused import Refused
from zhirong.papers import charts
from zhirong.people import access
from zhirong.people.models import Person
from zhirong.people.rules import Standing
from zhirong.record import actions as record
from zhirong.record import notices
from zhirong.web import filters, views
from zhirong.web.exchange import astray_words, custody
from zhirong.web.later import Later

STATIC = Path(__file__).parent / "static"
# The seven words of the band. One whose page is not built is left out.
MENU = [
    ("market", gettext_noop("Market")),
    ("rights", gettext_noop("Rights")),
    ("value", gettext_noop("Value")),
    ("finance", gettext_noop("Finance")),
    ("policy", gettext_noop("Policy")),
    ("parks", gettext_noop("Parks")),
    ("data", gettext_noop("Data")),
]
OFFICE = ("office", gettext_noop("Office"))
FOOT = [
    ("about", gettext_noop("About the centre")),
    ("rules", gettext_noop("Trading rules")),
    ("fees", gettext_noop("Fees")),
    ("verify", gettext_noop("Verify a record")),
    ("api-guide", gettext_noop("Open interface")),
    ("site-map", gettext_noop("Site map")),
    ("accessibility", gettext_noop("Accessibility")),
    ("contact", gettext_noop("Contact and complaints")),
]
P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def environment(**options: Any) -> Environment:
    """Templates escape everything, and a name that a page forgot to give stops it."""
    options.update(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made = Environment(**options, extensions=["jinja2.ext.i18n"])
    made.policies["ext.i18n.trimmed"] = True
    # The call is typed on the extension, which adds it to the environment at run time.
    made.install_gettext_callables(  # type: ignore[attr-defined]
        translation.gettext, translation.ngettext, newstyle=True
    )
    made.filters.update(filters.FILTERS, astray=astray_words.said)
    made.globals.update(url=reverse, static=static, place=place, place_at=place_at, chart=Charts())
    made.globals.update(pay_to=custody.pay_to, evidence_mb=lambda: record.evidence_most_bytes() >> 20)
    return made


class Charts:
    """The drawings of zhirong.papers.charts, marked as safe: they escape their own words."""

    def __getattr__(self, name: str) -> Callable[..., Markup]:
        draw = getattr(charts, name)
        return lambda *values, **options: Markup(draw(*values, **options))


@cache
def static(name: str) -> str:
    """The address of a file of our own, with its content's hash so that browsers may keep it."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"{settings.STATIC_URL}{name}?v={digest}"


@cache
def place(name: str) -> str | None:
    """The address of a page by its name, None while it is not built."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


def place_at(name: str, *of_what: object) -> str | None:
    """The address of a page of one thing, None while such pages are not built."""
    try:
        return reverse(name, args=of_what)
    except NoReverseMatch:
        return None


def person_of(request: HttpRequest) -> Person | None:
    """Who is signed in."""
    user = getattr(request, "user", None)
    return user if isinstance(user, Person) else None


def standing_of(request: HttpRequest) -> Standing | None:
    """Roles and parties of who is signed in, asked once a request; give it to `access.may`."""
    if not hasattr(request, "house_standing"):
        request.house_standing = access.standing_of(person_of(request))  # type: ignore[attr-defined]
    standing: Standing | None = request.house_standing  # type: ignore[attr-defined]
    return standing


def page(request: HttpRequest, template: str, *, status: int = 200, **facts: Any) -> HttpResponse:
    """A page in the frame. Facts the frame reads: `here` (menu word), `crumbs` ([(word, address or None)]).

    A page that has counted the unread notices itself says so as `unread`.
    """
    refused = getattr(request, "house_refused", None)
    answer = render(
        request,
        template,
        {**frame_of(request, unread=facts.get("unread")), **facts},
        status=refusals.status(refused) if refused else status,
    )
    if refused and refused.facts.get("retry_seconds"):
        answer["Retry-After"] = str(refused.facts["retry_seconds"])
    return answer


def frame_of(request: HttpRequest, *, unread: int | None = None) -> dict[str, Any]:
    """What the frame and the parts read."""
    refused, person = getattr(request, "house_refused", None), person_of(request)
    if unread is None:
        unread = notices.unread_count(person.ref) if person else 0
    return {
        "here": "",
        "crumbs": [],
        "person": person,
        "unread": unread,
        "standing": standing_of(request),
        "language": translation.get_language(),
        "view": views.chosen(request, "view"),
        "contrast": views.chosen(request, "contrast"),
        "now": record.now(),
        "is_demo": settings.DEMO,
        "menu": menu_for(standing_of(request)),
        "foot": [(translation.gettext(word), place(name)) for name, word in FOOT if place(name)],
        "path": request.get_full_path(),
        "typed": request.POST if refused else {},
        "refused": told(refused) if refused else None,
        "faults": faults_of(request),
        "passed_over": [told(one) for one in getattr(request, "house_passed_over", ())],
    }


def faults_of(request: HttpRequest) -> dict[str, Mapping[str, Any]]:
    """Every fault of the form that was sent, by the input that it stands beside."""
    refused, more = getattr(request, "house_refused", None), getattr(request, "house_faults", ())
    found = [told(one) for one in ([refused] if refused else []) + list(more)]
    return {one["field"]: one for one in found if one["field"]}


def menu_for(standing: Standing | None) -> list[tuple[str, str, str | None]]:
    """What is built; the office only for the people of the house."""
    words = [*MENU, OFFICE] if access.could(standing, "people.enter_office") else MENU
    return [(name, translation.gettext(word), place(name)) for name, word in words if place(name)]


def fragment(template: str, **facts: Any) -> str:
    """A piece of a page for the live hub, in the language that is active: the template that the page includes too."""
    around: dict[str, Any] = {
        "language": translation.get_language(),
        "path": "/",
        "typed": {},
        "refused": None,
        "faults": {},
        "now": record.now(),
    }
    return render_to_string(template, {**around, **facts})


def told(refused: Refused) -> Mapping[str, Any]:
    """A refusal as pages show it. `field` names the input that it stands beside, where the deed said so."""
    return {
        "code": refused.code,
        "sentence": refusals.sentence(refused, translation.get_language() or "zh-hans"),
        "rule": citations.rule(refusals.rule(refused), translation.get_language() or "zh-hans"),
        "field": refused.facts.get("field", ""),
    }


def form_with(fields: Mapping[str, str]) -> Callable[[View[P]], View[P]]:
    """As `form`; a refusal of these codes stands beside the input named with it."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def kept(request: HttpRequest, /, *args: P.args, **options: P.kwargs) -> HttpResponse:
            try:
                return view(request, *args, **options)
            except Refused as refused:
                if request.method != "POST":
                    raise
                beside = {"field": fields[refused.code]} if refused.code in fields else {}
                refused.facts.update(beside)
                request.house_refused = refused  # type: ignore[attr-defined]
                request.method = "GET"
                return view(request, *args, **options)

        return kept

    return decorate


def form(view: View[P]) -> View[P]:
    """A page with a form: a refused POST shows the form again, the refusal beside it and everything typed kept."""
    return form_with({})(view)


def does(*verbs: str) -> Callable[[View[P]], View[P]]:
    """A form for those whose roles fit one of these verbs, as the interface asks at its door; all may read the page."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def asked(request: HttpRequest, /, *args: P.args, **options: P.kwargs) -> HttpResponse:
            standing = standing_of(request)
            if request.method == "POST" and not any(access.could(standing, one) for one in verbs):
                access.require(standing, verbs[0])
            return view(request, *args, **options)

        return asked

    return decorate


def signed_in(view: View[P]) -> View[P]:
    """A page for people with a log-in; others are asked to sign in and brought back."""

    @wraps(view)
    def known(request: HttpRequest, /, *args: P.args, **options: P.kwargs) -> HttpResponse:
        if person_of(request) is None:
            back = request.get_full_path() if request.method == "GET" else "/"
            return HttpResponseRedirect(f"{reverse('sign-in')}?{urlencode({'next': back})}")
        return view(request, *args, **options)

    return known


def safe_back(address: str, default: str = "/") -> str:
    """An address of this house to go back to; anything else is the default."""
    is_ours = address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return address if is_ours else default


def later(request: HttpRequest, waits_for: Future[Any], write: Callable[[Future[Any]], HttpResponse]) -> HttpResponse:
    """Answer when the future is done, holding no thread meanwhile. `write` asks `future.result()`.

    A refusal that it raises becomes the page, or for /api/ the problem details, that any refusal becomes.
    """

    def written(done: Future[Any]) -> HttpResponse:
        try:
            return write(done)
        except Refused as refused:
            return refusal(request, refused)

    return Later(waits_for, written)


def refusal(request: HttpRequest, refused: Refused) -> HttpResponse:
    """A refusal that no form caught: a page of its own, with the way back and what was typed."""
    request.house_refused = refused  # type: ignore[attr-defined]
    secret = ("csrfmiddlewaretoken", "password", "key")
    typed = [(name, values) for name, values in request.POST.lists() if not any(word in name for word in secret)]
    back = request.META.get("HTTP_REFERER", "")
    here = f"{request.scheme}://{request.get_host()}"
    return page(
        request,
        "refusal.html",
        back=back.removeprefix(here) if back.startswith(here + "/") else "/",
        kept=typed,
    )
