"""What is not published yet is told to nobody by any door but to who holds it and to the house's people."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from tests.api.given_api import ANYBODY, Caller, a_caller
from tests.exchange import given_deals as given
from tests.exchange.given_hall import Day, signed_in, the_index
from tests.people import given_people as people
from zhirong.base.calendar import beijing_day
from zhirong.cli import exports
from zhirong.exchange import documents, finder
from zhirong.exchange.actions import sheet
from zhirong.people.models import Party
from zhirong.record import actions as record
from zhirong.record import sequencer
from zhirong.record.feed import Told
from zhirong.registry import queries, records
from zhirong.registry.actions import entries, imports, putting, titles, weights
from zhirong.registry.engine.facts import Act, EventKind, Kind
from zhirong.registry.models import Holding, Right

pytestmark = pytest.mark.django_db(transaction=True)
TITLE = "尚未公布的均热方法"


def hide(right: Right) -> None:
    """As an application stands before its publication."""
    Right.objects.filter(pk=right.pk).update(title=TITLE, granted_on=None, publication_number="")


def told_by(client: Client, right: Right, tmp_path: Path) -> set[str]:
    """The doors that tell this browser of the right."""
    listed = [
        "/rights?of=all", f"/rights?of=all&q={TITLE}", "/rights?of=all&form=csv",
        f"/market?kind=any&q={TITLE}", f"/market?kind=right&q={TITLE}", f"/market.csv?kind=any&q={TITLE}",
        f"/api/rights?q={TITLE}", f"/api/rights?mine=true&q={TITLE}", f"/api/rights/{right.pk}", f"/rights/{right.pk}",
    ]  # fmt: skip
    found = {door for door in listed if right.number in client.get(door).content.decode()}
    assert exports.main(["rights", str(tmp_path / "rights.csv")]) == 0
    if right.number in (tmp_path / "rights.csv").read_text("utf-8-sig"):
        found.add("export")
    return found


def test_an_unpublished_application_is_told_by_no_door(client: Client, tmp_path: Path) -> None:
    house, holder, stranger = given.House(), given.a_side("holder"), given.a_side("holder")
    right = given.a_right(house, holder.party)
    with the_index():
        everywhere = told_by(client, right, tmp_path)
    assert {"/rights?of=all", f"/api/rights/{right.pk}", f"/rights/{right.pk}", "export"} <= everywhere
    hide(right)
    of_rights = {"/rights?of=all", f"/rights?of=all&q={TITLE}", "/rights?of=all&form=csv"}
    own = of_rights | {f"/api/rights/{right.pk}", f"/rights/{right.pk}"}
    with the_index():
        assert told_by(client, right, tmp_path) == set()
        assert told_by(signed_in(stranger.person), right, tmp_path) == set()
        assert told_by(signed_in(holder.person), right, tmp_path) == own | {f"/api/rights?mine=true&q={TITLE}"}
        assert told_by(signed_in(house.operator), right, tmp_path) == own


def an_unpublished(house: given.House, *holders: Party, serial: str = "202610000015") -> Right:
    """An application that the house has never known as published."""
    kind, key, number = records.read_number(Kind.INVENTION, serial + given.numbers.check_character(serial))
    day = beijing_day(record.now()) - timedelta(days=60)
    named = tuple(records.Named(one.name, party=one.ref) for one in holders) or (records.Named("某旧名公司"),)
    said = records.RightRecord(
        kind=kind, key=key, number=number, title=TITLE, filed_on=day, source_day=day, holders=named
    )
    return putting.put_right(house.operator, said, source="register").right


def lives(house: given.House, right: Right, *, holder: Party, other: given.Side) -> None:
    """All that an operator may enter of a right, and a register that names others."""
    today, named = beijing_day(record.now()), weights.Favoured("某某银行")
    pledge = weights.encumber(
        house.operator, right, weights.Weight.PLEDGE, favoured=named, since=today, number="Y2026980001"
    )
    weights.consent(house.operator, right, Act.SELL, by=named)
    weights.release(house.operator, pledge, day=today)
    entries.enter_event(house.operator, right, EventKind.DECLASSIFICATION, day=today, source="gazette")
    before = queries.record_of(right)
    for days, name in ((2, "某自然人"), (1, holder.name)):
        newer = replace(before, holders=(records.Named(name),), source_day=today - timedelta(days=days))
        putting.put_right(house.operator, newer, source="register")
    latest = replace(before, holders=(records.Named(other.party.name, party=other.party.ref),), source_day=today)
    putting.put_right(house.operator, latest, source="register")
    if Holding.objects.filter(right=right, contested_at__isnull=False, until=None).exists():
        titles.decide_contest(house.operator, right, is_followed=True, reason="登记簿副本")


def fed(reader: Caller, right: Right) -> set[str]:
    """The kinds of deeds by which the feed tells of a right."""
    told = reader.get("/feed", limit=1000)["items"]
    about = (right.topic, right.key, right.number)
    return {one["kind"] for one in told if any(name in json.dumps(one, ensure_ascii=False) for name in about)}


def test_the_feed_tells_nobody_what_happens_to_an_unpublished_application() -> None:
    house, holder, other, stranger = (
        given.House(),
        given.a_side("holder"),
        given.a_side("holder"),
        given.a_side("holder"),
    )
    hidden, known = an_unpublished(house, holder.party), given.a_right(house, holder.party)
    for right in (hidden, known):
        lives(house, right, holder=holder.party, other=other)
    sequencer.number_now()
    for_all = {
        "registry.right_put", "registry.encumbered", "registry.released", "registry.event_entered",
        "registry.holder_contested", "registry.contest_ended", "registry.holder_followed",
    }  # fmt: skip
    for reader in (ANYBODY, a_caller(stranger.person)):
        assert fed(reader, known) == for_all
        assert fed(reader, hidden) == set()
    assert for_all <= fed(a_caller(people.a_person("auditor")), hidden)


def test_who_may_not_see_an_unpublished_application_neither_claims_nor_lists_it() -> None:
    house, stranger = given.House(), given.a_side("holder")
    right = an_unpublished(house)
    caller, browser = a_caller(stranger.person), signed_in(stranger.person)
    evidence = record.keep_file(stranger.person, "合并.pdf", b"%PDF-1.7 x", is_secret=True)
    said = {"holding_id": right.holdings.get().pk, "party": stranger.party.ref, "evidence": evidence.ref}
    for deed, body in (
        ("claims", said),
        ("consents", {"act": "sell", "party": stranger.party.ref}),
        ("fees", {"amount_fen": 1, "file": evidence.ref, "paid_on": "2026-01-05", "year": 1}),
    ):
        assert caller.ask("POST", f"/rights/{right.pk}/{deed}", body).status_code == 404, deed
    assert caller.get("/claims")["items"] == []
    assert browser.get(f"/rights/{right.pk}/claim").status_code == 404
    offer = {"seller": stranger.party.ref, "rights": [right.pk], "title": "一件申请", "asking_fen": 100_000_00}
    answer = caller.ask("POST", "/listings", {**offer, "rule_set": "demo"})
    assert (answer.status_code, answer.json()["code"]) == (422, "listing.right_unknown")
    assert right.number not in answer.content.decode()
    assert TITLE not in answer.content.decode()


def test_a_sheet_of_listings_does_not_tell_that_an_unpublished_application_is_here() -> None:
    house, stranger = given.House(), given.a_side("holder")
    right = an_unpublished(house)
    text = f"号码,标题,挂牌价,规则\n{right.number},一件申请,100000,demo\n"
    file = record.keep_file(stranger.person, "listings.csv", text.encode())
    batch = imports.stage_import(stranger.person, "listings", text.encode(), file=file, holder=stranger.party)
    refusals = [one.refused.code for one in sheet.judge(batch, batch.lines.all()) if one.refused]
    assert refusals == ["listing.right_unknown"]


def test_who_brought_an_unpublished_application_sees_and_claims_it_until_a_holder_is_known() -> None:
    bringer, heir = given.a_side("holder"), given.a_side("holder")
    stranger = given.a_side("holder")
    number = "202610000028" + given.numbers.check_character("202610000028")
    data = f"申请号,名称,权利人,申请日\n{number},{TITLE},某旧名公司,2026-03-05\n".encode()
    file = record.keep_file(bringer.person, "own.csv", data)
    batch = imports.stage_import(bringer.person, "rights", data, file=file, holder=bringer.party)
    imports.commit_import(bringer.person, batch)
    right, browser = Right.objects.get(title=TITLE), signed_in(bringer.person)
    claim = f"/rights/{right.pk}/claim"
    assert claim in browser.get(f"/import/{batch.ref}").content.decode()
    assert claim in browser.get(f"/rights/{right.pk}").content.decode()
    assert "某旧名公司" in browser.get(claim).content.decode()
    evidence = record.keep_file(bringer.person, "更名.pdf", b"%PDF-1.7 x", is_secret=True)
    said = {"holding_id": right.holdings.get().pk, "party": bringer.party.ref, "evidence": evidence.ref}
    assert a_caller(bringer.person).post(f"/rights/{right.pk}/claims", said)["state"] == "waiting"
    for path in (f"/rights/{right.pk}", claim):
        assert signed_in(stranger.person).get(path).status_code == 404
    right.holdings.update(party=heir.party)
    assert browser.get(f"/rights/{right.pk}").status_code == 404
    assert signed_in(heir.person).get(f"/rights/{right.pk}").status_code == 200


def test_the_index_of_an_older_kind_is_read_without_what_must_not_be_known(client: Client) -> None:
    house, holder = given.House(), given.a_side("holder")
    right = given.a_right(house, holder.party)
    with the_index():
        assert finder.progress().done == 1
        hide(right)
        for door in (f"/market?kind=right&q={right.title}", f"/api/rights?q={right.title}"):
            assert right.number not in client.get(door).content.decode(), door


def test_an_application_is_known_from_its_announcement_on() -> None:
    day = Day()
    listing = day.announced()
    right = listing.items.get().right
    hide(right)
    plain = {"leaf_id": 1, "public": True, "facts": {}}
    told = Told(number=1, kind="exchange.announced", topic=listing.topic, at=listing.announced_at, **plain)
    assert right.topic in {one.id for one in documents.changed([told]).upserts}
    listing.announced_at = None
    listing.save(update_fields=["announced_at"])
    told = Told(number=2, kind="registry.right_put", topic=right.topic, at=right.put_at, **plain)
    change = documents.changed([told])
    assert change.deletes == (listing.topic, right.topic)
    assert change.upserts == ()
