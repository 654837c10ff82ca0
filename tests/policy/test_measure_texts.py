"""Texts of measures: written by one official, checked, approved by another, and what was answered before stays."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from django.db import connection

from tests.people import given_people
from tests.people.given_people import refused
from tests.policy import given_measures as given
from zhirong.base.refused import Refused
from zhirong.people.models import Person
from zhirong.policy import kept, reading
from zhirong.policy.actions import measures
from zhirong.policy.engine import decide, facts
from zhirong.policy.engine.decide import Decision
from zhirong.policy.engine.measure import Measure
from zhirong.policy.models import MeasureText
from zhirong.record import actions as record
from zhirong.record.models import Event

pytestmark = pytest.mark.django_db
DAY = date(2027, 3, 1)


def decided(made: Measure, day: date = DAY) -> Decision:
    """A loan whose support reaches what is left of the ceiling."""
    vocabulary = reading.own().vocabulary
    case = next(one for one in made.raw["tests"] if (one["expect"] or {}).get("capped_by") == "cap")
    given_facts = {**made.raw["test_base"], **case.get("facts", {})}
    return decide.decide(made, facts.settled(given_facts, vocabulary), day)


def test_a_ceiling_changed_from_a_day_on_rules_only_once_a_second_person_approved_it() -> None:
    writer, second = given.an_official(), given.an_official()
    before = decided(kept.base().measures[given.LOAN])
    one = given.a_waiting(writer)
    assert decided(kept.base().measures[given.LOAN]).sha256 == before.sha256
    asked_at = record.now()
    done = measures.approve_measure(second, one.pk, sha256=one.sha256)
    after = decided(kept.base().measures[given.LOAN])
    assert (before.amount_fen, after.amount_fen) == (100_000_00, 50_000_00)
    assert decided(kept.base().measures[given.LOAN], date(2026, 12, 31)).amount_fen == 100_000_00
    # Asked as known before, yesterday's answer comes out again with its hash.
    assert decided(kept.base(asked_at).measures[given.LOAN]) == before
    assert done.known_from is not None
    assert kept.base(done.known_from).measures[given.LOAN].sha256 == after_measure().sha256
    assert kept.base(done.known_from - timedelta(microseconds=1)).measures[given.LOAN].sha256 != after_measure().sha256
    told = [event.kind for event in Event.objects.filter(topic=one.topic).order_by("pk")]
    assert told == ["policy.drafted", "policy.approval_asked", "policy.approved"]


def after_measure() -> Measure:
    return kept.base().measures[given.LOAN]


def test_nobody_approves_what_they_wrote_and_no_other_role_does() -> None:
    writer = given_people.a_person("official", "operator")
    one = given.a_waiting(writer)
    with refused("people.maker_is_checker"):
        measures.approve_measure(writer, one.pk, sha256=one.sha256)
    for role in ("operator", "auditor", "administrator", "holder"):
        with refused("people.not_allowed"):
            measures.approve_measure(given_people.a_person(role), one.pk, sha256=one.sha256)
    with refused("people.not_allowed"):
        measures.draft_measure(given_people.a_person("checker"), one.text)
    assert fresh(one).state == "waiting"
    assert kept.base().measures == reading.own().measures


def fresh(one: MeasureText) -> MeasureText:
    return MeasureText.objects.get(pk=one.pk)


def test_only_the_very_text_that_was_read_is_approved() -> None:
    writer = given.an_official()
    one = given.a_waiting(writer)
    seen = one.sha256
    measures.change_measure(writer, one.pk, given.with_ceiling(140_000))
    with refused("policy.text_decided"):
        measures.approve_measure(given.an_official(), one.pk, sha256=seen)
    measures.ask_approval(writer, one.pk)
    with refused("policy.text_changed"):
        measures.approve_measure(given.an_official(), one.pk, sha256=seen)
    assert fresh(one).known_from is None


def test_a_text_that_was_drafted_on_a_replaced_one_is_written_anew() -> None:
    first, late = given.an_official(), given.an_official()
    slow = given.a_waiting(late, given.with_ceiling(160_000))
    quick = given.a_waiting(first)
    measures.approve_measure(late, quick.pk, sha256=quick.sha256)
    with refused("policy.measure_base_moved"):
        measures.approve_measure(first, slow.pk, sha256=slow.sha256)
    measures.change_measure(late, slow.pk, slow.text)
    measures.ask_approval(late, slow.pk)
    assert measures.approve_measure(first, slow.pk, sha256=slow.sha256).state == "approved"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("fixable: time", "fixable: sometimes", "is none of"),
        ("if: loan_repaid", "if: loan_repayed", "loan_repayed"),
        ("amount: '150000.00'", "amount: '150001.00'", "expected 150001.00, found 150000.00"),
    ],
)
def test_approval_is_not_asked_for_while_the_check_finds_something(old: str, new: str, says: str) -> None:
    writer, text = given.an_official(), given.with_ceiling()
    assert old in text
    one = measures.draft_measure(writer, text.replace(old, new))
    with pytest.raises(Refused) as no:
        measures.ask_approval(writer, one.pk)
    assert no.value.code == "policy.gate_closed"
    assert says in no.value.facts["problem"]["en"]
    assert fresh(one).state == "draft"


def test_a_figure_that_no_case_looks_at_closes_the_gate() -> None:
    writer, text = given.an_official(), given.with_ceiling()
    without = "\n".join(line for line in text.splitlines() if "cap from 2027-01-01" not in line)
    assert without + "\n" != text
    one = measures.draft_measure(writer, without)
    with pytest.raises(Refused) as no:
        measures.ask_approval(writer, one.pk)
    assert no.value.facts["problem"] == {
        "zh": "案例没有察觉：参数 cap（2027-01-01 起）加百分之二",
        "en": "no case notices: parameter cap of 2027-01-01 two per cent more",
    }


def test_a_text_goes_back_with_a_reason_and_is_written_on() -> None:
    writer, second = given.an_official(), given_people.a_person("checker")
    one = given.a_waiting(writer)
    with refused("policy.reason_missing"):
        measures.return_measure(second, one.pk, sha256=one.sha256, reason=" ")
    measures.return_measure(second, one.pk, sha256=one.sha256, reason="请核对年份。")
    assert (fresh(one).state, fresh(one).reason) == ("returned", "请核对年份。")
    with refused("policy.text_decided"):
        measures.approve_measure(second, one.pk, sha256=one.sha256)
    again = measures.change_measure(writer, one.pk, given.with_ceiling(140_000))
    assert (again.state, again.decided_by) == ("draft", None)


def test_a_draft_is_withdrawn_by_its_writer_and_what_rules_is_not() -> None:
    writer = given.an_official()
    one = measures.draft_measure(writer, given.with_ceiling())
    with refused("people.not_allowed"):
        measures.withdraw_measure(given.an_official(), one.pk, reason="不再需要。")
    measures.withdraw_measure(writer, one.pk, reason="不再需要。")
    measures.withdraw_measure(writer, one.pk, reason="不再需要。")
    assert Event.objects.filter(kind="policy.withdrawn").count() == 1
    done = given.an_approved()
    with refused("policy.text_decided"):
        measures.withdraw_measure(done.drafted_by, done.pk, reason="不再需要。")


def test_the_same_text_is_one_draft_and_the_same_word_one_deed() -> None:
    writer, second, text = given.an_official(), given.an_official(), given.with_ceiling()
    one = measures.draft_measure(writer, text)
    # A form sends other line ends than a file.
    assert measures.draft_measure(writer, text.replace("\n", "\r\n")).pk == one.pk
    measures.ask_approval(writer, one.pk)
    measures.ask_approval(writer, one.pk)
    measures.approve_measure(second, one.pk, sha256=one.sha256)
    done = fresh(one)
    assert measures.approve_measure(second, one.pk, sha256=one.sha256).known_from == done.known_from
    assert Event.objects.filter(topic=one.topic).count() == 3


def test_a_new_measure_is_a_text_and_no_code() -> None:
    text = given.text_of().replace(f"id: {given.LOAN}", "id: cn-sz-new-measure")
    assert "cn-sz-new-measure" not in kept.base().measures
    one = given.an_approved(text)
    assert one.based_on == ""
    made = kept.base().measures["cn-sz-new-measure"]
    assert decided(made, date(2026, 3, 1)).amount_fen == 100_000_00
    assert kept.base().measures[given.LOAN] == reading.own().measures[given.LOAN]


def test_a_draft_keeps_its_id() -> None:
    writer = given.an_official()
    one = measures.draft_measure(writer, given.with_ceiling())
    with refused("policy.measure_renamed"):
        measures.change_measure(writer, one.pk, given.with_ceiling().replace(f"id: {given.LOAN}", "id: another"))
    with refused("policy.file_malformed"):
        measures.change_measure(writer, one.pk, "format: [")
    assert fresh(one).text == given.with_ceiling()


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_of_two_who_approve_two_texts_of_a_measure_at_once_one_comes_after_the_other() -> None:
    first, second = given.an_official(), given.an_official()
    one = given.a_waiting(first)
    other = given.a_waiting(second, given.with_ceiling(160_000))
    said: list[str] = []
    gate = threading.Barrier(2)

    def approve(who: Person, text: MeasureText) -> None:
        gate.wait()
        try:
            measures.approve_measure(who, text.pk, sha256=text.sha256)
            said.append("done")
        except Refused as no:
            said.append(no.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=approve, args=pair) for pair in ((second, one), (first, other))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["done", "policy.measure_base_moved"]
    assert MeasureText.objects.filter(state="approved").count() == 1
