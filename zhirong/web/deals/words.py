"""Words of a deal's pages: its states with their shapes, and those of intents and deposits."""

from __future__ import annotations

from django.utils.translation import gettext, gettext_noop

from zhirong.exchange import gates
from zhirong.exchange.models import Objection
from zhirong.exchange.standstill import Standstill
from zhirong.web import filters

# The one table of a deal's states, for its parties and the office alike (docs/words.md).
DEALS = {
    "offered": ("wait", gettext_noop("Offered to the next best")),
    "contract": ("wait", gettext_noop("Contract to be accepted")),
    "payment": ("wait", gettext_noop("Price to be paid")),
    "recordal": ("half", gettext_noop("Paid; change of owner to be recorded")),
    "confirming": ("half", gettext_noop("Recordal to be confirmed")),
    "settled": ("done", gettext_noop("Settled")),
    "defaulted": ("no", gettext_noop("Buyer defaulted")),
    "declined": ("off", gettext_noop("The next best did not take it")),
    "withdrawn": ("off", gettext_noop("Offer to the next best withdrawn")),
    "annulled": ("no", gettext_noop("Annulled")),
}
INTENTS = {
    "registered": ("wait", gettext_noop("Registered")),
    "admitted": ("go", gettext_noop("Admitted")),
    "refused": ("no", gettext_noop("Not admitted")),
    "withdrawn": ("off", gettext_noop("Stepped back")),
    "lapsed": ("off", gettext_noop("Lapsed, no deposit came")),
    "void": ("off", gettext_noop("Void, the listing was changed")),
}
DEPOSITS = {
    "due": gettext_noop("to be paid"),
    "held": gettext_noop("frozen"),
    "released": gettext_noop("released"),
    "applied": gettext_noop("counted towards the price"),
    "forfeited": gettext_noop("forfeited"),
    "waived": gettext_noop("no longer due"),
    "none": gettext_noop("none asked"),
}
# What holds a deal's clock, by name.
STANDS = {
    (): gettext_noop("The clock stands"),
    ("objection",): gettext_noop("The clock stands: an objection is being decided"),
    ("register",): gettext_noop("The clock stands: the register changed"),
    ("objection", "register"): gettext_noop(
        "The clock stands: an objection is being decided, and the register changed"
    ),
}


def stands(causes: tuple[str, ...]) -> str:
    """Why the clock stands, in one line."""
    return gettext(STANDS[causes])


def standstill(found: Standstill) -> tuple[str, str]:
    """The same as a notice: since when, each objection and each ground of the register, and what follows."""
    lines = [_objected(one) for one in found.objections]
    side = "zh" if filters.is_chinese() else "en"
    if found.grounds:
        grounds = gates.JOINTS[side].join(one[side] for one in found.grounds)
        lines.append(gettext("The register changed: %(grounds)s.") % {"grounds": grounds})
    lines.append(gettext("Once it runs on, every deadline moves by the time for which it stood."))
    return gettext("The clock stands since %(at)s.") % {"at": filters.moment(found.since)}, _joined(lines)


def _objected(one: Objection) -> str:
    at = {"at": filters.moment(one.raised_at)}
    if one.party is None:
        return gettext("An objection of %(at)s is being decided by somebody who took no part.") % at
    return gettext("An objection of %(party)s of %(at)s is being decided by somebody who took no part.") % {
        **at,
        "party": one.party.name,
    }


def _joined(lines: list[str]) -> str:
    return ("" if filters.is_chinese() else " ").join(lines)


def deal(state: str) -> tuple[str, str]:
    """Shape and word of where a deal stands."""
    shape, word = DEALS[state]
    return shape, gettext(word)


def intent(state: str) -> tuple[str, str]:
    """Shape and word of where a registration stands."""
    shape, word = INTENTS[state]
    return shape, gettext(word)


def deposit(state: str) -> str:
    """What became of a deposit."""
    return gettext(DEPOSITS[state])
