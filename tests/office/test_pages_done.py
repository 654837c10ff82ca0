"""After a deed the office says once what was done, where the reader's focus is put; a refusal stands in its place."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.exchange import given_deals as given
from tests.exchange import given_desk as desk
from tests.exchange import given_succession as succession
from tests.exchange.conftest import floor  # noqa: F401 -- a fixture
from tests.house.source import ROOT
from tests.office.given_office import signed_in
from tests.web.given_pages import text_of
from zhirong.exchange.actions import listings, objections
from zhirong.web.office import done

pytestmark = pytest.mark.django_db(transaction=True)


def deeds() -> Iterator[str]:
    """The name of every deed of the office: the keys of each table of calls."""
    for path in (ROOT / "zhirong" / "web" / "office").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Dict) and any(isinstance(value, ast.Lambda) for value in node.values):
                yield from (key.value for key in node.keys if isinstance(key, ast.Constant))


def test_every_deed_of_the_office_says_that_it_is_done() -> None:
    known = {name.rpartition(".")[2] for name in done.WORDS}
    found = set(deeds())
    assert len(found) > 40
    assert found - known == set()


def test_a_deed_is_told_once_on_the_page_it_leads_to_and_takes_the_focus() -> None:
    house, seller = given.House(), given.a_side("holder")
    listing = listings.submit(seller.person, given.a_draft(house, seller).pk)
    browser = signed_in(house.operator)
    address = f"/office/listings/{listing.pk}"
    answer = browser.post(address, {"deed": "send_back", "reason": "请补充共有人同意书。"})
    assert answer["Location"] == address
    assert answer.cookies["done"]["path"] == address
    assert answer.cookies["done"]["httponly"]
    told = '<p class="notice s go mb3" role="status" tabindex="-1" autofocus>已办理：挂牌连同理由已退回转让方。</p>'
    assert told in text_of(browser, address)
    assert "已办理" not in text_of(browser, address)
    browser.cookies["done"] = "<b>anything</b>"
    assert "anything" not in text_of(browser, address)


def test_a_refusal_takes_the_focus_and_stands_in_the_form_that_was_sent() -> None:
    sold = desk.a_deal()
    raised = objections.raise_objection(sold.buyer.person, sold.deal.pk, text="成交前一小时页面无法打开，请核实。")
    browser = signed_in(given.House().operator)
    answer = browser.post(f"/office/objections/{raised.pk}", {"deed": "uphold", "decision": "不行"})
    page = answer.content.decode()
    assert "“决定及理由”须为 10 至 4000 字，现为 2 字" in page
    assert page.count("autofocus") == 1
    dismiss, uphold = page.index('id="dismiss-decision"'), page.index('id="uphold-decision"')
    assert "autofocus" not in page[dismiss:uphold]
    assert "不行" not in page[dismiss:uphold]
    assert ">不行</textarea>" in page[uphold:]
    assert 'id="dismiss-decision-w"' not in page
    assert 'id="uphold-decision-w"' in page
    assert "已办理" not in page


def test_the_queue_promises_an_objection_to_nobody_who_had_a_hand_in_its_deal() -> None:
    sold = desk.a_deal()
    raised = objections.raise_objection(sold.buyer.person, sold.deal.pk, text="成交前一小时页面无法打开，请核实。")
    for person, is_mine in ((sold.house.operator, False), (given.House().operator, True)):
        assert objections.took_part(person, sold.deal) is not is_mine
        text = text_of(signed_in(person), "/office?kind=objection")
        assert f'href="/office/objections/{raised.pk}"' in text
        assert f"{'是' if is_mine else '他人办理'}</span>" in text, text[-3000:]


@pytest.mark.usefixtures("floor")
def test_a_deal_that_fell_leads_to_the_one_after_it_and_names_who_decided() -> None:
    house = given.House()
    fell, offer, _ = succession.asked(house)
    text = text_of(signed_in(house.operator), f"/office/deals/{fell.pk}")
    assert f'href="/office/deals/{offer.pk}">其后的成交 {offer.number}' in text
    assert f"{house.checker.name} · " in text
    assert "其后的成交" not in text_of(signed_in(house.operator), f"/office/deals/{offer.pk}")
