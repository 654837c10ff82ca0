"""The verifier judges an auction again, by its own code, and comes to what the trading floor's engine came to."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as given_numbers
from hypothesis import strategies as some

from zhirong.exchange.engine import english
from zhirong.exchange.engine.shape import (
    Admit,
    Annul,
    Ban,
    Bid,
    Close,
    Command,
    Default,
    Edit,
    Encumber,
    Pause,
    PriorityMatch,
    Release,
    Resume,
    Terms,
)
from zhirong.papers import verifier

OPENS, END, WINDOW = 1_000, 100_000, 5_000
Facts = dict[str, Any]


def terms(**other: Any) -> Terms:
    usual: Facts = {"form": "timed", "start_fen": 100, "steps": ((0, 10), (200, 25)), "window_ns": WINDOW}
    return Terms(**{**usual, "extension_ns": WINDOW, **other})


def begun(lot: Terms) -> tuple[str, Facts]:
    return "begun", {"terms": lot.facts(), "opens_ns": OPENS, "end_ns": END}


def played(lot: Terms, commands: list[Command]) -> tuple[list[tuple[str, Facts]], english.State]:
    state, lines = english.begin(lot, opens_ns=OPENS, end_ns=END), [begun(lot)]
    for command in commands:
        state, events, _ = english.apply(state, command)
        lines += [(event.kind, dict(event.facts)) for event in events if event.kind != "admitted"]
    return lines, state


def judged(lines: list[tuple[str, Facts]]) -> verifier.Auction:
    auction = verifier.Auction()
    for kind, facts in lines:
        auction.take(kind, facts)
    return auction


BIDDERS = some.sampled_from(["11", "22", "33"])
COMMANDS = some.one_of(
    some.builds(Bid, some.just(0), BIDDERS, some.integers(9, 40).map(lambda steps: steps * 10)),
    some.builds(Bid, some.just(0), BIDDERS, some.integers(4, 30).map(lambda steps: steps * 25)),
    some.builds(Admit, some.just(0), BIDDERS, some.sampled_from([0, 0, 1, 2])),
    some.builds(Pause, some.just(0), some.just("outage")),
    some.builds(Encumber, some.just(0), some.just("seized")),
    some.builds(Resume, some.just(0)),
    some.builds(Ban, some.just(0), BIDDERS, some.just("shill")),
    some.builds(Annul, some.just(0), some.just("court")),
    some.builds(Close, some.just(0)),
    some.builds(PriorityMatch, some.just(0), BIDDERS, some.booleans()),
    some.builds(Default, some.just(0), BIDDERS, some.just("unpaid")),
    some.builds(Release, some.just(0), BIDDERS, some.just("offer_declined")),
)
USUAL: list[Command] = [Admit(0, "11"), Admit(0, "22", 1), Admit(0, "33")]


def timed(commands: list[Command], steps_ns: list[int]) -> list[Command]:
    at, told = 0, []
    for command, step in zip(commands, steps_ns, strict=False):
        at += step
        told.append(type(command)(**{**{name: getattr(command, name) for name in command.__slots__}, "at_ns": at}))
    return told


LOTS = some.builds(
    terms,
    form=some.sampled_from(["timed", "free_limited"]),
    match_ns=some.sampled_from([0, 3_000]),
    least_bidders=some.sampled_from([1, 2]),
    leader_may_overbid=some.booleans(),
    reserve_fen=some.sampled_from([0, 0, 300]),
    on_default=some.sampled_from(["next_best", "rerun"]),
)


@given_numbers(LOTS, some.lists(COMMANDS, max_size=40), some.lists(some.integers(0, 9_000), min_size=43, max_size=43))
def test_whatever_the_engine_did_the_verifier_finds_lawful_with_the_same_result(lot, commands, steps_ns):
    lines, state = played(lot, timed([*USUAL, *commands], steps_ns))
    auction = judged(lines)
    if state.outcome:
        assert auction.result == {"outcome": state.outcome, "winner": state.winner, "price_fen": state.price_fen}
    assert auction.times["end_ns"] == state.end_ns
    assert auction.count == state.last_number
    assert [(rung.bidder, rung.price_fen) for rung in english.ladder(state)] == auction.bids[::-1]


def test_an_edit_starts_again_and_the_verifier_follows():
    lot = terms()
    again = Edit(3_000, terms(start_fen=80), opens_ns=4_000, end_ns=90_000, reason="title corrected")
    bids: list[Command] = [
        Admit(1, "11"),
        Admit(1, "22"),
        Bid(2_000, "11", 100),
        again,
        Admit(4_000, "22"),
        Bid(5_000, "22", 80),
    ]
    lines, state = played(lot, [*bids, Close(90_000)])
    assert state.outcome == "sold"
    assert judged(lines).result == {"outcome": "sold", "winner": "22", "price_fen": 80}


def a_sale() -> list[tuple[str, Facts]]:
    """Three bids, the last 2 000 ns before the end."""
    commands: list[Command] = [
        *USUAL,
        Bid(2_000, "11", 100),
        Bid(3_000, "22", 120),
        Bid(98_000, "11", 130),
        Close(103_000),
    ]
    lines, state = played(terms(), commands)
    assert (state.outcome, state.winner, state.price_fen, state.end_ns) == ("sold", "11", 130, 103_000)
    return lines


def timed_as_given(commands: list[Command]) -> list[Command]:
    return commands


FORGERIES = [
    (1, {"price_fen": 95}, "the bid is below the least valid 1.00 元"),
    (2, {"price_fen": 105}, "the bid is below the least valid 1.10 元"),
    (2, {"price_fen": 115}, "the bid is no whole number of steps"),
    (2, {"bidder": "11"}, "the bidder already led"),
    (2, {"bidder": ""}, "the bidder had been barred"),
    (2, {"at_ns": 999}, "the bid came outside the time of bidding"),
    (3, {"at_ns": 100_000}, "the bid came outside the time of bidding"),
    (3, {"end_ns": 100_000}, "the close should be 103000"),
    (3, {"end_ns": 103_001}, "the close should be 103000"),
    (2, {"number": 3}, "bid 2 is missing"),
    (4, {"winner": "22"}, "it should be sold, winner 11, price 1.30 元"),
    (4, {"price_fen": 120}, "it should be sold, winner 11, price 1.30 元"),
    (4, {"outcome": "no_bids", "winner": "", "price_fen": 0}, "it should be sold, winner 11, price 1.30 元"),
    (4, {"at_ns": 102_999}, "the close was not due"),
    (4, {"end_ns": 103_001}, "the close should be 103000"),
]


@pytest.mark.parametrize(("at", "forged", "said"), FORGERIES)
def test_a_line_that_the_rules_do_not_allow_is_named(at: int, forged: Facts, said: str):
    lines = a_sale()
    judged(lines[:at])
    with pytest.raises(verifier.Breach) as breach:
        judged([*lines[:at], (lines[at][0], {**lines[at][1], **forged})])
    assert breach.value.args[1] == said


def test_a_lot_opens_once_and_first():
    lines = a_sale()
    with pytest.raises(verifier.Breach):
        judged(lines[1:])
    with pytest.raises(verifier.Breach):
        judged([*lines[:2], lines[0]])
    with pytest.raises(verifier.Breach):
        judged([*lines, ("gifted", {})])


def test_whom_the_hammer_bound_is_not_released_and_who_was_only_asked_is():
    lines = a_sale()
    gone = {"at_ns": 103_001, "bidder": "11", "reason": "offer_declined", "winner": "22", "price_fen": 120}
    with pytest.raises(verifier.Breach) as breach:
        judged([*lines, ("released", gone)])
    assert breach.value.args[1] == "whom the hammer bound cannot be released"
    asked = [*lines, ("defaulted", gone), ("released", {**gone, "bidder": "22", "winner": "", "price_fen": 0})]
    assert judged(asked).result == {"outcome": "rerun", "winner": "", "price_fen": 0}
