"""How templates show plain values: money by its unit, time on the Beijing clock, in the language of the page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from django.urls import reverse
from django.utils import translation
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from zhirong.base import citations, money, shown

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS_ZH = "一二三四五六日"
WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def is_chinese() -> bool:
    """Whether the page that is being written is the Chinese one."""
    return shown.is_chinese(translation.get_language() or "zh-hans")


def listed(parts: Iterable[str]) -> str:
    """Several names in one line, parted as the page's language does."""
    return ("、" if is_chinese() else ", ").join(parts)


def yuan(fen: int) -> str:
    """1,280,000 or 1,280,000.50: figures without the unit, which stands beside them or in the column's head."""
    return shown.figures(fen).removesuffix(".00")


def _hundredths(fen: int, unit_fen: int) -> str:
    whole, rest = divmod((abs(fen) * 200 + unit_fen) // (2 * unit_fen), 100)
    return f"{'−' if fen < 0 else ''}{whole:,}.{rest:02d}"


def large(fen: int) -> tuple[str, str]:
    """An amount among many: 128.00 with 万元, or 1.28 with m yuan."""
    return (_hundredths(fen, 10**6), "万元") if is_chinese() else (_hundredths(fen, 10**8), "m yuan")


def headline(fen: int) -> tuple[str, str]:
    """An amount for a headline: 20.86 with 亿元, or 2.09 with bn yuan; smaller sums as `large`."""
    if abs(fen) < 10**10:
        return large(fen)
    return (_hundredths(fen, 10**10), "亿元") if is_chinese() else (_hundredths(fen, 10**11), "bn yuan")


def local(at: datetime | int) -> datetime:
    """On the Beijing clock, from an aware instant or nanoseconds since the epoch."""
    instant = shown.from_ns(at) if isinstance(at, int) else at
    return instant.astimezone(shown.BEIJING)


def day(value: date | datetime | int) -> str:
    """2026-11-25, for tables."""
    return (local(value) if isinstance(value, datetime | int) else value).strftime("%Y-%m-%d")


def day_text(value: date | datetime | int) -> str:
    """2026年11月25日 or 25 Nov 2026, for sentences."""
    on = local(value) if isinstance(value, datetime | int) else value
    return f"{on.year}年{on.month}月{on.day}日" if is_chinese() else f"{on.day} {MONTHS[on.month - 1]} {on.year}"


def short_day(value: date | datetime | int) -> str:
    """11-25, where the year is plain."""
    return day(value)[5:]


def clock(at: datetime | int) -> str:
    """15:14:08, where seconds decide."""
    return f"{local(at):%H:%M:%S}"


def minute(at: datetime | int) -> str:
    """15:14."""
    return f"{local(at):%H:%M}"


def moment(at: datetime | int) -> str:
    """2026-11-25 15:10."""
    return f"{local(at):%Y-%m-%d %H:%M}"


def short_moment(at: datetime | int) -> str:
    """11-25 15:10."""
    return f"{local(at):%m-%d %H:%M}"


def short_clock(at: datetime | int) -> str:
    """11-25 15:10:08, where seconds decide and the day is not plain."""
    return f"{local(at):%m-%d %H:%M:%S}"


def clock_seen(at: datetime | int, now: datetime | int) -> str:
    """15:10:08 on the day itself, 11-25 15:10:08 on every other."""
    return clock(at) if local(at).date() == local(now).date() else short_clock(at)


def beijing(at: datetime) -> str:
    """The top line's clock, where the zone is said once: 北京时间 2026年11月25日 星期三 15:10:26."""
    on = local(at)
    if is_chinese():
        return f"北京时间 {day_text(at)} 星期{WEEKDAYS_ZH[on.weekday()]} {on:%H:%M:%S}"
    return f"Beijing time, {WEEKDAYS_EN[on.weekday()]} {day_text(at)}, {on:%H:%M:%S}"


def iso(at: datetime | int) -> str:
    """For <time datetime>."""
    return local(at).isoformat(timespec="seconds")


def epoch_ms(at: datetime | int) -> int:
    """Milliseconds since the epoch, for the page's clock."""
    return (at if isinstance(at, int) else shown.to_ns(at)) // 1_000_000


def left(milliseconds: int) -> str:
    """03:42, 1:03:42 or 2 d 03:42:00: what the clock of the bidding room shows."""
    seconds = max(0, milliseconds) // 1000
    days, hours, minutes = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
    tail = f"{minutes:02d}:{seconds % 60:02d}"
    if days:
        return f"{days} {'天' if is_chinese() else 'd'} {hours:02d}:{tail}"
    return f"{hours}:{tail}" if hours else tail


def thousands(number: int) -> str:
    return f"{number:,}"


def share(part: Fraction) -> str:
    """A part of a whole: 70%, 33.33%."""
    whole, rest = divmod(int(part * 10_000), 100)
    return f"{whole}.{rest:02d}%" if rest else f"{whole}%"


def fact(value: Any, name: str) -> str:
    """One fact of an event or a refusal, by the ending of its name."""
    return shown.fact(name, value, translation.get_language() or "zh-hans")


def code(text: str, *, before: str = "") -> Markup:
    """A hash or another code as it is copied, behind what it is the code of."""
    return Markup('{}<code class="xs">{}</code>').format(before, text)


def ruled(text: str) -> Markup:
    """A text in which each mark of a rule leads to its explanation: valid bids <a href="/rules#B7">B7</a>."""

    def linked(found: re.Match[str]) -> str:
        mark = found[0]
        link = f'<a class="xs soft" href="{reverse("rules")}#{mark}">{mark}</a>'
        return link if mark in citations.titles() else mark

    return Markup(citations.MARK.sub(linked, str(escape(text))))


@pass_context
def cited(_page: Context, citation: str) -> Markup:
    """A citation of a template in the language of the page; asks for the page, or Jinja works it out once for all."""
    return ruled(citations.rule(citation, translation.get_language() or "zh-hans"))


def title(thing: Any) -> str:
    """The title of a listing or a right: the English one where there is one and the page is English."""
    return str(thing.title if is_chinese() or not thing.title_en else thing.title_en)


FILTERS = {
    "yuan": yuan, "large": large, "headline": headline, "capitals": money.capitals, "in_words": money.words,
    "day": day, "day_text": day_text, "short_day": short_day, "clock": clock, "minute": minute, "moment": moment,
    "short_moment": short_moment, "short_clock": short_clock, "clock_seen": clock_seen, "beijing": beijing,
    "iso": iso, "epoch_ms": epoch_ms, "left": left, "thousands": thousands, "fact": fact, "share": share,
    "ruled": ruled, "cited": cited, "titled": title,
}  # fmt: skip
