"""`zr export WHAT [FILE]`: write what the house holds as CSV or JSON lines, row by row, whatever its size.

`rights`, `listings` and `events` give what is public. `deals`, `comparables`, `leaves`, `all-events` and `run REF`
(what a run over many rights found) need `--as LOGIN` of a person who may read them. Without FILE it goes to standard
output; amounts are fen, instants ISO 8601.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TextIO

from django.db import connection, transaction
from django.db.models import Model, Prefetch, QuerySet

from zhirong.base.refused import Refused
from zhirong.cli import house
from zhirong.exchange import disclosed
from zhirong.exchange.models import Deal, Listing, ListingItem
from zhirong.papers import sheets
from zhirong.people import access
from zhirong.record.models import Event, Leaf
from zhirong.registry.models import Right
from zhirong.valuation import runs_read
from zhirong.valuation.models import Comparable, RunRow

Row = dict[str, Any]
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Kind:
    """What can be written: its rows as the database gives them, and one of them in plain values."""

    rows: Callable[[], Iterable[Any]]
    plain: Callable[[Any], Row]
    is_public: bool


def _columns(row: Model, *names: str) -> Row:
    return {name: getattr(row, name) for name in names}


def _right(right: Right) -> Row:
    holders = [one.name for one in right.holdings.all() if one.until is None]
    said = _columns(right, "key", "kind", "number", "publication_number", "title", "title_en", "ipc", "filed_on")
    return {**said, **_columns(right, "granted_on", "source", "source_day", "put_at"), "holders": "；".join(holders)}


def _listing(listing: Listing) -> Row:
    rights = [item.right.number for item in listing.items.all()]
    said = _columns(listing, "number", "title", "title_en", "state", "asking_fen", "currency", "deposit_fen")
    more = _columns(listing, "rule_set", "is_demo_rules", "announced_at", "closes_at", "ended_at")
    return {**said, **more, "seller": listing.seller.name, "rights": "；".join(rights)}


def _deal(deal: Deal) -> Row:
    said = _columns(deal, "number", "state", "price_fen", "currency", "seller_fee_fen", "buyer_fee_fen", "made_at")
    more = _columns(deal, "signed_at", "paid_at", "settled_at", "ended_at", "end_reason")
    names = {"listing": deal.listing.number, "seller": deal.seller.name, "buyer": deal.buyer.name}
    return {**said, **more, **names}


def _comparable(one: Comparable) -> Row:
    said = _columns(one, "reference", "source", "on", "kind", "price_fen", "currency", "rights_count")
    more = _columns(one, "is_arms_length", "entered_at", "withdrawn_at", "reason", "subjects")
    return {**said, **more, "proof_sha256": one.proof.sha256 if one.proof else ""}


def _leaf(leaf: Leaf) -> Row:
    return {**_columns(leaf, "number", "at", "kind", "topic", "body"), "hash": bytes(leaf.hash).hex()}


def _event(event: Event) -> Row:
    return {"number": event.leaf.number, "at": event.leaf.at, **_columns(event, "kind", "topic", "public", "body")}


def _run_row(row: RunRow) -> Row:
    said = {"key": row.right.key, "number": row.right.number, "title": row.right.title}
    return {**said, **_columns(row, *runs_read.FEN, "basis")}


def _in_order(query: QuerySet[Any]) -> Iterable[Any]:
    return query.iterator(chunk_size=CHUNK)


def _rights() -> Iterable[Right]:
    return _in_order(disclosed.public(Right.objects.visible()).order_by("pk").prefetch_related("holdings"))


def _listings() -> Iterable[Listing]:
    items = Prefetch("items", ListingItem.objects.select_related("right").order_by("position", "pk"))
    found = Listing.objects.visible().order_by("pk").select_related("seller")
    return _in_order(found.prefetch_related(items))


def _deals() -> Iterable[Deal]:
    return _in_order(Deal.objects.order_by("pk").select_related("listing", "seller", "buyer"))


def _comparables() -> Iterable[Comparable]:
    return _in_order(Comparable.objects.order_by("on", "reference").select_related("proof"))


def _leaves() -> Iterable[Leaf]:
    return _in_order(Leaf.objects.filter(number__isnull=False).order_by("number"))


def _events() -> QuerySet[Event]:
    return Event.objects.filter(leaf__number__isnull=False).select_related("leaf").order_by("leaf__number")


KINDS = {
    "rights": Kind(_rights, _right, is_public=True),
    "listings": Kind(_listings, _listing, is_public=True),
    "events": Kind(lambda: _in_order(_events().filter(public=True)), _event, is_public=True),
    "deals": Kind(_deals, _deal, is_public=False),
    "comparables": Kind(_comparables, _comparable, is_public=False),
    "leaves": Kind(_leaves, _leaf, is_public=False),
    "all-events": Kind(lambda: _in_order(_events()), _event, is_public=False),
}
RUN = "run"


def _of_run(ref: str) -> Kind:
    """The rows of one run, in the order in which its hash takes them."""
    return Kind(
        lambda: _in_order(runs_read.rows_of(runs_read.named(ref)).select_related("right")), _run_row, is_public=False
    )


def main(argv: Sequence[str]) -> int:
    """0 written, 2 refused."""
    asked = read(argv)
    kind = _of_run(asked.ref) if asked.what == RUN else KINDS[asked.what]
    try:
        if not kind.is_public:
            access.require(house.person(asked.login) if asked.login else None, "cli.export_all")
        count = write(kind, asked.file, form=form_of(asked))
    except (Refused, OSError) as no:
        print(house.said(no) if isinstance(no, Refused) else no, file=sys.stderr)
        return 2
    if asked.file:
        print(f"{asked.file}: {count} {asked.what}")
    return 0


def read(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./zr export", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=[*KINDS, RUN], metavar="WHAT", help=", ".join([*KINDS, "run REF"]))
    if argv[:1] == [RUN]:
        parser.add_argument("ref", metavar="REF", help="the run, by the first signs of its ref")
    parser.add_argument(
        "file", nargs="?", type=Path, metavar="FILE", help="the file to write; its ending says which form"
    )
    parser.add_argument(
        "--as", dest="login", default="", metavar="LOGIN", help="the person who reads what is not public"
    )
    parser.add_argument("--format", choices=["csv", "jsonl"], help="the form, where no file's ending says it (jsonl)")
    return parser.parse_args(argv)


def form_of(asked: argparse.Namespace) -> str:
    """As asked, else by the file's ending, else JSON lines."""
    ending = asked.file.suffix.lstrip(".").lower() if asked.file else ""
    return asked.format or (ending if ending == "csv" else "jsonl")


def write(kind: Kind, path: Path | None, *, form: str) -> int:
    """Row by row; a file gets its name once it is whole. Gives how many rows there were."""
    with reading():
        rows = (kind.plain(row) for row in kind.rows())
        if path is None:
            return WRITERS[form](rows, sys.stdout)
        fresh = path.with_name(f"{path.name}.part")
        # With the mark, because Excel reads a CSV without it in the machine's own code page.
        with fresh.open("w", encoding="utf-8-sig" if form == "csv" else "utf-8", newline="") as out:
            count = WRITERS[form](rows, out)
        fresh.rename(path)
    return count


def reading() -> AbstractContextManager[object]:
    """PostgreSQL streams from a cursor inside a transaction; on SQLite one would take the writer's lock."""
    return nullcontext() if connection.vendor == "sqlite" else transaction.atomic()


def write_lines(rows: Iterable[Row], out: TextIO) -> int:
    """One JSON object a line; the body of a leaf stays the very text that was hashed."""
    count = 0
    for row in rows:
        count += 1
        print(json.dumps({name: _iso(value) for name, value in row.items()}, ensure_ascii=False), file=out)
    return count


def write_csv(rows: Iterable[Row], out: TextIO) -> int:
    """A heading and a line for each row; no text opens as a formula."""
    count, writer = 0, csv.writer(out)
    for row in rows:
        count += 1
        if count == 1:
            writer.writerow(row)
        writer.writerow([sheets.harmless(value) if isinstance(value, str) else _iso(value) for value in row.values()])
    return count


def _iso(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


WRITERS: dict[str, Callable[[Iterable[Row], TextIO], int]] = {"csv": write_csv, "jsonl": write_lines}
