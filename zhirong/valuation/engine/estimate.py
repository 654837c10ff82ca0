"""The automatic estimate (自动估值) of one right with all that explains it, and of many rights with the same digits.

VALUATION 2 and 2.8 to 2.10: methods side by side, one tested range, no single figure; not an appraisal report.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zhirong.base.refused import Refused
from zhirong.registry.engine.facts import PATENTS
from zhirong.valuation.engine import blending, explain, many, questions, ranging, voices
from zhirong.valuation.engine.estimate_shape import Estimate, Voice
from zhirong.valuation.engine.income_voice import NOTHING, Case
from zhirong.valuation.engine.many import Many
from zhirong.valuation.engine.market_model import MarketModel
from zhirong.valuation.engine.result import Grade, Input, Note, Quantiles
from zhirong.valuation.engine.ruling import Figures
from zhirong.valuation.engine.subject import Said, Subject

# What of a right is known from its register or file, as inputs of the whole.
FACTS = ("kind", "field", "claims", "independent_claims", "family", "citations", "inventors", "ipc_count", "owner_kind")


@dataclass(frozen=True, slots=True)
class Row:
    """One right of many: the headline that `of` gives too, digit by digit. None: ended, or no method spoke."""

    headline: Quantiles | None
    # tested, pooled, untested; ended where there is nothing to estimate.
    basis: str
    # Shares of market, income and renewal.
    weights: tuple[float, ...]


def of_many(
    subjects: Sequence[Subject], model: MarketModel | None, under: Figures, *, said: Sequence[Said] | None = None
) -> list[Row]:
    """The headlines of many rights as of their days; `said` are the answers to each. Ended rights have none."""
    answers = said if said is not None else [NOTHING] * len(subjects)
    cases = [Case(subject=one, said=told) for one, told in zip(subjects, answers, strict=True)]
    if not cases:
        return []
    found = many.rows(cases, model, under)
    return [_row(found, place) for place in range(len(cases))]


def of(subject: Subject, model: MarketModel | None, under: Figures, *, said: Said = NOTHING) -> Estimate:
    """The estimate of one right as of its day. Refused: it has ended, or an answer is no possible number.

    Without any method that speaks the headline is None, and notes say what is missing.
    """
    return of_case(Case(subject=subject, said=said), model, under)


def of_case(case: Case, model: MarketModel | None, under: Figures) -> Estimate:
    """The same of a case, which may change something ("what if")."""
    if many.has_ended(case.subject):
        raise Refused("valuation.term_is_over", number=case.subject.number, day=case.subject.day)
    found = many.rows([case], model, under)
    headline, basis = found.ranged.money(0), found.ranged.basis[0]
    spoken = voices.of(found, 0, model, under=under)
    return Estimate(
        subject=case.subject,
        said=case.said,
        day=case.subject.day,
        headline=headline,
        basis=basis,
        voices=spoken,
        waterfall=explain.waterfall(found, 0, model),
        tornado=explain.tornado(case, model, under) if headline is not None else (),
        questions=questions.still_open(case, model, under),
        comparables=explain.near(found.cases[0].subject, model, under),
        record=None if model is None or basis == ranging.UNTESTED else model.record_of(case.subject.kind),
        inputs=_inputs(case, found.cases[0].subject),
        notes=_notes(found, spoken, basis=basis),
        parameters_sha256=under.sha256,
        model_sha256="" if model is None else model.sha256,
        seed=int(under.value("estimate.seed")),
    )


def _row(found: Many, place: int) -> Row:
    if many.has_ended(found.cases[place].subject):
        return Row(None, "ended", (0.0,) * len(blending.VOICES))
    weights = tuple(float(one) for one in found.now.weights[place])
    return Row(found.ranged.money(place), found.ranged.basis[place], weights)


def _inputs(case: Case, used: Subject) -> tuple[Input, ...]:
    """The facts of the right; what is unknown stands as unknown, and the market's mean stood in for it."""
    found = []
    for name in FACTS:
        value, answer = getattr(used, name), case.said.get(name)
        if value is None:
            found.append(Input(name, None, "market mean", Grade.FITTED, used.day))
        elif getattr(case.subject, name) is None and answer is not None:
            found.append(Input(name, value, answer.evidence or answer.by, answer.grade, answer.on))
        else:
            found.append(Input(name, value, "register", Grade.REGISTER, used.day))
    return tuple(found)


def _notes(found: Many, spoken: Sequence[Voice], *, basis: str) -> tuple[Note, ...]:
    """What a reader must know, the gravest first."""
    subject, notes = found.cases[0].subject, [Note("reference_only")]
    if found.ranged.money(0) is None:
        return (*notes, Note("estimate_nothing_speaks"))
    if found.contradicts[0]:
        notes.append(_contradiction(found, spoken))
    told = {
        "estimate_blocked": subject.is_blocked,
        "estimate_invalidation_open": subject.invalidation_open,
        "estimate_fees_unconfirmed": subject.is_in_force is None and subject.granted_on is not None,
        "estimate_not_granted": subject.granted_on is None and subject.kind in PATENTS,
        "estimate_pooled": basis == ranging.POOLED,
        "estimate_untested": basis == ranging.UNTESTED,
    }
    notes += [Note(code) for code, applies in told.items() if applies]
    # Told with the whole too: who answered reads there what was made of it.
    cut = (note for one in spoken for note in one.result.notes if note.code == "estimate_years_beyond_term")
    notes += list(cut)[:1]
    missing = [name for name in FACTS if getattr(subject, name) is None]
    if missing:
        notes.append(Note("estimate_facts_missing", {"count": len(missing)}))
    floor = next((one.result.range for one in spoken if one.role == voices.FLOOR), None)
    headline = found.ranged.money(0)
    if floor is not None and headline is not None and headline.median < floor.median:
        notes.append(Note("estimate_below_floor", {"floor_fen": in_fen(floor.median)}))
    return tuple(notes)


def _contradiction(found: Many, spoken: Sequence[Voice]) -> Note:
    """Both ranges in yuan: what the deals say and what the income that was told says."""
    tested = found.tested.money(0)
    told = next(one.result.range for one in spoken if one.role == voices.BESIDE)
    assert tested is not None
    facts = {"tested_low_fen": in_fen(tested.p5), "tested_high_fen": in_fen(tested.p95)}
    if told is not None:
        facts |= {"told_low_fen": in_fen(told.p5), "told_high_fen": in_fen(told.p95)}
    return Note("estimate_contradiction", facts)


def in_fen(yuan: float) -> int:
    """Whole fen of an amount, as a sentence shows it: in two significant figures."""
    return int(explain.coarse(yuan) * 100) if yuan > 0 else 0
