"""/office/enterprises: the list of enterprises, searched by name or code, by street, park or carrier, by industry."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from zhirong.enterprises import listing, sources
from zhirong.enterprises.models import Place
from zhirong.policy import naming
from zhirong.web import lists, reading
from zhirong.web.enterprises import door
from zhirong.web.office import rooms


@rooms.room("enterprises.see_enterprises")
def enterprises(request: HttpRequest) -> HttpResponse:
    """The list, sorted, paged, taken away."""
    title = gettext("Enterprises")
    places = list(Place.objects.order_by("code"))
    found = narrowed(request, places)
    if file := lists.taken_away(request, "enterprises", title, columns=columns(), found=found.order_by("name", "pk")):
        return file
    return rooms.show(
        request,
        "enterprises.html",
        here="office-enterprises",
        title=title,
        table=lists.table(request, "enterprises", title, columns=columns(), found=found, order="name"),
        places=place_choices(places),
        industries=[("", gettext("any industry")), *industries()],
        asked=request.GET.get("q", "").strip(),
        asked_place=request.GET.get("place", ""),
        industry=request.GET.get("industry", ""),
    )


def narrowed(request: HttpRequest, places: list[Place]) -> QuerySet[Any]:
    """What the address asks for."""
    day = door.today()
    found = listing.searched(listing.enterprises(day), request.GET.get("q", ""))
    if code := reading.choice(request, "place", [one.code for one in places]):
        top = next(one for one in places if one.code == code)
        found = listing.in_places(found, listing.below(places, top), day)
    if industry := reading.choice(request, "industry", [key for key, _ in industries()]):
        found = listing.in_industry(found, industry)
    return found


def industries() -> list[tuple[str, str]]:
    """The industries that the vocabulary knows."""
    fact = door.vocabulary().facts.get("industry")
    return naming.choices(fact, door.language()) if fact else []


def place_choices(places: list[Place]) -> list[tuple[str, str]]:
    """Places for a choice, each with its kind."""
    kinds = sources.places()
    named = [(one.code, f"{kinds[one.kind][door.language()]} · {place_name(one)}") for one in places]
    return [("", gettext("any street, park or carrier")), *named]


def place_name(one: Place) -> str:
    """The name of a place in the language of the page, where it has one."""
    return one.name_en if door.language() == "en" and one.name_en else one.name


def columns() -> list[lists.Column]:
    """The columns of the list."""
    return [
        lists.Column(head=gettext("Enterprise"), value=lambda one: one.name, order="name",
                     link=lambda one: reverse("enterprise", args=[one.ref])),
        lists.Column(head=gettext("Credit code"), value=lambda one: one.code or "", order="code", is_code=True),
        lists.Column(head=gettext("Sits in"), value=lambda one: one.place_name or "", order="place_name"),
        lists.Column(head=gettext("Industry"), value=industry_word),
        lists.Column(head=gettext("Verified"), value=lambda one: one.verified_at, kind="moment", order="verified_at"),
        lists.Column(head=gettext("File"), value=lambda one: has_facts(one)[1],
                     state=lambda one: has_facts(one)[0]),
    ]  # fmt: skip


def has_facts(one: Any) -> tuple[str, str]:
    """Whether anybody stated anything of the enterprise yet."""
    return ("go", gettext("has facts")) if one.has_facts else ("off", gettext("nothing stated yet"))


def industry_word(one: Any) -> str:
    """The industry of a row in words."""
    fact = door.vocabulary().facts.get("industry")
    return naming.choice(fact, one.industry, door.language()) if fact and one.industry else ""
