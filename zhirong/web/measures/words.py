"""What states, kinds, levels and certainties of measures are called, in the language of the page."""

from __future__ import annotations

from django.utils.translation import gettext, gettext_noop

from zhirong.policy.engine.wording import Said
from zhirong.web import filters

# Shape and word.
STATES = {
    "in_force": ("go", gettext_noop("In force")),
    "draft": ("half", gettext_noop("Draft, not in force")),
    "ended": ("off", gettext_noop("Not in force, its time ran out")),
    "to_come": ("wait", gettext_noop("Not in force yet")),
}
KINDS = {
    "payment": gettext_noop("Money paid"),
    "fee": gettext_noop("A fee not to be paid"),
    "tax_base": gettext_noop("Less taxable income"),
    "recognition": gettext_noop("Recognition"),
    "permission": gettext_noop("Permission"),
}
LEVELS = {
    "nation": gettext_noop("Nation"),
    "province": gettext_noop("Province"),
    "city": gettext_noop("City"),
    "district": gettext_noop("District"),
}
# stated is said by nothing: the source simply says so.
CERTAINTIES = {
    "stated": ("go", gettext_noop("the source says so")),
    "reading": ("half", gettext_noop("one of several readings")),
    "assumed": ("wait", gettext_noop("assumed: not in the source")),
    "memory": ("wait", gettext_noop("from memory, not verified")),
}
FIXABLE = {
    "action": gettext_noop("the enterprise can act on it"),
    "time": gettext_noop("may come with time"),
    "never": gettext_noop("cannot be mended"),
}
WINDOWS = {
    "open": ("go", gettext_noop("open now")),
    "opens": ("wait", gettext_noop("opens later")),
    "closed": ("off", gettext_noop("closed to applications")),
    "unknown": ("off", gettext_noop("the text names no window")),
}
TEXTS = {
    "draft": ("half", gettext_noop("Draft of a text")),
    "waiting": ("wait", gettext_noop("Waits for a second person")),
    "approved": ("go", gettext_noop("Approved")),
    "returned": ("no", gettext_noop("Sent back")),
    "withdrawn": ("off", gettext_noop("Withdrawn")),
}
PARTS = {
    "measure": gettext_noop("Support measure"),
    "parameters": gettext_noop("Figures"),
    "versions": gettext_noop("Periods"),
    "conditions": gettext_noop("Conditions"),
    "amount": gettext_noop("Amount and ceilings"),
    "cumulation": gettext_noop("With other measures"),
    "materials": gettext_noop("Materials"),
    "windows": gettext_noop("Windows"),
    "budget": gettext_noop("Budget"),
    "clauses": gettext_noop("Clauses"),
    "tests": gettext_noop("Worked cases"),
}


def pair(table: dict[str, tuple[str, str]], name: str) -> tuple[str, str]:
    """The shape and the word of a state."""
    shape, word = table.get(name, ("off", name))
    return shape, gettext(word)


def word(table: dict[str, str], name: str) -> str:
    """A word of a table; one that it lacks goes by itself."""
    return gettext(table[name]) if name in table else name


def said(both: Said) -> str:
    """What is told in both languages, in that of the page."""
    return both.zh if filters.is_chinese() else both.en
