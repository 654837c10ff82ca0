from __future__ import annotations

from datetime import date

import pytest

from zhirong.base import refused
from zhirong.base.refused import Refused
from zhirong.registry import labels, rules
from zhirong.registry.engine import fees, states
from zhirong.registry.engine.facts import Act, EventKind, Kind, LicenceKind, Weight


@pytest.mark.parametrize(
    ("group", "codes"),
    [
        ("kind", Kind),
        ("state", states.State),
        ("overlay", states.Overlay),
        ("act", Act),
        ("weight", Weight),
        ("licence", LicenceKind),
        ("entry", EventKind),
        ("fees", fees.Standing),
    ],
)
def test_every_code_has_both_names(group, codes):
    assert set(labels.groups()[group]) == {str(code) for code in codes}
    assert all(set(names) == {"zh", "en"} and all(names.values()) for names in labels.groups()[group].values())


def test_a_reason_is_told_in_both_languages():
    reason = rules.Reason("fee_in_grace", rules.Effect.BLOCKED, "", {"year": 7, "grace_ends_on": date(2025, 11, 6)})
    assert rules.sentence(reason, "zh-hans").startswith("第 7 年度年费未缴，正处于滞纳期（至 2025-11-06）")
    assert rules.sentence(reason, "en").startswith("The fee of year 7 is unpaid")


def test_a_refusal_names_kinds_in_the_readers_language():
    with pytest.raises(Refused) as caught:
        fees.full_fen(Kind.UTILITY_MODEL, 11, on=date(2023, 7, 1))
    assert refused.sentence(caught.value, "zh") == "未计算：实用新型 没有第 11 年度，最后一个年度是第 10 年度。"
    assert refused.sentence(caught.value, "en") == "Not computed: a utility model has no year 11; its last is year 10."


def test_a_sold_right_is_held_by_the_rules_that_the_house_has_read():
    ground = rules.reason_named("sold_and_being_settled", listing="ZR-2026-000001")
    assert (ground.rule, str(ground.effect)) == ("B8、E32", "blocked")
