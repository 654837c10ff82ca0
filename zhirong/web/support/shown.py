"""A decision as pages show it: conditions, amount, sets to fix, papers, window, each with clause and source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext

from zhirong.policy import application_rules as rules
from zhirong.policy import naming
from zhirong.policy.deciding import Decided
from zhirong.policy.engine import amounts, decide
from zhirong.policy.engine.facts import Vocabulary
from zhirong.policy.engine.guided import Next
from zhirong.policy.engine.measure import Measure
from zhirong.policy.engine.moves import Moved
from zhirong.policy.supporting import Best, Row
from zhirong.web import filters, pages
from zhirong.web.support import words
from zhirong.web.support.asked import Asked

Shown = dict[str, Any]
NEXT = 3


def clause(name: str, made: Measure) -> Shown:
    """What a clause says, where it was read, and how sure that is."""
    found = made.clauses.get(name)
    if found is None:
        return {"id": name, "text": name, "certainty": "", "source": ""}
    return {
        "id": found.id,
        "text": words.both(found),
        "certainty": words.certainty(found.certainty),
        "source": found.source,
    }


def about(key: str) -> str:
    """One loan or one patent in words."""
    return naming.about(key, words.language())


def row(found: Row, asked: Asked, known: Vocabulary) -> Shown:
    """One line of the list with its reason and next step."""
    one = found.decided
    return {
        "id": found.id,
        "title": words.both(one.measure),
        "key": one.about,
        "about": about(one.about) if one.about else "",
        "address": address(one, asked),
        "state": words.of(words.STATES, found.state),
        "place": words.of_raw(one.measure.raw["jurisdiction"]["name"]),
        "kind": words.kind(one.measure.kind),
        "benefit_fen": found.benefit_fen,
        "is_exact": found.is_exact and not one.decision.at_most,
        "window": window(one),
        "deadline": found.deadline,
        "reason": reason(found, known),
        "lines": lines(one),
        "ceilings": ceilings(one),
        "fixes": [fix(moved, one, known) for moved in found.fixes[:NEXT]],
        "apply": apply_address(one, asked),
    }


def address(one: Decided, asked: Asked) -> str:
    """The page of this measure for this party."""
    more = {"about": one.about} if one.about else {}
    return reverse("support-measure", args=[one.measure.id]) + asked.link(**more)


def apply_address(one: Decided, asked: Asked) -> str | None:
    """Where an application is begun; None while the window is closed or such pages are not there."""
    place = pages.place("application-new")
    if place is None or not rules.served(one.measure, one.decision.day):
        return None
    if one.decision.eligible != decide.MET or one.decision.window.state in ("closed", "opens"):
        return None
    of_whom = {"party": str(asked.party.pk)} if asked.party else {}
    return f"{place}?{urlencode({**of_whom, 'measure': one.measure.id, 'about': one.about})}"


def reason(found: Row, known: Vocabulary) -> str:
    """Why it stands as it does, in one line."""
    one, decision = found.decided, found.decided.decision
    if one.refused is not None:
        return str(pages.told(one.refused)["sentence"])
    if found.state == "met" and (elsewhere := filed_elsewhere(one)):
        return elsewhere
    if found.state == "met":
        bound = decision.amount.capped_by if decision.amount else None
        if bound:
            return gettext("Limited by: %(clause)s") % {"clause": ceiling_clause(one, bound)}
        return gettext("Every condition is met.")
    if found.state == "unknown":
        return gettext("Still to be told: %(facts)s") % {"facts": names(found, known)}
    if found.state == "not_in_force":
        return why_not_in_force(decision.why)
    failing = found.fixes[0].fix.all if found.fixes else decision.failing
    return gettext("Lacking: %(clauses)s") % {"clauses": filters.listed(leaf_texts(one, failing))}


def filed_elsewhere(one: Decided) -> str:
    """To whom to turn with money that is not applied for here; nothing where it is."""
    if one.measure.kind != "payment" or rules.served(one.measure, one.decision.day):
        return ""
    if rules.is_duty(one.measure, one.decision.day):
        return gettext("Owed by the employer itself; nobody applies for it.")
    return gettext("Applied for with %(office)s, not here.") % {"office": words.of_raw(one.measure.raw["issuer"])}


def why_not_in_force(why: str) -> str:
    if why == "draft":
        return gettext("A draft: it binds nobody and nothing is paid on it.")
    if why == "basis_unknown":
        return gettext("The day that decides which text applies is not known.")
    return gettext("No text of it is in force on this day.")


def names(found: Row, known: Vocabulary) -> str:
    """The next questions by their labels."""
    labels = [words.label(one.fact, known) for one in found.questions]
    more = len(labels) - NEXT
    told = filters.listed(labels[:NEXT])
    return gettext("%(facts)s and %(n)s more") % {"facts": told, "n": more} if more > 0 else told


def leaf_texts(one: Decided, wanted: Any) -> list[str]:
    """What the clauses of these conditions say, each once."""
    found = [clause(leaf.clause, one.measure)["text"] for leaf in one.decision.leaves if leaf.id in wanted]
    return list(dict.fromkeys(found))


def ceiling_clause(one: Decided, name: str) -> str:
    amount = one.decision.amount
    limits = amount.ceilings if amount else ()
    return next((str(clause(limit.clause, one.measure)["text"]) for limit in limits if limit.id == name), name)


def conditions(one: Decided, known: Vocabulary) -> list[Shown]:
    """Every condition with its clause, the facts that it used and whose word each is."""
    return [
        {
            "state": words.of(words.CONDITION, leaf.value),
            "clause": clause(leaf.clause, one.measure),
            "facts": list(facts_used(leaf, one, known)),
            "short_by": short_by(leaf, known),
            "fixable": fixable(leaf),
        }
        for leaf in one.decision.leaves
    ]


def facts_used(leaf: decide.LeafFound, one: Decided, known: Vocabulary) -> Iterator[Shown]:
    """Name, value and source of each fact of a condition."""
    for name in sorted(leaf.facts):
        stated = one.known.stated.get(name)
        is_known = leaf.facts[name] is not None
        yield {
            "label": words.label(name, known),
            "value": words.value(known.facts.get(name), leaf.facts[name]),
            "source": words.said_by(stated) if is_known else "",
            "evidence": stated.source_text if stated and is_known else "",
        }


def short_by(leaf: decide.LeafFound, known: Vocabulary) -> str:
    """By how much a comparison of numbers falls short, where its facts share one unit."""
    facts = [known.facts[name] for name in leaf.facts if name in known.facts]
    units = {fact.unit for fact in facts if fact.kind == "number"}
    if leaf.short_by is None or len(units) != 1:
        return ""
    return words.value(next(fact for fact in facts if fact.kind == "number"), leaf.short_by)


def fixable(leaf: decide.LeafFound) -> str:
    """What can be done about a condition that is not met."""
    if leaf.value is not False:
        return ""
    return {
        "action": gettext("You can act on this"),
        "time": gettext("May come with time"),
        "never": gettext("Cannot change any more"),
    }[leaf.fixable]


def lines(one: Decided) -> list[Shown]:
    """The amount line by line; a line that does not apply says so."""
    amount = one.decision.amount
    return [line(found, one.measure) for found in amount.lines] if amount else []


def line(found: amounts.LineFound, made: Measure) -> Shown:
    return {
        "applies": found.applies,
        "amount_fen": found.amount_fen,
        "is_capped": found.is_capped,
        "clause": clause(found.clause, made),
    }


def ceilings(one: Decided) -> list[Shown]:
    """Every ceiling with what was left of it, and which bound."""
    amount = one.decision.amount
    return [
        {
            "limit_fen": limit.limit_fen,
            "used_fen": limit.used_fen,
            "room_fen": limit.room_fen,
            "binds": amount is not None and amount.capped_by == limit.id,
            "clause": clause(limit.clause, one.measure),
        }
        for limit in (amount.ceilings if amount else ())
    ]


def fix(moved: Moved, one: Decided, known: Vocabulary) -> Shown:
    """A smallest set to fix: its conditions by how they may come true, the facts moved, and what it would bring."""
    after = moved.after
    return {
        "by_action": leaf_texts(one, moved.fix.by_action),
        "by_time": leaf_texts(one, moved.fix.by_time),
        "to_find_out": leaf_texts(one, moved.fix.to_find_out),
        "moves": [
            (
                words.label(name, known),
                words.value(known.facts.get(name), one.told.facts.get(name)),
                words.value(known.facts.get(name), value),
            )
            for name, value in moved.changes.items()
        ],
        "amount_fen": after.amount_fen if after else None,
    }


def materials(one: Decided) -> list[Shown]:
    """What is still to be brought and which conditions it proves."""
    return [{"word": words.both(paper), "proves": leaf_texts(one, paper.proves)} for paper in one.decision.materials]


def window(one: Decided) -> Shown:
    """When applications are taken."""
    found = one.decision.window
    return {
        "state": words.of(words.WINDOWS, found.state),
        "opens": found.opens,
        "closes": found.closes,
        "clause": clause(found.clause, one.measure) if found.clause else None,
    }


def left_out(place: int, best: Best, rows: Sequence[Row]) -> list[Shown]:
    """A row that the best allowed set leaves out: because of which other, by which clause."""
    if not best.dropped or place not in best.dropped:
        return []
    because, name = best.dropped[place]
    row, other = rows[place].decided, rows[because].decided
    return [
        {
            "title": words.both(row.measure),
            "about": about(row.about) if row.about else "",
            "other": words.both(other.measure),
            "other_about": about(other.about) if other.about else "",
            "clause": clause(name, row.measure if rules_by(name, row.measure) else other.measure),
        }
    ]


def rules_by(name: str, made: Measure) -> bool:
    """Whether a clause of this name says how the measure goes together with others."""
    return any(rule.clause == name for rule in made.cumulation)


def clause_anywhere(name: str, rows: Sequence[Row]) -> str:
    """What a clause says that a portfolio names without its measure."""
    found = next((row.decided.measure for row in rows if rules_by(name, row.decided.measure)), None)
    return str(clause(name, found)["text"]) if found else name


def unusable(one: Decided, known: Vocabulary) -> Mapping[str, Mapping[str, Any]]:
    """Facts of the file that could not be used, with the sentence that says why."""
    return {words.label(name, known): pages.told(no) for name, no in one.told.unusable.items()}


def question(found: Next, known: Vocabulary) -> Shown:
    """A fact still to be told, and who normally supplies it."""
    fact = known.facts.get(found.fact)
    return {
        "label": words.label(found.fact, known),
        "source": words.source(fact.source) if fact else "",
        "ends": bool(found.ending),
    }


def against(one: Decided, known: Vocabulary) -> list[Shown]:
    """Facts on which another source says something else than the one that rules."""
    asked = {name for leaf in one.decision.leaves for name in leaf.facts}
    return [
        {
            "label": words.label(name, known),
            "value": words.value(known.facts.get(name), one.told.facts.get(name)),
            "others": [(words.value(known.facts.get(name), stated.value), words.said_by(stated)) for stated in others],
        }
        for name, others in sorted(one.known.against.items())
        if name in asked and name in one.told.facts
    ]
