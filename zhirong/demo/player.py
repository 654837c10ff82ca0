"""`zr demo --play`: one auction from announcement to certificate, under the demo rule set, while one watches."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from random import Random
from typing import TypeVar

from django.db import close_old_connections

from zhirong.base.calendar import beijing_day
from zhirong.base.shown import to_ns
from zhirong.demo import auctions, invented
from zhirong.demo.cast import Cast, told
from zhirong.exchange import clockwork, floor_doors
from zhirong.exchange.engine import amounts
from zhirong.exchange.engine.shape import Terms
from zhirong.exchange.models import Certificate, Deal, Intent, Listing, Lot
from zhirong.people.models import Person
from zhirong.record import actions as record

Found = TypeVar("Found")
log = logging.getLogger("zhirong.demo")
BUYERS = ("wangshu", "zhiqiu", "yizhou")
BIDS = 14
PATIENCE_SECONDS = 900
# Far from the numbers of the mass and of the story; a second play takes the next right.
FIRST_SERIAL = 700_000


def cast_of_house() -> Cast:
    """The people and firms of a demo that was loaded before."""
    people = {one["login"]: Person.objects.get(login=one["login"]) for one in told()["people"]}
    firms = {
        one["login"]: people[one["login"]].memberships.filter(ended_at=None).order_by("pk")[0].party
        for one in told()["people"]
        if "firm" in one
    }
    return Cast(people, firms)


def play() -> Certificate:
    """Announce, register, bid against each other to the last minute, sign, pay, record, certify."""
    close_old_connections()
    people, day = cast_of_house(), beijing_day(record.now())
    serial = FIRST_SERIAL + Listing.objects.filter(is_demo_rules=True).count()
    rights = invented.rights(serial, day, count=1, first_serial=serial)
    story = auctions.Story(people, rights, Random(f"play {serial}"), say)
    listing = story.listing("chen", rule_set="demo")
    say(f"{listing.number} 已公告 / announced")
    story.registered(listing, *BUYERS)
    listing.refresh_from_db()
    assert listing.closes_at is not None
    clockwork.move_to(people["jingban"], listing.closes_at, why=auctions.WHY)
    lot = wait_for(lambda: Lot.objects.filter(listing=listing).first())
    say(f"/lots/{lot.pk} 开始竞价 / bidding")
    bid_live(lot)
    deal = wait_for(lambda: Deal.objects.filter(listing=listing).first())
    say(f"{deal.number} 成交 / sold: {deal.price_fen // 100:,} 元")
    story.deal(listing, until="settled")
    certificate = wait_for(lambda: Certificate.objects.filter(deal=deal).exclude(sealed=None).first())
    say(f"{certificate.number} 交易凭证 / certificate")
    return certificate


def say(what: str) -> None:
    """Told on the terminal of whoever started the demo."""
    print(what, flush=True)


def bid_live(lot: Lot) -> None:
    """Bids at a person's pace; the last ones fall into the window, so that the close moves."""
    dice = Random(f"bids {lot.pk}")
    codes = list(Intent.objects.filter(listing_id=lot.listing_id, state="admitted").values_list("code", flat=True))
    terms = Terms.from_facts(json.loads(lot.terms))
    leading, price_fen = "", lot.start_fen
    for number in range(BIDS):
        lot.refresh_from_db()
        left_seconds = (lot.closes_ns - to_ns(record.now())) // 10**9
        # The first bids quickly one after the other; the last four wait for the window.
        time.sleep(max(1, left_seconds - 30) if number == BIDS - 4 else dice.randint(2, 8))
        bidder = dice.choice([code for code in codes if code != leading])
        reply = floor_doors.bid(lot.pk, bidder, price_fen, key=f"play-{number}")
        if not reply.accepted:
            log.warning("a bid of the player was refused: %s", reply.code)
            continue
        leading = bidder
        price_fen += amounts.step_at(terms.steps, price_fen) * dice.choice((1, 1, 2))


def wait_for(look: Callable[[], Found | None]) -> Found:
    """What another thread brings about, within a quarter of an hour."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        if (found := look()) is not None:
            return found
        time.sleep(0.5)
    raise TimeoutError("the house did not go on")
