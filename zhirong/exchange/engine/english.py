"""The English auction with a soft close, timed (court rule 20) or free and then limited (动态报价, B1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from zhirong.base.refused import Refused
from zhirong.exchange.engine import amounts, conduct
from zhirong.exchange.engine.shape import (
    Admit,
    Annul,
    Answer,
    Ban,
    Bid,
    Bidder,
    Close,
    Command,
    Default,
    Edit,
    Encumber,
    Event,
    Facts,
    Match,
    Open,
    Pause,
    PriorityMatch,
    Reply,
    Resume,
    Rung,
    State,
    Terms,
    ladder,
)


def begin(terms: Terms, *, opens_ns: int, end_ns: int, hard_end_ns: int = 0, bidders: Iterable[Bidder] = ()) -> State:
    """A lot before its first command. In the free and limited form `end_ns` is the end of the free period."""
    assert opens_ns < end_ns <= (hard_end_ns or end_ns)
    free_end = end_ns if terms.form == "free_limited" else 0
    return State(terms, opens_ns, end_ns, free_end, hard_end_ns, bidders={bidder.code: bidder for bidder in bidders})


def apply(state: State, command: Command, earlier: Answer | None = None) -> tuple[State, tuple[Event, ...], Reply]:
    """The lot after a command, what happened, and the answer; `earlier` is how this key was answered before."""
    if earlier is not None and isinstance(command, Bid):
        if earlier.price_fen != command.price_fen:
            return state, (), Reply("bid.key_reused", {"price_fen": earlier.price_fen})
        return state, (), earlier.reply
    try:
        events = JUDGES[type(command)](state, command)
    except Refused as refused:
        return state, (), Reply(refused.code, refused.facts)
    for event in events:
        state = evolve(state, event)
    return state, events, Reply("", events[-1].facts)


def evolve(state: State, event: Event) -> State:
    """The lot after an event. No judgement is made here: a replay needs no clock and no rule."""
    return EVOLVE[event.kind](state, event.facts)


def replay(state: State, events: Iterable[Event]) -> State:
    """The lot that a list of events leads to."""
    for event in events:
        state = evolve(state, event)
    return state


def least_fen(state: State) -> int:
    """The least valid bid: the start price, or the top price and one step (B7)."""
    if state.top is None:
        return state.terms.start_fen
    return state.top.price_fen + amounts.step_at(state.terms.steps, state.top.price_fen)


def judge_bid(state: State, bid: Bid) -> tuple[Event, ...]:
    """A bid in time, from an admitted bidder who does not lead, a whole number of steps above the price (B7)."""
    _must_take_bids(state, bid.at_ns)
    bidder = state.bidders.get(bid.bidder)
    if bidder is None:
        raise Refused("bid.not_admitted", bidder=bid.bidder)
    if bidder.standing != "in":
        raise Refused("bid.barred", bidder=bid.bidder)
    price, top, terms = bid.price_fen, state.top, state.terms
    amounts.must_be_amount(price, most_fen=terms.most_fen)
    if top is not None and top.bidder == bid.bidder and not terms.leader_may_overbid:
        raise Refused("bid.already_leading", top_fen=top.price_fen)
    top_fen = top.price_fen if top else None
    amounts.must_fit(price, top_fen=top_fen, start_fen=terms.start_fen, steps=terms.steps)
    facts = {
        "number": state.last_number + 1,
        "at_ns": bid.at_ns,
        "bidder": bid.bidder,
        "price_fen": price,
        "end_ns": end_after(state, bid.at_ns),
    }
    return (Event("bid", facts),)


def _must_take_bids(state: State, at_ns: int) -> None:
    if state.stage == "paused":
        raise Refused("bid.paused", since_ns=state.paused_ns)
    if state.stage == "annulled":
        raise Refused("lot.annulled")
    if state.stage != "open" or at_ns >= state.end_ns:
        raise Refused("bid.late", end_ns=state.end_ns, at_ns=at_ns)
    if at_ns < state.opens_ns:
        raise Refused("bid.early", opens_ns=state.opens_ns, at_ns=at_ns)


def end_after(state: State, at_ns: int) -> int:
    """The end after an accepted bid: never nearer than before (X7, B1).

    Timed: a bid within the last window moves the end to its time and the extension. Free and limited: the first bid
    of all opens the limited period behind the free one, and each bid in it starts the window anew.
    """
    terms, end = state.terms, state.end_ns
    if state.free_end_ns:
        end = max(end, state.free_end_ns + terms.window_ns, at_ns + terms.window_ns)
    elif end - at_ns <= terms.window_ns:
        end = max(end, at_ns + terms.extension_ns)
    return max(state.end_ns, min(end, state.hard_end_ns)) if state.hard_end_ns else end


def judge_close(state: State, command: Close) -> tuple[Event, ...]:
    """The end, once it is due: unsold and why, or the turn of the priority purchasers, or the hammer."""
    conduct.must_run(state)
    if state.stage == "paused":
        raise Refused("lot.paused", reason="")
    if command.at_ns < state.end_ns:
        raise Refused("lot.not_due", end_ns=state.end_ns)
    if state.stage == "matching":
        return (_hammer(state, command.at_ns),)
    if _unsold(state) or not _may_match(state):
        return (_hammer(state, command.at_ns),)
    assert state.top is not None
    # Their time runs from the close that told them, so that a late tick takes none of it (E24).
    facts = {"at_ns": command.at_ns, "price_fen": state.top.price_fen, "end_ns": command.at_ns + state.terms.match_ns}
    return (Event("matching", facts),)


def _unsold(state: State) -> str:
    if state.top is None:
        return "no_bids"
    if len({rung.bidder for rung in ladder(state)}) < state.terms.least_bidders:
        return "too_few_bidders"
    return "below_reserve" if state.top.price_fen < state.terms.reserve_fen else ""


def _may_match(state: State) -> list[Bidder]:
    """Priority purchasers who rank before the leader: an equal rank lost to it by time (court rule 21)."""
    if not state.terms.match_ns or state.top is None:
        return []
    leader = state.bidders.get(state.top.bidder)
    leader_rank = leader.rank if leader else 0
    return [
        bidder
        for bidder in state.bidders.values()
        if bidder.rank and bidder.standing == "in" and (not leader_rank or bidder.rank < leader_rank)
    ]


def _hammer(state: State, at_ns: int) -> Event:
    facts = {"at_ns": at_ns, "outcome": _unsold(state), "winner": "", "price_fen": 0, "end_ns": state.end_ns}
    if not facts["outcome"]:
        assert state.top is not None
        takers = sorted((match.rank, match.at_ns, match.bidder) for match in state.matches if match.takes)
        winner = takers[0][2] if takers else state.top.bidder
        facts |= {"outcome": "sold", "winner": winner, "price_fen": state.top.price_fen}
    return Event("hammer", facts)


def judge_match(state: State, command: PriorityMatch) -> tuple[Event, ...]:
    """Rank decides, then time; the hammer falls as soon as nobody who ranks better can still speak (E25)."""
    conduct.must_run(state)
    if state.stage != "matching":
        raise Refused("lot.not_matching")
    if command.at_ns >= state.end_ns:
        raise Refused("bid.late", end_ns=state.end_ns, at_ns=command.at_ns)
    entitled = {bidder.code: bidder for bidder in _may_match(state)}
    if command.bidder not in entitled:
        raise Refused("lot.no_priority", bidder=command.bidder)
    if any(match.bidder == command.bidder for match in state.matches):
        raise Refused("lot.already_answered", bidder=command.bidder)
    rank = entitled[command.bidder].rank
    facts = {"at_ns": command.at_ns, "bidder": command.bidder, "rank": rank, "takes": command.takes}
    event = Event("matched", facts)
    after = evolve(state, event)
    spoken = {match.bidder for match in after.matches}
    best = min((match.rank for match in after.matches if match.takes), default=None)
    awaited = [b for b in entitled.values() if b.code not in spoken and (best is None or b.rank < best)]
    return (event,) if awaited else (event, _hammer(after, command.at_ns))


def _bid(state: State, facts: Facts) -> State:
    rung = Rung(facts["number"], facts["at_ns"], facts["bidder"], facts["price_fen"], state.top)
    # Spelt out instead of dataclasses.replace: this line runs once for every bid of a hot lot.
    return State(
        state.terms,
        state.opens_ns,
        facts["end_ns"],
        state.free_end_ns,
        state.hard_end_ns,
        last_number=facts["number"],
        bidders=state.bidders,
        opened=state.opened,
        top=rung,
    )


def _matching(state: State, facts: Facts) -> State:
    return replace(state, stage="matching", end_ns=facts["end_ns"])


def _matched(state: State, facts: Facts) -> State:
    match = Match(facts["bidder"], facts["rank"], facts["at_ns"], facts["takes"])
    return replace(state, matches=(*state.matches, match))


def _hammered(state: State, facts: Facts) -> State:
    return replace(state, stage="ended", outcome=facts["outcome"], winner=facts["winner"], price_fen=facts["price_fen"])


def _single(judge: Callable[[State, Any], Event]) -> Callable[[State, Any], tuple[Event, ...]]:
    return lambda state, command: (judge(state, command),)


JUDGES: dict[type, Callable[[State, Any], tuple[Event, ...]]] = {
    Bid: judge_bid,
    Close: judge_close,
    PriorityMatch: judge_match,
    Open: _single(conduct.judge_opening),
    Admit: _single(conduct.judge_admission),
    Pause: _single(conduct.judge_pause),
    Encumber: _single(conduct.judge_pause),
    Resume: _single(conduct.judge_resume),
    Edit: _single(conduct.judge_edit),
    Ban: _single(conduct.judge_ban),
    Annul: _single(conduct.judge_annulment),
    Default: _single(conduct.judge_default),
}

EVOLVE: dict[str, Callable[[State, Facts], State]] = {
    **conduct.EVOLVE,
    "bid": _bid,
    "matching": _matching,
    "matched": _matched,
    "hammer": _hammered,
}
