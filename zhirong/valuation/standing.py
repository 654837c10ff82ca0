"""An appraisal's rows as the rules read them: its conclusion, its methods, and the hash of what is signed."""

from __future__ import annotations

import json
from datetime import date

from zhirong.valuation import rules, terms
from zhirong.valuation.models import Appraisal, Opinion


def concluded_of(row: Appraisal) -> rules.Concluded | None:
    """The conclusion; None before there is one."""
    if row.low_fen is None or row.likely_fen is None or row.high_fen is None:
        return None
    return rules.Concluded(
        figures=rules.Figures(low_fen=row.low_fen, likely_fen=row.likely_fen, high_fen=row.high_fen),
        reason=row.conclusion,
        single_method_reason=row.single_method_reason,
        outside_reason=row.outside_reason,
        scope=row.scope,
        process=row.process,
        assumptions=row.assumptions,
        special_matters=row.special_matters,
    )


def held_of(row: Appraisal) -> list[rules.Held]:
    """What is held of each method, the heaviest first."""
    return [_held(one) for one in row.opinions.order_by("-weight_ppm", "method")]


def _held(one: Opinion) -> rules.Held:
    return rules.Held(
        method=one.method,
        approach=one.approach,
        figures=rules.Figures(low_fen=one.low_fen, likely_fen=one.likely_fen, high_fen=one.high_fen),
        weight_ppm=one.weight_ppm,
        reason=one.reason,
        override_reason=one.override_reason,
        computed=json.loads(one.computed) if one.computed else None,
    )


def hash_of(row: Appraisal) -> str:
    """The hash of all that is signed; empty before there is a conclusion."""
    concluded = concluded_of(row)
    if concluded is None:
        return ""
    return rules.digest_of(
        concluded,
        held_of(row),
        papers=list(row.evidence.values_list("file__sha256", flat=True)),
        rights=list(row.rights.order_by("position").values_list("right_id", flat=True)),
    )


def least_methods(day: date) -> int:
    """How many approaches the law asks for (资产评估法 26)."""
    return int(terms.on("least_methods", day))


def usable_until(row: Appraisal) -> date:
    """The last day on which its conclusion is normally used (V10)."""
    return rules.usable_until(row.value_date, months=terms.on("usable_months", row.value_date))
