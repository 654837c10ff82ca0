"""What an appraisal waits for me to do, for the desk's list of what needs me first."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext

from zhirong.people.rules import Standing
from zhirong.valuation import known, rules
from zhirong.valuation.models import Appraisal
from zhirong.web.desk.todo import Step
from zhirong.web.valuation import words

MOST = 100


def of_appraisals(standing: Standing | None) -> Iterator[Step]:
    """Every open appraisal whose next step is mine, in one query; none for who acts for nobody."""
    if standing is None or not standing.parties:
        return
    for row in known.appraisals_of(standing).filter(state__in=rules.OPEN).order_by("due_at", "-pk")[:MOST]:
        said = _step(row, standing)
        if said is not None:
            title, word = said
            why = f"{row.number} · {row.client.name} · {words.of('purpose', row.purpose)}"
            yield Step(row.due_at, title, why, word, reverse("appraisal", args=[row.number]))


def _step(row: Appraisal, standing: Standing) -> tuple[str, str] | None:
    """Its title and the word of its button; none where somebody else is next."""
    if row.state == "draft":
        is_mine = row.client_id in standing.parties
        return (gettext("Choose a valuer for your appraisal"), gettext("Choose the valuer")) if is_mine else None
    if row.valuer_id not in standing.parties or "valuer" not in standing.roles:
        return None
    if row.state == "requested":
        return gettext("Take an appraisal on, or decline it"), gettext("Look at it")
    if row.state in rules.IN_WORK:
        return gettext("Work on the appraisal"), gettext("Go on")
    if row.first_signer_id == standing.person_id:
        return None
    if row.state == "signed":
        return gettext("Review a signed appraisal"), gettext("Review")
    return gettext("Sign the appraisal as the second"), gettext("Read and sign")
