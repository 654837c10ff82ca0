"""A right whose fees nobody knows as paid is announced only on the operator's express word, and as what it is: unknown.

A fee unpaid for six months ends the right as of its due date (细则 第一百一十五条); the office's register decides.
"""

from __future__ import annotations

import json

from zhirong.base.refused import Refused
from zhirong.exchange.models import Gate, Listing
from zhirong.people.models import Person
from zhirong.record import actions as record

CODE = "fees_unconfirmed"


def of(gate: Gate) -> list[str]:
    """The numbers of the rights of which the gate found it not known whether they are in force."""
    return sorted({one["right"] for one in json.loads(gate.findings) if one["code"] == CODE})


def must_be_said(who: Person, listing: Listing, gate: Gate, *, is_said: bool) -> None:
    """The operator says expressly that the listing is announced all the same; that it did stands on the record."""
    if not (rights := of(gate)):
        return
    if not is_said:
        raise Refused("listing.fees_unknown", number=listing.number, rights=rights)
    record.tell("exchange.fees_unknown_said", listing.topic, who=who, public=True, number=listing.number, rights=rights)
