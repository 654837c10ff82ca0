"""Who is told of an application, and the few things that every deed on one asks."""

from __future__ import annotations

from collections.abc import Iterable

from zhirong.base.calendar import beijing_day
from zhirong.people.models import Party, Person
from zhirong.policy.applied import Application
from zhirong.record import actions as record


def members_of(party: Party) -> list[Person]:
    """The active members of a party."""
    return list(
        Person.objects.filter(
            is_active=True,
            memberships__party=party,
            memberships__confirmed_at__isnull=False,
            memberships__ended_at__isnull=True,
        )
        .distinct()
        .order_by("pk")
    )


def officials() -> list[Person]:
    """Everybody who decides on applications."""
    return list(
        Person.objects.filter(
            is_active=True,
            role_grants__role="official",
            role_grants__confirmed_at__isnull=False,
            role_grants__ended_at__isnull=True,
        )
        .distinct()
        .order_by("pk")
    )


def year_of(row: Application) -> int:
    """The year of the acceptance on the Beijing calendar, whose budget pays; of a draft: this one."""
    return beijing_day(row.filed_at or record.now()).year


def title_of(row: Application) -> dict[str, str]:
    """The measure's title for a sentence."""
    return {"zh": row.title_zh, "en": row.title_en}


def together(*groups: Iterable[Person], besides: Person | None = None) -> list[Person]:
    """All of these once, without the one who did it."""
    found = {one.pk: one for group in groups for one in group}
    return [one for one in found.values() if besides is None or one.pk != besides.pk]
