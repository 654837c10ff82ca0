"""Laws of the English engine that hold whatever is thrown at it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.exchange.given_lots import END, MINUTE, NOON, a_free_limited_lot, a_lot, played
from zhirong.exchange.engine import english
from zhirong.exchange.engine.shape import (
    Admit,
    Annul,
    Ban,
    Bid,
    Bidder,
    Close,
    Command,
    Default,
    Edit,
    Event,
    Open,
    Pause,
    PriorityMatch,
    Release,
    Resume,
    State,
    Terms,
)

codes = st.integers(11, 15).map(str)
prices = st.integers(9, 40).map(lambda hundreds: hundreds * 100_00) | st.integers(0, 4_000_00)
gaps = st.integers(1, 3 * MINUTE)
KINDS = ["bid"] * 6 + ["ban", "pause", "resume", "admit", "close", "match", "default", "release", "rare", "open"]


@st.composite
def bids(draw: st.DrawFn, most: int = 30) -> list[Bid]:
    at, found = NOON, []
    for _ in range(draw(st.integers(0, most))):
        at += draw(gaps)
        found.append(Bid(at, draw(codes), draw(prices)))
    return found


@st.composite
def deeds(draw: st.DrawFn) -> list[Command]:
    at, found = NOON, []
    for _ in range(draw(st.integers(0, 40))):
        at += draw(gaps)
        kind = draw(
            st.sampled_from(["bid"] * 6 + ["ban", "pause", "resume", "admit", "close", "match", "default", "rare"])
        )
        code = draw(codes)
        again = Edit(at, a_lot().terms, opens_ns=at, end_ns=at + 5 * MINUTE, reason="x")
        made: dict[str, Command] = {
            "bid": Bid(at, code, draw(prices)),
            "ban": Ban(at, code, "x"),
            "pause": Pause(at, "x", since_ns=draw(st.sampled_from([0, at - MINUTE]))),
            "resume": Resume(at),
            "admit": Admit(at, code, draw(st.integers(0, 2))),
            "close": Close(at),
            "match": PriorityMatch(at, code, draw(st.booleans())),
            "default": Default(at, code, "x"),
            "release": Release(at, code, "x"),
            "rare": draw(st.sampled_from([Annul(at, "x"), again])),
            "open": Open(at),
        }
        found.append(made[kind])
    return found


lots = st.sampled_from(
    [
        a_lot("11", "12", "13", Bidder("14", rank=1), Bidder("15", rank=2)),
        a_free_limited_lot("11", "12", "13", Bidder("14", rank=1)),
        a_lot(hard_end_ns=END + 2 * MINUTE),
        a_lot(reserve_fen=2_000_00, on_default="rerun"),
    ]
)


@given(lots, bids())
def test_no_bid_ever_brings_the_close_nearer(lot: State, made: list[Bid]) -> None:
    for bid in made:
        after, _, reply = english.apply(lot, bid)
        assert after.end_ns >= lot.end_ns
        assert reply.accepted or after.end_ns == lot.end_ns
        lot = after


@given(lots, bids())
def test_the_price_rises_strictly(lot: State, made: list[Bid]) -> None:
    _, events, _ = played(lot, *made)
    prices = [event.facts["price_fen"] for event in events]
    assert prices == sorted(set(prices))


@given(lots, deeds())
@settings(max_examples=200)
def test_a_replay_of_the_events_gives_the_same_lot(lot: State, made: list[Command]) -> None:
    after, events, _ = played(lot, *made)
    plain = [Event(event.kind, dict(event.facts)) for event in events]
    assert english.replay(lot, plain).told() == after.told()


@given(lots, deeds())
def test_the_same_commands_give_the_same_lot_events_and_replies(lot: State, made: list[Command]) -> None:
    assert played(lot, *made) == played(lot, *made)


@given(lots, bids())
def test_rejected_bids_may_come_in_any_order_or_not_at_all(lot: State, made: list[Bid]) -> None:
    after, _, replies = played(lot, *made)
    accepted = [bid for bid, reply in zip(made, replies, strict=True) if reply.accepted]
    assert played(lot, *accepted)[0].told() == after.told()


@given(lots, deeds())
def test_a_refused_command_leaves_the_very_same_lot(lot: State, made: list[Command]) -> None:
    for command in made:
        after, events, reply = english.apply(lot, command)
        assert reply.accepted == bool(events)
        assert reply.accepted or after is lot
        lot = after


@given(lots, deeds())
def test_a_winner_is_always_someone_who_still_counts_at_a_price_that_was_bid(lot: State, made: list[Command]) -> None:
    after, events, _ = played(lot, *made)
    if after.outcome == "sold":
        assert {bidder.code: bidder.standing for bidder in after.bidders.values()}[after.winner] == "in"
        assert after.price_fen in {event.facts["price_fen"] for event in events if event.kind == "bid"}
        assert after.price_fen >= after.terms.reserve_fen


def test_terms_survive_the_way_through_an_event() -> None:
    terms = a_lot().terms
    assert Terms.from_facts(terms.facts()) == terms
