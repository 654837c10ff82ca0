"""Receipts and proofs of the record: what anyone can take away and check without us (docs/formats.md)."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import BaseModel, ConfigDict, Field

from zhirong.api import calling, feed, problems, shapes
from zhirong.base.refused import Refused
from zhirong.record import receipts
from zhirong.record.feed import last_number
from zhirong.record.models import Leaf

router = Router(tags=["record"])
Number = Annotated[int, Field(ge=0, le=shapes.LARGEST_ID)]


class Head(shapes.Told):
    """The newest signed root."""

    size: int
    root: str
    checkpoint: str = Field(description="The signed note (docs/formats.md)")
    key: str = Field(description="The house's public key")


class Proof(shapes.Told):
    """The path from a leaf to the root of a size (RFC 6962, 2.1.1)."""

    number: int
    size: int
    leaf_hash: str
    proof: list[str]


class Consistency(shapes.Told):
    """That the tree of the old size is the beginning of the new one's (RFC 6962, 2.1.2)."""

    old: int
    new: int
    proof: list[str]


class AskedProof(BaseModel):
    """?number=17&size=100"""

    model_config = ConfigDict(extra="forbid")

    number: Number
    size: Number | None = Field(None, description="The newest size where none is given")


class AskedConsistency(BaseModel):
    """?old=100&new=200"""

    model_config = ConfigDict(extra="forbid")

    old: Number
    new: Number | None = Field(None, description="The newest size where none is given")


@router.get("/checkpoint", auth=calling.ANYONE, summary="The newest signed root", **problems.told(Head))
def checkpoint(request: HttpRequest) -> Head:
    """Size, root, note and key; open to all."""
    return Head(**receipts.head())


@router.get(
    "/receipts/{int:leaf}",
    auth=calling.ANYONE,
    summary="The receipt of a deed",
    **problems.told(dict[str, Any]),
)
def receipt(request: HttpRequest, leaf: shapes.Id) -> dict[str, Any]:
    """At once with its leaf; with its proof as soon as the leaf has a number, within a second."""
    found = shapes.one(Leaf.objects.select_related("event"), pk=leaf)
    if not feed.may_see(request, found):
        raise Refused("api.not_found")
    return receipts.receipt(found.pk)


@router.get("/proofs", auth=calling.ANYONE, summary="Proof of inclusion", **problems.told(Proof, "api.not_in_tree"))
def inclusion(request: HttpRequest, asked: Query[AskedProof]) -> Proof:
    """Hashes alone; open to all."""
    last = last_number() + 1
    size = last if asked.size is None else asked.size
    if not asked.number < size <= last:
        raise Refused("api.not_in_tree", number=asked.number, size=size, last=last)
    leaf = shapes.one(Leaf.objects.all(), number=asked.number)
    return Proof(
        number=asked.number,
        size=size,
        leaf_hash=bytes(leaf.hash).hex(),
        proof=receipts.proof(asked.number, size),
    )


@router.get(
    "/consistency",
    auth=calling.ANYONE,
    summary="Proof of consistency",
    **problems.told(Consistency, "api.not_in_tree"),
)
def consistency(request: HttpRequest, asked: Query[AskedConsistency]) -> Consistency:
    """That nothing was changed since the old size; open to all."""
    last = last_number() + 1
    new = last if asked.new is None else asked.new
    if not 0 < asked.old <= new <= last:
        raise Refused("api.not_in_tree", number=asked.old, size=new, last=last)
    return Consistency(old=asked.old, new=new, proof=receipts.consistency(asked.old, new))
