"""A party's own page: papers are sent, a stranger sees nothing, and oneself can be registered."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.people.given_people import a_party, a_person, a_resident_id
from tests.web.given_pages import text_of
from zhirong.people.models import Party, Person, Verification
from zhirong.record.models import File

pytestmark = [pytest.mark.django_db, pytest.mark.both]
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_papers_are_kept_secret_and_wait_for_the_operator() -> None:
    person = a_person("holder")
    party = a_party(administrator=person)
    client, address = signed_in(person), f"/account/parties/{party.pk}"
    assert "尚未提交核验材料" in text_of(client, address)
    answer = client.post(address, {"evidence": SimpleUploadedFile("执照.pdf", PDF)})
    assert (answer.status_code, answer["Location"]) == (302, address)
    asked = Verification.objects.get()
    assert (asked.party, asked.asked_by, asked.state) == (party, person, "waiting")
    assert File.objects.get().is_secret
    text = text_of(client, address)
    assert "待经办机构审核" in text
    assert 'type="file"' not in text


def test_without_papers_nothing_is_asked_and_the_field_says_so() -> None:
    person = a_person("holder")
    party = a_party(administrator=person)
    answer = signed_in(person).post(f"/account/parties/{party.pk}", {})
    assert answer.status_code >= 400
    assert 'class="why" id="f-evidence-w"' in answer.content.decode()
    assert Verification.objects.count() == 0


def test_a_stranger_sees_nothing_of_a_party() -> None:
    party = a_party(administrator=a_person())
    answer = signed_in(a_person("buyer")).get(f"/account/parties/{party.pk}")
    assert answer.status_code == 404
    assert party.code not in answer.content.decode()


def test_one_registers_oneself_and_the_id_is_shown_masked() -> None:
    person, number = a_person(), a_resident_id()
    given = {"deed": "self", "name": "林知远", "resident_id": number}
    answer = signed_in(person).post("/account/parties", given)
    made = Party.objects.get()
    assert (answer.status_code, made.kind) == (302, "natural")
    text = text_of(signed_in(person), answer["Location"])
    assert number not in text
    assert number[-1] in text


def test_a_party_from_abroad_names_its_country() -> None:
    client = signed_in(a_person())
    given = {"deed": "abroad", "kind": "legal", "name": "Nord GmbH", "country": "CN"}
    assert client.post("/account/parties", given).status_code >= 400
    assert client.post("/account/parties", {**given, "country": "de"}).status_code == 302
    assert Party.objects.get().country == "DE"
