"""How plain values are shown."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.template import engines
from django.utils import translation

from zhirong.web import filters

AT = datetime(2026, 11, 25, 7, 14, 8, tzinfo=UTC)


@pytest.mark.parametrize(("fen", "shown"), [(128_000_000, "1,280,000"), (5, "0.05"), (128_000_050, "1,280,000.50")])
def test_figures_drop_only_empty_fen(fen: int, shown: str) -> None:
    assert filters.yuan(fen) == shown


@pytest.mark.parametrize(
    ("fen", "zh", "en"),
    [
        (128_000_000, ("128.00", "万元"), ("1.28", "m yuan")),
        (208_600_000_000, ("20.86", "亿元"), ("2.09", "bn yuan")),
        (499_999, ("0.50", "万元"), ("0.00", "m yuan")),
    ],
)
def test_headlines_choose_their_unit(fen: int, zh: tuple[str, str], en: tuple[str, str]) -> None:
    with translation.override("zh-hans"):
        assert filters.headline(fen) == zh
    with translation.override("en"):
        assert filters.headline(fen) == en


def test_times_stand_on_the_beijing_clock() -> None:
    with translation.override("zh-hans"):
        assert filters.beijing(AT) == "北京时间 2026年11月25日 星期三 15:14:08"
        assert filters.left(93_784_000) == "1 天 02:03:04"
    with translation.override("en"):
        assert filters.beijing(AT) == "Beijing time, Wed 25 Nov 2026, 15:14:08"
        assert filters.day_text(date(2026, 11, 25)) == "25 Nov 2026"
    assert filters.clock(1_795_590_848_000_000_000) == "15:14:08"
    assert filters.epoch_ms(AT) == filters.epoch_ms(1_795_590_848_000_000_000) == 1_795_590_848_000
    assert (filters.left(222_000), filters.left(3_822_000), filters.left(-5)) == ("03:42", "1:03:42", "00:00")


def test_a_time_of_another_day_is_shown_with_its_date() -> None:
    assert filters.clock_seen(AT, AT + timedelta(hours=8)) == "15:14:08"
    assert filters.clock_seen(AT, AT + timedelta(hours=9)) == "11-25 15:14:08"


def test_a_mark_of_a_rule_leads_to_its_explanation_and_nothing_else_does() -> None:
    linked = '<a class="xs soft" href="/rules#B7">B7</a>'
    assert filters.ruled("<b> valid bids B7, Z99, H01M") == f"&lt;b&gt; valid bids {linked}, Z99, H01M"
    cited = engines["jinja2"].from_string('{{ "B7"|cited }}; {{ law|cited }}')
    with translation.override("zh-hans"):
        assert cited.render({"law": "民法典 859、860"}) == f"有效出价 {linked}; 民法典 第859条、第860条"
    with translation.override("en"):
        assert cited.render({"law": "民法典 859、860"}) == f"valid bids {linked}; Civil Code arts. 859, 860"
