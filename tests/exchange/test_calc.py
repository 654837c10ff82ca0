"""The exchange's engines for `zr calc`, with figures checked by hand."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.people.given_people import refused
from zhirong.exchange import calc, calc_auction

MINUTE = 60 * 10**9
TERMS = {
    "form": "timed",
    "start_fen": 1_000_000,
    "steps": [{"from_fen": 0, "step_fen": 50_000}],
    "window_ns": 5 * MINUTE,
    "extension_ns": 5 * MINUTE,
}
BIDDERS = [{"code": "A7"}, {"code": "B2"}]
DEMO = {"rule_set": "demo", "day": "2026-11-01"}


def an_auction(*commands: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """An hour of bidding by two bidders."""
    given = {"terms": TERMS, "opens_ns": MINUTE, "end_ns": 61 * MINUTE, "bidders": BIDDERS, **changes}
    return calc.ENGINES["english-auction"].run({**given, "commands": list(commands)})


def a_bid(minute: int, bidder: str, price_fen: int, **more: Any) -> dict[str, Any]:
    return {"do": "bid", "at_ns": minute * MINUTE, "bidder": bidder, "price_fen": price_fen, **more}


def test_a_late_bid_extends_the_close_and_the_higher_one_wins() -> None:
    told = an_auction(
        a_bid(2, "A7", 1_000_000), a_bid(58, "B2", 1_050_000), {"do": "close", "at_ns": 61 * MINUTE},
        {"do": "close", "at_ns": 63 * MINUTE},
    )  # fmt: skip
    assert [reply["accepted"] for reply in told["replies"]] == [True, True, False, True]
    assert told["replies"][2]["code"] == "lot.not_due"
    assert [event["kind"] for event in told["events"]] == ["bid", "bid", "hammer"]
    standing = told["standing"]
    assert (standing["stage"], standing["winner"], standing["price_fen"]) == ("ended", "B2", 1_050_000)
    assert standing["end_ns"] == 63 * MINUTE
    assert [line["number"] for line in told["transcript"]] == [1, 2, 3]


def test_a_refused_bid_says_why_in_both_languages_and_leaves_no_event() -> None:
    told = an_auction(a_bid(2, "A7", 999_999))
    (reply,) = told["replies"]
    assert (reply["code"], reply["facts"]["least_fen"], reply["rule"]) == ("bid.too_low", 1_000_000, "B7")
    assert "10,000 元" in reply["zh"]
    assert told["events"] == []
    assert told["standing"]["least_fen"] == 1_000_000


def test_a_bid_repeated_under_its_key_is_answered_again_and_counts_once() -> None:
    told = an_auction(
        a_bid(2, "A7", 1_000_000, key="k"), a_bid(3, "A7", 1_000_000, key="k"), a_bid(4, "A7", 5, key="k")
    )
    first, again, other = told["replies"]
    assert first == again
    assert other["code"] == "bid.key_reused"
    assert len(told["events"]) == 1


def test_the_terms_come_from_a_rule_set_as_well() -> None:
    under = {**DEMO, "start_fen": 1_000_000, "step_fen": 70_000}
    told = calc_auction.english_auction(
        {"under": under, "opens_ns": 0, "end_ns": MINUTE, "bidders": BIDDERS, "commands": [a_bid(0, "A7", 1_000_000)]}
    )
    assert told["standing"]["least_fen"] == 1_070_000


def test_orders_out_of_their_time_and_facts_of_another_order_are_refused() -> None:
    with refused("calc.bad_input", name="commands[1].at_ns"):
        an_auction(a_bid(3, "A7", 1_000_000), a_bid(2, "B2", 1_050_000))
    with refused("calc.bad_input", name="commands[0].price_fen"):
        an_auction({"do": "close", "at_ns": 5, "price_fen": 5})
    with refused("calc.bad_input", name="commands[0].bidder"):
        an_auction({"do": "ban", "at_ns": 5, "reason": "x"})
    with refused("calc.bad_input", name="terms | under"):
        an_auction(under={**DEMO, "start_fen": 1})
    with refused("calc.bad_input", name="opens_ns < end_ns <= hard_end_ns"):
        an_auction(end_ns=MINUTE)
    with refused("calc.bad_input", name="terms.steps: from_fen rises from 0"):
        an_auction(terms={**TERMS, "steps": [{"from_fen": 5, "step_fen": 1}]})


@given(
    st.lists(
        st.tuples(
            st.integers(0, 90),
            st.sampled_from(["A7", "B2", "C9"]),
            st.sampled_from([0, -1, 1, 1_000_000, 1_050_000, 1_100_000, 1_150_000, 10**30]),
            st.sampled_from(list(calc_auction.ORDERS)),
        ),
        max_size=12,
    )
)
def test_every_order_in_time_is_answered_and_numbers_have_no_gap(said: list[tuple[int, str, int, str]]) -> None:
    facts = {"reason": "r", "rank": 1, "takes": True, "key": ""}
    orders = []
    for minute, bidder, price_fen, do in sorted(said, key=lambda one: one[0]):
        _, needed, _ = calc_auction.ORDERS[do]
        known = {**facts, "bidder": bidder, "price_fen": price_fen}
        orders.append({"do": do, "at_ns": minute * MINUTE, **{name: known[name] for name in needed}})
    told = an_auction(*orders)
    assert len(told["replies"]) == len(orders)
    accepted = [event["facts"]["number"] for event in told["events"] if event["kind"] == "bid"]
    assert accepted == list(range(1, len(accepted) + 1))


def test_a_rule_set_shows_every_figure_with_its_source() -> None:
    told = calc.rule_set({"rule_set": "court_timed", "day": "2026-11-01"})
    figures = {one["name"]: one for one in told["figures"]}
    assert figures["window"]["value"] == "5 minutes"
    assert figures["window"]["source"] == "网络司法拍卖规定 art. 20 (X7)"
    assert (figures["deposit_share"]["value"], figures["deposit_share"]["certain"]) == ("1/10", "design")
    assert figures["fees_buyer_ppm"]["value"][0] == [0, 20000]
    assert not told["marked"]


def test_a_day_before_the_rules_is_refused() -> None:
    with refused("lot.rule_set_not_in_force"):
        calc.rule_set({"rule_set": "court_timed", "day": "2016-12-31"})
    with refused("lot.no_such_rule_set"):
        calc.rule_set({"rule_set": "../demo", "day": "2026-11-01"})


def test_a_fee_is_progressive_and_the_cap_goes_before_the_least() -> None:
    court = {"rule_set": "court_timed", "day": "2026-11-01"}
    # 1,000,000 yuan at 3 % and 500,000 yuan at 2 %.
    assert calc.fees({**court, "price_fen": 150_000_000, "side": "seller"})["fee_fen"] == 4_000_000
    # 100 yuan: the least would be 500 yuan, the law's 5 % are 5 yuan.
    assert calc.fees({**court, "price_fen": 10_000, "side": "buyer"})["fee_fen"] == 500


def test_a_deposit_is_a_share_and_a_forfeited_one_is_spent_in_order() -> None:
    court = {"rule_set": "court_timed", "day": "2026-11-01"}
    assert calc.deposit({**court, "asking_fen": 80_000_009})["deposit_fen"] == 8_000_000
    told = calc.forfeiture({**court, "deposit_fen": 100, "costs_fen": 30, "gap_fen": 90})
    assert told["parts"] == [{"to": "costs", "fen": 30}, {"to": "gap", "fen": 70}, {"to": "seller", "fen": 0}]


def test_a_deadline_in_working_days_skips_the_holidays_of_autumn() -> None:
    told = calc.deadline({"from": "2025-09-30T15:00:00+08:00", "count": 5, "unit": "working_days"})
    # 1 to 8 October 2025 are free; Saturday the 11th is worked (国办发明电〔2024〕12号).
    assert (told["at"], told["provisional"]) == ("2025-10-14T18:00:00+08:00", False)


def test_a_deadline_of_a_rule_set_is_the_same_as_its_figure() -> None:
    told = calc.deadline({"from": "2025-03-03T09:00:00+08:00", "rule_set": "court_timed", "figure": "refund"})
    assert (told["at"], told["span"]) == ("2025-03-04T09:00:00+08:00", "24 hours")


def test_a_deadline_needs_one_span_and_a_zone() -> None:
    for given_input in (
        {"from": "2025-03-03T09:00:00", "count": 1, "unit": "days"},
        {"from": "2025-03-03T09:00:00+08:00", "count": 1},
        {"from": "2025-03-03T09:00:00+08:00", "count": 1, "unit": "days", "rule_set": "demo", "figure": "refund"},
        {"from": "9999-12-31T23:00:00+08:00", "count": 1, "unit": "days"},
        {"from": "2025-03-03T09:00:00+08:00", "count": 10_000, "unit": "months"},
    ):
        with refused("calc.bad_input"):
            calc.deadline(given_input)
