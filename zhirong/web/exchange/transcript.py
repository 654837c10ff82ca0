"""The public transcript of an auction: every line in order, names hidden until the end, and the file to verify."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from zhirong.exchange import periods, published, sales
from zhirong.exchange.actions.listings import rules_of
from zhirong.exchange.models import Lot, LotStep
from zhirong.papers import sheets
from zhirong.record import actions as record
from zhirong.web import filters, limits, pages, reading
from zhirong.web.exchange import board, fact_words, room, times, words
from zhirong.web.exchange.board import Line

PAGE = 50


@require_safe
def transcript(request: HttpRequest, lot_id: int) -> HttpResponse:
    """/lots/12/transcript?page=2"""
    lot = room.lot_or_404(lot_id)
    shown = LotStep.objects.filter(lot=lot, refusal="").exclude(kind__in=board.UNSEEN)
    total = shown.count()
    last = max(1, -(-total // PAGE))
    number = reading.page(request, last)
    first = (number - 1) * PAGE
    # One line of the page before: it tells whether the limited period opened between the two.
    read = list(shown.order_by("seq").select_related("leaf")[max(0, first - 1) : first + PAGE])
    before, steps = (read[0], read[1:]) if first else (None, read)
    result = json.loads(lot.result)
    return pages.page(
        request,
        "exchange/transcript.html",
        here="market",
        crumbs=room.crumbs(lot, gettext("Transcript")),
        lot=lot,
        title=room.title_of(lot),
        state=words.lot_state(lot),
        rows=[
            (line, step.leaf if step else None)
            for line, step in told(lot, steps, before=before, is_last=number == last)
        ],
        total=total,
        last=last,
        number=number,
        terms=terms_of(lot),
        result=result,
        outcome=words.lot_outcome(lot, str(result.get("outcome", ""))),
        failed=words.failed(is_run_again=words.terms_on_default(lot) == "rerun"),
        deal=room.sale_of(lot) if lot.state == "closed" else None,
        sale=sales.of(lot.listing),
        sale_state=words.listing_state(lot.listing),
    )


def terms_of(lot: Lot) -> list[tuple[str, str]]:
    """What a reader needs to judge the lines by: rule set, start price, steps, and what a late bid does to the end."""
    terms, rules = board.terms_of(lot), rules_of(lot.listing)
    return [
        (gettext("Rule set"), words.rule_set_name(rules)),
        (gettext("Start price"), words.money(terms.start_fen)),
        (gettext("Steps"), fact_words.shown("steps", terms.steps, {})),
        (gettext("End"), times.rule(rules)),
    ]


def told(
    lot: Lot, steps: Iterable[LotStep], *, before: LotStep | None = None, is_last: bool = True
) -> Iterator[tuple[Line, LotStep | None]]:
    """Each step as a line; among them the limited period's opening, which is nobody's deed and so no step (B1)."""
    free_end_ns = periods.free_end_ns(lot)
    for step, stop in board.with_stops(steps):
        if _opened_between(before, step.received_ns, free_end_ns):
            yield _limited(free_end_ns), None
        yield line_of(step, stop, before=before, free_end_ns=free_end_ns), step
        before = step
    if is_last and lot.state in ("live", "matching") and _opened_between(before, record.now_ns(), free_end_ns):
        yield _limited(free_end_ns), None


def _opened_between(before: LotStep | None, after_ns: int, free_end_ns: int) -> bool:
    """Whether the free period ended in between with a bid, which had moved the end behind it."""
    return before is not None and before.received_ns < free_end_ns <= after_ns and before.closes_ns > free_end_ns > 0


def _limited(at_ns: int) -> Line:
    return Line(0, at_ns, word=gettext("The limited period opened"))


def line_of(step: LotStep, stop: LotStep | None, *, before: LotStep | None = None, free_end_ns: int = 0) -> Line:
    """A step in plain words; of a bid also what it did to the end (B1)."""
    if step.kind == "bid":
        said = bid_said(step, before, free_end_ns=free_end_ns)
        return Line(step.seq, step.received_ns, step.code, step.amount_fen, "off", said, step.leaf_id)
    return Line(step.seq, step.received_ns, word=board.said(step, stop), leaf_id=step.leaf_id)


def bid_said(step: LotStep, before: LotStep | None, *, free_end_ns: int) -> str:
    """A bid, and from when to when it moved the end; the first of a free period opens the limited one instead."""
    if before is None or step.closes_ns <= before.closes_ns:
        return gettext("Bid")
    was, end = (filters.clock_seen(at_ns, step.received_ns) for at_ns in (before.closes_ns, step.closes_ns))
    if free_end_ns and before.closes_ns <= free_end_ns:
        return gettext("Bid; a limited period follows the free one, until %(end)s") % {"end": end}
    if free_end_ns:
        return gettext("Bid; the limited period began anew: until %(end)s, before %(was)s") % {"was": was, "end": end}
    return gettext("Bid; it moved the end from %(was)s to %(end)s") % {"was": was, "end": end}


@require_safe
def download(request: HttpRequest, lot_id: int, form: str) -> HttpResponse:
    """/lots/12/transcript.json for the verifier; .csv and .xlsx for reading."""
    lot = room.lot_or_404(lot_id)
    limits.take(request, "export")
    if form == "json":
        content, media = published.transcript(lot), "application/json"
        if content is None:
            raise Http404
    elif form == "csv":
        content, media = sheets.csv_file(columns(), lines(lot)), "text/csv; charset=utf-8"
    elif form == "xlsx":
        content = sheets.workbook(gettext("Transcript"), columns(), lines(lot), made_at=record.now())
        media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    else:
        raise Http404
    answer = HttpResponse(content, content_type=media)
    answer["Content-Disposition"] = f'attachment; filename="{lot.listing.number}-{lot.run}-transcript.{form}"'
    return answer


def columns() -> list[sheets.Column]:
    return [
        sheets.Column(head=gettext("Line"), kind="number"),
        sheets.Column(head=gettext("Received"), kind="moment"),
        sheets.Column(head=gettext("Bidder"), width=10),
        sheets.Column(head=gettext("Amount (yuan)"), kind="money"),
        sheets.Column(head=gettext("What"), width=40),
        sheets.Column(head=gettext("Ends"), kind="moment"),
    ]


def lines(lot: Lot) -> Iterator[list[sheets.Value]]:
    """Every public step in order."""
    found = LotStep.objects.filter(lot=lot, refusal="").exclude(kind__in=board.UNSEEN).order_by("seq")
    place, ends = 0, None
    for one, step in told(lot, found.iterator(chunk_size=500)):
        place += 1 if step else 0
        ends = filters.local(step.closes_ns) if step else ends
        yield [place if step else None, filters.local(one.at_ns), one.code, one.price_fen, one.word, ends]
