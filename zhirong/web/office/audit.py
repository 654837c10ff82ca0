"""The record for auditors: every leaf by its number, the tree's head, and whether the record is what was signed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext

from zhirong.base.calendar import start_of_day
from zhirong.base.refused import Refused
from zhirong.record import actions as record
from zhirong.record import audit as checks
from zhirong.record import kinds, receipts, rules
from zhirong.record.engine import tree
from zhirong.record.jobs import Progress
from zhirong.record.models import Checkpoint, Job, Leaf
from zhirong.web import filters, lists, pages, reading
from zhirong.web.exchange import fact_words
from zhirong.web.office import rooms

JOB = "record.check"
KINDS_SHOWN = 400


@rooms.room("people.read_record", does=("people.read_record",))
def audit(request: HttpRequest) -> HttpResponse:
    """/office/audit: the record by number, filtered by kind, topic and day."""
    if request.method == "POST":
        person = rooms.who(request)
        size = receipts.head()["size"]
        ask = lambda: record.ask_job(person, JOB, key=f"{JOB}:{record.now_ns()}", facts={"size": size}, total=size)  # noqa: E731
        return rooms.do(request, {"check": ask}, then=reverse("audit"))
    known: dict[str, str] = {}
    columns, found = columns_of(known), chosen(request)
    title = gettext("The record")
    if file := lists.taken_away(request, "record", title, columns=columns, found=found.order_by("id")):
        return file
    old, new = request.GET.get("old", "").strip(), request.GET.get("new", "").strip()
    signed = signed_roots(old, new)
    return rooms.show(
        request,
        "audit.html",
        here="audit",
        title=title,
        head=receipts.head(),
        table=lists.table(
            request,
            "record",
            title,
            columns=columns,
            found=found,
            order="-id",
            beside=lambda leaves: known.update(names_in(request, leaves)),
        ),
        kinds=[("", gettext("any kind")), *kind_choices()],
        asked={name: request.GET.get(name, "").strip() for name in ("kind", "topic", "day")},
        job=Job.objects.filter(kind=JOB).order_by("-pk").first(),
        consistency=consistent(old, new, signed) if old and new else None,
        old=old,
        new=new,
        checkpoints=sorted(signed, reverse=True),
    )


def kind_choices() -> list[tuple[str, str]]:
    """Every kind of deed by what it says, without its facts."""
    said = {name: kind.zh if filters.is_chinese() else kind.en for name, kind in kinds.declared().items()}
    words = {name: re.sub(r"\{\w+\}", "…", text) for name, text in said.items()}
    return sorted(words.items(), key=lambda one: (one[0].partition(".")[0], one[1]))[:KINDS_SHOWN]


def chosen(request: HttpRequest) -> QuerySet[Leaf]:
    """The leaves that the filter asks for."""
    found = Leaf.objects.all()
    if kind := reading.choice(request, "kind", kinds.declared()):
        found = found.filter(kind=kind)
    if topic := request.GET.get("topic", "").strip():
        found = found.filter(topic=topic)
    if day := reading.day(request, "day"):
        begins = start_of_day(day)
        found = found.filter(at__gte=begins, at__lt=begins + timedelta(days=1))
    return found


def names_in(request: HttpRequest, leaves: list[Leaf]) -> dict[str, str]:
    """The names behind the references of some leaves, which stand off the record, as this reader may know them."""
    bodies: list[dict[str, Any]] = [json.loads(leaf.body) for leaf in leaves]
    return fact_words.names_in(bodies, pages.standing_of(request))


def columns_of(known: Mapping[str, str]) -> list[lists.Column]:
    """What the list shows of a leaf; a file of it holds references alone, for names are no part of the record."""

    def by(leaf: Leaf) -> str:
        ref = json.loads(leaf.body).get("who", "")
        return gettext("the house") if ref == "house" else known.get(ref, "")

    return [
        lists.Column(head=gettext("No."), value=number, order="id", link=lambda leaf: reverse("leaf", args=[leaf.pk])),
        lists.Column(head=gettext("At"), value=lambda leaf: leaf.at, kind="moment"),
        lists.Column(head=gettext("What"), value=lambda leaf: told(leaf, known)),
        lists.Column(head=gettext("Deed by"), value=by),
        lists.Column(
            head=gettext("By reference"), value=lambda leaf: json.loads(leaf.body).get("who", ""), is_code=True
        ),
        lists.Column(
            head=gettext("About"), value=lambda leaf: leaf.topic, link=lambda leaf: f"?topic={leaf.topic}", is_code=True
        ),
        lists.Column(head=gettext("Kind"), value=lambda leaf: leaf.kind, is_code=True),
    ]


def number(leaf: Leaf) -> str:
    """A leaf's number in the tree, or that it waits for one."""
    return str(leaf.number) if leaf.number is not None else gettext("waits for its number")


@rooms.room("people.read_record")
def leaf(request: HttpRequest, leaf_id: int) -> HttpResponse:
    """/office/audit/<id>: the body of one leaf as it was hashed, and its receipt."""
    one = get_object_or_404(Leaf, pk=leaf_id)
    said: dict[str, Any] = json.loads(one.body)
    return rooms.show(
        request,
        "leaf.html",
        here="audit",
        title=gettext("Leaf %(number)s") % {"number": number(one)},
        way=(gettext("Audit record"), reverse("audit")),
        leaf=one,
        facts=fact_words.rows(said, pages.standing_of(request)),
        sentence=told(one, names_in(request, [one])),
        digest=bytes(one.hash).hex(),
        is_sound=record.leaf_hash(one.body) == bytes(one.hash),
        receipt=rooms.link("receipt", one.pk) or f"/receipts/{one.pk}",
    )


def told(leaf: Leaf, known: Mapping[str, str]) -> str:
    """What the line of the record says."""
    kind = kinds.of(leaf.kind)
    facts = {name: fact_words.shown(name, value, known) for name, value in json.loads(leaf.body).items()}
    return rules.sentence(kind.zh if filters.is_chinese() else kind.en, facts)


def signed_roots(*asked: str) -> dict[int, bytes]:
    """The signed roots of the newest sizes, and of those that are asked for."""
    newest = Checkpoint.objects.order_by("-size").values("size")[:10]
    sizes = [int(one) for one in asked if one.isdecimal() and len(one) < 19]
    found = Checkpoint.objects.filter(Q(size__in=newest) | Q(size__in=sizes))
    return {one.size: bytes(one.root) for one in found}


def consistent(old: str, new: str, points: Mapping[int, bytes]) -> tuple[str, str]:
    """Whether the tree of the new size begins with the tree of the old one, shown by its proof (RFC 6962, 2.1.2)."""
    if not (old.isdecimal() and new.isdecimal() and 0 < int(old) <= int(new)):
        return "no", gettext("Two sizes are needed, the smaller first.")
    if not {int(old), int(new)} <= points.keys():
        return "no", gettext("Both sizes must be signed ones; the list shows the newest.")
    proof = [bytes.fromhex(one) for one in receipts.consistency(int(old), int(new))]
    holds = tree.extends(int(old), int(new), old_root=points[int(old)], new_root=points[int(new)], proof=proof)
    if not holds:
        return "no", gettext("The proof does not hold: the record of then is not the beginning of the record of now.")
    return "go", gettext("The proof of %(n)s hashes holds: nothing before has been changed.") % {"n": len(proof)}


def work(facts: dict[str, Any]) -> Iterator[Progress]:
    """The job that reads the record against itself; what does not match is its message."""
    size = int(facts["size"])
    yield Progress(0, size)
    found = list(checks.findings())
    if found:
        raise Refused("record.unsound", findings=found[:20], count=len(found))
    yield Progress(size, size)
