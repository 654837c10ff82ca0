"""Words of the exchange's pages: states with their shapes, kinds of rights, spans and figures of a rule set."""

from __future__ import annotations

import json
from fractions import Fraction

from django.utils.translation import gettext, gettext_noop

from zhirong.base import shown
from zhirong.exchange import papers, sales
from zhirong.exchange.models import Listing, Lot
from zhirong.exchange.rule_sets import RuleSet, Span
from zhirong.web import filters

# Shape (PAGES 3) and word of each state; a state that is told in another way has none.
LISTING = {
    "draft": ("off", gettext_noop("Draft")),
    "submitted": ("wait", gettext_noop("In review")),
    "returned": ("no", gettext_noop("Returned")),
    "announced": ("go", gettext_noop("Open for registration")),
    "qualifying": ("wait", gettext_noop("Qualifications being decided")),
    "answering": ("wait", gettext_noop("Seller to answer")),
    "bidding": ("on", gettext_noop("Bidding")),
    "sold": ("done", gettext_noop("Sold, in settlement")),
    "offering": ("wait", gettext_noop("Sale not completed; next bidder asked")),
    "settled": ("done", gettext_noop("Sold and settled")),
    "suspended": ("half", gettext_noop("Suspended")),
    "ended": ("off", gettext_noop("Ended without a sale")),
    "withdrawn": ("off", gettext_noop("Withdrawn")),
    "terminated": ("no", gettext_noop("Ended by the house")),
}
# A listing that had been sold once and ended all the same.
UNDONE = {
    "failed": ("no", gettext_noop("Sale not completed")),
    "annulled": ("no", gettext_noop("Sale annulled")),
}
PRICES = {
    "sold": gettext_noop("Sold for"),
    "offered": gettext_noop("Sale not completed; offered to the next bidder for"),
    "failed": gettext_noop("Sale not completed; asking price"),
    "annulled": gettext_noop("Sale annulled; asking price"),
}
LOT = {
    "scheduled": ("wait", gettext_noop("Opens soon")),
    "live": ("on", gettext_noop("Bidding")),
    "paused": ("half", gettext_noop("Paused")),
    "matching": ("wait", gettext_noop("Priority purchasers may speak")),
    "closed": ("off", gettext_noop("Ended")),
}
RIGHT = {"listed": ("go", gettext_noop("On sale")), "unlisted": ("off", gettext_noop("Not on sale"))}
KINDS = {
    "invention": gettext_noop("Invention"),
    "utility_model": gettext_noop("Utility model"),
    "design": gettext_noop("Design"),
    "trade_mark": gettext_noop("Trade mark"),
    "copyright": gettext_noop("Copyright"),
    "software": gettext_noop("Software"),
    "circuit_layout": gettext_noop("Circuit layout"),
}
SECTIONS = {
    "A": gettext_noop("A Human necessities"),
    "B": gettext_noop("B Operations, transporting"),
    "C": gettext_noop("C Chemistry, metallurgy"),
    "D": gettext_noop("D Textiles, paper"),
    "E": gettext_noop("E Fixed constructions"),
    "F": gettext_noop("F Mechanical engineering, heating, weapons"),
    "G": gettext_noop("G Physics"),
    "H": gettext_noop("H Electricity"),
}
OUTCOMES = {
    "sold": gettext_noop("Sold"),
    "no_bidders": gettext_noop("Nobody registered"),
    "no_bids": gettext_noop("Nobody bid"),
    "too_few_bidders": gettext_noop("Too few bidders"),
    "below_reserve": gettext_noop("The reserve was not reached"),
    "seller_declined": gettext_noop("The seller declined"),
    "rerun": gettext_noop("To be run again"),
    "defaulted": gettext_noop("The buyer did not keep its word"),
    "offer_declined": gettext_noop("The offer was declined"),
    "offer_lapsed": gettext_noop("The offer lapsed"),
    "annulled": gettext_noop("Annulled"),
}
UNITS = {
    "seconds": gettext_noop("%(n)s seconds"),
    "minutes": gettext_noop("%(n)s minutes"),
    "hours": gettext_noop("%(n)s hours"),
    "days": gettext_noop("%(n)s days"),
    "working_days": gettext_noop("%(n)s working days"),
    "months": gettext_noop("%(n)s months"),
}


def listing_state(listing: Listing) -> tuple[str, str]:
    """Shape and word of where a listing stands."""
    shape, word = UNDONE.get(sales.of(listing)) or LISTING[listing.state]
    return shape, gettext(word)


def running_state(listing: Listing, auction: str | None) -> tuple[str, str]:
    """The same; while its auction stands still or priority purchasers may speak, that of the auction."""
    if listing.state == "bidding" and auction in ("paused", "matching"):
        shape, word = LOT[auction]
        return shape, gettext(word)
    return listing_state(listing)


def price(listing: Listing, *, live_fen: int | None, top_fen: int | None) -> tuple[str, int]:
    """Word and amount of the price that a listing shows now."""
    found = sales.of(listing)
    fen = sales.price_fen(listing, live_fen=live_fen, top_fen=top_fen)
    if found:
        return gettext(PRICES[found]), fen
    is_bid = top_fen is not None and listing.state in sales.RUNNING
    return gettext("Current price") if is_bid else gettext("Asking price"), fen


def lot_state(lot: Lot) -> tuple[str, str]:
    """Shape and word of where a lot stands; a lot that is open but was not told so yet is bidding."""
    shape, word = LOT[lot.state]
    return shape, gettext(word)


def kind(code: str) -> str:
    """The kind of a right."""
    return gettext(KINDS[code]) if code in KINDS else code


def outcome(code: str) -> str:
    """How a listing or a lot ended; a reason that a person gave is shown as it was given."""
    return gettext(OUTCOMES[code]) if code in OUTCOMES else code


def lot_outcome(lot: Lot, code: str) -> str:
    """How a lot ended; where nobody was left to ask, it is run again only if the listing says so (X7, E38)."""
    if code == "rerun" and terms_on_default(lot) == "next_best":
        return gettext("Sale not completed: nobody is left to ask")
    return outcome(code)


def deposits_after(lot: Lot, code: str) -> str:
    """What became of the deposits of an auction without a buyer, by where its listing stands now."""
    state = lot.listing.state
    if sales.of(lot.listing) == "failed":
        return failed(is_run_again=terms_on_default(lot) == "rerun")
    if state == "suspended":
        return gettext("The listing is suspended and deposits stay frozen until it goes on or ends.")
    if code == "annulled" and state in ("announced", "qualifying", "answering", "bidding"):
        return gettext("The listing is not over; its deposits stay frozen.")
    if code == "annulled" and state in ("sold", "offering", "settled"):
        return gettext("What became of it stands on the listing's page.")
    return gettext("Deposits of everyone go back as the rule set says.")


def terms_on_default(lot: Lot) -> str:
    """What the lot's announced terms say of a buyer who does not keep its word."""
    return str(json.loads(lot.terms).get("on_default", "next_best"))


def failed(*, is_run_again: bool) -> str:
    """What became of the deposits, and what follows, once the buyer and everyone after it fell out."""
    deposits = gettext(
        "The deposit of the buyer who did not keep the contract was forfeited as the rule set says; "
        "whoever was only asked next lost nothing, and every other deposit goes back."
    )
    follows = (
        gettext("The listing is run again under a new number.")
        if is_run_again
        else gettext("Nothing is run again by itself; the seller may list the right anew.")
    )
    return f"{deposits} {follows}"


def span(value: Span) -> str:
    """5 分钟 or 5 minutes."""
    if value.count == 1 and not filters.is_chinese():
        return f"1 {value.unit.removesuffix('s').replace('_', ' ')}"
    return gettext(UNITS[value.unit]) % {"n": value.count}


def lasted(span_ns: int) -> str:
    """75 秒 or 75 seconds, as the rules count them; from ten minutes on 26 分 21 秒, and from an hour as a clock."""
    seconds = span_ns // 10**9
    if seconds >= 3600:
        return filters.left(seconds * 1000)
    if seconds >= 600:
        return shown.duration(span_ns, "zh" if filters.is_chinese() else "en")
    return span(Span(seconds, "seconds"))


def share(value: Fraction) -> str:
    """10%, or 12.5% where it is no whole number."""
    permille = value * 1000
    whole, rest = divmod(int(permille), 10)
    return f"{whole}.{rest}%" if rest else f"{whole}%"


def rate(ppm: int) -> str:
    """A rate in parts of a million as per cent: 8000 is 0.8%."""
    whole, rest = divmod(ppm, 10_000)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".") + "%"


def rule_set_name(rules: RuleSet) -> str:
    """The name of a rule set in the language of the page."""
    return rules.zh if filters.is_chinese() else rules.en


def move(kind: str) -> str:
    """What a movement of money is called, on a party's statement and in the books."""
    told = papers.move(kind)
    return told.zh if filters.is_chinese() else told.en


def money(fen: int) -> str:
    """1,280,000 元 or 1,280,000 yuan, inside a sentence."""
    return shown.yuan(fen, "zh" if filters.is_chinese() else "en")
