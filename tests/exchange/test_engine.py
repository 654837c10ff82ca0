"""The English engine against the edge cases of EXCHANGE 2.3 (e07 is E7 there)."""

from __future__ import annotations

import pytest

from tests.exchange.given_lots import (
    END,
    MINUTE,
    NOON,
    SECOND,
    a_free_limited_lot,
    a_lot,
    after,
    bid,
    ladder,
    played,
    refusal,
)
from zhirong.base.refused import Refused
from zhirong.exchange.engine import amounts, english, transcript
from zhirong.exchange.engine.shape import (
    Admit,
    Annul,
    Answer,
    Ban,
    Bid,
    Bidder,
    Close,
    Default,
    Edit,
    Encumber,
    Pause,
    PriorityMatch,
    Release,
    Resume,
)


def test_a_bid_in_time_leads_and_moves_nothing_but_the_price() -> None:
    lot = after(a_lot(), bid("11", 1000))
    assert ladder(lot) == [("11", 1000)]
    assert lot.end_ns == END
    assert english.least_fen(lot) == 1_100_00


def test_e02_a_bid_received_after_the_end_is_refused_even_before_the_close_ran() -> None:
    assert refusal(a_lot(), bid("11", 1000, END + 1)) == ("bid.late", {"end_ns": END, "at_ns": END + 1})


def test_e04_of_two_equal_bids_one_counts_and_the_other_learns_the_least_valid_amount() -> None:
    lot = after(a_lot(), bid("11", 1200))
    assert refusal(lot, bid("12", 1200)) == ("bid.too_low", {"top_fen": 1_200_00, "least_fen": 1_300_00})


def test_e06_a_step_of_ten_fen_is_exact() -> None:
    lot = after(a_lot(start_fen=100, steps=((0, 10),)), Bid(NOON + 1, "11", 100))
    lot = after(lot, Bid(NOON + 2, "12", 130))
    code, facts = refusal(lot, Bid(NOON + 3, "11", 155))
    assert (code, facts) == ("bid.off_step", {"step_fen": 10, "below_fen": 150, "above_fen": 160})
    assert after(lot, Bid(NOON + 4, "11", 160)).top.price_fen == 160


def test_a_step_follows_the_price_by_the_ladder_of_the_rule_set() -> None:
    lot = a_lot(start_fen=100, steps=((0, 10), (1_000, 100)))
    lot = after(lot, Bid(NOON + 1, "11", 990), Bid(NOON + 2, "12", 1_000))
    assert english.least_fen(lot) == 1_100
    assert refusal(lot, Bid(NOON + 3, "11", 1_010))[0] == "bid.too_low"


def test_e07_a_bid_at_exactly_the_end_is_late() -> None:
    assert refusal(a_lot(), bid("11", 1000, END))[0] == "bid.late"


def test_e08_a_bid_one_nanosecond_before_the_end_counts_and_extends() -> None:
    lot = after(a_lot(), bid("11", 1000, END - 1))
    assert lot.end_ns == END - 1 + MINUTE


def test_a_bid_before_the_last_window_does_not_extend() -> None:
    assert after(a_lot(), bid("11", 1000, END - MINUTE - 1)).end_ns == END


def test_a_bid_before_the_opening_is_refused() -> None:
    assert refusal(a_lot(), bid("11", 1000, NOON - 1))[0] == "bid.early"


def test_e13_the_same_key_with_another_amount_is_refused_and_the_first_outcome_kept() -> None:
    lot, _, (first,) = played(a_lot(), bid("11", 1000, key="k"))
    answer = Answer(1_000_00, first)
    same, events, reply = english.apply(lot, bid("11", 1100, key="k"), answer)
    assert (same is lot, events, reply.code, reply.facts) == (True, (), "bid.key_reused", {"price_fen": 1_000_00})


def test_e03_a_repeat_with_the_same_key_and_amount_gets_the_same_reply() -> None:
    lot, _, (first,) = played(a_lot(), bid("11", 1000, key="k"))
    same, events, reply = english.apply(lot, bid("11", 1000, END + 5, key="k"), Answer(1_000_00, first))
    assert (same is lot, events) == (True, ())
    assert reply is first


def test_e14_a_double_click_without_a_key_is_told_that_it_leads() -> None:
    lot = after(a_lot(), bid("11", 1000))
    assert refusal(lot, bid("11", 1000)) == ("bid.already_leading", {"top_fen": 1_000_00})


def test_e15_a_thousand_bids_in_the_window_move_the_end_each_time_and_never_back() -> None:
    lot, last = a_lot(), END
    for count in range(1_000):
        at = lot.end_ns - SECOND
        lot = after(lot, bid(str(11 + count % 2), 1_000 + 100 * count, at))
        assert lot.end_ns == at + MINUTE > last
        last = lot.end_ns
    assert lot.last_number == 1_000


def test_e15_a_published_hard_end_is_honoured() -> None:
    lot = a_lot(hard_end_ns=END + 30 * SECOND)
    lot = after(lot, bid("11", 1000, END - 1), bid("12", 1100, END + 29 * SECOND))
    assert lot.end_ns == END + 30 * SECOND


def test_e16_a_rejected_bid_in_the_window_does_not_extend() -> None:
    lot = after(a_lot(), bid("11", 1000))
    for rejected in (bid("12", 1050, END - 1), bid("12", 1150, END - 1), bid("99", 2000, END - 1)):
        refusal(lot, rejected)
    assert lot.end_ns == END


def test_e17_the_leader_may_not_bid_against_itself_unless_the_rule_set_lets_it() -> None:
    assert refusal(after(a_lot(), bid("11", 1000)), bid("11", 1200))[0] == "bid.already_leading"
    assert ladder(after(a_lot(leader_may_overbid=True), bid("11", 1000), bid("11", 1200)))[0] == ("11", 1200)


def test_e23_after_an_outage_the_lost_time_comes_back_with_a_full_window() -> None:
    back = END + 5 * MINUTE
    lot = after(a_lot(), bid("11", 1000, NOON + 9 * MINUTE), Pause(back, "outage", since_ns=END - 10 * SECOND))
    assert lot.left_ns == 10 * SECOND
    lot = after(lot, Resume(back))
    assert lot.end_ns == back + 10 * SECOND + MINUTE
    assert ladder(after(lot, bid("12", 1100, back + 1))) == [("12", 1100), ("11", 1000)]


def test_e24_a_close_that_comes_an_hour_late_gives_the_result_of_the_stored_end() -> None:
    lot = after(a_lot(), bid("11", 1000))
    assert refusal(lot, bid("12", 1100, END + 59 * MINUTE))[0] == "bid.late"
    late, in_time = after(lot, Close(END + 60 * MINUTE)), after(lot, Close(END))
    assert (late.outcome, late.winner, late.price_fen) == ("sold", "11", 1_000_00)
    assert late == in_time


def test_a_close_before_the_end_is_refused() -> None:
    assert refusal(a_lot(), Close(END - 1)) == ("lot.not_due", {"end_ns": END})


def test_a_pause_stops_bids_and_a_resume_gives_the_time_left_and_one_window() -> None:
    lot = after(a_lot(), Pause(NOON + 2 * MINUTE, "check"))
    assert refusal(lot, bid("11", 1000, NOON + 3 * MINUTE))[0] == "bid.paused"
    assert refusal(lot, Close(END + MINUTE))[0] == "lot.paused"
    lot = after(lot, Resume(NOON + 7 * MINUTE))
    assert lot.end_ns == NOON + 7 * MINUTE + 8 * MINUTE + MINUTE


def test_a_pause_before_the_opening_moves_the_opening_and_adds_no_window() -> None:
    lot = after(a_lot(), Pause(NOON - 2 * MINUTE, "check"), Resume(NOON - MINUTE))
    assert (lot.opens_ns, lot.end_ns) == (NOON + MINUTE, END + MINUTE)


def test_e28_a_pledge_registered_during_the_auction_stops_it() -> None:
    lot = after(a_lot(), bid("11", 1000), Encumber(NOON + 2 * MINUTE, "pledge"))
    assert lot.stage == "paused"
    assert refusal(lot, bid("12", 1100, NOON + 3 * MINUTE))[0] == "bid.paused"


def test_a_bidder_that_was_not_admitted_cannot_bid() -> None:
    assert refusal(a_lot(), bid("99", 1000)) == ("bid.not_admitted", {"bidder": "99"})


def test_e35_a_ban_after_the_close_does_not_change_the_result() -> None:
    lot = after(a_lot(), bid("11", 1000), Close(END))
    assert refusal(lot, Ban(END + 1, "11", "collusion"))[0] == "lot.ended"
    assert lot.winner == "11"


def test_e36_a_ban_voids_the_bids_and_works_the_price_out_from_the_ladder() -> None:
    lot = after(a_lot(), bid("11", 1000), bid("12", 1500), bid("13", 1600), bid("12", 9000))
    lot, (event,), _ = played(lot, Ban(END - 1, "12", "collusion"))
    assert ladder(lot) == [("13", 1600), ("11", 1000)]
    assert (event.facts["voided"], event.facts["top_fen"], event.facts["leader"]) == (2, 1_600_00, "13")
    assert lot.end_ns == END - 1 + MINUTE
    assert refusal(lot, bid("12", 9000))[0] == "bid.barred"
    assert english.least_fen(lot) == 1_700_00


def test_a_ban_of_someone_who_does_not_lead_leaves_price_and_end() -> None:
    lot = after(a_lot(), bid("12", 1000), bid("11", 1100), Ban(END - 1, "12", "collusion"))
    assert (lot.end_ns, ladder(lot)) == (END, [("11", 1100)])


def test_e37_an_edit_voids_the_bids_and_admissions_and_starts_the_period_again() -> None:
    lot = after(a_lot(), bid("11", 1000), bid("12", 1100), Ban(NOON + MINUTE, "13", "collusion"))
    edit = Edit(NOON + 2 * MINUTE, lot.terms, opens_ns=END, end_ns=END + 10 * MINUTE, reason="claims corrected")
    lot, (event,), _ = played(lot, edit)
    assert event.facts["voided"] == 2
    assert (ladder(lot), lot.opens_ns, lot.end_ns) == ([], END, END + 10 * MINUTE)
    assert refusal(lot, bid("11", 1000, END + 1))[0] == "bid.not_admitted"
    assert refusal(lot, Admit(END + 1, "13"))[0] == "lot.barred"
    lot = after(lot, Admit(END + 1, "11"), bid("11", 1000, END + 2))
    assert lot.last_number == 3, "numbers of bids are never used twice in a lot"


def test_e38_the_next_best_takes_the_lot_at_its_own_price_when_the_winner_defaults() -> None:
    lot = after(a_lot(), bid("11", 1000), bid("12", 1500), bid("13", 1600), bid("12", 1700), Close(END))
    lot = after(lot, Default(END + 1, "12", "no payment"))
    assert (lot.outcome, lot.winner, lot.price_fen) == ("sold", "13", 1_600_00)
    lot = after(lot, Default(END + 2, "13", "no payment"), Default(END + 3, "11", "no payment"))
    assert (lot.outcome, lot.winner, lot.price_fen) == ("rerun", "", 0)


def test_e38_the_rule_set_may_ask_for_a_rerun_instead() -> None:
    lot = after(a_lot(on_default="rerun"), bid("11", 1000), bid("12", 1500), Close(END))
    assert after(lot, Default(END + 1, "12", "no payment")).outcome == "rerun"


def test_a_next_best_below_the_reserve_does_not_take_the_lot() -> None:
    lot = after(a_lot(reserve_fen=1_500_00), bid("11", 1400), bid("12", 1500), Close(END))
    assert after(lot, Default(END + 1, "12", "no payment")).outcome == "rerun"


def test_only_the_winner_can_default() -> None:
    lot = after(a_lot(), bid("11", 1000), Close(END))
    assert refusal(lot, Default(END + 1, "12", "no payment"))[0] == "lot.not_the_winner"


def test_who_was_only_asked_is_released_and_never_called_a_defaulter() -> None:
    lot = after(a_lot(), bid("11", 1000), bid("12", 1500), bid("13", 1600), Close(END))
    assert refusal(lot, Release(END + 1, "13", "offer_declined"))[0] == "lot.not_the_winner", "the hammer bound it"
    lot = after(lot, Default(END + 1, "13", "defaulted"), Release(END + 2, "12", "offer_declined"))
    assert (lot.winner, lot.price_fen) == ("11", 1_000_00)
    assert [lot.bidders[code].standing for code in ("11", "12", "13")] == ["in", "released", "defaulted"]
    lot = after(lot, Release(END + 3, "11", "offer_lapsed"))
    assert (lot.outcome, lot.winner, lot.price_fen) == ("rerun", "", 0)


def test_e43_the_engine_knows_whole_nanoseconds_alone() -> None:
    lot = after(a_lot(), bid("11", 1000, END - 1))
    assert all(type(value) is int for value in (lot.opens_ns, lot.end_ns, lot.top.at_ns))


def test_e45_one_bidder_takes_the_lot_where_one_suffices() -> None:
    assert after(a_lot(), bid("11", 1000), Close(END)).outcome == "sold"


def test_e45_one_bidder_does_not_suffice_where_two_are_asked_for() -> None:
    lot = after(a_lot(least_bidders=2), bid("11", 1000))
    assert after(lot, Close(END)).outcome == "too_few_bidders"
    assert after(lot, bid("12", 1100), Close(END)).outcome == "sold"


def test_nobody_came() -> None:
    lot = after(a_lot(), Close(END))
    assert (lot.stage, lot.outcome, lot.winner) == ("ended", "no_bids", "")


def test_below_the_reserve_nobody_wins() -> None:
    lot = after(a_lot(reserve_fen=1_500_00), bid("11", 1400), Close(END))
    assert (lot.outcome, lot.winner, lot.price_fen) == ("below_reserve", "", 0)


@pytest.mark.parametrize("price", [0, -1, True, None, "100", 1.5, float("nan"), float("inf"), 10**15 + 1, 2**63])
def test_e46_what_is_no_amount_is_refused_by_its_type(price: object) -> None:
    assert refusal(a_lot(), Bid(NOON + 1, "11", price))[0] == "bid.not_an_amount"  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["", "-1", "1e400", "NaN", "1.234", "٣", "１００", "0x10", "9" * 14, "1_000", "."])
def test_e46_what_a_person_typed_is_read_exactly_or_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        amounts.fen_of_yuan(text)
    assert refused.value.code == "bid.not_an_amount"


@pytest.mark.parametrize(("text", "fen"), [("1", 100), ("0.1", 10), ("1,234.56", 123456), (" 12 ", 1200), ("0.07", 7)])
def test_an_amount_in_yuan_becomes_fen(text: str, fen: int) -> None:
    assert amounts.fen_of_yuan(text) == fen


def test_e47_an_annulment_adds_an_event_and_the_transcript_keeps_every_line() -> None:
    lot, events, _ = played(a_lot(), bid("11", 1000), bid("12", 1100), Close(END), Annul(END + 9, "system fault"))
    assert (lot.stage, lot.outcome, lot.winner) == ("annulled", "annulled", "")
    assert [line.kind for line in transcript.lines(events)] == ["bid", "bid", "hammer", "annulled"]
    assert refusal(lot, Annul(END + 10, "again"))[0] == "lot.annulled"
    assert refusal(lot, bid("11", 1200))[0] == "lot.annulled"


def test_free_and_limited_the_first_bid_opens_the_limited_period() -> None:
    lot = after(a_free_limited_lot(), bid("11", 1000))
    assert lot.end_ns == END + 3 * MINUTE
    assert after(lot, bid("12", 1100, END - 1)).end_ns == END + 3 * MINUTE


def test_free_and_limited_each_valid_bid_restarts_the_window() -> None:
    lot = after(a_free_limited_lot(), bid("11", 1000), bid("12", 1100, END + MINUTE))
    assert lot.end_ns == END + 4 * MINUTE
    assert after(lot, Close(END + 4 * MINUTE)).winner == "12"


def test_free_and_limited_without_a_bid_ends_with_the_free_period() -> None:
    assert after(a_free_limited_lot(), Close(END)).outcome == "no_bids"


def test_e25_a_priority_purchaser_that_matches_takes_the_lot_at_the_same_price() -> None:
    lot = after(a_lot("11", Bidder("21", rank=1)), bid("11", 1000), Close(END))
    assert (lot.stage, lot.end_ns) == ("matching", END + 2 * MINUTE)
    lot = after(lot, PriorityMatch(END + 1, "21"))
    assert (lot.outcome, lot.winner, lot.price_fen) == ("sold", "21", 1_000_00)


def test_e25_a_silent_priority_purchaser_waives() -> None:
    lot = after(a_lot("11", Bidder("21", rank=1)), bid("11", 1000), Close(END), Close(END + 2 * MINUTE))
    assert (lot.winner, lot.stage) == ("11", "ended")


def test_e25_among_two_ranks_the_better_wins_and_among_equals_the_earlier() -> None:
    lot = a_lot("11", Bidder("21", rank=2), Bidder("22", rank=1), Bidder("23", rank=2))
    lot = after(lot, bid("11", 1000), Close(END))
    lot = after(lot, PriorityMatch(END + 1, "23"), PriorityMatch(END + 2, "21"))
    assert lot.stage == "matching", "rank 1 may still speak"
    assert after(lot, PriorityMatch(END + 3, "22")).winner == "22"
    assert after(lot, PriorityMatch(END + 3, "22", takes=False)).winner == "23"


def test_a_bidder_without_priority_cannot_match() -> None:
    lot = after(a_lot("11", "12", Bidder("21", rank=1)), bid("11", 1000), Close(END))
    assert refusal(lot, PriorityMatch(END + 1, "12"))[0] == "lot.no_priority"
    assert refusal(lot, PriorityMatch(END + 2 * MINUTE, "21"))[0] == "bid.late"


def test_a_priority_purchaser_that_leads_needs_no_match() -> None:
    lot = after(a_lot("11", Bidder("21", rank=1), Bidder("22", rank=1)), bid("21", 1000), Close(END))
    assert (lot.stage, lot.winner) == ("ended", "21")


def test_the_transcript_names_codes_times_amounts_rules_and_the_new_end() -> None:
    _, events, _ = played(a_lot(reserve_fen=5_000_00), bid("11", 1000, END - 1), Close(END - 1 + MINUTE))
    first, last = transcript.lines(events)
    assert first.plain() == {
        "number": 1,
        "at_ns": END - 1,
        "kind": "bid",
        "bidder": "11",
        "price_fen": 1_000_00,
        "rule": "B7",
        "end_ns": END - 1 + MINUTE,
        "more": {},
    }
    assert last.more == {"outcome": "below_reserve"}


def test_the_transcript_of_an_edit_does_not_give_the_secret_reserve_away() -> None:
    lot = a_lot(reserve_fen=7_777_77)
    _, events, _ = played(lot, Edit(NOON + 1, lot.terms, opens_ns=END, end_ns=END + MINUTE, reason="text"))
    assert "777777" not in str(transcript.lines(events))


def test_a_rank_never_changes_once_bidding_has_begun() -> None:
    assert refusal(a_lot("11"), Admit(NOON, "11", rank=1)) == ("lot.rank_fixed", {"bidder": "11"})
