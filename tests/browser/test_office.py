"""The office in a real browser: every room in both languages, wide and narrow, on a house where something waits."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page

from tests.browser.conftest import Visit, must_be_accessible, must_fit, must_have_targets
from tests.exchange import given_deals as given
from tests.exchange import given_sheets
from tests.exchange.test_unknown_fees import nobody_looked
from tests.people import given_people as people
from zhirong.exchange import holds
from zhirong.exchange.actions import closing, intents, objections, questions
from zhirong.exchange.models import Deal, Listing, Lot
from zhirong.ledger import jobs
from zhirong.ledger.actions import simulated
from zhirong.people.actions import verification
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.record import sequencer
from zhirong.record.models import Leaf
from zhirong.registry.actions import imports, putting, transfers, weights
from zhirong.registry.models import Right

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("ZR_SHOTS", "")


@dataclass
class Day:
    """A house in the middle of a day: something of every kind waits."""

    house: given.House
    auditor: Person = field(default_factory=lambda: people.a_person("auditor"))
    administrator: Person = field(default_factory=lambda: people.a_person("administrator"))
    paths: dict[str, list[str]] = field(default_factory=dict)


@pytest.fixture
def day(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Day:
    """Told through the same actions as real life, in a demo."""
    monkeypatch.setattr(settings, "DEMO", True)
    (settings.DATA / "demo.json").write_text('{"cast": [], "password": ""}', "utf-8")
    found = Day(given.House())
    operator = ["/office", "/office/questions", "/office/floor", "/office/deals", "/office/bank", "/office/bank/lines"]
    operator += ["/office/bank/books", "/office/clock", "/office/house"]
    found.paths["operator"] = [*operator, *reviews(found.house), *auction(found.house), *buyers(found.house)]
    found.paths["operator"].append(a_verification())
    found.paths["operator"] += long_names(found.house)
    found.paths["administrator"] = ["/office/people", f"/office/people/{found.house.operator.pk}"]
    sequencer.number_now()
    found.paths["auditor"] = ["/office/audit", f"/office/audit/{Leaf.objects.get(kind='exchange.hammer').pk}"]
    return found


def reviews(house: given.House) -> list[str]:
    """A listing to announce, one whose gate is shut, and a sheet of many."""
    free, pledged = given.a_draft(house, given.a_side("holder")), given.a_draft(house, given.a_side("holder"))
    given.a_pledge(house, pledged.items.get().right)
    seller = given.a_side("holder")
    batch = given_sheets.handed_in(seller, *(given.a_right(house, seller.party) for _ in range(22)))
    nobody_looked(Listing.objects.filter(batch=batch).earliest("pk").items.get().right)
    given.a_pledge(house, Listing.objects.filter(batch=batch)[1].items.get().right)
    paths = [f"/office/listings/{one.pk}" for one in (free, pledged)]
    return [*paths, f"/office/sheets/{batch.pk}", f"/office/sheets/{batch.pk}?show=all&page=2&order=-asking"]


def auction(house: given.House) -> list[str]:
    """A lot with two buyers, and a deal to which its only buyer objects."""
    seller, only = given.a_side("holder"), given.a_side("buyer")
    two, one = given.an_announced(house, given.a_side("holder")), given.an_announced(house, seller)
    for buyer in (given.a_side("buyer"), given.a_side("buyer")):
        given.an_admitted(two, buyer)
    given.an_admitted(one, only)
    given.time_passes(minutes=4)
    closing.close(two.pk)
    closing.close(one.pk)
    closing.answer(seller.person, one.pk, consents=True)
    deal, lot = Deal.objects.get(), Lot.objects.get()
    objection = objections.raise_objection(only.person, deal.pk, text="公告中的年费状态与登记簿不符，请核实。")
    return [f"/office/lots/{lot.pk}", f"/office/deals/{deal.pk}", f"/office/objections/{objection.pk}"]


def buyers(house: given.House) -> list[str]:
    """A buyer with a right of priority, one who has not paid, a question, and a stranger's payment."""
    asked = given.an_announced(house, given.a_side("holder"), rule_set="platform")
    Listing.objects.filter(pk=asked.pk).update(requirement="须为储能企业，并提供近三年的项目清单")
    late, unpaid = given.a_side("buyer"), given.a_side("buyer")
    given.money_for(late.party, asked.deposit_fen)
    intent = intents.register(late.person, asked.pk, party=late.party)
    intents.claim_priority(late.person, intent.pk, basis="共有人，份额 30%")
    waiting = intents.register(unpaid.person, asked.pk, party=unpaid.party)
    questions.ask(unpaid.person, asked.pk, text="样机的循环寿命是多少？有没有第三方检测报告？")
    simulated.customer_pays(late.person, payer="深圳某不相干贸易有限公司", amount_fen=5_000_00, memo="往来款")
    jobs.fetch_news()
    return [f"/office/intents/{intent.pk}", f"/bank-demo?code={waiting.payment_code}"]


def a_verification() -> str:
    """A party that asks to be verified."""
    member = people.a_person("holder")
    party = people.a_party(administrator=member)
    evidence = record.keep_file(member, "营业执照.pdf", b"%PDF-1.7 x", is_secret=True)
    asked = verification.submit_verification(member, party.pk, evidence=[evidence])
    return f"/office/verifications/{asked.pk}"


def long_names(house: given.House) -> list[str]:
    """An import and a transfer whose names have no place to break."""
    long = "CNIPA_export_" + "NoPlaceToBreak" * 9
    file = record.keep_file(house.operator, f"{long}.csv", "专利号,名称,权利人\r\n不是号码,某发明,某公司\r\n".encode())
    batch = imports.stage_import(house.operator, "rights", record.read_file(house.operator, file), file=file)
    seller, buyer = given.a_side("holder"), given.a_side("buyer")
    right = given.a_right(house, seller.party)
    Right.objects.filter(pk=right.pk).update(title=long, title_en=long)
    notice = record.keep_file(house.operator, f"{long}.pdf", b"%PDF-1.7 x")
    said = transfers.Conveyance(buyer.party, putting.today(), "2026-17")
    moved = transfers.enter_transfer(house.operator, right, said, proof=notice, held=holds.of_right)
    paths = [
        "/import",
        f"/import/{batch.ref}",
        f"/office/imports/{batch.pk}",
        "/office/transfers",
        f"/rights/{right.pk}",
    ]
    paths += [f"/office/transfers/{moved.pk}", f"/office/transfers/of/{right.pk}", f"/rights/{right.pk}/fees"]
    paper = record.keep_file(house.operator, f"{long}2.pdf", b"%PDF-1.7 y")
    named = weights.Favoured("NoPlaceToBreak" * 9)
    seized = {"favoured": named, "since": putting.today(), "number": long[:60], "file": paper}
    weights.release(house.operator, weights.encumber(house.operator, right, weights.Weight.SEIZURE, **seized),
                    day=putting.today(), file=paper)  # fmt: skip
    weights.encumber(house.operator, right, weights.Weight.PLEDGE, **seized)
    weights.consent(house.operator, right, weights.Act.SELL, by=named, file=paper)
    paths.append(f"/office/rights/{right.pk}")
    return [*paths, "/office/transfers?state=gone"]


def whose(day: Day) -> list[tuple[Person, list[str]]]:
    """Each person with the pages they see."""
    people_of = {"operator": day.house.operator, "auditor": day.auditor, "administrator": day.administrator}
    return [(people_of[name], paths) for name, paths in day.paths.items()]


def shoot(page: Page, path: str, *, lang: str, width: int) -> None:
    """A picture beside the test, where somebody asked for pictures."""
    if SHOTS:
        name = path.strip("/").partition("?")[0].replace("/", "-")
        page.screenshot(path=str(Path(SHOTS) / f"{name}-{lang}-{width}.png"), full_page=True)


@pytest.mark.parametrize(("lang", "width"), [("zh-hans", 1280), ("en", 390)])
def test_every_room_is_accessible(day: Day, visit: Visit, lang: str, width: int) -> None:
    for person, paths in whose(day):
        visitor = visit(person, width=width, lang=lang)
        for path in paths:
            page = visitor.go(path)
            shoot(page, path, lang=lang, width=width)
            must_fit(page)
            must_have_targets(page)
            must_be_accessible(page)
            must_fit(page, 320)
            page.close()
        assert visitor.complaints == []


@pytest.mark.parametrize(("lang", "width"), [("zh-hans", 1280), ("en", 390), ("en", 900)])
def test_the_forms_of_a_right_fit_where_they_stand_open(
    transactional_db: None, visit: Visit, lang: str, width: int
) -> None:
    house = given.House()
    path = next(path for path in long_names(house) if path.startswith("/office/rights/"))
    visitor = visit(house.operator, width=width, lang=lang)
    page = visitor.go(path)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    shoot(page, path, lang=lang, width=width)
    must_have_targets(page)
    must_be_accessible(page)
    must_fit(page, 320, width)
    assert visitor.complaints == []
