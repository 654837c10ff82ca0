"""A house without a database: leaves, a tree and a key, enough for papers that prove themselves."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from zhirong.papers import verifier
from zhirong.record.engine import tree
from zhirong.record.engine.canonical import canonical
from zhirong.record.engine.checkpoint import HouseKey, name_of

SECOND = 10**9
MINUTE = 60 * SECOND
OPENS = 1_795_312_800 * SECOND
LISTING = {"number": "ZR2026-0001", "rule_set": "court-2017", "asking_fen": 100_000_000}
TERMS = {
    "form": "timed",
    "start_fen": 100_000_000,
    "steps": [[0, 1_000_000]],
    "window_ns": 5 * MINUTE,
    "extension_ns": 5 * MINUTE,
    "match_ns": 0,
    "least_bidders": 1,
    "leader_may_overbid": False,
}


def a_key(seed: int = 1) -> HouseKey:
    private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
    return HouseKey(name_of(private), private)


@dataclass
class House:
    """Deeds in one tree; strangers' deeds stand between those of the paper."""

    key: HouseKey = field(default_factory=a_key)
    bodies: list[dict[str, Any]] = field(default_factory=list)

    def tell(self, kind: str, topic: str = "lot:1", **facts: Any) -> int:
        salt = hashlib.sha256(str(len(self.bodies)).encode()).hexdigest()[:16]
        body = {"at": "2026-11-22T04:00:00+00:00", "kind": kind, "topic": topic, "who": "house", "salt": salt, **facts}
        self.bodies.append(body)
        return len(self.bodies) - 1

    def step(self, kind: str, seq: int, **facts: Any) -> int:
        line = 1 + sum(body["topic"] == "lot:1" for body in self.bodies)
        return self.tell(f"exchange.{kind}", "lot:1", line=line, seq=seq, lot=1, listing=5, **facts)

    def hashes(self) -> list[bytes]:
        return [tree.leaf_hash(canonical(body).encode()) for body in self.bodies]

    def head(self) -> dict[str, Any]:
        grown = tree.Frontier().append(self.hashes())[0]
        note = self.key.sign(grown.size, grown.root())
        return {"size": grown.size, "root": grown.root().hex(), "checkpoint": note, "key": self.key.public()}

    def proven(self, number: int) -> dict[str, Any]:
        hashes, ranges = self.hashes(), tree.inclusion_ranges(number, len(self.bodies))
        roots = [tree.Frontier().append(hashes[start:end])[0].root().hex() for start, end in ranges]
        return {
            "leaf": self.bodies[number],
            "leaf_hash": hashes[number].hex(),
            "number": number,
            "proof": roots,
        }

    def receipt(self, number: int) -> dict[str, Any]:
        return {"format": "zhirong-receipt/1", **self.proven(number), **self.head()}


def a_house() -> House:
    """An auction of three bids, the last in the last minutes, with other deeds between its lines."""
    house = House()
    end = OPENS + 60 * MINUTE
    house.tell("exchange.announced", "listing:5", **LISTING)
    house.tell("ledger.moved", "deal:9", amount_fen=5)
    house.step("lot_begun", 1, at_ns=OPENS - MINUTE, terms=TERMS, opens_ns=OPENS, end_ns=end)
    house.tell("people.signed_in", "person:x")
    house.step("lot_opened", 2, at_ns=OPENS, end_ns=end)
    bids = [("17", 100_000_000, 1), ("42", 103_000_000, 30), ("17", 104_000_000, 58)]
    for number, (code, price, minute) in enumerate(bids, start=1):
        at = OPENS + minute * MINUTE
        end = max(end, at + 5 * MINUTE) if end - at <= 5 * MINUTE else end
        facts = {"number": number, "at_ns": at, "bidder": code, "price_fen": price, "end_ns": end}
        house.step("bid", 2 + 2 * number, **facts)  # between them a refused bid took a place and left no leaf
        house.tell("exchange.bid", "lot:2", seq=number, lot=2, listing=6, **facts)
    house.step("lot_hammer", 9, at_ns=end, outcome="sold", winner="17", price_fen=104_000_000, end_ns=end)
    return house


def a_transcript(house: House) -> dict[str, Any]:
    lines = []
    for number, body in enumerate(house.bodies):
        if body["topic"] == "lot:1":
            shows = {name: body[name] for name in verifier.SHOWN if name in body}
            lines.append({"shows": shows, **house.proven(number)})
    result = {"outcome": "sold", "winner": "17", "price_fen": 104_000_000, "bids": 3}
    head = {"format": "zhirong-transcript/1", "topic": "lot:1", "listing": LISTING, "rules": TERMS}
    return {**head, "announcement": house.proven(0), "lines": lines, "result": result, **house.head()}


def a_certificate(house: House, files: dict[str, bytes]) -> dict[str, Any]:
    hammer = len(house.bodies) - 1
    facts = {
        "number": "ZR-C-2026-0001",
        "price_fen": 104_000_000,
        "buyer": "深圳市福田某科技有限公司",
        "files": {name: verifier.sha256(content) for name, content in files.items()},
        "receipts": [house.proven(hammer)["leaf_hash"]],
    }
    digests = {name: verifier.digest_of("5a17" * 8, name, value) for name, value in facts.items()}
    issued = house.tell("exchange.certified", "deal:1", facts_sha256=verifier.sha256(verifier.canonical(digests)))
    house.tell("people.signed_in", "person:y")
    receipts = [house.receipt(issued), house.receipt(hammer)]
    body = {"facts": facts, "salt": "5a17" * 8, "digests": digests, "receipts": receipts}
    return {"format": "zhirong-certificate/1", **body}


def copied(paper: dict[str, Any]) -> dict[str, Any]:
    again: dict[str, Any] = json.loads(json.dumps(paper))
    return again
