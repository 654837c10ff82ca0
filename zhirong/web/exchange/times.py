"""What a page says of the time of a lot, by its form: which period it is, both ends, the rule; and of a stop."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext

from zhirong.exchange import periods
from zhirong.exchange.models import Lot
from zhirong.exchange.periods import Periods, Stop
from zhirong.exchange.rule_sets import RuleSet
from zhirong.web import filters
from zhirong.web.exchange import words


@dataclass(frozen=True)
class Standing:
    """A stop as the room and the listing show it."""

    since: str
    reason: str
    follows: str


def standing(lot: Lot, stop: Stop, *, now_ns: int) -> Standing:
    """Since when and why a lot stands still, and what follows (court rule 28)."""
    since, reason = filters.clock_seen(stop.since_ns, now_ns), filters.fact(stop.reason, "reason")
    told = (
        gettext(
            "No bid is taken meanwhile. The operator resumes the auction or annuls it; on resuming, its end moves by "
            "the time it stood still and one full window of %(window)s."
        )
        if stop.had_opened
        else gettext(
            "No bid is taken meanwhile. The operator resumes the auction or annuls it; on resuming, its opening and "
            "its end move by the time it stood still."
        )
    )
    return Standing(since, reason, told % {"window": words.lasted(periods.window_ns(lot))})


def name(found: Periods) -> str:
    """The period that runs."""
    return gettext("Limited period") if found.is_limited else gettext("Free period")


def again(lot: Lot) -> str:
    """How often bids moved the end, in the words of the form; empty where none did."""
    if not lot.extensions:
        return ""
    if lot.form == periods.FORM:
        return gettext("started anew %(n)s ×") % {"n": lot.extensions}
    return gettext("extended %(n)s ×") % {"n": lot.extensions}


def ends(found: Periods) -> str:
    """Both ends in one line, true at every instant."""
    free, end = filters.short_clock(found.free_end_ns), filters.short_clock(found.end_ns)
    if found.has_limited:
        told = gettext("free period until %(free)s · limited period until %(end)s")
    else:
        told = gettext("free period until %(free)s; without a bid the auction ends then")
    return told % {"free": free, "end": end}


def rows(lot: Lot, *, now_ns: int) -> list[tuple[str, str]]:
    """What a running auction's listing says of its time: the stop it stands in, its periods, or its end."""
    if stop := periods.stop_of(lot):
        told = standing(lot, stop, now_ns=now_ns)
        return [
            (gettext("Stopped since"), told.since),
            (gettext("Why"), told.reason),
            (gettext("What follows"), told.follows),
        ]
    found = periods.of(lot, now_ns=now_ns)
    if found is None:
        return [(gettext("Ends"), filters.short_moment(lot.closes_ns))]
    if found.has_limited:
        limited = (gettext("Limited period until"), filters.short_clock(found.end_ns))
    else:
        after = gettext("%(window)s after the free one, once somebody bid")
        limited = (gettext("Limited period"), after % {"window": words.lasted(periods.window_ns(lot))})
    return [
        (gettext("Now"), name(found)),
        (gettext("Free period until"), filters.short_clock(found.free_end_ns)),
        limited,
    ]


def rule(rules: RuleSet) -> str:
    """How the end comes about, in one sentence of the form."""
    spans = {name_: words.span(getattr(rules, name_)) for name_ in ("window", "extension")}
    if rules.form == periods.FORM:
        return (
            gettext(
                "In the free period bids move no end. The first bid opens a limited period of %(window)s that follows "
                "the free one; each bid accepted in it starts these %(window)s anew, without limit. Without a bid the "
                "auction ends with the free period. Time counts on entry into this system."
            )
            % spans
        )
    return (
        gettext(
            "A bid accepted in the last %(window)s moves the end to %(extension)s after that bid, without limit. "
            "Time counts on entry into this system."
        )
        % spans
    )


def terms(rules: RuleSet) -> list[tuple[str, str]]:
    """How long bidding lasts and what moves its end, as the announcement tells it."""
    least, window, extension = (words.span(one) for one in (rules.least_duration, rules.window, rules.extension))
    if rules.form == periods.FORM:
        return [
            (gettext("Free period"), gettext("at least %(span)s; bids in it move no end") % {"span": least}),
            (
                gettext("Limited period"),
                gettext("%(window)s behind the free period, once somebody bid; each bid in it starts them anew")
                % {"window": window},
            ),
        ]
    late = gettext("a bid in the last %(window)s moves the end to %(extension)s after it")
    return [
        (gettext("Bidding lasts"), gettext("at least %(span)s") % {"span": least}),
        (gettext("Extension"), late % {"window": window, "extension": extension}),
    ]


def bidding(rules: RuleSet) -> list[tuple[str, str, str]]:
    """How long bidding lasts and what a bid does to its end: label, figure, and the figure's name in the rule set."""
    least, late = words.span(rules.least_duration), words.span(rules.extension)
    if rules.form == periods.FORM:
        return [
            (gettext("Free period, at least"), least, "least_duration"),
            (gettext("A bid in the limited period starts it anew with"), words.span(rules.window), "window"),
        ]
    return [
        (gettext("Bidding lasts at least"), least, "least_duration"),
        (gettext("A late bid moves the end by"), late, "extension"),
    ]


def late_bid(rules: RuleSet) -> str:
    """What a bid does to the end, in a column of rule sets."""
    if rules.form == periods.FORM:
        return gettext("limited period of %(window)s") % {"window": words.span(rules.window)}
    return words.span(rules.extension)


def bid_word(*, is_leading: bool, before_ns: int, after_ns: int, free_end_ns: int) -> str:
    """A bid's result, with what it did to the end: opening the limited period is no extension (B1)."""
    if after_ns <= before_ns:
        return gettext("Leading") if is_leading else gettext("Outbid")
    if not free_end_ns:
        return gettext("Leading, extended") if is_leading else gettext("Outbid, extended")
    if before_ns <= free_end_ns:
        opened = gettext("Leading, limited period follows")
        return opened if is_leading else gettext("Outbid, limited period follows")
    return gettext("Leading, limited period anew") if is_leading else gettext("Outbid, limited period anew")
