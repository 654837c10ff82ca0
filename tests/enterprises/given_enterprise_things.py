"""For the tests of addresses: an enterprise of the seller's with a fact on evidence, a consent, a place."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.enterprises.given_enterprises import DAY
from tests.people import given_people as people
from zhirong.base.calendar import beijing_day
from zhirong.enterprises.actions import consents, facts, places
from zhirong.enterprises.rules import Told
from zhirong.people.models import Person
from zhirong.record import actions as record


def put_things(things: Any) -> None:
    """The enterprise is the seller's alone, and its consent is to a party of nobody else who asks."""
    person = things.seller.person
    party, reader = people.a_party(administrator=person), people.a_party()
    file = record.keep_file(person, "审计报告.pdf", b"%PDF-1.7 audit", is_secret=True)
    said = facts.note_facts(person, party, [Told("staff", "98")], source="self", evidence=file)[0]
    let = consents.give_consent(person, party, reader, purpose="贷前调查", until=_later())
    place = places.put_place(things.house.operator, "FT-P", kind="park", name="科技园")
    places.put_tenancy(things.house.operator, party, place.code, since=DAY)
    things.facts |= {"enterprise": party, "reader": reader}
    things.by_start |= {
        "/enterprises/": {"ref": party.ref, "statement_id": said.pk},
        "/api/enterprises/": {"ref": party.ref},
        "/api/statements/": {"statement_id": said.pk},
        "/api/consents/": {"consent_id": let.pk},
        "/api/places/": {"code": place.code},
        "/office/places/": {"code": place.code},
    }


def said(things: Any, caller: Person) -> dict[str, dict[str, object]]:
    """What the deeds of the interface need to hear, by the end of their address."""
    reader, until = things.facts["reader"], _later().isoformat()
    place, fact = (
        "编号,类别,名称\nFT-Q,park,科技园",
        f"统一社会信用代码,事实,值,来源\n{things.facts['enterprise'].code},staff,99,企业自述",
    )
    return {
        "POST /api/places/import": {"file": _sheet(caller, place)},
        "POST /api/facts/import": {"file": _sheet(caller, fact)},
        "enterprises/<ref>/facts": {"source": "self", "facts": [{"name": "staff", "value": "99"}]},
        "enterprises/<ref>/consents": {"to": reader.ref, "purpose": "担保调查", "until": until},
        "PUT /api/places/<code>": {"kind": "park", "name": "科技园"},
        "places/<code>/end": {"on": DAY.isoformat()},
        "places/<code>/tenants": {"party": things.facts["enterprise"].ref, "since": DAY.isoformat()},
    }


def forms(things: Any) -> dict[str, dict[str, object]]:
    """What the forms of the pages send."""
    to = things.facts["reader"].ref
    return {
        "/enterprises/<str:ref>/fact": {"deed": "note_fact", "name": "staff", "value": "99", "source": "self"},
        "/enterprises/<str:ref>/consents": {
            "deed": "give_consent", "to": to, "purpose": "担保调查", "until": _later().isoformat(),
        },
    }  # fmt: skip


def _sheet(who: Person, text: str) -> str:
    """A sheet that this person brought."""
    return record.keep_file(who, "表.csv", text.encode(), is_secret=False).ref


def _later() -> Any:
    return beijing_day(record.now()) + timedelta(days=90)
