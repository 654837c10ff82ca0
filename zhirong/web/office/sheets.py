"""The listings of a seller's sheet before the operator: announced at once, each row by the rules of one listing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.db.models import BigIntegerField, Case, CharField, F, OuterRef, Subquery, Value, When
from django.db.models.functions import Cast
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext

from zhirong.base import citations
from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused, sentence
from zhirong.exchange import gates, rule_sets, state_assets
from zhirong.exchange.actions import bulk, sheet, unknown_fees
from zhirong.exchange.models import Listing, ListingItem
from zhirong.people import access
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.record.jobs import Progress
from zhirong.record.models import Job
from zhirong.registry import queries
from zhirong.registry.models import ImportBatch, ImportRow
from zhirong.registry.rules import Freedom
from zhirong.web import filters, house, lists, pages, reading
from zhirong.web.office import done, reviews, rooms
from zhirong.web.registry import bringing

ANNOUNCE = "sheet.announce"
REFUSED_SHOWN = 200


@dataclass(frozen=True)
class RowInView:
    """A row of the sheet: its listing, how that stands, and what would keep it from being announced."""

    line: int
    listing: Listing
    state: tuple[str, str]
    findings: list[reviews.Finding]
    # The fees of its rights are not known here as paid: announced on the operator's word alone (B9).
    asks_word: bool = False


@dataclass(frozen=True)
class Came:
    """What became of the rows: how many are announced and how many not, and the first refusals in both languages."""

    announced: int
    refused: int
    first: list[tuple[int, str, str]]

    @property
    def shown(self) -> list[tuple[int, str]]:
        """Rows and reasons in the language of the page."""
        return [(row, zh if filters.is_chinese() else en) for row, zh, en in self.first]


@dataclass(frozen=True)
class Draft:
    """A listing of the sheet, as far as the page counts, orders and turns by it."""

    pk: int
    line: int
    asking_fen: int
    state: str
    is_announced: bool


ORDERS: dict[str, Callable[[Draft], int]] = {"row": attrgetter("line"), "asking": attrgetter("asking_fen")}


@rooms.room("exchange.see_office", does=("exchange.publish_many",))
def sheet_page(request: HttpRequest, batch_id: int) -> HttpResponse:
    """/office/sheets/<id>: what waits of a sheet, row by row, and one button for all of it."""
    drafts = drafts_of(batch_id)
    if not drafts:
        raise Http404
    if request.method == "POST":
        return announce(request, ImportBatch.objects.select_related("file", "holder").get(pk=batch_id))
    return shown(request, drafts, batch_id)


def drafts_of(batch_id: int) -> list[Draft]:
    """All listings of a sheet with their rows, in one question: every row made one, in the sheet's order."""
    out = Case(When(announced_at__isnull=False, then=Value(1)), default=Value(0))
    made = Listing.objects.filter(batch=batch_id, batch__visible_at__isnull=False)
    rows = ImportRow.objects.filter(batch=batch_id)
    text, number = CharField(), BigIntegerField()
    both = made.values_list(F("pk"), Cast("asking_fen", number), Cast("state", text), out).union(
        rows.values_list(F("line"), Value(0, number), Value("", text), Value(0)), all=True
    )
    found = sorted(both)
    lines = iter([pk for pk, _, state, _ in found if not state])
    return [Draft(pk, next(lines), fen, state, bool(is_out)) for pk, fen, state, is_out in found if state]


def announce(request: HttpRequest, batch: ImportBatch) -> HttpResponse:
    """All that waits: the page again, with what was refused. A long sheet is announced in the background."""
    person, deed = rooms.who(request), request.POST.get("deed", "")
    if deed != "announce_sheet":
        raise Refused("web.no_such_deed", deed=deed[:40])
    rows = [lists.number_of(one, least=0) for one in request.POST.getlist("fees_unknown")]
    there = HttpResponseRedirect(reverse("office-sheet", args=[batch.pk]))
    if batch.rows > bringing.LONG_ROWS:
        facts = {"person": person.pk, "batch": batch.pk, "rows": rows}
        # All rows from the first look on: the work says how many it has looked at, chunk by chunk.
        key = f"{ANNOUNCE}:{batch.ref}:{person.ref}:{record.now():%Y%m%d%H%M%S}"
        record.ask_job(person, ANNOUNCE, key=key, facts=facts, total=batch.rows)
        return there
    came = of(bulk.announce_sheet(person, batch, fees_unknown=set(rows)))
    if not came.refused:
        return done.tell(request, there, deed)
    return shown(request, drafts_of(batch.pk), batch.pk, came=came)


def of(published: bulk.Published) -> Came:
    refused = list(published.refused.items())
    first = [(row, sentence(one, "zh"), sentence(one, "en")) for row, one in refused[:REFUSED_SHOWN]]
    return Came(published.announced, len(refused), first)


def do_announce(facts: dict[str, Any]) -> Iterator[Progress]:
    """The job of announcing a long sheet; what was announced before it stopped is found announced."""
    person, batch = Person.objects.get(pk=facts["person"]), ImportBatch.objects.get(pk=facts["batch"])
    for looked_at, rows in bulk.announcing(person, batch, fees_unknown=set(facts["rows"]), done=bulk.Published()):
        yield Progress(looked_at, rows)


house.WORK.update({ANNOUNCE: do_announce})


def shown(request: HttpRequest, drafts: list[Draft], batch_id: int, *, came: Came | None = None) -> HttpResponse:
    """The page; `came` is what this very request announced and did not."""
    show = reading.choice(request, "show", ("waiting", "all"), default="waiting")
    order = reading.order(request, ORDERS, default="row")
    waiting = [one for one in drafts if one.state == "submitted"]
    chosen = sorted(waiting if show == "waiting" else drafts, key=ORDERS[order.lstrip("-")])
    if order.startswith("-"):
        chosen.reverse()
    last = max(1, -(-len(chosen) // lists.PAGE))
    number = reading.page(request, last)
    here = chosen[(number - 1) * lists.PAGE : number * lists.PAGE]
    placed = placed_of(here)
    batch = placed[0].listing.batch if placed else None
    batch = batch or ImportBatch.objects.select_related("file", "holder").get(pk=batch_id)
    job = last_job(batch.ref) if batch.rows > bringing.LONG_ROWS else None
    title = batch.file.name if batch.file else batch.ref
    found = Listing.objects.filter(batch=batch_id)
    found = found.filter(state="submitted") if show == "waiting" else found
    lines = {one.pk: one.line for one in drafts}
    if file := lists.taken_away(request, "rows", title, columns=columns_of(lines), found=found.order_by("pk")):
        return file
    rows = in_view(batch, here, placed)
    standing, is_running = pages.standing_of(request), job is not None and job.state in ("waiting", "running")
    answer = rooms.show(
        request,
        "sheet.html",
        here="office",
        title=title,
        batch=batch,
        rows=rows,
        number=number,
        last=last,
        order=order,
        query={"show": show, "order": order},
        show=show,
        came=came,
        job=job,
        is_running=is_running,
        could=access.could(standing, "exchange.publish_many"),
        may=all(access.may(standing, "exchange.review", one.listing) for one in rows),
        waiting=len(waiting),
        asking_fen=sum(one.asking_fen for one in waiting),
        early=sum(one.state in ("draft", "returned") for one in drafts),
        announced=sum(one.is_announced for one in drafts),
    )
    if is_running:
        answer["Refresh"] = "2"
    return answer


def placed_of(here: list[Draft]) -> list[Any]:
    """The rights of the listings on a page, with the sheet itself and the live listing that has a right already."""
    beside = ("listing__batch__file", "listing__batch__holder", "right")
    live = ListingItem.objects.filter(right=OuterRef("right"), is_live=True).exclude(listing=OuterRef("listing"))
    items = ListingItem.objects.filter(listing__in=[one.pk for one in here]).select_related(*beside)
    return list(items.annotate(listed_in=Subquery(live.values("listing__number")[:1])).order_by("position"))


def last_job(ref: str) -> Job | None:
    """The job that announced the sheet last, or announces it now."""
    return Job.objects.filter(kind=ANNOUNCE, key__startswith=f"{ANNOUNCE}:{ref}:").order_by("-pk").first()


def in_view(batch: ImportBatch, here: list[Draft], placed: list[Any]) -> list[RowInView]:
    """The rows of a page, with the registry's answer for those that wait, as the gate will ask it."""
    now, seller = record.now(), sheet.seller_of(batch)
    listings = {item.listing_id: item.listing for item in placed}
    asked = [item for item in placed if item.listing.state == "submitted"]
    facts = queries.facts_of_read([item.right for item in asked], beijing_day(now)) if asked else []
    answers: dict[int, list[Freedom]] = {}
    for item, one in zip(asked, facts, strict=True):
        answers.setdefault(item.listing_id, []).append(gates.judge(one, seller=seller, now=now))
    for listing in listings.values():
        listing.seller = seller
    elsewhere = {item.listing_id: item.listed_in for item in placed if item.listed_in}
    return [
        row_of(listings[one.pk], answers.get(one.pk, []), line=one.line, elsewhere=elsewhere.get(one.pk, ""))
        for one in here
        if one.pk in listings
    ]


def row_of(listing: Listing, answers: list[Freedom], *, line: int, elsewhere: str) -> RowInView:
    """How a row stands before the operator; `elsewhere` is a live listing that has one of its rights (E32)."""
    if listing.state != "submitted":
        return RowInView(line, listing, reviews.state_of(listing.state), [])
    if elsewhere:
        stands = gettext("A right of it stands in listing %(other)s already") % {"other": elsewhere}
        return RowInView(line, listing, ("no", stands), [])
    reasons = [reason for answer in answers for reason in answer.reasons]
    findings = [reviews.finding(reason) for reason in reasons]
    if not all(answer.allowed for answer in answers):
        return RowInView(line, listing, ("no", gettext("May not be sold")), findings)
    rule = citations.rule("X3", "zh" if filters.is_chinese() else "en")
    if state_assets.are_asked(listing.seller, rule_sets.rule_set(listing.rule_set, beijing_day(record.now()))):
        return RowInView(
            line,
            listing,
            ("wait", gettext("By itself: its papers are read first (%(rule)s)") % {"rule": rule}),
            findings,
        )
    if any(reason.code == unknown_fees.CODE for reason in reasons):
        return RowInView(line, listing, ("wait", gettext("Fees not known as paid")), findings, asks_word=True)
    return RowInView(line, listing, ("go", gettext("May be sold")), findings)


def columns_of(lines: dict[int, int]) -> list[lists.Column]:
    """The rows as a file."""
    return [
        lists.Column(head=gettext("Row"), value=lambda one: lines[one.pk], kind="number"),
        lists.Column(head=gettext("Listing"), value=lambda one: one.number),
        lists.Column(head=gettext("Title"), value=lambda one: filters.title(one)),
        lists.Column(head=gettext("Asking price (yuan)"), value=lambda one: one.asking_fen, kind="money"),
        lists.Column(head=gettext("State"), value=lambda one: reviews.state_of(one.state)[1]),
    ]
