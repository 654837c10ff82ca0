"""Load for the drills: the real floor and the real book on one database, and a list of what they acknowledged."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from itertools import count

from zhirong.base.refused import Refused
from zhirong.exchange.engine.shape import Bid, Reply
from zhirong.exchange.floor import Floor
from zhirong.exchange.floor_watch import Watch
from zhirong.ledger import book, rules, stream
from zhirong.ledger.actions import transfers
from zhirong.record import actions as record
from zhirong.record import port

LOT_ID = 1
BIDDERS = [str(code) for code in range(100, 116)]
PARTIES = [f"drill{number}" for number in range(8)]
STEP_FEN = 100_00
AGES_NS = 10**18
MOVERS = 4


def fixture() -> str:
    """One listing with a lot that stays open and its admitted bidders, as rows for `loaddata`."""
    at = record.now().isoformat()
    opens_ns = record.now_ns() - 10**9
    terms = {"form": "timed", "start_fen": STEP_FEN, "steps": [[0, STEP_FEN]], "window_ns": 1, "extension_ns": 1}
    party = {"kind": "legal", "name": "drill", "name_key": "drill", "made_at": at}
    listing = {"number": "DRILL", "seller": 1, "title": "drill", "asking_fen": STEP_FEN, "rule_set": "platform"}
    lot = {"listing": 1, "terms": json.dumps(terms), "opens_ns": opens_ns, "closes_ns": opens_ns + AGES_NS}
    rows: list[tuple[str, int, dict[str, object]]] = [
        ("people.party", 1, {**party, "ref": "seller"}),
        ("people.person", 1, {"login": "drill", "ref": "drill", "name": "drill", "made_at": at, "password": "!"}),
        ("exchange.listing", 1, {**listing, "state": "bidding"}),
        ("exchange.lot", LOT_ID, {**lot, "start_fen": STEP_FEN}),
    ]
    for place, code in enumerate(BIDDERS, start=2):
        intent = {"listing": 1, "party": place, "person": 1, "state": "admitted", "registered_at": at, "code": code}
        rows.append(("people.party", place, {**party, "ref": f"buyer{code}"}))
        rows.append(("exchange.intent", place, {**intent, "payment_code": code}))
    return json.dumps([{"model": model, "pk": key, "fields": fields} for model, key, fields in rows])


def open_accounts() -> None:
    """The custody account and those of the parties that move money."""
    transfers.open_accounts([rules.custody(), *(rules.available(party) for party in PARTIES)])


@dataclass(slots=True)
class Acknowledged:
    """What somebody was told is done: it must be there afterwards, whatever happened."""

    bids: dict[tuple[str, str], tuple[int, int, int]] = field(default_factory=dict)  # (code, key): price, seq, leaf
    transfers: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.bids) + len(self.transfers)


class Load:
    """Clients in closed loops, each asking again when it has its answer. `told` hears of every acknowledgement."""

    def __init__(self, open_port: Callable[[], port.Port], *, salt: str, told: Callable[[str], None]) -> None:
        self.acknowledged, self._told, self._salt = Acknowledged(), told, salt
        self._numbers, self._price = count(1), STEP_FEN
        watch = Watch(0, 1, clock_jump_ns=AGES_NS, outage_ns=AGES_NS)
        self.floor = Floor(open_port, clock_ns=record.now_ns, watch=watch)
        self.book = stream.Queue(open_port())
        self._over, self._movers = threading.Event(), MOVERS

    def start(self) -> None:
        """Let all clients begin."""
        self.floor.start()
        for code in BIDDERS:
            self._bid(code)
        for place in range(MOVERS):
            self._transfer(place)

    def until_fallen(self, seconds: float) -> bool:
        """Wait until both writers have stopped; False when they still ran after this time."""
        end = time.monotonic() + seconds
        while not (self.floor.health().state == "fallen" and self._movers == 0):
            if time.monotonic() > end:
                return False
            time.sleep(0.002)
        return True

    def end(self) -> None:
        """Stop the clients and both writers."""
        self._over.set()
        self.floor.stop()
        self.book.close()

    def _bid(self, code: str) -> None:
        if self._over.is_set():
            return
        # Each asks for a step more than the one before, so that nearly every bid counts and has something to lose.
        key, price = f"{self._salt}-{next(self._numbers)}", self._price
        self._price += STEP_FEN
        bid = partial(Bid, bidder=code, price_fen=price, key=key)
        self.floor.submit(LOT_ID, bid, done=partial(self._hear_bid, code, key), who_ref="drill")

    def _hear_bid(self, code: str, key: str, reply: Reply) -> None:
        if reply.code.startswith("floor."):
            return
        if reply.accepted:
            facts = reply.facts
            self.acknowledged.bids[code, key] = (facts["price_fen"], facts["seq"], facts["leaf"])
            self._told(f"B {code} {key} {facts['price_fen']} {facts['seq']} {facts['leaf']}")
        else:
            self._price = max(self._price, reply.facts.get("least_fen") or 0)
        self._bid(code)

    def _transfer(self, place: int) -> None:
        if self._over.is_set():
            self._movers -= 1
            return
        number = next(self._numbers)
        giver, taker = PARTIES[number % len(PARTIES)], PARTIES[(number * 3 + place) % len(PARTIES)]
        source = rules.custody() if number % 2 or giver == taker else rules.available(giver)
        order = book.Order(
            f"{self._salt}-{number}", debit=source, credit=rules.available(taker), amount=1 + number % 97
        )
        self._order(place, order)

    def _order(self, place: int, order: book.Order) -> None:
        try:
            self.book.submit([order]).add_done_callback(partial(self._hear_transfer, place, order))
        except Refused:
            self._movers -= 1

    def _hear_transfer(self, place: int, order: book.Order, future: Future[list[book.Answer]]) -> None:
        failure = future.exception()
        if isinstance(failure, Refused) and failure.code == "ledger.book_busy":
            # Nothing was written and the book goes on: on a machine that stalls one asks again, as anybody would.
            self._order(place, order)
            return
        if failure:
            self._movers -= 1
            return
        if future.result()[0].stands():
            self.acknowledged.transfers[order.id] = order.amount
            self._told(f"T {order.id} {order.amount}")
        self._transfer(place)


def read(lines: list[str]) -> Acknowledged:
    """The acknowledgements that a killed process had printed; a line cut short was not heard by anybody."""
    heard = Acknowledged()
    for line in lines:
        match line.split():
            case ["B", code, key, price, seq, leaf] if line.endswith("\n"):
                heard.bids[code, key] = (int(price), int(seq), int(leaf))
            case ["T", entry, amount] if line.endswith("\n"):
                heard.transfers[entry] = int(amount)
    return heard


def run_until_killed(open_port: Callable[[], port.Port], salt: str) -> None:
    """In the process that will be killed: load, each acknowledgement printed as it is given."""
    load = Load(open_port, salt=salt, told=partial(print, flush=True))
    load.start()
    time.sleep(60)
