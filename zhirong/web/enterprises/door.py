"""What these pages share: the enterprise of an address and who may open it, facts in words, forms with all faults."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.enterprises import consented, sources
from zhirong.people.models import Party
from zhirong.policy import reading
from zhirong.policy.engine.facts import Fact, Vocabulary
from zhirong.record import actions as record
from zhirong.web import filters, pages

Read = TypeVar("Read")


def today() -> date:
    """The day in Beijing."""
    return beijing_day(record.now())


def language() -> str:
    """The language of the page, as names ask for it."""
    return "zh" if filters.is_chinese() else "en"


def vocabulary() -> Vocabulary:
    """The facts that measures may ask for."""
    return reading.own().vocabulary


def fact_of(name: str) -> Fact:
    """A fact of the vocabulary; one that measures no longer know is shown by its key as text."""
    return vocabulary().facts.get(name) or Fact(name=name, kind="text")


def opened(request: HttpRequest, ref: str) -> Party:
    """The enterprise of this address, for who may read its file; a stranger is not told that it exists."""
    party = Party.objects.filter(ref=ref).first()
    if party is None or not consented.may_read(pages.standing_of(request), party):
        raise Http404
    return party


def source_word(source: str) -> str:
    """A source in the language of the page."""
    found = sources.names().get(source)
    return found[language()] if found else source


def crumbs(party: Party, *more: tuple[str, str | None]) -> list[tuple[str, str | None]]:
    """The way here from the list of files."""
    here = None if not more else reverse("enterprise", args=[party.ref])
    return [(gettext("Enterprise files"), reverse("enterprises")), (party.name, here), *more]


def day_of(text: str) -> date | None:
    """A day as a form brings it; none where nothing was typed."""
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Refused("policy.no_such_day", text=text.strip()[:40]) from None


@dataclass
class Form:
    """A form being read: the fault of each field is kept and told at once, beside its field."""

    request: HttpRequest
    faults: list[Refused] = field(default_factory=list)

    def text(self, name: str) -> str:
        """What was typed."""
        return self.request.POST.get(name, "").strip()

    def read(self, name: str, reader: Callable[[str], Read]) -> Read | None:
        """What the reader makes of a field."""
        try:
            return reader(self.text(name))
        except Refused as refused:
            self.fault(name, refused)
            return None

    def fault(self, name: str, refused: Refused) -> None:
        """A fault beside this field."""
        refused.facts["field"] = name
        self.faults.append(refused)

    def judge(self) -> None:
        """Refused with the first fault, the others beside their fields."""
        if self.faults:
            self.request.house_faults = self.faults[1:]  # type: ignore[attr-defined]
            raise self.faults[0]
