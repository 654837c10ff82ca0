"""Can a listing be sold: what its kept gates found, what they asked and found nothing against, and what lies ahead."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext, gettext_noop

from zhirong.base import citations
from zhirong.base.calendar import beijing_day
from zhirong.exchange import gates, listing_rules
from zhirong.exchange.models import Deal, Gate, Listing
from zhirong.registry import basis
from zhirong.registry import rules as registry_rules
from zhirong.registry.engine import fees
from zhirong.web import filters
from zhirong.web.exchange import stopped
from zhirong.web.registry import words

STAGES = {
    "announce": gettext_noop("at publication"),
    "close": gettext_noop("at the close of registration"),
    "settle": gettext_noop("at settlement"),
    "watch": gettext_noop("when the register changed"),
}
# Asked when something happens on the register, not at a step of the sale.
WATCH = "watch"
# Shape and word of what a check found.
EFFECTS = {
    "allowed": ("go", gettext_noop("Yes")),
    "blocked": ("no", gettext_noop("No")),
    "disclose": ("half", gettext_noop("To know")),
}
# What a gate asks besides what it names: (codes that would have spoken, the answer where none did, the same of rights
# whose register nobody here looked at, the law).
SILENT = [
    (
        ("suspended", "seized", "already_pledged", "pledgee_"),
        gettext_noop(
            "No pledge, no seizure, no suspension as the office's register stood on %(day)s, and none on record since"
        ),
        gettext_noop(
            "No pledge, seizure or suspension is on record here; nobody here has looked at the office's register, "
            "which decides"
        ),
        "民法典 第四百四十四条；细则 第一百零三条",
    ),
    (
        ("licen", "open_licence", "exclusive_", "invalidation_", "partly_"),
        gettext_noop(
            "No licence in force, no invalidation asked for as the office's register stood on %(day)s, and none on "
            "record since"
        ),
        gettext_noop(
            "No licence and no request for invalidation is on record here; nobody here has looked at the office's "
            "register, which decides"
        ),
        "专利法 第十二条、第四十五条、第五十条",
    ),
]
# Verdict, sentence, law, and the rights it is of where not of all.
Line = tuple[tuple[str, str], str, str, tuple[str, ...]]


@dataclass(frozen=True)
class Finding:
    """One line of "can it be sold": the verdict, the ground, when it was checked, the law."""

    state: tuple[str, str]
    text: str
    when: str
    rule: str
    rights: tuple[str, ...]


def findings(found: Any, items: Sequence[Any]) -> list[Finding]:
    """What the kept gates found, the newest of each stage; one line for a ground that several rights share.

    What stopped it because the register changed comes first.
    """
    texts, language = registry_rules.reason_texts(), "zh" if filters.is_chinese() else "en"
    merged: dict[tuple[str, str], Finding] = {}
    stops: dict[tuple[str, str], None] = {}
    for stage in asked(found):
        for one in kept(found, stage):
            text = registry_rules.sentence(reason_of(one), language) if one["code"] in texts else one["code"]
            shape, word = EFFECTS[one["effect"]]
            key = (one["effect"], text)
            before = merged.get(key)
            rights = {*(before.rights if before else ()), one["right"]}
            merged[key] = Finding(
                (shape, gettext(word)), text, when(found, stage), citations.rule(one["rule"], language),
                tuple(sorted(rights)),
            )  # fmt: skip
            if stage == WATCH and one["effect"] == "blocked":
                stops[key] = None
    whole = len(items)
    lines = {key: replace(line, rights=()) if len(line.rights) == whole else line for key, line in merged.items()}
    first, others = [lines[key] for key in stops], [line for key, line in lines.items() if key not in stops]
    return [*first, *silent(found, items), *others, *to_come(found)]


def asked(found: Any) -> list[str]:
    """The stages whose gates were asked, the newest last; what the watch found holds until the next gate is asked."""
    known = sorted((one for one in STAGES if getattr(found, f"{one}_findings")), key=lambda one: at(found, one))
    return [one for one in known if one != WATCH or one == known[-1]]


def at(found: Any, stage: str) -> datetime:
    """When a stage's newest gate was asked."""
    asked_at: datetime = getattr(found, f"{stage}_at")
    return asked_at


def when(found: Any, stage: str) -> str:
    """At which step a gate was asked, and when."""
    return f"{gettext(STAGES[stage])} · {filters.short_moment(at(found, stage))}"


def kept(found: Any, stage: str) -> list[dict[str, Any]]:
    """What a gate kept; the stop that the record tells names nobody, so the check behind it does not either."""
    told: list[dict[str, Any]] = json.loads(getattr(found, f"{stage}_findings"))
    return [{**one, "facts": gates.nameless(one["facts"])} for one in told] if stage == WATCH else told


def silent(found: Any, items: Sequence[Any]) -> list[Finding]:
    """What the last gate asked and found nothing against: a gate says only what there is to say."""
    if not (stages := asked(found)):
        return []
    stage = stages[-1]
    codes = {one["code"] for one in kept(found, stage)}
    lines = [*in_force(found, stage, items), *seller_holds(found, codes, items), *unspoken(found, stage, items)]
    return findings_of(found, stage, lines)


def unspoken(found: Any, stage: str, items: Sequence[Any]) -> list[Line]:
    """Burdens that a gate found none of; that there are none is said only as of a look at the office's register."""
    codes = {one["code"] for one in kept(found, stage)}
    by_day: dict[date | None, list[str]] = {}
    for item in items:
        by_day.setdefault(basis.looked_at(item.right), []).append(item.right.number)
    lines = []
    for heads, text, text_unseen, rule in SILENT:
        if any(one.startswith(heads) for one in codes):
            continue
        for day, numbers in by_day.items():
            state = ("half", gettext("Not known")) if day is None else ("go", gettext("Yes"))
            said = gettext(text_unseen) if day is None else gettext(text) % {"day": day}
            lines.append((state, said, rule, tuple(numbers) if len(by_day) > 1 else ()))
    return lines


def in_force(found: Any, stage: str, items: Sequence[Any]) -> list[Line]:
    """In force, or not known to be: fees that nobody knows as paid may have ended the right (细则 115)."""
    said = kept(found, stage)
    if any(one["code"].startswith(("ended_", "application_", "is_an_")) for one in said):
        return []
    day = beijing_day(at(found, stage))
    first = {one["right"]: int(one["facts"]["year"]) for one in said if one["code"] == "fees_unconfirmed"}
    by_years: dict[str, list[str]] = {}
    for right in (item.right for item in items):
        years = ""
        if right.number in first and right.filed_on:
            years = words.years(first[right.number], fees.last_year_due(right.kind, right.filed_on, day))
        by_years.setdefault(years, []).append(right.number)
    unknown = gettext(
        "Whether it is in force: the fees of patent years %(years)s are not known here as paid. A fee unpaid for "
        "six months ends the right as of its due date; the office's register decides."
    )
    law = "专利法 第四十四条；细则 第一百一十五条"
    return [
        (
            ("half", gettext("Not known")) if years else ("go", gettext("Yes")),
            unknown % {"years": years} if years else gettext("The right is in force"),
            law if years else "专利法 第四十二条、第四十四条",
            tuple(numbers) if len(by_years) > 1 else (),
        )
        for years, numbers in sorted(by_years.items())
    ]


def seller_holds(found: Any, codes: set[str], items: Sequence[Any]) -> list[Line]:
    """The seller as the register names it, or by a claim that the operator accepted on evidence (B9, N31)."""
    if any(code.startswith(("ended_", "holder_", "not_the_")) for code in codes):
        return []
    by_text: dict[tuple[tuple[str, str], str], list[str]] = {}
    for item in items:
        by_text.setdefault(held_as(item, found.seller.name), []).append(item.right.number)
    return [
        (state, text, "B9", tuple(numbers) if len(by_text) > 1 else ()) for (state, text), numbers in by_text.items()
    ]


def held_as(item: Any, seller: str) -> tuple[tuple[str, str], str]:
    """Verdict and sentence on one right: whom the register names, and on what the house takes the seller for it."""
    other = basis.of_row(item, seller)
    if other is None:
        return ("go", gettext("Yes")), gettext("The seller is the registered holder")
    said = {"named": other.named, "seller": seller}
    if other.claimed_at is None:
        return ("half", gettext("To know")), gettext(
            "The register names %(named)s; the seller here is %(seller)s"
        ) % said
    by_claim = gettext(
        "By accepted claim: the register names %(named)s. On %(day)s the operator accepted, on evidence it has seen, "
        "that %(seller)s is this holder; the register itself is not changed."
    )
    return ("half", gettext("By claim")), by_claim % {**said, "day": beijing_day(other.claimed_at)}


def items_of(deal: Deal) -> list[Any]:
    """The rights of a deal in the order of the announcement, each with by what the seller held it."""
    held = basis.beside("right", "listing__seller")
    return list(deal.listing.items.select_related("right").annotate(**held).order_by("position"))


def reservations(deal: Deal, items: Sequence[Any]) -> list[Finding]:
    """What the gate at settlement could not confirm; no name, for whoever reads a certificate only counted numbers."""
    if deal.settled_at is None:
        return []
    found: Any = Listing.objects.select_related("seller").annotate(**beside()).get(pk=deal.listing_id)
    if not found.settle_findings:
        return []
    told = [*in_force(found, "settle", items), *unspoken(found, "settle", items)]
    lines = [line for line in told if line[0][0] == "half"]
    others = [(item.right.number, basis.of_row(item, found.seller.name)) for item in items]
    if claimed := tuple(number for number, other in others if other is not None and other.claimed_at):
        text = gettext(
            "The register names another holder. On evidence it has seen, the Centre accepted that the seller is this "
            "holder; the register itself is not changed."
        )
        lines.append((("half", gettext("By claim")), text, "B9", claimed if len(claimed) < len(items) else ()))
    return findings_of(found, "settle", lines)


def findings_of(found: Any, stage: str, lines: Sequence[Line]) -> list[Finding]:
    """Lines of a stage as the page shows them."""
    language = "zh" if filters.is_chinese() else "en"
    return [
        Finding(state, text, when(found, stage), citations.rule(rule, language), rights)
        for state, text, rule, rights in lines
    ]


def beside() -> dict[str, Subquery]:
    """The newest gate of each stage beside a listing itself, so that it costs no question of its own."""
    newest = {
        stage: Gate.objects.filter(listing=OuterRef("pk"), stage=stage).order_by("-at", "-pk") for stage in STAGES
    }
    return {
        f"{stage}_{name}": Subquery(gate.values(name)[:1])
        for stage, gate in newest.items()
        for name in ("findings", "at")
    }


def to_come(found: Any) -> list[Finding]:
    """The gates that still lie ahead, each with its time."""
    if found.state in listing_rules.OVER:
        return []
    again, language = gettext("Everything above, once more"), "zh" if filters.is_chinese() else "en"
    lines = []
    if not found.close_findings and found.closes_at and found.announced_at:
        by = f"{gettext(STAGES['close'])} · {stopped.closes(found)}"
        lines.append(Finding(("off", gettext("To come")), again, by, citations.rule("B9", language), ()))
    if found.announced_at:
        abroad = gettext("Everything once more; a buyer from abroad shows the export papers first")
        then = gettext("after the sale")
        by = f"{gettext(STAGES['settle'])} · {then}"
        lines.append(Finding(("off", gettext("To come")), abroad, by, citations.rule("专利法 第十条", language), ()))
    return lines


def reason_of(said: dict[str, Any]) -> registry_rules.Reason:
    """A ground as a gate kept it; a fact that an older gate lacks shows as a dash."""
    facts: dict[str, Any] = {**dict.fromkeys(registry_rules.facts_in(said["code"])), **said["facts"]}
    return registry_rules.Reason(said["code"], registry_rules.Effect(said["effect"]), said["rule"], facts)
