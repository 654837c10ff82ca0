"""What an application rests on stays the text with which it was filed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.policy import given_applications as given
from tests.policy.given_applications import Desk, fresh
from zhirong.policy import filing, kept, reading
from zhirong.policy.engine import measure
from zhirong.policy.models import KeptText, MeasureText

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk() -> Desk:
    given.a_measure()
    desk = Desk()
    given.a_budget(desk)
    return desk


def test_a_case_rests_on_the_text_with_which_it_was_filed_whatever_the_house_brings_later(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, written = reading.own(), MeasureText.objects.get(name=given.MEASURE)
    made = kept.base().measures[given.MEASURE]
    # As if the text had come with the house.
    MeasureText.objects.filter(pk=written.pk).delete()
    shipped = reading.Base({**own.measures, made.id: made}, own.vocabulary, {**own.texts, made.id: written.text})
    monkeypatch.setattr(reading, "own", lambda: shipped)
    kept._joined.cache_clear()
    row = fresh(given.filed(desk))
    assert KeptText.objects.get().sha256 == row.measure_sha256 == made.sha256
    other = measure.measure({**made.raw, "title": {"zh": "另一文本", "en": "Another text"}})
    monkeypatch.setattr(reading, "own", lambda: reading.Base({**own.measures, made.id: other}, own.vocabulary))
    kept._joined.cache_clear()
    assert kept.base().measures[made.id].zh == "另一文本"
    assert filing.measure_of(row).zh == made.zh
    assert filing.replayed(row) == row.decision_sha256
    monkeypatch.undo()
    kept._joined.cache_clear()


def test_a_case_is_computed_again_by_the_facts_as_they_were_whatever_the_vocabulary_says_later(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = fresh(given.proposed(desk))
    assert json.loads(row.plain_facts)["reg_district"] == "440304"
    own = reading.own()
    # An update of the house knows the facts no more.
    left = {name: one for name, one in own.vocabulary.facts.items() if name != "loan_interest_paid"}
    later = replace(own.vocabulary, facts=left)
    monkeypatch.setattr(reading, "own", lambda: reading.Base(own.measures, later, own.texts))
    assert filing.replayed(row) == row.decision_sha256
    assert filing.replayed(row, is_filed=False) == row.decided_sha256
    monkeypatch.undo()


def test_a_case_that_was_filed_before_its_facts_were_kept_so_is_computed_by_what_it_has(desk: Desk) -> None:
    row = fresh(given.proposed(desk))
    row.plain_facts = row.decided_plain_facts = ""
    assert filing.replayed(row) == row.decision_sha256
    assert filing.replayed(row, is_filed=False) == row.decided_sha256
