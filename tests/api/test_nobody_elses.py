"""What is another's is not there: every address that names a thing answers a stranger as if it did not exist.

The addresses come from the access table, so a new one that names a thing must say here whose it is.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import unquote

import pytest
from django.test import Client

from tests.enterprises import given_enterprise_things
from tests.exchange import given_deals as given
from tests.exchange import given_desk as desk
from tests.exchange import given_sheets
from tests.people import given_people as people
from tests.policy import given_application_things, given_reach, given_support
from tests.routes import addresses
from tests.valuation import given_valuation as valued
from zhirong.exchange.actions import listings, objections, questions
from zhirong.exchange.models import Listing
from zhirong.people.actions import verification
from zhirong.people.models import Person
from zhirong.policy.applied import ApplicationObjection
from zhirong.record import actions as record
from zhirong.record import sequencer
from zhirong.record.models import Leaf
from zhirong.registry.actions import imports
from zhirong.web.registry import bringing

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]

# Things that are there for everybody, or forms of one address.
PUBLIC = {"/certificates/", "/api/certificates/", "/lots/", "/api/lots/", "/rights/", "/api/rights/"} | {
    "/policy/measures/", "/api/policy/measures/", "/policy/originals/", "/api/policy/originals/", "/policy/publicity/",
}  # fmt: skip
FORMS = {"/market.", "/import/<str:kind>.", "/api/imports/templates/"}
# The same measure for everybody, each asking for an enterprise of their own.
FORMS |= {"/support/<str:measure_id>", "/api/support/measures/"}
# What is the same for everybody: the name of a paper, the side of a deal.
PARTS = {"name", "side"}
NOTHING: dict[str, str] = {"int": "999999999", "id": "999999999", "str": "nothing", "": "nothing"}


@dataclass
class Private:
    """A seller in the middle of a day, with things that are theirs alone."""

    owners: tuple[Person, ...]
    of: dict[str, dict[str, Any]]

    def values(self, route: str) -> dict[str, Any]:
        """The arguments of the longest beginning of this route that we know."""
        known = [start for start in self.of if route.startswith(start)]
        return self.of[max(known, key=len)] if known else {}


# Whoever may not read them is sent away before anything is looked up.
UNREAD = {
    "/office/recordals/": {"recordal_id": 1},
    "/office/claims/": {"claim_id": 1},
    "/office/index-lists/": {"list_id": 1},
    "/api/index-lists/": {"list_id": 1},
    "/api/runs/": {"ref": "nothing"},
    "/valuation/runs/": {"ref": "nothing"},
    "/office/payments/": {"payment_id": 1},
    "/office/rights/": {"right_id": 1, "file_id": 1},
    "/office/transfers/": {"transfer_id": 1},
    "/office/lots/": {"lot_id": 1},
    "/office/splits/": {"split_id": 1},
    "/api/claims/": {"claim_id": 1},
    "/api/payments/": {"payment_id": 1},
    "/api/transfers/": {"transfer_id": 1},
    "/api/state-papers/": {"paper_id": 1},
    "/office/state-papers/": {"paper_id": 1},
    "/api/withdrawals/": {"withdrawal_id": 1},
    "/office/withdrawals/": {"withdrawal_id": 1},
    "/policy/reach/": {"ref": "nothing"},
    "/api/policy/screenings/": {"ref": "nothing"},
    "/policy/forecasts/": {"measure": given_reach.HONOURS, "year": 2026},
    "/api/policy/forecasts/": {"measure": given_reach.HONOURS, "year": 2026},
    "/api/policy/texts/": {"text_id": 1},
    "/office/measures/": {"text_id": 1},
    "/office/measures/of/": {"name": given_reach.HONOURS},
    "/office/originals/": {"original_id": 1},
}


def supported(sold: desk.Sold) -> dict[str, dict[str, Any]]:
    """Enterprise, applications and kept decisions of the seller's."""
    things = SimpleNamespace(house=sold.house, seller=sold.seller, facts={}, by_start={})
    given_enterprise_things.put_things(things)
    given_application_things.put_things(things)
    given_support.put_things(cast("Any", things))
    return things.by_start


@pytest.fixture
def private() -> Private:
    seller = (sold := desk.a_deal()).seller
    draft = given.a_draft(sold.house, seller)
    paper = record.keep_file(seller.person, "图纸.pdf", b"%PDF-1.7 drawing", is_secret=False)
    document = questions.add_document(seller.person, draft.pk, file=paper, title="图纸", for_admitted=False)
    unverified = people.a_party(administrator=seller.person)
    evidence = record.keep_file(seller.person, "执照.pdf", b"%PDF-1.7 licence", is_secret=True)
    asked = verification.submit_verification(seller.person, unverified.pk, evidence=[evidence])
    sheet = "申请号,名称,权利人,申请日\n202110000001X,甲,某厂,2021-03-05".encode()
    kept = record.keep_file(seller.person, "专利.csv", sheet, is_secret=False)
    batch = imports.stage_import(seller.person, "rights", sheet, file=kept, holder=seller.party)
    asked_for = {"kind": "rights", "file": kept.pk, "holder": seller.party.pk, "person": seller.person.pk}
    job = record.ask_job(seller.person, bringing.READ, key="private", facts=asked_for)
    objection = objections.raise_objection(sold.buyer.person, sold.deal.pk, text="公告与登记簿不符，请核实。")
    sequencer.number_now()
    leaf = Leaf.objects.filter(topic=draft.topic).earliest("pk")
    appraised, support = valued.issued(sold.house, client=seller), supported(sold)
    return Private(
        (seller.person, sold.buyer.person, appraised.firm.first, ApplicationObjection.objects.get().by),
        {
            **valued.named(seller, appraised),
            **support,
            "/account/roles/": {"grant_id": seller.person.role_grants.earliest("pk").pk},
            "/account/parties/": {"party_id": unverified.pk},
            "/api/parties/": {"ref": seller.party.ref},
            "/api/deals/": {"deal_id": sold.deal.pk, "name": "contract"},
            "/deals/": {"number": sold.deal.number, "name": "contract.zh.pdf", "side": "seller"},
            "/api/files/": {"ref": paper.ref},
            "/api/imports/": {"ref": batch.ref},
            "/import/": {"ref": batch.ref},
            "/import/jobs/": {"job_id": job.pk},
            "/api/intents/": {"intent_id": sold.deal.intent_id},
            "/api/listings/": {"listing_id": draft.pk, "document_id": document.pk},
            "/listings/": {"number": Listing.objects.get(pk=draft.pk).number, "document_id": document.pk},
            "/api/receipts/": {"leaf": leaf.pk},
            "/receipts/": {"leaf_id": leaf.pk},
            "/api/verifications/": {"verification_id": asked.pk, "file_ref": evidence.ref},
            "/office/audit/": {"leaf_id": leaf.pk},
            "/office/deals/": {"deal_id": sold.deal.pk},
            "/office/imports/": {"batch_id": batch.pk},
            "/office/sheets/": {"batch_id": given_sheets.drafts(seller, given.a_right(sold.house, seller.party)).pk},
            "/office/intents/": {"intent_id": sold.deal.intent_id},
            "/office/listings/": {"listing_id": draft.pk},
            "/api/objections/": {"objection_id": objection.pk},
            "/office/objections/": {"objection_id": objection.pk},
            **UNREAD,
            "/office/people/": {"person_id": seller.person.pk},
            "/office/verifications/": {"verification_id": asked.pk, "file_id": evidence.pk},
        },
    )


def places() -> list[str]:
    """Addresses to read that name a thing which can be somebody's."""
    gets = [entry.split(" ", 1)[1] for entry in addresses.table() if entry.startswith("GET ")]
    named = [route for route in gets if "<" in route and not route.startswith(tuple(FORMS))]
    return [route for route in named if not route.startswith(tuple(PUBLIC))]


def filled(route: str, values: dict[str, Any]) -> str:
    """The address of these things; what has no value names nothing."""

    def put(found: re.Match[str]) -> str:
        kind, _, name = found[1].rpartition(":")
        return str(values.get(name, NOTHING[kind]))

    return re.sub(r"<([^>]+)>", put, route)


def answer(client: Client, address: str) -> tuple[int, str, str]:
    """Status, where it leads and what it says, without what is different in each answer."""
    told = client.get(address)
    text = b"".join(told.streaming_content).decode() if told.streaming else told.content.decode("utf-8", "replace")
    if told.headers.get("Content-Type", "").startswith("application/problem+json"):
        text = json.dumps({**json.loads(text), "instance": ""})
    said = re.search(r"<main.*</main>", text, re.DOTALL)
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", said[0] if said else text)
    leads = unquote(told.headers.get("Location", ""))
    return told.status_code, leads.replace(address, ""), text.replace(address, "")


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_every_address_that_names_a_thing_answers_a_stranger_as_if_it_did_not_exist(private: Private) -> None:
    stranger, visitor = signed_in(given.a_side("buyer", "holder").person), Client()
    differ = {}
    for route in places():
        values = private.values(route)
        assert values, f"{route} names a thing: say in `private` whose"
        there, nowhere = filled(route, values), filled(route, {name: values[name] for name in PARTS & values.keys()})
        for who, client in (("stranger", stranger), ("visitor", visitor)):
            one, other = answer(client, there), answer(client, nowhere)
            is_hidden = one == other and one[0] in (302, 401, 403, 404)
            if not is_hidden:
                differ[f"{who} {route}"] = (one[:2], other[:2], len(one[2]), len(other[2]))
            if who == "stranger" and route.startswith("/api/"):
                assert one[0] in (403, 404), route
    assert differ == {}


def is_the_houses(route: str) -> bool:
    """Whether the access table lets nobody in but people of the house."""
    who = addresses.table()[f"GET {route}"]
    return not isinstance(who, str) and set(who) <= {"administrator", "operator", "checker", "auditor", "official"}


def test_the_owner_finds_what_a_stranger_does_not(private: Private) -> None:
    """Otherwise the test above would compare nothing with nothing."""
    owners = [signed_in(person) for person in private.owners]
    found = {
        route: min(answer(owner, filled(route, private.values(route)))[0] for owner in owners)
        for route in places()
        if not route.startswith("/office/")
        and not is_the_houses(route)
        and "/signed/" not in route  # nobody brought a signed copy
    }
    assert {route: status for route, status in found.items() if status >= 400} == {}


def test_a_listing_that_was_withdrawn_before_it_was_announced_stays_its_sellers() -> None:
    house, seller = given.House(), given.a_side("holder")
    draft = given.a_draft(house, seller)
    listings.withdraw(seller.person, draft.pk, reason="另有安排。")
    stranger = signed_in(given.a_side("buyer", "holder").person)
    assert answer(stranger, f"/api/listings/{draft.pk}") == answer(stranger, "/api/listings/999999999")
