"""The record read against itself: whether every row is what was signed (LEDGER I15)."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from django.db.models import F

from zhirong.record import actions, keys
from zhirong.record.engine import tree
from zhirong.record.models import Checkpoint, Event, Leaf, Subtree


def recomputed() -> tuple[int, bytes]:
    """The size and root that the bodies of the numbered leaves lead to; no stored hash is believed."""
    border = tree.Frontier()
    bodies = Leaf.objects.filter(number__isnull=False).order_by("number").values_list("body", flat=True)
    border, _ = border.append(actions.leaf_hash(body) for body in bodies.iterator(chunk_size=2000))
    return border.size, border.root()


def findings() -> Iterator[str]:
    """What does not match, one sentence each; nothing where the record is sound."""
    signed = {point.size: point for point in Checkpoint.objects.order_by("size")}
    stored = {(row.level, row.place): bytes(row.hash) for row in Subtree.objects.all()}
    border, last_size = tree.Frontier(), 0
    leaves = Leaf.objects.filter(number__isnull=False).order_by("number")
    for leaf in leaves.iterator(chunk_size=2000):
        if leaf.number != border.size:
            yield f"leaf {border.size} is missing: the next number is {leaf.number}"
            return
        real = actions.leaf_hash(leaf.body)
        if real != bytes(leaf.hash):
            yield f"leaf {leaf.number}: its body does not have its hash"
        border, completed = border.append([real])
        for level, place, root in completed:
            if stored.pop((level, place), None) != root:
                yield f"subtree {level}/{place} does not follow from its leaves"
        if point := signed.get(border.size):
            last_size = border.size
            yield from _of_checkpoint(point, border.root())
    yield from _of_the_rest(border.size, max(signed, default=0), leftover=len(stored), reached=last_size)


def _of_checkpoint(point: Checkpoint, root: bytes) -> Iterator[str]:
    if bytes(point.root) != root:
        yield f"checkpoint {point.size}: its root does not follow from the leaves"
    if keys.house_key().sign(point.size, root) != point.note:
        yield f"checkpoint {point.size}: its note is not the house's over this root"


def _of_the_rest(size: int, signed: int, *, leftover: int, reached: int) -> Iterator[str]:
    if size != signed:
        yield f"the record holds {size} numbered leaves; {signed} are signed"
    if leftover:
        yield f"{leftover} subtrees stand for leaves that are not there"
    differing = Event.objects.exclude(leaf__body=F("body"), leaf__topic=F("topic"), leaf__kind=F("kind")).count()
    if differing:
        yield f"{differing} events do not say what their leaves say"
    silent = Leaf.objects.filter(event__isnull=True).count()
    if silent:
        yield f"{silent} leaves have lost their events"


def health() -> dict[str, object]:
    """The record's part of `/api/health`: what is signed, and in which database."""
    newest = Checkpoint.objects.order_by("-size").values_list("size", "root").first()
    size, root = (newest[0], bytes(newest[1])) if newest else (0, tree.EMPTY_ROOT)
    return {"audit": {"size": size, "root": root.hex()}, "database": connection.vendor}
