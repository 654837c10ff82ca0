"""What a good web house does without a floor: each bid calls a function in PostgreSQL that locks the lot's row.

The same server, the same session check, the same rows (step, leaf, event, lot), one transaction for each bid.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from typing import Any

import psycopg
from django.db import connection

from zhirong.base.refused import Refused
from zhirong.exchange.engine.shape import Reply
from zhirong.web.bid_door import BidDoor
from zhirong.web.bid_rights import Right

# As many as help: the lock lets one through at a time, the others have their statement ready behind it.
SESSIONS = 8
FUNCTION = """
CREATE OR REPLACE FUNCTION row_lock_bid(
  lot bigint, bidder text, price bigint, bid_key text, received bigint, person text, salt text, step_fen bigint
) RETURNS text AS $$
DECLARE one exchange_lot%ROWTYPE; told text; leaf bigint; topic text;
BEGIN
  SELECT * INTO one FROM exchange_lot WHERE id = lot FOR UPDATE;
  IF received >= one.closes_ns THEN RETURN 'bid.late'; END IF;
  -- Calls come out of order behind the lock. Raised to the next valid bid, each writes the rows of an accepted one.
  price := GREATEST(price, COALESCE(one.top_fen, 0) + step_fen);
  topic := 'lot:' || lot;
  told := json_build_object('at', now(), 'at_ns', received, 'bidder', bidder, 'end_ns', one.closes_ns,
    'kind', 'exchange.bid', 'line', one.last_seq + 1, 'listing', one.listing_id, 'lot', lot,
    'next_fen', price + step_fen, 'number', one.bids + 1, 'price_fen', price, 'salt', salt, 'seq', one.last_seq + 1,
    'topic', topic, 'who', bidder)::text;
  INSERT INTO record_leaf (at, kind, topic, body, hash)
    VALUES (now(), 'exchange.bid', topic, told, sha256('\\x00'::bytea || convert_to(told, 'UTF8')))
    RETURNING id INTO leaf;
  INSERT INTO record_event (leaf_id, topic, kind, public, body) VALUES (leaf, topic, 'exchange.bid', true, told);
  INSERT INTO exchange_lotstep (lot_id, seq, kind, received_ns, code, key, amount_fen, refusal, closes_ns, facts,
    leaf_id) VALUES (lot, one.last_seq + 1, 'bid', received, bidder, bid_key, price, '', one.closes_ns,
    json_build_object('who', person)::text, leaf);
  UPDATE exchange_lot SET state = 'live', top_fen = price, top_code = bidder, bids = one.bids + 1,
    last_seq = one.last_seq + 1 WHERE id = lot;
  RETURN '';
END $$ LANGUAGE plpgsql
"""
CALL = "SELECT row_lock_bid(%s, %s, %s, %s, %s, %s, %s, %s)"
STEP_FEN = 100_00


class RowLockDoor(BidDoor):
    """The door of the house, with the row lock where the floor stands."""

    address = re.compile(r"/live/row-lock/([0-9]{1,18})")

    def __init__(self) -> None:
        super().__init__()
        self.free: asyncio.Queue[psycopg.AsyncConnection[Any]] | None = None

    async def hand_over(self, lot_id: int, right: Right, price_fen: int, *, key: str) -> Reply:
        """One call, which is one transaction; a session that is free, or the first that comes free."""
        if self.free is None:
            self.free = asyncio.Queue()
            for _ in range(SESSIONS):
                self.free.put_nowait(await psycopg.AsyncConnection.connect(address_of_database(), autocommit=True))
        session = await self.free.get()
        try:
            given = (lot_id, right.code, price_fen, key, time.time_ns(), right.who_ref, secrets.token_hex(8), STEP_FEN)
            row = await (await session.execute(CALL, given)).fetchone()
        finally:
            self.free.put_nowait(session)
        assert row is not None
        if row[0]:
            raise Refused(row[0], top_fen=0, least_fen=0, end_ns=0, at_ns=0)
        return Reply("", {"price_fen": price_fen})


def address_of_database() -> str:
    """The database of this house, for sessions of our own."""
    kept = ("dbname", "user", "password", "host", "port")
    given = connection.get_connection_params()
    return psycopg.conninfo.make_conninfo(**{name: given[name] for name in kept if given.get(name)})
