"""An automatic estimate on paper, in one language; its title says that it is no appraisal report (资产评估法)."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from django.conf import settings

from zhirong.base.refused import Refused
from zhirong.papers import pdf
from zhirong.papers.appraisal_facts import EstimateSheet, VoiceLine
from zhirong.papers.facts import Both
from zhirong.registry.models import Right
from zhirong.valuation import notes, report, told
from zhirong.valuation.engine import legible, units
from zhirong.valuation.engine.estimate_shape import Estimate, Record, Voice
from zhirong.valuation.engine.result import Input, Quantiles


def pdf_of(right: Right, found: Estimate, *, language: str, now: datetime) -> bytes:
    """The sheet as PDF. Refused: no method could say anything."""
    return pdf.estimate(sheet(right, found, now=now), language)


def sheet(right: Right, found: Estimate, *, now: datetime) -> EstimateSheet:
    """What stands on the sheet."""
    if found.headline is None:
        raise Refused("valuation.no_range", number=right.number)
    fen = _rounded(found.headline)
    return EstimateSheet(
        house=report.HOUSE,
        made_at=now,
        day=found.day,
        right=report.right_line(right),
        state=told.both("force", _force(found)),
        p5_fen=fen["p5"],
        p25_fen=fen["p25"],
        median_fen=fen["median"],
        p75_fen=fen["p75"],
        p95_fen=fen["p95"],
        mean_fen=fen["mean"],
        basis=told.both("basis", found.basis),
        voices=tuple(_voice(one) for one in found.voices),
        inputs=tuple(told.line(one) for one in _inputs(found)),
        notes=tuple(Both(notes.sentence(one, "zh"), notes.sentence(one, "en")) for one in found.notes),
        record=_record(found.record),
        parameters_sha256=found.parameters_sha256,
        model_sha256=found.model_sha256,
        seed="–" if found.seed is None else str(found.seed),
        is_demo=settings.DEMO,
    )


def _force(found: Estimate) -> str:
    """How sure it is that the right is in force, as the estimate read it."""
    if found.subject.granted_on is None:
        return "application"
    return "in_force" if found.subject.is_in_force else "unconfirmed"


def _rounded(found: Quantiles) -> dict[str, int]:
    """A range in fen by the names of its quantiles, in the three digits of the page."""
    return {name: legible.rounded_fen(value) for name, value in asdict(found).items()}


def _voice(one: Voice) -> VoiceLine:
    fen = _rounded(one.result.range) if one.result.range is not None else None
    return VoiceLine(
        name=told.both("method", one.result.method),
        role=told.both("role", one.role),
        weight=report.percent(units.ppm(one.weight)),
        low_fen=fen["p5"] if fen else None,
        median_fen=fen["median"] if fen else None,
        high_fen=fen["p95"] if fen else None,
    )


def _inputs(found: Estimate) -> list[Input]:
    """The right's facts and every method's inputs, each name once."""
    every = [*found.inputs, *(each for one in found.voices for each in one.result.inputs)]
    once = list({one.name: one for one in reversed(every)}.values())[::-1]
    return told.without_references(told.in_one_line(once), found.said)


def _record(one: Record | None) -> Both:
    """How the estimates of the segment did, as a sentence."""
    if one is None or one.coverage_90 is None:
        return Both("本类成交不足，尚无回测。", "Too few deals of this kind were predicted for a record.")
    share = report.percent(units.ppm(one.coverage_90))
    return Both(
        f"回测：本类 {one.deals} 宗成交中，有 {share} 落在事先给出的 90% 区间内。",
        f"Back-test: of {one.deals} deals of this kind, {share} fell inside the 90 % range told before them.",
    )
