"""The verbs of the record: time, telling a deed, files, notices, jobs. Who may do them is asked above (people)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Protocol

from django.conf import settings
from django.db import transaction
from django.db.models import Sum

from zhirong.base import dated
from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.record import channels, clock, files, notices, port, rules, teller
from zhirong.record.deeds import Deed as Deed
from zhirong.record.deeds import deed_rows as deed_rows
from zhirong.record.deeds import leaf_hash as leaf_hash
from zhirong.record.engine.canonical import canonical as canonical
from zhirong.record.models import Choice, ClockMove, Delivery, File, Job, Leaf, Notice

FIGURES: Final = Path(__file__).parent / "parameters" / "files.yaml"


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


def tell_many(deeds: Iterable[Deed]) -> list[Leaf]:
    """Leaves, events and notices of many deeds, inside the caller's transaction."""
    connection = transaction.get_connection()
    assert connection.in_atomic_block, "a deed is told in the transaction that does it"
    return [_kept(leaf) for leaf in teller.write_leaves(port.within(connection), list(deeds))]


def _kept(written: teller.Written) -> Leaf:
    """The row of a leaf that was written by plain SQL, as the mapper would have it."""
    leaf = Leaf(**written._asdict())
    leaf._state.adding, leaf._state.db = False, "default"
    return leaf


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


def keep_file(who: Actor | None, name: str, content: bytes, *, is_secret: bool = False) -> File:
    """Keep what somebody brought, under its hash. The same file from the same person is the same row again."""
    return keep(who, bring(name, content), is_secret=is_secret)


def bring(name: str, content: bytes, *, is_evidence: bool = False) -> files.Brought:
    """Judge what somebody brought and write its content; a refused file leaves nothing behind.

    Outside every transaction: reading and writing 50 MB takes a third of a second, and the write lock may not wait.
    """
    brought = files.judged(name, content)
    if is_evidence:
        must_be_evidence(brought)
    # The content first: a row never names a file that is not there; content without a row is merely unused.
    files.put(brought.sha256, content)
    return brought


@transaction.atomic
def keep(who: Actor | None, brought: files.Brought, *, is_secret: bool = False) -> File:
    """The row and the deed of a file whose content is written."""
    digest = brought.sha256
    row = {"name": brought.name, "sha256": digest, "owner_ref": ref_of(who)[:16], "is_secret": is_secret}
    if kept := File.objects.filter(**row).first():
        return kept
    kept = File.objects.create(
        ref=secrets.token_hex(16), media_type=brought.media_type, size=brought.size, kept_at=now(), **row
    )
    topic = f"file:{kept.ref}"
    tell("record.file_kept", topic, who=who, file=kept.ref, sha256=digest, size=kept.size, media_type=kept.media_type)
    return kept


def must_be_evidence(*brought: File | files.Brought | None) -> None:
    """A deed rests only on what people read as it is; what a file is, its content said when it was kept."""
    types, most = _evidence("evidence_types"), evidence_most_bytes()
    for file in (one for one in brought if one is not None):
        if file.media_type not in types:
            raise Refused("file.no_evidence", name=file.name)
        if file.size > most:
            raise Refused("file.evidence_too_large", name=file.name, most_mb=most >> 20)


def evidence_most_bytes() -> int:
    """The largest file that a deed may rest on today."""
    return int(_evidence("evidence_most_bytes"))


def _evidence(name: str) -> Any:
    return dated.on(dated.read(FIGURES)[name], beijing_day(now())).value


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
        reached = {ref: reach(ref) for ref in {notice.person_ref for notice in waiting}}
        rows = [row for notice in waiting for row in _deliveries(notice, reached[notice.person_ref], unwanted)]
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
            state = send(address)
        sent_at = at if state in ("sent", "in_outbox") else None
        row = Delivery(notice=notice, channel=channel, state=state, address=address, text=text, at=at, sent_at=sent_at)
        rows.append(row)
    return rows


def note_delivery(delivery_id: int, *, state: str) -> None:
    """What became of a message that waited; one that was sent stays sent."""
    waiting = Delivery.objects.filter(pk=delivery_id, state="waiting")
    waiting.update(state=state, sent_at=now() if state == "sent" else None)


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
