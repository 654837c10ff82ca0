"""How plain values are shown to people: fen as yuan, instants as Beijing time, in Chinese or English."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any, Final

from zhirong.base import yaml_text

# T6: Beijing keeps UTC+8 without summer time (none since 1991), so a fixed offset needs no zone files on the machine.
BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
HOUSE = Path(__file__).parent.parent
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def is_chinese(language: str) -> bool:
    """Whether a language code (zh, zh-hans, zh_Hans, en …) asks for the Chinese text."""
    return language.lower().startswith("zh")


def figures(minor: int, *, minor_digits: int = 2) -> str:
    """An amount in minor units with thousands and all its decimals: 128000050 -> 1,280,000.50."""
    sign = "-" if minor < 0 else ""
    whole, rest = divmod(abs(minor), 10**minor_digits)
    return f"{sign}{whole:,}" + (f".{rest:0{minor_digits}d}" if minor_digits else "")


def yuan(fen: int, language: str) -> str:
    """Fen as money in words of the page: 1,280,000 元 or 1,280,000.50 yuan; .00 is left out."""
    return f"{figures(fen).removesuffix('.00')} {'元' if is_chinese(language) else 'yuan'}"


def moment(at: datetime, language: str) -> str:
    """An aware instant on the Beijing clock, as fine as it needs to be (minutes, seconds or milliseconds)."""
    assert at.tzinfo is not None, "an instant without a zone cannot be shown"
    local = at.astimezone(BEIJING)
    if local.microsecond >= 1000:
        clock = f"{local:%Y-%m-%d %H:%M:%S}.{local.microsecond // 1000:03d}"
    else:
        clock = f"{local:%Y-%m-%d %H:%M:%S}" if local.second else f"{local:%Y-%m-%d %H:%M}"
    return f"北京时间 {clock}" if is_chinese(language) else f"{clock} Beijing time"


def from_ns(ns: int) -> datetime:
    """Nanoseconds since the epoch as an aware instant, cut (not rounded) to whole microseconds."""
    return EPOCH + timedelta(microseconds=ns // 1000)


def to_ns(at: datetime) -> int:
    """An aware instant as nanoseconds since the epoch, exactly."""
    return (at - EPOCH) // timedelta(microseconds=1) * 1000


@cache
def fact_values() -> dict[str, dict[str, dict[str, str]]]:
    """What the codes that facts hold are called: name of the fact -> code -> zh, en."""
    found: dict[str, dict[str, dict[str, str]]] = _read(Path(__file__).with_name("fact_values.yaml"))
    for name, said in named_elsewhere().items():
        found[name] = {**said, **found.get(name, {})}
    return found


def named_elsewhere() -> dict[str, dict[str, dict[str, str]]]:
    """The codes that another catalogue names: roles, rule sets, the reasons to read what is kept secret."""
    roles = _read(HOUSE / "people" / "roles.yaml")
    sets = {path.stem: _read(path) for path in (HOUSE / "exchange" / "parameters" / "rule_sets").glob("*.yaml")}
    reasons = {
        code: said
        for row in _read(HOUSE / "people" / "parameters" / "log_in.yaml")["reading_reasons"]
        for code, said in row["value"].items()
    }
    labels = {**_read(HOUSE / "valuation" / "labels.yaml"), **_read(HOUSE / "valuation" / "labels_of_facts.yaml")}
    valued = {name: _both(labels[name]) for name in ("appraisal_state", "alert", "method", "grade", "question")}
    applied, told = (_read(HOUSE / path) for path in ("policy/application_labels.yaml", "enterprises/labels.yaml"))
    support = {name: _both(applied[name]) for name in ("verdict", "allocation")}
    files = {"source": _both(told["source"]), "place_kind": _both(told["place"])}
    people = {"role": _both(roles), "roles": _both(roles)}
    return {**people, "rule_set": _both(sets), "reason": _both(reasons), **valued, **support, **files}


def _both(entries: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    return {code: {"zh": entry["zh"], "en": entry["en"]} for code, entry in entries.items()}


def _read(path: Path) -> Any:
    return yaml_text.parse(path.read_text("utf-8"))


def duration(ns: int, language: str) -> str:
    """A length of time in whole seconds: 1 小时 4 分 59 秒 or 1 h 4 min 59 s."""
    minutes, seconds = divmod(max(0, ns) // 10**9, 60)
    hours, minutes = divmod(minutes, 60)
    units = ("小时", "分", "秒") if is_chinese(language) else ("h", "min", "s")
    parts = [f"{count} {unit}" for count, unit in zip((hours, minutes, seconds), units, strict=True) if count]
    return " ".join(parts) or f"0 {units[2]}"


def _word(name: str, value: str, language: str) -> str:
    """A code by its word; a reason that was told in both languages (中文 / English) by the half that is asked for."""
    side = "zh" if is_chinese(language) else "en"
    words = fact_values().get(name, {})
    if said := words.get(value):
        return said[side]
    code, _, rest = value.partition(":")
    if name == "source" and rest and (said := words.get(code)):
        # A source with the reference of one thing behind it: import:7f3a.
        return f"{said[side]} {rest}"
    zh, apart, en = value.partition(" / ")
    is_pair = name == "reason" and apart and has_chinese(zh) and not has_chinese(en) and any(map(str.isalpha, en))
    return {"zh": zh, "en": en}[side] if is_pair else value


def has_chinese(text: str) -> bool:
    """Whether a Chinese character is in it."""
    return any("\u3400" <= sign <= "\u9fff" for sign in text)


# An aware instant as the record keeps it; whatever its fact is called, nobody reads it so.
INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{3,6})?)?(Z|[+-]\d\d:\d\d)")
# Lengths of time among the facts in nanoseconds; the others are instants.
LENGTHS = ("left_ns", "window_ns", "extension_ns", "match_ns")


def fact(name: str, value: Any, language: str) -> str:
    """One fact of a refusal or an event as people read it; the ending of its name says what it is."""
    if value is None:
        return "—"
    if isinstance(value, Mapping) and {"zh", "en"} <= set(value):
        return str(value["zh" if is_chinese(language) else "en"])
    if isinstance(value, bool) and name in fact_values():
        return _word(name, "yes" if value else "no", language)
    if isinstance(value, bool):
        return ("是" if value else "否") if is_chinese(language) else ("yes" if value else "no")
    if isinstance(value, list | tuple):
        return ("、" if is_chinese(language) else ", ").join(fact(name, part, language) for part in value)
    if isinstance(value, str) and INSTANT.fullmatch(value):
        return moment(datetime.fromisoformat(value), language)
    if isinstance(value, datetime):
        return moment(value, language)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int) and name.endswith("_fen"):
        return yuan(value, language)
    if isinstance(value, int) and name in LENGTHS:
        return duration(value, language)
    if isinstance(value, int) and name.endswith("_ns"):
        # No instant: a lot without a free period, or without a latest end.
        return moment(from_ns(value), language) if value else "—"
    if isinstance(value, int) and name.endswith("_ppm"):
        whole, rest = divmod(value, 10_000)
        return f"{whole}.{rest:04d}".rstrip("0").rstrip(".") + "%"
    return _word(name, value, language) if isinstance(value, str) else str(value)
