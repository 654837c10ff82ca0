"""The record for auditors: every leaf by its number, the tree's head, and whether the record is what was signed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
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
    columns, found = columns_of(), chosen(request)
    title = gettext("The record")
    if file := lists.taken_away(request, "record", title, columns=columns, found=found.order_by("id")):
        return file
    old, new = request.GET.get("old", "").strip(), request.GET.get("new", "").strip()
    return rooms.show(
        request,
        "audit.html",
        here="audit",
        title=title,
        head=receipts.head(),
        table=lists.table(request, "record", title, columns=columns, found=found, order="-id"),
        kinds=[("", gettext("any kind")), *kind_choices()],
        asked={name: request.GET.get(name, "").strip() for name in ("kind", "topic", "day")},
        job=Job.objects.filter(kind=JOB).order_by("-pk").first(),
        consistency=consistent(old, new) if old and new else None,
        old=old,
        new=new,
        checkpoints=list(Checkpoint.objects.order_by("-size").values_list("size", flat=True)[:10]),
    )


def kind_choices() -> list[tuple[str, str]]:
    """Every kind of deed by its name; the name says the module."""
    return [(name, name) for name in sorted(kinds.declared())[:KINDS_SHOWN]]


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


def columns_of() -> list[lists.Column]:
    """What the list shows of a leaf."""
    return [
        lists.Column(head=gettext("No."), value=number, order="id", link=lambda leaf: reverse("leaf", args=[leaf.pk])),
        lists.Column(head=gettext("At"), value=lambda leaf: leaf.at, kind="moment"),
        lists.Column(head=gettext("Kind"), value=lambda leaf: leaf.kind),
        lists.Column(head=gettext("About"), value=lambda leaf: leaf.topic, link=lambda leaf: f"?topic={leaf.topic}"),
        lists.Column(head=gettext("Deed by"), value=lambda leaf: json.loads(leaf.body).get("who", "")),
    ]


def number(leaf: Leaf) -> str:
    """A leaf's number in the tree, or that it waits for one."""
    return str(leaf.number) if leaf.number is not None else gettext("waits for its number")


@rooms.room("people.read_record")
def leaf(request: HttpRequest, leaf_id: int) -> HttpResponse:
    """/office/audit/<id>: the body of one leaf as it was hashed, and its receipt."""
    one = get_object_or_404(Leaf, pk=leaf_id)
    said: dict[str, Any] = json.loads(one.body)
    language = "zh-hans" if filters.is_chinese() else "en"
    kind = kinds.of(one.kind)
    return rooms.show(
        request,
        "leaf.html",
        here="audit",
        title=gettext("Leaf %(number)s") % {"number": number(one)},
        way=(gettext("Audit record"), reverse("audit")),
        leaf=one,
        facts=fact_words.rows(said, pages.standing_of(request)),
        sentence=sentence(kind, said, language),
        digest=bytes(one.hash).hex(),
        is_sound=record.leaf_hash(one.body) == bytes(one.hash),
        receipt=rooms.link("receipt", one.pk) or f"/receipts/{one.pk}",
    )


def sentence(kind: kinds.Kind, said: dict[str, Any], language: str) -> str:
    """What a notice of this kind would say."""
    facts = {name: filters.fact(value, name) for name, value in said.items()}
    return rules.sentence(kind.zh if language.startswith("zh") else kind.en, facts)


def consistent(old: str, new: str) -> tuple[str, str]:
    """Whether the tree of the new size begins with the tree of the old one, shown by its proof (RFC 6962, 2.1.2)."""
    if not (old.isdecimal() and new.isdecimal() and 0 < int(old) <= int(new)):
        return "no", gettext("Two sizes are needed, the smaller first.")
    points = {point.size: bytes(point.root) for point in Checkpoint.objects.filter(size__in=(int(old), int(new)))}
    if len(points) < len({old, new}):
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
