"""The search in the address of a page."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhirong.base.refused import Refused
from zhirong.search import address
from zhirong.search.address import Address
from zhirong.search.documents import FACETS, SORTS


def test_an_address_reads_as_a_search() -> None:
    asked = address.read(
        [("q", " 电池 "), ("section", "H"), ("section", "B"), ("section", "H"), ("from", "5万"), ("to", ""),
         ("sort", "-price"), ("page", "3"), ("utm", "x")]
    )  # fmt: skip
    assert asked == Address(
        text="电池", filters={"section": ("H", "B")}, price_from_fen=50_000_00, sort="-price", page=3
    )
    request, parsed = asked.request(facets=("section",))
    assert (request.offset, request.limit, request.prices, request.sort) == (40, 20, True, "-price")
    assert parsed.notes == ()


def test_a_choice_goes_in_and_out_and_back_to_the_first_page() -> None:
    asked = Address(text="电池", page=4)
    chosen = asked.toggled("section", "H")
    assert chosen.query_string() == "q=%E7%94%B5%E6%B1%A0&section=H"
    assert chosen.toggled("section", "H") == Address(text="电池")


def test_the_usual_is_left_out_of_the_address() -> None:
    assert Address().query_string() == ""
    assert Address(price_to_fen=1_500_000_50).query_string() == "to=1500000.50"
    assert Address(page=2).sorted_by("price").query_string() == "sort=price"
    assert Address(price_from_fen=1).without_price().on_page(2).query_string() == "page=2"


@pytest.mark.parametrize("page", ["", "0", "-3", "x", "٣", "9" * 40])
def test_a_page_that_is_none_is_a_page_all_the_same(page: str) -> None:
    assert 1 <= address.read([("page", page)]).page <= address.LARGEST_PAGE


def test_a_sort_or_price_that_means_nothing_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        address.read([("sort", "beauty")])
    assert refusal.value.code == "search.unknown_sort"
    with pytest.raises(Refused) as refusal:
        address.read([("from", "dear")])
    assert refusal.value.code == "money.not_an_amount"


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=8)


@given(
    st.builds(
        Address,
        text=WORDS,
        filters=st.dictionaries(
            st.sampled_from(FACETS), st.lists(WORDS, min_size=1, max_size=3, unique=True).map(sorted).map(tuple)
        ),
        price_from_fen=st.none() | st.integers(0, 10**13),
        price_to_fen=st.none() | st.integers(0, 10**13),
        sort=st.sampled_from(["score", *SORTS, *(f"-{name}" for name in SORTS)]),
        page=st.integers(1, address.LARGEST_PAGE),
    )
)
@settings(max_examples=80, deadline=None)
def test_what_is_written_reads_back(asked: Address) -> None:
    assert address.read(parse_qsl(asked.query_string())) == asked
