"""/desk: what needs me first, then my things, then money and the course of my deals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from zhirong.exchange import listing_rules, stops
from zhirong.exchange.actions import money
from zhirong.exchange.models import Deal, Intent
from zhirong.ledger import astray
from zhirong.ledger import rules as ledger
from zhirong.people import access
from zhirong.people.models import Party
from zhirong.people.rules import Standing
from zhirong.record import actions as record
from zhirong.record import notices
from zhirong.registry.models import Right
from zhirong.web import account, filters, pages
from zhirong.web.applications import steps as steps_of_applications
from zhirong.web.deals import words as deal_words
from zhirong.web.desk import ends, mine, todo
from zhirong.web.exchange import words
from zhirong.web.registry import rights
from zhirong.web.registry import words as registry_words
from zhirong.web.valuation import steps as steps_of_valuation

SHOWN = 5
READ = 100
LENDERS = ("bank", "guarantor")
STAFF = ("operator", "checker", "administrator", "auditor", "official")


@require_safe
@pages.signed_in
def desk(request: HttpRequest) -> HttpResponse:
    """/desk, in nine queries beside the frame's."""
    person, standing, now = account.known(request), pages.standing_of(request), record.now()
    found = mine.parties(standing)
    # A portfolio of many parties would ask for much; the desk shows the newest hundred of each kind.
    own_listings = mine.listings(standing).exclude(state__in=listing_rules.OVER).annotate(**stops.beside())
    listings = list(own_listings.order_by("-pk")[:READ])
    intents = list(mine.intents(standing).filter(state__in=("registered", "admitted")).order_by("-pk")[:READ])
    deals = list(mine.deals(standing).order_by("-pk")[:READ])
    waits = astray.of_accounts({ledger.available(one.ref) for one in found})
    strayed = [*waits.came, *astray.without_code(waits.loose, found)]
    running = [one for one in deals if one.state not in listing_rules.DEAL_OVER]
    steps = [
        *(() if is_staff(standing) else todo.of_parties(found)),
        *todo.of_intents(intents),
        *todo.of_astray(strayed, intents, running),
        *todo.of_listings(listings),
        *todo.of_deals(running, standing),
        *beside(found, standing),
    ]
    rows = todo.rows(steps, now)
    messages, unread = notices.newest(person.ref, language=translation.get_language() or "zh-hans", most=SHOWN)
    own = rights.own(standing).order_by("-put_at", "-pk")
    return pages.page(
        request,
        "desk/desk.html",
        crumbs=[(gettext("My desk"), None)],
        heading=mine.heading(request, found),
        parties=found,
        role_words=role_words(standing),
        tabs=mine.tabs(request, "desk", todo=len(rows), listings=len(listings), bids=len(intents), deals=len(running)),
        todo=rows,
        rights=[right_line(one) for one in own[: SHOWN + 1]],
        shown=SHOWN,
        listings=[
            (one, words.running_state(one, one.lot_state), ends.of(one))  # type: ignore[attr-defined]
            for one in listings[:SHOWN]
        ],
        intents=[intent_line(one) for one in bidding(intents)[:SHOWN]],
        purses=mine.purses(found, list(mine.accounts_of(found))),
        money_lines=money_lines(running, intents, standing),
        course=course(running[0]) if running else [],
        running=running[:1],
        messages=messages,
        unread=unread,
        certificates=[one for one in deals if hasattr(one, "certificate")][:SHOWN],
        can_list=access.could(standing, "exchange.list"),
        is_staff=is_staff(standing),
        lends=lends(standing),
    )


def beside(parties: list[Party], standing: Standing | None) -> Iterator[todo.Step]:
    """What appraisals and applications wait for; asked only where one of them does."""
    if is_appraised(parties):
        yield from steps_of_valuation.of_appraisals(standing)
    if is_applying(parties):
        yield from steps_of_applications.of_applications(standing)


def is_appraised(parties: list[Party]) -> bool:
    """Whether an appraisal of one of these parties is under way; so that no desk asks in vain."""
    return any(one.is_appraised for one in parties)  # type: ignore[attr-defined]


def is_applying(parties: list[Party]) -> bool:
    """Whether an application of one of these parties waits for it."""
    return any(one.is_applying for one in parties)  # type: ignore[attr-defined]


def is_staff(standing: Standing | None) -> bool:
    """The house's own people, whose work is on another desk."""
    return standing is not None and bool(standing.roles & set(STAFF))


def lends(standing: Standing | None) -> bool:
    """Who takes rights as security and holds none to sell."""
    roles = standing.roles if standing else frozenset()
    return bool(roles & set(LENDERS)) and not access.could(standing, "exchange.list")


def role_words(standing: Standing | None) -> str:
    """The person's roles in words."""
    known = access.roles()
    language = "zh" if filters.is_chinese() else "en"
    return gettext(", ").join(known[role][language] for role in sorted(standing.roles if standing else ()))


def right_line(right: Right) -> dict[str, Any]:
    """A right with where it stands on the exchange."""
    live = right.live_state  # type: ignore[attr-defined]
    shape, word = words.LISTING[live] if live else ("off", "")
    return {
        "right": right,
        "kind": registry_words.label("kind", right.kind),
        "state": (shape, gettext(word)) if live else ("off", gettext("Not listed")),
    }


def bidding(intents: list[Intent]) -> list[Intent]:
    """Registrations whose listing still runs."""
    return [one for one in intents if one.listing.state in ("announced", "qualifying", "answering", "bidding")]


def intent_line(intent: Intent) -> dict[str, Any]:
    """A registration with its auction, where there is one."""
    return {
        "intent": intent,
        "state": deal_words.intent(intent.state),
        "deposit": deal_words.deposit(intent.deposit_state),
        "leads": intent.lot_top_code == intent.code and bool(intent.code),  # type: ignore[attr-defined]
        "room": pages.place_at("room", intent.lot_id) if intent.lot_id else None,  # type: ignore[attr-defined]
    }


def money_lines(deals: list[Deal], intents: list[Intent], standing: Standing | None) -> list[tuple[str, str, int]]:
    """Deposits that are frozen, prices to pay and to receive: what, which, how much."""
    mine_parties = standing.parties if standing else frozenset()
    rows = [
        (gettext("Deposit, frozen"), one.listing.number, one.deposit_fen)
        for one in intents
        if one.deposit_state == "held"
    ]
    for one in deals:
        if one.buyer_id in mine_parties and one.state == "payment":
            rows.append((gettext("To pay"), one.number, money.due_fen(one)))
        if one.seller_id in mine_parties and one.state in ("payment", "recordal", "confirming"):
            rows.append((gettext("To receive after the recordal"), one.number, one.price_fen - one.seller_fee_fen))
    return rows


def course(deal: Deal) -> list[tuple[str, str, str]]:
    """A deal step by step: when, exactly when, what."""
    rows = [
        (deal.made_at, gettext("Hammer")),
        (deal.signed_at, gettext("Contract accepted by both sides")),
        (deal.paid_at, gettext("Price in escrow")),
        (deal.settled_at, gettext("Settled, certificate issued")),
    ]
    done = [(filters.short_moment(at), filters.iso(at), word) for at, word in rows if at]
    ahead = [word for at, word in rows if not at]
    return [*done, *((gettext("Now") if place == 0 else gettext("Then"), "", word) for place, word in enumerate(ahead))]
