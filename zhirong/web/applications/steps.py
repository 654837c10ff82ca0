"""What an application waits for its enterprise to do, for the desk's list of what needs me first."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext

from zhirong.people.rules import Standing
from zhirong.policy import application_rules as rules
from zhirong.policy import visible
from zhirong.web.applications import words
from zhirong.web.desk.todo import Step

MOST = 100


def of_applications(standing: Standing | None) -> Iterator[Step]:
    """Every application whose next step is mine, in one query."""
    waits = visible.mine(standing).filter(state__in=rules.WAITS_FOR_PARTY)
    for row in waits.order_by("due_at", "-pk")[:MOST]:
        title, word = {
            "draft": (gettext("File an application, or go on with its papers"), gettext("Go on")),
            "asked": (gettext("Bring what is missing of an application"), gettext("See what is missing")),
            "repayment": (gettext("Pay a grant back"), gettext("See the reason")),
        }[row.state]
        why = f"{row.number} · {row.party.name} · {words.title(row)}"
        yield Step(row.due_at, title, why, word, reverse("application", args=[row.number]))
