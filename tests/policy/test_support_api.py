"""The interface of support: the list, the best set, what-ifs, goals, the guided check, kept decisions and feeds."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.enterprises import given_enterprises
from tests.exchange.given_desk import browser_of
from tests.policy import given_support as given
from tests.policy.given_support import GROWTH, LOAN, PLEDGE
from tests.web.given_pages import few_queries
from zhirong.policy.actions import support
from zhirong.policy.followed import CalendarFeed, KeptDecision

pytestmark = pytest.mark.django_db(transaction=True)
DAY = "2022-10-15"


def told(client: Client, path: str, said: dict[str, Any] | None = None, *, status: int = 200) -> Any:
    if said is None:
        answer = client.get(f"/api/support{path}")
    else:
        answer = client.post(f"/api/support{path}", json.dumps(said), "application/json")
    assert answer.status_code == status, answer.content[:400]
    return answer.json()


def test_the_list_is_paged_and_every_decision_carries_clauses_and_sources() -> None:
    party, person = given.an_enterprise()
    client = browser_of(person)
    with few_queries():
        page = told(client, f"?party={party.ref}&day={DAY}&limit=2")
    assert (page["total"], page["next"], len(page["items"])) == (36, 2, 2)
    first = page["items"][0]
    assert (first["measure"], first["about"], first["benefit_fen"], first["is_exact"]) == (
        PLEDGE,
        LOAN,
        10_875_001,
        True,
    )
    assert first["decision"]["sources"]["loan_principal"]["source"] == "self"
    assert all(one["clause"]["certainty"] for one in first["decision"]["conditions"])
    assert told(client, f"?party={party.ref}&day={DAY}&state=met")["total"] == 1
    assert told(client, f"/best?party={party.ref}&day={DAY}")["total_fen"] == 10_875_001
    one = told(client, f"/measures/{GROWTH}?party={party.ref}&day={DAY}&about={LOAN}")
    assert (one["state"], one["ask_next"]) == ("unknown", ["filed_year", "loan_year"])
    told(client, f"/measures/none?party={party.ref}", status=422)
    stranger = browser_of(given_enterprises.a_member(given_enterprises.an_enterprise("另一家企业")))
    told(stranger, f"?party={party.ref}", status=404)


def test_what_ifs_and_goals_are_computed_and_nothing_is_kept() -> None:
    party, person = given.an_enterprise()
    client = browser_of(person)
    changes = [{"fact": "loan_interest_paid", "how": "add", "value": "100000"}]
    found = told(client, "/what-if", {"party": party.ref, "day": DAY, "changes": changes})
    assert (found["best_before"], found["best_after"]) == ("108750.01", "158750.01")
    assert [one["by"] for one in found["differences"] if one["measure"] == PLEDGE] == ["50000.00"]
    sought = {"party": party.ref, "day": DAY, "measure": PLEDGE, "about": LOAN, "fact": "loan_interest_paid"}
    found = told(client, "/goal", {**sought, "goal": "ceiling", "most": "100000000"})
    assert [one["first"] for one in found["spans"]] == ["3999999.99"]
    told(client, "/goal", {**sought, "goal": "ceiling"}, status=422)


def test_the_check_is_open_to_all_and_ends_when_it_is_certain() -> None:
    visitor = Client()
    found = told(visitor, "/check", {"day": DAY, "measures": [PLEDGE], "facts": {}})
    assert not found["is_certain"]
    assert found["questions"][0]["may_end"] == [PLEDGE]
    found = told(visitor, "/check", {"day": DAY, "measures": [PLEDGE], "facts": {"loan_term_months": 18}})
    assert (found["is_certain"], found["questions"], found["decisions"][0]["eligible"]) == (True, [], "not_met")
    told(visitor, "/check", {"facts": {"no_such": 1}}, status=422)


def test_decisions_and_feeds_are_kept_once_and_ended() -> None:
    party, person = given.an_enterprise()
    client = browser_of(person)
    said = {"party": party.ref, "measure": PLEDGE, "about": LOAN, "day": DAY}
    one = told(client, "/decisions", said)
    assert told(client, "/decisions", said) == one
    assert one["sha256"] == one["again_sha256"]
    assert (KeptDecision.objects.count(), told(client, "/decisions")["total"]) == (1, 1)
    feed = told(client, "/feeds", {"party": party.ref})
    assert "/support/calendar.ics?token=" in feed["address"]
    assert [row["address"] for row in told(client, "/feeds")] == [""]
    assert client.delete(f"/api/support/feeds/{feed['id']}").status_code == 200
    assert CalendarFeed.objects.filter(ended_at__isnull=True).count() == 0


def test_kept_decisions_are_told_in_as_many_queries_however_many_there_are(django_assert_num_queries) -> None:
    party, person = given.an_enterprise()
    client = browser_of(person)
    for number, measure in enumerate((PLEDGE, GROWTH, PLEDGE, GROWTH, PLEDGE, GROWTH)):
        day = given.DAY.replace(day=number + 1)
        support.keep_decision(person, party, measure, day=day, about=LOAN)
    found = told(client, "/decisions")
    assert [one["again_sha256"] for one in found["items"]] == [one["sha256"] for one in found["items"]]
    with CaptureQueriesContext(connection) as few:
        told(client, "/decisions?limit=1")
    with django_assert_num_queries(len(few)):
        assert len(told(client, "/decisions?limit=6")["items"]) == 6
    assert len(few) <= 6
