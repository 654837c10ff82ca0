"""The pages about the house itself."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from zhirong.web import pages
from zhirong.web.measures import public


def site_map(request: HttpRequest) -> HttpResponse:
    """Every page that one can go to without knowing a number."""
    way = [(gettext("Site map"), None)]
    doors = public.doors(pages.standing_of(request))
    return pages.page(request, "portal/site_map.html", crumbs=way, policy=doors)


def accessibility(request: HttpRequest) -> HttpResponse:
    """What the pages do for people who see, hear or move differently, and what has not been tried (GB/T 37668)."""
    return pages.page(request, "portal/accessibility.html", crumbs=[(gettext("Accessibility"), None)])


def api_guide(request: HttpRequest) -> HttpResponse:
    """How a program does the same deeds."""
    return pages.page(request, "portal/api_guide.html", crumbs=[(gettext("Open interface"), None)])
