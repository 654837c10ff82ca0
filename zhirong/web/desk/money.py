"""/desk/money: what is free, what is frozen, what is to be paid under which code, and the statement to take away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST, require_safe

from zhirong.base import shown
from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.exchange import papers, subjects
from zhirong.exchange.actions import refunds
from zhirong.ledger import astray, reports
from zhirong.ledger import rules as accounts
from zhirong.ledger.actions import dues
from zhirong.ledger.models import Due
from zhirong.papers.sheets import Column
from zhirong.people import access
from zhirong.people.models import Party
from zhirong.record import actions as record
from zhirong.web import account, filters, limits, lists, pages, reading
from zhirong.web.desk import mine
from zhirong.web.exchange import astray_words, words

DAYS = 90
MOST_ROWS = 200
MOST_COMING = 30
# What a party may choose for money in a state.
CHOICES = {"due": "keep", "kept": "claim"}


@dataclass(frozen=True)
class Period:
    """The days of a statement, both included."""

    first: date
    last: date

    @property
    def begins(self) -> datetime:
        return datetime.combine(self.first, time(), shown.BEIJING).astimezone(UTC)

    @property
    def ends(self) -> datetime:
        return datetime.combine(self.last + timedelta(days=1), time(), shown.BEIJING).astimezone(UTC)


def period_of(request: HttpRequest, today: date) -> Period:
    """The last ninety days, or what the address asks for."""
    first, last = _day(request, "from", today - timedelta(days=DAYS)), _day(request, "to", today)
    return Period(min(first, last), max(first, last))


def _day(request: HttpRequest, name: str, default: date) -> date:
    day = reading.day(request, name) or default
    return min(max(day, date(2000, 1, 1)), date(2999, 12, 31))


@dataclass(frozen=True)
class About:
    """The listing or the deal that money is about, and its page where the reader may see it."""

    text: str
    address: str


@dataclass(frozen=True)
class Coming:
    """Money that leaves for a party's own account: what for, how far it has come, what the party may choose."""

    due: Due
    what: str
    about: About
    state: tuple[str, str]
    deed: str


def abouts(request: HttpRequest, topics: Sequence[str]) -> dict[str, About]:
    """What each topic is about in words, with a link where this person may read the page."""
    standing, language = pages.standing_of(request), get_language() or "zh-hans"
    mine = standing.parties if standing else frozenset()
    told = dict.fromkeys(topics, About("", ""))
    for topic, one in subjects.of(topics).items():
        may_read = one.is_public or one.sides & mine or access.may(standing, "exchange.see_office")
        told[topic] = About(one.text(language), reverse(one.kind, args=[one.number]) if may_read else "")
    return told


def coming(found: Sequence[Due], about: dict[str, About], now: datetime) -> list[Coming]:
    """What is due to a party and what was paid lately, the newest first."""
    return [
        Coming(
            one, _begun(filters.fact(one.why, "why")), about[one.topic], _state(one, now), CHOICES.get(one.state, "")
        )
        for one in found
    ]


def _begun(said: str) -> str:
    """As a line of its own begins."""
    return said[:1].upper() + said[1:]


def _state(due: Due, now: datetime) -> tuple[str, str]:
    if due.paid_at is not None:
        return "go", gettext("paid on %(at)s") % {"at": filters.moment(due.paid_at)}
    if due.state == "kept":
        return "off", gettext("left for further bids")
    by = gettext("to leave by %(at)s") % {"at": filters.moment(due.due_at)}
    if due.due_at < now:
        return "no", by
    return ("half", by) if due.state == "made" else ("wait", by)


@require_POST
@pages.signed_in
@pages.does("ledger.keep_money")
def choose_due(request: HttpRequest) -> HttpResponse:
    """Leave money that is due for further bids, or ask it back."""
    person, key = account.known(request), request.POST.get("due", "")
    deeds = {"keep": dues.keep, "claim": refunds.claim}
    name = request.POST.get("deed", "")
    if name not in deeds:
        raise Refused("web.no_such_deed", deed=name[:40])
    deeds[name](person, key)
    return HttpResponseRedirect(pages.safe_back(request.POST.get("back", ""), reverse("desk-money")))


@require_safe
@pages.signed_in
def money_page(request: HttpRequest) -> HttpResponse:
    """/desk/money?party=…&from=…&to=…&form=csv|xlsx|pdf"""
    now = record.now()
    found = mine.parties(pages.standing_of(request))
    wanted = lists.number_of(request.GET.get("party", ""), least=0)
    party = next((one for one in found if one.pk == wanted), found[0] if found else None)
    period = period_of(request, beijing_day(now))
    path = accounts.available(party.ref) if party else ""
    held = list(reports.opened(mine.accounts_of(found), period.begins))
    free = next((one for one in held if one.path == path), None)
    statement = reports.statement_of(free, period.begins, period.ends) if free else None
    if (form := request.GET.get("form")) and party is not None and statement is not None:
        return statement_file(request, party, statement, form=form)
    purses = mine.purses(found, held)
    expected = astray.of_accounts([path] if path else [])
    due, strayed = [one for one in expected.asked if one.is_open], [*expected.came]
    strayed += astray.without_code(expected.loose, [party] if party else [])
    rows = list(reversed(statement.rows))[:MOST_ROWS] if statement else []
    frozen = statement.frozen if statement else ()
    owed = list(Due.objects.filter(party=party).exclude(state="used").order_by("-made_at", "-pk")[:MOST_COMING])
    about = abouts(request, [one.topic for some in (rows, frozen, due, owed, strayed) for one in some])
    return pages.page(
        request,
        "desk/money.html",
        crumbs=[(gettext("My desk"), reverse("desk")), (gettext("Money"), None)],
        heading=gettext("Money"),
        tabs=mine.tabs(request, "desk-money"),
        party=party,
        parties=[(one.pk, one.name) for one in found],
        purses=purses,
        purse=next((one for one in purses if party and one.party.pk == party.pk), None),
        due=due,
        astray=[(one, astray_words.said(one)) for one in strayed],
        purposes={"deposit": gettext("Deposit"), "price": gettext("Price of a deal and fee")},
        coming=coming(owed, about, now),
        statement=statement,
        rows=rows,
        most_rows=MOST_ROWS,
        frozen=frozen,
        about=about,
        move=words.move,
        period=period,
        query={"party": party.pk if party else "", "from": period.first, "to": period.last},
    )


def statement_file(request: HttpRequest, party: Party, statement: reports.Statement, *, form: str) -> HttpResponse:
    """The statement as a paper or a sheet."""
    title = f"{gettext('Statement')} {party.name}"
    if form == "pdf":
        limits.take(request, "export")
        language = "zh" if filters.is_chinese() else "en"
        made = papers.statement(party, statement, now=record.now(), is_demo=settings.DEMO, language=language)
        return lists.file(made, f"{title}.pdf")
    columns = [
        Column(head=gettext("Time"), kind="moment"),
        Column(head=gettext("What for")),
        Column(head=gettext("Listing or deal"), width=40),
        Column(head=gettext("Reference"), width=30),
        Column(head=gettext("In or out (yuan)"), kind="money"),
        Column(head=gettext("Balance (yuan)"), kind="money"),
    ]
    about = abouts(request, [row.topic for row in statement.rows])
    rows = (
        (
            row.recorded_at,
            words.move(row.kind),
            about[row.topic].text,
            row.memo or row.topic,
            row.amount,
            row.balance_after,
        )
        for row in statement.rows
    )
    return lists.sheet(request, form, columns, rows=rows, title=title)
