"""Every fact of every kind of deed is shown by a word, with its unit, in both languages."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation

from tests.house import source
from tests.house import words as house_words
from tests.people import given_people
from zhirong.base import shown, yaml_text
from zhirong.exchange import listing_rules, rule_sets
from zhirong.exchange.engine.shape import Terms
from zhirong.people import access, figures
from zhirong.people.actions import secrets
from zhirong.record import actions as record
from zhirong.record import kinds
from zhirong.registry.engine import facts as registry_facts
from zhirong.web.exchange import fact_words

# Facts whose values are codes of the code itself, given by name where a deed or a refusal tells them.
CODED = ("act", "change", "entry", "outcome", "reason", "source", "stage", "was", "weight", "why")
# The same English word stands on other pages for another thing.
HOMONYMS = {
    ("change", "new"),
    ("source", "self"),
    *(("state", code) for code in ("accepted", "admitted", "confirmed", "new")),
}
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
        ("on_default", "next_best", "由次高者递补", "the next best follows"),
        ("left_ns", 3_899_000_000_000, "1 小时 4 分 59 秒", "1 h 4 min 59 s"),
        ("share_ppm", 333_300, "33.33%", "33.33%"),
        ("secret", "resident_id", "居民身份证号码", "resident id"),
        ("reason", "recordal", "变更登记", "recordal at the office"),
        ("source", "import:7f3a", "导入批次 7f3a", "import 7f3a"),
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


def steps_of(*tables: Any) -> set[str]:
    return {deed for table in tables for steps in table.values() for deed in steps}


def values() -> dict[str, set[str]]:
    """Every code that these facts can hold, from where the house keeps them."""
    at = record.now()
    sets = [rule_sets.rule_set(code, at.date()) for code in rule_sets.codes()]
    return {
        "secret": set(secrets.KINDS),
        "reason": set(figures.at("reading_reasons", at)),
        "role": set(access.roles()),
        "rule_set": set(rule_sets.codes()),
        "form": {one.form for one in sets},
        "on_default": {one.on_default for one in sets},
        "state": {*listing_rules.LISTING_STEPS, *listing_rules.DEAL_STEPS},
        "deed": steps_of(listing_rules.LISTING_STEPS, listing_rules.DEAL_STEPS),
        "entry": {one.value for one in registry_facts.EventKind},
        "weight": {one.value for one in (*registry_facts.Weight, *registry_facts.LicenceKind)},
        "act": {one.value for one in registry_facts.Act},
        "why": set(yaml_text.parse((rule_sets.FOLDER / "purposes.yaml").read_text("utf-8"))) - {"returned", "by_hand"},
    }


@pytest.mark.django_db
def test_every_code_that_a_fact_can_hold_has_its_word() -> None:
    assert {
        name: found for name, codes in values().items() if (found := codes - shown.fact_values()[name].keys())
    } == {}


def test_every_code_that_a_deed_or_a_refusal_is_given_by_name_has_its_word() -> None:
    bare = [
        f"{file.at(call)}: {word.arg} {code}"
        for file in source.product()
        for call in source.calls(file)
        for word in call.keywords
        if word.arg in CODED and (code := source.literal(word.value)) and code.isascii() and code.isidentifier()
        if code not in shown.fact_values()[word.arg]
    ]
    assert bare == []


def test_what_another_catalogue_names_is_written_there_alone() -> None:
    own = yaml_text.parse((shown.HOUSE / "base" / "fact_values.yaml").read_text("utf-8"))
    for name, said in shown.named_elsewhere().items():
        assert said
        assert own.get(name, {}).keys() & said.keys() == set(), name


def test_a_code_is_called_the_same_among_the_facts_and_on_the_pages() -> None:
    pages = house_words.chinese()
    others = {
        (name, code)
        for name, codes in shown.fact_values().items()
        for code, said in codes.items()
        if pages.get(said["en"], said["zh"]) != said["zh"]
    }
    assert others == HOMONYMS


@pytest.mark.django_db
def test_a_reference_is_shown_by_its_name_to_the_house_and_to_the_party_itself_alone() -> None:
    own, other = given_people.a_party(), given_people.a_party()
    member, clerk = given_people.a_person("holder", member_of=own), given_people.a_person("operator")
    facts = {"seller": own.ref, "to_parties": [own.ref, other.ref]}
    assert fact_words.names_in([facts], None) == {}
    assert fact_words.names_in([facts], access.standing_of(member)) == {own.ref: own.name}
    assert fact_words.names_in([facts], access.standing_of(clerk)) == {own.ref: own.name, other.ref: other.name}


@pytest.mark.django_db
def test_the_house_reads_who_did_it_by_name_and_reference_and_a_party_by_reference_alone() -> None:
    own = given_people.a_party()
    member, clerk = given_people.a_person("holder", member_of=own), given_people.a_person("operator")
    facts = {"who": clerk.ref, "topic": "listing:12", "reason": "材料不齐"}
    with translation.override("en"):
        seen = dict(fact_words.rows(facts, access.standing_of(clerk)))
        assert seen["Deed by"] == f"{clerk.name} <code>{clerk.ref}</code>"
        assert seen["About"] == "<code>listing:12</code>"
        assert seen["Reason"] == "材料不齐"
        assert dict(fact_words.rows(facts, access.standing_of(member)))["Deed by"] == f"<code>{clerk.ref}</code>"
        assert dict(fact_words.rows({"who": "house"}, None))["Deed by"] == "the house"
