"""Rights of the registry as the methods see them: what is unknown stays unknown, and nothing of later leaks in."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.registry.given_rights import a_party, a_right, refused
from zhirong.base.refused import Refused
from zhirong.record import actions as record
from zhirong.registry.models import Encumbrance, RegisterEvent, Right, TechnologyField
from zhirong.valuation import figures, subjects
from zhirong.valuation.engine.features import subject_of
from zhirong.valuation.engine.result import plain

DAY = date(2026, 3, 2)
pytestmark = pytest.mark.django_db


def weigh(right: Right, kind: str, since: date, **changes: object) -> Encumbrance:
    return Encumbrance.objects.create(right=right, kind=kind, since=since, entered_at=record.now(), **changes)


def test_a_right_keeps_its_days_its_term_and_its_fees() -> None:
    found = subjects.of_right(a_right(), DAY)
    assert (found.kind, found.filed_on, found.granted_on) == ("invention", date(2021, 3, 5), date(2023, 6, 2))
    assert (found.term_ends_on, found.is_in_force, found.paid_through_year) == (date(2041, 3, 4), True, 19)
    assert (found.section, found.ipc_count, found.claims, found.citations) == ("B", 1, None, None)
    assert (found.owner_kind, found.holders, found.is_blocked) == ("firm", 1, False)


def test_fees_that_nobody_looked_at_are_unknown_and_not_paid() -> None:
    found = subjects.of_right(a_right(fees_paid_through_year=0, fees_as_of=None), DAY)
    assert (found.is_in_force, found.paid_through_year) == (None, None)


def test_counts_come_from_the_facts_and_nonsense_stays_unknown() -> None:
    right = a_right(more={"claims": "12", "family": "many", "citations": "0"}, inventors=("甲", "乙"))
    found = subjects.of_right(right, DAY)
    assert (found.claims, found.family, found.citations, found.inventors) == (12, None, 0, 2)


def test_the_field_comes_from_the_main_group_before_the_subclass() -> None:
    TechnologyField.objects.create(prefix="B25J", number=25, name_zh="搬运", name_en="Handling", sector_en="M")
    right = a_right()
    assert subjects.of_right(right, DAY).field == 25
    TechnologyField.objects.create(prefix="B25J9/", number=12, name_zh="控制", name_en="Control", sector_en="I")
    assert subjects.of_right(right, DAY).field == 12


def test_what_weighs_on_it_counts_only_while_it_lasts() -> None:
    right = a_right()
    weigh(right, "pledge", DAY, number="Y1")
    weigh(right, "licence", DAY, facts='{"kind": "exclusive"}')
    weigh(right, "seizure", DAY)
    weigh(right, "invalidation", DAY - timedelta(days=90), ended_on=DAY)
    now, before = subjects.of_right(right, DAY), subjects.of_right(right, DAY - timedelta(days=1))
    assert (now.is_pledged, now.exclusive_licences, now.plain_licences, now.is_blocked) == (True, 1, 0, True)
    assert (now.invalidation_open, now.invalidation_survived) == (False, True)
    assert (before.is_pledged, before.exclusive_licences, before.is_blocked) == (False, 0, False)
    assert (before.invalidation_open, before.invalidation_survived) == (True, False)


def test_a_register_read_later_says_nothing_of_an_earlier_day() -> None:
    right = a_right(fees_as_of=date(2026, 1, 5))
    assert subjects.of_right(right, date(2025, 6, 1)).paid_through_year is None


def test_what_has_ended_is_refused_with_its_state_and_never_worth_nothing() -> None:
    right = a_right()
    RegisterEvent.objects.create(
        right=right,
        kind="termination",
        day=DAY,
        facts='{"ending": "surrendered"}',
        source="test",
        entered_at=record.now(),
    )
    with refused("valuation.right_ended", since=DAY):
        subjects.of_right(right, DAY)
    assert subjects.of_right(right, DAY - timedelta(days=1)).is_in_force is True


def test_an_expired_and_an_unpublished_right_are_refused() -> None:
    with refused("valuation.right_ended"):
        subjects.of_right(a_right(term_ends_on=date(2025, 1, 1)), DAY)
    hidden = a_right(2, granted_on=None, published_on=None, publication_number="", filed_on=date(2025, 10, 1))
    with refused("valuation.not_published"):
        subjects.of_right(hidden, DAY)


def test_an_application_counts_from_the_day_of_its_publication() -> None:
    right = a_right(granted_on=None, published_on=date(2025, 8, 1), publication_number="")
    found = subjects.of_right(right, DAY)
    assert (found.granted_on, found.is_in_force, found.paid_through_year) == (None, None, None)
    with refused("valuation.not_published"):
        subjects.of_right(right, date(2025, 7, 31))


def test_a_right_that_nobody_holds_is_refused() -> None:
    right = a_right()
    right.holdings.all().delete()
    with refused("valuation.no_holder"):
        subjects.of_right(right, DAY)


def test_a_university_is_known_by_its_party_or_its_name() -> None:
    mine = a_party("深圳某某创新中心", is_public_research=True)
    assert subjects.of_right(a_right(parties=(mine,)), DAY).owner_kind == "university"
    other = a_party("南方理工大学")
    assert subjects.of_right(a_right(2, parties=(other,)), DAY).owner_kind == "university"


def test_many_rights_cost_as_few_queries_as_one() -> None:
    rights = [a_right(serial) for serial in range(1, 6)]
    with CaptureQueriesContext(connection) as one:
        subjects.of_rights(rights[:1], DAY)
    with CaptureQueriesContext(connection) as all_of_them:
        found = subjects.of_rights(rights, DAY)
    assert (len(one), len(all_of_them)) == (6, 6)
    assert [row for row in found if isinstance(row, Refused)] == []


def test_the_facts_of_a_right_survive_being_written_down() -> None:
    found = subjects.of_right(a_right(), DAY)
    assert subject_of(plain({name: getattr(found, name) for name in found.__dataclass_fields__})) == found


def test_figures_of_a_day_are_one_set_with_one_hash() -> None:
    found = figures.on(DAY)
    assert found.value("estimate.income_tax") == 0.25
    assert found.sha256 == figures.on(date(2026, 3, 3)).sha256
    assert figures.on(date(2001, 1, 1)).value("estimate.income_tax") == 0.33
    with refused("dated.not_ruled"):
        found.value("estimate.no_such_figure")
