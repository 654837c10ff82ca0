"""Reach, forecasts, the almost eligible and invitations through the interface."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.policy import given_reach
from tests.policy.given_reach import HNTE, HONOURS
from tests.registry import given_rights
from zhirong.policy.actions import reaching
from zhirong.policy.models import Screening, TakeUp

pytestmark = pytest.mark.django_db


def client_of(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def post(client: Client, address: str, key: str = "k", **body: Any) -> Any:
    return client.post(address, body, content_type="application/json", headers={"Idempotency-Key": key})


def test_a_run_is_asked_for_once_and_told_with_what_it_found() -> None:
    given_reach.an_enterprise("甲公司", HONOURS)
    client = client_of(given_reach.an_official())
    first, again = (post(client, "/api/policy/screenings").json() for _ in range(2))
    assert first == again
    assert Screening.objects.count() == 1
    list(reaching.do_screening({"ref": first["ref"]}))
    told = client.get(f"/api/policy/screenings/{first['ref']}").json()
    (row,) = [one for one in told["measures"] if one["measure"] == HONOURS]
    assert (told["state"], row["met"], row["total_fen"]) == ("done", 1, 21_000_00)
    assert len(told["manifest"]["population_sha256"]) == 64
    assert client.get("/api/policy/screenings").json()["total"] == 1


def test_the_almost_eligible_are_paged_with_their_conditions() -> None:
    for name in "甲乙丙":
        given_reach.an_enterprise(name, HNTE, innovation_score=60)
    client = client_of(given_reach.an_official())
    page = client.get(f"/api/policy/almost-eligible?measure={HNTE}&limit=2").json()
    assert (len(page["items"]), page["next"], page["total"], page["declined"]) == (2, 2, 3, 0)
    (condition,) = page["items"][0]["conditions"]
    assert (condition["id"], condition["short_by"], condition["fixable"]) == ("score", "10", "time")
    rest = client.get(f"/api/policy/almost-eligible?measure={HNTE}&limit=2&offset=2").json()
    assert (len(rest["items"]), rest["next"]) == (1, None)
    assert client.get("/api/policy/almost-eligible?measure=none").json()["code"] == "policy.measure_unknown"
    stranger = client_of(given_rights.a_person("holder"))
    assert stranger.get(f"/api/policy/almost-eligible?measure={HNTE}").status_code == 403


def test_a_take_up_gives_a_forecast() -> None:
    given_reach.an_enterprise("甲公司", HONOURS)
    given_reach.a_screening()
    given_reach.a_budget(HONOURS, 10_500_00, year=2026)
    client = client_of(given_reach.an_official())
    said = {
        "measure": HONOURS,
        "year": 2026,
        "low_ppm": 0,
        "likely_ppm": 250_000,
        "high_ppm": 500_000,
        "source": "座谈",
    }
    assert post(client, "/api/policy/take-ups", **said).status_code == 200
    crossed = post(client, "/api/policy/take-ups", "k2", **{**said, "low_ppm": 600_000})
    assert crossed.json()["code"] == "policy.take_up_crossed"
    assert TakeUp.objects.count() == 1
    rows = client.get("/api/policy/forecasts/2026").json()["items"]
    (row,) = [one for one in rows if one["measure"] == HONOURS]
    assert (row["likely"]["total_fen"], row["likely"]["share_of_budget"]) == (5_250_00, "0.5")
    assert row["high"]["used_up_on"] == "2026-12-31"
    assert client.get(f"/api/policy/forecasts/2026/{HONOURS}/budget").json()["items"] == []
    assert client.get(f"/api/policy/forecasts/2025/{HONOURS}/budget").status_code == 404


def test_everybody_is_told_counts_but_never_of_one_or_two() -> None:
    given_reach.an_enterprise("甲公司", HONOURS)
    given_reach.a_screening()
    stranger = client_of(given_rights.a_person("holder"))
    rows = stranger.get("/api/policy/reach").json()["items"]
    (row,) = [one for one in rows if one["measure"] == HONOURS]
    assert (row["met"], row["unknown"]) == (None, 0)


def test_an_enterprise_declines_and_takes_invitations() -> None:
    party = given_reach.an_enterprise("甲公司", HNTE, innovation_score=60)
    member = client_of(given_rights.a_person("holder", of=party))
    official = client_of(given_reach.an_official())
    address = f"/api/policy/invitations/{party.ref}"
    for _ in range(2):
        assert member.delete(address).status_code == 200
    told = official.get(f"/api/policy/almost-eligible?measure={HNTE}").json()
    assert (told["total"], told["declined"]) == (0, 1)
    assert member.put(address).status_code == 200
    assert official.get(f"/api/policy/almost-eligible?measure={HNTE}").json()["total"] == 1
    assert client_of(given_rights.a_person("holder")).delete(address).status_code == 403
    assert member.delete("/api/policy/invitations/0000000000000000").status_code == 404
