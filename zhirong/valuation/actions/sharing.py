"""A client gives its issued report to a bank, guarantor or investor by name, and takes it back."""

from __future__ import annotations

from django.db import transaction

from zhirong.base.refused import Refused
from zhirong.people import access
from zhirong.people.models import Party, Person
from zhirong.record import actions as record
from zhirong.valuation import known
from zhirong.valuation.actions import appraisals
from zhirong.valuation.models import Appraisal, AppraisalShare


@transaction.atomic
def share(who: Person, appraisal_id: int, *, party: Party) -> AppraisalShare:
    """From now on the party's people read the report, until it is taken back. Given twice it is given once."""
    row = appraisals.locked(appraisal_id)
    access.require(who, "valuation.share", row)
    if row.state != "issued":
        raise Refused("valuation.share_not_issued", number=row.number)
    if not known.readers().filter(pk=party.pk).exists():
        raise Refused("valuation.share_no_reader", party=party.name)
    if party.pk in (row.client_id, row.valuer_id):
        raise Refused("valuation.share_side", party=party.name, number=row.number)
    kept = AppraisalShare.objects.filter(appraisal=row, party=party, ended_at__isnull=True).first()
    if kept is not None:
        return kept
    kept = AppraisalShare.objects.create(appraisal=row, party=party, by=who, at=record.now())
    _tell(kept, who, "valuation.shared")
    return kept


@transaction.atomic
def end_share(who: Person, appraisal_id: int, *, party: Party) -> Appraisal:
    """The party reads it no more; what it has read it has read, and the record says from when to when it could."""
    row = appraisals.locked(appraisal_id)
    access.require(who, "valuation.share", row)
    kept = AppraisalShare.objects.filter(appraisal=row, party=party, ended_at__isnull=True).first()
    if kept is not None:
        kept.ended_by, kept.ended_at = who, record.now()
        kept.save(update_fields=["ended_by", "ended_at"])
        _tell(kept, who, "valuation.share_ended")
    return row


def _tell(kept: AppraisalShare, who: Person, event: str) -> None:
    row, told = kept.appraisal, [one for one in known.members_of(kept.party) if one.pk != who.pk]
    record.tell(event, row.topic, who=who, to=told, number=row.number, party=kept.party.ref)
