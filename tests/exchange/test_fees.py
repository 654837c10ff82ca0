"""Fees to the fen by the rule set's own rounding, and the first case of LEDGER 6.2 by the product itself."""

from __future__ import annotations

import pytest

from tests.exchange import given_deals as given
from tests.exchange import given_fees, given_money
from zhirong.base import yaml_text
from zhirong.exchange import calc, rule_sets, rules
from zhirong.ledger import reports
from zhirong.ledger import rules as accounts

PRICE, FEE, SELLER_GETS = 1_234_567_89, 18_518_52, 1_216_049_37


@pytest.mark.parametrize(
    ("mode", "three", "four"), [("half_even", 4, 4), ("half_up", 4, 5), ("down", 3, 4), ("up", 4, 5)]
)
def test_half_a_fen_goes_as_the_rule_set_says(mode: str, three: int, four: int) -> None:
    # Half a percent of 7 and of 9 yuan is three fen and a half, and four and a half.
    found = given_fees.one_and_a_half(fees_seller_ppm="{0: 5000}", fee_rounding=mode)
    assert [rules.fee_fen(found, price, side="seller") for price in (700, 900)] == [three, four]


@pytest.mark.parametrize("code", rule_sets.codes())
def test_every_rule_set_says_how_its_fees_come_to_the_fen(code: str) -> None:
    assert rule_sets.rule_set(code, given_fees.DAY).fee_rounding == "half_even"
    given_fee = {"rule_set": code, "day": given_fees.DAY.isoformat(), "price_fen": PRICE, "side": "seller"}
    assert calc.fees(given_fee)["rounding"] == "half_even"


def test_an_edition_announced_before_rounds_as_it_did() -> None:
    kept = yaml_text.parse(given_fees.text(fees_seller_ppm="{0: 5000}"))
    del kept["figures"]["fee_rounding"]
    assert rules.fee_fen(rule_sets.read(kept, given_fees.DAY), 900, side="seller") == 5


def test_an_unknown_rounding_is_no_rule_set() -> None:
    with pytest.raises(AssertionError):
        given_fees.one_and_a_half(fee_rounding="nearest")


@pytest.mark.django_db
@pytest.mark.both
def test_a_price_of_1_234_567_89_is_settled_with_a_fee_of_18_518_52(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = given_fees.text()
    monkeypatch.setattr(rule_sets, "text_of", lambda code: kept)
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    deal = given_money.a_deal_of(given.an_announced(house, seller, asking_fen=PRICE), buyer)
    assert (deal.price_fen, deal.seller_fee_fen, deal.buyer_fee_fen) == (PRICE, FEE, 0)
    deal = given_money.a_paid(deal, seller, buyer)
    assert reports.balance(accounts.escrow(deal.number)) == PRICE
    assert given_money.settled(house, deal).state == "settled"
    assert reports.balance(accounts.escrow(deal.number)) == 0
    assert reports.balance(accounts.available(seller.party.ref)) == SELLER_GETS
    assert reports.balance("fee:exchange") == FEE
    assert list(reports.faults()) == []
