"""Of whom and of when a page of support speaks: the party, the day, and as known on which day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.http import urlencode

from zhirong.base.calendar import beijing_day, end_of_day
from zhirong.enterprises import consented
from zhirong.people.models import Party
from zhirong.record import actions as record
from zhirong.web import pages, reading


@dataclass(frozen=True)
class Asked:
    """What the address asked. `known` is None where the page tells all that the house knows now."""

    party: Party | None
    parties: Sequence[Party]
    day: date
    known_on: date | None
    now: datetime
    query: dict[str, str] = field(default_factory=dict)
    own: Sequence[Party] = ()

    @property
    def known(self) -> datetime | None:
        """The last moment of the day named."""
        return end_of_day(self.known_on) if self.known_on else None

    @property
    def moment(self) -> datetime | None:
        """Now, where today is asked: a window that closed this morning is closed."""
        return self.now if self.day == beijing_day(self.now) else None

    def told(self) -> dict[str, Any]:
        """What decisions are asked for."""
        return {"day": self.day, "known": self.known, "moment": self.moment}

    def link(self, **more: str) -> str:
        """The query of an address that asks of the same party and days."""
        wanted = {**self.query, **more}
        return f"?{urlencode(wanted)}" if wanted else ""


def read(request: HttpRequest) -> Asked:
    """Of my own parties and of those that let mine read; others' files stay closed to all but the house's people."""
    standing, now = pages.standing_of(request), record.now()
    own = list(Party.objects.filter(pk__in=standing.parties).order_by("name")) if standing else []
    wanted = request.GET.get("party", "") or request.POST.get("party", "")
    let = [one.party for one in consented.letting(standing)]
    parties = [*own, *(one for one in let if one not in own)]
    party = next((one for one in parties if one.ref == wanted), None)
    if party is None and wanted:
        party = Party.objects.filter(ref=wanted).first()
        if party is None or not consented.may_read(standing, party):
            raise Http404
    if party is None and parties:
        party = parties[0]
    today = beijing_day(now)
    day = reading.day(request, "day", default=today) or today
    known_on = reading.day(request, "known")
    if known_on is not None and known_on >= today:
        known_on = None
    query = {"party": party.ref} if party and (wanted or len(parties) > 1) else {}
    query |= {"day": day.isoformat()} if day != today else {}
    query |= {"known": known_on.isoformat()} if known_on else {}
    return Asked(party, parties, day, known_on, now, query, own)


def day_of(request: HttpRequest) -> date:
    """The day asked, today where none is."""
    today = beijing_day(record.now())
    return reading.day(request, "day", default=today) or today
