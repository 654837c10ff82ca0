"""State-owned rights: whose listings need an appraisal and approvals, what these say, what price they allow (X3)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from functools import cache
from typing import Any, Final

from django.db.models import Func, OuterRef, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce

from zhirong.base import yaml_text
from zhirong.base.calendar import china
from zhirong.base.refused import Refused
from zhirong.exchange import rule_sets, rules
from zhirong.exchange.models import Listing, StatePaper
from zhirong.exchange.rule_sets import RuleSet
from zhirong.people.models import Party, Person
from zhirong.record.models import File

KINDS: Final = ("appraisal", "transfer", "price")
# Between the columns of a row; no text of a paper holds it.
JOINT: Final = "\x1f"
COLUMNS: Final = ("id", "what", "body", "number", "dated_on", "amount_fen", "filed_with", "filed_number", "filed_on")
# Where a paper speaks for a listing that is still to be announced, or is.
LIVE: Final = ("draft", "returned", "submitted", "announced")


@cache
def _figures() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = yaml_text.parse(
        (rule_sets.FOLDER / "state_papers.yaml").read_text("utf-8")
    )
    return found


def _on(name: str, day: date) -> Any:
    return rule_sets.figure_on(_figures()[name], name=name, day=day)


def are_asked(seller: Party, found: RuleSet) -> bool:
    """Whether its listings need them: of public bodies only universities' and institutes' do not (V11: 转化法 18)."""
    if seller.is_public_research:
        return False
    return seller.is_state_owned or seller.is_public_institution or found.basis == "state"


def must_be_anothers(who: Person, seller: Party) -> None:
    """Where no papers are asked for, whoever noted what the seller is does not announce: one alone frees nobody."""
    if seller.nature_noted_by_id == who.pk:
        raise Refused("listing.nature_noted_by_you")


def usable_until(basis_on: date, *, day: date) -> date:
    """The last day on which an appraisal's figure may be used (V10)."""
    return china().period_end(basis_on, months=_on("appraisal_usable", day).count).day


def _share_fen(name: str, value_fen: int, day: date) -> int:
    """A share of the appraised figure, rounded up."""
    share: Fraction = _on(name, day)
    return -int(-value_fen * share // 1)


def first_fen(value_fen: int, *, day: date) -> int:
    """The least price of a first announcement (X3)."""
    return _share_fen("first_share", value_fen, day)


def least_fen(value_fen: int, *, day: date) -> int:
    """The least price of a later one without an approval (X3: 90 %)."""
    return _share_fen("least_share", value_fen, day)


def key_of(rights: Iterable[int]) -> str:
    """The rights of a paper in one form."""
    return json.dumps(sorted(set(rights)))


def papers_of(listing: Listing) -> dict[str, StatePaper]:
    """The papers that stand, by their kind."""
    found = StatePaper.objects.filter(listing=listing).select_related("file").order_by("pk")
    return {one.what: one for one in found}


def beside(listing: str) -> dict[str, Subquery]:
    """The papers that stand, beside a row that names its listing so: a page then asks no question of its own."""
    texts = [Coalesce(Cast(name, TextField()), Value("")) for name in (*COLUMNS, "file__name")]
    # One flat row of texts: as nested calls it is deeper than SQLite reads.
    parts = [one for text in texts for one in (text, Value(JOINT))]
    told = Func(*parts, template="(%(expressions)s)", arg_joiner=" || ", output_field=TextField())
    papers = StatePaper.objects.filter(listing=OuterRef(listing)).order_by("-pk")
    return {f"paper_{what}": Subquery(papers.filter(what=what).values(told=told)[:1]) for what in KINDS}


def of_row(row: Any) -> dict[str, StatePaper]:
    """The same as papers, their files known by name alone."""
    return {what: _paper(said) for what in KINDS if (said := getattr(row, f"paper_{what}")) is not None}


def _paper(told: str) -> StatePaper:
    """A paper from its columns; only the name of the file, the last, may hold the joint itself."""
    *texts, name = told.removesuffix(JOINT).split(JOINT, len(COLUMNS))
    said: dict[str, Any] = dict(zip(COLUMNS, texts, strict=True))
    days = {day: date.fromisoformat(said[day]) if said[day] else None for day in ("dated_on", "filed_on")}
    counts = {count: int(said[count]) if said[count] else None for count in ("id", "amount_fen")}
    return StatePaper(**{**said, **days, **counts}, file=File(name=name))


def cut_fen(run: Listing, its: RuleSet) -> int:
    """The least price of the next run without an approval: by the appraisal, where none stood by the cut (X3, X7)."""
    appraisal = papers_of(run).get("appraisal") if its.basis == "state" else None
    if appraisal is None or appraisal.amount_fen is None:
        return rules.may_relist_at_fen(its, run.asking_fen)
    return least_fen(appraisal.amount_fen, day=its.day)


def agreed_fen(seller: Party, rights: Iterable[int]) -> int | None:
    """The least price to which an approval for these rights goes; none where nobody approved a lower one (X3)."""
    papers = StatePaper.objects.filter(listing__seller=seller, listing__state__in=LIVE, what="price")
    last = papers.filter(rights=key_of(rights)).order_by("-pk").first()
    return last.amount_fen if last else None
