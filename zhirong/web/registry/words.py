"""Words of the registry's pages: what its codes are called, with the shape of each state (PAGES 3)."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext, gettext_noop

from zhirong.base import shown
from zhirong.registry import basis, labels
from zhirong.registry.engine import fees, states
from zhirong.registry.engine.facts import RightFacts
from zhirong.web import filters

SHAPES = {
    "pending": "off",
    "published": "off",
    "examined": "wait",
    "in_force": "go",
    "in_grace": "no",
}
OVERLAYS = {"pledged": "half", "licensed": "half", "open_licence": "on", "fees_unconfirmed": "wait"}
SOURCES = {
    "cnipa_xml": gettext_noop("CNIPA file"),
    "sheet": gettext_noop("Sheet"),
    "register": gettext_noop("Register"),
    "exchange": gettext_noop("Exchange"),
    # The demo's own source; rows keep it as it was written.
    "演示登记簿": gettext_noop("Demo register"),
}
ENDINGS = {
    "unpaid": gettext_noop("annual fee not paid"),
    "expired": gettext_noop("term over"),
    "surrendered": gettext_noop("surrendered"),
    "invalid": gettext_noop("wholly invalid"),
    "partly_invalid": gettext_noop("partly invalid"),
    "application_dead": gettext_noop("application dead"),
}


def label(group: str, code: str) -> str:
    """What a code of the registry is called in the page's language, with a capital where a word stands alone."""
    told = labels.of(group, code)
    return told["zh"] if filters.is_chinese() else told["en"][:1].upper() + told["en"][1:]


def years(first: int, last: int) -> str:
    """10–16, or one year alone."""
    return f"{first}–{last}" if last > first else str(first)


def unknown_years(facts: RightFacts, day: date) -> str:
    """The years whose fees nobody knows as paid, as 10–17; nothing where all are known (细则 115)."""
    found = basis.unknown_years(facts, day)
    return years(*found) if found else ""


def state(standing: states.Standing) -> tuple[str, str]:
    """Shape and word of how a right stands; with fees not known as paid it is not called in force (细则 115)."""
    if standing.state is states.State.IN_FORCE and states.Overlay.FEES_UNCONFIRMED in standing.overlays:
        return "wait", gettext("Granted; not known whether in force")
    return SHAPES.get(str(standing.state), "no"), label("state", standing.state)


def overlays(standing: states.Standing) -> list[tuple[str, str]]:
    """What lies over it, each with its shape."""
    return [(OVERLAYS.get(str(one), "no"), label("overlay", one)) for one in sorted(standing.overlays)]


def source(code: str) -> str:
    """Where facts came from."""
    return gettext(SOURCES[code]) if code in SOURCES else code


def ending(code: str) -> str:
    """Why a right ended."""
    return gettext(ENDINGS[code])


def unknown_fee(one: fees.FeeYear, day: date) -> str:
    """A fee that fell due while nobody looked: what lateness adds is owed only if it was not paid (N22, 细则 115)."""
    if not (added_fen := surcharge_fen(one, day)):
        return gettext("Not known as paid")
    told = shown.yuan(added_fen, "zh" if filters.is_chinese() else "en")
    return gettext("Not known as paid; if unpaid, a surcharge of %(amount)s") % {"amount": told}


def surcharge_fen(one: fees.FeeYear, day: date) -> int:
    """What lateness adds today; once the grace is over no fee can be paid with it any more (N22)."""
    is_late = not one.is_paid and one.due_on < day <= one.grace_ends_on
    return one.full_fen * one.surcharge_percent // 100 if is_late else 0
