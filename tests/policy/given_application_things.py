"""For the tests of addresses: applications of the seller's, a payment list, a budget, an objection."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.policy import given_applications as given
from tests.policy.given_applications import Desk
from tests.registry.given_rights import a_file, a_person
from zhirong.people.actions import secrets
from zhirong.policy.actions import applications, budget_books, payments, publicity
from zhirong.policy.applied import Application
from zhirong.record import actions as record


def put_things(things: Any) -> None:
    """One case that was filed, one that is published and objected to, one on a list, and the book of the year."""
    seller = things.seller
    given.a_measure()
    desk = Desk(party=seller.party)
    secrets.keep_secret(desk.member, seller.party.pk, kind="bank_account", value="6222021234567890")
    book = given.a_budget(desk)
    filed, listed = given.filed(desk), given.approved(desk, about="loan:1")
    made = payments.make_list(desk.first, [listed.number])
    shown = given.a_measure("x-published")
    given.a_budget(desk, measure=shown)
    published = given.published(desk, measure=shown, about="loan:1")
    objected = publicity.object_to(a_person("buyer"), published.pk, reason="贷款未结清", evidence=a_file(b"proof"))
    draft = applications.start(desk.member, seller.party, given.MEASURE, about=given.a_loan(desk, "loan:3"))
    kept = applications.attach(desk.member, draft.pk, material="form", file=a_file(b"form"))
    file = filed.files.earliest("pk")
    things.facts |= {"drafted": draft.pk, "attached": kept.pk}
    things.by_start |= {
        "/api/applications/": {"application_id": filed.pk, "file_id": file.pk},
        "/api/applications/objections/": {"objection_id": objected.pk},
        "/api/payment-lists/": {"list_id": made.pk},
        "/api/payment-lists/lines/": {"line_id": made.lines.get().pk},
        "/api/budget-books/": {"budget_id": book.pk},
        "/applications/objections/": {"objection_id": objected.pk},
        "/applications/": {"number": filed.number, "file_id": file.pk},
        "/office/applications/": {"number": filed.number, "application_id": filed.pk},
        "/office/payment-lists/": {"number": made.number},
        "/office/budget-books/": {"budget_id": book.pk},
        "/api/applications/<int:application_id>/objections": {"application_id": published.pk},
        "/policy/publicity/": {"number": published.number},
    }
    _put_turns(things, desk)


def _put_turns(things: Any, desk: Desk) -> None:
    """For each deed of the officials a case, a list and a budget whose turn it is, decided by nobody who asks."""
    at = "/api/applications/<int:application_id>"
    named = given.a_measure("x-turns")
    given.a_budget(desk, measure=named)
    turns = {
        "decide": given.complete,
        "confirm": given.proposed,
        "send-back": given.proposed,
        "publish": given.eligible,
        "close": given.published,
        "repayment": given.paid,
        "repaid": given.paid,
    }
    made = {deed: build(Desk(measure=named)) for deed, build in turns.items()}
    Application.objects.filter(pk=made["close"].pk).update(publicity_until=date(2020, 1, 1))
    payments.demand(desk.first, made["repaid"].pk, amount_fen=1, reason="重复享受")
    things.facts["decided_sha256"] = made["confirm"].decided_sha256
    things.facts["to_list"] = given.approved(Desk(measure=named)).number
    proposed = budget_books.set_budget(
        desk.first, named, 2032, amount_fen=100, allocation="first_come", last_gets_rest=True, source="批复"
    )  # fmt: skip
    things.facts["proposed_sha256"] = proposed.proposed_sha256
    shared = given.a_budget(desk, measure=given.a_measure("x-shared", allocation="pro_rata"), allocation="pro_rata")
    sent = payments.make_list(desk.first, [given.approved(Desk(measure=named)).number])
    payments.confirm_list(desk.second, sent.pk)
    things.facts["line_fen"] = sent.lines.get().amount_fen
    things.by_start |= {
        **{f"{at}/{deed}": {"application_id": one.pk} for deed, one in made.items()},
        "/api/payment-lists/lines/<int:line_id>/pay": {"line_id": sent.lines.get().pk},
        "/api/budget-books/<int:budget_id>/confirm": {"budget_id": proposed.pk},
        "/api/budget-books/<int:budget_id>/allocate": {"budget_id": shared.pk},
    }


def said(things: Any, party: str, own: str) -> dict[str, dict[str, object]]:
    """What the deeds of the interface need to hear, by the end of their address."""
    at, today = "applications/<int:application_id>", record.now().date().isoformat()
    whole = things.facts["line_fen"]
    return {
        "POST /api/applications": {"party": party, "measure": given.MEASURE, "about": "loan:3"},
        f"{at}/materials": {"material": "form", "file": own},
        f"{at}/ask-supplement": {"missing": "营业执照"},
        f"{at}/decide": {"verdict": "eligible"},
        f"{at}/confirm": {"decided_sha256": things.facts["decided_sha256"]},
        f"{at}/objections": {"reason": "贷款未结清"},
        f"{at}/repayment": {"amount_fen": 1, "reason": "重复享受"},
        f"{at}/repaid": {"on": today, "reference": "B1"},
        "applications/objections/<int:objection_id>/decide": {"is_upheld": False, "answer": "已结清"},
        "POST /api/payment-lists": {"numbers": [things.facts["to_list"]]},
        "payment-lists/lines/<int:line_id>/pay": {"amount_fen": whole, "on": today, "reference": "R1"},
        "budget-books/<int:budget_id>/confirm": {"proposed_sha256": things.facts["proposed_sha256"]},
        "POST /api/budget-books": {
            "measure": given.MEASURE, "year": 2031, "amount_fen": 100, "allocation": "first_come", "source": "批复",
        },
    }  # fmt: skip


def forms() -> dict[str, dict[str, object]]:
    """What the forms of the pages send."""
    return {
        "/applications/<str:number>": {"deed": "file"},
        "/policy/publicity/<str:number>": {"reason": "贷款未结清"},
    }
