"""The one question for everyone: is this right free to be sold, licensed or pledged on this day, and if not, why.

Every ground is a named check that returns reasons; each reason has a code, an effect, a rule and facts, and two
sentences in reasons.yaml. Sources: RULEBOOK B9, K1 to K6, N5 to N9, N17, P1, P7, O1 to O4; EXCHANGE E26 to E33.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from zhirong.base import shown, yaml_text
from zhirong.base.refused import Refused
from zhirong.registry import labels
from zhirong.registry.engine import dated, fees, states, terms
from zhirong.registry.engine.facts import (
    LICENSES,
    Act,
    Export,
    Holder,
    Kind,
    LicenceKind,
    Report,
    RightFacts,
    Scope,
    lasts,
)


class Effect(StrEnum):
    """What a reason does: it supports the act, forbids it, or must be shown to the other side."""

    ALLOWED = "allowed"
    BLOCKED = "blocked"
    DISCLOSE = "disclose"


@dataclass(frozen=True, slots=True)
class Reason:
    """One ground with the rule it stands on; its sentences are in reasons.yaml under the code."""

    code: str
    effect: Effect
    rule: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Freedom:
    """The answer: allowed unless a reason blocks, with every reason found."""

    act: Act
    day: date
    reasons: tuple[Reason, ...]

    @property
    def allowed(self) -> bool:
        """No reason blocks the act."""
        return not self.blocking

    @property
    def blocking(self) -> tuple[Reason, ...]:
        """The reasons that forbid the act."""
        return tuple(reason for reason in self.reasons if reason.effect is Effect.BLOCKED)

    @property
    def to_disclose(self) -> tuple[Reason, ...]:
        """What a listing must tell intending buyers (B9)."""
        return tuple(reason for reason in self.reasons if reason.effect is Effect.DISCLOSE)


@dataclass(frozen=True, slots=True)
class Deal:
    """What is known of the deal in view: `by` (refs or names) asks and so consents, `to` takes."""

    by: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    scope: Scope | None = None
    debt_ends_on: date | None = None
    is_abroad: bool = False
    has_export_document: bool = False
    has_project_approval: bool = False
    went_on_knowing: bool = False
    lacks_contract_items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """The question put: which act, on which day, in which deal, and how the right stands on that day."""

    act: Act
    day: date
    deal: Deal
    standing: states.Standing


PLAIN_DEAL = Deal()
Ground = Callable[[RightFacts, Asked], Iterator[Reason]]


def free_to(act: Act, facts: RightFacts, day: date, *, deal: Deal = PLAIN_DEAL) -> Freedom:
    """Whether the right is free for the act on the day, with every reason for and against."""
    asked = Asked(act, day, deal, states.standing(facts, day))
    reasons = tuple(_ended(facts, asked)) or tuple(reason for ground in GROUNDS for reason in ground(facts, asked))
    return Freedom(act, day, reasons)


@cache
def reason_texts() -> dict[str, dict[str, Any]]:
    """The catalogue of reasons: code -> zh, en, rule, effect."""
    texts: dict[str, dict[str, Any]] = yaml_text.parse((Path(__file__).parent / "reasons.yaml").read_text("utf-8"))
    return texts


def sentence(reason: Reason, language: str) -> str:
    """The reason as people read it, in Chinese or English."""
    text: str = reason_texts()[reason.code]["zh" if shown.is_chinese(language) else "en"]
    return text.format(**{name: shown.fact(name, value, language) for name, value in reason.facts.items()})


@cache
def facts_in(code: str) -> tuple[str, ...]:
    """The names of the facts that the sentences of a reason use."""
    return tuple(re.findall(r"\{(\w+)\}", reason_texts()[code]["zh"]))


def reason_named(code: str, **facts: Any) -> Reason:
    """Effect and rule stand once, in reasons.yaml, beside the sentences."""
    entry = reason_texts()[code]
    return Reason(code, Effect(entry["effect"]), entry["rule"], facts)


def _ended(facts: RightFacts, asked: Asked) -> Iterator[Reason]:
    """Nothing can be done with a right that is no more (民法典 第八百六十五条, N5, N6, P7.2, E29)."""
    if asked.standing.has_ended:
        yield reason_named(f"ended_{asked.standing.state}", since=asked.standing.since)


def _not_granted(facts: RightFacts, asked: Asked) -> Iterator[Reason]:
    """The right to a patent may be transferred before grant (专利法 第十条), but not pledged or opened (P7.3, O2)."""
    if asked.standing.state not in states.APPLICATIONS:
        return
    if asked.act in {Act.PLEDGE, Act.OPEN_LICENCE}:
        yield reason_named("application_not_granted")
    else:
        yield reason_named("is_an_application", filed_on=facts.filed_on)


def _term(facts: RightFacts, asked: Asked) -> Iterator[Reason]:
    """A licence or a debt may not outlive the patent (N9, P7.6)."""
    if facts.granted_on is None:
        return
    if not terms.is_known(facts):
        yield reason_named("term_not_known")
        return
    last_day = terms.term_last_day(facts)
    if asked.act is Act.PLEDGE and asked.deal.debt_ends_on and asked.deal.debt_ends_on > last_day:
        yield reason_named("debt_outlives_term", debt_ends_on=asked.deal.debt_ends_on, term_ends_on=last_day)
    licence_ends_on = asked.deal.scope.until if asked.deal.scope else None
    if asked.act in LICENSES | {Act.OPEN_LICENCE} and licence_ends_on and licence_ends_on > last_day:
        yield reason_named("licence_outlives_term", licence_ends_on=licence_ends_on, term_ends_on=last_day)


def _fees(facts: RightFacts, asked: Asked) -> Iterator[Reason]:
    """Fees paid: for sale (B9), for a licence's recordation (N9), for a pledge (P7.4), for an open licence (O3)."""
    paying = asked.standing.fees
    if paying is fees.Standing.NOT_DUE or facts.filed_on is None:
        return
    year = fees.paid_through(facts) + 1
    is_last = year > terms.term_years(facts.kind, facts.filed_on)
    if paying in {fees.Standing.IN_GRACE, fees.Standing.UNPAID}:
        yield reason_named("fee_in_grace", year=year, grace_ends_on=fees.grace_ends_on(facts.filed_on, year))
    elif paying is fees.Standing.UNCONFIRMED:
        yield reason_named("fees_unconfirmed", year=year, due_on=fees.due_on(facts.filed_on, year))
    elif not is_last and fees.due_on(facts.filed_on, year) - asked.day <= _warning(asked.day):
        yield reason_named("fee_due_soon", year=year, due_on=fees.due_on(facts.filed_on, year))
    else:
        yield reason_named("fees_paid", year=year - 1)


def _holder(facts: RightFacts, asked: Asked) -> Iterator[Reason]:
    """Only the registered holder may act (B9, P7.1), and the house must know who that is."""
    if not facts.holders:
        yield reason_named("holder_not_known")
    if facts.contested_by:
        yield reason_named("holder_contested", names=facts.contested_by)
    holds_already = bool(facts.holders) and all(one.party and one.party in asked.deal.to for one in facts.holders)
    if asked.act is Act.SELL and holds_already:
        yield reason_named("already_with_the_buyer", names=tuple(holder.name for holder in facts.holders))
        return
    unclaimed = [holder.name for holder in facts.holders if not holder.party]
    if unclaimed:
        yield reason_named("holder_unclaimed", names=tuple(unclaimed))
    strangers = [by for by in asked.deal.by if not any(by in (holder.party, holder.name) for holder in facts.holders)]
    if strangers and not unclaimed:
        yield reason_named("not_the_holder", names=tuple(holder.name for holder in facts.holders))


def _co_owners(facts: RightFacts, asked: Asked) -> Iterator[Reason]:
    """Each co-owner may grant plain licences alone; all else needs all of them (专利法 第十四条, N8, E26)."""
    if len(facts.holders) < 2:
        return
    if facts.co_owners_agreed_otherwise:
        yield reason_named("co_owners_agreed_otherwise")
        return
    if asked.act is Act.LICENSE_PLAIN:
        yield reason_named("co_owner_may_license_plainly")
        return
    missing = [holder.name for holder in facts.holders if not _consents(facts, holder, asked)]
    if missing:
        yield reason_named("co_owner_not_consented", names=tuple(missing))
    else:
        yield reason_named("co_owners_consented")


def _suspended(facts: RightFacts, asked: Asked) -> Iterator[Reason]:
    """While a dispute of ownership or a court's order lasts, nothing moves (细则 第一百零五条, N17, P7.5, O3)."""
    for one in facts.suspensions:
        if states.suspension_lasts(one.since, one.until, asked.day):
            yield reason_named("suspended", since=one.since)
    for seizure in facts.seizures:
        if lasts(seizure.since, seizure.until, asked.day):
            yield reason_named("seized", by=seizure.by, since=seizure.since)


def _pledged(facts: RightFacts, asked: Asked) -> Iterator[Reason]:
    """A pledged right moves only with the pledgee, and the price goes first to the debt (民法典 444, P1, E27)."""
    for pledge in facts.pledges:
        if not lasts(pledge.since, pledge.until, asked.day):
            continue
        if asked.act is Act.PLEDGE:
            yield reason_named("already_pledged", pledgee=pledge.pledgee, since=pledge.since)
        elif _signed(facts, {pledge.pledgee, pledge.party}, asked):
            yield reason_named("pledgee_consented", pledgee=pledge.pledgee)
        else:
            yield reason_named("pledgee_not_consented", pledgee=pledge.pledgee, since=pledge.since)


def _licences(facts: RightFacts, asked: Asked) -> Iterator[Reason]:
    """Licences bind the buyer and are disclosed (B9); exclusive ones conflict by time, place and field (E31)."""
    wanted = asked.deal.scope or Scope(since=asked.day)
    for given in facts.licences:
        if given.scope.until is not None and given.scope.until < asked.day:
            continue
        told = {
            "licensee": given.licensee,
            "kind": labels.of("licence", given.kind),
            "until": given.scope.until,
        }
        excludes = given.kind in {LicenceKind.EXCLUSIVE, LicenceKind.SOLE}
        if asked.act is Act.OPEN_LICENCE and excludes:
            yield reason_named("exclusive_bars_open_licence", **told)
        elif asked.act in LICENSES and (excludes or asked.act is not Act.LICENSE_PLAIN) and wanted.meets(given.scope):
            yield reason_named("licence_conflicts", **told)
        else:
            yield reason_named("licensed", **told)


def _open_licence(facts: RightFacts, asked: Asked) -> Iterator[Reason]:
    """While the declaration stands no exclusive or sole licence may be granted (专利法 第五十一条, O4, E30)."""
    for declared in facts.open_licences:
        if not lasts(declared.since, declared.until, asked.day):
            continue
        if asked.act in {Act.LICENSE_EXCLUSIVE, Act.LICENSE_SOLE}:
            yield reason_named("open_licence_bars_exclusive", since=declared.since)
        elif asked.act is Act.OPEN_LICENCE:
            yield reason_named("open_licence_stands", since=declared.since)
        else:
            yield reason_named("open_licence_to_disclose", since=declared.since)


def _validity(facts: RightFacts, asked: Asked) -> Iterator[Reason]:
    """Attacks on the patent: a pledge needs both sides to go on knowing of them (P7.10, P7.11), others disclosure."""
    overlays = asked.standing.overlays
    attacked = states.Overlay.INVALIDATION_ASKED in overlays
    if attacked:
        yield reason_named(_known("invalidation_asked", asked))
    if facts.has_same_day_application and facts.kind is Kind.UTILITY_MODEL:
        yield reason_named(_known("same_day_application", asked))
    if states.Overlay.PARTLY_INVALID in overlays:
        yield reason_named("partly_invalid")
    if asked.act is Act.OPEN_LICENCE and facts.kind in {Kind.UTILITY_MODEL, Kind.DESIGN}:
        yield from _report(facts)


def _report(facts: RightFacts) -> Iterator[Reason]:
    """A utility model or design is opened only on a good evaluation report (专利法 第五十条, O1, O3)."""
    if facts.report is Report.NONE:
        yield reason_named("report_missing")
    elif facts.report is Report.BAD:
        yield reason_named("report_bad")


def _abroad(facts: RightFacts, asked: Asked) -> Iterator[Reason]:
    """A foreign buyer or licensee needs the papers of export (专利法 第十条, 技术进出口管理条例, K1, K5, K6, E33)."""
    if not asked.deal.is_abroad or asked.act in {Act.PLEDGE, Act.OPEN_LICENCE}:
        return
    if facts.export is Export.PROHIBITED:
        yield reason_named("export_prohibited")
    elif not asked.deal.has_export_document:
        yield reason_named("export_licence_missing" if facts.export is Export.RESTRICTED else "export_document_missing")
    else:
        yield reason_named("export_document_shown")
    if (
        facts.is_publicly_funded
        and asked.act in {Act.SELL, Act.LICENSE_EXCLUSIVE}
        and not asked.deal.has_project_approval
    ):
        yield reason_named("project_approval_missing")


def _contract(facts: RightFacts, asked: Asked) -> Iterator[Reason]:
    """A pledge contract must hold the five items of article 8 (P4, P7.7)."""
    if asked.act is Act.PLEDGE and asked.deal.lacks_contract_items:
        yield reason_named("contract_incomplete", items=tuple(asked.deal.lacks_contract_items))


GROUNDS: tuple[Ground, ...] = (
    _not_granted,
    _term,
    _fees,
    _holder,
    _co_owners,
    _suspended,
    _pledged,
    _licences,
    _open_licence,
    _validity,
    _abroad,
    _contract,
)


def _warning(day: date) -> timedelta:
    return timedelta(days=dated.on("fee_warning_days", day).value)


def _consents(facts: RightFacts, holder: Holder, asked: Asked) -> bool:
    names = {holder.name, holder.party} - {""}
    if names & set(asked.deal.by):
        return True
    return _signed(facts, names, asked)


def _signed(facts: RightFacts, names: set[str], asked: Asked) -> bool:
    """Whether one of these, by ref or by name, gave a paper for the act."""
    return any(paper.by in names - {""} and paper.covers(asked.act, asked.day) for paper in facts.consents)


def _known(code: str, asked: Asked) -> str:
    return f"{code}_not_declared" if asked.act is Act.PLEDGE and not asked.deal.went_on_knowing else code


def must_give_reason(text: str) -> str:
    """Whoever is decided against reads why; the reason without blanks around it."""
    if not text.strip():
        raise Refused("registry.reason_missing")
    return text.strip()
