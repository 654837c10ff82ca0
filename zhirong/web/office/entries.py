"""Entries and burdens of one right: what the office or a court registered, as an operator enters it with its paper."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop, ngettext

from zhirong.base.refused import Refused
from zhirong.people import access
from zhirong.people.actions import parties
from zhirong.record.models import File
from zhirong.registry import queries
from zhirong.registry.actions import entries, putting, weights
from zhirong.registry.engine import fees
from zhirong.registry.engine.facts import (
    EVERYWHERE,
    Act,
    Ending,
    EventKind,
    Kind,
    LicenceKind,
    RightFacts,
    Weight,
)
from zhirong.registry.models import Consent, Encumbrance, Holding, RegisterEvent, Right, RightVersion
from zhirong.web import filters, lists, pages, uploads
from zhirong.web.office import conveyances, rooms
from zhirong.web.office.cases import handed
from zhirong.web.registry import rights, words

DEEDS = ("registry.enter_event", "registry.encumber", "registry.release", "registry.confirm_fees")
TITLES = {
    "entries": gettext_noop("Register entries"),
    "burdens": gettext_noop("Burdens"),
    "consents": gettext_noop("Consents on record"),
}
ORDERS = {"entries": "-day", "consents": "-given_on"}
# Beside which field a refusal of the registry stands.
BESIDE = {
    "registry.entry_has_own_verb": "kind",
    "registry.entry_does_not_fit": "ending",
    "registry.day_to_come": "day",
    "registry.release_before_begin": "day",
    "registry.nothing_to_consent": "by",
}
MOST_DAYS = 3660
Code = TypeVar("Code", bound=StrEnum)
# What is always in somebody's favour, and whose name a refusal asks for.
IN_FAVOUR = (Weight.PLEDGE, Weight.SEIZURE, Weight.LICENCE)
WHOSE: dict[Weight, dict[str, object]] = {
    Weight.PLEDGE: {"what": {"zh": "质押", "en": "pledge"}, "whose": {"zh": "质权人", "en": "pledgee"}},
    Weight.SEIZURE: {
        "what": {"zh": "保全", "en": "seizure"},
        "whose": {"zh": "作出保全的法院或申请人", "en": "court or applicant"},
    },
    Weight.LICENCE: {"what": {"zh": "许可", "en": "licence"}, "whose": {"zh": "被许可人", "en": "licensee"}},
}
LONGEST = {"number": 60, "territory": 60, "field": 60, "in_favour_of": 200}


@rooms.room("people.see_cases", does=DEEDS)
@pages.form_with(BESIDE)
def right(request: HttpRequest, right_id: int) -> HttpResponse:
    """/office/rights/<id>: all that stands on the register of this right, and the forms to enter more."""
    one = rights.with_standing(Right.objects.visible(), None).filter(pk=right_id).first()
    if one is None:
        raise Http404
    if request.method == "POST":
        return rooms.do(request, deeds(request, one))
    day = putting.today()
    burdens = list(one.encumbrances.select_related("party", "file", "end_file", "entered_by").order_by("-since", "-pk"))
    held = list(Holding.objects.filter(right=one, until__isnull=True).select_related("party").order_by("position"))
    lasting = [burden for burden in burdens if queries.weighs(burden, day)]
    columns = {"entries": entry_columns(one), "burdens": burden_columns(one, day), "consents": consent_columns(one)}
    found: dict[str, QuerySet[Any] | list[Any]] = {
        "entries": one.events.select_related("entered_by", "file"),
        "burdens": burdens,
        "consents": one.consents.select_related("entered_by", "file"),
    }
    for name, title in TITLES.items():
        if file := lists.taken_away(request, name, gettext(title), columns=columns[name], found=found[name]):
            return file
    return rooms.show(
        request,
        "right.html",
        here="",
        title=filters.title(one),
        way=(one.number, reverse("right", args=[one.pk])),
        right=one,
        listed=one.live_number,  # type: ignore[attr-defined]
        tables={
            name: lists.table(
                request, name, gettext(title), columns=columns[name], found=found[name], order=ORDERS.get(name, "")
            )
            for name, title in TITLES.items()
        },
        choices=choices(one, held=held, lasting=lasting),
        looked=queries.record_of(one),
        today=day.isoformat(),
        may=access.could(pages.standing_of(request), "registry.enter_event"),
    )


def choices(one: Right, *, held: Sequence[Holding], lasting: Iterable[Encumbrance]) -> dict[str, list[tuple[str, str]]]:
    """What each form lets one choose."""
    own = [kind for kind in EventKind if kind not in entries.OWN_VERBS]
    kinds = [(str(weight), words.label("weight", weight)) for weight in Weight if weight is not Weight.LICENCE]
    known = RightFacts(kind=Kind(one.kind), filed_on=one.filed_on, granted_on=one.granted_on)
    years = [row.year for row in fees.fee_table(known, putting.today())] if known.is_patent and one.filed_on else []
    licences = [(f"licence:{kind}", words.label("act", kind)) for kind in LicenceKind]
    agreeing = [(key, one.name) for key, one in signers(held, lasting).items()]
    # Nothing stands there already: a consent that nobody meant would be on record.
    none = ("", gettext("Choose"))
    return {
        "kind": [(str(kind), words.label("entry", kind)) for kind in own],
        "ending": [("", "–"), *((str(ending), words.ending(ending)) for ending in Ending)],
        "weight": [kinds[0], *licences, *kinds[1:]],
        "lasting": [(str(burden.pk), f"{named(burden)} · {burden.since}") for burden in lasting],
        "holding": [(str(holding.pk), holding.name) for holding in held],
        "by": [none, *agreeing] if agreeing else [],
        "act": [none, *((str(act), words.label("act", act)) for act in Act)],
        "year": [(str(year), str(year)) for year in years],
    }


def signers(held: Sequence[Holding], lasting: Iterable[Encumbrance]) -> dict[str, weights.Favoured]:
    """Those whose agreement an act may need, by the value of the form."""
    return {
        f"party:{one.party.ref}" if one.party else f"name:{one.name}": one
        for one in weights.signers(held, lasting)
        if one.name
    }


def deeds(request: HttpRequest, one: Right) -> rooms.Deeds:
    """The deeds of this page; each reads its form before it keeps the paper."""
    return {
        "entry": lambda: enter(request, one),
        "rename": lambda: rename(request, one),
        "burden": lambda: burden(request, one),
        "release": lambda: lift(request, one),
        "agree": lambda: agree(request, one),
        "fees": lambda: fees_seen(request, one),
    }


def enter(request: HttpRequest, one: Right) -> RegisterEvent:
    """An entry as the office published it."""
    kind, ending = chosen(request, "kind", EventKind), request.POST.get("ending", "")
    days = rooms.number_of(request, "days") if request.POST.get("days", "").strip() else 0
    if days > MOST_DAYS or (kind is EventKind.TERM_COMPENSATION and not days):
        raise Refused("web.not_a_number", field="days", given=str(days))
    return entries.enter_event(
        rooms.who(request), one, kind, day=rooms.day_of(request, "day"), source="register",
        ending=chosen(request, "ending", Ending) if ending else None, days=days, file=paper(request),
    )  # fmt: skip


def rename(request: HttpRequest, one: Right) -> Holding:
    """A holder's new name."""
    held = Holding.objects.filter(right=one, until__isnull=True, pk=rooms.number_of(request, "holding")).first()
    if held is None:
        raise Refused("web.choice_missing", field="holding")
    name, day = name_in(request, "name"), rooms.day_of(request, "day")
    return entries.rename_holder(rooms.who(request), one, held, name=name, day=day, file=paper(request))


def burden(request: HttpRequest, one: Right) -> Encumbrance:
    """A pledge, seizure, suspension, licence or a request for invalidation, as it was registered."""
    weight, _, licence = request.POST.get("weight", "").partition(":")
    known = {value for value, _ in choices(one, held=(), lasting=())["weight"]}
    if request.POST.get("weight", "") not in known:
        raise Refused("web.choice_missing", field="weight")
    said = {name: request.POST.get(name, "").strip()[:most] for name, most in LONGEST.items()}
    ref, until = request.POST.get("party", "").strip(), request.POST.get("until", "").strip()
    party = conveyances.party_of(ref, field="party") if ref else None
    if party is None and Weight(weight) in IN_FAVOUR:
        if not said["in_favour_of"]:
            raise Refused("web.favoured_missing", field="in_favour_of", **WHOSE[Weight(weight)])
        said["in_favour_of"] = name_in(request, "in_favour_of")
    return weights.encumber(
        rooms.who(request),
        one,
        Weight(weight),
        favoured=weights.Favoured(said["in_favour_of"] or (party.name if party else ""), party),
        since=rooms.day_of(request, "day"),
        until=rooms.day_in(until, field="until") if until else None,
        number=said["number"],
        licence=LicenceKind(licence or LicenceKind.PLAIN),
        territory=said["territory"] or EVERYWHERE,
        field=said["field"] or EVERYWHERE,
        file=paper(request),
    )


def lift(request: HttpRequest, one: Right) -> Encumbrance:
    """A burden no longer weighs."""
    found = Encumbrance.objects.filter(right=one, pk=rooms.number_of(request, "burden")).first()
    if found is None:
        raise Refused("web.choice_missing", field="burden")
    return weights.release(rooms.who(request), found, day=rooms.day_of(request, "day"), file=paper(request))


def agree(request: HttpRequest, one: Right) -> Consent:
    """The paper in which a co-owner or a pledgee agrees to an act."""
    act, day = chosen(request, "act", Act), putting.today()
    by = signers(queries.holdings_on(one, day), queries.weights_on(one, day)).get(request.POST.get("by", ""))
    if by is None:
        raise Refused("web.choice_missing", field="by")
    until = request.POST.get("until", "").strip()
    last = rooms.day_in(until, field="until") if until else None
    return weights.consent(rooms.who(request), one, act, by=by, until=last, file=paper(request))


def fees_seen(request: HttpRequest, one: Right) -> Right:
    """What the office's register says of the annual fees."""
    year, day = request.POST.get("year", ""), rooms.day_of(request, "day")
    if year not in {value for value, _ in choices(one, held=(), lasting=())["year"]}:
        raise Refused("web.choice_missing", field="year")
    return entries.confirm_fees(rooms.who(request), one, paid_through_year=int(year), as_of=day, file=paper(request))


def chosen(request: HttpRequest, name: str, known: type[Code]) -> Code:
    """One of the codes that a form offers."""
    given = request.POST.get(name, "")
    if given not in list(known):
        raise Refused("web.choice_missing", field=name)
    return known(given)


def name_in(request: HttpRequest, field: str) -> str:
    """A name from a form, as it is kept."""
    try:
        return parties.read_party_name(request.POST.get(field, ""))
    except Refused as refused:
        raise Refused(refused.code, **{"field": field, **refused.facts}) from refused


def paper(request: HttpRequest) -> File:
    """What the entry rests on: an operator enters nothing without it."""
    return uploads.evidence(request, rooms.who(request))


def paper_page(request: HttpRequest, right_id: int, file_id: int) -> HttpResponse:
    """A paper on which something of this right was entered."""
    of = Q(right=right_id) & Q(file=file_id)
    rests_on = (RegisterEvent.objects.filter(of), Consent.objects.filter(of), RightVersion.objects.filter(of))
    burdens = Encumbrance.objects.filter(Q(file=file_id) | Q(end_file=file_id), right=right_id)
    if not any(found.exists() for found in (*rests_on, burdens)):
        raise Http404
    return handed(request, get_object_or_404(File, pk=file_id))


read_paper = rooms.room("people.see_cases")(paper_page)


def named(one: Encumbrance) -> str:
    """A burden in one line: 质押 · 某银行 · 2026980001."""
    return " · ".join(part for part in (kind_of(one), favoured_of(one), one.number) if part)


def kind_of(one: Encumbrance) -> str:
    """What weighs; a licence by its kind."""
    if one.kind == Weight.LICENCE:
        return words.label("act", json.loads(one.facts).get("kind", LicenceKind.PLAIN))
    return words.label("weight", one.kind)


def favoured_of(one: Encumbrance) -> str:
    return one.in_favour_of or (one.party.name if one.party else "")


def entry_columns(right: Right) -> list[lists.Column]:
    """What the list shows of an entry."""
    return [
        lists.Column(head=gettext("Register event"), value=entry_word, order="kind"),
        lists.Column(head=gettext("Day"), value=lambda one: one.day, kind="day", order="day"),
        lists.Column(head=gettext("Source"), value=lambda one: words.source(one.source), order="source"),
        paper_column(right),
        *by_columns(),
    ]


def entry_word(one: RegisterEvent) -> str:
    """What was entered, with why a right ended or by how many days its term grew."""
    more, word = json.loads(one.facts), words.label("entry", one.kind)
    if ending := more.get("ending"):
        return f"{word}{gettext(': ')}{words.ending(ending)}"
    days = more.get("days")
    return word if not days else f"{word}{gettext(': ')}{ngettext('%(n)s day', '%(n)s days', days) % {'n': days}}"


def burden_columns(right: Right, day: date) -> list[lists.Column]:
    """What the list shows of a burden."""
    return [
        lists.Column(head=gettext("Burden"), value=named),
        lists.Column(head=gettext("Since"), value=lambda one: one.since, kind="day"),
        lists.Column(head=gettext("Until"), value=lambda one: one.ended_on or one.until, kind="day"),
        lists.Column(
            head=gettext("State"), value=lambda one: gettext("Lasts") if queries.weighs(one, day) else gettext("Ended"),
            state=lambda one: "half" if queries.weighs(one, day) else "off",
        ),
        paper_column(right),
        paper_column(right, gettext("Paper of release"), of=lambda one: one.end_file),
        *by_columns(),
    ]  # fmt: skip


def consent_columns(right: Right) -> list[lists.Column]:
    """What the list shows of a consent."""
    return [
        lists.Column(head=gettext("Who agrees"), value=lambda one: one.by_name, order="by_name"),
        lists.Column(head=gettext("Act"), value=lambda one: words.label("act", one.act), order="act"),
        lists.Column(head=gettext("Since"), value=lambda one: one.given_on, kind="day", order="given_on"),
        lists.Column(head=gettext("Until"), value=lambda one: one.until, kind="day", order="until"),
        paper_column(right),
        *by_columns(),
    ]


def paper_column(
    right: Right, head: str = "", *, of: Callable[[Any], File | None] = lambda one: one.file
) -> lists.Column:
    """The paper, which opens from here; its name may be long, so it is not spelt out."""

    def link(one: Any) -> str:
        file = of(one)
        return reverse("office-right-paper", args=[right.pk, file.pk]) if file else ""

    return lists.Column(
        head=head or gettext("Paper"), value=lambda one: gettext("Read it") if of(one) else "", link=link
    )


def by_columns() -> list[lists.Column]:
    """Who entered it, and when."""
    return [
        lists.Column(head=gettext("Entered by"), value=lambda one: one.entered_by.name if one.entered_by else ""),
        lists.Column(head=gettext("Entered"), value=lambda one: one.entered_at, kind="moment"),
    ]
