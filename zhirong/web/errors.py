"""Pages for what could not be done: refusals, unknown addresses, expired forms, faults of the house."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext

from zhirong.base.refused import Refused
from zhirong.web import pages


class Refusals:
    """Middleware: a refusal that no form caught becomes a page, a number that names nothing a 404.

    The interface under /api/ answers by itself.
    """

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.answer(request)

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponse | None:
        if isinstance(problem, ObjectDoesNotExist):
            return not_found(request)
        return pages.refusal(request, problem) if isinstance(problem, Refused) else None


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: nothing stands at this address, or nothing that this person may see."""
    return pages.page(
        request,
        "stop.html",
        status=404,
        title=gettext("Nothing was found here"),
        sentence=gettext("No page stands at this address, or none that you may see. Check it, search, or sign in."),
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403 without a rule of the house: Django's own."""
    return pages.page(
        request,
        "stop.html",
        status=403,
        title=gettext("Not opened"),
        sentence=gettext("This page is not open to you. Sign in with a log-in that may see it."),
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: what arrived could not be read as a request to this house."""
    sentence = gettext("The request could not be read. Go back and send it again.")
    return bare(request, 400, title=gettext("Not read"), sentence=sentence)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's proof of origin was missing or old (CSRF)."""
    return pages.refusal(request, Refused("web.form_expired"))


def fault(request: HttpRequest) -> HttpResponse:
    """500: our fault, written to the house's log. Asks nothing of the database, which may be the fault."""
    sentence = gettext("The house has a fault here and has noted it. What you sent was not carried out.")
    return bare(request, 500, title=gettext("A fault of ours"), sentence=sentence)


def bare(request: HttpRequest, status: int, *, title: str, sentence: str) -> HttpResponse:
    """A page without the frame's facts."""
    facts = {"title": title, "sentence": sentence, "is_demo": settings.DEMO, "path": request.path}
    return HttpResponse(render_to_string("bare.html", facts), status=status)
