"""The rounds of the drill: break the house in one way, open what is left with the product, count what is missing."""

from __future__ import annotations

import argparse
import itertools
import json
import logging
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import apsw
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from zhirong.base.refused import Refused
from zhirong.cli import drill_load
from zhirong.cli.drill_disk import Disk
from zhirong.cli.drill_load import Acknowledged, Load
from zhirong.exchange.floor import Floor
from zhirong.exchange.floor_watch import Watch
from zhirong.ledger import reports
from zhirong.papers import verifier
from zhirong.record import actions as record
from zhirong.record import port, receipts, sequencer
from zhirong.record.models import Leaf

ROOT = Path(__file__).resolve().parent.parent.parent
BY_COMMAND_A_ROUND = 3
LEAVES_A_QUERY = 500
SERVER = "server"
BEGUN = time.monotonic()


@dataclass
class Tally:
    """What the drill did and what it found."""

    kills: int = 0
    losses: int = 0
    stops: int = 0
    sectors: int = 0
    acknowledged: int = 0
    proofs: int = 0
    by_command: int = 0
    heard: dict[str, Counter[str]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def line(self) -> str:
        """One line for people."""
        broken = f"{self.kills} kills, {self.losses} power losses ({self.sectors} sectors undone)"
        proven = f"{self.proofs} receipts verified, {self.by_command} of them by the command too"
        kept = f"{self.acknowledged} acknowledgements, {proven}, {len(self.faults)} faults"
        return f"{broken}, {self.stops} full or broken disks: {kept}"

    def hears(self, told: Acknowledged, *, of: str) -> None:
        """Count what was acknowledged, in the rounds of one name together."""
        self.acknowledged += len(told)
        self.heard[of] = self.heard.get(of, Counter()) + Counter(bids=len(told.bids), transfers=len(told.transfers))

    def end(self) -> None:
        """Rounds in which nobody was told anything had nothing to lose: they prove nothing, which is a fault."""
        for name, told in self.heard.items():
            if not (told["bids"] and told["transfers"]):
                self.faults.append(f"{name}: {told['bids']} bids and {told['transfers']} transfers were acknowledged")


def furnished(folder: Path) -> None:
    """Tables, a lot that is open and the accounts of the load, in the database of the settings."""
    call_command("migrate", verbosity=0)
    rows = folder / "drill.json"
    rows.write_text(drill_load.fixture(), "utf-8")
    call_command("loaddata", str(rows), verbosity=0)
    drill_load.open_accounts()


def a_house(folder: Path) -> Path:
    """An SQLite house so furnished; the rounds copy it."""
    furnished(folder)
    connections["default"].cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connections.close_all()
    return Path(settings.DATABASES["default"]["NAME"])


def kill(
    house: str, tally: Tally, *, salt: str, chance: random.Random, environment: Mapping[str, str] | None = None
) -> Acknowledged:
    """A process under load on an SQLite file, or on the SERVER of its settings, killed at a random moment."""
    command = [sys.executable, "-m", "zhirong.cli.drill", "--victim", house, salt]
    victim = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment)
    assert victim.stdout is not None
    lines: list[str] = []
    while not has_begun(lines) and (line := victim.stdout.readline()):
        lines.append(line)
    time.sleep(chance.uniform(0.01, 0.4))
    victim.send_signal(signal.SIGKILL)
    lines += victim.stdout.readlines()
    victim.wait()
    tally.kills += 1
    return drill_load.read(lines)


def has_begun(lines: list[str]) -> bool:
    """Both writers acknowledge: from here on a kill takes something away from each."""
    heard = drill_load.read(lines)
    return bool(heard.bids and heard.transfers)


def break_disk(house: Path, tally: Tally, disk: Disk, *, synchronous: str = "FULL") -> Acknowledged:
    """The floor and the book on a disk that fails at a random call; what they told before is what must be kept."""
    load = Load(lambda: disk.open_port(house, synchronous=synchronous), salt=disk.label, told=lambda line: None)
    load.start()
    if not load.until_fallen(20):
        tally.faults.append(f"{disk.label}: a writer went on after the disk failed")
    with suppress(apsw.Error):
        load.end()
    tally.sectors += disk.lose() if disk.kind == "power" else disk.release()
    return load.acknowledged


Open = Callable[[], port.Port]


def check_file(house: Path, heard: Acknowledged, tally: Tally, *, name: str, **more: Any) -> None:
    """Open an SQLite house that is left with the product."""
    connections.close_all()
    connections["default"].settings_dict["NAME"] = str(house)
    door = port.open_sqlite(house)
    faults = [f"integrity: {row}" for row in door.execute("PRAGMA integrity_check") if row != ("ok",)]
    door.close()
    tally.faults += [f"{name}: {fault}" for fault in faults]
    check(lambda: port.open_sqlite(house), heard, tally, name=name, **more)


def check(
    open_port: Open,
    heard: Acknowledged,
    tally: Tally,
    *,
    name: str,
    chance: random.Random,
    proven: Acknowledged | None = None,
) -> None:
    """Every acknowledgement, the books, the tree, and the receipt of each bid in `proven`, by default of every one."""
    door = open_port()
    steps = {
        (code, key): told
        for code, key, *told in door.execute(
            "SELECT code, key, amount_fen, seq, leaf_id FROM exchange_lotstep WHERE kind = 'bid' AND refusal = ''"
        )
    }
    entries: dict[str, int] = dict(door.execute("SELECT id, amount FROM ledger_entry"))
    faults = [f"bid {slot} is lost" for slot, told in heard.bids.items() if steps.get(slot) != list(told)]
    faults += [f"transfer {key} is lost" for key, amount in heard.transfers.items() if entries.get(key) != amount]
    leaves = door.execute("SELECT COUNT(*) FROM record_leaf WHERE kind = 'exchange.bid'")[0][0]
    faults += [f"{leaves} leaves for {len(steps)} bids"] * (leaves != len(steps))
    door.close()
    faults += reports.faults()
    faults += again(open_port, heard, chance)
    faults += proofs(heard if proven is None else proven, tally, chance=chance, folder=settings.DATA)
    tally.faults += [f"{name}: {fault}" for fault in faults]


def again(open_port: Open, heard: Acknowledged, chance: random.Random) -> list[str]:
    """A new floor rebuilds the lot from its rows and gives an old key its old reply."""
    watch = Watch(0, 1, clock_jump_ns=drill_load.AGES_NS, outage_ns=drill_load.AGES_NS)
    floor = Floor(open_port, clock_ns=record.now_ns, watch=watch)
    started(floor)
    faults = []
    slots = chance.sample(sorted(heard.bids), min(3, len(heard.bids)))
    for code, key in slots:
        price, seq, _ = heard.bids[code, key]
        reply = floor.bid(drill_load.LOT_ID, code, price, key=key).result(20)
        if not reply.accepted or reply.facts["seq"] != seq:
            faults.append(f"bid {code, key} was answered differently after the restart: {reply}")
    floor.stop()
    return faults


def started(floor: Floor) -> None:
    """Start it; a server needs a moment to see that the floor before was killed, and to take its lock away."""
    end = time.monotonic() + 20
    while True:
        try:
            floor.start()
            return
        except Refused:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def proofs(heard: Acknowledged, tally: Tally, *, chance: random.Random, folder: Path) -> list[str]:
    """Number what is committed; check the receipt of every acknowledged bid, of some by `zr verify` as people do."""
    sequencer.number_now()
    waiting = Leaf.objects.filter(number__isnull=True).count()
    faults = [f"{waiting} leaves have no number"] if waiting else []
    told = {leaf: {"bidder": code, "price_fen": price} for (code, _), (price, _, leaf) in sorted(heard.bids.items())}
    by_command = set(chance.sample(sorted(told), min(BY_COMMAND_A_ROUND, len(told))))
    under, ids = receipts.head(), sorted(told)
    for start in range(0, len(ids), LEAVES_A_QUERY):
        found = Leaf.objects.in_bulk(ids[start : start + LEAVES_A_QUERY])
        faults += [f"leaf {leaf_id} is lost" for leaf_id in ids[start : start + LEAVES_A_QUERY] if leaf_id not in found]
        for leaf_id, leaf in found.items():
            faults += unproven(leaf, under, told[leaf_id], folder=folder if leaf_id in by_command else None)
            tally.proofs += 1
            tally.by_command += leaf_id in by_command
    return faults


def unproven(leaf: Leaf, under: dict[str, Any], told: Mapping[str, object], *, folder: Path | None) -> list[str]:
    """What is wrong with a receipt under this head: it must verify and say what the bidder was told."""
    if leaf.number is None:
        return [f"leaf {leaf.pk} has no number"]
    content = verifier.canonical(receipts.proven(leaf, under))
    findings = verifier.verify(content, pinned=under["key"])
    faults = [f"leaf {leaf.pk} does not verify: {en}" for _, en in findings.found]
    body = json.loads(leaf.body)
    if any(body.get(name) != value for name, value in told.items()):
        faults.append(f"leaf {leaf.pk} does not say what was told")
    if folder is not None:
        paper = folder / "receipt.json"
        paper.write_bytes(content)
        command = [sys.executable, str(ROOT / "zr"), "verify", str(paper)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            faults.append(f"`zr verify` does not take leaf {leaf.pk}: {done.stdout}")
    return faults


def copied(house: Path, name: str) -> Path:
    """The house in a file of its own."""
    copy = house.parent / f"{name}.sqlite3"
    shutil.copyfile(house, copy)
    return copy


def removed(copy: Path) -> None:
    """A round's files are not needed once it was checked."""
    for suffix in ("", "-wal", "-shm"):
        Path(f"{copy}{suffix}").unlink(missing_ok=True)


Check = Callable[..., None]


def kill_rounds(house: str, count: int, tally: Tally, *, check_left: Check, chance: random.Random) -> None:
    """Kills on one growing house, and after each all that was ever acknowledged; with the last every receipt again."""
    heard = Acknowledged()
    for number in range(1, count + 1):
        name = f"kill {number} of {count}"
        # The house is opened anew after each kill: nobody may hold its files open over it.
        connections.close_all()
        fresh = kill(house, tally, salt=f"kill{number}", chance=chance)
        tally.hears(fresh, of=name)
        heard.bids |= fresh.bids
        heard.transfers |= fresh.transfers
        check_left(heard, tally, name=name, chance=chance, proven=heard if number == count else fresh)
        said(f"{name}: {len(fresh)} acknowledged")


def rounds(house: Path, asked: argparse.Namespace) -> Tally:
    """All rounds: kills on one growing house, each broken disk on a house of its own."""
    tally, chance = Tally(), random.Random(asked.seed)
    killed = copied(house, "killed")
    kill_rounds(str(killed), asked.kills, tally, check_left=partial(check_file, killed), chance=chance)
    kinds = ["power"] * asked.losses + ["full", "broken"] * asked.stops
    for number, kind in zip(itertools.count(1), kinds, strict=False):
        name = f"{kind}{number}"
        copy = copied(house, name)
        disk = Disk(name, chance, kind=kind, fails_at=chance.randrange(60, 2_500))
        found = break_disk(copy, tally, disk, synchronous=asked.synchronous)
        tally.losses += kind == "power"
        tally.stops += kind != "power"
        tally.hears(found, of=kind)
        check_file(copy, found, tally, name=name, chance=chance)
        removed(copy)
        said(f"{name}: failed at call {disk.fails_at}, {len(found)} acknowledged")
    return tally


def server_rounds(asked: argparse.Namespace) -> Tally:
    """Kills of a floor and a book on PostgreSQL, which syncs as in production; one growing house."""
    tally, chance = Tally(), random.Random(asked.seed)
    furnished(settings.DATA)
    check_left = partial(check, lambda: port.beside(connections["default"]))
    kill_rounds(SERVER, asked.server_kills, tally, check_left=check_left, chance=chance)
    return tally


def said(line: str) -> None:
    """Progress, one line at a time."""
    print(f"{time.monotonic() - BEGUN:5.1f} s  {line}", flush=True)


def main(argv: Sequence[str]) -> int:
    """0 when nothing that was acknowledged is missing."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--victim", nargs=2)
    for name in ("kills", "losses", "stops", "seed", "server-kills"):
        parser.add_argument(f"--{name}", type=int, default=0)
    parser.add_argument("--synchronous", default="FULL")
    asked = parser.parse_args(argv)
    if asked.victim:
        house, salt = asked.victim
        is_server = house == SERVER
        drill_load.run_until_killed(
            lambda: port.beside(connections["default"]) if is_server else port.open_sqlite(house), salt
        )
        return 0
    # The writers say aloud that they fell, which is what they are here for.
    logging.disable(logging.CRITICAL)
    tally = server_rounds(asked) if asked.server_kills else rounds(a_house(settings.DATA), asked)
    tally.end()
    for fault in tally.faults:
        print(f"✗ {fault}")
    print(tally.line(), flush=True)
    return 1 if tally.faults else 0
