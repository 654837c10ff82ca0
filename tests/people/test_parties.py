import importlib

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from tests.people import given_people as given
from tests.people.given_people import deeds, refused
from zhirong.people import access, jobs, reach
from zhirong.people.actions import batches, parties, sign_in, verification
from zhirong.people.models import Membership, Party, Verification
from zhirong.record import actions as record
from zhirong.record.models import Delivery, File, Leaf, Notice

pytestmark = [pytest.mark.both, pytest.mark.django_db]


def test_who_registers_an_organisation_administers_it() -> None:
    who, code = given.a_person("holder"), given.a_credit_code()
    party = parties.make_organisation(who, name="深圳市 甲（集团）有限公司", code=code.lower())
    assert (party.name, party.name_key, party.code) == (
        "深圳市 甲（集团）有限公司",
        "深圳市甲(集团)有限公司",
        code,
    )
    assert party.verified_at is None
    assert parties.administrators_of(party) == [who]
    assert parties.make_organisation(who, name="深圳市甲(集团)有限公司", code=code) == party
    assert deeds() == ["people.party_made"]


def test_another_person_cannot_take_a_registered_organisation() -> None:
    party = given.a_party(administrator=given.a_person())
    other = given.a_person("holder")
    with refused("people.party_known", credit_code=party.code, name=party.name):
        parties.make_organisation(other, name="x", code=str(party.code))
    assert Membership.objects.filter(person=other).count() == 0


def test_a_wrong_credit_code_makes_no_party() -> None:
    with refused("identity.wrong_credit_code_check"):
        parties.make_organisation(given.a_person(), name="x", code="911100006000373411")
    assert Party.objects.count() == 0


def test_a_natural_person_is_one_party_and_the_id_stands_nowhere_in_the_clear() -> None:
    who, number = given.a_person("holder"), given.a_resident_id()
    party = parties.make_natural_party(who, name="李雷", resident_id=number)
    assert (party.kind, party.code, who.party) == ("natural", None, party)
    secret = party.secrets.get()
    assert number not in f"{bytes(secret.cipher)!r} {secret.masked}"
    assert secret.masked == f"{number[:6]}********{number[-4:]}"
    assert all(number not in leaf.body for leaf in Leaf.objects.all())
    assert parties.make_natural_party(who, name="李雷", resident_id=number) == party
    with refused("people.has_own_party"):
        parties.make_natural_party(who, name="李雷", resident_id=given.a_resident_id())
    with refused("people.resident_id_known"):
        parties.make_natural_party(given.a_person(), name="韩梅梅", resident_id=number)
    assert Party.objects.count() == 1


def test_a_foreign_party_names_its_country() -> None:
    who = given.a_person("buyer")
    party = parties.make_foreign_party(who, kind="legal", name="Acme GmbH", country="de")
    assert (party.country, party.code) == ("DE", None)
    assert parties.make_foreign_party(who, kind="legal", name="ACME GmbH", country="DE") == party
    for country in ("CN", "", "D1", "DEU"):
        with refused("people.not_foreign"):
            parties.make_foreign_party(who, kind="legal", name="Acme", country=country)
    assert Party.objects.count() == 1


def test_a_request_to_join_gives_nothing_until_it_is_confirmed() -> None:
    chief = given.a_person()
    party = given.a_party(administrator=chief)
    asker = given.a_person("holder")
    asked = parties.ask_to_join(asker, code=str(party.code))
    assert not access.may(asker, "people.see_party", party)
    assert Notice.objects.get().person_ref == chief.ref
    with refused("people.not_allowed"):
        parties.confirm_member(asker, asked.pk)
    with refused("people.not_allowed"):
        parties.confirm_member(given.a_person("holder", member_of=party), asked.pk)
    with refused("people.not_allowed"):
        parties.confirm_member(other_chief(), asked.pk)
    parties.confirm_member(chief, asked.pk)
    assert access.may(asker, "people.see_party", party)
    assert parties.confirm_member(chief, asked.pk).confirmed_by == chief
    assert deeds() == ["people.asked_to_join", "people.member_confirmed"]


def other_chief() -> given.Person:
    person = given.a_person("holder")
    given.a_party(administrator=person)
    return person


def test_a_party_without_a_code_is_joined_by_its_ref() -> None:
    chief = given.a_person()
    party = parties.make_foreign_party(chief, kind="legal", name="Acme GmbH", country="DE")
    asked = parties.ask_to_join(given.a_person(), code=f" {party.ref} ")
    assert asked.party == party
    with refused("people.party_not_known"):
        parties.ask_to_join(given.a_person(), code="0" * 16)


def test_an_operator_confirms_a_member_but_never_themself() -> None:
    party, operator = given.a_party(), given.a_person("operator")
    own = parties.ask_to_join(operator, code=str(party.code))
    with refused("people.maker_is_checker"):
        parties.confirm_member(operator, own.pk)
    asked = parties.ask_to_join(given.a_person(), code=str(party.code))
    assert parties.confirm_member(operator, asked.pk).confirmed_by == operator


def test_a_membership_ends_at_once_and_the_last_administrator_stays() -> None:
    chief, member = given.a_person(), given.a_person("holder")
    party = given.a_party(administrator=chief)
    row = given.a_membership(member, party)
    parties.end_membership(chief, row.pk)
    assert not access.may(member, "people.see_party", party)
    with refused("people.last_administrator"):
        parties.leave(chief, Membership.objects.get(person=chief).pk)
    with refused("people.not_allowed"):
        parties.leave(member, Membership.objects.get(person=chief).pk)
    with refused("people.membership_ended"):
        parties.confirm_member(chief, row.pk)


def test_a_second_administrator_may_take_over() -> None:
    chief, member = given.a_person(), given.a_person()
    party = given.a_party(administrator=chief)
    parties.make_party_administrator(chief, given.a_membership(member, party).pk)
    parties.leave(chief, Membership.objects.get(person=chief).pk)
    assert parties.administrators_of(party) == [member]


def test_a_party_is_verified_on_evidence_by_an_unconnected_operator() -> None:
    chief, operator = given.a_person(), given.a_person("operator")
    party = given.a_party(administrator=chief)
    files = [given.a_file(chief), given.a_file(chief)]
    asked = verification.submit_verification(chief, party.pk, evidence=files)
    verification.read_evidence(operator, asked.pk, files[0].pk)
    with refused("file.not_read"):
        verification.accept_verification(operator, asked.pk)
    party.refresh_from_db()
    assert party.verified_at is None
    verification.read_evidence(operator, asked.pk, files[1].pk)
    verification.accept_verification(operator, asked.pk)
    party.refresh_from_db()
    assert party.verified_at is not None
    assert verification.accept_verification(operator, asked.pk).decided_by == operator
    with refused("people.already_decided"):
        verification.reject_verification(given.a_person("operator"), asked.pk, reason="x")
    read = ["record.file_read", "record.file_read"]
    assert deeds() == ["people.verification_asked", *read, "people.verified"]
    assert {notice.person_ref for notice in Notice.objects.all()} == {chief.ref}


def test_nobody_decides_on_their_own_party() -> None:
    chief, operator = given.a_person(), given.a_person("operator")
    party = given.a_party(administrator=chief)
    asked = verification.submit_verification(chief, party.pk, evidence=[given.a_file(chief)])
    given.a_membership(operator, party)
    with refused("people.own_party"):
        verification.accept_verification(operator, asked.pk)
    with refused("people.not_allowed"):
        verification.accept_verification(chief, asked.pk)
    with refused("people.not_allowed"):
        verification.accept_verification(given.a_person("administrator"), asked.pk)
    own_request = given.a_person("operator")
    Verification.objects.update(asked_by=own_request)
    with refused("people.maker_is_checker"):
        verification.accept_verification(own_request, asked.pk)
    party.refresh_from_db()
    assert party.verified_at is None


def test_evidence_is_ones_own_and_one_request_waits() -> None:
    chief, stranger = given.a_person(), given.a_person("holder")
    party = given.a_party(administrator=chief)
    with refused("people.not_your_file"):
        verification.submit_verification(chief, party.pk, evidence=[given.a_file(stranger)])
    with refused("people.no_evidence"):
        verification.submit_verification(chief, party.pk, evidence=[])
    with refused("people.not_allowed"):
        verification.submit_verification(stranger, party.pk, evidence=[given.a_file(stranger)])
    file = given.a_file(chief)
    asked = verification.submit_verification(chief, party.pk, evidence=[file])
    assert verification.submit_verification(chief, party.pk, evidence=[file]) == asked
    with refused("people.verification_waiting"):
        verification.submit_verification(chief, party.pk, evidence=[given.a_file(chief)])
    assert deeds() == ["people.verification_asked"]


def test_a_rejection_says_why_and_the_party_may_ask_again() -> None:
    chief, operator = given.a_person(), given.a_person("operator")
    party = given.a_party(administrator=chief)
    asked = verification.submit_verification(chief, party.pk, evidence=[given.a_file(chief)])
    with refused("people.no_reason"):
        verification.reject_verification(operator, asked.pk, reason="  ")
    verification.reject_verification(operator, asked.pk, reason="营业执照不清晰")
    assert all("营业执照" not in leaf.body for leaf in Leaf.objects.all())
    party.refresh_from_db()
    assert party.verified_at is None
    assert verification.submit_verification(chief, party.pk, evidence=[given.a_file(chief)]).pk != asked.pk


def test_evidence_is_read_by_those_concerned_and_a_secret_one_leaves_a_deed() -> None:
    chief, operator = given.a_person(), given.a_person("operator")
    party = given.a_party(administrator=chief)
    file = record.keep_file(chief, "licence.pdf", b"%PDF-1.7 licence", is_secret=True)
    asked = verification.submit_verification(chief, party.pk, evidence=[file])
    for who in (chief, operator):
        assert verification.read_evidence(who, asked.pk, file.pk) == (file, b"%PDF-1.7 licence")
    assert deeds().count("record.file_read") == 2
    for who in (given.a_person("administrator"), given.a_person("holder", member_of=given.a_party())):
        with refused("people.not_allowed"):
            verification.read_evidence(who, asked.pk, file.pk)
    stranger = given.a_person()
    other = given.a_party(administrator=stranger)
    theirs = verification.submit_verification(stranger, other.pk, evidence=[given.a_file(stranger)])
    with pytest.raises(File.DoesNotExist):
        verification.read_evidence(stranger, theirs.pk, file.pk)
    assert deeds().count("record.file_read") == 2


def test_a_list_of_organisations_is_brought_by_one_and_checked_by_another() -> None:
    maker, checker, chief = given.a_person("operator"), given.a_person("checker"), given.a_person("holder")
    known = given.a_party()
    listed = [
        batches.Newcomer(name="甲公司", code=given.a_credit_code(), administrator=chief),
        batches.Newcomer(name="乙 研究院", code=given.a_credit_code(), is_public_institution=True),
        batches.Newcomer(name=known.name, code=str(known.code)),
    ]
    evidence = given.a_file(maker)
    with refused("people.maker_is_checker"):
        batches.put_organisations(maker, maker, listed, evidence=evidence)
    with refused("people.not_allowed"):
        batches.put_organisations(maker, chief, listed, evidence=evidence)
    bad = [*listed, batches.Newcomer(name="丙", code="911100006000373411")]
    with refused("identity.wrong_credit_code_check"):
        batches.put_organisations(maker, checker, bad, evidence=evidence)
    assert Party.objects.count() == 1
    put = batches.put_organisations(maker, checker, listed, evidence=evidence)
    assert put == batches.put_organisations(maker, checker, listed, evidence=evidence)
    first, second = put[listed[0].code], put[listed[1].code]
    assert parties.administrators_of(first) == [chief]
    assert (second.name_key, second.is_public_institution) == ("乙研究院", True)
    assert first.verified_at is not None
    assert put[str(known.code)].verified_at is None
    assert deeds() == ["people.party_put"] * 2


def test_notices_reach_a_person_in_their_language() -> None:
    person = given.a_person()
    sign_in.change_contact(person, email="li@example.com", phone="", language="en")
    assert jobs.deliver_notices() == 1
    sent = {row.channel: (row.address, row.text) for row in Delivery.objects.all()}
    assert sent["e_mail"] == (
        "li@example.com",
        "Your contact details were changed. If it was not you, tell the administrator.",
    )
    assert sent["sms"][0] == ""
    assert reach.reach("0" * 16) == reach.NOWHERE


def test_the_operator_notes_what_a_party_is() -> None:
    party, operator = given.a_party(), given.a_person("operator")
    nature = {"is_state_owned": True, "is_public_institution": False, "is_public_research": False}
    parties.note_nature(operator, party.pk, **nature)
    parties.note_nature(operator, party.pk, **nature)
    party.refresh_from_db()
    assert (party.is_state_owned, party.nature_noted_by) == (True, operator)
    assert deeds() == ["people.nature_noted"]
    with refused("people.not_allowed"):
        parties.note_nature(given.a_person("holder", member_of=party), party.pk, **{**nature, "is_state_owned": False})


def test_a_public_university_is_neither_a_state_owned_enterprise_nor_a_natural_person_nor_from_abroad() -> None:
    operator, nature = given.a_person("operator"), {"is_public_institution": True, "is_public_research": True}
    for it, is_state_owned in (({}, True), ({"kind": "natural"}, False), ({"country": "DE"}, False)):
        party = given.a_party()
        Party.objects.filter(pk=party.pk).update(**it)
        with refused("people.nature_contradicts"):
            parties.note_nature(operator, party.pk, is_state_owned=is_state_owned, **nature)
        assert not Party.objects.get(pk=party.pk).is_public_institution
        with pytest.raises(IntegrityError), transaction.atomic():
            Party.objects.filter(pk=party.pk).update(is_state_owned=is_state_owned, is_public_research=True)
    party = given.a_party()
    assert parties.note_nature(operator, party.pk, is_state_owned=False, **nature).is_public_research
    assert deeds() == ["people.nature_noted"]


def test_of_the_public_institutions_noted_before_only_universities_and_institutes_stay_freed() -> None:
    """A hospital, one state-owned and one without the code of a public institution fall to the strict side (V11)."""
    upgrade = importlib.import_module("zhirong.people.migrations.0006_who_is_freed")
    operator, public = given.a_person("operator"), {"is_public_institution": True}
    said = [
        ("南方理工大学", "12", public),
        ("海滨大学（深圳）", "12", public),
        ("岭南先进技术研究院", "12", public),
        ("南方理工大学第一医院", "12", public),
        ("鹏城民办学院", "52", public),
        ("湾区科技学院", "12", {**public, "is_state_owned": True}),
        ("鹏城工程大学", "12", {}),
    ]
    for place, (name, start, nature) in enumerate(said):
        Party.objects.filter(pk=given.a_party().pk).update(name=name, code=f"{start}{place:016d}", **nature)
    last = Party.objects.get(name="鹏城工程大学")
    parties.note_nature(operator, last.pk, is_state_owned=True, is_public_institution=False, is_public_research=False)
    Party.objects.update(nature_noted_by=None)
    upgrade.free(apps, None)
    upgrade.name_who_noted(apps, None)
    freed = Party.objects.filter(is_public_research=True).values_list("name", flat=True)
    assert set(freed) == {"南方理工大学", "海滨大学（深圳）", "岭南先进技术研究院"}
    assert [one.name for one in Party.objects.filter(nature_noted_by=operator)] == ["鹏城工程大学"]
