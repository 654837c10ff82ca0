"""The outcomes and balances of a TigerBeetle 0.17.9 server on random operations (LEDGER 6.1), to the letter."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator

import pytest

from zhirong.ledger.engine import transfers as engine
from zhirong.ledger.engine.transfers import Account, Books, Flag, Limit, Transfer

FULL_AT_THE_SERVER = 2**128 - 1
FLAGS = {"L": Flag.LINKED, "P": Flag.PENDING, "O": Flag.POST, "V": Flag.VOID, "B": Flag.BALANCING_DEBIT}

Operation = tuple[int, int, int, int, int, str, int]

DIGESTS = {
    1: ("1ebd625cba6eb7ec611d5f1bc9839e691111226b6060972b2df9de12e8dd3fdd", (949, 36, 1015)),
    2: ("b44eb313588cbe8ed522f417d9f6d5d06a37a974939e4ad5560055aa2fd78a43", (953, 42, 1005)),
    3: ("7834127ae2a81b55e203134bd2a5c99514fe44675b445341dc240c771d930255", (1004, 30, 966)),
}
BALANCES = {
    1: "1:638/1438/394/2130 2:300/1256/398/1631 3:207/1041/419/1415 4:283/1703/389/2006 5:514/2119/297/1797 "
    "6:306/1812/513/1419 7:552/1590/286/2198 8:457/1862/262/1518 9:304/1977/367/1359 10:361/1908/597/1233 "
    "11:72/288/65/387 12:85/168/64/286 13:50/508/78/291",
    2: "1:326/1261/431/1676 2:238/1134/270/1469 3:239/1130/386/1697 4:380/1233/374/1657 5:479/1496/360/1606 "
    "6:447/1821/423/1447 7:522/2256/381/1906 8:594/2035/320/1933 9:316/1835/508/1280 10:336/1634/424/1164 "
    "11:9/528/108/560 12:87/243/59/552 13:100/731/29/390",
    3: "1:221/1428/433/1855 2:273/1387/255/1758 3:244/1267/438/1605 4:317/1595/265/1939 5:292/2104/258/1850 "
    "6:759/1775/386/1913 7:387/1742/431/1704 8:191/2154/311/1761 9:491/1648/286/1209 10:235/2153/347/1659 "
    "11:48/139/63/260 12:55/179/124/327 13:180/327/96/58",
}


def one_operation(r: random.Random, number: int, *, holds: list[int], history: list[Operation]) -> Operation:
    """One random operation; the order of the draws is part of the published generator."""
    draw = r.randrange(100)
    ledger = 2 if r.randrange(10) == 0 else 1
    pool = [11, 12, 13] if ledger == 2 else list(range(1, 11))
    debit, credit, amount = pool[r.randrange(len(pool))], pool[r.randrange(len(pool))], r.randrange(0, 60)
    if draw < 45:
        return (number, debit, credit, amount, ledger, "", 0)
    if draw < 65:
        holds.append(number)
        return (number, debit, credit, amount, ledger, "P", 0)
    if draw < 78 and holds:
        posted = [FULL_AT_THE_SERVER, r.randrange(0, 60)][r.randrange(2)]
        return (number, 0, 0, posted, 0, "O", holds[r.randrange(len(holds))])
    if draw < 88 and holds:
        return (number, 0, 0, 0, 0, "V", holds[r.randrange(len(holds))])
    if draw < 93:
        return (number, debit, credit, amount, ledger, "B", 0)
    if history and draw < 97:
        return history[r.randrange(len(history))]
    if history:
        h = history[r.randrange(len(history))]
        return (h[0], h[1], h[2], h[3] + 1 if h[3] < 2**127 else h[3], *h[4:])
    return (number, debit, credit, amount, ledger, "", 0)


def requests(seed: int, count: int) -> Iterator[list[Operation]]:
    """The published generator: requests of one operation or of a linked group of two to four."""
    r, number, made = random.Random(seed), 0, 0
    holds: list[int] = []
    history: list[Operation] = []
    while made < count:
        size = 2 + r.randrange(3) if r.randrange(8) == 0 else 1
        batch = []
        for _ in range(size):
            number += 1
            batch.append(one_operation(r, number, holds=holds, history=history))
        batch = [
            (*o[:5], o[5].replace("L", "") + ("L" if place < size - 1 else ""), o[6]) for place, o in enumerate(batch)
        ]
        history.extend(o for o in batch if "L" not in o[5])
        made += size
        yield batch


def as_transfer(operation: Operation) -> Transfer:
    number, debit, credit, amount, ledger, letters, hold = operation
    flags = Flag.NONE
    for letter in letters:
        flags |= FLAGS[letter]
    amount = engine.FULL if amount == FULL_AT_THE_SERVER else amount
    return Transfer(number, debit or None, credit or None, amount, str(ledger or ""), flags, hold or None)


def the_accounts() -> Books:
    limits = {**dict.fromkeys([1, 2, 3, 4, 11, 12], Limit.DEBITS_WITHIN_CREDITS)}
    limits |= dict.fromkeys([9, 10], Limit.CREDITS_WITHIN_DEBITS)
    return Books({n: Account(n, "1" if n < 11 else "2", limits.get(n, Limit.NONE)) for n in range(1, 14)})


def letter(status: engine.Status) -> str:
    return {engine.Status.CREATED: "C", engine.Status.EXISTS: "E"}.get(status, "X")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_outcomes_and_balances_are_those_of_the_server(seed: int) -> None:
    books, outcomes = the_accounts(), []
    for request in requests(seed, 2000):
        outcomes += [letter(o.status) for o in engine.judge(books, [as_transfer(o) for o in request])]
    digest, counts = DIGESTS[seed]
    assert tuple(map(outcomes.count, "CEX")) == counts
    shown = " ".join(
        f"{a.id}:{a.debits_pending}/{a.debits_posted}/{a.credits_pending}/{a.credits_posted}"
        for a in books.accounts.values()
    )
    assert shown == BALANCES[seed]
    assert hashlib.sha256("".join(outcomes).encode()).hexdigest() == digest
