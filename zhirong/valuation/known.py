"""Which rights parties may have valued (公开): what the office published, what they hold, and what they brought.

An application is nobody's business before it is published or granted; who holds or brought it has read all of it.
What a listing here announced besides, the doors above add.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from zhirong.base.refused import Refused
from zhirong.people.models import Membership, Party, Person, RoleGrant
from zhirong.people.rules import Standing
from zhirong.registry.models import Holding, Right
from zhirong.valuation.models import Appraisal, AppraisalRight, AppraisalShare

# Who of the house looks after cases: they read every appraisal that was asked for.
SEES_ALL: Final = frozenset({"operator", "checker", "auditor"})
# To whom a client may give its report: whoever lends on rights, answers for loans or invests.
READERS: Final = frozenset({"bank", "guarantor", "investor"})


def known_to(parties: Collection[int]) -> QuerySet[Right]:
    """The rights that these parties may know of, those that they were charged to appraise included."""
    held = Holding.objects.filter(right=OuterRef("pk"), party__in=parties, until__isnull=True)
    unclaimed = Holding.objects.filter(right=OuterRef("pk"), party__isnull=True, until__isnull=True)
    charged = AppraisalRight.objects.filter(right=OuterRef("pk"), appraisal__valuer__in=parties)
    return Right.objects.visible().filter(
        Q(granted_on__isnull=False)
        | ~Q(publication_number="")
        | Exists(held)
        | (Q(batch__holder__in=parties) & Exists(unclaimed))
        | Exists(charged)
    )


def must_be_known(party: int, rights: Collection[int]) -> list[Right]:
    """The rights in the order given, each once, or the refusal that one of them is not there for this party."""
    found = known_to([party]).in_bulk(list(rights))
    wanted = list(dict.fromkeys(rights))
    if missing := [pk for pk in wanted if pk not in found]:
        raise Refused("valuation.right_unknown", rights=missing)
    return [found[pk] for pk in wanted]


def holds_all(party: Party, rights: Collection[Right]) -> bool:
    """Whether the party is the proven holder, or one of the holders, of each right now."""
    ids = {right.pk for right in rights}
    held = Holding.objects.filter(right__in=ids, party=party, until__isnull=True).values_list("right_id", flat=True)
    return ids == set(held)


def holds_any(party: Party, rights: Collection[Right]) -> bool:
    """Whether the party holds one of them: nobody appraises what is their own (资产评估法 13)."""
    return Holding.objects.filter(right__in=[one.pk for one in rights], party=party, until__isnull=True).exists()


def appraisals_of(standing: Standing | None) -> QuerySet[Appraisal]:
    """Those of one's parties, as client, as the valuer that was asked, or as whom the client gave the report.

    The house's people see all but drafts.
    """
    rows = Appraisal.objects.select_related("client", "valuer")
    if standing is None:
        return rows.none()
    own: Q = Q(client__in=standing.parties) | Q(valuer__in=standing.parties, requested_at__isnull=False)
    if standing.roles & READERS:
        given = AppraisalShare.objects.filter(
            appraisal=OuterRef("pk"), party__in=standing.parties, ended_at__isnull=True
        )
        own |= Q(Exists(given), state="issued")
    return rows.filter(own | ~Q(state="draft")) if standing.roles & SEES_ALL else rows.filter(own)


def readers() -> QuerySet[Party]:
    """The verified parties for which somebody lends, answers for loans or invests, by name."""
    granted = RoleGrant.objects.filter(
        role__in=READERS, confirmed_at__isnull=False, ended_at__isnull=True, person__is_active=True
    )
    members = Membership.objects.filter(
        party=OuterRef("pk"), confirmed_at__isnull=False, ended_at__isnull=True, person__in=granted.values("person")
    )
    return Party.objects.filter(Exists(members), verified_at__isnull=False).order_by("name", "pk")


def all_named(rights: Collection[int]) -> list[Right]:
    """The rights of these ids for the house's own people, who know all; in the order given."""
    found = Right.objects.visible().in_bulk(list(rights))
    if missing := [pk for pk in dict.fromkeys(rights) if pk not in found]:
        raise Refused("valuation.right_unknown", rights=missing)
    return [found[pk] for pk in dict.fromkeys(rights)]


def members_of(party: Party, *, role: str = "") -> list[Person]:
    """Who acts for a party now; with a role, those of them who have it."""
    found = Person.objects.filter(
        is_active=True,
        memberships__party=party,
        memberships__confirmed_at__isnull=False,
        memberships__ended_at__isnull=True,
    )
    if role:
        granted = {"role_grants__confirmed_at__isnull": False, "role_grants__ended_at__isnull": True}
        found = found.filter(role_grants__role=role, **granted)
    return list(found.distinct().order_by("pk"))
