"""/enterprises/<ref>/fact: one fact of an enterprise, its history, and the forms to state it and to take it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from zhirong.base.refused import Refused
from zhirong.enterprises import file, sources
from zhirong.enterprises.actions import facts
from zhirong.enterprises.models import Statement
from zhirong.enterprises.rules import Told
from zhirong.people import access
from zhirong.people.models import Party
from zhirong.people.rules import Standing
from zhirong.policy import naming, stating
from zhirong.policy.engine.facts import Fact
from zhirong.web import limits, pages, uploads
from zhirong.web.enterprises import door, files
from zhirong.web.office import done, rooms
from zhirong.web.office.cases import handed

VERBS = (
    "enterprises.note_own",
    "enterprises.note_official",
    "enterprises.withdraw_own",
    "enterprises.withdraw_official",
)


@dataclass(frozen=True)
class Past:
    """One statement of the fact's history."""

    row: Statement
    value: str
    source: str
    state: tuple[str, str]
    evidence: str
    may_withdraw: bool


@require_http_methods(["GET", "POST"])
@pages.signed_in
@pages.form
@pages.does(*VERBS)
def fact_page(request: HttpRequest, ref: str) -> HttpResponse:
    """The fact's present value, what each source ever said of it, and the forms."""
    party = door.opened(request, ref)
    name = (request.GET.get("name") or request.POST.get("name", "")).strip()
    about = request.GET.get("about", "").strip()[:80]
    if not name:
        return HttpResponseRedirect(reverse("enterprise", args=[party.ref]))
    if name not in door.vocabulary().facts and not Statement.objects.filter(party=party, name=name).exists():
        raise Http404
    fact = door.fact_of(name)
    if request.method == "POST":
        return do(request, party, fact)
    day, standing = door.today(), pages.standing_of(request)
    opened = file.opened(party, day=day, about=about)
    lines = files.lines_of(party, opened, knows_who=True)
    said = [one for one in opened.rows.values() if (one.name, one.about) == (name, about)]
    past = [past_of(party, one, standing, day=day) for one in sorted(said, key=lambda one: -one.pk)]
    word = naming.fact(fact, door.language())
    told: dict[str, Any] = {
        "party": party,
        "fact": fact,
        "word": word,
        "about": about,
        "about_word": naming.about(about, door.language()),
        "now_line": lines.get(name),
        "past": past,
        "hint": hint(fact),
        "kind": fact.kind,
        "choices": naming.choices(fact, door.language()),
        "sources": source_choices(standing, party, day),
        "normally": door.source_word(fact.source) if fact.source else "",
        "is_derived": bool(lines.get(name) and lines[name].stated.source == sources.HOUSE),
        "rights": registered(lines.get(name)),
        "may_note": files.may_note(standing, party),
        "done": done.word(request),
    }
    way = door.crumbs(party, (word, None))
    return done.once(request, pages.page(request, "enterprises/fact.html", crumbs=way, **told))


def do(request: HttpRequest, party: Party, fact: Fact) -> HttpResponse:
    """The deed whose button was pressed, then the page again, so that a reload repeats nothing."""
    deed = request.POST.get("deed", "")
    about = request.GET.get("about", "").strip()
    if deed == "note_fact":
        about = note(request, party, fact)
    elif deed == "withdraw_fact":
        withdraw(request, party)
    else:
        raise Refused("web.no_such_deed", deed=deed[:40])
    return done.tell(request, HttpResponseRedirect(files.fact_link(party, fact.name, about)), deed)


def note(request: HttpRequest, party: Party, fact: Fact) -> str:
    """State the fact as typed; every fault of the form is told at once. Gives what the statement is about."""
    limits.take(request, "upload")
    who, form = rooms.who(request), door.Form(request)
    value = form.read("value", lambda text: stating.read(fact.name, text, door.vocabulary()))
    since, until = form.read("since", door.day_of), form.read("until", door.day_of)
    if since and until and until < since:
        form.fault("until", Refused("enterprises.days_reversed", since=since, until=until))
    about, source = form.text("about"), form.text("source") or sources.SELF
    form.judge()
    told = Told(fact.name, value, since, until, about, form.text("source_text"))
    # Who may not is told so before a file is kept.
    access.require(who, "enterprises.note_own" if source == sources.SELF else "enterprises.note_official", party)
    evidence = uploads.kept(request, who, "file", is_secret=True, is_evidence=True)
    facts.note_facts(who, party, [told], source=source, evidence=evidence)
    return about


def withdraw(request: HttpRequest, party: Party) -> None:
    """Take back the statement that the form names, if it is of this enterprise."""
    found = Statement.objects.filter(party=party, pk=rooms.number_of(request, "statement")).first()
    if found is None:
        raise Refused("enterprises.fact_unknown")
    facts.withdraw_fact(rooms.who(request), found.pk, reason=request.POST.get("reason", ""))


def past_of(party: Party, one: Statement, standing: Standing | None, *, day: date) -> Past:
    """A statement with its state in words and whether this person may take it back."""
    verb = "enterprises.withdraw_own" if one.source == sources.SELF else "enterprises.withdraw_official"
    return Past(
        row=one,
        value=naming.value(door.fact_of(one.name), one.value, door.language()),
        source=door.source_word(one.source),
        state=state(one, day),
        evidence=files.evidence_link(party, one),
        may_withdraw=one.gone_at is None and access.may(standing, verb, one),
    )


def state(one: Statement, day: date) -> tuple[str, str]:
    """Whether a statement counts today, and if not, why."""
    if one.withdrawn_at is not None:
        return "no", gettext("Withdrawn")
    if one.replaced_at is not None:
        return "off", gettext("Replaced by a newer word")
    if one.since is not None and day < one.since:
        return "wait", gettext("True from a later day")
    if one.until is not None and one.until < day:
        return "off", gettext("Its time is over")
    return "go", gettext("Counts")


def source_choices(standing: Standing | None, party: Party, day: date) -> list[tuple[str, str]]:
    """The sources under which this person may state something of the enterprise."""
    found = [sources.SELF] if access.may(standing, "enterprises.note_own", party) else []
    if access.may(standing, "enterprises.note_official", party):
        found += sources.official(day)
    return [(source, door.source_word(source)) for source in found]


def hint(fact: Fact) -> str:
    """How a value of this fact is typed."""
    language = door.language()
    if fact.kind == "number":
        unit = naming.unit(fact, language)
        example = gettext("Amounts may be typed as 300万元 or 3,000,000.") if fact.unit == "CNY" else ""
        return " ".join(filter(None, [gettext("Unit: %(unit)s.") % {"unit": unit} if unit else "", example]))
    if fact.kind == "texts":
        known = gettext(", ").join(word for _, word in naming.choices(fact, language))
        said = gettext("Several parted by commas; type “none” for the empty list. Choices: %(known)s")
        return said % {"known": known}
    if fact.kind == "records":
        fields = gettext(", ").join(naming.fact(one, language) for one in fact.fields.values())
        return gettext("One record a line, field=value, parted by semicolons. Fields: %(fields)s") % {"fields": fields}
    if fact.name.startswith("reg_") or fact.name.endswith("_district"):
        return gettext("The six digits of the division code, such as 440304 for Futian.")
    return ""


def registered(line: files.Line | None) -> list[str]:
    """The addresses of the rights that a derived fact rests on."""
    rows = line.stated.rests_on if line else ()
    return [row.partition(":")[2] for row in rows if row.startswith("right:")]


@require_safe
@pages.signed_in
def evidence(request: HttpRequest, ref: str, statement_id: int) -> HttpResponse:
    """The paper that a statement rests on; each reading is a deed on the record."""
    party = door.opened(request, ref)
    found = Statement.objects.filter(party=party, pk=statement_id).select_related("evidence").first()
    if found is None:
        raise Http404
    return handed(request, found.evidence)
