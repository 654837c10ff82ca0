"""What if: the same right renewed further, licensed alone, or discounted otherwise, computed at once and not kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext

from zhirong.base.refused import Refused
from zhirong.registry.engine.facts import PATENTS
from zhirong.valuation import estimating, figures
from zhirong.valuation.engine.estimate_shape import Estimate
from zhirong.web import filters
from zhirong.web.valuation import moving
from zhirong.web.valuation.looked import Found
from zhirong.web.valuation.typed import Typed

MOST_YEAR, MOST_RATE = 20, 50


@dataclass(frozen=True)
class Wish:
    """What was asked: the estimate under it, the sentence that says what it does, and what could not be read."""

    estimate: Estimate | None = None
    told: str = ""
    faults: Mapping[str, Any] = field(default_factory=dict)


def read(request: HttpRequest, found: Found) -> Wish:
    """The what-if of the address; what cannot be read or is no possible case is told beside its field."""
    typed = Typed(request.GET)
    can_renew = found.right.kind in PATENTS and typed.text("renew_to")
    year = typed.whole("renew_to", least=1, most=MOST_YEAR) if can_renew else None
    least, most = band(found)
    points = typed.whole("points", least=least, most=most) if typed.text("points") else None
    is_exclusive = typed.choice("exclusive", ("", "yes")) == "yes"
    if typed.faults or (year is None and not points and not is_exclusive):
        return Wish(faults=typed.told())
    try:
        change = estimating.change_of(last_year=year, exclusive_licence=is_exclusive, discount_points=points or 0)
        estimate = found.what_if(change)
    except Refused as refused:
        typed.fault(refused, "renew_to" if year is not None else "points")
        return Wish(faults=typed.told())
    assert found.estimate is not None
    what = filters.listed(words_of(year, points, is_exclusive=is_exclusive))
    return Wish(estimate, moving.told(found.estimate, estimate, what))


def band(found: Found) -> tuple[int, int]:
    """How many points less and more leave the day's discount rate between 0 and 50 per cent."""
    rate = Fraction(str(figures.on(found.day).value("estimate.discount_rate"))) * 100
    return -int(rate), int(MOST_RATE - rate)


def words_of(year: int | None, points: int | None, *, is_exclusive: bool) -> Iterator[str]:
    """What is supposed, in words."""
    if year is not None:
        yield gettext("Renewed to year %(year)s") % {"year": year}
    if is_exclusive:
        yield gettext("Licensed exclusively")
    if points:
        yield gettext("Discount rate by %(points)s points") % {"points": f"{'+' if points > 0 else '−'}{abs(points)}"}


def fields(request: HttpRequest, found: Found) -> list[dict[str, Any]]:
    """The fields of the form; only what pays annual fees can be renewed."""
    least, most = band(found)
    rows: list[dict[str, Any]] = []
    if found.right.kind in PATENTS:
        rows.append(
            {
                "name": "renew_to",
                "label": gettext("Renewed to patent year"),
                "hint": gettext("Fees paid up to this year and no further"),
                "inputmode": "numeric",
                "options": None,
            }
        )
    rows.append(
        {
            "name": "points",
            "label": gettext("Discount rate, points more or less"),
            "hint": gettext("2 is two percentage points a year more, -2 less; from %(least)s to %(most)s")
            % {"least": least, "most": most},
            "inputmode": "text",
            "options": None,
        }
    )
    rows.append(
        {
            "name": "exclusive",
            "label": gettext("Exclusive licence"),
            "hint": "",
            "inputmode": "",
            "options": [("", gettext("As it is")), ("yes", gettext("One licensee alone may use it"))],
        }
    )
    return [{**one, "value": request.GET.get(one["name"], "")[:12]} for one in rows]
