"""What people read of a measure names its parameters and choices; keys of the house stand nowhere in a sentence."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from zhirong.policy import naming, reading
from zhirong.policy.engine import difference
from zhirong.web.applications import told

KEY = re.compile(r"参数|[Pp]arameter |[a-z]+_[a-z_]+")
QUOTED = re.compile(r"“[a-z]+”")
LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])


def test_every_parameter_of_the_shipped_measures_has_a_name() -> None:
    for made in reading.own().measures.values():
        names = [difference.parameter_name(made, name) for name in made.parameters]
        assert [one for one in names if KEY.search(f"{one.zh} {one.en}")] == [], made.id
        assert len({one.zh for one in names}) == len(names), made.id


def test_one_thing_of_a_file_is_told_by_its_kind_and_its_name() -> None:
    assert naming.about("loan:2026-01", "zh") == "贷款 2026-01"
    assert naming.about("patent:ZL201510000001X", "en") == "Patent ZL201510000001X"
    assert naming.about("X1", "zh") == "X1"
    assert naming.about("other:1", "zh") == "other:1"


@LANGUAGES
@pytest.mark.django_db
def test_the_public_page_of_a_measure_names_choices_and_what_a_paper_proves(language: str) -> None:
    client = Client()
    client.cookies["lang"] = "zh-hans" if language == "zh" else "en"
    words = {
        "cn-gz-nansha-ip-honours": (
            "示范企业：50 万元",
            "IP demonstration enterprise: 500,000 yuan",
        ),
        "cn-patent-fee-reduction": ("“事业单位”", "“public institution”"),
        "cn-sz-baoan-securitisation": ("“房地产业”", "“real estate”"),
    }
    for name, said in words.items():
        text = client.get(f"/policy/measures/{name}").content.decode()
        assert said[language == "en"] in text
        plain = re.sub(r"<code.*?</code>|<[^>]*>", " ", text[text.index("<main") : text.index("</main>")])
        assert KEY.findall(plain) == [], name
        # An English choice can be called what its key is; a Chinese one cannot.
        assert language == "en" or QUOTED.findall(plain) == [], name


def test_the_day_since_when_a_fact_is_known_is_beijings() -> None:
    rows = told.fact_rows(
        {"is_first_loan_ever": True}, {"is_first_loan_ever": {"known_from": "2026-01-04T16:30:00+00:00"}}
    )
    assert [one["known_from"] for one in rows] == ["2026-01-05"]
    assert told.day_of(None) == ""
