"""Consents and places: who may read and prepare, for how long, and what cannot be."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.enterprises import given_enterprises as given
from tests.registry.given_rights import kinds_told, refused
from zhirong.base.calendar import beijing_day
from zhirong.enterprises import consented
from zhirong.enterprises.actions import consents, places
from zhirong.enterprises.models import Consent, Place, Tenancy
from zhirong.record import actions as record

pytestmark = pytest.mark.django_db


def later(days: int = 90) -> date:
    return beijing_day(record.now()) + timedelta(days=days)


def test_a_consent_lets_read_and_only_where_it_says_so_prepare() -> None:
    party, adviser = given.an_enterprise(), given.an_enterprise("某咨询公司")
    who, member = given.an_administrator(party), given.a_member(adviser)
    assert not consented.may_read(member, party)
    consents.give_consent(who, party, adviser, purpose="申报辅导", until=later())
    assert consented.may_read(member, party)
    assert not consented.may_prepare(member, party)
    consents.give_consent(who, party, adviser, purpose="申报辅导", until=later(), may_prepare=True)
    assert consented.may_prepare(member, party)
    assert [one.may_prepare for one in consented.letting(member)] == [True]
    # The older consent gave way to the newer one.
    assert Consent.objects.filter(ended_at__isnull=True).count() == 1
    consents.end_consent(who, Consent.objects.get(ended_at__isnull=True).pk)
    assert not consented.may_read(member, party)


def test_the_same_consent_again_changes_nothing() -> None:
    party, bank = given.an_enterprise(), given.an_enterprise("某银行")
    who = given.an_administrator(party)
    first = consents.give_consent(who, party, bank, purpose="贷前调查", until=later())
    assert consents.give_consent(who, party, bank, purpose="贷前调查", until=later()) == first
    assert kinds_told().count("enterprises.consent_given") == 1


def test_a_consent_has_a_term() -> None:
    party, bank = given.an_enterprise(), given.an_enterprise("某银行")
    who = given.an_administrator(party)
    for until in (later(-1), later(4 * 366)):
        with refused("enterprises.consent_day", until=until):
            consents.give_consent(who, party, bank, purpose="贷前调查", until=until)
    with refused("enterprises.consent_to_itself"):
        consents.give_consent(who, party, party, purpose="自己", until=later())
    assert not Consent.objects.exists()


def test_a_member_who_is_no_administrator_gives_no_consent_and_either_side_ends_it() -> None:
    party, bank = given.an_enterprise(), given.an_enterprise("某银行")
    with refused("people.not_allowed"):
        consents.give_consent(given.a_member(party), party, bank, purpose="贷前调查", until=later())
    one = consents.give_consent(given.an_administrator(party), party, bank, purpose="贷前调查", until=later())
    with refused("people.not_allowed"):
        consents.end_consent(given.an_official(), one.pk)
    assert consents.end_consent(given.an_administrator(bank), one.pk).ended_at is not None


def test_places_lie_inside_each_other_without_a_circle() -> None:
    who = given.an_official()
    places.put_place(who, "A", kind="street", name="甲")
    places.put_place(who, "B", kind="park", name="乙", inside="A")
    with refused("enterprises.place_circle", place="A"):
        places.put_place(who, "A", kind="street", name="甲", inside="B")
    with refused("enterprises.place_unknown", place="C"):
        places.put_place(who, "D", kind="park", name="丁", inside="C")
    with refused("enterprises.place_in_use", place="A", count=1):
        places.end_place(who, "A", on=given.DAY)
    assert Place.objects.get(code="A").ended_on is None


def test_a_tenancy_does_not_overlap_itself_and_its_end_is_moved_by_its_first_day() -> None:
    who, party = given.an_official(), given.an_enterprise()
    places.put_place(who, "A", kind="park", name="甲")
    places.put_tenancy(who, party, "A", since=date(2025, 1, 1))
    with refused("enterprises.tenancy_overlaps", place="A"):
        places.put_tenancy(who, party, "A", since=date(2026, 1, 1))
    places.put_tenancy(who, party, "A", since=date(2025, 1, 1), until=date(2025, 12, 31))
    places.put_tenancy(who, party, "A", since=date(2026, 1, 1))
    assert Tenancy.objects.count() == 2
    assert kinds_told().count("enterprises.tenancy_put") == 3


def test_the_operator_of_a_park_notes_its_own_tenants_only() -> None:
    operator, party = given.an_enterprise("园区公司"), given.an_enterprise()
    who = given.a_member(operator, "park_operator")
    official = given.an_official()
    places.put_place(official, "A", kind="park", name="甲", operator=operator)
    places.put_place(official, "B", kind="park", name="乙")
    places.put_tenancy(who, party, "A", since=given.DAY)
    with refused("people.not_allowed"):
        places.put_tenancy(who, party, "B", since=given.DAY)
    with refused("people.not_allowed"):
        places.put_place(who, "C", kind="park", name="丙")
