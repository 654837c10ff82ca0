"""A valuer's people work on an appraisal: the opinion of each method, the papers it rests on, the conclusion."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from zhirong.base.refused import Refused
from zhirong.people import access
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.record.models import File
from zhirong.valuation import estimated, estimating, rules, standing
from zhirong.valuation.actions import appraisals
from zhirong.valuation.engine import units
from zhirong.valuation.models import Appraisal, AppraisalEvidence, Opinion

TEXTS = {"scope": 4000, "process": 4000, "assumptions": 4000, "special_matters": 4000}
PAPERS_MOST = 100


def _at_work(who: Person, appraisal_id: int) -> tuple[Appraisal, datetime]:
    row = appraisals.locked(appraisal_id)
    access.require(who, "valuation.appraise", row)
    now = record.now()
    row.state = rules.after(row.state, "work")
    row.begun_at = row.begun_at or now
    return row, now


def put_opinion(who: Person, appraisal_id: int, held: rules.Held, *, uses_estimate: bool = False) -> Opinion:
    """What one method comes to; said again it takes the place of what was said before.

    `uses_estimate` sets the engine's own record of the method beside it, as of the value date.
    """
    if uses_estimate:
        # Before the transaction: a method reckons for a tenth of a second, and the write lock may not wait for it.
        held = replace(held, computed=_computed_by(who, appraisal_id, held.method))
    return _put_opinion(who, appraisal_id, held)


def _computed_by(who: Person, appraisal_id: int, method: str) -> dict[str, Any]:
    """The engine's record of a method for a job's one right, with what the client and the valuer answered."""
    row = Appraisal.objects.filter(pk=appraisal_id).first()
    access.require(who, "valuation.appraise", row)
    assert row is not None
    rights = appraisals.rights_of(row)
    if len(rights) != 1:
        raise Refused("valuation.computed_one_right", number=row.number)
    parties = [pk for pk in (row.client_id, row.valuer_id) if pk is not None]
    found = estimating.estimate_right(rights[0], row.value_date, estimated.answers_of(rights[0], parties))
    results = [one.result for one in found.voices if one.result.method == method and one.result.range is not None]
    if not results:
        raise Refused("valuation.no_computation", method=method)
    return units.kept(results[0])


@transaction.atomic
def _put_opinion(who: Person, appraisal_id: int, held: rules.Held) -> Opinion:
    row, now = _at_work(who, appraisal_id)
    method = rules.must_be_text(held.method, field="method", most=40)
    held = rules.must_be_held(
        replace(
            held,
            method=method,
            reason=rules.must_be_text(held.reason, field="reason", most=2000),
            override_reason=rules.must_be_text(held.override_reason, field="override_reason", most=2000, least=0),
        )
    )
    figures = held.figures
    opinion, _ = Opinion.objects.update_or_create(
        appraisal=row,
        method=method,
        defaults={
            "approach": held.approach,
            "low_fen": figures.low_fen,
            "likely_fen": figures.likely_fen,
            "high_fen": figures.high_fen,
            "weight_ppm": held.weight_ppm,
            "reason": held.reason,
            "override_reason": held.override_reason,
            "computed": json.dumps(held.computed, ensure_ascii=False, sort_keys=True) if held.computed else "",
            "by": who,
            "at": now,
        },
    )
    row.save(update_fields=["state", "begun_at"])
    record.tell(
        "valuation.opinion_put",
        row.topic,
        who=who,
        number=row.number,
        method=method,
        likely_fen=figures.likely_fen,
        weight_ppm=held.weight_ppm,
        overridden=bool(held.override_reason),
    )
    return opinion


@transaction.atomic
def drop_opinion(who: Person, appraisal_id: int, *, method: str) -> Appraisal:
    """A method counts no longer; dropped twice it is gone once."""
    row, _ = _at_work(who, appraisal_id)
    gone, _ = row.opinions.filter(method=method).delete()
    if gone:
        row.save(update_fields=["state", "begun_at"])
        record.tell("valuation.opinion_dropped", row.topic, who=who, number=row.number, method=method)
    return row


@transaction.atomic
def add_paper(who: Person, appraisal_id: int, *, file: File, title: str) -> AppraisalEvidence:
    """A paper on which the appraisal rests; the same file stands once."""
    row, now = _at_work(who, appraisal_id)
    record.must_be_evidence(file)
    if done := row.evidence.filter(file=file).first():
        return done
    if row.evidence.count() >= PAPERS_MOST:
        raise Refused("valuation.papers_many", most=PAPERS_MOST)
    kept = AppraisalEvidence.objects.create(
        appraisal=row,
        file=file,
        title=rules.must_be_text(title, field="title", most=120),
        added_by=who,
        added_at=now,
    )
    row.save(update_fields=["state", "begun_at"])
    record.tell("valuation.paper_added", row.topic, who=who, number=row.number, sha256=file.sha256)
    return kept


@transaction.atomic
def conclude(who: Person, appraisal_id: int, concluded: rules.Concluded) -> Appraisal:
    """The conclusion with its reasons and the report's texts; line breaks of the form stay."""
    row, _ = _at_work(who, appraisal_id)
    figures = rules.must_rise(concluded.figures)
    row.low_fen, row.likely_fen, row.high_fen = figures.low_fen, figures.likely_fen, figures.high_fen
    row.conclusion = rules.must_be_text(concluded.reason, field="reason", most=4000)
    row.single_method_reason = rules.must_be_text(
        concluded.single_method_reason, field="single_method_reason", most=2000, least=0
    )
    row.outside_reason = rules.must_be_text(concluded.outside_reason, field="outside_reason", most=2000, least=0)
    for name, most in TEXTS.items():
        setattr(row, name, rules.must_be_text(getattr(concluded, name), field=name, most=most, least=0))
    row.save()
    record.tell(
        "valuation.concluded",
        row.topic,
        who=who,
        number=row.number,
        low_fen=figures.low_fen,
        likely_fen=figures.likely_fen,
        high_fen=figures.high_fen,
    )
    return row


@dataclass(frozen=True, slots=True)
class Stands:
    """An appraisal's rows as they are signed: its hash, and that everything is there."""

    row: Appraisal
    payload_hash: str


def signable(row: Appraisal) -> Stands:
    """What a first signature would sign today, or the refusal of what it lacks (资产评估法 26, 27)."""
    concluded = standing.concluded_of(row)
    if concluded is None:
        raise Refused("valuation.no_conclusion", number=row.number)
    rules.must_be_signable(
        concluded,
        standing.held_of(row),
        least_methods=standing.least_methods(appraisals.today()),
        papers=row.evidence.count(),
    )
    return Stands(row, standing.hash_of(row))
