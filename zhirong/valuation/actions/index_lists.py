"""The centre's own lists of items for the index: brought by one person, put into force by another, withdrawn."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django.db import transaction

from zhirong.base.refused import Refused
from zhirong.people import access
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.record.models import File
from zhirong.valuation import indices, rules
from zhirong.valuation.engine.result import digest
from zhirong.valuation.models import IndexList


@transaction.atomic
def bring_index(who: Person, content: bytes, *, file: File, since: date) -> IndexList:
    """A list from a file, judged whole; it counts for nothing until a second person confirms it.

    The same list for the same day is kept once, whoever brings it again.
    """
    access.require(who, "valuation.bring_index")
    plain = indices.read(content, name=file.name, day=since)
    sha256 = digest(plain)
    same = IndexList.objects.filter(sha256=sha256, since=since, withdrawn_at__isnull=True)
    if (kept := same.first()) is not None:
        return kept
    kept = IndexList.objects.create(
        body=json.dumps(plain, ensure_ascii=False, sort_keys=True),
        sha256=sha256,
        name_zh=plain["name"]["zh"].strip(),
        name_en=plain["name"]["en"].strip(),
        edition=plain["edition"].strip(),
        since=since,
        file=file,
        brought_by=who,
        brought_at=record.now(),
    )
    _tell(kept, who, "valuation.index_brought", since=since.isoformat())
    return kept


@transaction.atomic
def confirm_index(who: Person, list_id: int, *, sha256: str) -> IndexList:
    """A second person has read the list of this hash and puts it into force from its day."""
    found = _locked(who, list_id, "valuation.confirm_index")
    if found.state != "waiting":
        raise Refused("valuation.index_not_waiting", name={"zh": found.name_zh, "en": found.name_en})
    if sha256 != found.sha256:
        raise Refused("valuation.index_changed", seen=sha256[:12], now=found.sha256[:12])
    found.confirmed_by, found.confirmed_at = who, record.now()
    found.save(update_fields=["confirmed_by", "confirmed_at"])
    _tell(found, who, "valuation.index_confirmed", since=found.since.isoformat())
    return found


@transaction.atomic
def withdraw_index(who: Person, list_id: int, *, reason: str) -> IndexList:
    """Nothing new is reckoned with it; what was reckoned keeps its hash, and the row stays with the reason."""
    found = _locked(who, list_id, "valuation.withdraw_index")
    if found.state == "withdrawn":
        return found
    found.reason = rules.must_be_text(reason, field="reason", most=1000)
    found.withdrawn_by, found.withdrawn_at = who, record.now()
    found.save(update_fields=["reason", "withdrawn_by", "withdrawn_at"])
    _tell(found, who, "valuation.index_withdrawn", reason=found.reason)
    return found


def _locked(who: Person, list_id: int, verb: str) -> IndexList:
    found = IndexList.objects.select_for_update().filter(pk=list_id).first()
    access.require(who, verb, found)
    if found is None:
        raise Refused("valuation.index_unknown")
    return found


def _tell(one: IndexList, who: Person, event: str, **facts: Any) -> None:
    named: dict[str, Any] = {"name_zh": one.name_zh, "name_en": one.name_en, "sha256": one.sha256}
    record.tell(event, one.topic, who=who, **named, **facts)
