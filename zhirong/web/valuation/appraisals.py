"""/appraisals: every appraisal of mine, as its client or as its valuer; and the form by which one is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from zhirong.base.refused import Refused
from zhirong.people import access
from zhirong.people.models import Party
from zhirong.registry.models import Right
from zhirong.valuation import known, rules, terms
from zhirong.valuation.actions import appraisals as deeds
from zhirong.valuation.models import Appraisal
from zhirong.web import account, lists, pages, reading
from zhirong.web.registry import forms
from zhirong.web.valuation import numbered, words
from zhirong.web.valuation.typed import Typed

# Beside which field a refusal of the deed stands.
BESIDE = {
    "valuation.value_date_to_come": "value_date",
    "valuation.value_date_old": "value_date",
    "valuation.use_missing": "use",
    "valuation.no_valuer": "valuer",
    "valuation.valuer_has_stake": "valuer",
    "valuation.rights_count": "numbers",
    "valuation.right_unknown": "numbers",
}


def columns() -> list[lists.Column]:
    """The list of appraisals."""
    return [
        lists.Column(
            head=gettext("Appraisal"),
            value=lambda one: one.number,
            order="number",
            link=lambda one: reverse("appraisal", args=[one.number]),
        ),
        lists.Column(
            head=gettext("State"),
            value=lambda one: words.appraisal(one.state)[1],
            order="state",
            state=lambda one: words.appraisal(one.state)[0],
        ),
        lists.Column(head=gettext("Purpose"), value=lambda one: words.of("purpose", one.purpose), order="purpose"),
        lists.Column(head=gettext("Client"), value=lambda one: one.client.name, order="client__name"),
        lists.Column(head=gettext("Valuer"), value=lambda one: one.valuer.name if one.valuer else None),
        lists.Column(head=gettext("Value date"), value=lambda one: one.value_date, kind="day", order="value_date"),
        lists.Column(
            head=gettext("Most likely (yuan)"),
            value=lambda one: one.likely_fen if one.state == "issued" else None,
            kind="money",
            order="likely_fen",
        ),
        lists.Column(head=gettext("Due"), value=lambda one: one.due_at, kind="moment", order="due_at"),
    ]


@require_safe
@pages.signed_in
def appraisals_page(request: HttpRequest) -> HttpResponse:
    """/appraisals?state=…"""
    standing = pages.standing_of(request)
    state = reading.choice(request, "state", words.APPRAISALS)
    found = known.appraisals_of(standing)
    if state:
        found = found.filter(state=state)
    shown, title = columns(), gettext("Appraisals")
    if file := lists.taken_away(request, "appraisals", title, columns=shown, found=found.order_by("-pk")):
        return file
    return pages.page(
        request,
        "valuation/appraisals.html",
        here="value",
        crumbs=[(gettext("Value"), reverse("value")), (title, None)],
        table=lists.table(request, "appraisals", title, columns=shown, found=found, order="-number"),
        state=state,
        states=[("", gettext("Every state")), *((key, words.appraisal(key)[1]) for key in words.APPRAISALS)],
        can_ask=access.could(standing, "valuation.ask_appraisal"),
    )


def valuers() -> list[Party]:
    """The valuers that can be charged: verified parties with somebody who values."""
    return list(
        Party.objects.filter(
            verified_at__isnull=False,
            memberships__confirmed_at__isnull=False,
            memberships__ended_at__isnull=True,
            memberships__person__is_active=True,
            memberships__person__role_grants__role="valuer",
            memberships__person__role_grants__confirmed_at__isnull=False,
            memberships__person__role_grants__ended_at__isnull=True,
        )
        .distinct()
        .order_by("name")
    )


@require_http_methods(["GET", "POST"])
@pages.signed_in
@pages.form_with(BESIDE)
@pages.does("valuation.ask_appraisal")
def new(request: HttpRequest) -> HttpResponse:
    """/appraisals/new?right=12"""
    parties = forms.parties_of(request)
    if request.method == "POST":
        asked = asked_of(request, parties)
        valuer = valuer_of(request)
        person = account.known(request)
        with transaction.atomic():
            row = deeds.draft(person, asked)
            if valuer is not None:
                deeds.request(person, row.pk, valuer=valuer)
        return HttpResponseRedirect(reverse("appraisal", args=[row.number]))
    first = [lists.number_of(one, least=0) for one in request.GET.getlist("right")]
    rights = list(numbered.shown(pages.standing_of(request), first))
    return form_page(request, None, rights, parties=parties)


def form_page(
    request: HttpRequest, row: Appraisal | None, rights: Sequence[Right], *, parties: Sequence[Party]
) -> HttpResponse:
    """The form with what was typed."""
    day = deeds.today()
    heading = gettext("Ask for an appraisal")
    return pages.page(
        request,
        "valuation/appraisal_form.html",
        here="value",
        crumbs=[(gettext("Value"), reverse("value")), (gettext("Appraisals"), reverse("appraisals")), (heading, None)],
        heading=heading,
        numbers="\n".join(one.number for one in rights),
        rows=min(8, max(2, len(rights))),
        parties=[(one.pk, one.name) for one in parties],
        purposes=[(code, words.of("purpose", code)) for code in terms.on("purposes", day)],
        value_types=[(code, words.of("value_type", code)) for code in terms.on("value_types", day)],
        valuers=[("", gettext("Choose later: keep it as a draft")), *((one.pk, one.name) for one in valuers())],
        today=day.isoformat(),
        usable_months=terms.on("usable_months", day),
        least_methods=terms.on("least_methods", day),
        take_days=terms.on("take_days", day),
        can_ask=access.could(pages.standing_of(request), "valuation.ask_appraisal"),
    )


def asked_of(request: HttpRequest, parties: Sequence[Party]) -> deeds.Asked:
    """What the form asks; every fault of it at once."""
    typed, day = Typed(request.POST), deeds.today()
    client = next((one for one in parties if str(one.pk) == typed.text("client")), None)
    if client is None:
        typed.fault(Refused("web.choice_missing"), "client")
    purpose = typed.choice("purpose", terms.on("purposes", day))
    value_type = typed.choice("value_type", terms.on("value_types", day))
    value_date = typed.day("value_date")
    checked_day(typed, value_date, day)
    rights = numbered.rights_of(request, typed)
    typed.refuse(request)
    assert client
    assert purpose
    assert value_type
    assert value_date
    return deeds.Asked(
        client=client,
        rights=tuple(one.pk for one in rights),
        purpose=purpose,
        value_type=value_type,
        value_date=value_date,
        use=typed.text("use")[:1000],
    )


def checked_day(typed: Typed, value_date: date | None, today: date) -> None:
    """A value date that the deed would refuse is told with the other faults."""
    if value_date is None:
        return
    try:
        rules.must_be_value_date(value_date, today=today, usable_months=terms.on("usable_months", today))
    except Refused as refused:
        typed.fault(refused, "value_date")


def valuer_of(request: HttpRequest) -> Party | None:
    """The valuer that was chosen; none keeps a draft."""
    given: Any = request.POST.get("valuer", "")
    if not given:
        return None
    found = Party.objects.filter(pk=lists.number_of(given, least=0)).first()
    if found is None:
        raise Refused("web.choice_missing", field="valuer")
    return found
