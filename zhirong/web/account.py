"""Log-in and one's own account."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from zhirong.web import pages


def sign_in(request: HttpRequest) -> HttpResponse:
    """Placeholder until the people's verbs are there."""
    return pages.page(request, "people/sign_in.html")
