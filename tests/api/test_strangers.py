"""What is another's is not there; forms of other sites do nothing; bodies have bounds (LEDGER S1, S2, S4)."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from tests.api.given_api import ANYBODY, a_caller
from tests.exchange import given_deals as given
from tests.people import given_people as people
from zhirong.api.app import LARGEST_BODY
from zhirong.exchange import jobs
from zhirong.exchange.models import Deal
from zhirong.people.actions import tokens
from zhirong.people.models import Token
from zhirong.record import sequencer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


@pytest.fixture
def a_deal() -> tuple[Deal, given.Side, given.Side]:
    """A deal at the asking price, its seller and its buyer."""
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    listing = given.an_announced(house, seller)
    given.an_admitted(listing, buyer)
    given.time_passes(minutes=4)
    jobs.tick()
    given.time_passes(minutes=6)
    jobs.tick()
    return Deal.objects.get(), seller, buyer


def test_a_strangers_deal_intent_party_and_account_are_not_there(a_deal: tuple[Deal, given.Side, given.Side]) -> None:
    deal, _, buyer = a_deal
    stranger = a_caller(given.a_side("buyer", "holder").person)
    own = a_caller(buyer.person)
    intent = own.get("/intents")["items"][0]["intent_id"]
    paths = [
        f"/deals/{deal.pk}",
        f"/intents/{intent}",
        f"/parties/{buyer.party.ref}",
        f"/deals/{deal.pk}/papers/contract",
    ]
    for path in paths:
        assert own.ask("GET", path).status_code == 200, path
        missing = stranger.ask("GET", path)
        assert (missing.status_code, missing.json()["code"]) == (404, "api.not_found"), path
    account = {
        "path": f"party:{buyer.party.ref}:available",
        "begins": "2026-01-01T00:00:00Z",
        "ends": "2100-01-01T00:00:00Z",
    }
    assert own.get("/statement", **account)["closing_fen"] >= 0
    assert stranger.ask("GET", "/statement", query=account).status_code == 404
    assert (
        stranger.get("/deals")["total"] == stranger.get("/intents")["total"] == stranger.get("/accounts")["total"] == 0
    )


def test_what_is_unknown_and_what_is_anothers_are_answered_alike(a_deal: tuple[Deal, given.Side, given.Side]) -> None:
    deal, _, _ = a_deal
    stranger = a_caller(given.a_side("buyer").person)
    bodies = [json.loads(stranger.ask("GET", f"/deals/{pk}").content) for pk in (deal.pk, 999_999)]
    assert len({json.dumps({**body, "instance": ""}) for body in bodies}) == 1


def test_a_stranger_neither_withdraws_nor_accepts_nor_ends_what_is_anothers(
    a_deal: tuple[Deal, given.Side, given.Side],
) -> None:
    deal, _, buyer = a_deal
    person = given.a_side("buyer", "holder").person
    stranger = a_caller(person)
    intent = a_caller(buyer.person).get("/intents")["items"][0]["intent_id"]
    theirs = Token.objects.filter(person=buyer.person).latest("pk").pk
    said = {"side": "buyer", "contract_sha256": "0" * 64}
    assert stranger.refused(f"/intents/{intent}/withdraw", key="a") == (404, "api.not_found")
    assert stranger.refused(f"/deals/{deal.pk}/accept", said, key="b") == (404, "api.not_found")
    assert stranger.refused(f"/tokens/{theirs}", method="DELETE") == (404, "api.not_found")
    assert Token.objects.get(pk=theirs).ended_at is None


def test_a_draft_and_its_reserve_are_its_sellers_alone() -> None:
    house, seller = given.House(), given.a_side("holder")
    draft = given.a_draft(house, seller)
    own, stranger = a_caller(seller.person), a_caller(given.a_side("holder").person)
    assert own.get(f"/listings/{draft.pk}")["state"] == "submitted"
    assert stranger.ask("GET", f"/listings/{draft.pk}").status_code == 404
    assert ANYBODY.ask("GET", f"/listings/{draft.pk}").status_code == 404
    offer = {"seller": seller.party.ref, "rights": [1], "title": "不是我的权利", "asking_fen": 1, "rule_set": "demo"}
    assert stranger.ask("PUT", f"/listings/{draft.pk}", offer).status_code == 404
    assert stranger.refused("/listings", offer)[0] == 403


def test_a_field_that_nobody_may_set_is_refused() -> None:
    seller = given.a_side("holder")
    offer = {"seller": seller.party.ref, "rights": [1], "title": "权利转让", "asking_fen": 1, "rule_set": "demo"}
    assert a_caller(seller.person).refused("/listings", {**offer, "state": "announced"}) == (422, "api.not_valid")


def test_a_session_writes_only_with_its_proof_of_origin() -> None:
    person = people.a_person()
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)
    body = {"name": "x", "days": 1}
    bare = client.post("/api/tokens", body, content_type="application/json")
    assert (bare.status_code, Token.objects.count()) == (403, 0)
    client.get("/sign-in")
    proof = client.cookies["csrf"].value if "csrf" in client.cookies else ""
    assert client.get("/api/me").status_code == 200
    if proof:
        done = client.post("/api/tokens", body, content_type="application/json", headers={"X-CSRFToken": proof})
        assert (done.status_code, Token.objects.count()) == (200, 1)


def test_a_token_needs_no_proof_of_origin_and_works_until_it_is_ended() -> None:
    person = people.a_person()
    token, plain = tokens.make_token(person, name="x", days=1)
    client = Client(enforce_csrf_checks=True)
    own = {"Authorization": f"Bearer {plain}"}
    assert client.post("/api/notices/read", {}, content_type="application/json", headers=own).status_code == 200
    assert client.delete(f"/api/tokens/{token.pk}", headers=own).status_code == 200
    assert client.get("/api/me", headers=own).status_code == 401
    assert client.get("/api/lots", headers=own).status_code == 401, "a token that is named must be in force"


def test_a_body_beyond_its_bound_is_refused() -> None:
    caller = a_caller(people.a_person())
    assert caller.refused("/notices/read", "[" + " " * LARGEST_BODY + "]") == (413, "api.too_large")
    assert caller.refused("/notices/read", "[" * 100_000) == (400, "api.not_accepted")
    assert caller.refused("/notices/read", "{") == (400, "api.not_accepted")


def test_a_receipt_of_a_deed_that_is_not_public_is_for_those_whom_it_concerns() -> None:
    seller = given.a_side("holder")
    draft = given.a_draft(given.House(), seller)
    sequencer.number_now()
    own, stranger = a_caller(seller.person), a_caller(given.a_side("holder").person)
    events = own.get("/feed", topic=draft.topic)["items"]
    assert [one["kind"] for one in events] == ["exchange.drafted", "exchange.submitted"]
    leaf = events[0]["leaf"]
    assert own.get(f"/receipts/{leaf}")["number"] == events[0]["number"]
    assert stranger.ask("GET", f"/receipts/{leaf}").status_code == 404
    assert ANYBODY.ask("GET", f"/receipts/{leaf}").status_code == 404
    assert stranger.get("/feed", topic=draft.topic)["items"] == []
