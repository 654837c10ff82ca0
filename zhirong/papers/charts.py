"""Charts as SVG: x in per cent, y in pixels, no viewBox, so that text keeps its size and the drawing its cell.

Colour comes from the page's classes (a data, b grey, c seal, k ink, w pale, h hollow, l line, g grid, x axis, d dotted,
md median, mk mark), meaning from words: a drawing is hidden from readers beside its figure, or carries one sentence as
label.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

Point = tuple[int, int]
Label = tuple[int, str]


def percent(part: int, whole: int) -> str:
    """A share in per cent with two decimals, cut to 0..100."""
    hundredths = min(10_000, max(0, part * 10_000 // whole)) if whole > 0 else 0
    return f"{hundredths // 100}.{hundredths % 100:02d}%"


def drawing(shapes: Sequence[str], *, height: int, label: str = "") -> str:
    """The <svg>: named by its sentence, or hidden where the figures beside it say the same."""
    named = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return f'<svg class="ch" height="{height}" {named}>{"".join(shapes)}</svg>'


def bar(value: int, most: int, *, kind: str = "a", height: int = 14, label: str = "") -> str:
    """One bar of a table row. Starts at zero; `most` is the largest value of the table."""
    return drawing(
        [f'<rect class="{kind}" width="{percent(value, most)}" height="{height}"/>'], height=height, label=label
    )


def stacked(parts: Sequence[tuple[int, str]], whole: int, *, height: int = 14, label: str = "") -> str:
    """Parts of one whole in a row: [(value, kind)]."""
    shapes, at = [], 0
    for value, kind in parts:
        x, width = percent(at, whole), percent(value, whole)
        shapes.append(f'<rect class="{kind}" x="{x}" width="{width}" height="{height}"/>')
        at += value
    return drawing(shapes, height=height, label=label)


def columns(counts: Sequence[int], *, chosen: range | None = None, height: int = 56, label: str = "") -> str:
    """A histogram: equal columns from zero, those of the chosen range in the data's colour."""
    most, room, base = max([*counts, 1]), height - 5, height - 4
    shapes = []
    for place, count in enumerate(counts):
        tall = room * count * 10 // most
        kind = "a" if chosen is None or place in chosen else "b"
        x, width = percent(place, len(counts)), percent(9, 10 * len(counts))
        size = f'y="{_tenths(base * 10 - tall)}" height="{_tenths(tall)}"'
        shapes.append(f'<rect class="{kind}" x="{x}" width="{width}" {size}/>')
    shapes.append(f'<line class="x" x1="0" x2="100%" y1="{base}" y2="{base}"/>')
    return drawing(shapes, height=height, label=label)


def steps_line(
    points: Sequence[Point],
    *,
    until: int,
    label: str,
    values: Sequence[Label] = (),
    times: Sequence[Label] = (),
    height: int = 150,
) -> str:
    """A price that stands until the next one: points (time, value) in order; `values` and `times` name grid lines."""
    if not points:
        return ""
    begin, end = points[0][0], max(until, points[-1][0] + 1)
    low = min([value for _, value in points] + [value for value, _ in values])
    high = max([value for _, value in points] + [value for value, _ in values] + [low + 1])
    base = height - 20

    def x(time: int) -> str:
        # The first 12 per cent belong to the names of the grid lines.
        hundredths = 1200 + (min(max(time, begin), end) - begin) * 8600 // (end - begin)
        return f"{hundredths // 100}.{hundredths % 100:02d}%"

    def y(value: int) -> str:
        return _tenths(base * 10 - 100 - (value - low) * (base * 10 - 250) // (high - low))

    shapes = []
    for value, word in values:
        shapes.append(f'<line class="g" x1="0" x2="100%" y1="{y(value)}" y2="{y(value)}"/>')
        shapes.append(f'<text x="0" y="{y(value)}" dy="-4">{escape(word)}</text>')
    ends = [*points[1:], (end if until > points[-1][0] else points[-1][0], points[-1][1])]
    for (time, value), (later, after) in zip(points, ends, strict=True):
        shapes.append(f'<line class="l" x1="{x(time)}" x2="{x(later)}" y1="{y(value)}" y2="{y(value)}"/>')
        if after != value:
            shapes.append(f'<line class="l" x1="{x(later)}" x2="{x(later)}" y1="{y(value)}" y2="{y(after)}"/>')
    last_time, last_value = ends[-1][0], points[-1][1]
    shapes.append(f'<circle class="a" cx="{x(last_time)}" cy="{y(last_value)}" r="4"/>')
    shapes += [f'<text class="mid" x="{x(time)}" y="{height - 4}">{escape(word)}</text>' for time, word in times]
    shapes.append(f'<line class="x" x1="0" x2="100%" y1="{base}" y2="{base}"/>')
    return drawing(shapes, height=height, label=label)


def interval(
    spread: tuple[int, int, int, int, int],
    *,
    scale: tuple[int, int],
    label: str,
    price: int | None = None,
    ticks: Sequence[int] = (),
    height: int = 34,
    thick: int = 8,
) -> str:
    """A range of values on a logarithmic scale: pale P5-P95, dark P25-P75, ink median, red a real price."""
    low, lower, median, upper, high = (_log_percent(value, scale) for value in spread)
    top = (height - thick) // 2
    shapes = [_upright("g", _log_percent(tick, scale), ends=(0, height)) for tick in ticks]
    for kind, (begin, end) in (("w", (low, high)), ("a", (lower, upper))):
        at = f'x="{_hundredths(begin)}%" width="{_hundredths(end - begin)}%"'
        shapes.append(f'<rect class="{kind}" {at} y="{top}" height="{thick}"/>')
    shapes.append(_upright("md", median, ends=(top - 5, top + thick + 5)))
    if price is not None:
        shapes.append(_upright("mk", _log_percent(price, scale), ends=(0, height)))
    return drawing(shapes, height=height, label=label)


def waterfall(
    span: tuple[int, int], *, scale: tuple[int, int], kind: str, is_joined: bool = True, height: int = 24
) -> str:
    """One bar of a waterfall on a logarithmic scale, from one running value to the next; a dotted line leads on.

    kind: b where it starts, a raises, h lowers, k the total (drawn from the beginning of the scale).
    """
    begin, end = (_log_percent(value, scale) for value in span)
    left, right = (0, end) if kind in ("b", "k") else (min(begin, end), max(begin, end))
    at = f'x="{_hundredths(left)}%" width="{_hundredths(right - left)}%"'
    shapes = [_upright("x d", end, ends=(4, height + 10))] if is_joined else []
    shapes.append(f'<rect class="{kind}" {at} y="4" height="{height - 8}"/>')
    return drawing(shapes, height=height)


def swing(span: tuple[int, int], middle: int, *, scale: tuple[int, int], height: int = 24) -> str:
    """One bar of a tornado on a logarithmic scale: the median at the low and at the high end of an input.

    Hollow towards the input's low end, filled towards its high end, an upright where the median stands now.
    """
    at_low, at_high = (_log_percent(value, scale) for value in span)
    centre = _log_percent(middle, scale)
    shapes = []
    for kind, end in (("h", at_low), ("a", at_high)):
        left, right = min(centre, end), max(centre, end)
        where = f'x="{_hundredths(left)}%" width="{_hundredths(right - left)}%"'
        shapes.append(f'<rect class="{kind}" {where} y="5" height="{height - 10}"/>')
    shapes.append(_upright("md", centre, ends=(1, height - 1)))
    return drawing(shapes, height=height)


def share_range(spread: tuple[int, int, int], target: int, *, whole: int, label: str = "", height: int = 24) -> str:
    """A share with its interval on a plain scale from zero to `whole`: pale interval, ink what is, red what was due."""
    low, value, high = (min(10_000, max(0, part * 10_000 // whole)) for part in spread)
    shapes = [
        f'<rect class="w" x="{_hundredths(low)}%" width="{_hundredths(high - low)}%" y="8" height="{height - 16}"/>'
    ]
    shapes.append(_upright("mk", target * 10_000 // whole, ends=(1, height - 1)))
    shapes.append(_upright("md", value, ends=(4, height - 4)))
    return drawing(shapes, height=height, label=label)


def log_scale(ticks: Sequence[Label], *, scale: tuple[int, int]) -> str:
    """The head of a column of intervals: the named values of its scale."""
    shapes = []
    for value, word in ticks:
        kind = "e" if value == scale[1] else "mid" if value != scale[0] else ""
        at = _hundredths(_log_percent(value, scale))
        shapes.append(f'<text class="{kind}" x="{at}%" y="12">{escape(word)}</text>')
    return drawing(shapes, height=16)


def _upright(kind: str, at: int, *, ends: tuple[int, int]) -> str:
    x = f"{_hundredths(at)}%"
    return f'<line class="{kind}" x1="{x}" x2="{x}" y1="{ends[0]}" y2="{ends[1]}"/>'


def _log_percent(value: int, scale: tuple[int, int]) -> int:
    """Where a value stands on the scale, in hundredths of a per cent."""
    low, high = scale
    place = math.log(max(value, 1) / low) / math.log(high / low)
    return min(10_000, max(0, int(place * 10_000)))


def _hundredths(number: int) -> str:
    return f"{number // 100}.{number % 100:02d}"


def _tenths(number: int) -> str:
    return f"{number // 10}.{number % 10}"
