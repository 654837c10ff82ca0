"""The estimate of the right that a page is about, as this visitor may see it: with its own parties' answers only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import F, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Concat
from django.http import Http404, HttpRequest

from zhirong.base.calendar import beijing_day
from zhirong.base.deferred import Deferred
from zhirong.base.refused import Refused
from zhirong.exchange.models import Lot
from zhirong.people.models import Party
from zhirong.people.rules import Standing
from zhirong.record import actions as record
from zhirong.record import notices
from zhirong.registry.models import Right
from zhirong.valuation import estimated, estimating, figures, indices, known, subjects
from zhirong.valuation.engine.estimate_shape import Estimate
from zhirong.valuation.engine.subject import Said
from zhirong.valuation.indices import InForce
from zhirong.valuation.models import AppraisalRight
from zhirong.web import limits, pages
from zhirong.web.registry import rights as right_lists

if TYPE_CHECKING:
    from zhirong.valuation.engine import estimate, whatif
    from zhirong.valuation.engine.market_model import MarketModel
    from zhirong.valuation.engine.whatif import Change
else:
    estimate = Deferred("zhirong.valuation.engine.estimate")
    whatif = Deferred("zhirong.valuation.engine.whatif")


@dataclass(frozen=True)
class Found:
    """A right with its estimate on the day, or why there is none; and for which parties the answers count."""

    right: Right
    day: date
    parties: frozenset[int]
    said: Said = field(default_factory=Said)
    model: MarketModel | None = None
    estimate: Estimate | None = None
    refused: Refused | None = None

    def told(self) -> Mapping[str, Any] | None:
        """The refusal as pages show it."""
        return pages.told(self.refused) if self.refused else None

    @property
    def unread(self) -> int:
        """How many notices the visitor has not read: it came with the right."""
        return self.right.unread_here or 0  # type: ignore[attr-defined]

    @property
    def bid_fen(self) -> int | None:
        """The highest bid where the right alone is being sold now; a bid for many says nothing about one."""
        top: int | None = self.right.bid_here  # type: ignore[attr-defined]
        return top if self.right.live_number else None  # type: ignore[attr-defined]

    @property
    def index_list(self) -> InForce:
        """The list of items that counts today."""
        return indices.named(self.right.index_here, self.day)  # type: ignore[attr-defined]

    @property
    def issued(self) -> Mapping[str, Any] | None:
        """The newest issued appraisal of the right that the visitor may see."""
        told: str | None = self.right.issued_here  # type: ignore[attr-defined]
        if told is None:
            return None
        number, value_date, *fens, others = told.split(" ")
        low_fen, likely_fen, high_fen = map(int, fens)
        return {
            "number": number,
            "value_date": value_date,
            "low_fen": low_fen,
            "likely_fen": likely_fen,
            "high_fen": high_fen,
            "has_others": others != "0",
        }

    def anew(self, said: Said) -> Estimate:
        """The same right with these answers."""
        assert self.estimate is not None
        return estimate.of(self.estimate.subject, self.model, figures.on(self.day), said=said)

    def what_if(self, change: Change) -> Estimate:
        """The same right and answers with one thing changed."""
        assert self.estimate is not None
        return whatif.of(self.estimate.subject, self.model, figures.on(self.day), change=change, said=self.said)


def of(request: HttpRequest, right_id: int) -> Found:
    """The right of an address and its estimate; a right that is not shown to this visitor is not there."""
    right = right_or_404(request, right_id)
    limits.take(request, "estimate")
    standing = pages.standing_of(request)
    day, parties = beijing_day(record.now()), standing.parties if standing else frozenset()
    said = estimated.answers_of(right, parties)
    try:
        subject, model = subjects.of_right(right, day), estimating.model_on(day)
        made = estimate.of(subject, model, figures.on(day), said=said)
        return Found(right, day, parties, said, model, made)
    except Refused as refused:
        return Found(right, day, parties, said, refused=refused)


def right_or_404(request: HttpRequest, right_id: int) -> Right:
    """The right with what its pages show beside it, in one query."""
    person = pages.person_of(request)
    live = {"listing__items__right": OuterRef("pk"), "listing__items__is_live": True}
    alone = Lot.objects.filter(**live, top_fen__isnull=False)
    found = right_lists.shown_to(pages.standing_of(request)).annotate(
        unread_here=notices.unread_beside(person.ref if person else ""),
        issued_here=Subquery(_issued(pages.standing_of(request))),
        index_here=Subquery(indices.in_force(beijing_day(record.now())).values("named")[:1]),
        bid_here=Subquery(alone.exclude(listing__items__position__gt=0).order_by("-run").values("top_fen")[:1]),
    )
    right = found.filter(pk=right_id).first()
    if right is None:
        raise Http404
    return right


def _issued(standing: Standing | None) -> QuerySet[Any]:
    """The newest issued appraisal of the right outside that this visitor may see, in one text: no query of its own."""
    of_right = AppraisalRight.objects.filter(right=OuterRef(OuterRef("pk")))
    last = AppraisalRight.objects.filter(appraisal=OuterRef("pk")).order_by("-position").values("position")[:1]
    said = [F("number"), F("value_date"), F("low_fen"), F("likely_fen"), F("high_fen"), Subquery(last)]
    parts = [part for one in said for part in (Cast(one, TextField()), Value(" "))][:-1]
    seen = known.appraisals_of(standing).filter(state="issued", pk__in=of_right.values("appraisal"))
    return seen.order_by("-issued_at", "-pk").annotate(told=Concat(*parts, output_field=TextField())).values("told")[:1]


def without(answers: Said, question: str) -> Said:
    """The same without one answer."""
    return Said(tuple(one for one in answers.answers if one.question != question))


def parties_of(found: Found) -> list[Party]:
    """The parties by name, for a form that has to ask for which; with one there is nothing to ask."""
    return list(Party.objects.filter(pk__in=found.parties).order_by("name")) if len(found.parties) > 1 else []
