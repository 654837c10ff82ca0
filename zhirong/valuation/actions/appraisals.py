"""Appraisals: drafted and asked for by a client, taken on or declined by the valuer it chose, withdrawn, lapsed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max

from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.people import access
from zhirong.people.models import Party, Person
from zhirong.record import actions as record
from zhirong.registry.models import Right
from zhirong.valuation import known, rules, terms
from zhirong.valuation.models import Appraisal, AppraisalRight


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a client wants to know of which rights, for what, as of which day."""

    client: Party
    rights: tuple[int, ...]
    purpose: str
    value_type: str
    value_date: date
    # For what and by whom the figure is used; asked of a client that does not hold every right.
    use: str = ""

    @property
    def client_id(self) -> int:
        """The party for which the person must be able to act."""
        return self.client.pk


def today() -> date:
    """Today in Beijing."""
    return beijing_day(record.now())


def locked(appraisal_id: int) -> Appraisal:
    """The row, for a deed."""
    found = Appraisal.objects.select_for_update().filter(pk=appraisal_id).first()
    if found is None:
        raise Refused("valuation.appraisal_unknown", appraisal=appraisal_id)
    return found


def next_number(now: datetime) -> str:
    """The next number of the year, e.g. PG-2026-000017; the unique column settles a race."""
    head = f"PG-{beijing_day(now).year}-"
    last = Appraisal.objects.filter(number__startswith=head).aggregate(last=Max("number"))["last"]
    return f"{head}{int(last.rsplit('-', 1)[1]) + 1 if last else 1:06d}"


def _checked(asked: Asked) -> list[Right]:
    """The rights of a request whose words and days are valid today."""
    day = today()
    rules.must_be_one_of(asked.purpose, terms.on("purposes", day), field="purpose")
    rules.must_be_one_of(asked.value_type, terms.on("value_types", day), field="value_type")
    rules.must_be_value_date(asked.value_date, today=day, usable_months=terms.on("usable_months", day))
    most = terms.on("rights_most", day)
    if not 0 < len(set(asked.rights)) <= most:
        raise Refused("valuation.rights_count", most=most, given=len(set(asked.rights)))
    return known.must_be_known(asked.client.pk, asked.rights)


def _write(row: Appraisal, asked: Asked) -> list[Right]:
    rights = _checked(asked)
    row.purpose, row.value_type, row.value_date = asked.purpose, asked.value_type, asked.value_date
    row.use = rules.must_be_text(asked.use, field="use", most=1000, least=0)
    return rights


def _put_rights(row: Appraisal, rights: Sequence[Right]) -> None:
    row.rights.all().delete()
    AppraisalRight.objects.bulk_create(
        AppraisalRight(appraisal=row, right=right, position=place) for place, right in enumerate(rights)
    )


@transaction.atomic
def draft(who: Person, asked: Asked) -> Appraisal:
    """A client's new draft; nobody else sees it."""
    access.require(who, "valuation.ask_appraisal", asked)
    now = record.now()
    row = Appraisal(number=next_number(now), client=asked.client, asked_by=who, made_at=now)
    rights = _write(row, asked)
    row.save()
    _put_rights(row, rights)
    record.tell("valuation.drafted", row.topic, who=who, number=row.number)
    return row


@transaction.atomic
def change(who: Person, appraisal_id: int, asked: Asked) -> Appraisal:
    """The draft says something else; its client stays."""
    row = locked(appraisal_id)
    access.require(who, "valuation.ask_appraisal", row)
    row.state = rules.after(row.state, "change")
    if asked.client.pk != row.client_id:
        raise Refused("valuation.client_stays", number=row.number)
    rights = _write(row, asked)
    row.save()
    _put_rights(row, rights)
    record.tell("valuation.draft_changed", row.topic, who=who, number=row.number)
    return row


@transaction.atomic
def request(who: Person, appraisal_id: int, *, valuer: Party) -> Appraisal:
    """The client charges a valuer of its choice (资产评估法 22); without one who takes it on, it lapses."""
    row = locked(appraisal_id)
    access.require(who, "valuation.ask_appraisal", row)
    if row.state == "requested" and row.valuer_id == valuer.pk:
        return row
    row.state = rules.after(row.state, "request")
    rights = rights_of(row)
    _checked(_asked(row, rights))
    _must_be_free_valuer(row, valuer, rights)
    if not row.use and not known.holds_all(row.client, rights):
        raise Refused("valuation.use_missing", number=row.number)
    now = record.now()
    row.valuer, row.requested_at = valuer, now
    row.due_at = now + timedelta(days=terms.on("take_days", today()))
    row.save()
    record.tell(
        "valuation.requested",
        row.topic,
        who=who,
        to=valuers_of(valuer),
        number=row.number,
        valuer=valuer.ref,
        rights=len(rights),
        due_at=row.due_at.isoformat(),
    )
    return row


def _asked(row: Appraisal, rights: Sequence[Right]) -> Asked:
    return Asked(
        client=row.client,
        rights=tuple(right.pk for right in rights),
        purpose=row.purpose,
        value_type=row.value_type,
        value_date=row.value_date,
        use=row.use,
    )


def _must_be_free_valuer(row: Appraisal, valuer: Party, rights: Sequence[Right]) -> None:
    """A valuer has people who value, and no stake: neither client nor holder (资产评估法 13)."""
    if not valuers_of(valuer):
        raise Refused("valuation.no_valuer", valuer=valuer.name)
    if valuer.pk == row.client_id or known.holds_any(valuer, rights):
        raise Refused("valuation.valuer_has_stake", valuer=valuer.name)


@transaction.atomic
def take_on(who: Person, appraisal_id: int) -> Appraisal:
    """A member of the chosen valuer takes the job on; its term begins."""
    row = locked(appraisal_id)
    access.require(who, "valuation.take_on", row)
    if row.state == "assigned":
        return row
    row.state = rules.after(row.state, "take_on")
    assert row.valuer is not None
    _must_be_free_valuer(row, row.valuer, rights_of(row))
    now = record.now()
    row.assigned_by, row.assigned_at = who, now
    row.due_at = now + timedelta(days=terms.on("work_days", today()))
    row.save()
    record.tell(
        "valuation.taken_on",
        row.topic,
        who=who,
        to=[row.asked_by],
        number=row.number,
        valuer=row.valuer.ref,
        due_at=row.due_at.isoformat(),
    )
    return row


@transaction.atomic
def decline(who: Person, appraisal_id: int, *, reason: str) -> Appraisal:
    """The chosen valuer does not take it; the client may ask another."""
    row = locked(appraisal_id)
    access.require(who, "valuation.take_on", row)
    row.state = rules.after(row.state, "decline")
    said = rules.must_be_text(reason, field="reason", most=1000)
    row.valuer, row.requested_at, row.due_at = None, None, None
    row.end_reason = said
    row.save()
    record.tell("valuation.declined", row.topic, who=who, to=[row.asked_by], number=row.number, reason=said)
    return row


@transaction.atomic
def withdraw(who: Person, appraisal_id: int, *, reason: str) -> Appraisal:
    """The client no longer wants it; what was issued stays issued."""
    row = locked(appraisal_id)
    access.require(who, "valuation.ask_appraisal", row)
    if row.state == "withdrawn":
        return row
    row.state = rules.after(row.state, "withdraw")
    row.end_reason = rules.must_be_text(reason, field="reason", most=1000)
    row.ended_at, row.due_at = record.now(), None
    row.save()
    record.tell(
        "valuation.withdrawn",
        row.topic,
        who=who,
        to=valuers_of(row.valuer) if row.valuer else (),
        number=row.number,
        reason=row.end_reason,
    )
    return row


def overdue(now: datetime) -> list[int]:
    """Appraisals whose next step did not come in time."""
    waiting = Appraisal.objects.filter(due_at__lte=now, state__in=rules.OPEN)
    return list(waiting.order_by("due_at", "pk").values_list("pk", flat=True)[:100])


@transaction.atomic
def lapse(appraisal_id: int) -> Appraisal:
    """The clock ends what nobody took on, or what was not issued in its term; both sides are told."""
    row = locked(appraisal_id)
    if row.due_at is None or row.due_at > record.now() or row.state not in rules.OPEN:
        return row
    was = row.state
    row.state = rules.after(was, "lapse")
    row.ended_at, row.end_reason, row.due_at = record.now(), was, None
    row.save()
    told = [row.asked_by, *(valuers_of(row.valuer) if row.valuer else ())]
    record.tell("valuation.lapsed", row.topic, who=None, to=told, number=row.number, appraisal_state=was)
    return row


def rights_of(row: Appraisal) -> list[Right]:
    """Its rights in their order."""
    return [one.right for one in row.rights.select_related("right").order_by("position")]


def valuers_of(party: Party) -> list[Person]:
    """Who values for a party: its active members with the role."""
    return known.members_of(party, role="valuer")


def valuer_parties() -> list[Party]:
    """Every party for which somebody values, by name."""
    return list(
        Party.objects.filter(
            memberships__confirmed_at__isnull=False,
            memberships__ended_at__isnull=True,
            memberships__person__is_active=True,
            memberships__person__role_grants__role="valuer",
            memberships__person__role_grants__confirmed_at__isnull=False,
            memberships__person__role_grants__ended_at__isnull=True,
        )
        .distinct()
        .order_by("name", "pk")
    )


def told_sides(row: Appraisal, *, besides: Person | None = None) -> list[Person]:
    """Both sides of a job, without the one who did it."""
    everybody = [row.asked_by, *(valuers_of(row.valuer) if row.valuer else ())]
    return [one for one in everybody if besides is None or one.pk != besides.pk]
