"""Codes of applications in words and shapes: states, verdicts, sources of facts, certainty, deadlines."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.translation import gettext

from zhirong.enterprises import sources
from zhirong.policy import application_labels as labels
from zhirong.policy import naming
from zhirong.web import filters

STATES: Final = {
    "draft": "off",
    "filed": "wait",
    "asked": "wait",
    "supplemented": "wait",
    "complete": "on",
    "proposed": "half",
    "eligible": "half",
    "publicity": "on",
    "objected": "wait",
    "approved": "go",
    "listed": "go",
    "paid": "done",
    "repayment": "wait",
    "repaid": "off",
    "refused": "no",
    "withdrawn": "off",
    "lapsed": "no",
}
CERTAINTIES: Final = {"stated": "go", "reading": "half", "assumed": "wait", "memory": "wait"}
OBJECTIONS: Final = {"open": "wait", "upheld": "go", "rejected": "off", "closed": "off"}
LISTS: Final = {"draft": "wait", "confirmed": "go", "dropped": "off"}
# Within so many days a term is pressing.
SOON: Final = timedelta(days=3)


def of(group: str, code: str) -> str:
    """A code's name in the language of the page, with a capital where the language has them."""
    text = labels.of(group, code)["zh" if filters.is_chinese() else "en"]
    return text if filters.is_chinese() else text[:1].upper() + text[1:]


def state(code: str) -> tuple[str, str]:
    """Shape and word of a state."""
    return STATES[code], of("state", code)


def certainty(code: str) -> tuple[str, str]:
    """Shape and word of how sure a clause is; nothing to say of one that is stated."""
    return CERTAINTIES.get(code, "wait"), of("certainty", code) if code in CERTAINTIES else code


def source(code: str) -> str:
    """Where a fact comes from; a source without a name stands as it is."""
    names = sources.names().get(code)
    return both(names) if names else code


def about(key: str) -> str:
    """What a case is about: one loan, one patent, or the enterprise as a whole."""
    return naming.about(key, language()) if key else gettext("the enterprise itself")


def language() -> str:
    """The language of the page, as names ask for it."""
    return "zh" if filters.is_chinese() else "en"


def both(entry: Mapping[str, Any]) -> str:
    """The half of a text in both languages that the page speaks."""
    return str(entry["zh" if filters.is_chinese() else "en"])


def title(row: Any) -> str:
    """The measure of a case."""
    return str(row.title_zh if filters.is_chinese() else row.title_en)


def light(due: datetime | None, now: datetime) -> str:
    """The traffic light of a term: past, near, or with time."""
    if due is None:
        return "off"
    if due <= now:
        return "no"
    return "wait" if due <= now + SOON else "go"


def due(row: Any) -> str:
    """The last day of a term; one that reaches beyond the announced calendars says so."""
    if row.due_at is None:
        return gettext("none")
    last = filters.day(row.due_at - timedelta(seconds=1))
    return gettext("%(day)s (provisional)") % {"day": last} if row.is_due_provisional else last
