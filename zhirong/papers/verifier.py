"""知融存证核验 / The verifier of Zhirong: checks a receipt, a transcript or a certificate without server or database.

    python verifier.py [--key HOUSE_KEY] FILE        FILE: .json, or the certificate's .zip

Exit: 0 一切相符 all of it matches, 1 有不符 something does not match, 2 读不懂 not readable.
One file of standard-library Python, 3.9 or newer, since it also ships alone inside a certificate's archive.
Formats: docs/formats.md. Sources: RFC 6962 (tree), RFC 8032 (Ed25519), C2SP signed-note and tlog-checkpoint.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import struct
import sys
import zlib
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any

Paper = dict[str, Any]
Point = tuple[int, int, int, int]
UNREADABLE = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, RecursionError, struct.error)

# fmt: off
SENTENCES = {
    "spelling": ("文件不是规范写法：从第 {at} 个字节起与其内容的唯一写法不同。",
                 "the file is not spelt as its content must be, from byte {at} on."),
    "key": ("文件中的公钥 {found} 不是您指定的公钥 {pinned}。",
            "the key in the file, {found}, is not the pinned key {pinned}."),
    "note": ("检查点签名不符：{why}。",
             "the checkpoint's signature does not match: {why}."),
    "size": ("文件写的树大小为 {found}，检查点为 {signed}。",
             "the tree size in the file is {found}; the signed checkpoint says {signed}."),
    "root": ("文件写的树根为 {found}，检查点为 {signed}。",
             "the root in the file is {found}; the signed checkpoint says {signed}."),
    "hash": ("存证叶内容的哈希为 {real}，文件写的是 {found}。",
             "the leaf's content hashes to {real}; the file says {found}."),
    "proof": ("存证叶（序号 {number}）不在已签名的树中。",
              "the leaf, said to be number {number}, does not stand in the signed tree."),
    "differs": ("文件中的 {name} 为 {found}，存证为 {real}。",
                "{name} in the file is {found}; it differs from the leaf: {real}."),
    "missing": ("缺少 {name}。",
                "{name} is missing."),
    "unknown": ("多出 {name}，不在存证之内。",
                "{name} is not covered by the record."),
    "order": ("序号 {number} 不在前一行（{before}）之后。",
              "leaf number {number} does not come after {before}, the line before."),
    "line": ("存证写明这是第 {real} 行：有行被删除、插入或调换。",
            "the leaf says that this is line {real}: lines were removed, inserted or moved."),
    "topic": ("该存证属于 {found}，不属于本场 {real}。",
              "the leaf belongs to {found}, not to this auction, {real}."),
    "rule": ("不合规则：{zh}。",
             "the rules do not allow this: {en}."),
    "result": ("结果 {name} 写的是 {found}，由各行推得 {real}。",
               "the result says {name} is {found}; the lines lead to {real}."),
    "file": ("文件 {name} 的内容与存证不符。",
             "the content of {name} does not match the record."),
    "archive": ("压缩包自第 {at} 个字节起被改动。",
                "the archive was changed, from byte {at} on."),
    "commitment": ("内容与存证叶中的摘要不符。",
                   "the content does not match the digest in its leaf."),
    "unnumbered": ("存证尚未编号，还没有证明；请稍后重新下载。",
                   "the leaf has no number yet, hence no proof; fetch the receipt again."),
    "altered": ("{name} 已被改动（现为 {found}），与存证的摘要不符。",
                "{name} was changed: {found} does not match its recorded digest."),
}
# fmt: on


# What a line shows of its leaf: all of these that the leaf holds, so that nothing is shown by half.
OF_EVERY_LEAF = ("at", "kind", "topic", "who", "salt")
SHOWN = ("line", "kind", "at_ns", "bidder", "price_fen", "end_ns", "outcome", "winner", "reason")


class Findings:
    """What does not match, each with its place, and remarks on what was not checked."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str]] = []
        self.remarks: list[tuple[str, str]] = []
        self.place, self.key = ("文件", "file"), ""

    def at(self, zh: str, en: str) -> Findings:
        """The same findings, for one place of the paper."""
        there = Findings()
        there.found, there.remarks, there.place = self.found, self.remarks, (zh, en)
        return there

    def add(self, code: str, **facts: object) -> None:
        """Note one mismatch in both languages."""
        zh, en = SENTENCES[code]
        self.found.append((f"{self.place[0]}：{zh.format(**facts)}", f"{self.place[1]}: {en.format(**facts)}"))


def shown(name: str, value: object) -> str:
    """A value as a person reads it: fen as yuan, an instant in the time of Beijing, as the pages tell it."""
    if name == "at":
        at = datetime.fromisoformat(str(value)).astimezone(timezone(timedelta(hours=8)))
        return at.isoformat(" ", "milliseconds")
    if name.endswith("_fen") and isinstance(value, int):
        return f"{value // 100:,}.{value % 100:02d} 元"
    return json.dumps(value, ensure_ascii=False)


# -- one spelling for one content ------------------------------------------------------------------------------------


def canonical(value: object) -> bytes:
    """Sorted keys, no spaces, UTF-8, whole numbers only."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


def parsed(content: bytes) -> Paper:
    """The JSON of a file; floats and constants are refused, since leaves hold none."""

    def refuse(text: str) -> object:
        raise ValueError(text)

    value = json.loads(content.decode("utf-8"), parse_float=refuse, parse_constant=refuse)
    if not isinstance(value, dict):
        raise ValueError("no object")
    return value


def same(one: object, other: object) -> bool:
    """Equal in kind too: Python takes true for 1."""
    return canonical(one) == canonical(other)


def unhex(text: str) -> bytes:
    """Hexadecimal in its one spelling."""
    raw = bytes.fromhex(text)
    if raw.hex() != text:
        raise ValueError(text)
    return raw


def first_difference(one: bytes, other: bytes) -> int:
    """The byte, counted from 1, where two texts part."""
    pairs = zip(one, other)  # noqa: B905 - strict= is younger than Python 3.9
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other))) + 1


def sha256(content: bytes) -> str:
    """The hash in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def unbase64(text: str) -> bytes:
    """Base64 in its one spelling."""
    raw = base64.b64decode(text, validate=True)
    if base64.b64encode(raw).decode() != text:
        raise ValueError(text)
    return raw


# -- Ed25519 verification, RFC 8032, 5.1.7 ----------------------------------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
BASE_Y = 4 * pow(5, P - 2, P) % P


def _add(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c, d = 2 * one[3] * other[3] * D % P, 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(count: int, point: Point) -> Point:
    total = (0, 1, 1, 0)
    while count:
        if count & 1:
            total = _add(total, point)
        point, count = _add(point, point), count >> 1
    return total


def _point(raw: bytes) -> Point:
    """RFC 8032, 5.1.3; an encoding that is not the only one is refused."""
    sign, y = raw[31] >> 7, int.from_bytes(raw, "little") & (1 << 255) - 1
    if y >= P:
        raise ValueError("no point")
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        raise ValueError("no point")
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = _point(BASE_Y.to_bytes(32, "little"))


def signed_by(public: bytes, text: bytes, signature: bytes) -> bool:
    """Whether the key signed the text."""
    if len(public) != 32 or len(signature) != 64:
        return False
    scalar = int.from_bytes(signature[32:], "little")
    if scalar >= ORDER:
        return False
    try:
        key, nonce = _point(public), _point(signature[:32])
    except ValueError:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + text).digest(), "little") % ORDER
    one, other = _times(scalar, BASE), _add(nonce, _times(challenge, key))
    return (one[0] * other[2] - other[0] * one[2]) % P == 0 and (one[1] * other[2] - other[1] * one[2]) % P == 0


# -- the tree, RFC 6962, 2.1 and RFC 9162, 2.1.3.2 --------------------------------------------------------------------


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaf: bytes, number: int, *, size: int, proof: list[bytes]) -> bytes:
    """The root that the proof leads to from this leaf; none where the proof has the wrong length."""
    if not 0 <= number < size:
        return b""
    place, last, top = number, size - 1, leaf
    for step in proof:
        if last == 0:
            return b""
        if place & 1 or place == last:
            top = _node(step, top)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            top = _node(top, step)
        place, last = place >> 1, last >> 1
    return top if last == 0 else b""


# -- checkpoint, leaf, receipt ----------------------------------------------------------------------------------------


class Head:
    """A checkpoint whose signature was checked: the size and the root of the tree."""

    def __init__(self, note: str, key: str) -> None:
        name, key_id, rest = key.split("+", 2)
        public = unbase64(rest)
        text, _, signature = note.partition("\n\n")
        lines = text.split("\n")
        self.why = ""
        self.size, self.root = int(lines[1]), unbase64(lines[2])
        if public[:1] != b"\x01" or hashlib.sha256(f"{name}\n".encode() + public).hexdigest()[:8] != key_id:
            self.why = "公钥与其编号不合 the key and its id do not agree"
        elif len(lines) != 3 or lines[0] != name or str(self.size) != lines[1] or len(self.root) != 32:
            self.why = "不是本机构的检查点 it is no checkpoint of this house"
        elif not self._is_signed(f"{text}\n", signature, name=name, public=public):
            self.why = "内容或签名被改动 its text or signature was changed"

    def _is_signed(self, text: str, signature: str, *, name: str, public: bytes) -> bool:
        start = f"— {name} "
        if not (signature.startswith(start) and signature.endswith("\n")):
            return False
        raw = unbase64(signature[len(start) : -1])
        key_id = hashlib.sha256(f"{name}\n".encode() + public).digest()[:4]
        return raw[:4] == key_id and signed_by(public[1:], text.encode(), raw[4:])


@lru_cache(maxsize=64)
def head_of(note: str, key: str) -> Head:
    """The receipts of one certificate share a checkpoint; its signature is worked out once."""
    return Head(note, key)


def check_head(paper: Paper, findings: Findings, *, pinned: str) -> Head | None:
    """The signed checkpoint of a paper, against the pinned key if there is one."""
    if pinned and paper["key"] != pinned:
        findings.add("key", found=paper["key"], pinned=pinned)
    head = head_of(paper["checkpoint"], paper["key"])
    if head.why:
        findings.add("note", why=head.why)
        return None
    if not same(paper["size"], head.size):
        findings.add("size", found=paper["size"], signed=head.size)
    if paper["root"] != head.root.hex():
        findings.add("root", found=paper["root"], signed=head.root.hex())
    return head


def check_leaf(line: Paper, findings: Findings, *, head: Head | None) -> None:
    """A leaf's content, hash, number and proof under a signed root; without one nothing can be said of it."""
    if head is None:
        return
    real = hashlib.sha256(b"\x00" + canonical(line["leaf"])).digest()
    if real.hex() != line["leaf_hash"]:
        findings.add("hash", real=real.hex(), found=line["leaf_hash"])
        return
    proof, number = [unhex(step) for step in line["proof"]], line["number"]
    if type(number) is not int or root_of(real, number, size=head.size, proof=proof) != head.root:
        findings.add("proof", number=line["number"])


def check_receipt(receipt: Paper, findings: Findings, *, pinned: str) -> None:
    """zhirong-receipt/1: one leaf that stands in the signed tree."""
    only(receipt, "format leaf leaf_hash number size root proof checkpoint key", findings)
    if receipt["format"] != "zhirong-receipt/1":
        findings.add("unknown", name=f"format {receipt['format']}")
    if receipt["number"] is None:
        findings.add("unnumbered")
        return
    check_leaf(receipt, findings, head=check_head(receipt, findings, pinned=pinned))


def only(paper: Paper, names: str, findings: Findings) -> None:
    """Nothing may stand in a paper that no leaf covers."""
    for name in sorted(set(paper) - set(names.split())):
        findings.add("unknown", name=name)


# -- the auction, judged again from its lines -------------------------------------------------------------------------


class Breach(Exception):
    """A line that the rules do not allow, in both languages."""


def must(condition: object, zh: str, en: str) -> None:
    """Refuse a line that breaks a rule."""
    if not condition:
        raise Breach(zh, en)


class Auction:
    """An English auction with a soft close, timed or free and then limited (rules B1, B7, X7; court rules 16 to 28)."""

    def __init__(self) -> None:
        self.terms: Paper = {}
        self.fallen: set[Any] = set()
        self.bids: list[tuple[Any, int]] = []
        self.takers: list[tuple[int, int, Any]] = []
        self.times: dict[str, int] = {}
        self.stage, self.count, self.paused_ns, self.paused_stage = "", 0, 0, ""
        self.result: Paper = {}

    def take(self, kind: str, leaf: Paper) -> None:
        """One line: the state moves on even where the line was wrong, so that one fault is told once."""
        first = kind == "begun"
        must(bool(self.terms) != first, "首行应为开场，且只有一次", "the first line, and no other, begins the auction")
        judge = getattr(self, f"on_{kind}", None)
        if judge is None:
            raise Breach(f"没有这种行：{kind}", f"there is no line of the kind {kind}")
        judge(leaf)

    def on_begun(self, leaf: Paper) -> None:
        """The announced terms; in the free and limited form the end is that of the free period."""
        self.on_terms(leaf, leaf["end_ns"] if leaf["terms"]["form"] == "free_limited" else 0)

    def on_terms(self, leaf: Paper, free_end_ns: int) -> None:
        """Terms and times as the line tells them, with no bid yet."""
        self.terms, self.stage, self.bids = leaf["terms"], "open", []
        self.times = {"opens_ns": leaf["opens_ns"], "end_ns": leaf["end_ns"], "free_end_ns": free_end_ns}
        self.times["hard_end_ns"] = leaf.get("hard_end_ns", 0)

    def on_opened(self, leaf: Paper) -> None:
        """Bidding opened, as announced."""
        must(leaf["at_ns"] >= self.times["opens_ns"], "开场早于公告时间", "it opened before its announced time")
        self.must_end(leaf, self.times["end_ns"])

    def on_edited(self, leaf: Paper) -> None:
        """The period starts again and the bids are void (X2)."""
        must(self.stage in ("open", "paused"), "此时不能改公告", "the announcement could not be edited then")
        self.on_terms(leaf, leaf["free_end_ns"])

    def step_fen(self) -> int:
        """The step at the top price: that of the last rung it has reached."""
        reached = [step for low, step in self.terms["steps"] if low <= self.bids[-1][1]]
        return int(reached[-1] if reached else self.terms["steps"][0][1])

    def on_bid(self, leaf: Paper) -> None:
        """At least the least valid amount, on a step, in time, by an admitted bidder who did not lead (B7)."""
        at, price, code = leaf["at_ns"], leaf["price_fen"], leaf["bidder"]
        in_time = self.stage == "open" and self.times["opens_ns"] <= at < self.times["end_ns"]
        top, self.count, end = self.bids[-1] if self.bids else None, self.count + 1, self.end_after(at)
        past = (price - top[1]) % self.step_fen() if top else 0
        least = top[1] + self.step_fen() if top else self.terms["start_fen"]
        self.bids.append((code, price))
        self.times["end_ns"] = leaf["end_ns"]
        must(leaf["number"] == self.count, f"第 {self.count} 次出价缺失", f"bid {self.count} is missing")
        must(in_time, "出价不在竞价时间内", "the bid came outside the time of bidding")
        must(code and code not in self.fallen, "出价人已被取消资格", "the bidder had been barred")
        floor = shown("_fen", least)
        must(
            price >= least,
            f"出价 {shown('_fen', price)} 低于最低有效价 {floor}",
            f"the bid is below the least valid {floor}",
        )
        must(past == 0, "出价不是加价幅度的整数倍", "the bid is no whole number of steps")
        must(
            not top or top[0] != code or self.terms.get("leader_may_overbid"),
            "领先者不能再出价",
            "the bidder already led",
        )
        self.must_end(leaf, end)

    def end_after(self, at: int) -> int:
        """closes_at = max(closes_at, bid + extension) for a bid within the window (X7); never beyond a hard end."""
        end, window, hard = self.times["end_ns"], self.terms["window_ns"], self.times["hard_end_ns"]
        new = end
        if self.times["free_end_ns"]:
            new = max(end, self.times["free_end_ns"] + window, at + window)
        elif end - at <= window:
            new = max(end, at + self.terms["extension_ns"])
        return max(end, min(new, hard)) if hard else new

    def must_end(self, leaf: Paper, end: int) -> None:
        """The close that the line names is the close that the rules give."""
        self.times["end_ns"] = leaf["end_ns"]
        must(leaf["end_ns"] == end, f"截止时间应为 {end}", f"the close should be {end}")

    def on_paused(self, leaf: Paper) -> None:
        """The time that was left is kept."""
        must(self.stage in ("open", "matching"), "此时不能暂停", "it could not be paused then")
        self.paused_stage, self.stage, self.paused_ns = self.stage, "paused", leaf["since_ns"]

    on_encumbered = on_paused

    def on_resumed(self, leaf: Paper) -> None:
        """Every instant ahead moves by the length of the pause and, once open, by one full window (court rule 28)."""
        must(self.stage == "paused", "并未暂停", "it was not paused")
        since, self.stage = self.paused_ns, self.paused_stage
        shift = leaf["at_ns"] - since + (self.terms["window_ns"] if since >= self.times["opens_ns"] else 0)
        self.times = {name: at + shift if at > since else at for name, at in self.times.items()}
        self.must_end(leaf, self.times["end_ns"])

    def on_banned(self, leaf: Paper) -> None:
        """The bids of the banned fall; where the price changes, a full window follows (E36)."""
        led = self.stage == "open" and self.bids and self.bids[-1][0] == leaf["bidder"]
        self.fallen.add(leaf["bidder"])
        self.bids = [bid for bid in self.bids if bid[0] != leaf["bidder"]]
        self.takers = [taker for taker in self.takers if taker[2] != leaf["bidder"]]
        end = self.times["end_ns"]
        self.must_end(leaf, max(end, leaf["at_ns"] + self.terms["window_ns"]) if led else end)

    def on_matching(self, leaf: Paper) -> None:
        """The turn of the priority purchasers (court rules 16 to 21)."""
        must(self.stage == "open" and leaf["at_ns"] >= self.times["end_ns"], "竞价尚未截止", "bidding had not ended")
        self.stage = "matching"
        self.must_end(leaf, leaf["at_ns"] + self.terms["match_ns"])

    def on_matched(self, leaf: Paper) -> None:
        """A priority purchaser takes the lot at the top price, or waives."""
        rank = leaf["rank"]
        must(self.stage == "matching" and rank > 0, "无优先购买权", "there was no such priority")
        self.takers += [(rank, leaf["at_ns"], leaf["bidder"])] if leaf["takes"] else []

    def on_hammer(self, leaf: Paper) -> None:
        """The end: who won at which price, or why nobody did. A secret reserve is known to the leaf alone."""
        due = self.stage == "matching" or (self.stage == "open" and leaf["at_ns"] >= self.times["end_ns"])
        outcome, winner, price = "sold", min(self.takers)[2] if self.takers else "", 0
        if not self.bids:
            outcome = "no_bids"
        elif len({code for code, _ in self.bids}) < self.terms.get("least_bidders", 1):
            outcome = "too_few_bidders"
        elif leaf["outcome"] == "below_reserve":
            outcome = "below_reserve"
        else:
            winner, price = winner or self.bids[-1][0], self.bids[-1][1]
        self.stage = "ended"
        self.settle(leaf, outcome, winner=winner if outcome == "sold" else "", price=price)
        must(due, "尚未到截止时间", "the close was not due")
        self.must_end(leaf, self.times["end_ns"])

    def settle(self, leaf: Paper, outcome: str, *, winner: object, price: int) -> None:
        """The result so far; the line must name the same winner and price."""
        self.result = {"outcome": outcome, "winner": winner, "price_fen": price}
        told = (leaf["winner"], leaf["price_fen"])
        must(
            told == (winner, price) and leaf.get("outcome", outcome) == outcome,
            f"应为 {outcome}，买受人 {winner}，价格 {shown('_fen', price)}",
            f"it should be {outcome}, winner {winner}, price {shown('_fen', price)}",
        )

    def on_defaulted(self, leaf: Paper) -> None:
        """The winner fell: the next best at its own highest price, or a re-run (court rules 24, 26)."""
        must(self.result.get("winner") == leaf["bidder"] != "", "违约者并非买受人", "who defaulted had not won")
        self.fallen.add(leaf["bidder"])
        heirs = [bid for bid in self.bids if bid[0] not in self.fallen] if leaf["winner"] else []
        winner, price = heirs[-1] if heirs else ("", 0)
        self.settle(leaf, "sold" if winner else "rerun", winner=winner, price=price)

    def on_annulled(self, leaf: Paper) -> None:
        """An office undid the auction; what happened stays written (court rule 31)."""
        self.stage, self.result = "annulled", {"outcome": "annulled", "winner": "", "price_fen": 0}


def check_transcript(paper: Paper, findings: Findings, *, pinned: str) -> None:
    """zhirong-transcript/1: every line stands in the tree, none is missing, and they lead to the result."""
    only(paper, "format topic listing rules announcement lines result size root checkpoint key", findings)
    head = check_head(paper, findings, pinned=pinned)
    auction, before = Auction(), -1
    for count, line in enumerate(paper["lines"], start=1):
        here, leaf = findings.at(f"第 {count} 行", f"line {count}"), line["leaf"]
        only(line, "shows leaf leaf_hash number proof", here)
        check_leaf(line, here, head=head)
        exactly(line["shows"], {name: leaf[name] for name in SHOWN if name in leaf}, here)
        if leaf["topic"] != paper["topic"]:
            here.add("topic", found=leaf["topic"], real=paper["topic"])
        if not same(leaf.get("line"), count):
            here.add("line", real=leaf.get("line"))
        if line["number"] <= before:
            here.add("order", number=line["number"], before=before)
        before = line["number"]
        try:
            auction.take(leaf["kind"].rpartition(".")[2].replace("lot_", "", 1), leaf)
        except Breach as breach:
            here.add("rule", zh=breach.args[0], en=breach.args[1])
    check_announcement(paper, findings.at("公告", "announcement"), head=head)
    exactly(paper["rules"], auction.terms, findings.at("规则", "rules"))
    derived, here = {**auction.result, "bids": auction.count}, findings.at("结果", "result")
    for name in sorted({*derived, *paper["result"]}):
        found, real = paper["result"].get(name), derived.get(name)
        if not same(found, real):
            here.add("result", name=name, found=shown(name, found), real=shown(name, real))


def check_announcement(paper: Paper, findings: Findings, *, head: Head | None) -> None:
    """The listing is what its announcement put on the record."""
    announcement = paper["announcement"]
    only(announcement, "leaf leaf_hash number proof", findings)
    check_leaf(announcement, findings, head=head)
    leaf, opening = announcement["leaf"], paper["lines"][0]["leaf"]
    if leaf["topic"] != f"listing:{opening['listing']}":
        findings.add("topic", found=leaf["topic"], real=f"listing:{opening['listing']}")
    facts = {name: value for name, value in leaf.items() if name not in OF_EVERY_LEAF}
    exactly(paper["listing"], facts, findings)


def exactly(told: Paper, real: Paper, findings: Findings) -> None:
    """What a paper shows in words against what is on the record, no more and no less."""
    for name in sorted({*told, *real}):
        if name not in told or name not in real:
            findings.add("unknown" if name in told else "missing", name=name)
        elif not same(told[name], real[name]):
            findings.add("differs", name=name, found=shown(name, told[name]), real=shown(name, real[name]))


# -- certificate and its archive --------------------------------------------------------------------------------------


def digest_of(salt: str, name: str, value: object) -> str:
    """The salted hash of one field: the leaf commits to all fields and shows none."""
    return sha256(canonical([salt, name, value]))


def check_certificate(paper: Paper, findings: Findings, *, pinned: str) -> None:
    """zhirong-certificate/1: the facts are those its leaf commits to, and every receipt stands in the tree."""
    only(paper, "format facts salt digests receipts", findings)
    pinned = pinned or paper["receipts"][0]["key"]
    for count, receipt in enumerate(paper["receipts"], start=1):
        check_receipt(receipt, findings.at(f"回执 {count}", f"receipt {count}"), pinned=pinned)
    for name in sorted({*paper["facts"], *paper["digests"]}):
        if name not in paper["facts"]:
            findings.add("missing", name=name)
        elif digest_of(paper["salt"], name, paper["facts"][name]) != paper["digests"].get(name):
            findings.add("altered", name=name, found=shown(name, paper["facts"][name]))
    if sha256(canonical(paper["digests"])) != paper["receipts"][0]["leaf"]["facts_sha256"]:
        findings.add("commitment")
    hashes = [receipt["leaf_hash"] for receipt in paper["receipts"][1:]]
    if hashes != paper["facts"]["receipts"]:
        findings.add("differs", name="receipts", found=paper["facts"]["receipts"], real=hashes)


def pack(files: dict[str, bytes]) -> bytes:
    """The one archive of these files: stored, undated, in the order given, so that every byte is determined."""
    body, index = bytearray(), bytearray()  # grown in place: many empty files must not cost a copy each
    for name, content in files.items():
        raw = name.encode()
        same = struct.pack("<4H3I", 0x800, 0, 0, 33, zlib.crc32(content), len(content), len(content))
        index += struct.pack("<4s2H", b"PK\1\2", 20, 20) + same
        index += struct.pack("<5H2I", len(raw), 0, 0, 0, 0, 0, len(body)) + raw
        body += struct.pack("<4sH", b"PK\3\4", 20) + same + struct.pack("<2H", len(raw), 0) + raw + content
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, len(files), len(files), len(index), len(body), 0)
    return bytes(body + index) + end


def unpack(archive: bytes) -> dict[str, bytes]:
    """The files of an archive that `pack` made; whatever else it says is found by packing them again."""
    files: dict[str, bytes] = {}
    at = 0
    while archive[at : at + 4] == b"PK\3\4":
        size, length = struct.unpack_from("<I", archive, at + 18)[0], struct.unpack_from("<H", archive, at + 26)[0]
        start = at + 30 + length
        files[archive[at + 30 : start].decode()] = archive[start : start + size]
        at = start + size
    return files


def check_archive(archive: bytes, findings: Findings, *, pinned: str) -> Paper:
    """The archive of a certificate: certificate.json and exactly the files that its facts name."""
    files, here = unpack(archive), findings.at("压缩包", "archive")
    if pack(files) != archive:
        here.add("archive", at=first_difference(pack(files), archive))
    paper = check_paper(files.pop("certificate.json"), findings, pinned=pinned)
    for name in sorted({*files, *paper["facts"]["files"]}):
        if name not in files or sha256(files[name]) != paper["facts"]["files"].get(name):
            here.add("file", name=name)
    return paper


# -- the command ------------------------------------------------------------------------------------------------------

CHECKS = {
    "zhirong-receipt/1": (check_receipt, ("回执", "receipt")),
    "zhirong-transcript/1": (check_transcript, ("竞价记录", "transcript")),
    "zhirong-certificate/1": (check_certificate, ("凭证", "certificate")),
}


def check_paper(content: bytes, findings: Findings, *, pinned: str) -> Paper:
    """A JSON paper of any of the three formats."""
    paper = parsed(content)
    check, place = CHECKS[paper["format"]]
    here = findings.at(*place)
    if canonical(paper) != content:
        here.add("spelling", at=first_difference(canonical(paper), content))
    check(paper, here, pinned=pinned)
    return paper


def told(paper: Paper, findings: Findings) -> None:
    """What the paper proves, in one remark for each of its parts."""
    leaves = [paper, *paper.get("receipts", ())]
    for leaf in [part for part in leaves if "leaf" in part]:
        what = f"{leaf['number']} · {leaf['leaf']['kind']} · {shown('at', leaf['leaf']['at'])} · {leaf['leaf_hash']}"
        findings.remarks.append((f"存证 {what}", f"leaf {what}"))
    if "lines" in paper:
        result = ", ".join(f"{name} {shown(name, value)}" for name, value in sorted(paper["result"].items()))
        findings.remarks.append((f"共 {len(paper['lines'])} 行；{result}", f"{len(paper['lines'])} lines; {result}"))
    key = findings.key = (paper.get("receipts") or [paper])[0]["key"]
    findings.remarks.append((f"签名公钥 {key}", f"signed by the key {key}"))


def verify(content: bytes, *, pinned: str = "") -> Findings:
    """What does not match in a file; one of UNREADABLE is raised where it is none of the three papers."""
    findings = Findings()
    try:
        if content[:2] == b"PK":
            paper = check_archive(content, findings, pinned=pinned)
        else:
            paper = check_paper(content, findings, pinned=pinned)
            for name in sorted(paper.get("facts", {}).get("files", ())):
                findings.remarks.append((f"未附 {name}，没有核对", f"{name} was not given and not checked"))
        told(paper, findings)
    except UNREADABLE:
        if not findings.found:
            raise
    return findings


def main(argv: list[str] | None = None) -> int:
    """Check files and say what was found; the exit is that of the worst."""
    parser = argparse.ArgumentParser(
        prog="verifier", description="核验回执、竞价记录或凭证 / Check a paper of Zhirong."
    )
    parser.add_argument("files", type=Path, metavar="FILE", nargs="+", help="JSON or ZIP")
    parser.add_argument("--key", default="", help="机构公布的公钥 / the key that the house publishes")
    asked = parser.parse_args(argv)
    return max(check_file(path, pinned=asked.key) for path in asked.files)


def check_file(path: Path, *, pinned: str) -> int:
    """Check one file: 0 it matches, 1 it does not, 2 it is not readable."""
    try:
        findings = verify(path.read_bytes(), pinned=pinned)
    except (OSError, *UNREADABLE) as reason:
        print(f"读不懂该文件：{path}\nNot readable: {path} ({type(reason).__name__}: {reason})")
        return 2
    for zh, en in findings.found:
        print(f"✗ {zh}\n  {en}")
    for zh, en in findings.remarks:
        print(f"· {zh}\n  {en}")
    if findings.found or pinned:
        print("不相符 / It does not match." if findings.found else "相符 / It matches.")
    else:
        print(f"相符。所依据的是文件自带的公钥，请与机构网站“核验”页（/verify）公布的公钥核对：{findings.key}")
        print(f"It matches, by the key in the file; compare it with the one published at /verify: {findings.key}")
    return 1 if findings.found else 0


if __name__ == "__main__":
    sys.exit(main())
