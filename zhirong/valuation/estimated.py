"""Around the estimate (estimating.py): a party's own answers, many rights, what one secures, what many are together."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from zhirong.base.deferred import Deferred
from zhirong.base.refused import Refused
from zhirong.registry.models import Right
from zhirong.valuation import estimating, figures, finance_figures, said, subjects
from zhirong.valuation.engine import units
from zhirong.valuation.engine.estimate_shape import Estimate
from zhirong.valuation.engine.result import Note, Quantiles, Result
from zhirong.valuation.engine.subject import Said, Subject
from zhirong.valuation.models import Answer

if TYPE_CHECKING:
    from zhirong.valuation.engine import estimate, lending, pledge_records, portfolio
else:
    estimate = Deferred("zhirong.valuation.engine.estimate")
    lending = Deferred("zhirong.valuation.engine.lending")
    pledge_records = Deferred("zhirong.valuation.engine.pledge_records")
    portfolio = Deferred("zhirong.valuation.engine.portfolio")

# What many rights together are drawn with: the same digits each time.
SEED = 0
NOTHING = Said()


def answers_of(right: Right, parties: Collection[int]) -> Said:
    """What these parties said of the right, the newest of each question; of nobody, nothing."""
    return answers_of_many([right], parties).get(right.pk, NOTHING)


def answers_of_many(rights: Sequence[Right], parties: Collection[int]) -> dict[int, Said]:
    """The same of many rights in one query; rights of which nothing was said are not there."""
    if not parties:
        return {}
    rows = Answer.objects.filter(
        right__in=[one.pk for one in rights], party__in=list(parties), replaced_at__isnull=True
    )
    newest: dict[int, dict[str, Answer]] = {}
    for row in rows.select_related("party", "evidence").order_by("at", "pk"):
        newest.setdefault(row.right_id, {})[row.question] = row
    return {right: said.as_read(found.values()) for right, found in newest.items()}


@dataclass(frozen=True, slots=True)
class Headline:
    """One right of many: its range, the same digit by digit as alone; None where no method spoke or it has ended."""

    subject: Subject
    headline: Quantiles | None
    basis: str


def headlines(rights: Sequence[Right], day: date, parties: Collection[int] = ()) -> list[Headline | Refused]:
    """The ranges of many rights in a few queries and one pass of the methods, or why there is none."""
    answers = answers_of_many(rights, parties)
    told = list(zip(rights, subjects.of_rights(rights, day), strict=True))
    known = [(right, subject) for right, subject in told if isinstance(subject, Subject)]
    rows = iter(
        estimate.of_many(
            [subject for _, subject in known],
            estimating.model_on(day),
            figures.on(day),
            said=[answers.get(right.pk, NOTHING) for right, _ in known],
        )
    )
    found: list[Headline | Refused] = []
    for _, subject in told:
        if isinstance(subject, Refused):
            found.append(subject)
        else:
            row = next(rows)
            found.append(Headline(subject, row.headline, row.basis))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Loan:
    """What a pledge is asked to secure: for how many months, and under which lender's product."""

    months: int
    product: str = ""


def lending_value(found: Estimate, loan: Loan) -> Result:
    """What the right would bring in a forced sale after the loan, and what may be lent on it.

    Refused: no range to lend on; a product that lends on no such right.
    """
    if found.headline is None or found.headline.p5 <= 0:
        raise Refused("valuation.no_range", number=found.subject.number)
    ruling = finance_figures.on("lending", found.day, ("haircut", "shortfall_levels", "products"))
    parts = dict(ruling.values["haircut"])
    years = units.years(loan.months) + parts.pop("disposal_years")
    # The error is that of this estimate's own range, not the usual one.
    parts["valuation_sd"] = units.log_sd(found.headline)
    result = pledge_records.lending_value(
        found.headline.median,
        haircut=lending.Haircut(**parts, years=years),
        levels=ruling.values["shortfall_levels"],
        product=_product(ruling.values["products"], loan.product, found.subject.kind),
        term_years=units.years(loan.months),
        remaining_years=found.subject.remaining_years,
        value_date=found.day,
        currency=found.currency,
        parameters_sha256=ruling.sha256,
        moves=finance_figures.moves("lending", found.day, "haircut_moves"),
    )
    return replace(result, notes=(*result.notes, *ruling.notes))


def _product(known: Mapping[str, Any], code: str, kind: str) -> lending.Product | None:
    if not code:
        return None
    terms = known.get(code, {}).get(kind)
    if terms is None:
        raise Refused("valuation.no_such_product", product=code, kind=kind)
    return lending.Product(name=code, **terms)


def whole(found: Mapping[str, Estimate | Headline], day: date) -> Result | None:
    """The range of many rights together by their keys, never the sum of their medians; None where none has a range.

    A right is drawn by its key: the same whatever its place and whatever is beside it.
    """
    ranged = [
        (key, one.headline, one.subject)
        for key, one in found.items()
        if one.headline is not None and one.headline.p5 > 0
    ]
    if not ranged:
        return None
    ruling = finance_figures.on("lending", day, ("portfolio_correlation", "portfolio_tail"))
    result = pledge_records.portfolio_value(
        [_asset(key, headline, subject) for key, headline, subject in ranged],
        correlation=portfolio.Correlation(**ruling.values["portfolio_correlation"]),
        tail=ruling.values["portfolio_tail"],
        seed=SEED,
        value_date=day,
        currency="CNY",
        parameters_sha256=ruling.sha256,
        move=finance_figures.moves("lending", day, "correlation_move") if len(ranged) > 1 else None,
    )
    if len(ranged) == 1:
        return _alone(result, ranged[0][1], notes=ruling.notes)
    return replace(result, notes=(*result.notes, *ruling.notes))


def _alone(result: Result, headline: Quantiles, *, notes: tuple[Note, ...]) -> Result:
    """One right is worth together what it is worth alone: its own range, no simulated one."""
    (only,) = result.figures["assets"]
    figures = {
        **result.figures,
        "p10_of_mean": headline.p10 / headline.mean,
        "assets": [{**only, "mean": headline.mean}],
    }
    return replace(result, range=headline, figures=figures, notes=notes)


def _asset(key: str, headline: Quantiles, subject: Subject) -> portfolio.Asset:
    return portfolio.Asset(
        key=key,
        log_median=units.log(headline.median),
        log_sd=units.log_sd(headline),
        field=subject.field,
    )
