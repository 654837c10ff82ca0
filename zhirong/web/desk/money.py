"""/desk/money: what is free, what is frozen, what is to be paid under which code, and the statement to take away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from zhirong.base import shown
from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.exchange import papers
from zhirong.exchange.actions import refunds
from zhirong.ledger import reports
from zhirong.ledger import rules as accounts
from zhirong.ledger.actions import dues
from zhirong.ledger.models import Due, Expectation
from zhirong.papers.sheets import Column
from zhirong.people.models import Party
from zhirong.record import actions as record
from zhirong.web import account, filters, limits, lists, pages, reading
from zhirong.web.desk import mine

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


def statement_of(party: Party | None, period: Period) -> reports.Statement | None:
    """The statement of a party's free account; None before it had any money."""
    if party is None:
        return None
    try:
        return reports.statement(accounts.available(party.ref), period.begins, period.ends)
    except Refused:
        return None


@dataclass(frozen=True)
class Coming:
    """Money that leaves for a party's own account: what for, how far it has come, what the party may choose."""

    due: Due
    what: str
    state: tuple[str, str]
    deed: str


def coming(party: Party | None, now: datetime) -> list[Coming]:
    """What is due to a party and what was paid lately, the newest first."""
    found = Due.objects.filter(party=party).exclude(state="used").order_by("-made_at", "-pk")[:MOST_COMING]
    words = why_words()
    return [Coming(one, words.get(one.why, one.why), _state(one, now), CHOICES.get(one.state, "")) for one in found]


def _state(due: Due, now: datetime) -> tuple[str, str]:
    if due.paid_at is not None:
        return "go", gettext("paid on %(at)s") % {"at": filters.moment(due.paid_at)}
    if due.state == "kept":
        return "off", gettext("left for further bids")
    by = gettext("to leave by %(at)s") % {"at": filters.moment(due.due_at)}
    if due.due_at < now:
        return "no", by
    return ("half", by) if due.state == "made" else ("wait", by)


def why_words() -> dict[str, str]:
    """Why money comes back, or comes."""
    return {
        "deposit": gettext("Deposit released"),
        "surplus": gettext("Deposit above price and fee"),
        "proceeds": gettext("Proceeds of a sale"),
        "price": gettext("Price returned"),
        "forfeit": gettext("From a forfeited deposit"),
        "matched": gettext("Paid in for no open purpose"),
    }


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
    statement = statement_of(party, period)
    if (form := request.GET.get("form")) and party is not None and statement is not None:
        return statement_file(request, party, statement, form=form)
    purses = mine.purses(found)
    due = Expectation.objects.filter(account__path=accounts.available(party.ref), state="open") if party else []
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
        due=list(due),
        purposes={"deposit": gettext("Deposit"), "price": gettext("Price of a deal and fee")},
        coming=coming(party, now) if party else [],
        statement=statement,
        rows=list(reversed(statement.rows))[:MOST_ROWS] if statement else [],
        most_rows=MOST_ROWS,
        frozen=statement.frozen if statement else (),
        move=move,
        period=period,
        query={"party": party.pk if party else "", "from": period.first, "to": period.last},
    )


def move(kind: str) -> str:
    """What a movement is called in the page's language."""
    told = papers.move(kind)
    return told.zh if filters.is_chinese() else told.en


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
        Column(head=gettext("Reference"), width=30),
        Column(head=gettext("In or out (yuan)"), kind="money"),
        Column(head=gettext("Balance (yuan)"), kind="money"),
    ]
    rows = (
        (row.recorded_at, move(row.kind), row.memo or row.topic, row.amount, row.balance_after)
        for row in statement.rows
    )
    return lists.sheet(request, form, columns, rows=rows, title=title)
