"""Can a listing be sold: what its kept gates found, what they asked and found nothing against, and what lies ahead."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext, gettext_noop

from zhirong.base import citations
from zhirong.base.calendar import beijing_day
from zhirong.exchange import listing_rules
from zhirong.registry import basis
from zhirong.registry import rules as registry_rules
from zhirong.registry.engine import fees
from zhirong.web import filters
from zhirong.web.registry import words

STAGES = {
    "announce": gettext_noop("at publication"),
    "close": gettext_noop("at the close of registration"),
    "settle": gettext_noop("at settlement"),
}
# Shape and word of what a check found.
EFFECTS = {
    "allowed": ("go", gettext_noop("Yes")),
    "blocked": ("no", gettext_noop("No")),
    "disclose": ("half", gettext_noop("To know")),
}
# What a gate asks besides what it names: (codes that would have spoken, the answer where none did, the law).
SILENT = [
    (
        ("suspended", "seized", "already_pledged", "pledgee_"),
        gettext_noop("No pledge, no seizure, no suspension"),
        "民法典 第四百四十四条；细则 第一百零三条",
    ),
    (
        ("licen", "open_licence", "exclusive_", "invalidation_", "partly_"),
        gettext_noop("No licence in force, no invalidation asked for"),
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
    """What the kept gates found, the newest of each stage; one line for a ground that several rights share."""
    texts, language = registry_rules.reason_texts(), "zh" if filters.is_chinese() else "en"
    merged: dict[tuple[str, str], Finding] = {}
    for stage in STAGES:
        kept = getattr(found, f"{stage}_findings")
        when = f"{gettext(STAGES[stage])} · {filters.short_moment(getattr(found, f'{stage}_at'))}" if kept else ""
        for one in json.loads(kept or "[]"):
            entry = texts.get(one["code"])
            text = registry_rules.sentence(reason_of(one), language) if entry else one["code"]
            shape, word = EFFECTS[one["effect"]]
            before = merged.get((one["effect"], text))
            rights = {*(before.rights if before else ()), one["right"]}
            merged[one["effect"], text] = Finding(
                (shape, gettext(word)), text, when, citations.rule(one["rule"], language), tuple(sorted(rights))
            )
    whole = len(items)
    lines = [replace(line, rights=()) if len(line.rights) == whole else line for line in merged.values()]
    return [*silent(found, items), *lines, *to_come(found)]


def silent(found: Any, items: Sequence[Any]) -> list[Finding]:
    """What the last gate asked and found nothing against: a gate says only what there is to say."""
    stage = next((one for one in reversed(STAGES) if getattr(found, f"{one}_findings")), None)
    if stage is None:
        return []
    codes = {one["code"] for one in json.loads(getattr(found, f"{stage}_findings"))}
    when = f"{gettext(STAGES[stage])} · {filters.short_moment(getattr(found, f'{stage}_at'))}"
    yes = ("go", gettext("Yes"))
    lines = [
        (yes, gettext(text), rule, ())
        for heads, text, rule in SILENT
        if not any(one.startswith(heads) for one in codes)
    ]
    said = [*in_force(found, stage, items), *seller_holds(found, codes, items), *lines]
    language = "zh" if filters.is_chinese() else "en"
    return [Finding(state, text, when, citations.rule(rule, language), rights) for state, text, rule, rights in said]


def in_force(found: Any, stage: str, items: Sequence[Any]) -> list[Line]:
    """In force, or not known to be: fees that nobody knows as paid may have ended the right (细则 115)."""
    kept = json.loads(getattr(found, f"{stage}_findings"))
    if any(one["code"].startswith(("ended_", "application_", "is_an_")) for one in kept):
        return []
    day = beijing_day(getattr(found, f"{stage}_at"))
    first = {one["right"]: int(one["facts"]["year"]) for one in kept if one["code"] == "fees_unconfirmed"}
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


def to_come(found: Any) -> list[Finding]:
    """The gates that still lie ahead, each with its time."""
    if found.state in listing_rules.OVER:
        return []
    again, language = gettext("Everything above, once more"), "zh" if filters.is_chinese() else "en"
    lines = []
    if not found.close_findings and found.closes_at and found.announced_at:
        when = f"{gettext(STAGES['close'])} · {filters.short_moment(found.closes_at)}"
        lines.append(Finding(("off", gettext("To come")), again, when, citations.rule("B9", language), ()))
    if found.announced_at:
        abroad = gettext("Everything once more; a buyer from abroad shows the export papers first")
        then = gettext("after the sale")
        when = f"{gettext(STAGES['settle'])} · {then}"
        lines.append(Finding(("off", gettext("To come")), abroad, when, citations.rule("专利法 第十条", language), ()))
    return lines


def reason_of(kept: dict[str, Any]) -> registry_rules.Reason:
    """A ground as a gate kept it; a fact that an older gate lacks shows as a dash."""
    facts: dict[str, Any] = {**dict.fromkeys(registry_rules.facts_in(kept["code"])), **kept["facts"]}
    return registry_rules.Reason(kept["code"], registry_rules.Effect(kept["effect"]), kept["rule"], facts)
