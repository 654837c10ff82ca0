"""Which rights the world may know of (公开): an application is nobody's business before it is published or announced.

One rule for pages, the open interface, the search index and exports. Without it a holder who imports an application of
its own would disclose it by that.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import Combinable

from zhirong.exchange.models import ListingItem
from zhirong.people.rules import Standing
from zhirong.registry.models import Holding, Right

SEES_ALL: Final = frozenset({"operator", "checker", "auditor", "official"})


def held_by(standing: Standing | None) -> Exists:
    """Whether one of the person's parties holds it now."""
    return _held_by(standing.parties if standing else frozenset())


def _held_by(parties: Collection[int]) -> Exists:
    return Exists(Holding.objects.filter(right=OuterRef("pk"), party__in=parties, until__isnull=True))


def _brought_by(parties: Collection[int]) -> Combinable:
    """Whether one of the parties brought it and the register's holder is nobody's party yet: it claims it and proves.

    Who brought it has read all of it; hidden from that party, nobody could ever show to be its holder (N31).
    """
    unclaimed = Holding.objects.filter(right=OuterRef("pk"), party__isnull=True, until__isnull=True)
    return Q(batch__holder__in=parties) & Exists(unclaimed)


def _is_public() -> Combinable:
    announced = ListingItem.objects.filter(right=OuterRef("pk"), listing__announced_at__isnull=False)
    return Q(granted_on__isnull=False) | ~Q(publication_number="") | Exists(announced)


def public(rights: QuerySet[Right]) -> QuerySet[Right]:
    """Those that were granted, published, or announced here."""
    return rights.filter(_is_public())


def shown_to(rights: QuerySet[Right], standing: Standing | None) -> QuerySet[Right]:
    """Public ones for everyone; others for who holds or brought them and the house's people."""
    if standing is not None and standing.roles & SEES_ALL:
        return rights
    return known_to(rights, standing.parties if standing else frozenset())


def known_to(rights: QuerySet[Right], parties: Collection[int]) -> QuerySet[Right]:
    """What these parties may know of: whatever is public, what they hold, and what they brought and may still claim."""
    return rights.filter(_is_public() | _held_by(parties) | _brought_by(parties))


def own(rights: QuerySet[Right], standing: Standing | None) -> QuerySet[Right]:
    """One's own, found from the holdings: a party holds few of the rights that the house knows."""
    parties = standing.parties if standing else frozenset()
    held = Holding.objects.filter(party__in=parties, until__isnull=True)
    return rights.filter(pk__in=held.values("right"))
