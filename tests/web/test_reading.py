"""What an address asks and a list cannot follow is said on its page; a file, which could not say it, is refused."""

from __future__ import annotations

import pytest
from django.http import HttpRequest
from django.test import Client

from tests.exchange import given_deals as given
from tests.office.given_office import signed_in
from tests.people import given_people as people
from tests.web.given_pages import text_of
from zhirong.base.refused import Refused
from zhirong.web import lists, reading

pytestmark = pytest.mark.django_db


def asked(query: str) -> HttpRequest:
    request = HttpRequest()
    request.GET = request.GET.__class__(query)
    return request


def codes(request: HttpRequest) -> list[str]:
    return [one.code for one in getattr(request, "house_passed_over", [])]


def test_a_page_beyond_the_end_is_the_last_and_says_so() -> None:
    for query, most, shown, told in [
        ("", 3, 1, []),
        ("page=3", 3, 3, []),
        ("page=4", 3, 3, ["web.no_such_page"]),
        ("page=0", 3, 1, ["web.no_such_page"]),
        ("page=x", 3, 1, ["web.no_such_page"]),
        ("page=-1", 3, 1, ["web.no_such_page"]),
        ("page=" + "9" * 40, 3, 3, ["web.no_such_page"]),
    ]:
        request = asked(query)
        assert (reading.page(request, most), codes(request)) == (shown, told), query
    request = asked("page=1")
    assert reading.page(request, lambda: pytest.fail("the first page was counted")) == 1


def test_an_unknown_choice_order_or_day_is_passed_over_aloud() -> None:
    request = asked("state=sold&bad=gone&order=-price&wrong=size&day=2026-03-01&when=soon")
    assert reading.choice(request, "state", ("sold",)) == "sold"
    assert reading.order(request, ("price",), default="-made") == "-price"
    assert str(reading.day(request, "day")) == "2026-03-01"
    assert codes(request) == []
    assert reading.choice(request, "bad", ("sold",), default="open") == "open"
    assert reading.choice(request, "bad", ("sold",), default="open") == "open"
    assert reading.order(request, ("price",), default="-made", name="wrong") == "-made"
    assert reading.day(request, "when") is None
    assert codes(request) == ["web.not_filtered", "web.not_ordered", "web.not_filtered"]


def test_a_file_is_not_given_for_half_of_what_was_asked() -> None:
    for way in ("form=csv", "as=deals.xlsx"):
        with pytest.raises(Refused) as refused:
            reading.choice(asked(f"{way}&state=gone"), "state", ("sold",))
        assert refused.value.code == "web.not_filtered"


def test_a_file_that_would_end_early_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    house, seller = given.House(), given.a_side("holder")
    for _ in range(2):
        given.a_right(house, seller.party)
    client = signed_in(house.operator)
    assert client.get("/rights?of=all&form=csv").content.count(b"\r\n") == 3
    monkeypatch.setattr(lists, "EXPORT_MOST", 1)
    answer = client.get("/rights?of=all&form=csv")
    assert answer.status_code == 422
    assert "共 2 行" in answer.content.decode()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/rights?of=theirs", "未按“of=theirs”筛选"),
        ("/rights?of=all&kind=poem", "未按“kind=poem”筛选"),
        ("/rights?of=all&order=size", "未按“size”排序"),
        ("/rights?of=all&page=9", "未翻到第 9 页"),
        ("/desk/deals?state=gone", "未按“state=gone”筛选"),
        ("/desk/listings?page=7", "未翻到第 7 页"),
        ("/desk/messages?show=all", "未按“show=all”筛选"),
        ("/desk/money?from=soon", "未按“from=soon”筛选"),
        ("/office?kind=poem", "未按“kind=poem”筛选"),
        ("/office/deals?state=gone", "未按“state=gone”筛选"),
        ("/office/deals?deals_order=size", "未按“size”排序"),
        ("/office/deals?deals_page=3", "未翻到第 3 页"),
        ("/office/bank/dues?state=gone", "未按“state=gone”筛选"),
        ("/office/floor?state=gone", "未按“state=gone”筛选"),
        ("/office/transfers?state=gone", "未按“state=gone”筛选"),
        ("/fees?rule_set=gone", "未按“rule_set=gone”筛选"),
    ],
)
def test_every_list_says_what_it_left_out(address: str, said: str) -> None:
    client = signed_in(given.House().operator)
    text = text_of(client, address)
    assert said in text
    assert '<p class="notice wait s mb3" role="status">' in text


def test_a_list_that_was_followed_says_nothing(client: Client) -> None:
    client.force_login(people.a_person("operator"))
    for address in (
        "/rights?of=all&kind=invention&order=-title&page=1",
        "/office/deals?state=settled",
        "/desk/deals?page=1",
    ):
        assert 'role="status">未' not in text_of(client, address), address
