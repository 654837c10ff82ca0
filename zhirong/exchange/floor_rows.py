"""The rows of the floor: how a lot is read from them and how a batch is written to them, in plain SQL."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from zhirong.exchange.engine import english, kinds
from zhirong.exchange.engine.shape import Answer, Bid, Event, Reply, State, Terms
from zhirong.record import actions as record
from zhirong.record import port as sql
from zhirong.record import teller

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Not for the public: who and how many come (court rule 18). Every other deed is a numbered line of the transcript.
PRIVATE = frozenset({"admitted"})
KINDS = {
    "begun": "exchange.lot_begun",
    "admitted": "exchange.lot_admitted",
    "opened": "exchange.lot_opened",
    "bid": "exchange.bid",
    "paused": "exchange.lot_paused",
    "encumbered": "exchange.lot_encumbered",
    "resumed": "exchange.lot_resumed",
    "edited": "exchange.lot_edited",
    "banned": "exchange.lot_banned",
    "matching": "exchange.lot_matching",
    "matched": "exchange.lot_matched",
    "hammer": "exchange.lot_hammer",
    "defaulted": "exchange.lot_defaulted",
    "released": "exchange.lot_released",
    "annulled": "exchange.lot_annulled",
}
BIDDERS = (
    "SELECT i.code, i.priority_rank, p.ref FROM exchange_intent i JOIN people_person p ON p.id = i.person_id"
    " WHERE i.listing_id = ? AND i.state = 'admitted' AND i.code <> '' ORDER BY i.id"
)
# What the steps keep for a rebuild and the record must not give away (拍卖法 art. 28: a reserve may be secret).
SECRET_TERMS = frozenset({"reserve_fen"})

STEP = (
    "INSERT INTO exchange_lotstep (lot_id, seq, kind, received_ns, code, key, amount_fen, refusal, least_fen,"
    " closes_ns, facts, leaf_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
LOT = (
    "UPDATE exchange_lot SET form = ?, state = ?, terms = ?, opens_ns = ?, closes_ns = ?, start_fen = ?, top_fen = ?,"
    " top_code = ?, bids = ?, extensions = ?, paused_ns = ?, last_seq = ?, closed_ns = ?, result = ? WHERE id = ?"
)


@dataclass(slots=True)
class Lot:
    """A lot in the floor's memory: its standing and the answers kept by key; nothing that its rows do not say."""

    id: int
    listing_id: int
    apply: kinds.Apply
    state: State
    last_seq: int
    extensions: int
    terms_body: str
    closes_ns: int = 0
    closed_ns: int | None = None
    lines: int = 0
    persons: dict[str, str] = field(default_factory=dict)  # code -> ref of the person who is told
    answers: dict[tuple[str, str], Answer] = field(default_factory=dict)


@dataclass(slots=True)
class Batch:
    """What one transaction will write."""

    steps: list[tuple[Any, ...]] = field(default_factory=list)
    deeds: list[record.Deed] = field(default_factory=list)
    touched: dict[int, Lot] = field(default_factory=dict)
    # Replies that wait for the id of their leaf: (facts of the reply, place of the leaf).
    receipts: list[tuple[dict[str, Any], int]] = field(default_factory=list)


@lru_cache(maxsize=4096)
def who_alone(who_ref: str) -> str:
    """All that a bid's step needs beside its columns: the person who pressed the button."""
    return sql.body({"who": who_ref})


def instant(at_ns: int) -> datetime:
    """The instant of a stamp, to the microsecond below."""
    return EPOCH + timedelta(microseconds=at_ns // 1000)


def note_all(batch: Batch, lot: Lot, events: tuple[Event, ...], *, who_ref: str, key: str) -> Reply:
    """Add what a command brought about to the batch; gives the reply, which learns its leaf when it is written."""
    for event in events:
        # The bid that opens the limited period behind the free one extends nothing (B1).
        if event.kind == "bid" and lot.closes_ns != lot.state.end_ns and lot.closes_ns != lot.state.free_end_ns:
            lot.extensions += 1
        elif event.kind == "edited":
            lot.terms_body = sql.body(event.facts["terms"])
        elif event.kind in ("hammer", "annulled"):
            lot.closed_ns = event.facts["at_ns"]
        place = note(batch, lot, event, who_ref=who_ref, key=key)
    lot.closes_ns = lot.state.end_ns
    facts = {**events[-1].facts, "seq": lot.last_seq}
    batch.receipts.append((facts, place))
    return Reply("", facts)


def note(batch: Batch, lot: Lot, event: Event, *, who_ref: str, key: str) -> int:
    """Add an event's step, leaf and outbox row to the batch; gives the place of its leaf within the batch."""
    lot.last_seq += 1
    facts = event.facts
    told = {**facts, "lot": lot.id, "listing": lot.listing_id, "seq": lot.last_seq}
    if event.kind not in PRIVATE:
        lot.lines += 1
        told["line"] = lot.lines
    if "terms" in facts:
        told["terms"] = {name: value for name, value in facts["terms"].items() if name not in SECRET_TERMS}
    is_bid = event.kind == "bid"
    if is_bid:
        told["next_fen"] = english.least_fen(lot.state)
    deed = record.Deed(
        kind=KINDS[event.kind],
        topic=f"lot:{lot.id}",
        # In public a bidder is its code; the person who pressed the button stands in the step alone (court rule 18).
        who_ref=actor_of(event, who_ref),
        at=instant(facts["at_ns"]),
        facts=told,
        public=event.kind not in PRIVATE,
        # Whoever was outbid sees it in the room at once; a notice for each bid would drown the rest.
        # Admissions are nobody else's business: told to all, they would give away how many came and who.
        to=() if is_bid or event.kind in PRIVATE else tuple(lot.persons.values()),
    )
    batch.deeds.append(deed)
    kept = who_alone(who_ref) if is_bid else sql.body({**facts, "who": who_ref})
    place = len(batch.deeds) - 1
    batch.steps.append(
        (
            *(lot.id, lot.last_seq, event.kind, facts["at_ns"], facts.get("bidder", ""), key),
            *(facts["price_fen"] if is_bid else None, "", None, lot.state.end_ns, kept, place),
        )
    )
    batch.touched[lot.id] = lot
    return place


def actor_of(event: Event, who_ref: str) -> str:
    """Who did it, as the public may know: a bidder by its code, the hammer nobody, our people by their ref."""
    if event.kind in ("bid", "matched"):
        return str(event.facts["bidder"])
    return "house" if event.kind == "hammer" else who_ref or "house"


def note_refusal(batch: Batch, lot: Lot, bid: Bid, *, reply: Reply, who_ref: str) -> None:
    """Add a refused bid's row, without a leaf: the bidder sees why, and a repeat gets the same reply."""
    lot.last_seq += 1
    facts = sql.body({**reply.facts, "who": who_ref})
    batch.steps.append(
        (
            *(lot.id, lot.last_seq, "bid", bid.at_ns, bid.bidder, bid.key, bid.price_fen, reply.code),
            *(reply.facts.get("least_fen"), lot.state.end_ns, facts, None),
        )
    )
    batch.touched[lot.id] = lot


def write(port: sql.Port, batch: Batch) -> None:
    """Write the batch inside the transaction that is open; the caller commits."""
    ids = teller.write_deeds(port, batch.deeds) if batch.deeds else []
    port.executemany(STEP, [(*row[:-1], None if row[-1] is None else ids[row[-1]]) for row in batch.steps])
    port.executemany(LOT, [lot_row(lot) for lot in batch.touched.values()])
    for facts, place in batch.receipts:
        facts["leaf"] = ids[place]


def lot_row(lot: Lot) -> tuple[Any, ...]:
    """The lot's summary for everyone who only reads."""
    state, terms, top = lot.state, lot.state.terms, lot.state.top
    result: dict[str, Any] = {}
    if state.stage in ("ended", "annulled"):
        result = {
            "outcome": state.outcome,
            "winner": state.winner,
            "price_fen": state.price_fen,
            "bids": state.last_number,
        }
    return (
        *(terms.form, name_of(state), lot.terms_body, state.opens_ns, state.end_ns, terms.start_fen),
        *(top.price_fen if top else None, top.bidder if top else "", state.last_number, lot.extensions),
        *(state.paused_ns or None, lot.last_seq, lot.closed_ns, sql.body(result), lot.id),
    )


def name_of(state: State) -> str:
    """The stage as the lot's row names it."""
    if state.stage in ("ended", "annulled"):
        return "closed"
    if state.stage == "open":
        return "live" if state.opened or state.top else "scheduled"
    return state.stage


def load(port: sql.Port, lot_id: int, *, batch: Batch, at_ns: int) -> Lot | None:
    """A lot from its rows; one that never ran begins with its announced terms and the bidders admitted so far."""
    rows = port.execute(
        "SELECT listing_id, kind, terms, opens_ns, closes_ns, last_seq, extensions, closed_ns"
        " FROM exchange_lot WHERE id = ?",
        (lot_id,),
    )
    if not rows:
        return None
    listing_id, kind, terms, opens_ns, closes_ns, last_seq, extensions, closed_ns = rows[0]
    if last_seq:
        lot = Lot(lot_id, listing_id, kinds.APPLY[kind], _NOTHING, last_seq, extensions, terms, closes_ns, closed_ns)
        return _rebuilt(port, lot)
    return _begun(
        port,
        batch,
        Lot(lot_id, listing_id, kinds.APPLY[kind], _NOTHING, 0, 0, terms, closes_ns),
        facts={
            "at_ns": at_ns,
            "opens_ns": opens_ns,
            "end_ns": closes_ns,
            **announced(terms),
        },
    )


def announced(body: str) -> dict[str, Any]:
    """The lot's terms as its row announced them; beside the figures there may be a hard end."""
    terms = json.loads(body)
    hard_end_ns = terms.pop("hard_end_ns", 0)
    return {"hard_end_ns": hard_end_ns, "terms": terms}


def _begun(port: sql.Port, batch: Batch, lot: Lot, *, facts: dict[str, Any]) -> Lot:
    lot.state = begun(facts)
    told = {**facts, "free_end_ns": lot.state.free_end_ns}
    know_persons(port, lot)
    note(batch, lot, Event("begun", told), who_ref="", key="")
    for code, rank, _ in port.execute(BIDDERS, (lot.listing_id,)):
        admitted = Event("admitted", {"at_ns": facts["at_ns"], "bidder": code, "rank": rank or 0})
        lot.state = english.evolve(lot.state, admitted)
        note(batch, lot, admitted, who_ref="", key="")
    return lot


def know_persons(port: sql.Port, lot: Lot) -> None:
    """Whom to tell when something happens to the lot: the persons behind its codes."""
    lot.persons = {code: ref for code, _, ref in port.execute(BIDDERS, (lot.listing_id,))}


def begun(facts: dict[str, Any]) -> State:
    """The state before the first command, from what the first step wrote down."""
    terms = Terms.from_facts(facts["terms"])
    return english.begin(terms, opens_ns=facts["opens_ns"], end_ns=facts["end_ns"], hard_end_ns=facts["hard_end_ns"])


_NOTHING = english.begin(Terms("timed", 1, ((0, 1),), 1, 1), opens_ns=0, end_ns=1)


def _rebuilt(port: sql.Port, lot: Lot) -> Lot:
    """Replay the accepted steps and put every answer back under its key."""
    steps = port.execute(
        "SELECT seq, kind, received_ns, code, key, amount_fen, refusal, closes_ns, facts, leaf_id"
        " FROM exchange_lotstep WHERE lot_id = ? ORDER BY seq",
        (lot.id,),
    )
    for seq, kind, at_ns, code, key, amount_fen, refusal, closes_ns, body, leaf_id in steps:
        facts = json.loads(body)
        facts.pop("who", None)
        lot.lines += leaf_id is not None and kind not in PRIVATE
        if not refusal and kind == "bid":
            number = lot.state.last_number + 1
            facts = {"number": number, "at_ns": at_ns, "bidder": code, "price_fen": amount_fen, "end_ns": closes_ns}
        if not refusal:
            lot.state = begun(facts) if kind == "begun" else english.evolve(lot.state, Event(kind, facts))
            facts = {**facts, "seq": seq, "leaf": leaf_id}
        if key:
            lot.answers[code, key] = Answer(amount_fen, Reply(refusal, facts))
    know_persons(port, lot)
    return lot


def transcript(port: sql.Port, lot_id: int) -> list[Event]:
    """The events of a lot in their order, for the public transcript; refused bids are left out."""
    steps = port.execute(
        "SELECT kind, received_ns, code, amount_fen, closes_ns, facts FROM exchange_lotstep"
        " WHERE lot_id = ? AND refusal = '' ORDER BY seq",
        (lot_id,),
    )
    events: list[Event] = []
    for kind, at_ns, code, amount_fen, closes_ns, body in steps:
        facts = {"at_ns": at_ns, "bidder": code, "price_fen": amount_fen, "end_ns": closes_ns}
        events.append(Event(kind, facts if kind == "bid" else json.loads(body)))
    return events


def due(port: sql.Port, now_ns: int, *, shard: int, shards: int) -> list[tuple[int, bool]]:
    """Lots whose close is due, or whose opening is: (lot, close is due). Derived from what is stored (E24)."""
    return [
        (lot_id, closes_ns <= now_ns)
        for lot_id, closes_ns in port.execute(
            "SELECT id, closes_ns FROM exchange_lot WHERE state IN ('scheduled', 'live', 'matching')"
            " AND (closes_ns <= ? OR (state = 'scheduled' AND opens_ns <= ?)) ORDER BY closes_ns, id",
            (now_ns, now_ns),
        )
        if lot_id % shards == shard
    ]


def running(port: sql.Port, *, since_ns: int, shard: int, shards: int) -> list[int]:
    """Lots that ran at an instant or were to open after it, and have not ended."""
    rows = port.execute(
        "SELECT id FROM exchange_lot WHERE state IN ('scheduled', 'live', 'matching') AND closes_ns > ? ORDER BY id",
        (since_ns,),
    )
    return [lot_id for (lot_id,) in rows if lot_id % shards == shard]


def last_stamp(port: sql.Port) -> int:
    """The latest receive time on file: no new stamp may be earlier, whatever the wall clock says (E9)."""
    rows = port.execute("SELECT received_ns FROM exchange_lotstep ORDER BY id DESC LIMIT 1")
    return int(rows[0][0]) if rows else 0
