"""The embedded engine: what is found, counted and ordered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.search.given_search import BIRDS, FIVE, RECYCLING, SODIUM, UNPRICED, a_document, an_index, found, ids
from zhirong.base.refused import Refused
from zhirong.search import parser
from zhirong.search.backend import PRICE_EDGES_FEN, Request
from zhirong.search.tantivy_engine import TantivyBackend


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TantivyBackend]:
    backend = an_index(tmp_path_factory.mktemp("search"))
    yield backend
    backend.close()


@pytest.mark.parametrize(
    "pair", sorted({text.title[at : at + 2] for text in FIVE for at in range(len(text.title) - 1)})
)
def test_every_two_neighbouring_characters_of_a_title_are_found(index: TantivyBackend, pair: str) -> None:
    expected = {text.id for text in FIVE if pair in text.title + text.abstract}
    assert expected <= set(ids(found(index, pair)))


def test_the_word_itself_ranks_before_its_characters_by_chance(index: TantivyBackend) -> None:
    assert ids(found(index, "锂离子电池")) == [RECYCLING.id]
    assert ids(found(index, "离子"))[0] == RECYCLING.id
    assert set(ids(found(index, "离子"))) == {RECYCLING.id, SODIUM.id}


def test_a_substring_is_found_wherever_words_begin(index: TantivyBackend) -> None:
    assert ids(found(index, '"烯膜电"')) == [SODIUM.id]
    assert ids(found(index, '"bert-bigru控制"')) == [BIRDS.id]
    assert ids(found(index, '"电池石墨"')) == []


def test_a_sentence_finds_what_holds_all_its_words(index: TantivyBackend) -> None:
    assert ids(found(index, "锂离子电池回收方法")) == [RECYCLING.id]


def test_latin_words_are_whole_unless_truncated(index: TantivyBackend) -> None:
    assert ids(found(index, "lithium")) == [BIRDS.id]
    assert ids(found(index, "lith")) == []
    assert ids(found(index, "lith*")) == [BIRDS.id]


def test_fields_exclusions_and_alternatives(index: TantivyBackend) -> None:
    assert ids(found(index, "TI=电池 NOT 钠")) == [RECYCLING.id]
    assert set(ids(found(index, "PA=南方理工大学"))) == {RECYCLING.id, SODIUM.id}
    assert ids(found(index, "TI=云岭")) == []
    assert ids(found(index, "IN=陈思齐")) == [RECYCLING.id]
    assert set(ids(found(index, "非 电池"))) == {"listing:3", "listing:4", "right:5"}
    assert set(ids(found(index, "印刷 or 水电站"))) == {"listing:3", "listing:4"}
    assert ids(found(index, "LS=挂牌中")) == ids(found(index, "LS=LISTED")) == [RECYCLING.id]


def test_a_symbol_finds_all_below_it(index: TantivyBackend) -> None:
    assert set(ids(found(index, "IC=H01M"))) == {RECYCLING.id, SODIUM.id}
    assert ids(found(index, "IC=H01M10")) == ids(found(index, "IC=H01M10/00")) == [RECYCLING.id]
    assert ids(found(index, "IC=H01M10/54")) == [RECYCLING.id]


@pytest.mark.parametrize(
    "text",
    ["201911324567.3", "ZL 2019 1 1324567.3", "cn201911324567.3", "2019113245673", "201911324567", "201911324567.9",
     "CN111047602B", "CN 111047602 B", "AN=2019113245*", "PN=CN111047602", "ZR-2026-0518", "zr20260518"],
)  # fmt: skip
def test_a_number_finds_its_thing_in_any_spelling(index: TantivyBackend, text: str) -> None:
    assert ids(found(index, text)) == [RECYCLING.id]


def test_spans_of_dates_and_prices(index: TantivyBackend) -> None:
    assert ids(found(index, "AD=2019")) == [RECYCLING.id]
    assert set(ids(found(index, "AD>=201912"))) == {RECYCLING.id, SODIUM.id}
    assert set(ids(found(index, "AD<2019"))) == {BIRDS.id}
    assert set(ids(found(index, "PRICE<=5万"))) == {SODIUM.id, BIRDS.id, "listing:4"}


def test_order_by_price_puts_what_has_none_last_both_ways(index: TantivyBackend) -> None:
    upward, downward = ids(found(index, "", sort="price")), ids(found(index, "", sort="-price"))
    assert upward[0] == "listing:4"
    assert downward[0] == RECYCLING.id
    assert upward[-1] == downward[-1] == "right:5"
    # Equal prices keep one order both ways, so that turning the list round does not shuffle them.
    assert upward[1:3] == downward[1:3]
    assert set(upward[1:3]) == {SODIUM.id, BIRDS.id}


def test_a_price_beyond_all_others_still_has_its_place(tmp_path: Path) -> None:
    dear = a_document("listing:9", "极贵", price_fen=10**17)
    assert ids(found(an_index(tmp_path, [dear, RECYCLING, UNPRICED]), "", sort="-price"))[:2] == [dear.id, RECYCLING.id]


def test_pages_join_without_gap_or_repeat(index: TantivyBackend) -> None:
    whole = ids(found(index, "", sort="-applied"))
    assert [ids(found(index, "", sort="-applied", offset=at, limit=1))[0] for at in range(5)] == whole
    assert len(set(whole)) == found(index, "").total == 5


def test_a_facet_counts_what_each_choice_would_give(index: TantivyBackend) -> None:
    results = found(index, "电池", facets=("state", "subclass", "holder"), filters={"subclass": ("C22B",)})
    assert ids(results) == [RECYCLING.id]
    assert results.facets["subclass"] == (("H01M", 2), ("C22B", 1))
    assert results.facets["holder"] == (("南方理工大学", 1), ("深圳市云岭智能科技有限公司", 1))
    assert results.facets["state"] == (("open", 1),)


def test_the_price_histogram_leaves_out_the_price_filter(index: TantivyBackend) -> None:
    results = found(index, "", prices=True, price_from_fen=100_000_00)
    assert results.total == 1
    assert {band.from_fen: band.count for band in results.prices if band.count} == {
        None: 1,
        50_000_00: 2,
        1_000_000_00: 1,
    }
    assert len(results.prices) == len(PRICE_EDGES_FEN) + 1
    assert results.prices[0].to_fen == PRICE_EDGES_FEN[0]
    assert results.prices[-1].from_fen == PRICE_EDGES_FEN[-1]


def test_a_document_put_again_is_replaced_and_one_taken_out_is_gone(tmp_path: Path) -> None:
    backend = an_index(tmp_path)
    backend.upsert([a_document("listing:1", "全新的题目")])
    backend.delete(["listing:2", "listing:unknown"])
    assert ids(found(backend, "回收")) == ["listing:1"], "before the refresh nothing changed"
    backend.refresh()
    assert ids(found(backend, "回收")) == []
    assert ids(found(backend, "题目")) == ["listing:1"]
    assert backend.count() == 4


QUERY_PARTS = st.sampled_from(
    ["锂", "电池", "膜纸*", "li*", "a.b*", "a[b*", "c++*", "TI=", "AN=", "PN=", "IC=H01", "AD>=2016",
     "PRICE=[1 TO 5]", "LS=", " or ", " 非 ", "(", ")", '"', ".*", "\\", "^$", "201911324567.9", "🙂", "𠀀", "%", "-",
     "PRICE=[5 TO *]", "x" * 300]
)  # fmt: skip


@given(st.lists(st.one_of(QUERY_PARTS, st.text(max_size=4)), max_size=12).map(" ".join))
@settings(max_examples=150, deadline=None)
def test_whatever_can_be_read_can_be_searched(index: TantivyBackend, text: str) -> None:
    try:
        node = parser.parse(text).node
    except Refused:
        return
    results = index.search(Request(query=node, facets=("state",), prices=True))
    assert 0 <= len(results.hits) <= results.total <= 5
    assert index.suggest(text) is not None


def test_a_price_range_turned_round_finds_nothing(index: TantivyBackend) -> None:
    assert found(index, "", price_from_fen=10, price_to_fen=5).total == 0
    assert found(index, "AD=2016 AD=2019").total == 0


def test_suggestions_are_holders_and_words(index: TantivyBackend) -> None:
    assert index.suggest("南方") == ["南方理工大学"]
    assert "锂离子" in index.suggest("锂")
    assert index.suggest("  ") == []


@pytest.mark.parametrize(
    ("wishes", "code"),
    [
        ({"sort": "beauty"}, "search.unknown_sort"),
        ({"facets": ("colour",)}, "search.unknown_facet"),
        ({"filters": {"colour": ("red",)}}, "search.unknown_facet"),
        ({"offset": 9_990, "limit": 20}, "search.too_deep"),
    ],
)
def test_a_request_that_means_nothing_is_refused(wishes: dict[str, object], code: str) -> None:
    with pytest.raises(Refused) as refusal:
        Request(**wishes)  # type: ignore[arg-type]
    assert refusal.value.code == code
