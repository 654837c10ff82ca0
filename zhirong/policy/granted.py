"""What a party was granted here: how much of each grant stands, and what it comes to under a ceiling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, F, Value, When

from zhirong.base.calendar import beijing_day
from zhirong.people.models import Party
from zhirong.policy import application_rules as rules
from zhirong.policy.applied import Application
from zhirong.policy.engine import values
from zhirong.policy.engine.measure import Measure


@dataclass(frozen=True)
class Grant:
    """A case and what of its grant stands: what was paid back no longer counts."""

    case: Application
    fen: int

    @property
    def measure(self) -> str:
        return self.case.measure


def grants_of(party: Party, own: int | None) -> list[Grant]:
    """What the party was granted here and did not pay back, the earliest first, without the case itself."""
    found = Application.objects.filter(party=party, state__in=rules.GRANTED, granted_fen__gt=0)
    others = found.exclude(pk=own) if own else found
    back = Case(When(repayment__reference__isnull=False, then=F("repayment__amount_fen")), default=Value(0))
    rows = others.annotate(left_fen=F("granted_fen") - back).filter(left_fen__gt=0).order_by("filed_at", "pk")
    return [Grant(one, one.left_fen) for one in rows]


def received_more(grants: Sequence[Grant], made: Measure, known: Mapping[str, Any], *, year: int) -> dict[str, str]:
    """What the file says was received under a ceiling, where more than that was granted here."""
    ceilings = [limit for version in made.versions for limit in version.ceilings if limit.used]
    grants = [one for one in grants if one.measure == made.id]
    if not ceilings or not grants:
        return {}
    changes = {}
    for limit in ceilings:
        assert limit.used
        counted = [one for one in grants if not limit.scope.endswith("_year") or is_of_year(one.case, year)]
        total_fen = sum(one.fen for one in counted)
        if total_fen > values.fen(known.get(limit.used, 0)):
            changes[limit.used] = values.yuan(total_fen)
    return changes


def is_of_year(row: Application, year: int) -> bool:
    """Whether it was accepted in the year, on the Beijing calendar."""
    return row.filed_at is not None and beijing_day(row.filed_at).year == year
