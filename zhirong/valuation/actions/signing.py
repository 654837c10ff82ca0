"""An appraisal is signed by one, reviewed by another, signed by a second and issued (资产评估法 27, 28; V5)."""

from __future__ import annotations

from django.db import transaction

from zhirong.base.refused import Refused
from zhirong.people import access
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.record.models import File
from zhirong.valuation import rules, standing, terms
from zhirong.valuation.actions import appraisals, appraising, reports
from zhirong.valuation.models import Appraisal


@transaction.atomic
def sign(who: Person, appraisal_id: int, *, payload_hash: str) -> Appraisal:
    """The first signature, over what the signer saw; from now on nothing of it changes."""
    row = appraisals.locked(appraisal_id)
    access.require(who, "valuation.appraise", row)
    if row.state == "signed" and row.first_signer_id == who.pk and row.payload_hash == payload_hash:
        return row
    row.state = rules.after(row.state, "sign")
    stands = appraising.signable(row)
    rules.must_be_same(payload_hash, stands.payload_hash)
    row.first_signer, row.first_signed_at, row.payload_hash = who, record.now(), stands.payload_hash
    row.reviewer, row.reviewed_at, row.review_reason = None, None, ""
    row.save()
    record.tell(
        "valuation.signed",
        row.topic,
        who=who,
        to=_colleagues(row, who),
        number=row.number,
        payload_hash=row.payload_hash,
    )
    return row


@transaction.atomic
def review(who: Person, appraisal_id: int, *, payload_hash: str) -> Appraisal:
    """The internal review by somebody else than the first signer, who has read every paper (资产评估法 26, 27)."""
    row = appraisals.locked(appraisal_id)
    access.require(who, "valuation.review", row)
    if row.state == "reviewed" and row.reviewer_id == who.pk and row.payload_hash == payload_hash:
        return row
    row.state = rules.after(row.state, "review")
    _must_have_seen(who, row, payload_hash)
    row.reviewer, row.reviewed_at = who, record.now()
    row.save()
    record.tell(
        "valuation.reviewed",
        row.topic,
        who=who,
        to=_colleagues(row, who),
        number=row.number,
        payload_hash=row.payload_hash,
    )
    return row


@transaction.atomic
def send_back(who: Person, appraisal_id: int, *, reason: str) -> Appraisal:
    """The reviewer or the second signer finds a fault; the first signature falls away with it."""
    row = appraisals.locked(appraisal_id)
    access.require(who, "valuation.review", row)
    row.state = rules.after(row.state, "return")
    row.review_reason = rules.must_be_text(reason, field="reason", most=2000)
    told = _colleagues(row, who)
    row.first_signer, row.first_signed_at, row.payload_hash = None, None, ""
    row.reviewer, row.reviewed_at = None, None
    row.save()
    record.tell("valuation.returned", row.topic, who=who, to=told, number=row.number, reason=row.review_reason)
    return row


@transaction.atomic
def issue(who: Person, appraisal_id: int, *, payload_hash: str) -> Appraisal:
    """The second signature, by another person than the first; with it the report is issued to the client."""
    row = appraisals.locked(appraisal_id)
    access.require(who, "valuation.issue", row)
    if row.state == "issued" and row.second_signer_id == who.pk:
        return row
    row.state = rules.after(row.state, "issue")
    _must_have_seen(who, row, payload_hash)
    rules.must_be_value_date(
        row.value_date, today=appraisals.today(), usable_months=terms.on("usable_months", row.value_date)
    )
    now = record.now()
    row.second_signer, row.issued_at, row.ended_at, row.due_at = who, now, now, None
    row.issued = record.tell(
        "valuation.issued",
        row.topic,
        who=who,
        to=appraisals.told_sides(row, besides=who),
        number=row.number,
        low_fen=row.low_fen,
        likely_fen=row.likely_fen,
        high_fen=row.high_fen,
        value_date=row.value_date.isoformat(),
        usable_until=standing.usable_until(row).isoformat(),
        payload_hash=row.payload_hash,
    )
    row.save()
    reports.ask(row)
    return row


def _must_have_seen(who: Person, row: Appraisal, payload_hash: str) -> None:
    """Whoever answers for it saw what the first signed, and read what it rests on (S3)."""
    rules.must_be_same(payload_hash, row.payload_hash)
    if standing.hash_of(row) != row.payload_hash:
        raise Refused("valuation.changed_since", seen=payload_hash[:12], now=standing.hash_of(row)[:12])
    papers = File.objects.filter(pk__in=row.evidence.values("file"))
    record.must_have_read(who, *papers.exclude(owner_ref=who.ref))


def _colleagues(row: Appraisal, who: Person) -> list[Person]:
    assert row.valuer is not None
    return [one for one in appraisals.valuers_of(row.valuer) if one.pk != who.pk]
