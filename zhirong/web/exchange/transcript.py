"""The public transcript of an auction: every line in order, names hidden until the end, and the file to verify."""

from __future__ import annotations

import json
from collections.abc import Iterator

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from zhirong.exchange import published, sales
from zhirong.exchange.models import Lot, LotStep
from zhirong.papers import sheets
from zhirong.record import actions as record
from zhirong.web import filters, limits, pages, reading
from zhirong.web.exchange import board, room, words
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
    steps = list(shown.order_by("seq").select_related("leaf")[(number - 1) * PAGE : number * PAGE])
    result = json.loads(lot.result)
    return pages.page(
        request,
        "exchange/transcript.html",
        here="market",
        crumbs=room.crumbs(lot, gettext("Transcript")),
        lot=lot,
        title=room.title_of(lot),
        state=words.lot_state(lot),
        rows=[(line_of(step, stop), step.leaf) for step, stop in board.with_stops(steps)],
        total=total,
        last=last,
        number=number,
        result=result,
        outcome=words.outcome(str(result.get("outcome", ""))),
        deal=room.sale_of(lot) if lot.state == "closed" else None,
        sale=sales.of(lot.listing),
        sale_state=words.listing_state(lot.listing),
    )


def line_of(step: LotStep, stop: LotStep | None) -> Line:
    """A step in plain words."""
    if step.kind == "bid":
        return Line(step.seq, step.received_ns, step.code, step.amount_fen, "off", gettext("Bid"), step.leaf_id)
    return Line(step.seq, step.received_ns, word=board.said(step, stop), leaf_id=step.leaf_id)


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
    for place, (step, stop) in enumerate(board.with_stops(found.iterator(chunk_size=500)), start=1):
        one = line_of(step, stop)
        at, ends = filters.local(step.received_ns), filters.local(step.closes_ns)
        yield [place, at, one.code, one.price_fen, one.word, ends]
