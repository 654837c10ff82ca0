"""/office/measures: texts that are written, wait or were decided; a new one from a file or from one that rules."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext

from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.people import access
from zhirong.policy import describing, drafting, kept
from zhirong.policy.actions import measures
from zhirong.policy.engine import facts
from zhirong.policy.engine.measure import Measure
from zhirong.policy.models import STATES, MeasureText
from zhirong.record import actions as record
from zhirong.web import filters, lists, pages, reading
from zhirong.web.measures import measure as shown
from zhirong.web.measures import words
from zhirong.web.office import done, rooms
from zhirong.web.valuation.typed import Typed

MOST_BYTES = 1_000_000


@rooms.room("policy.see_drafts", does=("policy.draft_measure",))
def drafts_page(request: HttpRequest) -> HttpResponse:
    """/office/measures?state=…"""
    if request.method == "POST":
        return upload(request)
    title = gettext("Measures: drafts and approvals")
    state = reading.choice(request, "state", STATES)
    found = MeasureText.objects.select_related("drafted_by", "decided_by").defer("text", "findings")
    found = found.filter(state=state) if state else found
    if file := lists.taken_away(request, "measures", title, columns=columns(), found=found.order_by("-pk")):
        return file
    ruling = sorted((one.zh if filters.is_chinese() else one.en, one.id) for one in kept.base().measures.values())
    return rooms.show(
        request,
        "measures.html",
        here="office-measures",
        title=title,
        table=lists.table(request, "measures", title, columns=columns(), found=found, order="-changed_at"),
        tabs=[
            (words.pair(words.TEXTS, one)[1] if one else gettext("All"), f"?state={one}" if one else "?", one == state)
            for one in ("", *STATES)
        ],
        ruling=[(name, word) for word, name in ruling],
        may_draft=access.could(pages.standing_of(request), "policy.draft_measure"),
    )


def upload(request: HttpRequest) -> HttpResponse:
    """A text from a file, or the way to change one that rules."""
    name = request.POST.get("measure", "")
    if request.POST.get("deed") == "choose":
        if name not in kept.base().measures:
            raise Refused("policy.measure_unknown", field="measure", measure=name[:100])
        return HttpResponseRedirect(reverse("office-measure-new", args=[name]))
    _, content = rooms.upload_of(request, "file")
    made = measures.draft_measure(rooms.who(request), text_of(content))
    return done.tell(request, HttpResponseRedirect(reverse("office-measure-text", args=[made.pk])), "upload")


def text_of(content: bytes) -> str:
    """A file's text; YAML is UTF-8."""
    try:
        return content[:MOST_BYTES].decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("policy.file_malformed", field="file", place="file", problem="is no UTF-8") from None


def columns() -> list[lists.Column]:
    """What the table shows of a text."""
    return [
        lists.Column(
            head=gettext("Support measure"),
            value=lambda one: one.zh if filters.is_chinese() else one.en,
            link=lambda one: reverse("office-measure-text", args=[one.pk]),
        ),
        lists.Column(
            head=gettext("State"),
            value=lambda one: words.pair(words.TEXTS, one.state)[1],
            state=lambda one: words.pair(words.TEXTS, one.state)[0],
            order="state",
        ),
        lists.Column(head=gettext("Id"), value=lambda one: one.name, order="name", is_code=True),
        lists.Column(head=gettext("Drafted by"), value=lambda one: one.drafted_by.name),
        lists.Column(
            head=gettext("Changed"), value=lambda one: one.changed_at, kind="moment", order="changed_at"
        ),
        lists.Column(head=gettext("Decided by"), value=lambda one: one.decided_by.name if one.decided_by else ""),
    ]  # fmt: skip


@rooms.room("policy.see_drafts", does=("policy.draft_measure",))
def new_page(request: HttpRequest, name: str) -> HttpResponse:
    """/office/measures/of/<id>: change a figure from a day on, or take the whole text to write on."""
    ruling, base = kept.text_of(name), kept.base()
    if ruling is None or name not in base.measures:
        raise Http404
    made = base.measures[name]
    if request.method == "POST":
        return begin(request, made, ruling.text)
    title = gettext("Change “%(title)s”") % {"title": shown.title_of(made)}
    return rooms.show(
        request,
        "measure_new.html",
        here="office-measures",
        title=title,
        way=(gettext("Measures"), reverse("office-measures")),
        name=name,
        **row_form(made),
        may_draft=access.could(pages.standing_of(request), "policy.draft_measure"),
    )


def row_form(made: Measure) -> dict[str, Any]:
    """What the form of a new row offers: figures with their value of today, clauses."""
    today = beijing_day(record.now())
    plain = [one for one in describing.values(made, today) if drafting.may_be_typed(made, one.name)]
    return {
        "figures": [(one.name, f"{words.said(one.called)} · {words.said(one.now)}") for one in plain],
        "clauses": [
            (one.id, f"{one.id} · {one.zh if filters.is_chinese() else one.en}"[:120]) for one in made.clauses.values()
        ],
    }


def begin(request: HttpRequest, made: Measure, text: str) -> HttpResponse:
    """A draft of the ruling text: as it is, or with a row more."""
    person, deed = rooms.who(request), request.POST.get("deed", "")
    if deed not in ("row", "copy"):
        raise Refused("web.no_such_deed", deed=deed[:40])
    if deed == "row":
        text = with_row(request, made, text)
    kept_text = measures.draft_measure(person, text)
    return done.tell(request, HttpResponseRedirect(reverse("office-measure-text", args=[kept_text.pk])), deed)


def with_row(request: HttpRequest, made: Measure, text: str) -> str:
    """The text with the row that the form asks for and a case that looks at it; all faults of the form at once."""
    form = Typed(request.POST)
    name = form.choice("parameter", [one for one in made.parameters if drafting.may_be_typed(made, one)])
    since = form.day("since")
    if since is not None and not facts.EARLIEST < since <= facts.LATEST:
        form.fault(Refused("policy.no_such_day", text=since.isoformat()), "since")
    clause = form.choice("clause", list(made.clauses))
    if name:
        must_be_value(form, made, name)
    form.refuse(request)
    assert name is not None
    assert since is not None
    assert clause is not None
    return drafting.with_figure(made, text, drafting.Figure(name, since, form.text("value"), clause), base=kept.base())


def must_be_value(form: Typed, made: Measure, name: str) -> None:
    """A value in the figure's unit, as people type it; the refusal stands beside its field."""
    try:
        drafting.value_of(made, name, form.text("value"))
    except Refused as no:
        form.fault(no, "value")
