"""`zr demo --play`: one auction from announcement to certificate, under the demo rule set, while one watches."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import TypeVar

from django.db import close_old_connections
from django.urls import reverse

from zhirong.base.calendar import beijing_day
from zhirong.base.shown import BEIJING, from_ns, yuan
from zhirong.demo import invented
from zhirong.demo.cast import Cast, told
from zhirong.demo.story import WHY, Story
from zhirong.exchange import clockwork, floor_doors
from zhirong.exchange.engine import amounts
from zhirong.exchange.engine.shape import Terms
from zhirong.exchange.models import Certificate, Deal, Intent, Listing, Lot
from zhirong.people.models import Person
from zhirong.record import actions as record

Found = TypeVar("Found")
log = logging.getLogger("zhirong.demo")
BUYERS = ("wangshu", "zhiqiu", "yizhou")
# Bids that fall into the window, so that each moves the end.
LAST_BIDS = 4
# Between two of this many bids the demo's clock is moved on, so that five minutes of bidding take less to watch.
BIDS_IN_A_ROW = 4
LEAP = timedelta(seconds=20)
# The last moments are watched at their own pace.
FINALE = timedelta(seconds=30)
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


def play(address: str) -> Certificate:
    """Announce, register, bid against each other to the last minute, sign, pay, record, certify."""
    close_old_connections()
    people, day = cast_of_house(), beijing_day(record.now())
    serial = FIRST_SERIAL + Listing.objects.filter(is_demo_rules=True).count()
    rights = invented.rights(serial, day, count=1, first_serial=serial)
    story = Story(people, rights, Random(f"play {serial}"), say)
    listing = story.listing("chen", rule_set="demo")
    say(f"{listing.number} 已公告 / announced: {address}{reverse('listing', args=[listing.number])}")
    story.registered(listing, *BUYERS)
    listing.refresh_from_db()
    assert listing.closes_at is not None
    clockwork.move_to(people["jingban"], listing.closes_at, why=WHY)
    lot = wait_for(lambda: Lot.objects.filter(listing=listing).first())
    say(f"开始竞价 / bidding: {address}{reverse('room', args=[lot.pk])}")
    bid_live(lot, lambda span: clockwork.move_to(people["jingban"], record.now() + span, why=WHY))
    deal = wait_for(lambda: Deal.objects.filter(listing=listing).first())
    won = f"{deal.buyer.name}（{deal.intent.code}）"
    say(f"{deal.number} 成交 / sold: {won} {yuan(deal.price_fen, 'zh')} / yuan")
    story.deal(listing, until="settled")
    certificate = wait_for(lambda: Certificate.objects.filter(deal=deal).exclude(sealed=None).first())
    say(f"{certificate.number} 交易凭证 / certificate: {address}{reverse('certificate', args=[certificate.number])}")
    say(f"演示竞价结束，网站继续服务 / The auction is over and the house serves on: {address}")
    return certificate


def say(what: str) -> None:
    """Told on the terminal of whoever started the demo."""
    print(what, flush=True)


def bid_live(lot: Lot, move_on: Callable[[timedelta], object]) -> None:
    """Bids at a person's pace from the opening to the end, each told; the last fall into the window and move it."""
    dice = Random(f"bids {lot.pk}")
    codes = list(Intent.objects.filter(listing_id=lot.listing_id, state="admitted").values_list("code", flat=True))
    terms = Terms.from_facts(json.loads(lot.terms))
    window = timedelta(microseconds=terms.window_ns // 1000)
    price_fen, number, in_window = lot.start_fen, 0, 0
    while in_window < LAST_BIDS and lot.state != "closed":
        time.sleep(dice.randint(5, 9))
        bidder = dice.choice([code for code in codes if code != lot.top_code])
        reply = floor_doors.bid(lot.pk, bidder, price_fen, key=f"play-{number}")
        number += 1
        was_ns = lot.closes_ns
        lot.refresh_from_db()
        if reply.accepted:
            tell_bid(lot, moved=lot.closes_ns > was_ns)
        else:
            log.warning("a bid of the player was refused: %s", reply.code)
        price_fen = (lot.top_fen or 0) + amounts.step_at(terms.steps, lot.top_fen or 0) * dice.choice((1, 1, 2))
        left = from_ns(lot.closes_ns) - record.now()
        in_window += left <= window
        if number % BIDS_IN_A_ROW == 0 and left > window + LEAP:
            say_leap(LEAP)
            move_on(LEAP)
    time.sleep(dice.randint(5, 9))
    if (rest := from_ns(lot.closes_ns) - record.now() - FINALE) > timedelta():
        say_leap(rest)
        move_on(rest)


def tell_bid(lot: Lot, *, moved: bool) -> None:
    """A bid as the room shows it: the house's time, the bidder's code, the price, and the end where it moved."""
    assert lot.top_fen is not None
    line = f"{record.now().astimezone(BEIJING):%H:%M:%S}  {lot.top_code}  {yuan(lot.top_fen, 'zh')} / yuan"
    if moved:
        line += f"  延时至 / end moved to {from_ns(lot.closes_ns).astimezone(BEIJING):%H:%M:%S}"
    say(line)


def say_leap(span: timedelta) -> None:
    """The clock's moves are told, as they stand on the record."""
    seconds = span // timedelta(seconds=1)
    say(f"演示时钟前移 {seconds} 秒 / the demo's clock moves on {seconds} seconds")


def wait_for(look: Callable[[], Found | None]) -> Found:
    """What another thread brings about, within a quarter of an hour."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        if (found := look()) is not None:
            return found
        time.sleep(0.5)
    raise TimeoutError("the house did not go on")
