"""Commands that mean the same in every kind of auction: admission, pause, resume, edit, ban, annulment, default."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from zhirong.base.refused import Refused
from zhirong.exchange.engine.shape import (
    Admit,
    Annul,
    Ban,
    Bidder,
    Default,
    Edit,
    Encumber,
    Event,
    Facts,
    Open,
    Pause,
    Release,
    Resume,
    Rung,
    State,
    Terms,
    Told,
    ladder,
)


def must_run(state: State) -> None:
    """Refuse whatever needs a lot that still runs."""
    if state.stage == "annulled":
        raise Refused("lot.annulled")
    if state.stage == "ended":
        raise Refused("lot.ended", ended_ns=state.end_ns)


def judge_admission(state: State, command: Admit) -> Event:
    """A deposit confirmed late but before the end still admits; a code that fell stays out (court rule 24)."""
    must_run(state)
    if state.stage == "matching" or (state.stage == "open" and command.at_ns >= state.end_ns):
        raise Refused("lot.ended", ended_ns=state.end_ns)
    known = state.bidders.get(command.bidder)
    if known and known.standing != "in":
        raise Refused("lot.barred", bidder=command.bidder)
    if known and known.rank != command.rank:
        raise Refused("lot.rank_fixed", bidder=command.bidder)
    return Event("admitted", {"at_ns": command.at_ns, "bidder": command.bidder, "rank": command.rank})


def judge_opening(state: State, command: Open) -> Event:
    """The opening is told once, when it is due."""
    must_run(state)
    if state.stage == "paused":
        raise Refused("lot.paused", reason="")
    if command.at_ns < state.opens_ns:
        raise Refused("lot.not_due", end_ns=state.opens_ns)
    if state.opened:
        raise Refused("lot.open_already")
    return Event("opened", {"at_ns": command.at_ns, "end_ns": state.end_ns})


def judge_pause(state: State, command: Pause | Encumber) -> Event:
    """The time that was left is kept: from the pause, or from the instant the bidders lost the floor (E23)."""
    must_run(state)
    if state.stage == "paused":
        raise Refused("lot.paused", reason="")
    since = command.at_ns
    if isinstance(command, Pause) and command.since_ns:
        since = max(command.since_ns, state.top.at_ns if state.top else 0)
    if since >= state.end_ns:
        raise Refused("lot.ended", ended_ns=state.end_ns)
    kind = "paused" if isinstance(command, Pause) else "encumbered"
    facts = {"at_ns": command.at_ns, "since_ns": since, "left_ns": state.end_ns - since, "reason": command.reason}
    return Event(kind, facts)


def judge_resume(state: State, command: Resume) -> Event:
    """Nobody loses time by a pause: every instant ahead moves by its length and, once open, by one full window."""
    must_run(state)
    if state.stage != "paused":
        raise Refused("lot.not_paused")
    had_opened = state.paused_ns >= state.opens_ns
    shift = command.at_ns - state.paused_ns + (state.terms.window_ns if had_opened else 0)

    def moved(instant_ns: int) -> int:
        return instant_ns + shift if instant_ns > state.paused_ns else instant_ns

    return Event(
        "resumed",
        {
            "at_ns": command.at_ns,
            "opens_ns": moved(state.opens_ns),
            "free_end_ns": moved(state.free_end_ns),
            "end_ns": moved(state.end_ns),
            "hard_end_ns": moved(state.hard_end_ns),
            "stage": state.paused_stage,
        },
    )


def judge_edit(state: State, command: Edit) -> Event:
    """An edit after publication starts the period again; it may not shorten what is published (X2)."""
    must_run(state)
    if state.stage == "matching":
        raise Refused("lot.ended", ended_ns=state.end_ns)
    assert max(command.at_ns, command.opens_ns) < command.end_ns
    return Event(
        "edited",
        {
            "at_ns": command.at_ns,
            "terms": command.terms.facts(),
            "opens_ns": command.opens_ns,
            "end_ns": command.end_ns,
            "free_end_ns": command.free_end_ns,
            "hard_end_ns": command.hard_end_ns,
            "reason": command.reason,
            "voided": sum(1 for _ in ladder(state)),
        },
    )


def judge_ban(state: State, command: Ban) -> Event:
    """The bids of a banned bidder fall; where that changes the price, everyone has a full window to answer (E36)."""
    must_run(state)
    known = state.bidders.get(command.bidder)
    if known is None:
        raise Refused("lot.no_such_bidder", bidder=command.bidder)
    if known.standing != "in":
        raise Refused("lot.barred", bidder=command.bidder)
    top = without(state.top, command.bidder)
    end = state.end_ns
    if state.stage == "open" and state.top and state.top.bidder == command.bidder:
        end = max(end, command.at_ns + state.terms.window_ns)
    return Event(
        "banned",
        {
            "at_ns": command.at_ns,
            "bidder": command.bidder,
            "reason": command.reason,
            "voided": sum(1 for rung in ladder(state) if rung.bidder == command.bidder),
            "top_fen": top.price_fen if top else 0,
            "leader": top.bidder if top else "",
            "end_ns": end,
        },
    )


def judge_annulment(state: State, command: Annul) -> Event:
    """Possible at any time, once; nothing that was written is taken back (E47)."""
    if state.stage == "annulled":
        raise Refused("lot.annulled")
    return Event("annulled", {"at_ns": command.at_ns, "reason": command.reason, "was": state.outcome})


def judge_default(state: State, command: Default) -> Event:
    """The next best at its own highest price, if the rule set says so and it met the reserve; else a re-run (E38)."""
    if state.stage == "annulled":
        raise Refused("lot.annulled")
    if state.outcome != "sold" or state.winner != command.bidder:
        raise Refused("lot.not_the_winner", bidder=command.bidder)
    return Event("defaulted", _passed_on(state, command))


def judge_release(state: State, command: Release) -> Event:
    """Who was only asked may say no: that is its own line and no default; whoever the hammer bound has none (E38)."""
    if state.stage == "annulled":
        raise Refused("lot.annulled")
    is_asked = any(bidder.standing in ("defaulted", "released") for bidder in state.bidders.values())
    if state.outcome != "sold" or state.winner != command.bidder or not is_asked:
        raise Refused("lot.not_the_winner", bidder=command.bidder)
    return Event("released", _passed_on(state, command))


def _passed_on(state: State, command: Default | Release) -> Facts:
    facts = {"at_ns": command.at_ns, "bidder": command.bidder, "reason": command.reason, "winner": "", "price_fen": 0}
    heir = next_best(state) if state.terms.on_default == "next_best" else None
    if heir:
        facts |= {"winner": heir.bidder, "price_fen": heir.price_fen}
    return facts


def next_best(state: State) -> Rung | None:
    """The highest bid of someone who neither won, fell, nor stayed below the reserve."""
    fallen = {bidder.code for bidder in state.bidders.values() if bidder.standing != "in"} | {state.winner}
    for rung in ladder(state):
        if rung.bidder not in fallen:
            return rung if rung.price_fen >= state.terms.reserve_fen else None
    return None


def without(top: Rung | None, bidder: str) -> Rung | None:
    """The ladder without one bidder's rungs."""
    kept = []
    while top is not None:
        if top.bidder != bidder:
            kept.append(top)
        top = top.below
    return chain(rung.told() for rung in reversed(kept))


def chain(told: Iterable[Told]) -> Rung | None:
    """A ladder from its bids, the lowest first."""
    top: Rung | None = None
    for number, at_ns, bidder, price_fen in told:
        top = Rung(number=number, at_ns=at_ns, bidder=bidder, price_fen=price_fen, below=top)
    return top


def _standing(state: State, code: str, standing: str) -> dict[str, Bidder]:
    return {**state.bidders, code: replace(state.bidders[code], standing=standing)}


def _admitted(state: State, facts: Facts) -> State:
    code = facts["bidder"]
    return replace(state, bidders={**state.bidders, code: Bidder(code, facts["rank"])})


def _opened(state: State, facts: Facts) -> State:
    return replace(state, opened=True)


def _paused(state: State, facts: Facts) -> State:
    return replace(
        state, stage="paused", paused_stage=state.stage, paused_ns=facts["since_ns"], left_ns=facts["left_ns"]
    )


def _resumed(state: State, facts: Facts) -> State:
    moved = {name: facts[name] for name in ("stage", "opens_ns", "free_end_ns", "end_ns", "hard_end_ns")}
    return replace(state, paused_ns=0, left_ns=0, paused_stage="", **moved)


def _edited(state: State, facts: Facts) -> State:
    return State(
        terms=Terms.from_facts(facts["terms"]),
        opens_ns=facts["opens_ns"],
        end_ns=facts["end_ns"],
        free_end_ns=facts["free_end_ns"],
        hard_end_ns=facts["hard_end_ns"],
        last_number=state.last_number,
        bidders={code: bidder for code, bidder in state.bidders.items() if bidder.standing != "in"},
    )


def _banned(state: State, facts: Facts) -> State:
    return replace(
        state,
        bidders=_standing(state, facts["bidder"], "banned"),
        matches=tuple(match for match in state.matches if match.bidder != facts["bidder"]),
        top=without(state.top, facts["bidder"]),
        end_ns=facts["end_ns"],
    )


def _annulled(state: State, facts: Facts) -> State:
    return replace(state, stage="annulled", outcome="annulled", winner="", price_fen=0)


def _defaulted(state: State, facts: Facts) -> State:
    return _left(state, facts, standing="defaulted")


def _released(state: State, facts: Facts) -> State:
    return _left(state, facts, standing="released")


def _left(state: State, facts: Facts, *, standing: str) -> State:
    return replace(
        state,
        bidders=_standing(state, facts["bidder"], standing),
        winner=facts["winner"],
        price_fen=facts["price_fen"],
        outcome="sold" if facts["winner"] else "rerun",
    )


EVOLVE = {
    "admitted": _admitted,
    "opened": _opened,
    "paused": _paused,
    "encumbered": _paused,
    "resumed": _resumed,
    "edited": _edited,
    "banned": _banned,
    "annulled": _annulled,
    "defaulted": _defaulted,
    "released": _released,
}
