"""Which rights the world may know of (公开): an application is nobody's business before it is published or announced.

One rule for pages, the open interface, the search index and exports. Without it a holder who imports an application of
its own would disclose it by that.
"""

from __future__ import annotations

from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import Combinable

from zhirong.exchange.models import ListingItem
from zhirong.people.rules import Standing
from zhirong.registry.models import Holding, Right

SEES_ALL: Final = frozenset({"operator", "checker", "auditor", "official"})


def held_by(standing: Standing | None) -> Exists:
    """Whether one of the person's parties holds it now."""
    parties = standing.parties if standing else frozenset()
    return Exists(Holding.objects.filter(right=OuterRef("pk"), party__in=parties, until__isnull=True))


def _is_public() -> Combinable:
    announced = ListingItem.objects.filter(right=OuterRef("pk"), listing__announced_at__isnull=False)
    return Q(granted_on__isnull=False) | ~Q(publication_number="") | Exists(announced)


def public(rights: QuerySet[Right]) -> QuerySet[Right]:
    """Those that were granted, published, or announced here."""
    return rights.filter(_is_public())


def shown_to(rights: QuerySet[Right], standing: Standing | None) -> QuerySet[Right]:
    """Public ones for everyone; others for who holds them and the house's people."""
    if standing is not None and standing.roles & SEES_ALL:
        return rights
    return rights.filter(_is_public() | held_by(standing))


def own(rights: QuerySet[Right], standing: Standing | None) -> QuerySet[Right]:
    """One's own, found from the holdings: a party holds few of the rights that the house knows."""
    parties = standing.parties if standing else frozenset()
    held = Holding.objects.filter(party__in=parties, until__isnull=True)
    return rights.filter(pk__in=held.values("right"))
