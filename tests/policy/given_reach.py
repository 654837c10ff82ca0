"""Builders: enterprises whose facts are those of a measure's worked cases, or a little off; places they sit in."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from tests.registry import given_rights
from zhirong.enterprises.models import Place, Statement, Tenancy
from zhirong.people.models import Party, Person
from zhirong.policy import reading
from zhirong.policy.actions import reaching
from zhirong.policy.engine.values import written
from zhirong.policy.models import Budget, Screening
from zhirong.record import actions as record

HNTE, HONOURS, RND = "cn-hnte-recognition", "cn-gz-nansha-ip-honours", "cn-rnd-super-deduction"
# Beside the worked case, which has none.
MORE = {HONOURS: {"ic_layouts_registered": 7}}
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def an_enterprise(name: str, *of: str, **changes: Any) -> Party:
    """An enterprise with the facts of the worked cases of measures; `changes` replace them, None takes one out."""
    given: dict[str, Any] = {}
    for measure in of:
        given |= {**reading.own().measures[measure].raw["test_base"], **MORE.get(measure, {})}
    facts = {fact: value for fact, value in {**given, **changes}.items() if value is not None}
    party = given_rights.a_party(name)
    Statement.objects.bulk_create(
        Statement(party=party, name=fact, value=as_text(value), known_from=LONG_AGO, source="office")
        for fact, value in facts.items()
    )
    return party


def as_text(value: Any) -> Any:
    """A plain value for the file: a number that is not whole as its decimals."""
    plain = written(value)
    return str(plain) if isinstance(plain, float) else plain


def a_place(code: str, *parties: Party, kind: str = "park", inside: Place | None = None) -> Place:
    """A place with who sits in it."""
    place = Place.objects.create(code=code, kind=kind, name=f"园区{code}", inside=inside, put_at=LONG_AGO)
    for party in parties:
        Tenancy.objects.create(place=place, party=party, since=date(2021, 1, 1), put_at=LONG_AGO)
    return place


def an_official() -> Person:
    return given_rights.a_person("official")


def a_screening(who: Person | None = None) -> Screening:
    """A run that is done."""
    run = reaching.ask_screening(who or an_official())
    for _ in reaching.do_screening({"ref": run.ref}):
        pass
    run.refresh_from_db()
    return run


def today() -> date:
    return reaching.beijing_day(record.now())


def put_things(things: Any) -> None:
    """For the tests of addresses: a run, a budget that is confirmed, and whose invitations may be chosen."""
    run = a_screening()
    a_budget(HONOURS, 100_00, year=2026)
    of_year = {"measure": HONOURS, "year": 2026}
    things.by_start |= {
        "/policy/reach/": {"ref": run.ref},
        "/api/policy/screenings/": {"ref": run.ref},
        "/policy/forecasts/": of_year,
        "/api/policy/forecasts/": of_year,
        "/policy/invitations/": {"ref": things.seller.party.ref},
        "/api/policy/invitations/": {"ref": things.seller.party.ref},
    }


def forms() -> dict[str, dict[str, object]]:
    """What the forms send, by the address of their page."""
    return {
        "/policy/invitations/<str:ref>": {"deed": "decline"},
        "/policy/forecasts/<str:measure>/<id:year>": {"low": "1", "likely": "2", "high": "3", "source": "往年申领"},
    }


def said() -> dict[str, dict[str, object]]:
    """What the deeds of the interface need to hear, by the end of their address."""
    share = {"low_ppm": 100_000, "likely_ppm": 200_000, "high_ppm": 300_000}
    return {"POST /api/policy/take-ups": {"measure": HONOURS, "year": 2026, **share, "source": "往年申领"}}


def a_budget(measure: str, fen: int, *, year: int) -> Budget:
    """A confirmed budget."""
    now = datetime(year, 1, 5, tzinfo=UTC)
    made = Budget(measure=measure, year=year, amount_fen=fen, allocation="first_come", source="预算批复")
    made.set_by, made.set_at = an_official(), now
    made.confirmed_by, made.confirmed_at = an_official(), now
    made.save()
    return made
