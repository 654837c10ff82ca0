"""The verbs of the record: time, telling a deed, files, notices, jobs. Who may do them is asked above (people)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Protocol

from django.conf import settings
from django.db import transaction
from django.db.models import Sum

from zhirong.base import dated
from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.record import channels, clock, files, kinds, notices, rules
from zhirong.record.engine import tree
from zhirong.record.engine.canonical import canonical as canonical
from zhirong.record.models import Choice, ClockMove, Delivery, Event, File, Job, Leaf, Notice

FIGURES: Final = Path(__file__).parent / "parameters" / "files.yaml"
OF_EVERY_LEAF: Final = frozenset({"at", "kind", "topic", "who", "salt"})


class Actor(Protocol):
    """Whoever acts: known to the record by a random ref alone."""

    ref: str


def ref_of(who: Actor | None) -> str:
    """The name under which somebody stands on the record; where nobody acts it is the house."""
    return who.ref if who else "house"


# -- time ------------------------------------------------------------------------------------------------------------

_clock = clock.Clock()


def now() -> datetime:
    """The house's time, aware and in UTC: the system's clock plus the demo's moves. The only clock."""
    return clock.instant_of(now_ns())


def now_ns() -> int:
    """The house's time in nanoseconds since the epoch, for the floor: no two readings of a process are equal."""
    if _clock.shift_us is None:
        read_shift()
    return _clock.now_ns()


def read_shift() -> None:
    """Read the demo's clock moves; outside a demo there are none and nothing is asked."""
    moved = ClockMove.objects.aggregate(us=Sum("shift_us"))["us"] if settings.DEMO else 0
    _clock.shift_us = moved or 0


def forget_shift() -> None:
    """Read the demo's clock moves again at the next `now()`."""
    _clock.forget()


def move_clock(who: Actor, to: datetime, *, why: str = "") -> datetime:
    """Move a demo house's time forward to an instant. What falls due by it is the caller's to set going."""
    if not settings.DEMO:
        raise Refused("clock.not_a_demo")
    with transaction.atomic():
        list(ClockMove.objects.select_for_update())
        read_shift()
        before = now()
        ClockMove.objects.create(moved_at=before, shift_us=rules.step_us(before, to), why=why)
        at = (before.isoformat(), to.isoformat())
        tell("record.clock_moved", "clock", who=who, public=True, from_at=at[0], to_at=at[1], why=why)
    read_shift()
    return now()


# -- telling ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Deed:
    """One deed as the record keeps it. `to` are the refs of the persons who get a notice."""

    kind: str
    topic: str
    who_ref: str
    at: datetime
    facts: dict[str, Any]
    public: bool = False
    to: tuple[str, ...] = field(default=())


def leaf_hash(body: str) -> bytes:
    """RFC 6962, 2.1: a leaf is hashed behind the byte 0x00."""
    return tree.leaf_hash(body.encode())


def deed_rows(deed: Deed) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """The rows of a deed for a plain-SQL writer.

    Leaf: (at, kind, topic, body, hash). Event: (topic, kind, public, body).
    """
    assert not OF_EVERY_LEAF & deed.facts.keys(), f"{deed.kind} tells a fact under a name that every leaf has"
    body = canonical(
        {
            **deed.facts,
            "at": deed.at.isoformat(),
            "kind": deed.kind,
            "topic": deed.topic,
            "who": deed.who_ref,
            # Hashes of neighbours stand in public proofs: without salt a small secret could be guessed from them.
            "salt": secrets.token_hex(8),
        }
    )
    return (
        (deed.at, deed.kind, deed.topic, body, leaf_hash(body)),
        (deed.topic, deed.kind, deed.public, body),
    )


def notice_rows(deed: Deed) -> list[tuple[str, str, str, str, bool, datetime]]:
    """The notices of a deed for a plain-SQL writer: (person_ref, kind, topic, facts, is_legal, at) each."""
    if not deed.to:
        return []
    facts, is_legal = canonical(deed.facts), kinds.of(deed.kind).is_legal
    return [(person, deed.kind, deed.topic, facts, is_legal, deed.at) for person in dict.fromkeys(deed.to)]


def tell_many(deeds: Iterable[Deed]) -> list[Leaf]:
    """Leaves, events and notices of many deeds, inside the caller's transaction."""
    assert transaction.get_connection().in_atomic_block, "a deed is told in the transaction that does it"
    told = list(deeds)
    rows = [deed_rows(deed) for deed in told]
    leaves = Leaf.objects.bulk_create(
        [Leaf(at=at, kind=kind, topic=topic, body=body, hash=digest) for (at, kind, topic, body, digest), _ in rows],
        batch_size=500,
    )
    Event.objects.bulk_create(
        [
            Event(leaf=leaf, topic=topic, kind=kind, public=public, body=body)
            for leaf, (_, (topic, kind, public, body)) in zip(leaves, rows, strict=True)
        ],
        batch_size=500,
    )
    Notice.objects.bulk_create(
        [
            Notice(person_ref=person, leaf=leaf, kind=kind, topic=topic, facts=facts, is_legal=is_legal, at=at)
            for leaf, deed in zip(leaves, told, strict=True)
            for person, kind, topic, facts, is_legal, at in notice_rows(deed)
        ],
        batch_size=500,
    )
    return leaves


def tell(
    kind: str, topic: str, *, who: Actor | None, public: bool = False, to: Iterable[Actor] = (), **facts: Any
) -> Leaf:
    """Put one deed on the record in the caller's transaction. `who` is None where the clock acts."""
    deed = Deed(
        kind=kind,
        topic=topic,
        who_ref=ref_of(who),
        at=now(),
        facts=facts,
        public=public,
        to=tuple(person.ref for person in to),
    )
    return tell_many([deed])[0]


# -- files -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def keep_file(who: Actor | None, name: str, content: bytes, *, is_secret: bool = False) -> File:
    """Keep what somebody brought, under its hash. The same file from the same person is the same row again."""
    shown_name = rules.safe_name(name)
    media_type = rules.media_type(shown_name, content)
    digest = hashlib.sha256(content).hexdigest()
    row = {"name": shown_name, "sha256": digest, "owner_ref": ref_of(who)[:16], "is_secret": is_secret}
    if kept := File.objects.filter(**row).first():
        return kept
    # The content first: a row never names a file that is not there; content without a row is merely unused.
    files.put(digest, content)
    kept = File.objects.create(
        ref=secrets.token_hex(16), media_type=media_type, size=len(content), kept_at=now(), **row
    )
    topic = f"file:{kept.ref}"
    tell("record.file_kept", topic, who=who, file=kept.ref, sha256=digest, size=kept.size, media_type=media_type)
    return kept


def must_be_evidence(*brought: File | None) -> None:
    """A deed rests only on what people read as it is; what a file is, its content said when it was kept."""
    day = beijing_day(now())
    types, most = (dated.on(dated.read(FIGURES)[name], day).value for name in ("evidence_types", "evidence_most_bytes"))
    for file in filter(None, brought):
        if file.media_type not in types:
            raise Refused("file.no_evidence", name=file.name)
        if file.size > most:
            raise Refused("file.evidence_too_large", name=file.name, most_mb=most >> 20)


@transaction.atomic
def read_file(who: Actor, file: File, *, is_evidence: bool = False) -> bytes:
    """The content, checked against its hash.

    Each reading of a secret file is a deed; of evidence that is none, the first by each person; else there is none.
    """
    content = files.get(file.sha256)
    if file.is_secret or (is_evidence and not has_read(who, file)):
        tell("record.file_read", f"file:{file.ref}", who=who, file=file.ref, sha256=file.sha256)
    return content


def has_read(who: Actor, file: File) -> bool:
    """Whether the record holds that this person opened this file."""
    named = canonical({"who": who.ref})[1:-1]
    read = Leaf.objects.filter(topic=f"file:{file.ref}", kind="record.file_read", body__contains=named)
    return read.exists()


def must_have_read(who: Actor, *rested_on: File | None) -> None:
    """Whoever confirms on evidence has opened it: what two persons answer for, two persons saw (S3)."""
    for file in filter(None, rested_on):
        if not has_read(who, file):
            raise Refused("file.not_read", name=file.name)


# -- notices ---------------------------------------------------------------------------------------------------------


def mark_read(who: Actor, notice_ids: Iterable[int] | None = None) -> int:
    """The person has read these notices, or all; the first reading counts. Gives how many were unread."""
    unread = Notice.objects.filter(person_ref=who.ref, read_at__isnull=True)
    if notice_ids is not None:
        unread = unread.filter(pk__in=list(notice_ids))
    return unread.update(read_at=now())


@transaction.atomic
def choose_channel(who: Actor, channel: str, *, is_wanted: bool) -> None:
    """Whether the person wants ordinary notices through a channel; in-site and legal ones come in any case."""
    if channel == channels.IN_SITE and not is_wanted:
        raise Refused("notice.legal")
    if channel not in channels.ALL:
        raise Refused("notice.no_such_channel", channel=channel[:20])
    Choice.objects.update_or_create(person_ref=who.ref, channel=channel, defaults={"is_wanted": is_wanted})
    tell("record.notices_chosen", f"person:{who.ref}", who=who, channel=channel, is_wanted=is_wanted)


@dataclass(frozen=True, slots=True)
class Reach:
    """How a person is reached: the language and an address for each channel that there is one for."""

    language: str
    addresses: Mapping[str, str]


def deliver_waiting(reach: Callable[[str], Reach], *, most: int = 200) -> int:
    """Send the notices that no channel has carried yet; `reach` knows the persons. Safe to repeat."""
    with transaction.atomic():
        waiting = list(
            Notice.objects.select_for_update(of=("self",)).filter(deliveries__isnull=True).order_by("pk")[:most]
        )
        unwanted = set(
            Choice.objects.filter(
                person_ref__in={notice.person_ref for notice in waiting}, is_wanted=False
            ).values_list("person_ref", "channel")
        )
        rows = [row for notice in waiting for row in _deliveries(notice, reach(notice.person_ref), unwanted)]
        Delivery.objects.bulk_create(rows, batch_size=500)
    return len(waiting)


def _deliveries(notice: Notice, reach: Reach, unwanted: set[tuple[str, str]]) -> list[Delivery]:
    at, text = now(), notices.text_of(notice, reach.language)
    rows = [Delivery(notice=notice, channel=channels.IN_SITE, state="shown", text=text, at=at, sent_at=at)]
    for channel, send in channels.PORTS.items():
        address = reach.addresses.get(channel, "")
        if not notice.is_legal and (notice.person_ref, channel) in unwanted:
            state = "not_wanted"
        else:
            state = send(address, text)
        sent_at = at if state in ("sent", "in_outbox") else None
        row = Delivery(notice=notice, channel=channel, state=state, address=address, text=text, at=at, sent_at=sent_at)
        rows.append(row)
    return rows


# -- jobs ------------------------------------------------------------------------------------------------------------


def ask_job(who: Actor | None, kind: str, *, key: str, facts: dict[str, Any], total: int = 0) -> Job:
    """Ask for long work. The same key is the same job: asked twice it is done once."""
    row = {"kind": kind, "facts": canonical(facts), "total": total, "asked_by_ref": ref_of(who), "asked_at": now()}
    job, _ = Job.objects.get_or_create(key=key, defaults=row)
    return job


def take_job(job_kinds: Iterable[str]) -> Job | None:
    """The oldest waiting job of these kinds, now running; no two workers get the same one."""
    with transaction.atomic():
        waiting = Job.objects.select_for_update(skip_locked=True).filter(state="waiting", kind__in=list(job_kinds))
        job = waiting.order_by("pk").first()
        if job is not None:
            job.state, job.started_at = "running", now()
            job.save(update_fields=["state", "started_at"])
        return job


def note_progress(job_id: int, *, done: int, total: int, message: str = "") -> None:
    """How far a job has come."""
    Job.objects.filter(pk=job_id).update(done=done, total=total, message=message)


def end_job(job_id: int, *, state: str, message: str = "") -> None:
    """A job is over: done, or refused with the sentence that says why."""
    assert state in ("done", "refused", "failed"), state
    Job.objects.filter(pk=job_id).update(state=state, message=message, ended_at=now())


def resume_jobs() -> int:
    """After a crash: what was running waits again. Called once, before any worker of the house starts."""
    return Job.objects.filter(state="running").update(state="waiting")
