"""Lots for tests of the engine: ten minutes long, from 1 000 yuan by steps of 100, three bidders, minute windows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from zhirong.exchange.engine import english
from zhirong.exchange.engine.shape import Bid, Bidder, Command, Event, Reply, State, Terms

SECOND = 10**9
MINUTE = 60 * SECOND
NOON = 1_800_000_000 * SECOND
END = NOON + 10 * MINUTE

TERMS = Terms(
    form="timed",
    start_fen=1_000_00,
    steps=((0, 100_00),),
    window_ns=MINUTE,
    extension_ns=MINUTE,
    match_ns=2 * MINUTE,
)


def a_lot(*bidders: Bidder | str, hard_end_ns: int = 0, **terms: Any) -> State:
    """A lot open since noon for ten minutes."""
    admitted = [bidder if isinstance(bidder, Bidder) else Bidder(bidder) for bidder in bidders or ("11", "12", "13")]
    return english.begin(replace(TERMS, **terms), opens_ns=NOON, end_ns=END, hard_end_ns=hard_end_ns, bidders=admitted)


def a_free_limited_lot(*bidders: Bidder | str, **terms: Any) -> State:
    """A lot whose free period ends after ten minutes, with a limited window of three."""
    return a_lot(*bidders, **{"form": "free_limited", "window_ns": 3 * MINUTE, "extension_ns": 3 * MINUTE, **terms})


def after(state: State, *commands: Command) -> State:
    """The lot after these commands, each of which must be done."""
    for command in commands:
        state, _, reply = english.apply(state, command)
        assert reply.accepted, reply
    return state


def played(state: State, *commands: Command) -> tuple[State, list[Event], list[Reply]]:
    """The lot, all events and all replies of these commands."""
    events: list[Event] = []
    replies: list[Reply] = []
    for command in commands:
        state, more, reply = english.apply(state, command)
        events.extend(more)
        replies.append(reply)
    return state, events, replies


def bid(bidder: str, yuan: int, at_ns: int = NOON + MINUTE, key: str = "") -> Bid:
    """A bid in whole yuan."""
    return Bid(at_ns, bidder, yuan * 100, key)


def refusal(state: State, command: Command) -> tuple[str, dict[str, Any]]:
    """The code and facts of a refusal that must have changed nothing."""
    same, events, reply = english.apply(state, command)
    assert same is state
    assert events == ()
    return reply.code, dict(reply.facts)


def ladder(state: State) -> list[tuple[str, int]]:
    """(bidder, yuan) of the bids that count, the highest first."""
    from_top = []
    rung = state.top
    while rung is not None:
        from_top.append((rung.bidder, rung.price_fen // 100))
        rung = rung.below
    return from_top
