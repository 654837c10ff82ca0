"""A payment that does not fit its code: its party hears at once of sum and way out, and never who paid."""

from __future__ import annotations

import json

import pytest

from tests.exchange import given_deals as given
from tests.exchange import given_desk as desk
from tests.exchange.test_earmarks import paid, state_of
from tests.web.given_pages import text_of
from zhirong.base.calendar import beijing_day
from zhirong.exchange import clockwork, jobs
from zhirong.exchange.actions import intents, unplaced
from zhirong.exchange.models import Intent
from zhirong.ledger import astray, reports, rules
from zhirong.ledger import bank as banks
from zhirong.ledger.actions import bank, matches
from zhirong.ledger.models import BankLine, Due
from zhirong.people.models import Party
from zhirong.record import actions as record
from zhirong.record.models import Notice

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]
DEPOSIT = 80_000_00


def a_payer() -> tuple[given.House, given.Side, Intent]:
    """A buyer whose deposit is awaited."""
    house, buyer = given.House(), given.a_side("buyer")
    listing = given.an_announced(house, given.a_side("holder"))
    return house, buyer, intents.register(buyer.person, listing.pk, party=buyer.party)


def told(side: given.Side) -> list[tuple[str, dict[str, object]]]:
    """What a side heard of such payments: kind and facts."""
    found = Notice.objects.filter(person_ref=side.person.ref, kind__startswith="ledger.came_").order_by("pk")
    return [(one.kind.removeprefix("ledger."), json.loads(one.facts)) for one in found]


def placed(house: given.House, buyer: given.Side) -> None:
    """Two persons place everything that waits."""
    for line in BankLine.objects.filter(state="suspense").order_by("pk"):
        matches.propose_match(house.operator, line.pk, account=rules.available(buyer.party.ref))
        unplaced.confirm_match(house.checker, line.pk)


def test_one_fen_short_is_told_at_once_and_shown_with_the_way_out() -> None:
    house, buyer, intent = a_payer()
    paid(house, buyer, DEPOSIT - 1, code=intent.payment_code)
    facts = {
        "party": buyer.party.ref, "payment_code": intent.payment_code,
        "amount_fen": DEPOSIT - 1, "expected_fen": DEPOSIT, "rest_fen": 1,
    }  # fmt: skip
    assert told(buyer) == [("came_short", facts)]
    browser = desk.browser_of(buyer.person)
    for page in (f"/listings/{intent.listing.number}", "/desk", "/desk/money"):
        text = text_of(browser, page)
        assert "到账 79,999.99 元，应付 80,000 元" in text, page
        assert "补付 0.01 元" in text, page
    messages = text_of(browser, "/desk/messages")
    assert "到账 79,999.99 元" in messages
    assert "/desk/money#h-astray" in messages
    assert "79,999.99" not in text_of(
        desk.browser_of(given.a_side("buyer").person), f"/listings/{intent.listing.number}"
    )


def test_the_right_sum_counts_at_once_and_what_came_first_goes_back() -> None:
    house, buyer, intent = a_payer()
    paid(house, buyer, DEPOSIT - 1, code=intent.payment_code)
    paid(house, buyer, DEPOSIT, code=intent.payment_code)
    jobs.tick()
    assert state_of(intent) == ("admitted", "held")
    [left] = astray.under([intent.payment_code]).came
    assert (left.misfit, left.amount_fen) == ("unasked", DEPOSIT - 1)
    placed(house, buyer)
    assert (Due.objects.get().why, Due.objects.get().left) == ("matched", DEPOSIT - 1)
    assert list(reports.faults()) == []


def test_the_missing_rest_counts_once_two_persons_have_placed_both() -> None:
    house, buyer, intent = a_payer()
    paid(house, buyer, DEPOSIT - 100, code=intent.payment_code)
    paid(house, buyer, 40, code=intent.payment_code)
    paid(house, buyer, 60, code=intent.payment_code)
    assert [(kind, facts.get("rest_fen")) for kind, facts in told(buyer)] == [
        ("came_short", 100), ("came_short", 60), ("came_enough", None),
    ]  # fmt: skip
    jobs.tick()
    assert state_of(intent) == ("registered", "due"), "no clock puts two payments together"
    placed(house, buyer)
    jobs.tick()
    assert state_of(intent) == ("admitted", "held")
    assert set(Due.objects.values_list("state", flat=True)) == {"used"}
    assert list(reports.faults()) == []


def test_what_is_above_the_sum_goes_back_once_it_is_placed() -> None:
    house, buyer, intent = a_payer()
    paid(house, buyer, DEPOSIT + 5, code=intent.payment_code)
    assert [kind for kind, _ in told(buyer)] == ["came_enough"]
    placed(house, buyer)
    jobs.tick()
    assert state_of(intent) == ("admitted", "held")
    assert (Due.objects.get().state, Due.objects.get().left) == ("due", 5)


def test_a_strangers_payment_is_told_by_its_sum_alone() -> None:
    house, buyer, intent = a_payer()
    day = beijing_day(record.now())
    line = rules.Line("R-stranger", "6228", "深圳某某个人张三", DEPOSIT, day, intent.payment_code)
    file = banks.write_statement([line], closing=DEPOSIT, account="6228", day=day)
    bank.take_statement(house.operator, file, name="s.csv")
    [(kind, facts)] = told(buyer)
    assert kind == "came_from_another"
    assert "张三" not in json.dumps(facts, ensure_ascii=False)
    browser = desk.browser_of(buyer.person)
    for page in (f"/listings/{intent.listing.number}", "/desk", "/desk/money", "/desk/messages"):
        text = text_of(browser, page)
        assert "从其他户名的账户到账" in text, page
        assert "张三" not in text, page
    paid(house, buyer, DEPOSIT, code=intent.payment_code)
    jobs.tick()
    assert state_of(intent) == ("admitted", "held")


def test_what_comes_after_the_term_or_a_second_time_is_told_as_asked_for_by_nobody() -> None:
    house, buyer, intent = a_payer()
    paid(house, buyer, DEPOSIT, code=intent.payment_code)
    assert told(buyer) == []
    paid(house, buyer, DEPOSIT, code=intent.payment_code)
    assert [kind for kind, _ in told(buyer)] == ["came_unasked"]
    assert "此付款码已无待收款项，又到账 80,000 元" in text_of(desk.browser_of(buyer.person), "/desk")


def test_a_deposit_that_comes_after_its_term_is_said_on_the_desk() -> None:
    house, buyer, intent = a_payer()
    given.time_passes(minutes=4)
    jobs.tick()
    assert state_of(intent) == ("lapsed", "waived")
    paid(house, buyer, DEPOSIT, code=intent.payment_code)
    assert [kind for kind, _ in told(buyer)] == ["came_unasked"]
    for page in (f"/listings/{intent.listing.number}", "/desk", "/desk/money"):
        assert "此付款码已无待收款项，又到账 80,000 元" in text_of(desk.browser_of(buyer.person), page), page


def test_a_deposit_that_came_too_late_is_said_on_the_listing_that_others_won() -> None:
    house, buyer, intent = a_payer()
    given.an_admitted(intent.listing, given.a_side("buyer"))
    given.time_passes(minutes=4)
    jobs.tick()
    given.time_passes(minutes=6)
    jobs.tick()
    assert Intent.objects.get(pk=intent.pk).state == "lapsed"
    assert given.fresh(intent.listing).state == "sold"
    paid(house, buyer, DEPOSIT, code=intent.payment_code)
    page = text_of(desk.browser_of(buyer.person), f"/listings/{intent.listing.number}")
    assert "此付款码已无待收款项，又到账 80,000 元" in page


def test_money_that_names_no_code_of_anybody_is_shown_to_the_verified_payer_alone() -> None:
    house, buyer, intent = a_payer()
    other = given.a_side("buyer")
    paid(house, buyer, 700, code="299万")
    paid(house, other, 900, code=intent.payment_code)
    assert told(buyer) == [("came_from_another", told(buyer)[0][1])]
    browser = desk.browser_of(buyer.person)
    for page in ("/desk", "/desk/money"):
        text = text_of(browser, page)
        assert "您户名的账户到账 7 元，附言“知融 299万”不是待收的付款码" in text, page
        assert "前认领到您名下或原路退回" in text, page
        assert "您户名的账户到账 9 元" not in text, "money under somebody's code is told by that code"
        assert "您户名" not in text_of(desk.browser_of(other.person), page)
    assert "suspense" in {one.kind for one in clockwork.deadlines(record.now())}
    named = astray.of_accounts({rules.available(buyer.party.ref)})
    assert [one.memo for one in named.loose] == ["知融 299万"]


def test_money_without_a_code_is_shown_to_nobody_where_two_share_the_payers_name() -> None:
    house, buyer, _ = a_payer()
    other = given.a_side("buyer")
    Party.objects.filter(pk=other.party.pk).update(name=buyer.party.name, name_key=buyer.party.name_key)
    paid(house, buyer, 700, code="299万")
    for side in (buyer, other):
        assert "您户名" not in text_of(desk.browser_of(side.person), "/desk/money")
    Party.objects.filter(pk=other.party.pk).update(verified_at=None)
    assert "您户名" in text_of(desk.browser_of(buyer.person), "/desk/money")
    assert "您户名" not in text_of(desk.browser_of(other.person), "/desk/money")


def test_a_payer_without_a_code_hears_when_the_term_of_its_money_has_passed() -> None:
    house, buyer, _ = a_payer()
    paid(house, buyer, 700, code="299万")
    given.time_passes(days=20)
    jobs.tick()
    kinds = Notice.objects.filter(person_ref=buyer.person.ref).values_list("kind", flat=True)
    assert list(kinds).count("exchange.suspense_overdue") == 1
