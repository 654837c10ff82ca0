"""The house without its pages: its tables at this version, and the person who acts at the keyboard."""

from __future__ import annotations

import os

from zhirong.base import refused
from zhirong.base.refused import Refused
from zhirong.people.models import Membership, Party, Person


def language() -> str:
    """The language of this terminal; English where its locale names none of ours."""
    spoken = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh" if spoken.startswith("zh") else "en"


def said(no: Refused) -> str:
    """A refusal's sentence in the terminal's language."""
    return refused.sentence(no, language())


def person(login: str) -> Person:
    """The person by log-in. Whoever may read the data folder stands above the password."""
    found = Person.objects.filter(login=login.strip().lower(), is_active=True).first()
    if found is None:
        raise Refused("cli.no_such_person", login=login)
    return found


def party_of(who: Person, named: str, *, is_needed: bool) -> Party | None:
    """The party acted for: the one named by code or name, else the only one the person belongs to."""
    belongs = Membership.objects.filter(person=who, confirmed_at__isnull=False, ended_at__isnull=True)
    if named:
        found = Party.objects.filter(code=named).first() or Party.objects.filter(name=named).first()
        if found is None:
            raise Refused("cli.no_such_party", party=named)
        return found
    parties = list(Party.objects.filter(pk__in=belongs.values("party_id")).order_by("pk")[:10])
    if len(parties) == 1:
        return parties[0]
    if parties or is_needed:
        raise Refused("cli.which_party", login=who.login, parties=[party.name for party in parties] or None)
    return None
