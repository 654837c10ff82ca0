"""The hall: a search over listings and rights whose whole state stands in the address (PAGES 4, SEARCH B8)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_safe
from markupsafe import Markup, escape

from zhirong.base.refused import Refused
from zhirong.exchange import finder
from zhirong.exchange.models import Listing, ListingItem, Lot
from zhirong.papers import charts, sheets
from zhirong.record import actions as record
from zhirong.registry.models import Holding, Right
from zhirong.search import address as addresses
from zhirong.search import highlights, parser
from zhirong.search.address import Address
from zhirong.search.backend import DEEPEST, PRICE_EDGES_FEN, Band, Hit, Results
from zhirong.search.query import Everything, Node, Note
from zhirong.web import filters, limits, pages
from zhirong.web.exchange import front, words

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
    "court_timed": gettext_noop("Court rule, timed"),
    "free_limited": gettext_noop("Free and limited period"),
    "platform": gettext_noop("Platform rule"),
    "state_owned": gettext_noop("State-owned assets"),
    "demo": gettext_noop("Demonstration"),
}
EXPORT_CHUNK = 1_000


@dataclass(frozen=True)
class Asked:
    """What the address asks for, read once; `refused` where it cannot be searched for."""

    address: Address
    kind: str
    node: Node
    notes: tuple[Note, ...] = ()
    refused: Refused | None = None

    def found(self, *, size: int = addresses.PAGE_SIZE, facets: tuple[str, ...] = ()) -> Results:
        """What the index finds for it."""
        if self.refused is not None:
            return Results(hits=(), total=0, facets=dict.fromkeys(facets, ()))
        request, _ = in_index(self.address, self.kind).request(facets=facets, size=size)
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
    try:
        address = addresses.read(pairs)
    except Refused as refused:
        address = Address(text=request.GET.get("q", ""))
        return Asked(address, kind_of(address), Everything(), refused=at_box(refused))
    kind = kind_of(address)
    try:
        parsed = parser.parse(address.text)
        in_index(address, kind).request()
    except Refused as refused:
        return Asked(address, kind, Everything(), refused=at_box(refused))
    return Asked(address, kind, parsed.node, parsed.notes)


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
    address, progress = asked.address, finder.progress()
    elsewhere = beside(asked) if not results.total and asked.kind == "listing" else 0
    last = min(-(-results.total // addresses.PAGE_SIZE), addresses.LARGEST_PAGE)
    return pages.page(
        request,
        "exchange/market.html",
        here="market",
        crumbs=[(gettext("Market"), None)],
        asked=asked,
        address=address,
        results=results,
        rows=rows(results.hits, asked.node),
        figures=front.figures(record.now()),
        groups=groups(asked, results),
        chips=chips(asked),
        prices=prices(address, results.prices),
        tabs=[(gettext(word), asked.link(of_kind(address, kind)), kind == asked.kind) for kind, word in TABS.items()],
        sorts=[(gettext(word), asked.link(address.sorted_by(sort)), sort == shown_sort(asked)) for sort, word in SORTS.items()],
        last=last,
        elsewhere=elsewhere,
        elsewhere_link=asked.link(of_kind(address, "any")),
        progress=progress,
        notes=[note.zh if filters.is_chinese() else note.en for note in asked.notes],
    )  # fmt: skip


def shown_sort(asked: Asked) -> str:
    """The order in which the list stands, also where the address names none."""
    return in_index(asked.address, asked.kind).sort


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
    if not bands:
        return ""
    chosen = None
    if address.price_from_fen is not None or address.price_to_fen is not None:
        low, high = address.price_from_fen or 0, address.price_to_fen
        inside = [
            place
            for place, band in enumerate(bands)
            if (band.to_fen is None or band.to_fen > low) and (high is None or (band.from_fen or 0) <= high)
        ]
        chosen = range(inside[0], inside[-1] + 1) if inside else range(0)
    fullest = max(bands, key=lambda band: band.count)
    label = gettext("Prices: most lie between %(low)s and %(high)s") % {
        "low": words.money(fullest.from_fen or 0),
        "high": words.money(fullest.to_fen) if fullest.to_fen else gettext("above %(edge)s") % {"edge": words.money(PRICE_EDGES_FEN[-1])},
    }  # fmt: skip
    return Markup(charts.columns([band.count for band in bands], chosen=chosen, label=label))


def marked(text: str, node: Node, field: str) -> Markup:
    """A text with the words that were asked for marked."""
    made, at = Markup(""), 0
    for begin, end in highlights.marks(text, node, field=field):
        made += escape(text[at:begin]) + Markup("<mark>") + escape(text[begin:end]) + Markup("</mark>")
        at = end
    return made + escape(text[at:])


def ids(hits: Sequence[Hit], kind: str) -> list[int]:
    """The row ids of the hits of one kind."""
    return [int(hit.id.partition(":")[2]) for hit in hits if hit.id.startswith(f"{kind}:")]


def things(hits: Sequence[Hit]) -> dict[str, Any]:
    """The rows behind the hits by their topic, in five queries."""
    held = Prefetch("holdings", Holding.objects.filter(until=None).order_by("position", "pk"), to_attr="held")
    rights = Prefetch("right", Right.objects.prefetch_related(held))
    items = Prefetch("items", ListingItem.objects.order_by("position").prefetch_related(rights), to_attr="shown_items")
    lots = Prefetch("lots", Lot.objects.order_by("-run"), to_attr="shown_lots")
    found: dict[str, Any] = {}
    if wanted := ids(hits, "listing"):
        found |= {one.topic: one for one in Listing.objects.filter(pk__in=wanted).prefetch_related(items, lots)}
    if wanted := ids(hits, "right"):
        found |= {one.topic: one for one in Right.objects.filter(pk__in=wanted).prefetch_related(held)}
    return found


def rows(hits: Sequence[Hit], node: Node) -> list[dict[str, Any]]:
    """The hits as the list shows them; what left the database since it was indexed is left out."""
    found = things(hits)
    made = []
    for hit in hits:
        thing = found.get(hit.id)
        if isinstance(thing, Listing):
            made.append(listing_row(thing, node))
        elif isinstance(thing, Right):
            made.append(right_row(thing, node))
    return made


def listing_row(listing: Any, node: Node) -> dict[str, Any]:
    """One listing of the list: what it is on the left, price and state on the right."""
    items, lot = listing.shown_items, next(iter(listing.shown_lots), None)
    rights = [item.right for item in items]
    is_running = lot is not None and listing.state == "bidding"
    if listing.state in ("sold", "settled"):
        price_word = gettext("Sold for")
    elif lot is not None and lot.top_fen:
        price_word = gettext("Current price")
    else:
        price_word = gettext("Asking price")
    if is_running and lot is not None:
        line = gettext("ends %(at)s · bids %(n)s") % {"at": filters.short_moment(lot.closes_ns), "n": lot.bids}
    elif listing.state == "announced" and listing.closes_at:
        line = gettext("registration until %(at)s") % {"at": filters.short_moment(listing.closes_at)}
    else:
        line = ""
    title = listing.title if filters.is_chinese() or not listing.title_en else listing.title_en
    first = rights[0] if rights else None
    return {
        "address": reverse("room", args=[lot.pk]) if is_running and lot is not None else reverse("listing", args=[listing.number]),
        "title": marked(title, node, "title"),
        "facts": [fact for fact in (
            words.kind(first.kind) if first else "",
            first.number if first and len(rights) == 1 else gettext("%(n)s rights") % {"n": len(rights)},
            first.ipc if first else "",
            listing.number,
        ) if fact],
        "text": marked(listing.summary[:120], node, "abstract"),
        "holders": "、".join(dict.fromkeys(one.name for right in rights[:3] for one in right.held)),
        "price_word": price_word,
        "price_fen": (lot.top_fen if lot is not None and lot.top_fen else None) or listing.asking_fen,
        "state": words.listing_state(listing),
        "line": line,
        "export": (listing.number, title, ", ".join(right.number for right in rights)),
        "closes_at": listing.closes_at,
    }  # fmt: skip


def right_row(right: Any, node: Node) -> dict[str, Any]:
    """One right of the list."""
    return {
        "address": right_address(right),
        "title": marked(right.title, node, "title"),
        "facts": [fact for fact in (words.kind(right.kind), right.number, right.ipc) if fact],
        "text": marked(right.abstract[:120], node, "abstract"),
        "holders": "、".join(one.name for one in right.held),
        "price_word": "",
        "price_fen": None,
        "state": None,
        "line": gettext("filed %(day)s") % {"day": filters.day(right.filed_on)} if right.filed_on else "",
        "export": ("", right.title, right.number),
        "closes_at": None,
    }


def right_address(right: Right) -> str | None:
    """The page of a right, where the registry's pages are built."""
    for name in (right.pk, right.number, right.key):
        try:
            return reverse("right", args=[name])
        except NoReverseMatch:
            continue
    return None


@require_safe
def export(request: HttpRequest, form: str) -> HttpResponse:
    """/market.xlsx and /market.csv with the same search: what the list shows, up to ten thousand rows."""
    if form not in ("csv", "xlsx"):
        raise Http404
    limits.take(request, "export")
    asked = read(request)
    if asked.refused is not None:
        raise asked.refused
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
        content, media = sheets.csv_file(columns, lines(asked)), "text/csv; charset=utf-8"
    else:
        now = record.now()
        content = sheets.workbook(gettext("Market"), columns, lines(asked), made_at=now)
        media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    answer = HttpResponse(content, content_type=media)
    answer["Content-Disposition"] = f'attachment; filename="zhirong-market.{form}"'
    return answer


def lines(asked: Asked) -> Iterator[list[sheets.Value]]:
    """The rows of an export, read by smaller searches."""
    for page in range(1, DEEPEST // EXPORT_CHUNK + 1):
        results = replace(asked, address=asked.address.on_page(page)).found(size=EXPORT_CHUNK)
        for row in rows(results.hits, Everything()):
            state = row["state"][1] if row["state"] else ""
            yield [*row["export"], row["holders"], row["price_fen"], state, row["closes_at"]]
        if page * EXPORT_CHUNK >= results.total:
            return
