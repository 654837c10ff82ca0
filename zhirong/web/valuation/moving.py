"""What an answer or a supposed change does to an estimate, in sentences: before and after, how wide, and why not."""

from __future__ import annotations

from django.utils.translation import gettext

from zhirong.valuation.engine import legible
from zhirong.valuation.engine.estimate_shape import Estimate
from zhirong.valuation.engine.result import Quantiles
from zhirong.web import filters
from zhirong.web.valuation import shown, words


def told(before: Estimate, after: Estimate, what: str) -> str:
    """46 – 303 万元 → 60 – 240 万元, a fifth narrower; where nothing moves, by which methods it would."""
    was, now = before.headline, after.headline
    if was is None or now is None:
        return gettext("%(what)s: no range before and after to compare.") % {"what": what}
    unit = shown.unit_for(min(one for each in (was, now) for one in (each.median, each.p5 * shown.LOW_END)))
    facts = {
        "what": what,
        "before": unit.between(was.p5, was.p95),
        "after": unit.between(now.p5, now.p95),
        "was": unit.of(was.median),
        "is": unit.of(now.median),
        "unit": unit.word,
    }
    said = gettext(
        "%(what)s: the 90%% range goes from %(before)s to %(after)s, the median from %(was)s to %(is)s (%(unit)s)."
    )
    sentences = [said % facts, _width(was, now, unit)]
    if (facts["before"], facts["was"]) == (facts["after"], facts["is"]):
        sentences.append(_why_still(before, after))
    return ("" if filters.is_chinese() else " ").join(sentences)


def _width(before: Quantiles, after: Quantiles, unit: shown.Unit) -> str:
    """How much narrower the range became in proportion, and its width in yuan."""
    was, now = (legible.log_width(one.p5, one.p95) for one in (before, after))
    share = legible.percent(abs(legible.change(was, now)), places=0)
    facts = {
        "share": share,
        "was": unit.of(before.p95 - before.p5),
        "now": unit.of(after.p95 - after.p5),
        "unit": unit.word,
    }
    if share in ("0%", "< 1%"):
        return gettext("In proportion it is not narrower; its width goes from %(was)s to %(now)s %(unit)s.") % facts
    if now < was:
        said = gettext("In proportion it is %(share)s narrower; its width goes from %(was)s to %(now)s %(unit)s.")
    else:
        said = gettext(
            "In proportion it is not narrower but %(share)s wider; its width goes from %(was)s to %(now)s %(unit)s."
        )
    return said % facts


def _why_still(before: Estimate, after: Estimate) -> str:
    """Why the figure stays: how much the methods that moved weigh, or that none reads what changed."""
    moved = sorted({one.result.method for one in after.voices} & _differing(before, after))
    if not moved:
        return gettext("The figure stays as it is: no method that speaks here reads this.")
    parts = [
        gettext("%(method)s weighs %(share)s")
        % {
            "method": words.method(method),
            "share": legible.percent(sum(one.weight for one in after.voices if one.result.method == method), places=0),
        }
        for method in moved
    ]
    return gettext("The figure stays as it is: of its methods this moves only these: %(methods)s.") % {
        "methods": filters.listed(parts)
    }


def _differing(before: Estimate, after: Estimate) -> set[str]:
    """The methods whose own range is another than before."""
    ranges = ({(one.result.method, one.result.range) for one in each.voices} for each in (before, after))
    was, now = ranges
    return {method for method, _ in was ^ now}
