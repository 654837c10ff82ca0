"""What a record of the register does to a title that the house knows: nothing, a new holder, or doubt (N7, N31)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from zhirong.base import text as texts


class Course(StrEnum):
    """What becomes of the holdings."""

    SILENT = "silent"
    AGREES = "agrees"
    OLDER = "older"
    FOLLOWS = "follows"
    CONTESTED = "contested"


@dataclass(frozen=True, slots=True)
class Held:
    """A holding that runs: its names (of the register and of the party), the party's ref, since when."""

    names: tuple[str, ...]
    party: str
    since: date | None


@dataclass(frozen=True, slots=True)
class Heir:
    """Whom the record names, and the ref of the party that it is known to be."""

    name: str
    party: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """How far a record can be followed: the day it speaks of, whether the operator brought it, whether names are new.

    `said_on` is None where the paper bears no day of its own, or none later than what was known before.
    """

    said_on: date | None
    is_registers: bool
    has_new_names: bool


def judge(held: Sequence[Held], heirs: Sequence[Heir], paper: Paper) -> Course:
    """A later, dated record that the operator brought moves the title; what does not fit makes it contested.

    The title of a party that is known here goes only to parties that are known here: a name alone proves nobody (N31).
    """
    if not heirs:
        return Course.SILENT
    if _agree(held, heirs):
        return Course.AGREES
    if not held:
        return Course.FOLLOWS
    began = max((one.since for one in held if one.since), default=None)
    if paper.said_on is not None and began is not None and paper.said_on < began:
        return Course.OLDER
    is_later = paper.said_on is not None and (began is None or paper.said_on > began)
    is_proven = all(heir.party for heir in heirs) or not any(one.party for one in held)
    if is_later and paper.is_registers and paper.has_new_names and is_proven:
        return Course.FOLLOWS
    return Course.CONTESTED


def holding_of(heir: Heir, held: Sequence[Held]) -> int | None:
    """The place of the holding that this heir has already, by party or by name."""
    key = texts.party_name(heir.name)
    for place, one in enumerate(held):
        if (heir.party and heir.party == one.party) or key in {texts.party_name(name) for name in one.names}:
            return place
    return None


def _agree(held: Sequence[Held], heirs: Sequence[Heir]) -> bool:
    places = [holding_of(heir, held) for heir in heirs]
    return len(heirs) == len(held) and None not in places and len(set(places)) == len(held)
