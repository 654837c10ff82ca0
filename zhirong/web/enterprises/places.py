"""/office/places: streets, parks and carriers, and one of them with who sits in it."""

from __future__ import annotations

from datetime import date

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from zhirong.base.refused import Refused
from zhirong.enterprises import place_sheet, sources
from zhirong.enterprises.actions import places
from zhirong.enterprises.models import Place, Tenancy
from zhirong.people import access
from zhirong.people.models import Party
from zhirong.record import actions as record
from zhirong.web import limits, lists, pages, reading
from zhirong.web.enterprises import consents, door, listed
from zhirong.web.office import done, rooms

STATES = ("used", "ended")
BESIDE = {
    "enterprises.place_code": "code",
    "enterprises.place_kind": "kind",
    "enterprises.place_unknown": "inside",
    "enterprises.place_circle": "inside",
}


@rooms.room("enterprises.see_enterprises", does=("enterprises.put_place",))
def places_page(request: HttpRequest) -> HttpResponse:
    """The list, the form for one more, and the sheet for many."""
    if request.method == "POST":
        return do_many(request)
    title = gettext("Streets, parks and carriers")
    every = list(Place.objects.order_by("code"))
    found = narrowed(request)
    if file := lists.taken_away(request, "places", title, columns=columns(), found=found.order_by("code")):
        return file
    return rooms.show(
        request,
        "places.html",
        here="office-enterprises",
        title=title,
        way=(gettext("Enterprises"), reverse("office-enterprises")),
        table=lists.table(request, "places", title, columns=columns(), found=found, order="code"),
        kinds=kind_choices(),
        inside=[("", gettext("on top")), *listed.place_choices([one for one in every if one.ended_on is None])[1:]],
        asked=request.GET.get("q", "").strip(),
        kind=request.GET.get("kind", ""),
        faulty=getattr(request, "house_sheet", None),
        may_put=access.could(pages.standing_of(request), "enterprises.put_place"),
    )


def narrowed(request: HttpRequest) -> QuerySet[Place]:
    """What the address asks for, each with how many sit in it today."""
    today = door.today()
    sitting = Q(tenancies__until__isnull=True) | Q(tenancies__until__gte=today)
    counted = Count("tenancies", filter=sitting & Q(tenancies__since__lte=today))
    found = Place.objects.select_related("inside", "operator").annotate(tenants=counted)
    if asked := request.GET.get("q", "").strip():
        found = found.filter(Q(name__icontains=asked) | Q(name_en__icontains=asked) | Q(code__istartswith=asked))
    if kind := reading.choice(request, "kind", sources.places()):
        found = found.filter(kind=kind)
    return found


def columns() -> list[lists.Column]:
    """The columns of the list."""
    kinds, language = sources.places(), door.language()
    return [
        lists.Column(head=gettext("Code of the place"), value=lambda one: one.code, order="code", is_code=True,
                     link=lambda one: reverse("office-place", args=[one.code])),
        lists.Column(head=gettext("Name"), value=listed.place_name, order="name"),
        lists.Column(head=gettext("Kind"), value=lambda one: kinds[one.kind][language], order="kind"),
        lists.Column(head=gettext("Inside"), value=lambda one: listed.place_name(one.inside) if one.inside else ""),
        lists.Column(head=gettext("Operated by"), value=lambda one: one.operator.name if one.operator else ""),
        lists.Column(head=gettext("Enterprises today"), value=lambda one: one.tenants, kind="number", order="tenants"),
        lists.Column(head=gettext("State"), value=lambda one: state(one)[1], state=lambda one: state(one)[0]),
    ]  # fmt: skip


def state(one: Place) -> tuple[str, str]:
    """Whether a place is in use."""
    return ("off", gettext("no longer in use")) if one.ended_on else ("go", gettext("in use"))


def kind_choices() -> list[tuple[str, str]]:
    """The kinds of places in words."""
    return [(kind, names[door.language()]) for kind, names in sources.places().items()]


def do_many(request: HttpRequest) -> HttpResponse:
    """One place from the form, or a whole sheet of them."""
    deed = request.POST.get("deed", "")
    if deed == "put_place":
        return done.tell(request, HttpResponseRedirect(reverse("office-place", args=[put(request).code])), deed)
    if deed != "bring_places":
        raise Refused("web.no_such_deed", deed=deed[:40])
    limits.take(request, "upload")
    name, content = rooms.upload_of(request, "file")
    sheet = place_sheet.read(content, name=name)
    if sheet.faults:
        told = [(one.line, one.column, pages.told(one.refused)["sentence"]) for one in sheet.faults]
        request.house_sheet = told  # type: ignore[attr-defined]
        raise Refused("enterprises.sheet_faulty", name=name, count=len(told))
    places.bring_places(rooms.who(request), sheet.places)
    return done.tell(request, HttpResponseRedirect(reverse("office-places")), deed)


def put(request: HttpRequest, code: str = "") -> Place:
    """A place as the form says it; every fault is told at once."""
    form = door.Form(request)
    operator = form.read("operator", lambda text: consents.party_named(text) if text else None)
    form.judge()
    try:
        return places.put_place(
            rooms.who(request),
            code or form.text("code"),
            kind=form.text("kind"),
            name=form.text("name"),
            name_en=form.text("name_en"),
            inside=form.text("inside"),
            operator=operator,
            address=form.text("address"),
        )
    except Refused as refused:
        refused.facts.update({"field": BESIDE[refused.code]} if refused.code in BESIDE else {})
        raise


@rooms.room(
    "enterprises.see_enterprises",
    does=("enterprises.put_place", "enterprises.end_place", "enterprises.put_tenancy"),
)
def place_page(request: HttpRequest, code: str) -> HttpResponse:
    """One place: its tenants, the form for one more, its own facts, its end."""
    place = get_object_or_404(Place.objects.select_related("inside", "operator"), code=code)
    if request.method == "POST":
        deeds: rooms.Deeds = {
            "put_place": lambda: put(request, place.code),
            "put_tenancy": lambda: sit(request, place),
            "end_place": lambda: places.end_place(rooms.who(request), place.code, on=rooms.day_of(request, "on")),
        }
        return rooms.do(request, deeds)
    tenants = Tenancy.objects.filter(place=place).select_related("party")
    title = listed.place_name(place)
    if file := lists.taken_away(request, "tenants", title, columns=tenant_columns(), found=tenants.order_by("-since")):
        return file
    standing = pages.standing_of(request)
    every = list(Place.objects.filter(ended_on__isnull=True).exclude(pk=place.pk).order_by("code"))
    return rooms.show(
        request,
        "place.html",
        here="office-enterprises",
        title=title,
        way=(gettext("Streets, parks and carriers"), reverse("office-places")),
        one=place,
        kind_word=sources.places()[place.kind][door.language()],
        state=state(place),
        table=lists.table(request, "tenants", title, columns=tenant_columns(), found=tenants, order="-since"),
        within=[one for one in every if one.inside_id == place.pk],
        kinds=kind_choices(),
        inside=[("", gettext("on top")), *listed.place_choices(every)[1:]],
        may_put=access.could(standing, "enterprises.put_place") and place.ended_on is None,
        today=door.today(),
    )


def tenant_columns() -> list[lists.Column]:
    """The columns of who sits in a place."""
    return [
        lists.Column(head=gettext("Enterprise"), value=lambda one: one.party.name, order="party__name",
                     link=lambda one: reverse("enterprise", args=[one.party.ref])),
        lists.Column(head=gettext("Credit code"), value=lambda one: one.party.code or "", is_code=True),
        lists.Column(head=gettext("Sits there since"), value=lambda one: one.since, kind="day", order="since"),
        lists.Column(head=gettext("Sat there until"), value=lambda one: one.until, kind="day", order="until"),
    ]  # fmt: skip


def sit(request: HttpRequest, place: Place) -> Tenancy:
    """A tenancy as the form says it; every fault is told at once."""
    form = door.Form(request)
    party: Party | None = form.read("party", consents.party_named)
    since: date | None = form.read("since", consents.needed_day)
    until = form.read("until", door.day_of)
    form.judge()
    assert party is not None
    assert since is not None
    return places.put_tenancy(rooms.who(request), party, place.code, since=since, until=until)


@require_safe
@pages.signed_in
def template(request: HttpRequest) -> HttpResponse:
    """The sheet of places to fill in."""
    access.require(pages.standing_of(request), "enterprises.put_place")
    title = gettext("Streets, parks and carriers")
    return lists.file(place_sheet.template(made_at=record.now()), f"{title}.xlsx")
