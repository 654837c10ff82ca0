"""Which firms prepared an application, so that nobody of theirs files it (福田 2024-03-15 通知: 企业自行申报)."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from zhirong.enterprises.models import Consent
from zhirong.people.models import Membership, Party
from zhirong.policy.applied import Application


def firm_that_prepared(row: Application, person_id: int) -> Party | None:
    """The firm of this person that had a hand in the case: it prepares by consent, so its people never file.

    A hand is whoever drafted the case or brought a paper, also one that was taken off again. Who sits in the firm and
    in the enterprise counts as the firm's; who left the firm while the case is under way counts still.
    """
    mine = _belonging(row).filter(person=person_id).exclude(party=row.party_id)
    # Most people belong to nothing but the enterprise: they cost one question.
    firms = {one.party_id: one.party for one in mine.select_related("party")}
    let = Consent.objects.filter(party=row.party_id, to__in=firms, may_prepare=True)
    let = let.filter(Q(ended_at__isnull=True) | Q(ended_at__gte=row.made_at))
    hands = {row.made_by_id, *row.files.values_list("added_by", flat=True)} if firms else set()
    prepared = _belonging(row).filter(person__in=hands, party__in=let.values("to")) if firms else mine.none()
    found = {*prepared.values_list("party", flat=True), row.preparer_id}
    return next((firm for pk, firm in sorted(firms.items()) if pk in found), None)


def _belonging(row: Application) -> QuerySet[Membership]:
    """Who belonged to what at some moment since the case was drafted."""
    known = Membership.objects.filter(confirmed_at__isnull=False)
    return known.filter(Q(ended_at__isnull=True) | Q(ended_at__gte=row.made_at))
