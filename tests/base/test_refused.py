import re
import string
from datetime import UTC, date, datetime
from pathlib import Path

from zhirong.base import refused, shown
from zhirong.base.refused import Refused


def test_facts_are_shown_as_people_read_them() -> None:
    assert shown.fact("top_fen", 1_280_000_00, "zh") == "1,280,000 元"
    assert shown.fact("top_fen", 1_280_000_50, "en") == "1,280,000.50 yuan"
    at = datetime(2026, 11, 25, 7, 0, 0, tzinfo=UTC)
    assert shown.fact("closes_at", at, "zh") == "北京时间 2026-11-25 15:00"
    assert shown.fact("closes_at", at.isoformat(), "en") == "2026-11-25 15:00 Beijing time"
    assert shown.fact("closes_ns", shown.to_ns(at) + 123_000_000, "en") == "2026-11-25 15:00:00.123 Beijing time"
    assert shown.fact("day", date(2026, 11, 25), "zh") == "2026-11-25"
    assert shown.fact("known", ["CNY", "USD"], "zh") == "CNY、USD"
    assert shown.fact("verb", {"zh": "出价", "en": "bid"}, "zh-hans") == "出价"
    assert shown.fact("is_open", True, "zh") == "是"
    assert shown.fact("who", None, "en") == "—"


def test_instants_survive_nanoseconds() -> None:
    at = datetime(2026, 11, 25, 7, 0, 0, 123456, tzinfo=UTC)
    assert shown.from_ns(shown.to_ns(at)) == at


def test_a_sentence_is_told_in_both_languages() -> None:
    refusal = Refused("money.too_large", largest_fen=100_00)
    assert refused.sentence(refusal, "zh-hans") == (
        "未读取金额：超过可记账的上限 100 元。请核对单位（元、万元、亿元）。"
    )
    assert refused.sentence(refusal, "en").startswith("No amount was read: it is above 100 yuan")
    assert refused.status(refusal) == 422
    assert refused.rule(Refused("number.wrong_check_digit")) == "N11"


def test_a_forgotten_fact_stays_visible_and_breaks_nothing() -> None:
    assert "{largest_fen}" in refused.sentence(Refused("money.too_large"), "zh")


def test_both_languages_use_the_same_facts() -> None:
    for code, entry in refused.catalogue().items():
        facts = [{name for _, name, _, _ in string.Formatter().parse(entry[lang]) if name} for lang in ("zh", "en")]
        assert facts[0] == facts[1], code
        assert "!" not in entry["en"], code
        assert "！" not in entry["zh"], code


def test_every_refusal_of_this_floor_has_its_text() -> None:
    folder = Path(refused.__file__).parent
    codes = {
        code
        for path in folder.glob("*.py")
        for code in re.findall(r'Refused\(\s*"([a-z_]+\.[a-z_]+)"', path.read_text("utf-8"))
    }
    assert len(codes) > 20
    assert codes <= set(refused.catalogue())
