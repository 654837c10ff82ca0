"""Receipts: what anyone can take away and check without us (formats in docs/formats.md)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from zhirong.record import keys, store
from zhirong.record.engine import tree
from zhirong.record.models import Checkpoint, Leaf

FORMAT = "zhirong-receipt/1"


def head() -> dict[str, Any]:
    """The newest signed root: its size, the root, the note and the key it verifies with."""
    newest = Checkpoint.objects.order_by("-size").first()
    if newest is None:
        return {"size": 0, "root": tree.EMPTY_ROOT.hex(), "checkpoint": "", "key": house_key()}
    return {
        "size": newest.size,
        "root": bytes(newest.root).hex(),
        "checkpoint": newest.note,
        "key": house_key(),
    }


def house_key() -> str:
    """The house's public key, as it is published and as `--key` of the verifier takes it."""
    return keys.house_key().public()


def receipt(leaf_id: int) -> dict[str, Any]:
    """The receipt of one deed: at once with its leaf, with its proof as soon as the leaf has a number."""
    leaf = Leaf.objects.get(pk=leaf_id)
    return proven(leaf, head()) if leaf.number is not None else unproven(leaf)


def unproven(leaf: Leaf) -> dict[str, Any]:
    """The receipt before the sequencer has come by: the leaf and its hash bind the house already."""
    return {
        "format": FORMAT,
        "leaf": json.loads(leaf.body),
        "leaf_hash": bytes(leaf.hash).hex(),
        "number": None,
        "size": None,
        "root": None,
        "proof": None,
        "checkpoint": None,
        "key": house_key(),
    }


def proven(leaf: Leaf, under: dict[str, Any]) -> dict[str, Any]:
    """The receipt of a numbered leaf under a head."""
    return all_proven([leaf], under)[0]


def all_proven(leaves: Sequence[Leaf], under: dict[str, Any]) -> list[dict[str, Any]]:
    """The receipts of numbered leaves under one head, their paths read through the tree in one pass."""
    paths = proofs([number_of(leaf) for leaf in leaves], under["size"])
    return [
        {**unproven(leaf), "number": leaf.number, **under, "proof": path}
        for leaf, path in zip(leaves, paths, strict=True)
    ]


def number_of(leaf: Leaf) -> int:
    """The place in the tree of a leaf that has one."""
    assert leaf.number is not None
    return leaf.number


def proof(number: int, size: int) -> list[str]:
    """RFC 6962, 2.1.1: the path from this leaf to the root of this size."""
    return proofs([number], size)[0]


def proofs(numbers: Sequence[int], size: int) -> list[list[str]]:
    """The same for many leaves: what their paths share is read once."""
    paths = [tree.inclusion_ranges(number, size) for number in numbers]
    shelf = store.shelf(store.select, (span for path in paths for span in path))
    return [_hashes(path, shelf) for path in paths]


def consistency(old: int, new: int) -> list[str]:
    """RFC 6962, 2.1.2: that the tree of the old size is the beginning of the tree of the new one."""
    ranges = tree.consistency_ranges(old, new)
    return _hashes(ranges, store.shelf(store.select, ranges))


def _hashes(ranges: list[tree.Span], shelf: tree.Shelf) -> list[str]:
    return [shelf.root(span).hex() for span in ranges]
