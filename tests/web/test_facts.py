"""Every fact of every kind of deed is shown by a word, with its unit, in both languages."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation

from tests.people import given_people
from zhirong.base import shown
from zhirong.exchange.engine.shape import Terms
from zhirong.people import access
from zhirong.record import kinds
from zhirong.web.exchange import fact_words

NESTED = {"steps", *(set(Terms.__slots__) - {"reserve_fen"})}


def test_every_fact_of_every_kind_has_a_word_in_both_languages() -> None:
    declared = {name for kind in kinds.declared().values() for name in kind.facts}
    assert len(declared) > 120
    assert (declared | NESTED) - fact_words.FACTS.keys() == set()
    for name in declared | NESTED:
        with translation.override("zh-hans"):
            zh = fact_words.of(name)
        with translation.override("en"):
            en = fact_words.of(name)
        assert zh != en, name


@pytest.mark.parametrize(
    ("name", "value", "zh", "en"),
    [
        ("price_fen", 128_000_050, "1,280,000.50 元", "1,280,000.50 yuan"),
        ("end_ns", 1_764_055_800_000_000_000, "北京时间 2025-11-25 15:30", "2025-11-25 15:30 Beijing time"),
        ("hard_end_ns", 0, "—", "—"),
        ("at", "2026-12-10T02:33:14+00:00", "北京时间 2026-12-10 10:33:14", "2026-12-10 10:33:14 Beijing time"),
        ("on_default", "next_best", "由次高价者递补", "the next best follows"),
        ("left_ns", 3_899_000_000_000, "1 小时 4 分 59 秒", "1 h 4 min 59 s"),
        ("share_ppm", 333_300, "33.33%", "33.33%"),
        ("outcome", "no_bids", "无人出价", "nobody bid"),
        ("reason", "outage", "系统中断", "the floor was out of reach"),
        ("reason", "权利已质押 / the right was pledged", "权利已质押", "the right was pledged"),
        ("reason", "甲方 / 乙方均到场", "甲方 / 乙方均到场", "甲方 / 乙方均到场"),
        ("why", "演示：时间推进", "演示：时间推进", "Demo: time moved on"),
        ("takes", True, "是", "yes"),
    ],
)
def test_a_fact_is_shown_with_its_unit_in_the_language_of_the_page(name: str, value: Any, zh: str, en: str) -> None:
    assert shown.fact(name, value, "zh-hans") == zh
    assert shown.fact(name, value, "en") == en


def test_the_terms_of_a_lot_are_shown_by_their_own_words() -> None:
    terms = {"start_fen": 100_00, "steps": [[0, 10_000]], "leader_may_overbid": False}
    with translation.override("en"):
        said = fact_words.shown("terms", terms, {})
    assert said == "Start price: 100 yuan; Steps: from 0 yuan 100 yuan; The leader may bid again: no"


@pytest.mark.django_db
def test_a_reference_is_shown_by_its_name_to_the_house_and_to_the_party_itself_alone() -> None:
    own, other = given_people.a_party(), given_people.a_party()
    member, clerk = given_people.a_person("holder", member_of=own), given_people.a_person("operator")
    facts = {"seller": own.ref, "to_parties": [own.ref, other.ref]}
    assert fact_words.names(facts, None) == {}
    assert fact_words.names(facts, access.standing_of(member)) == {own.ref: own.name}
    assert fact_words.names(facts, access.standing_of(clerk)) == {own.ref: own.name, other.ref: other.name}
