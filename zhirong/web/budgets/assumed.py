"""What a forecast rests on, each assumption by its name."""

from __future__ import annotations

from django.utils.translation import gettext

from zhirong.policy.forecasts import Expected
from zhirong.policy.models import Screening
from zhirong.web import filters
from zhirong.web.budgets import words


def take_up(one: Expected) -> str:
    """The range of shares."""
    if one.take_up is None:
        return gettext("not named yet")
    shares = (one.take_up.low_ppm, one.take_up.likely_ppm, one.take_up.high_ppm)
    return " / ".join(words.ppm(share) for share in shares)


def assumptions(one: Expected, run: Screening) -> list[tuple[str, str]]:
    """All that the forecast rests on, each by name."""
    row = one.reach
    rows = [
        (
            gettext("Who counts"),
            gettext("%(n)s enterprises on file on %(day)s, as known at %(at)s")
            % {
                "n": filters.thousands(run.enterprises or 0),
                "day": filters.day(run.day),
                "at": filters.moment(run.known),
            },
        ),
        (
            gettext("Who meets it"),
            gettext("%(n)s enterprises, %(yuan)s yuan together; screened, within a cent each")
            % {"n": filters.thousands(row.met), "yuan": filters.yuan(row.total_fen)},
        ),
        (
            gettext("Left out"),
            gettext("%(n)s who meet it but whose amount hangs on an unknown fact")
            % {"n": filters.thousands(row.unpriced)},
        ),
        (
            gettext("Beside the range"),
            gettext(
                "%(n)s of whom it is not known yet: up to %(yuan)s yuan more at the high take-up, "
                "and %(m)s of them cannot be priced"
            )
            % {
                "n": filters.thousands(row.unknown),
                "yuan": filters.yuan(one.beyond_fen),
                "m": filters.thousands(row.open_unpriced),
            },
        ),
        (gettext("Over the year"), gettext("spread evenly; nobody joins or leaves, and the facts stay as they are")),
        (gettext("The year before"), past(one)),
    ]
    if one.take_up is not None:
        said = gettext("%(range)s, %(source)s (%(who)s, %(day)s)") % {
            "range": take_up(one),
            "source": one.take_up.source,
            "who": one.take_up.said_by.name,
            "day": filters.day(one.take_up.said_at),
        }
        rows.insert(4, (gettext("Take-up"), said))
    return rows


def past(one: Expected) -> str:
    """What the year before granted, as a hint for the take-up."""
    if not one.past.claims:
        return gettext("nothing was granted from a budget of %(year)s") % {"year": one.past.year}
    return gettext("%(n)s claims, %(yuan)s yuan granted in %(year)s; that is %(share)s of what is due now") % {
        "n": filters.thousands(one.past.claims),
        "yuan": filters.yuan(one.past.granted_fen),
        "year": one.past.year,
        "share": words.percent(one.past.share) or "–",
    }
