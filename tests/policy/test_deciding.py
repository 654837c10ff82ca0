"""All measures for one party with its file: provenance, things, time travel, the best allowed set, kept decisions."""

from __future__ import annotations

import json
from datetime import date, timedelta
from fractions import Fraction

import pytest

from tests.enterprises import given_enterprises
from tests.policy import given_support as given
from tests.policy.given_support import DAY, GROWTH, LOAN, PLEDGE
from tests.registry.given_rights import a_right, an_operator
from zhirong.base.refused import Refused
from zhirong.enterprises import file
from zhirong.enterprises.actions import facts as file_deeds
from zhirong.people.models import Party
from zhirong.policy import deciding, feeds, kept, reading, supporting, telling
from zhirong.policy.actions import support as deeds
from zhirong.policy.deciding import Decided
from zhirong.policy.engine import measure, values, what_if
from zhirong.policy.engine.what_if import Change
from zhirong.policy.followed import CalendarFeed, KeptDecision, KeptText
from zhirong.record import actions as record
from zhirong.registry.actions import entries
from zhirong.registry.engine.facts import Ending, EventKind

pytestmark = pytest.mark.django_db(transaction=True)


TODAY = date(2026, 3, 2)


def of(found: list[Decided], name: str) -> Decided:
    (one,) = [one for one in found if one.measure.id == name]
    return one


def rows(party: Party) -> list[supporting.Row]:
    return supporting.rows(deciding.everything(party, day=DAY), kept.base().vocabulary)


def row(party: Party, name: str) -> supporting.Row:
    (found,) = [one for one in rows(party) if one.id == name]
    return found


def test_a_loan_of_the_file_is_decided_to_the_fen_with_every_source() -> None:
    party, _ = given.an_enterprise()
    one = of(deciding.everything(party, day=DAY), PLEDGE)
    assert (one.about, one.decision.eligible, one.decision.amount_fen) == (LOAN, "met", 10_875_001)
    assert one.known.stated["loan_principal"].about == LOAN
    assert one.known.stated["reg_district"].about == ""
    assert one.known.stated["reg_district"].source == "self"
    assert one.told.unusable == {}


def test_the_whole_list_says_of_each_thing_what_the_file_says_of_it() -> None:
    party, _ = given.an_enterprise()
    for one in deciding.everything(party, day=DAY):
        alone = file.facts_of(party, day=DAY, about=one.about)
        assert one.known == alone
        (same,) = deciding.decided(party, day=DAY, about=one.about, measures=[one.measure.id])
        assert same.decision == one.decision


def test_two_loans_are_decided_each_by_itself_and_a_measure_without_loans_once() -> None:
    party, person = given.an_enterprise()
    other = given.told({**given.A_LOAN, "loan_interest_paid": "10000"}, about="loan:2022-02")
    file_deeds.note_facts(person, party, other, source="self")
    found = deciding.everything(party, day=DAY)
    assert [(one.about, one.decision.amount_fen) for one in found if one.measure.id == PLEDGE] == [
        (LOAN, 10_875_001),
        ("loan:2022-02", 500_000),
    ]
    assert of(found, "cn-hnte-recognition").about == ""


def test_an_answer_of_yesterday_stays_as_it_was_and_keeps_its_hash() -> None:
    party, person = given.an_enterprise()
    before = record.now()
    first = of(deciding.everything(party, day=DAY, known=before), PLEDGE)
    file_deeds.note_facts(person, party, given.told({"loan_repaid": False}, about=LOAN), source="self")
    assert of(deciding.everything(party, day=DAY), PLEDGE).decision.eligible == "not_met"
    again = of(deciding.everything(party, day=DAY, known=before), PLEDGE)
    assert (again.decision.eligible, again.decision.sha256) == ("met", first.decision.sha256)


def test_changes_are_laid_over_the_facts_and_nothing_takes_one_out() -> None:
    party, _ = given.an_enterprise()
    changed = {"loan_interest_paid": "20万", "loan_repaid": None}
    (one,) = deciding.decided(party, day=DAY, about=LOAN, measures=[PLEDGE], changes=changed)
    assert (one.decision.eligible, one.decision.missing) == ("unknown", ("loan_repaid",))
    assert one.told.facts["loan_interest_paid"] == 200_000
    with pytest.raises(Refused, match=r"policy\.fact_out_of_band"):
        deciding.decided(party, day=DAY, measures=[PLEDGE], changes={"loan_interest_paid": -1})
    with pytest.raises(Refused, match=r"policy\.measure_unknown"):
        deciding.decided(party, day=DAY, measures=["x"])


def test_facts_that_do_not_fit_are_left_out_and_said_so() -> None:
    party, person = given.an_enterprise()
    wrong = given.told({"tech_staff": "90", "industry": 7, "no_such_fact": "x"})
    file_deeds.note_facts(person, party, wrong, source="self")
    (one,) = deciding.decided(party, day=DAY, measures=["cn-hnte-recognition"])
    codes = {name: no.code for name, no in one.told.unusable.items()}
    assert codes == {
        "tech_staff": "policy.facts_contradict",
        "staff": "policy.facts_contradict",
        "industry": "policy.fact_misfit",
        "no_such_fact": "policy.fact_unknown",
    }
    assert "staff" not in one.told.facts


def test_what_is_supposed_wins_over_what_the_file_says_against_it() -> None:
    party, _ = given.an_enterprise()
    (one,) = deciding.decided(party, day=DAY, measures=["cn-hnte-recognition"], changes={"tech_staff": 90})
    assert (one.told.facts["tech_staff"], list(one.told.unusable)) == (90, ["staff"])


def test_a_measure_that_cannot_be_computed_leaves_the_others_standing() -> None:
    party, person = given.an_enterprise()
    nothing = given.told({"sales_3y": "0", "rnd_3y": "1", "sales_last_year": "0"})
    file_deeds.note_facts(person, party, nothing, source="self")
    found = deciding.everything(party, day=DAY)
    one = of(found, "cn-hnte-recognition")
    if one.refused is not None:
        assert one.decision.eligible == "unknown"
    assert of(found, PLEDGE).decision.eligible == "met"


def test_one_step_away_names_the_step_and_what_it_would_bring() -> None:
    party, _ = given.an_enterprise({"filed_with_district": False})
    found = row(party, PLEDGE)
    assert (found.state, found.benefit_fen, found.is_exact) == ("nearly", 10_875_001, False)
    (fix,) = found.fixes
    assert (fix.fix.by_action, fix.changes) == (("filed",), {"filed_with_district": True})


def test_the_unknown_has_its_ceiling_and_its_questions_and_is_never_nought() -> None:
    party, _ = given.an_enterprise()
    found = row(party, GROWTH)
    assert (found.state, found.benefit_fen) == ("unknown", None)
    assert [one.fact for one in found.questions] == ["filed_year", "loan_year"]


def test_the_best_allowed_set_leaves_out_with_the_clause() -> None:
    party, person = given.an_enterprise()
    more = given.told(
        {
            "reg_city": "440300", "loan_arrears": False, "bank_in_pool": True, "loan_classed_bad": True,
            "loan_loss": "1000000",
        },
        about=LOAN,
    )  # fmt: skip
    file_deeds.note_facts(person, party, more, source="self")
    found = rows(party)
    best = supporting.best(found)
    paid = sum((best.paid_fen or {}).values())
    assert best.total_fen == paid
    assert best.total_fen >= 10_875_001
    met = [place for place, one in enumerate(found) if one.state == "met" and one.benefit_fen]
    assert sorted([*(best.paid_fen or {}), *(best.dropped or {})]) == met


def test_rows_come_by_state_then_benefit_or_by_deadline() -> None:
    party, _ = given.an_enterprise()
    ordered = supporting.in_order(rows(party), supporting.BENEFIT)
    states = [supporting.STATES.index(one.state) for one in ordered]
    assert states == sorted(states)
    assert ordered[0].id == PLEDGE
    by_deadline = supporting.in_order(rows(party), supporting.DEADLINE)
    assert sorted(one.id for one in by_deadline) == sorted(one.id for one in ordered)


def test_a_supposition_says_what_it_could_not_count() -> None:
    party, _ = given.an_enterprise()
    found = deciding.everything(party, day=DAY)
    changes = [Change("inventions_granted", what_if.ADD, 1), Change("loan_interest_paid", what_if.ADD, 2)]
    after, skipped = deciding.supposed(found, changes, kept.base().vocabulary)
    assert skipped == {"inventions_granted"}
    assert of(after, PLEDGE).decision.amount_fen == 10_875_101
    assert of(found, PLEDGE).decision.amount_fen == 10_875_001


def test_a_kept_decision_comes_out_again_after_the_file_has_changed() -> None:
    party, person = given.an_enterprise()
    one = deeds.keep_decision(person, party, PLEDGE, day=DAY, about=LOAN)
    assert deeds.keep_decision(person, party, PLEDGE, day=DAY, about=LOAN) == one
    assert KeptDecision.objects.count() == 1
    file_deeds.note_facts(person, party, given.told({"loan_interest_paid": "1"}, about=LOAN), source="self")
    (again,) = deciding.again([one])
    assert (again.decision.sha256, again.decision.amount_fen) == (one.sha256, 10_875_001)
    assert deeds.keep_decision(person, party, PLEDGE, day=DAY, about=LOAN) != one


def test_a_kept_decision_comes_out_again_after_the_register_has_changed() -> None:
    party, person = given.an_enterprise()
    right = a_right(1, parties=(party,))
    a_right(2, parties=(party,))
    one = deeds.keep_decision(person, party, PLEDGE, day=TODAY, about=LOAN)
    (before,) = deciding.again([one])
    assert before.told.facts["inventions_granted"] == 2
    said = {"day": TODAY, "source": "gazette", "ending": Ending.INVALID}
    entries.enter_event(an_operator(), right, EventKind.INVALIDATION, **said)
    (again,) = deciding.again([KeptDecision.objects.get()])
    assert (again.decision, again.told) == (before.decision, before.told)
    assert again.decision.sha256 == one.sha256
    assert telling.decision(again.decision, again.measure) == one.body
    (now,) = deciding.decided(party, day=TODAY, known=one.known, about=LOAN, measures=[PLEDGE])
    assert "inventions_granted" not in now.told.facts


def test_a_kept_decision_comes_out_again_after_the_house_brought_another_text(monkeypatch) -> None:
    party, person = given.an_enterprise()
    one = deeds.keep_decision(person, party, PLEDGE, day=DAY, about=LOAN)
    deeds.keep_decision(person, party, PLEDGE, day=DAY)
    assert KeptText.objects.get().sha256 == one.measure_sha256
    own = reading.own()
    raw = {**own.measures[PLEDGE].raw, "title": {"zh": "另一文本", "en": "Another text"}}
    measures = {**own.measures, PLEDGE: measure.measure(raw)}
    for found in (measures, {name: made for name, made in measures.items() if name != PLEDGE}):
        monkeypatch.setattr(reading, "own", lambda found=found: reading.Base(found, own.vocabulary))
        kept._joined.cache_clear()
        (again,) = deciding.again([one])
        assert again.measure.zh == own.measures[PLEDGE].zh
        assert (again.decision.sha256, again.decision.amount_fen) == (one.sha256, 10_875_001)
    monkeypatch.undo()
    kept._joined.cache_clear()


def test_a_settled_value_comes_back_as_it_was() -> None:
    value = {"a": Fraction(1, 3), "b": date(2022, 1, 2), "c": ("x", {"d": True, "e": 7, "f": Fraction(-1, 8)}), "g": ""}
    for one in (value, *value.values()):
        assert values.settled(json.loads(json.dumps(values.plain(one)))) == one


def test_a_stranger_keeps_no_decision_and_makes_no_feed() -> None:
    party, _ = given.an_enterprise()
    stranger = given_enterprises.a_member(given_enterprises.an_enterprise("另一家企业"))
    with pytest.raises(Refused):
        deeds.keep_decision(stranger, party, PLEDGE, day=DAY)
    with pytest.raises(Refused):
        deeds.make_feed(stranger, party)
    assert (KeptDecision.objects.count(), CalendarFeed.objects.count()) == (0, 0)


def test_a_feed_is_renewed_ended_and_known_by_its_hash_alone() -> None:
    party, person = given.an_enterprise()
    first, plain = deeds.make_feed(person, party)
    assert plain not in str(vars(first))
    found = feeds.feed_of(plain)
    assert found is not None
    assert found.pk == first.pk
    second, renewed = deeds.make_feed(person, party)
    assert (feeds.feed_of(plain), feeds.feed_of("")) == (None, None)
    with pytest.raises(Refused, match=r"policy\.no_such_feed|people\."):
        deeds.end_feed(given_enterprises.a_member(party), second.pk)
    deeds.end_feed(person, second.pk)
    deeds.end_feed(person, second.pk)
    assert feeds.feed_of(renewed) is None
    assert CalendarFeed.objects.filter(ended_at__isnull=True).count() == 0


def test_a_feed_ends_with_the_membership_of_its_owner() -> None:
    party, person = given.an_enterprise()
    _, plain = deeds.make_feed(person, party)
    person.memberships.update(ended_at=record.now() - timedelta(seconds=1))
    assert feeds.feed_of(plain) is None


def test_the_calendar_holds_what_concerns_the_party_under_stable_names() -> None:
    party, _ = given.an_enterprise()
    text = feeds.calendar(rows(party), [], name="x", language="zh", site="http://127.0.0.1:8000", stamp=record.now())
    again = feeds.calendar(rows(party), [], name="x", language="zh", site="http://127.0.0.1:8000", stamp=record.now())
    names = [line for line in text.splitlines() if line.startswith("UID:")]
    assert names == [line for line in again.splitlines() if line.startswith("UID:")]
    assert f"UID:{PLEDGE}-2022-ends@127.0.0.1" in names
    assert len(names) == len(set(names))
    assert "DTSTART;VALUE=DATE:20221231" in text


def test_the_best_set_holds_the_yearly_ceiling_over_all_loans_of_a_measure() -> None:
    party, person = given.an_enterprise(received_this_year="1850000")
    other = given.told({**given.A_LOAN, "loan_interest_paid": "200000"}, about="loan:2022-02")
    file_deeds.note_facts(person, party, other, source="self")
    found = [one for one in rows(party) if one.id == PLEDGE]
    # Of two million a year 150,000 are left; each loan alone is below it.
    assert [one.benefit_fen for one in found] == [10_875_001, 10_000_000]
    best = supporting.best(found)
    assert (best.total_fen, best.paid_fen) == (15_000_000, {0: 10_875_001, 1: 4_124_999})
    assert best.lowered_by == {1: ("c-cap",)}
    assert best.dropped == {}
