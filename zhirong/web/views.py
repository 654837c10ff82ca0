"""How a person wants the house shown: language, elder view, high contrast. Kept in cookies, set by plain links."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme

from zhirong.web.later import Later

Answer = Callable[[HttpRequest], HttpResponseBase]

CHOICES = {"lang": ("zh-hans", "en"), "view": ("plain", "elder"), "contrast": ("plain", "high")}
YEAR_SECONDS = 365 * 24 * 3600
POLICY = "; ".join(
    [
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)


def chosen(request: HttpRequest, name: str) -> str:
    """The view that the browser's cookie asks for, the first where it asks for none or an unknown one."""
    wish = request.COOKIES.get(name, "")
    return wish if wish in CHOICES[name] else CHOICES[name][0]


def choose(request: HttpRequest) -> HttpResponseBase:
    """/view?lang=en&back=/market: keep the choice and go back to where the link stood."""
    back = request.GET.get("back", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None) or not back.startswith("/"):
        back = "/"
    response = HttpResponseRedirect(back)
    for name, values in CHOICES.items():
        if (value := request.GET.get(name)) in values:
            response.set_cookie(name, value, YEAR_SECONDS, secure=request.is_secure(), httponly=True, samesite="Lax")
    return response


def show_as_chosen(answer: Answer) -> Answer:
    """Middleware: the chosen language for this request, and the protections that every answer carries."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        is_known = settings.SESSION_COOKIE_NAME in request.COOKIES
        with translation.override(chosen(request, "lang")):
            response = answer(request)
        if hasattr(response, "waits_for") and "zhirong.bridge" not in request.META:
            response = cast(Later, response).written()
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store" if is_known else "no-cache")
            response.headers.setdefault("Vary", "Cookie")
        return response

    return middleware
