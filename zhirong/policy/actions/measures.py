"""Texts of measures: drafted and changed by one official, approved by another, in force from that moment on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from zhirong.base.refused import Refused
from zhirong.people import access
from zhirong.people.models import Person
from zhirong.policy import gate, kept
from zhirong.policy.gate import Gate
from zhirong.policy.models import MeasureText
from zhirong.record import actions as record

OPEN = ("draft", "waiting")
MOST_REASON = 1000


@transaction.atomic
def draft_measure(who: Person, text: str) -> MeasureText:
    """A first text, or a new one of a measure that there is. The same text from the same person is one draft."""
    access.require(who, "policy.draft_measure")
    text = whole(text)
    raw = gate.read(text)
    row = {"name": raw["id"], "sha256": sha256_of(text), "drafted_by": who}
    if (same := MeasureText.objects.filter(state__in=OPEN, **row).first()) is not None:
        return same
    ruling = kept.base().measures.get(raw["id"])
    now = record.now()
    made = MeasureText.objects.create(
        zh=raw["title"]["zh"],
        en=raw["title"]["en"],
        text=text,
        based_on=ruling.sha256 if ruling else "",
        drafted_at=now,
        changed_at=now,
        **row,
    )
    _tell(made, who, "policy.drafted")
    return made


@transaction.atomic
def change_measure(who: Person, text_id: int, text: str) -> MeasureText:
    """Whoever drafted it writes on; what waited for a second person is a draft again."""
    found = _locked(who, text_id, "policy.change_measure")
    text = whole(text)
    raw = gate.read(text)
    if raw["id"] != found.name:
        raise Refused("policy.measure_renamed", name=found.name, given=raw["id"])
    ruling = kept.base().measures.get(found.name)
    is_on_ruling = found.based_on == (ruling.sha256 if ruling else "")
    if sha256_of(text) == found.sha256 and found.state in OPEN and is_on_ruling:
        return found
    _must_be_open(found, (*OPEN, "returned"))
    found.text, found.sha256 = text, sha256_of(text)
    found.zh, found.en = raw["title"]["zh"], raw["title"]["en"]
    found.based_on = ruling.sha256 if ruling else ""
    found.state, found.changed_at, found.asked_at, found.findings = "draft", record.now(), None, "{}"
    found.decided_by = found.decided_at = None
    twin = MeasureText.objects.filter(name=found.name, sha256=found.sha256, drafted_by=who, state__in=OPEN)
    if twin.exclude(pk=found.pk).exists():
        raise Refused("policy.measure_drafted_already", name=found.name)
    found.save()
    _tell(found, who, "policy.changed")
    return found


@transaction.atomic
def ask_approval(who: Person, text_id: int) -> MeasureText:
    """Asked for only when lint, cases and mutants are passed; what they said is kept with the text."""
    found = _locked(who, text_id, "policy.change_measure")
    if found.state == "waiting":
        return found
    _must_be_open(found, ("draft",))
    looked = gate.look(gate.read(found.text), kept.base().vocabulary)
    _must_pass(found, looked)
    found.findings = record.canonical(looked.plain())
    found.state, found.asked_at = "waiting", record.now()
    found.save()
    _tell(found, who, "policy.approval_asked", cases=len(looked.cases), mutants=len(looked.mutants))
    return found


@transaction.atomic
def approve_measure(who: Person, text_id: int, *, sha256: str) -> MeasureText:
    """A second person has read the text of this hash: it is known, and rules, from this moment on."""
    found = _locked(who, text_id, "policy.decide_measure")
    if found.state == "approved" and found.decided_by_id == who.pk and found.sha256 == sha256:
        return found
    _must_wait(found, sha256)
    # Asked anew: what ruled when it was drafted may have been replaced meanwhile, and the difference shown is stale.
    ruling = kept.base().measures.get(found.name)
    if (ruling.sha256 if ruling else "") != found.based_on:
        raise Refused("policy.measure_base_moved", name=found.name)
    _must_pass(found, gate.look(gate.read(found.text), kept.base().vocabulary, with_mutants=False))
    now = record.now()
    found.state, found.decided_by, found.decided_at, found.known_from = "approved", who, now, now
    found.save()
    _tell(found, who, "policy.approved", to=[found.drafted_by])
    return found


@transaction.atomic
def return_measure(who: Person, text_id: int, *, sha256: str, reason: str) -> MeasureText:
    """The second person finds a fault: it goes back to whoever drafted it, with the reason."""
    found = _locked(who, text_id, "policy.decide_measure")
    _must_wait(found, sha256)
    found.reason = must_give_reason(reason)
    found.state, found.decided_by, found.decided_at = "returned", who, record.now()
    found.save()
    _tell(found, who, "policy.returned", to=[found.drafted_by], reason=found.reason)
    return found


@transaction.atomic
def withdraw_measure(who: Person, text_id: int, *, reason: str) -> MeasureText:
    """Whoever drafted it gives it up; one that was approved stays, and another text takes its place."""
    found = _locked(who, text_id, "policy.change_measure")
    if found.state == "withdrawn":
        return found
    _must_be_open(found, (*OPEN, "returned"))
    found.reason = must_give_reason(reason)
    found.state = "withdrawn"
    found.save()
    _tell(found, who, "policy.withdrawn", reason=found.reason)
    return found


def whole(text: str) -> str:
    """Line ends as one sign and one at the end, so that a form and a file give the same hash."""
    return text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff").rstrip("\n") + "\n"


def sha256_of(text: str) -> str:
    """What a second person names to say which text they read."""
    return hashlib.sha256(text.encode()).hexdigest()


def must_give_reason(reason: str) -> str:
    """A reason in words, trimmed."""
    trimmed = reason.strip()
    if not 0 < len(trimmed) <= MOST_REASON:
        raise Refused("policy.reason_missing", field="reason", most=MOST_REASON)
    return trimmed


def _locked(who: Person, text_id: int, verb: str) -> MeasureText:
    """The text, with every other of its measure locked: of two that change one measure, one comes after the other."""
    name = MeasureText.objects.filter(pk=text_id).values_list("name", flat=True).first()
    rows = MeasureText.objects.select_for_update(of=("self",)).filter(name=name).order_by("pk")
    found = next((one for one in rows.select_related("drafted_by") if one.pk == text_id), None)
    access.require(who, verb, found)
    if found is None:
        raise Refused("policy.text_unknown")
    return found


def _must_be_open(found: MeasureText, states: tuple[str, ...]) -> None:
    if found.state not in states:
        raise Refused("policy.text_decided", name=found.name)


def _must_wait(found: MeasureText, sha256: str) -> None:
    _must_be_open(found, ("waiting",))
    if sha256 != found.sha256:
        raise Refused("policy.text_changed", seen=sha256[:12], now=found.sha256[:12])


def _must_pass(found: MeasureText, looked: Gate) -> None:
    """The gate without mutants, where they were not made, is one of lint and cases."""
    if not looked.is_passed:
        count = len(looked.lint) + len(looked.failing_cases) + len(looked.survivors) + (not looked.cases)
        raise Refused("policy.gate_closed", name=found.name, count=count, problem=gate.first_problem(looked))


def _tell(one: MeasureText, who: Person, event: str, *, to: Any = (), **facts: Any) -> None:
    named: Mapping[str, Any] = {"measure": one.name, "title_zh": one.zh, "title_en": one.en, "sha256": one.sha256}
    public = event == "policy.approved"
    record.tell(event, one.topic, who=who, public=public, to=to, **named, **facts)
