"""Who may read the file of an enterprise and who may prepare for it: members, and parties that it let."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db.models import QuerySet

from zhirong.base import dated
from zhirong.base.calendar import beijing_day
from zhirong.enterprises.models import Consent
from zhirong.people import access
from zhirong.people.access import Who
from zhirong.people.models import Party
from zhirong.people.rules import Standing
from zhirong.record import actions as record

FIGURES = Path(__file__).parent / "parameters" / "consent.yaml"


@dataclass(frozen=True, slots=True)
class Opened:
    """A file as one asker stands to it: the enterprise, and the asker's party that was let read or prepare."""

    party_id: int
    reader_id: int | None
    preparer_id: int | None


def longest_days(day: date) -> int:
    """How many days a consent given on the day may last at most."""
    return int(dated.on(dated.read(FIGURES)["longest_consent_days"], day).value)


def may_read(who: Who, party: Party) -> bool:
    """Whether this person may read the file of the enterprise today; to anybody else it is not there."""
    standing = access.standing_of(who)
    return access.may(standing, "enterprises.read_file", _opened(standing, party))


def must_prepare(who: Who, party: Party) -> None:
    """Nothing if this person may prepare an application for the enterprise today, else Refused.

    Handing it in is another deed: Futian takes claims from the enterprise itself only (福田 2024-03-15 通知).
    """
    standing = access.standing_of(who)
    access.require(standing, "enterprises.prepare", _opened(standing, party))


def may_prepare(who: Who, party: Party) -> bool:
    """Whether `must_prepare` would pass."""
    standing = access.standing_of(who)
    return access.may(standing, "enterprises.prepare", _opened(standing, party))


def letting(who: Who) -> list[Consent]:
    """The living consents by which other enterprises let this person's parties read, the newest first."""
    standing = access.standing_of(who)
    if standing is None:
        return []
    given = Consent.objects.filter(to__in=standing.parties, ended_at__isnull=True, until__gte=_today())
    return list(given.select_related("party", "to").order_by("-given_at", "-pk"))


def given_by(who: Who, party: Party) -> QuerySet[Consent]:
    """The consents of an enterprise as one asker sees them: its members and the house all, a reader their own."""
    standing = access.standing_of(who)
    given = Consent.objects.filter(party=party).select_related("to", "party", "given_by")
    if standing is None:
        return given.none()
    # Who reads by consent alone is let in by it; to whom else the enterprise opened its file is not theirs to know.
    is_member_or_house = access.may(standing, "enterprises.read_file", Opened(party.pk, None, None))
    return given if is_member_or_house else given.filter(to__in=standing.parties)


def _opened(standing: Standing | None, party: Party) -> Opened:
    if standing is None or party.pk in standing.parties or not standing.parties:
        return Opened(party.pk, None, None)
    given = Consent.objects.filter(party=party, to__in=standing.parties, ended_at__isnull=True, until__gte=_today())
    rows = list(given.order_by("-may_prepare").values_list("to_id", "may_prepare"))
    preparer = next((to for to, may_prepare in rows if may_prepare), None)
    return Opened(party.pk, rows[0][0] if rows else None, preparer)


def _today() -> date:
    return beijing_day(record.now())
