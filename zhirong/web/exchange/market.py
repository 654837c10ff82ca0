"""The hall: a search over listings and rights whose whole state stands in the address (PAGES 4, SEARCH B8)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_safe
from markupsafe import Markup

from zhirong.base.refused import Refused
from zhirong.exchange import finder
from zhirong.papers import charts, sheets
from zhirong.record import actions as record
from zhirong.search import address as addresses
from zhirong.search import parser
from zhirong.search.address import Address
from zhirong.search.backend import DEEPEST, PRICE_EDGES_FEN, Band, Results
from zhirong.search.query import Everything, Node, Note
from zhirong.web import filters, limits, lists, pages, reading
from zhirong.web.exchange import front, hits, words

FACETS = ("right_kind", "state", "section", "mode")
TABS = {
    "listing": gettext_noop("Listings"),
    "right": gettext_noop("All rights"),
    "any": gettext_noop("Both"),
}
SORTS = {
    "score": gettext_noop("best match"),
    "closes": gettext_noop("closing soon"),
    "price": gettext_noop("price, low first"),
    "-price": gettext_noop("price, high first"),
    "-listed": gettext_noop("newest"),
}
LEGENDS = {
    "right_kind": gettext_noop("Kind of right"),
    "state": gettext_noop("State"),
    "section": gettext_noop("Field (IPC section)"),
    "mode": gettext_noop("Rule set"),
}
RULE_SETS = {
    "court_timed": gettext_noop("After the court rule, timed"),
    "free_limited": gettext_noop("Free and limited period"),
    "platform": gettext_noop("Platform rule"),
    "state_owned": gettext_noop("State-owned assets"),
    "demo": gettext_noop("Demonstration"),
}
# Facets with a list of their values; a holder, a year or a subclass may be any.
CLOSED: Mapping[str, Collection[str]] = {
    "kind": TABS,
    "mode": RULE_SETS,
    "right_kind": words.KINDS,
    "section": words.SECTIONS,
}
EXPORT_CHUNK = 500


@dataclass(frozen=True)
class Asked:
    """What the address asks for, read once; `refused` where it cannot be searched for."""

    address: Address
    kind: str
    node: Node
    notes: tuple[Note, ...] = ()
    refused: Refused | None = None

    def found(
        self, *, size: int = addresses.PAGE_SIZE, facets: tuple[str, ...] = (), deepest: int = DEEPEST
    ) -> Results:
        """What the index finds for it."""
        if self.refused is not None:
            return Results(hits=(), total=0, facets=dict.fromkeys(facets, ()))
        request, _ = in_index(self.address, self.kind).request(facets=facets, size=size, deepest=deepest)
        return finder.search(request)

    def link(self, address: Address) -> str:
        """The address of the hall for a changed search of the same kind."""
        text = address.query_string()
        return f"{reverse('market')}?{text}" if text else reverse("market")


def in_index(address: Address, kind: str) -> Address:
    """The address as the index is asked: one kind of thing, and an order also where there are no words to match."""
    filters_ = {name: values for name, values in address.filters.items() if name != "kind"}
    if kind != "any":
        filters_["kind"] = (kind,)
    sort = "closes" if address.sort == "score" and not address.text and kind == "listing" else address.sort
    return replace(address, filters=filters_, sort=sort)


def read(request: HttpRequest) -> Asked:
    """The search in the address; one that cannot be read keeps its words, so that they can be put right."""
    pairs = [(name, value) for name, values in request.GET.lists() for value in values]
    address = addresses.read([pair for pair in pairs if can_follow(request, *pair)])
    kind = kind_of(address)
    try:
        parsed = parser.parse(address.text)
        in_index(address, kind).request()
    except Refused as refused:
        return Asked(address, kind, Everything(), refused=at_box(refused))
    return Asked(address, kind, parsed.node, parsed.notes)


def can_follow(request: HttpRequest, name: str, value: str) -> bool:
    """Whether the hall knows this filter, price or order; what it does not know is passed over aloud."""
    known: Collection[str] | None = {"state": {**words.LISTING, **words.RIGHT}, **CLOSED}.get(name)
    try:
        if value.strip():
            addresses.read([(name, value)])
    except Refused as refused:
        is_order = refused.code == "search.unknown_sort"
        reading.passed_over(request, refused if is_order else reading.not_filtered(name, value))
        return False
    if name in addresses.NAMES and (known is None or not value or value in known):
        return True
    reading.passed_over(request, reading.not_filtered(name, value))
    return False


def kind_of(address: Address) -> str:
    """Listings, unless rights or both are asked for."""
    chosen = address.filters.get("kind", ("listing",))
    return chosen[0] if len(chosen) == 1 and chosen[0] in TABS else "any"


def at_box(refused: Refused) -> Refused:
    """A refusal that stands beside the box."""
    return Refused(refused.code, **{"field": "q", **refused.facts})


@require_safe
def hall(request: HttpRequest) -> HttpResponse:
    """/market?q=储能&right_kind=invention&sort=closes&page=2"""
    limits.take(request, "search")
    asked = read(request)
    if asked.refused is not None:
        request.house_refused = asked.refused  # type: ignore[attr-defined]
    results = asked.found(facets=FACETS)
    last = max(1, min(-(-results.total // addresses.PAGE_SIZE), addresses.LARGEST_PAGE))
    number = reading.page(request, last)
    if number != asked.address.page:
        asked = replace(asked, address=asked.address.on_page(number))
        results = asked.found(facets=FACETS)
    address, progress = asked.address, finder.progress()
    elsewhere = beside(asked) if not results.total and asked.kind == "listing" else 0
    return pages.page(
        request,
        "exchange/market.html",
        here="market",
        crumbs=[(gettext("Trading hall"), None)],
        asked=asked,
        address=address,
        results=results,
        rows=hits.rows(results.hits, asked.node),
        figures=front.figures(record.now()),
        groups=groups(asked, results),
        chips=chips(asked),
        prices=prices(address, results.prices),
        tabs=[(gettext(word), asked.link(of_kind(address, kind)), kind == asked.kind) for kind, word in TABS.items()],
        sorts=sorts(asked),
        is_by_end=in_index(address, asked.kind).sort.removeprefix("-") == "closes",
        last=last,
        deepest=DEEPEST,
        elsewhere=elsewhere,
        elsewhere_link=asked.link(of_kind(address, "any")),
        progress=progress,
        notes=[note.zh if filters.is_chinese() else note.en for note in asked.notes],
    )


def sorts(asked: Asked) -> list[tuple[str, str, bool]]:
    """The orders with their addresses, and which one the list stands in, also where the address names none."""
    shown = in_index(asked.address, asked.kind).sort
    return [(gettext(word), asked.link(asked.address.sorted_by(sort)), sort == shown) for sort, word in SORTS.items()]


def of_kind(address: Address, kind: str) -> Address:
    """The same words among another kind of thing; filters that only the old kind has are left behind."""
    kept = {name: values for name, values in address.filters.items() if name in ("right_kind", "section")}
    if kind != "listing":
        kept["kind"] = (kind,)
    return replace(address, filters=kept, page=1, sort="score")


def beside(asked: Asked) -> int:
    """How many the same words find among everything."""
    return replace(asked, kind="any", address=of_kind(asked.address, "any")).found(size=1).total


def value_word(facet: str, value: str) -> str:
    """A value of a facet in the words of the page."""
    by_facet = {"mode": RULE_SETS, "section": words.SECTIONS, "right_kind": words.KINDS}
    if facet == "state":
        return (
            gettext({**words.LISTING, **words.RIGHT}[value][1]) if value in {**words.LISTING, **words.RIGHT} else value
        )
    known = by_facet.get(facet, {})
    return gettext(known[value]) if value in known else value


def groups(asked: Asked, results: Results) -> list[tuple[str, str, list[tuple[str, str, int, bool]]]]:
    """The facets with what each choice would give; a choice that now gives nothing stays, so that it can be undone."""
    made = []
    for facet in FACETS:
        chosen = asked.address.filters.get(facet, ())
        counted = dict(results.facets.get(facet, ()))
        values = [*counted, *(value for value in chosen if value not in counted)]
        if facet == "section":
            values.sort()
        lines = [(value, value_word(facet, value), counted.get(value, 0), value in chosen) for value in values]
        if lines and not (facet == "mode" and asked.kind == "right"):
            made.append((gettext(LEGENDS[facet]), facet, lines))
    return made


def chips(asked: Asked) -> list[tuple[str, str]]:
    """What is chosen, each with the address that leaves it out."""
    address = asked.address
    made = [
        (value_word(facet, value), asked.link(address.toggled(facet, value)))
        for facet, values in address.filters.items()
        if facet != "kind"
        for value in values
    ]
    if address.price_from_fen is not None or address.price_to_fen is not None:
        low = filters.yuan(address.price_from_fen) if address.price_from_fen is not None else ""
        high = filters.yuan(address.price_to_fen) if address.price_to_fen is not None else ""
        made.append(
            (gettext("%(low)s – %(high)s yuan") % {"low": low, "high": high}, asked.link(address.without_price()))
        )
    return made


def prices(address: Address, bands: Sequence[Band]) -> str:
    """The histogram of prices within the search, those of the chosen range in colour."""
    if not any(band.count for band in bands):
        return ""
    chosen = None
    if address.price_from_fen is not None or address.price_to_fen is not None:
        least, high = address.price_from_fen or 0, address.price_to_fen
        inside = [
            place
            for place, band in enumerate(bands)
            if (band.to_fen is None or band.to_fen > least) and (high is None or (band.from_fen or 0) <= high)
        ]
        chosen = range(inside[0], inside[-1] + 1) if inside else range(0)
    fullest = max(bands, key=lambda band: band.count)
    most = words.money(fullest.to_fen or PRICE_EDGES_FEN[-1])
    low = words.money(fullest.from_fen or 0)
    label = gettext("Prices: most lie between %(low)s and %(high)s") % {"low": low, "high": most}
    return Markup(charts.columns([band.count for band in bands], chosen=chosen, label=label))


@require_safe
def export(request: HttpRequest, form: str) -> HttpResponse:
    """/market.xlsx and /market.csv with the same search: everything that it finds, also beyond the last page."""
    if form not in ("csv", "xlsx"):
        raise Http404
    limits.take(request, "export")
    asked = read(request)
    if asked.refused is not None:
        raise asked.refused
    reading.refuse_passed_over(request)
    results = replace(asked, address=asked.address.on_page(1)).found(size=lists.EXPORT_MOST, deepest=lists.EXPORT_MOST)
    lists.refuse_too_long(results.total)
    columns = [
        sheets.Column(head=gettext("Listing"), width=18),
        sheets.Column(head=gettext("Title"), width=48),
        sheets.Column(head=gettext("Number"), width=24),
        sheets.Column(head=gettext("Holders"), width=32),
        sheets.Column(head=gettext("Price (yuan)"), kind="money"),
        sheets.Column(head=gettext("State")),
        sheets.Column(head=gettext("Registration until"), kind="moment"),
    ]
    if form == "csv":
        content, media = sheets.csv_file(columns, lines(results)), "text/csv; charset=utf-8"
    else:
        now = record.now()
        content = sheets.workbook(gettext("Market"), columns, lines(results), made_at=now)
        media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    answer = HttpResponse(content, content_type=media)
    answer["Content-Disposition"] = f'attachment; filename="zhirong-market.{form}"'
    return answer


def lines(results: Results) -> Iterator[list[sheets.Value]]:
    """The rows of an export, read a part at a time."""
    for start in range(0, len(results.hits), EXPORT_CHUNK):
        for row in hits.rows(results.hits[start : start + EXPORT_CHUNK], Everything()):
            state = row["state"][1] if row["state"] else ""
            yield [*row["export"], row["holders"], row["price_fen"], state, row["closes_at"]]
