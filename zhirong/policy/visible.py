"""Which applications a person may see: the enterprise's side, the officials' side, and what is public."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from zhirong.enterprises.models import Consent
from zhirong.people import access
from zhirong.people.rules import Standing
from zhirong.policy import application_rules as rules
from zhirong.policy.actions.cases import today
from zhirong.policy.applied import Application, ApplicationObjection
from zhirong.record.models import File


def mine(standing: Standing | None) -> QuerySet[Application]:
    """Of my parties, and those that my firm prepares while the enterprise consents."""
    found = Application.objects.select_related("party", "preparer", "budget")
    return found.filter(_mine(standing)) if standing else found.none()


def office(standing: Standing | None) -> QuerySet[Application]:
    """What was filed, for the officials and the house; a draft is the enterprise's own."""
    found = Application.objects.select_related("party", "budget")
    is_office = access.may(standing, "policy.see_applications")
    return found.filter(filed_at__isnull=False) if is_office else found.none()


def either(standing: Standing | None) -> QuerySet[Application]:
    """What a person sees from one side or the other."""
    found = Application.objects.select_related("party")
    if standing is None:
        return found.none()
    seen = _mine(standing)
    if access.may(standing, "policy.see_applications"):
        seen |= Q(filed_at__isnull=False)
    return found.filter(seen)


def published() -> QuerySet[Application]:
    """What is public now."""
    found = Application.objects.select_related("party")
    return found.filter(state__in=rules.PUBLIC, publicity_until__isnull=False, granted_fen__isnull=False)


def proof_of(standing: Standing | None, objection_id: int) -> File | None:
    """The file with an objection: for who raised it and the officials who may handle the case, and nobody else."""
    objections = ApplicationObjection.objects.select_related("application", "evidence")
    found = objections.filter(pk=objection_id).first()
    if found is None or standing is None:
        return None
    is_own = found.by_id == standing.person_id
    return found.evidence if is_own or access.may(standing, "policy.check_application", found.application) else None


def _mine(standing: Standing) -> Q:
    let = Consent.objects.filter(
        to__in=standing.parties, may_prepare=True, ended_at__isnull=True, until__gte=today()
    ).values("party")
    return Q(party__in=standing.parties) | Q(party__in=let, preparer__in=standing.parties)
