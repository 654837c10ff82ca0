"""A right whose fees nobody knows as paid is announced only on the operator's express word, and as what it is: unknown.

A fee unpaid for six months ends the right as of its due date (细则 第一百一十五条); the office's register decides.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from zhirong.base.refused import Refused
from zhirong.exchange.models import Gate, Listing
from zhirong.people.models import Person
from zhirong.record import actions as record

CODE = "fees_unconfirmed"


def of(gate: Gate) -> list[str]:
    """The numbers of the rights of which the gate found it not known whether they are in force."""
    if CODE not in gate.findings:
        return []
    return sorted({one["right"] for one in json.loads(gate.findings) if one["code"] == CODE})


def must_be_said(who: Person, listing: Listing, gate: Gate, *, is_said: bool) -> None:
    """The operator says expressly that the listing is announced all the same; that it did stands on the record."""
    if not (rights := of(gate)):
        return
    if not is_said:
        raise Refused("listing.fees_unknown", number=listing.number, rights=rights)
    record.tell_many([said(who, listing, rights)])


def must_be_said_of_row(gate: Gate, *, row: int, is_said: bool) -> None:
    """The same of a row of many, which has no number yet; `said` is told once it has one."""
    if (rights := of(gate)) and not is_said:
        raise Refused("listing.row_fees_unknown", row=row, rights=rights)


def said(who: Person, listing: Listing, rights: Sequence[str]) -> record.Deed:
    """The operator's word as it stands on the record."""
    return record.Deed(
        kind="exchange.fees_unknown_said",
        topic=listing.topic,
        who_ref=who.ref,
        at=record.now(),
        facts={"number": listing.number, "rights": list(rights)},
        public=True,
    )
