"""The bidding room as it stands for everyone: board, choices, path, record. One source for page and hub."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.template.loader import get_template, render_to_string
from django.utils.translation import gettext, gettext_noop

from zhirong.base import shown
from zhirong.exchange import periods
from zhirong.exchange.actions.listings import rules_of
from zhirong.exchange.engine import amounts
from zhirong.exchange.engine.shape import Terms
from zhirong.exchange.models import Lot, LotStep
from zhirong.exchange.periods import Periods
from zhirong.exchange.rule_sets import RuleSet
from zhirong.papers import charts
from zhirong.record import actions as record
from zhirong.web import filters, hub
from zhirong.web.exchange import times, words

# The places of the room that the hub keeps live, and the template that fills each.
PLACES = {
    name: f"exchange/room/{name}.html" for name in ("state", "price", "leads", "next", "clock", "choices", "record")
}
STEPS_READ = 300
ROWS = 10
MS = 1_000_000
UNSEEN = ("begun", "admitted")
SAID = {
    "opened": gettext_noop("Bidding opened"),
    "started": gettext_noop("Bidding opened"),
    "paused": gettext_noop("Paused from %(since)s on: %(reason)s"),
    "encumbered": gettext_noop("Stopped from %(since)s on, the register changed: %(reason)s"),
    "resumed": gettext_noop(
        "Resumed: stood still from %(since)s to %(at)s; given back %(given)s; the end moved from %(was)s to %(end)s"
    ),
    "edited": gettext_noop("The announcement was changed, bids before it are void: %(reason)s"),
    "banned": gettext_noop("Bidder %(bidder)s was excluded, its bids are void: %(reason)s"),
    "matching": gettext_noop("Bidding ended; priority purchasers may speak"),
    "matched": gettext_noop("Priority purchaser %(bidder)s has spoken"),
    "hammer": gettext_noop("Hammer: %(outcome)s"),
    "annulled": gettext_noop("Annulled: %(reason)s"),
    "defaulted": gettext_noop("Bidder %(bidder)s defaulted"),
}
# Who was asked next and did not become the buyer, by why. Until this had its own kind, a default's line told it too.
RELEASED = {
    "offer_declined": gettext_noop("Bidder %(bidder)s, asked next in rank, declined the offer"),
    "offer_lapsed": gettext_noop("Bidder %(bidder)s, asked next in rank, let the offer lapse"),
    "offer_withdrawn": gettext_noop("The offer to bidder %(bidder)s, next in rank, was withdrawn"),
}
STOPS = ("paused", "encumbered")
# Once open, a full window comes on top of the time lost (court rule 28), and the sum is told in its parts.
AND_WINDOW = gettext_noop("%(given)s (%(stood)s lost and one full window of %(window)s)")


@dataclass(frozen=True)
class Line:
    """One line of the record: a bid, or something else that changed the lot."""

    seq: int
    at_ns: int
    code: str = ""
    price_fen: int | None = None
    shape: str = "off"
    word: str = ""
    leaf_id: int | None = None


@dataclass(frozen=True)
class Room:
    """The room at one moment."""

    lot: Lot
    rules: RuleSet | None
    terms: Terms
    now_ms: int
    state: tuple[str, str]
    least_fen: int
    step_fen: int
    bidders: int
    lines: tuple[Line, ...]
    chart: str
    choices: tuple[tuple[int, int], ...] = ()
    # Of a free and limited auction that runs or will; what its clock says of them; how often bids moved the end.
    period: Periods | None = None
    ends: str = ""
    again: str = ""
    stands: times.Standing | None = None
    clock: dict[str, int] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether a bid may be made now, as far as a reader can tell; the floor decides."""
        return self.lot.state in ("scheduled", "live") and self.clock["opens_ms"] <= self.now_ms

    @property
    def is_over(self) -> bool:
        return self.lot.state == "closed"

    @property
    def is_annulled(self) -> bool:
        """Whether it was undone, at another time than its planned end."""
        return self.is_over and json.loads(self.lot.result).get("outcome") == "annulled"

    @property
    def is_free(self) -> bool:
        """Whether the free period runs and a limited one follows: the clock counts to the end of each in its turn."""
        runs = self.is_open and self.period is not None
        return runs and self.period.has_limited and not self.period.is_limited  # type: ignore[union-attr]

    @property
    def stage(self) -> str:
        """Which form of the room fits: another stage is another page."""
        return {"matching": "matching", "closed": "over", "paused": "paused"}.get(self.lot.state, "bidding")

    @property
    def reserve(self) -> str:
        """Whether the reserve is reached; the reserve itself stays secret (拍卖法 28)."""
        if not self.terms.reserve_fen:
            return ""
        return "met" if (self.lot.top_fen or 0) >= self.terms.reserve_fen else "unmet"


def terms_of(lot: Lot) -> Terms:
    """The announced figures of a lot."""
    known = set(Terms.__slots__)
    return Terms.from_facts({name: value for name, value in json.loads(lot.terms).items() if name in known})


def found(lot_id: int) -> Lot | None:
    """The lot with its listing and the rules it was announced under."""
    lots = Lot.objects.select_related("listing__edition_of_rules", "listing__seller")
    return periods.with_times(lots).filter(pk=lot_id, listing__announced_at__isnull=False).first()


def room_of(lot: Lot) -> Room:
    """The room from its rows, in two queries; of one that stands still in three."""
    terms, now_ms = terms_of(lot), record.now_ns() // MS
    read = LotStep.objects.filter(lot=lot, refusal="").exclude(kind="admitted").order_by("-seq")
    steps = list(read[:STEPS_READ])[::-1]
    step = amounts.step_at(terms.steps, lot.top_fen or terms.start_fen)
    least = terms.start_fen if lot.top_fen is None else lot.top_fen + step
    void = _void(steps)
    bids = [one for one in steps if one.kind == "bid" and one.seq not in void]
    codes = {one.code for one in steps if one.kind == "bid"}
    if lot.bids > STEPS_READ:
        codes |= set(LotStep.objects.filter(lot=lot, kind="bid", refusal="").values_list("code", flat=True).distinct())
    listing = lot.listing
    period, stop = periods.of(lot, now_ns=now_ms * MS), periods.stop_of(lot)
    return Room(
        lot=lot,
        rules=rules_of(listing) if listing.edition_of_rules and listing.rules_day else None,
        terms=terms,
        now_ms=now_ms,
        state=words.lot_state(lot),
        least_fen=least,
        step_fen=step,
        bidders=len(codes),
        lines=lines(steps, lot, void=void),
        chart=path(bids),
        choices=choices(terms, least, has_price=lot.top_fen is not None),
        clock=clock(lot, now_ms),
        period=period,
        ends=times.ends(period) if period else "",
        again=times.again(lot),
        stands=times.standing(lot, stop, now_ns=now_ms * MS) if stop else None,
    )


def choices(terms: Terms, least_fen: int, *, has_price: bool) -> tuple[tuple[int, int], ...]:
    """(amount, steps above the price, before the first bid above the start): the next valid bid and two more."""
    made = []
    price = least_fen
    for count in range(1, 7):
        if count in (1, 3, 6) and price <= terms.most_fen:
            made.append((price, count if has_price else count - 1))
        price += amounts.step_at(terms.steps, price)
    return tuple(made)


def clock(lot: Lot, now_ms: int) -> dict[str, int]:
    """What the page's clock counts to: the opening before it, then the close; a lot that stands still has none."""
    opens, closes = lot.opens_ns // MS, lot.closes_ns // MS
    if lot.state == "paused" and lot.paused_ns is not None:
        left = closes - lot.paused_ns // MS
        return {"closes_ms": 0, "opens_ms": opens, "left_ms": left, "span_ms": 1, "permille": 0}
    to, since = (opens, now_ms) if now_ms < opens else (closes, opens)
    left, span = max(0, to - now_ms), max(1, to - since)
    if lot.state == "closed":
        left = to = 0
    return {"closes_ms": to, "opens_ms": opens, "left_ms": left, "span_ms": span, "permille": left * 1000 // span}


def _void(steps: Sequence[LotStep]) -> set[int]:
    """Bids that no longer count: those of the excluded, and all before an edit (X2, X6)."""
    banned = {one.code for one in steps if one.kind == "banned"}
    edited = max((one.seq for one in steps if one.kind == "edited"), default=0)
    return {one.seq for one in steps if one.kind == "bid" and (one.code in banned or one.seq < edited)}


def lines(steps: Sequence[LotStep], lot: Lot, *, void: set[int], most: int = ROWS) -> tuple[Line, ...]:
    """The newest lines of the record, newest first."""
    made: list[Line] = []
    last = max((one.seq for one in steps if one.kind == "bid" and one.seq not in void), default=0)
    before, is_over, free_end_ns = None, lot.state == "closed", periods.free_end_ns(lot)
    for one, stop in with_stops(steps):
        if one.kind == "bid":
            leads = one.seq == last and one.code == lot.top_code
            before_ns = before.closes_ns if before is not None else one.closes_ns
            told = ("no", gettext("Void")) if one.seq in void else ("on" if leads else "off", "")
            made.append(_bid_line(one, told, before_ns=before_ns, free_end_ns=free_end_ns))
            if leads and is_over:
                made[-1] = replace(made[-1], shape="done", word=gettext("Highest"))
        elif one.kind not in UNSEEN:
            made.append(Line(one.seq, one.received_ns, shape="half", word=said(one, stop), leaf_id=one.leaf_id))
        before = one
    return tuple(made[::-1][:most])


def _bid_line(one: LotStep, told: tuple[str, str], *, before_ns: int, free_end_ns: int) -> Line:
    shape, word = told
    word = word or times.bid_word(
        is_leading=shape == "on", before_ns=before_ns, after_ns=one.closes_ns, free_end_ns=free_end_ns
    )
    return Line(one.seq, one.received_ns, one.code, one.amount_fen, shape, word, one.leaf_id)


def with_stops(steps: Iterable[LotStep]) -> Iterator[tuple[LotStep, LotStep | None]]:
    """Each step with the pause before it, if there was one among them."""
    stop = None
    for one in steps:
        yield one, stop
        stop = one if one.kind in STOPS else stop


def said(step: LotStep, stop: LotStep | None = None) -> str:
    """What happened besides the bids, in the language of the page; a resumption is reckoned from its pause."""
    facts: dict[str, Any] = {"reason": "", "bidder": step.code, **json.loads(step.facts)}
    was_only_asked = RELEASED.get(str(facts["reason"])) if step.kind in ("defaulted", "released") else None
    if was_only_asked:
        return gettext(was_only_asked) % facts
    facts["reason"] = filters.fact(facts["reason"], "reason")
    facts["outcome"] = words.outcome(str(facts.get("outcome", "")))
    if step.kind in STOPS:
        facts["since"] = filters.clock_seen(facts["since_ns"], step.received_ns)
    elif step.kind == "resumed":
        facts |= given_back(step, stop or _stop_before(step))
    return gettext(SAID[step.kind]) % facts if step.kind in SAID else step.kind


def _stop_before(step: LotStep) -> LotStep:
    return LotStep.objects.filter(lot=step.lot_id, seq__lt=step.seq, kind__in=STOPS).order_by("-seq")[0]


def given_back(step: LotStep, stop: LotStep) -> dict[str, str]:
    """From when to when a lot stood still, what its bidders got for it, and the end before and after."""
    since_ns = int(json.loads(stop.facts)["since_ns"])
    stood_ns, given_ns = step.received_ns - since_ns, step.closes_ns - stop.closes_ns
    spans = {"given": words.lasted(given_ns), "stood": words.lasted(stood_ns)}
    if given_ns > stood_ns:
        spans["given"] = gettext(AND_WINDOW) % {**spans, "window": words.lasted(given_ns - stood_ns)}
    ends = {"since": since_ns, "at": step.received_ns, "was": stop.closes_ns, "end": step.closes_ns}
    return spans | {name: filters.clock_seen(at_ns, step.received_ns) for name, at_ns in ends.items()}


def path(bids: Sequence[LotStep]) -> str:
    """The price as a line of steps up to its last bid, said in one sentence for who cannot see it.

    It does not run on to the present: what the hub sends must be what a page written a moment later shows.
    """
    if not bids:
        return ""
    points = [(one.received_ns // MS, one.amount_fen or 0) for one in bids]
    first, last = points[0], points[-1]
    label = gettext("Price path: from %(low)s at %(begin)s to %(high)s at %(end)s") % {
        "low": words.money(first[1]),
        "begin": filters.short_clock(first[0] * MS),
        "high": words.money(last[1]),
        "end": filters.short_clock(last[0] * MS),
    }
    until = last[0] + 1
    return charts.steps_line(
        points, until=until, label=label, values=grid(first[1], last[1]), times=ticks(first[0], until)
    )


def grid(low: int, high: int) -> list[tuple[int, str]]:
    """Round amounts between two prices, at most four."""
    sizes = (digit * 10**place for place in range(2, 18) for digit in (1, 2, 5))
    size = next(one for one in sizes if (high - low) // one <= 3)
    begin = -(-low // size) * size
    return [(fen, short(fen)) for fen in range(begin, high + 1, size)][:4]


def short(fen: int) -> str:
    """An amount for an axis: 80 万, 1.25 m, and plain yuan below one whole unit."""
    unit, word = (10**6, "万") if filters.is_chinese() else (10**8, "m")
    if fen < unit:
        return filters.yuan(fen)
    whole, rest = divmod(fen * 1000 // unit, 1000)
    decimals = f".{rest:03d}".rstrip("0").rstrip(".")
    return f"{whole:,}{decimals} {word}"


def ticks(begin_ms: int, end_ms: int) -> list[tuple[int, str]]:
    """Begin, middle and end of the path, as fine as its length asks for."""
    long = end_ms - begin_ms
    show = filters.clock if long < 600_000 else filters.minute if long < 86_400_000 else filters.short_moment
    named = {show(at * MS): at for at in (begin_ms + long // 2, begin_ms)}
    return sorted((at, word) for word, at in named.items())


def read_once() -> None:
    """Templates and the words of facts, which the first room of a process would wait for (0.3 s)."""
    for template in ("parts.html", *PLACES.values()):
        get_template(template)
    shown.fact_values()


def fragments(topic: str, language: str) -> hub.Fragments | None:
    """The places of the room that change, as a fresh page shows them to a visitor."""
    lot = found(int(topic.split(":", 1)[1])) if topic.split(":", 1)[1].isdecimal() else None
    if lot is None:
        return None
    facts = {"room": room_of(lot), "own": "", "language": language}
    return {name: render_to_string(template, facts).strip() for name, template in PLACES.items()}
