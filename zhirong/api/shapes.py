"""Values that many bodies share: money, names, texts, times, each with its unit, its bounds and an example."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, TypeVar

from django.db.models import Model, QuerySet
from pydantic import BaseModel, ConfigDict, Field

from zhirong.base import shown
from zhirong.base.refused import Refused
from zhirong.people.models import Party

# PostgreSQL takes no NUL in a text, and no text of ours needs one.
NO_NUL = r"^[^\x00]*$"
LARGEST_ID = 2**63 - 1
MOST_FEN = 10**15

Id = Annotated[int, Field(ge=0, le=LARGEST_ID, examples=[1])]
Fen = Annotated[int, Field(description="Money in fen (0.01 yuan)", examples=[80000000])]
FenGiven = Annotated[
    int, Field(strict=True, ge=1, le=MOST_FEN, description="Money in whole fen (0.01 yuan)", examples=[80000000])
]
Short = Annotated[str, Field(max_length=200, pattern=NO_NUL)]
Long = Annotated[str, Field(max_length=4000, pattern=NO_NUL)]
Reason = Annotated[
    str,
    Field(min_length=1, max_length=1000, pattern=NO_NUL, examples=["权属证明已核对。"], description="Why, in words"),
]
Ref = Annotated[
    str,
    Field(
        pattern="^[0-9a-f]{1,32}$",
        description="The random name of a thing on the record",
        examples=["0f3a9c5d7e1b2468"],
    ),
]
FileRef = Annotated[str, Field(max_length=32, pattern="^[0-9a-f]*$", description="A file of the caller's (/api/files)")]
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="SHA-256 in hexadecimal")]
Cursor = Annotated[int | None, Field(description="The cursor of the page after, for `after`; null on the last page")]
Total = Annotated[int, Field(description="Rows of all pages together", examples=[1])]
AnyModel = TypeVar("AnyModel", bound=Model)


class Said(BaseModel):
    """What a caller says: nothing beyond the named fields, so that a foreign owner or state cannot slip in."""

    model_config = ConfigDict(extra="forbid")


class Told(BaseModel):
    """What the house answers."""


class Why(Said):
    """A deed that needs a reason."""

    reason: Reason


class PartyShort(Told):
    """A party as others see it."""

    ref: Ref
    name: str = Field(examples=["深圳市云岭智能科技有限公司"])


class Done(Told):
    """A deed without anything to show."""

    done: bool = True


def party_short(party: Party) -> PartyShort:
    """Ref and name."""
    return PartyShort(ref=party.ref, name=party.name)


def at_ns(ns: int | None) -> datetime | None:
    """An instant of the floor for a body; the exact nanoseconds stand in a field of their own."""
    return shown.from_ns(ns) if ns else None


def one(rows: QuerySet[AnyModel], **named: Any) -> AnyModel:
    """The row of this name among those that the caller may see, else 404: what is another's is not there."""
    found = rows.filter(**named).first()
    if found is None:
        raise Refused("api.not_found")
    return found


def party_named(ref: str) -> Party:
    """A party by its ref."""
    return one(Party.objects.all(), ref=ref)
