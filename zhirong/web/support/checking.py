"""What a guided check decides: the measures chosen, with the file of a party, if any, under the answers given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest

from zhirong.base.calendar import beijing_day
from zhirong.enterprises import consented, file
from zhirong.enterprises.file import Known
from zhirong.people.models import Party
from zhirong.policy import deciding, kept, reading, supporting
from zhirong.policy.deciding import Decided
from zhirong.policy.engine import guided
from zhirong.policy.engine.guided import Next
from zhirong.policy.engine.measure import Measure
from zhirong.record import actions as record
from zhirong.web import pages
from zhirong.web.support.answers import Answers


@dataclass(frozen=True)
class Checked:
    """A check as it stands: the decisions, what is still worth asking, and the file that was used."""

    answers: Answers
    base: reading.Base
    party: Party | None
    stated: Known
    found: list[Decided]
    questions: list[Next]

    @property
    def from_file(self) -> dict[str, Any]:
        """Facts of the file that these measures ask for and that nobody answered anew."""
        asked = frozenset[str]().union(*(deciding.facts_asked(one.measure) for one in self.found))
        return {
            name: value
            for name, value in self.stated.facts.items()
            if name in asked and name not in self.answers.facts and name in self.base.vocabulary.facts
        }


def check(request: HttpRequest, answers: Answers) -> Checked:
    """Everything decided anew from the answers. Refused: answers that contradict each other."""
    base, now = kept.base(), record.now()
    party = party_of(request, answers.party)
    stated = file.facts_of(party, day=answers.on, about=answers.about) if party else Known()
    told = deciding.told_of(stated.facts, base.vocabulary, changes=answers.facts)
    moment = now if answers.on == beijing_day(now) else None
    found = deciding.judged(chosen(answers, base), stated, told, day=answers.on, moment=moment, about=answers.about)
    questions = guided.open_questions(
        [(one.measure, one.decision) for one in found],
        weights=supporting.weights(found),
        passed=list(answers.facts),
    )
    return Checked(answers, base, party, stated, found, questions)


def chosen(answers: Answers, base: reading.Base) -> list[Measure]:
    """One measure, or all of a place and of the levels above it and of a kind; drafts decide nothing."""
    if answers.measure:
        return [base.measures[answers.measure]] if answers.measure in base.measures else []
    return [one for one in base.measures.values() if not one.is_draft and fits(one, answers)]


def fits(one: Measure, answers: Answers) -> bool:
    """Whether a measure is among those chosen."""
    where: Mapping[str, Any] = one.raw["jurisdiction"]
    is_here = not answers.place or covers(str(where["level"]), str(where["code"]), answers.place)
    return is_here and answers.kind in ("", one.kind)


def covers(level: str, code: str, place: str) -> bool:
    """Administrative codes nest by their first two and four figures (GB/T 2260)."""
    signs = {"nation": 0, "province": 2, "city": 4}.get(level, 6)
    return level == "nation" or place[:signs] == code[:signs]


def party_of(request: HttpRequest, ref: str) -> Party | None:
    """The enterprise whose file is used, if the asker may read it."""
    if not ref:
        return None
    person, party = pages.person_of(request), Party.objects.filter(ref=ref).first()
    if person is None or party is None or not consented.may_read(person, party):
        raise Http404
    return party
