"""Rule sets: lawful as shipped, refused outside the bounds, and the money that follows from them."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from zhirong.base.refused import Refused, catalogue
from zhirong.exchange import rule_sets, rules
from zhirong.exchange.rule_sets import Span, rule_set
from zhirong.web.exchange import rulebook

DAY = date(2026, 11, 22)


def text_of(code: str, **figures: Any) -> dict[str, Any]:
    """The plain values of a shipped rule set with some figures changed."""
    text: dict[str, Any] = yaml.safe_load((rule_sets.FOLDER / "rule_sets" / f"{code}.yaml").read_text("utf-8"))
    for name, value in figures.items():
        text["figures"][name] = [{"from": date(2000, 1, 1), "value": value, "source": "test"}]
    return text


@pytest.mark.parametrize("code", rule_sets.codes())
def test_every_shipped_rule_set_is_lawful_and_names_its_sources(code: str) -> None:
    assert rule_set(code, DAY).code == code
    for name, entries in rule_sets.sources(code).items():
        for entry in entries:
            assert set(entry) == {"from", "value", "source", "certain"}, name
            assert entry["certain"] in ("text", "memory", "design"), name


def test_the_court_rule_says_24_hours_five_minutes_and_refund_in_a_day() -> None:
    court = rule_set("court_timed", DAY)
    assert (court.least_duration, court.window, court.extension) == (
        Span(24, "hours"),
        Span(5, "minutes"),
        Span(5, "minutes"),
    )
    assert court.refund == Span(24, "hours")
    assert court.deposit_share == Fraction(1, 10)


def test_state_assets_are_announced_20_working_days_and_answered_within_five() -> None:
    state = rule_set("state_owned", DAY)
    assert state.announcement_for(1) == Span(20, "working_days")
    assert (state.seller_answer, state.contract, state.payment, state.refund) == (
        Span(5, "working_days"),
        Span(3, "working_days"),
        Span(5, "working_days"),
        Span(3, "working_days"),
    )


def test_an_edition_kept_with_a_figure_that_is_no_rule_any_more_is_still_read() -> None:
    kept = text_of("state_owned")
    kept["figures"]["silence"] = kept["figures"]["seller_answer"]
    assert rule_sets.read(kept, DAY) == rule_set("state_owned", DAY)


def test_only_the_demonstration_is_marked() -> None:
    assert [code for code in rule_sets.codes() if rule_set(code, DAY).marked] == ["demo"]


@pytest.mark.parametrize(
    ("code", "figure", "value"),
    [
        ("court_timed", "deposit_share", "4/100"),
        ("court_timed", "deposit_share", "21/100"),
        ("court_timed", "least_duration", "23 hours"),
        ("court_timed", "window", "4 minutes"),
        ("court_timed", "announcement", {0: "15 days"}),
        ("court_timed", "announcement", {0: "29 days"}),
        ("court_timed", "announcement", {0: "30 days", 100000000: "29 days"}),
        ("court_timed", "announcement_again", "14 days"),
        ("court_timed", "refund", "2 days"),
        ("court_timed", "relist_cut", "21/100"),
        ("state_owned", "deposit_share", "31/100"),
        ("state_owned", "announcement", {0: "19 working_days"}),
        ("state_owned", "announcement", {0: "9 working_days", 1000000001: "20 working_days"}),
        ("state_owned", "announcement_extension", "4 working_days"),
        ("state_owned", "seller_answer", "6 working_days"),
        ("state_owned", "refund", "4 working_days"),
        ("free_limited", "window", "179 seconds"),
        ("free_limited", "window", "301 seconds"),
        ("platform", "fees_seller_ppm", {0: 50001}),
        ("platform", "fees_seller_ppm", {0: 10000, 100: 20000}),
        ("platform", "leader_may_overbid", True),
        ("platform", "steps", {0: 0}),
        ("platform", "extension", "4 minutes"),
        ("demo", "deposit_share", "1/2"),
    ],
)
def test_a_figure_outside_the_law_is_refused_when_it_is_read(code: str, figure: str, value: Any) -> None:
    with pytest.raises(Refused) as refused:
        rule_sets.read(text_of(code, **{figure: value}), DAY)
    assert refused.value.code == "lot.rule_set_out_of_bounds"
    assert refused.value.facts["figure"] == figure


REPEALED = "企业国有产权交易操作规则"
LAST_DAY_OF_2009 = date(2025, 2, 17)


def in_force(entries: list[dict[str, Any]], day: date) -> dict[str, Any]:
    return max((one for one in entries if one["from"] <= day), key=lambda one: one["from"])


@pytest.mark.parametrize("code", rule_sets.codes())
def test_x1_no_figure_rests_on_the_text_of_2009_once_it_was_repealed(code: str) -> None:
    for name, entries in rule_sets.sources(code).items():
        now = in_force(entries, LAST_DAY_OF_2009 + timedelta(days=1))
        assert REPEALED not in now["source"], name
        if REPEALED in in_force(entries, LAST_DAY_OF_2009)["source"]:
            assert "国资发产权规〔2025〕17号, X1" in now["source"], name
            assert now["certain"] == "memory", name


def test_x1_the_announcement_of_state_assets_is_no_longer_shown_as_checked() -> None:
    entries = rule_sets.sources("state_owned")["announcement"]
    assert in_force(entries, LAST_DAY_OF_2009)["certain"] == "text"
    assert in_force(entries, DAY)["certain"] == "memory"


def test_x1_no_term_beside_the_rule_sets_rests_on_the_repealed_text() -> None:
    terms = yaml.safe_load((rule_sets.FOLDER / "terms.yaml").read_text("utf-8"))
    found = [in_force(entries, DAY) for by_basis in terms.values() for entries in by_basis.values()]
    assert [one for one in found if REPEALED in one["source"]] == []


@pytest.mark.parametrize("figure", ["announcement_extension", "refund", "seller_answer", "contract", "certificate"])
def test_x1_a_bound_names_the_text_in_force_on_the_day(figure: str) -> None:
    value = "1 working_days" if figure == "announcement_extension" else "9 working_days"
    for day, source in ((DAY, "企业国有资产交易操作规则"), (LAST_DAY_OF_2009, REPEALED)):
        with pytest.raises(Refused) as refused:
            rule_sets.read(text_of("state_owned", **{figure: value}), day)
        assert refused.value.facts["source"]["zh"].split()[0] == source


@pytest.mark.parametrize("rates", [{0: 50001}, {0: 10000, 100: 20000}])
def test_the_cap_on_fees_and_their_fall_rest_on_article_56_of_the_auction_law(rates: dict[int, int]) -> None:
    with pytest.raises(Refused) as refused:
        rule_sets.read(text_of("platform", fees_buyer_ppm=rates), DAY)
    assert refused.value.facts["source"] == {"zh": "拍卖法 第五十六条第二款", "en": "Auction Law art. 56(2)"}


@pytest.mark.parametrize("code", rule_sets.codes())
def test_the_cap_is_said_to_bind_where_nothing_else_is_agreed(code: str) -> None:
    for name in ("fees_seller_ppm", "fees_buyer_ppm", "fee_most_ppm"):
        for entry in rule_sets.sources(code)[name]:
            assert "拍卖法 art. 56(2)" in entry["source"]
            assert "where nothing else is agreed" in entry["source"]


def test_ten_working_days_suffice_for_state_assets_up_to_ten_million() -> None:
    announcement = {0: "10 working_days", 1_000_000_001: "20 working_days"}
    found = rule_sets.read(text_of("state_owned", announcement=announcement), DAY)
    assert found.announcement_for(1_000_000_000) == Span(10, "working_days")
    assert found.announcement_for(1_000_000_001) == Span(20, "working_days")


def test_a_figure_changes_on_its_day() -> None:
    text = text_of("platform")
    text["figures"]["fee_least_fen"] = [
        {"from": date(2021, 1, 1), "value": 1, "source": "a"},
        {"from": date(2026, 11, 22), "value": 2, "source": "b"},
    ]
    assert rule_sets.read(text, date(2026, 11, 21)).fee_least_fen == 1
    assert rule_sets.read(text, date(2026, 11, 22)).fee_least_fen == 2


def test_a_day_before_every_figure_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        rule_set("court_timed", date(2016, 12, 31))
    assert refused.value.code == "lot.rule_set_not_in_force"


def test_an_unknown_rule_set_is_refused() -> None:
    with pytest.raises(Refused):
        rule_set("../bounds", DAY)


def test_a_fee_takes_each_part_at_its_own_rate() -> None:
    platform = rule_set("platform", DAY)
    million = 100_000_000
    assert rules.fee_fen(platform, million, side="seller") == 3_000_000
    assert rules.fee_fen(platform, 3 * million, side="seller") == 3_000_000 + 4_000_000
    assert rules.fee_fen(platform, 20_000, side="seller") == 1_000, "the least fee bows to 5 % of the price"


@given(st.sampled_from(rule_sets.codes()), st.integers(1, 10**15), st.sampled_from(["seller", "buyer"]))
def test_no_fee_ever_passes_five_percent_and_none_falls_as_the_price_rises(code: str, price: int, side: str) -> None:
    found = rule_set(code, DAY)
    fee = rules.fee_fen(found, price, side=side)
    assert 0 <= fee * 20 <= price
    assert rules.fee_fen(found, price + 1, side=side) >= fee


def test_a_deposit_is_a_share_rounded_down_with_its_cap() -> None:
    court = rule_set("court_timed", DAY)
    assert rules.deposit_fen(court, 1_000_009) == 100_000
    capped = rule_sets.read(text_of("platform", deposit_most_fen=5_000), DAY)
    assert rules.deposit_fen(capped, 1_000_000) == 5_000


def test_a_relisting_is_cut_by_at_most_a_fifth() -> None:
    assert rules.may_relist_at_fen(rule_set("court_timed", DAY), 1_000_001) == 800_001


def test_e38_a_forfeited_deposit_pays_costs_then_the_gap_then_the_seller() -> None:
    court = rule_set("court_timed", DAY)
    assert rules.forfeiture_fen(court, 1_000, costs_fen=300, gap_fen=500) == {"costs": 300, "gap": 500, "seller": 200}
    assert rules.forfeiture_fen(court, 1_000, costs_fen=300, gap_fen=900) == {"costs": 300, "gap": 700, "seller": 0}


@pytest.mark.parametrize(
    ("party", "code"),
    [("s", "lot.seller_may_not_bid"), ("o", "lot.staff_may_not_bid"), ("d", "lot.defaulter_may_not_bid")],
)
def test_e34_seller_staff_and_defaulters_are_refused(party: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        rules.must_be_free_to_bid(party, sellers={"s"}, staff={"o"}, barred={"d"})
    assert refused.value.code == code


def test_a_bidding_time_shorter_than_the_rule_is_refused() -> None:
    day = 86_400 * 10**9
    court = rule_set("court_timed", DAY)
    rules.must_last(court, opens_ns=0, end_ns=day)
    with pytest.raises(Refused):
        rules.must_last(court, opens_ns=0, end_ns=day - 1)


def test_every_refusal_of_bids_and_lots_has_both_texts() -> None:
    folder = Path(rule_sets.__file__).parent
    used = "".join(path.read_text("utf-8") for path in folder.rglob("*.py"))
    for code, entry in catalogue().items():
        if code.split(".")[0] in ("bid", "lot"):
            assert {"zh", "en", "rule", "status"} <= set(entry), code
            assert f'"{code}"' in used, code


def test_what_the_house_chose_itself_is_not_marked_as_read_in_a_published_text() -> None:
    """A figure whose source is a rule of the house was read in no law (RULEBOOK B1, B8)."""
    wrong = [
        (code, name, entry["source"])
        for code in rule_sets.codes()
        for name, entries in rule_sets.sources(code).items()
        for entry in entries
        if entry["certain"] == "text" and "house rule" in rulebook.said_sources()[entry["source"]]["en"]
    ]
    assert wrong == []
