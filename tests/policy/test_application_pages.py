"""Pages of applications in both languages: what each side reads and does, and what it does not see."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.api.given_api import a_caller
from tests.policy import given_applications as given
from tests.policy.given_applications import Desk, fresh
from tests.registry.given_rights import a_file, a_person
from zhirong.papers import sheet_reader
from zhirong.people.actions import secrets
from zhirong.people.models import Person, Secret
from zhirong.policy.actions import applications, payments, publicity, reviews
from zhirong.policy.actions.reviews import Ruling
from zhirong.policy.applied import Application, Budget
from zhirong.record.models import Leaf, Notice

pytestmark = [pytest.mark.django_db(transaction=True)]
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
ACCOUNT = "6222020200000000012"
LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])


@pytest.fixture
def desk() -> Desk:
    given.a_measure()
    desk = Desk()
    given.a_budget(desk)
    return desk


def signed_in(person: Person | None, language: str = "zh") -> Client:
    client = Client()
    if person is not None:
        client.force_login(person)
    client.cookies["lang"] = language
    return client


def text_of(client: Client, address: str, *, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content.decode()[:3000]
    text = answer.content.decode()
    if status == 200:
        assert text.count("<h1") == 1
    return text


@LANGUAGES
def test_every_page_is_there_for_those_whom_it_is_for(desk: Desk, language: str) -> None:
    row = given.published(desk)
    draft = applications.start(desk.member, desk.party, given.MEASURE, about=given.a_loan(desk, "loan:1"))
    budget = Budget.objects.get()
    mine = signed_in(desk.member, language)
    for address in ("/applications", f"/applications/new?measure={given.MEASURE}", f"/applications/{row.number}"):
        text_of(mine, address)
    assert draft.number in text_of(mine, "/applications")
    office = signed_in(desk.third, language)
    for address in (
        "/office/applications",
        "/office/applications?state=publicity",
        f"/office/applications/{row.number}",
        "/office/payment-lists",
        "/office/budget-books",
        f"/office/budget-books/{budget.pk}",
    ):
        text_of(office, address)
    visitor = signed_in(None, language)
    assert desk.party.name in text_of(visitor, "/policy/publicity")
    assert "200,000" in text_of(visitor, f"/policy/publicity/{row.number}")


def test_the_enterprise_goes_from_draft_to_filing_on_its_page(desk: Desk) -> None:
    client = signed_in(desk.member)
    answer = client.post("/applications/new", {"party": desk.party.pk, "measure": given.MEASURE, "about": ""})
    row = Application.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/applications/{row.number}")
    text = text_of(client, f"/applications/{row.number}")
    assert "还缺 2 份材料：申请表、营业执照" in text
    for material in ("form", "licence"):
        file = SimpleUploadedFile(f"{material}.pdf", PDF + material.encode())
        client.post(f"/applications/{row.number}", {"deed": "attach", "material": material, "file": file})
    assert client.post(f"/applications/{row.number}", {"deed": "file"}).status_code == 302
    after = fresh(row)
    assert (after.state, after.computed_fen, after.filed_by) == ("filed", 200_000_00, desk.member)
    text = text_of(client, f"/applications/{row.number}")
    assert "一种读法" in text
    assert "已受理" in text


def test_a_refused_filing_shows_why_and_changes_nothing(desk: Desk) -> None:
    row = applications.start(desk.member, desk.party, given.MEASURE)
    answer = signed_in(desk.member, "en").post(f"/applications/{row.number}", {"deed": "file"})
    assert answer.status_code == 409
    assert "2 papers are missing: application form, business licence" in answer.content.decode()
    assert fresh(row).state == "draft"


def test_an_agent_reads_that_the_enterprise_files(desk: Desk) -> None:
    row = given.drafted(desk)
    agent = a_person("agent", of=desk.party)
    text = text_of(signed_in(agent), f"/applications/{row.number}")
    assert "2024 年 3 月 15 日" in text
    assert 'value="file"' not in text
    answer = signed_in(agent).post(f"/applications/{row.number}", {"deed": "file"})
    assert answer.status_code == 403
    assert fresh(row).state == "draft"


def test_a_stranger_sees_no_application_and_no_paper(desk: Desk) -> None:
    row = given.filed(desk)
    stranger, file = signed_in(a_person("holder")), row.files.first()
    assert file
    for address in (f"/applications/{row.number}", f"/applications/{row.number}/files/{file.pk}"):
        text_of(stranger, address, status=404)
    assert row.number not in text_of(stranger, "/applications")
    assert stranger.get("/office/applications").status_code == 403


def test_officials_do_not_see_drafts(desk: Desk) -> None:
    row = given.drafted(desk)
    office = signed_in(desk.first)
    text_of(office, f"/office/applications/{row.number}", status=404)
    assert row.number not in text_of(office, "/office/applications")


def test_an_official_decides_with_a_difference_and_another_confirms(desk: Desk) -> None:
    row = given.complete(desk)
    address = f"/office/applications/{row.number}"
    answer = signed_in(desk.first).post(
        address,
        {
            "deed": "decide",
            "verdict": "eligible",
            "fact_1": "loan_interest_paid",
            "found_1": "30万元",
            "difference_reason": "银行回单",
        },
    )
    assert answer.status_code == 302, answer.content.decode()[:2000]
    after = fresh(row)
    assert (after.state, after.decided_fen) == ("proposed", 150_000_00)
    assert 'value="confirm"' not in text_of(signed_in(desk.first), address)
    sent = {"deed": "confirm", "decided_sha256": after.decided_sha256}
    assert signed_in(desk.second).post(address, sent).status_code == 302
    assert fresh(row).granted_fen == 150_000_00


def test_all_faults_of_a_decision_are_told_at_once(desk: Desk) -> None:
    row = given.complete(desk)
    sent = {"deed": "decide", "fact_1": "loan_interest_paid", "found_1": "many", "reason": "保留这段话"}
    answer = signed_in(desk.first).post(f"/office/applications/{row.number}", sent)
    text = answer.content.decode()
    assert answer.status_code == 400
    assert 'id="d-found-1-w"' in text
    assert "保留这段话" in text
    assert fresh(row).state == "complete"


def test_many_cases_are_published_closed_and_listed_at_once(desk: Desk) -> None:
    rows = [given.eligible(desk, about="loan:1"), given.eligible(desk, about="loan:2")]
    office, numbers = signed_in(desk.first), [row.number for row in rows]
    office.post("/office/applications", {"deed": "publish", "number": numbers})
    Application.objects.update(publicity_until=date(2020, 1, 1))
    office.post("/office/applications", {"deed": "close", "number": numbers})
    office.post("/office/applications", {"deed": "list", "number": numbers})
    assert [fresh(row).state for row in rows] == ["listed", "listed"]
    made = fresh(rows[0]).bookings.count()
    assert made == 2
    answer = office.get("/office/payment-lists?as=lists.csv")
    assert "300000.00" in answer.content.decode("utf-8-sig")


def test_the_list_for_the_bank_has_its_total_and_masked_accounts(desk: Desk) -> None:
    row = given.approved(desk)
    made = payments.make_list(desk.first, [row.number])
    text = text_of(signed_in(desk.second), f"/office/payment-lists/{made.number}")
    assert "6222 **** 0001" in text
    answer = signed_in(desk.second).get(f"/office/payment-lists/{made.number}?as=list.xlsx")
    assert answer["Content-Type"].startswith("application/vnd.openxmlformats")
    signed_in(desk.second).post(f"/office/payment-lists/{made.number}", {"deed": "confirm"})
    line = made.lines.get()
    sent = {"deed": "note_paid", "line": line.pk, "amount": "200,000", "on": "2026-01-05", "reference": "R9"}
    assert signed_in(desk.first).post(f"/office/payment-lists/{made.number}", sent).status_code == 302
    assert fresh(row).state == "paid"


def test_the_accounts_are_read_in_full_only_by_who_may_and_each_reading_is_on_the_record(desk: Desk) -> None:
    Secret.objects.filter(party=desk.party).delete()
    secrets.keep_secret(desk.member, desk.party.pk, kind=secrets.ACCOUNT, value=ACCOUNT)
    row = given.approved(desk)
    made = payments.make_list(desk.first, [row.number])
    page, operator = f"/office/payment-lists/{made.number}", a_person("operator")
    # Before a second person looked at the list nobody needs the accounts.
    assert "完整账号" not in text_of(signed_in(operator), page)
    assert ACCOUNT not in signed_in(operator).post(page, {"deed": "accounts"}).content.decode()
    payments.confirm_list(desk.second, made.pk)
    for other in (desk.first, a_person("auditor")):
        assert "完整账号" not in text_of(signed_in(other), page)
        assert signed_in(other).post(page, {"deed": "accounts"})["Content-Type"].startswith("text/html")
        assert signed_in(other).post(f"/api/payment-lists/{made.pk}/accounts").status_code == 403
    assert Leaf.objects.filter(kind="people.secret_read").count() == 0
    assert "完整账号" in text_of(signed_in(operator), page)
    answer = signed_in(operator).post(page, {"deed": "accounts"})
    assert ACCOUNT in [
        cell.text for one in sheet_reader.read(answer.content, name="a.xlsx").rows for cell in one.cells.values()
    ]
    (told,) = Leaf.objects.filter(kind="people.secret_read")
    body = json.loads(told.body)
    assert (body["who"], body["reason"], body["about"]) == (operator.ref, "payout", made.topic)
    assert ACCOUNT not in told.body
    told = signed_in(operator).post(f"/api/payment-lists/{made.pk}/accounts").json()
    assert [one["account"] for one in told["lines"]] == [ACCOUNT]
    assert signed_in(operator).get(f"/api/payment-lists/{made.pk}").json()["lines"][0]["account"] != ACCOUNT
    assert Leaf.objects.filter(kind="people.secret_read").count() == 2


def test_a_budget_is_proposed_and_confirmed_on_the_pages(desk: Desk) -> None:
    sent = {
        "deed": "set", "measure": given.MEASURE, "year": "2031", "amount": "500万", "allocation": "first_come",
        "rest": "yes", "source": "批复",
    }  # fmt: skip
    assert signed_in(desk.first).post("/office/budget-books", sent).status_code == 302
    row = Budget.objects.get(year=2031)
    assert (row.amount_fen, row.confirmed_at) == (500_000_000, None)
    signed_in(desk.second).post(
        f"/office/budget-books/{row.pk}", {"deed": "confirm", "proposed_sha256": row.proposed_sha256}
    )
    row.refresh_from_db()
    assert row.confirmed_by == desk.second


def test_somebody_objects_in_public_and_reads_the_answer(desk: Desk) -> None:
    row = given.published(desk)
    objector = a_person("buyer")
    client, address = signed_in(objector), f"/policy/publicity/{row.number}"
    assert client.post(address, {"reason": "贷款未结清"}).status_code == 302
    found = row.objections.get()
    publicity.decide_objection(desk.third, found.pk, is_upheld=False, answer="已结清，有证明")
    assert "已结清，有证明" in text_of(client, address)
    assert objector.name not in text_of(signed_in(None), address)


def test_a_visitor_who_objects_is_asked_to_sign_in(desk: Desk) -> None:
    row = given.published(desk)
    answer = signed_in(None).post(f"/policy/publicity/{row.number}", {"reason": "贷款未结清"})
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/sign-in")
    assert row.objections.count() == 0


def test_pages_ask_at_most_twelve_questions(desk: Desk, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    row = given.approved(desk)
    refused = given.complete(desk, about="loan:7")
    decided = reviews.decide(desk.first, refused.pk, Ruling(verdict="refused", reason="不符", clauses=("c-who",)))
    reviews.confirm(desk.second, refused.pk, decided_sha256=decided.decided_sha256)
    publicity.object_to(desk.member, refused.pk, reason="在福田")
    made = payments.make_list(desk.first, [row.number])
    draft = applications.start(desk.member, desk.party, given.MEASURE, about=given.a_loan(desk, "loan:9"))
    member, office = signed_in(desk.member), signed_in(desk.third)
    for client, address in (
        (member, "/applications"),
        (member, f"/applications/{row.number}"),
        (member, f"/applications/{draft.number}"),
        (member, f"/applications/new?measure={given.MEASURE}"),
        (office, "/office/applications"),
        (office, f"/office/applications/{refused.number}"),
        (office, f"/office/applications/{row.number}"),
        (office, "/office/payment-lists"),
        (office, f"/office/payment-lists/{made.number}"),
        (office, "/office/budget-books"),
        (office, f"/office/budget-books/{Budget.objects.get().pk}"),
        (member, "/policy/publicity"),
    ):
        client.get(address)
        with django_assert_max_num_queries(12, info=address):
            text_of(client, address)


def test_the_enterprise_reads_no_verdict_before_a_second_person_confirmed_it(desk: Desk) -> None:
    row = given.complete(desk)
    found = {"loan_interest_paid": "300000"}
    decided = reviews.decide(
        desk.first,
        row.pk,
        Ruling(
            verdict="refused",
            reason="贷款用途不符",
            clauses=("c-who",),
            differences=found,
            difference_reason="银行回单",
        ),
    )
    reviews.send_back(desk.second, row.pk, reason="条款引用有误")
    reviews.decide(desk.first, row.pk, Ruling(verdict="refused", reason="贷款用途不符", clauses=("c-who",)))
    page, api = f"/applications/{row.number}", f"/applications/{row.pk}"
    shown = text_of(signed_in(desk.member), page)
    for word in ("贷款用途不符", "条款引用有误", "已初审，等待另一人复核"):
        assert word not in shown.replace("已初审，待复核", "")
    assert "200,000" in shown
    member = a_caller(desk.member)
    told = member.get(api)
    assert (told["verdict"], told["decision_reason"], told["decided_fen"]) == ("", "", None)
    assert (told["decided"], told["decided_sha256"], told["clauses"], told["differences"]) == ({}, "", [], {})
    kinds = set(Notice.objects.filter(person_ref=desk.member.ref).values_list("kind", flat=True))
    assert not kinds & {"policy.application_decided", "policy.application_sent_back"}
    assert decided.decided_sha256 not in str(member.get("/feed", limit=1000))
    office = a_caller(desk.second).get(api)
    assert (office["verdict"], office["decision_reason"]) == ("refused", "贷款用途不符")
    reviews.confirm(desk.second, row.pk, decided_sha256=office["decided_sha256"])
    assert "贷款用途不符" in text_of(signed_in(desk.member), page)
    assert member.get(api)["verdict"] == "refused"


def test_the_proof_with_an_objection_is_read_by_its_author_and_the_officials_of_the_case_alone(desk: Desk) -> None:
    row = given.published(desk)
    objector = a_person("buyer")
    found = publicity.object_to(objector, row.pk, reason="贷款未结清", evidence=a_file(PDF))
    address = f"/applications/objections/{found.pk}/proof"
    for reader in (objector, desk.third):
        assert signed_in(reader).get(address).content == PDF
    assert address in text_of(signed_in(desk.third), f"/office/applications/{row.number}")
    assert address in text_of(signed_in(objector), f"/policy/publicity/{row.number}")
    own, auditor = a_person("official", of=desk.party), a_person("auditor")
    for other in (desk.member, a_person("buyer"), own, auditor):
        assert signed_in(other).get(address).status_code == 404
        assert a_caller(other).refused(address, method="GET")[0] == 404
    assert address not in text_of(signed_in(desk.member), f"/applications/{row.number}")
    assert address not in text_of(signed_in(auditor), f"/office/applications/{row.number}")


@pytest.mark.parametrize(
    ("language", "about", "told_by", "raw"),
    [("zh", "贷款 2026-01", "企业自述", "self"), ("en", "Loan 2026-01", "the enterprise itself", "self")],
)
def test_a_case_is_told_in_the_words_of_its_reader(
    desk: Desk, language: str, about: str, told_by: str, raw: str
) -> None:
    row = given.complete(desk, about="loan:2026-01")
    own, office = f"/applications/{row.number}", f"/office/applications/{row.number}"
    for person, lists in ((desk.member, ["/applications", own]), (desk.first, ["/office/applications", office])):
        for address in lists:
            text = text_of(signed_in(person, language), address)
            assert about in text, address
            assert "loan:2026-01<" not in text
        assert told_by in text
        assert f">{raw}<" not in text
        assert f'<code class="xs">{fresh(row).decision_sha256[:16]}</code>' in text


def test_an_official_of_the_enterprise_reads_no_decision_that_nobody_confirmed(desk: Desk) -> None:
    row = given.complete(desk)
    Person.objects.filter(pk=desk.first.pk).update(name="审定甲")
    ruling = Ruling(verdict="refused", reason="材料不实，不予支持", clauses=("c-who",))
    row = reviews.decide(desk.first, row.pk, ruling)
    torn = a_person("official", of=desk.party)
    address = f"/office/applications/{row.number}"
    mine, other = text_of(signed_in(torn), address), text_of(signed_in(desk.third), address)
    assert "材料不实" in other
    assert "审定甲" in other
    for word in ("材料不实", "审定甲", "不予支持"):
        assert word not in mine
    assert "200,000" in mine
    reviews.confirm(desk.second, row.pk, decided_sha256=row.decided_sha256)
    assert "材料不实" in text_of(signed_in(torn), address)
