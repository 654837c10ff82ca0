from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser

from tests.people import given_people as given
from tests.people.given_people import refused
from zhirong.people import access, rules
from zhirong.people.models import Membership, RoleGrant
from zhirong.record import actions as record

pytestmark = pytest.mark.django_db

LISTING = rules.read_verb(
    "exchange.list",
    {"roles": ["holder"], "acts_for": "seller_id", "also": ["operator"], "verified": True, "zh": "挂牌", "en": "list"},
)
CHECK = rules.read_verb(
    "ledger.check", {"roles": ["checker"], "not_by": "made_by_id", "zh": "复核", "en": "check a payment"}
)


def standing(**known: object) -> rules.Standing:
    empty = {"person_id": 1, "ref": "r", **dict.fromkeys(("roles", "parties", "administered", "verified"), frozenset())}
    return rules.Standing(**{**empty, **known})  # type: ignore[arg-type]


def judge(who: rules.Standing | None, verb: rules.Verb, thing: object) -> None:
    rules.judge(who, verb, thing, roles=access.roles())


def test_a_role_alone_does_not_open_another_partys_thing() -> None:
    seller = standing(roles=frozenset({"holder"}), parties=frozenset({7}), verified=frozenset({7}))
    judge(seller, LISTING, SimpleNamespace(seller_id=7))
    for thing in (SimpleNamespace(seller_id=8), SimpleNamespace(seller_id=None), None):
        with refused("people.not_allowed"):
            judge(seller, LISTING, thing)


def test_membership_alone_does_not_make_a_role() -> None:
    with refused("people.not_allowed", verb={"zh": "挂牌", "en": "list"}):
        judge(standing(parties=frozenset({7})), LISTING, SimpleNamespace(seller_id=7))


def test_an_unverified_party_does_not_list() -> None:
    with refused("people.not_verified"):
        judge(standing(roles=frozenset({"holder"}), parties=frozenset({7})), LISTING, SimpleNamespace(seller_id=7))


def test_being_verified_elsewhere_does_not_help() -> None:
    seller = standing(roles=frozenset({"holder"}), parties=frozenset({7, 8}), verified=frozenset({8}))
    with refused("people.not_verified"):
        judge(seller, LISTING, SimpleNamespace(seller_id=7))


def test_a_role_of_also_needs_no_party() -> None:
    judge(standing(roles=frozenset({"operator"})), LISTING, SimpleNamespace(seller_id=7))


def test_a_visitor_is_refused_where_a_role_is_asked() -> None:
    with refused("people.not_allowed"):
        judge(None, LISTING, SimpleNamespace(seller_id=7))


def test_a_missing_attribute_is_our_mistake_and_never_a_yes() -> None:
    with pytest.raises(AttributeError):
        judge(standing(roles=frozenset({"holder"}), parties=frozenset({7})), LISTING, SimpleNamespace())


def test_the_maker_is_not_the_checker() -> None:
    checker = standing(person_id=3, roles=frozenset({"checker"}))
    judge(checker, CHECK, SimpleNamespace(made_by_id=2))
    with refused("people.maker_is_checker"):
        judge(checker, CHECK, SimpleNamespace(made_by_id=3))


def test_a_dotted_path_goes_through_the_thing() -> None:
    assert rules.named(SimpleNamespace(lot=SimpleNamespace(seller_id=5)), ["lot.seller_id"]) == {5}
    assert rules.named(SimpleNamespace(lot=None), ["lot.seller_id"]) == set()
    assert rules.named(SimpleNamespace(party_ids=frozenset({5, 7})), ["party_ids"]) == {5, 7}


def test_an_unknown_word_in_a_verb_is_caught() -> None:
    with pytest.raises(AssertionError):
        rules.read_verb("x.y", {"role": ["holder"], "zh": "", "en": ""})


def test_no_verb_lets_the_administrator_read_bids_or_move_money() -> None:
    for verb in access.verbs().values():
        if verb.name.split(".")[0] in ("exchange", "ledger"):
            assert "administrator" not in verb.roles | verb.also
    with pytest.raises(AssertionError):
        access._checked(rules.read_verb("ledger.move", {"roles": ["administrator"], "zh": "", "en": ""}))
    with pytest.raises(AssertionError):
        access._checked(rules.read_verb("exchange.bid", {"roles": ["nobody"], "zh": "", "en": ""}))


def test_no_role_goes_with_the_administrators() -> None:
    others = access.roles().keys() - {"administrator"}
    assert rules.conflicts(access.roles(), "administrator") == others
    assert "administrator" in rules.conflicts(access.roles(), "operator")


def test_four_callers_and_one_party() -> None:
    party = given.a_party()
    member, stranger = given.a_person("holder", member_of=party), given.a_person("holder", member_of=given.a_party())
    operator = given.a_person("operator")
    may = {
        name: access.may(who, "people.read_secret", party)
        for name, who in {
            "visitor": None,
            "anonymous": AnonymousUser(),
            "stranger": stranger,
            "member": member,
            "operator": operator,
            "administrator": given.a_person("administrator"),
            "auditor": given.a_person("auditor"),
        }.items()
    }
    assert may == {
        "visitor": False,
        "anonymous": False,
        "stranger": False,
        "member": True,
        "operator": True,
        "administrator": False,
        "auditor": False,
    }


def test_what_ended_or_waits_gives_nothing() -> None:
    party = given.a_party()
    person = given.a_person("operator", member_of=party)
    before = access.standing_of(person)
    assert before
    assert (before.roles, before.parties) == (frozenset({"operator"}), frozenset({party.pk}))
    Membership.objects.update(ended_at=record.now())
    RoleGrant.objects.update(ended_at=record.now())
    Membership.objects.create(person=person, party=party, asked_at=record.now())
    RoleGrant.objects.create(person=person, role="checker", granted_at=record.now())
    after = access.standing_of(person)
    assert after
    assert (after.roles, after.parties) == (frozenset(), frozenset())


def test_a_closed_log_in_is_a_visitor() -> None:
    person = given.a_person("operator")
    person.is_active = False
    assert access.standing_of(person) is None
    assert not access.could(person, "people.make_party")


def test_a_page_asks_the_database_once_for_all_its_answers(django_assert_num_queries: object) -> None:
    person = given.a_person("holder", member_of=given.a_party())
    with django_assert_num_queries(1):  # type: ignore[operator]
        standing = access.standing_of(person)
        assert access.could(standing, "people.make_party")
        assert not access.may(standing, "people.grant_role", person)
        assert access.has_role(standing, "holder")


def test_every_verb_has_both_names() -> None:
    for verb in access.verbs().values():
        assert verb.zh, verb.name
        assert verb.en, verb.name
