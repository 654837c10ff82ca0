"""What stands on an appraisal's report, from its rows and the register as it was on the day it was issued (V10)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.conf import settings

from zhirong.base.calendar import beijing_day
from zhirong.papers.appraisal_facts import (
    AppraisedRight,
    EvidenceLine,
    MethodLine,
    Report,
    Signature,
)
from zhirong.papers.facts import Both, House, RightLine, Side
from zhirong.people.models import Party, Person
from zhirong.registry import labels as registry_labels
from zhirong.registry import queries
from zhirong.registry.engine import states
from zhirong.registry.engine.facts import LicenceKind, RightFacts, lasts
from zhirong.registry.models import Claim, Holding, Right
from zhirong.valuation import known, labels, rules, standing, terms, told
from zhirong.valuation.models import Appraisal
from zhirong.valuation.told import both

HOUSE = House(name=Both("福田区知识产权运营中心", "Futian District IP Operations Centre"))
LAWS = (
    Both("《中华人民共和国资产评估法》", "Asset Appraisal Law of the People's Republic of China"),
    Both("《资产评估执业准则——知识产权》", "Asset appraisal practice standard: intellectual property"),
    Both("《专利评估指引》（GB/T 42748-2023）", "GB/T 42748-2023, Guidelines for patent evaluation"),
    Both("《中华人民共和国专利法》及其实施细则", "Patent Law and its Implementing Rules"),
    Both("平台的权利登记、成交记录与带日期和出处的参数", "the platform's register, its deals, and its dated figures"),
)


def of_appraisal(row: Appraisal) -> Report:
    """The report of an issued appraisal; the same rows give the same report."""
    assert row.issued_at is not None
    assert row.valuer is not None
    concluded = standing.concluded_of(row)
    assert concluded is not None, "an issued appraisal has a conclusion"
    day = beijing_day(row.issued_at)
    rights = [one.right for one in row.rights.select_related("right").order_by("position")]
    figures = concluded.figures
    return Report(
        house=HOUSE,
        number=row.number,
        issued_at=row.issued_at,
        valuer=side(row.valuer),
        client=side(row.client),
        standing=_standing_of(row.client, rights),
        use=row.use,
        purpose=both("purpose", row.purpose),
        value_type=both("value_type", row.value_type),
        value_date=row.value_date,
        rights=tuple(appraised(right, facts, day) for right, facts in _facts(rights, day)),
        scope=concluded.scope,
        basis=LAWS,
        methods=tuple(_method(one) for one in standing.held_of(row)),
        single_method_reason=concluded.single_method_reason,
        process=concluded.process,
        assumptions=concluded.assumptions,
        low_fen=figures.low_fen,
        likely_fen=figures.likely_fen,
        high_fen=figures.high_fen,
        conclusion=concluded.reason,
        special_matters=concluded.special_matters,
        outside_reason=concluded.outside_reason,
        usable_until=standing.usable_until(row),
        archive_years=terms.on("archive_years", day),
        papers=tuple(
            EvidenceLine(title=one.title, sha256=one.file.sha256)
            for one in row.evidence.select_related("file").order_by("pk")
        ),
        signatures=tuple(_signatures(row)),
        payload_hash=row.payload_hash,
        is_demo=settings.DEMO,
    )


def side(party: Party) -> Side:
    """A party as it stands on a paper."""
    return Side(name=party.name, code=party.code or "", address=party.address, country=party.country)


def right_line(right: Right) -> RightLine:
    """A right as it stands on a paper."""
    kind = registry_labels.of("kind", right.kind)
    return RightLine(
        title=right.title,
        title_en=right.title_en,
        kind=Both(kind["zh"], kind["en"]),
        number=right.number,
        publication_number=right.publication_number,
        filed_on=right.filed_on,
        granted_on=right.granted_on,
    )


def _facts(rights: list[Right], day: date) -> Iterable[tuple[Right, RightFacts]]:
    return zip(rights, queries.facts_of_many(rights, day), strict=True)


def _standing_of(client: Party, rights: list[Right]) -> Both:
    """Whether the client is the holder; one that is not is named as what it is (V10)."""
    if known.holds_all(client, rights):
        return Both("权利人", "the holder of the rights")
    if known.holds_any(client, rights):
        return Both("部分权利的权利人", "the holder of some of the rights")
    return Both("非权利人", "not a holder of the rights")


def appraised(right: Right, facts: RightFacts, day: date) -> AppraisedRight:
    """A right with what the platform's record says of it on the day."""
    found = states.standing(facts, day)
    return AppraisedRight(
        line=right_line(right),
        state=registry_name("state", str(found.state)),
        fees=both("fees", str(found.fees)),
        holders=tuple(_holder(one) for one in queries.holdings_on(right, day)),
        burdens=tuple(_burdens(facts, day)),
        licences=tuple(_licences(facts, day)),
    )


def registry_name(group: str, code: str) -> Both:
    names = registry_labels.of(group, code)
    return Both(names["zh"], names["en"])


def _holder(holding: Holding) -> Both:
    """Who holds which share, and how sure that is: proven, claimed, contested, or only as the register names it."""
    waits = Claim.objects.filter(holding=holding, state="waiting").exists()
    state = "contested" if holding.contested_at else "proven" if holding.party else "waiting" if waits else "unclaimed"
    names = labels.of("claim", state)
    shown = holding.party.name if holding.party else holding.name
    share = "" if holding.share_ppm == rules.WHOLE_PPM else f" {percent(holding.share_ppm)}"
    return Both(f"{shown}{share}（{names['zh']}）", f"{shown}{share} ({names['en']})")


def percent(ppm: int) -> str:
    """Millionths as per cent with at most two decimals, cut."""
    whole, rest = divmod(ppm // 100, 100)
    return f"{whole}.{rest:02d}%" if rest else f"{whole}%"


def _burdens(facts: RightFacts, day: date) -> Iterable[Both]:
    for pledge in facts.pledges:
        if lasts(pledge.since, pledge.until, day):
            yield _weight("pledge", pledge.pledgee, pledge.since)
    for seizure in facts.seizures:
        if lasts(seizure.since, seizure.until, day):
            yield _weight("seizure", seizure.by, seizure.since)
    for one in facts.suspensions:
        if states.suspension_lasts(one.since, one.until, day):
            yield _weight("suspension", "", one.since)
    for asked in facts.invalidation_asked_on:
        yield _weight("invalidation", "", asked)


def _weight(kind: str, name: str, since: date) -> Both:
    names = registry_labels.of("weight", kind)
    who = f" {name}" if name else ""
    return Both(f"{names['zh']}{who}（自 {since.isoformat()}）", f"{names['en']}{who} (since {since.isoformat()})")


def _licences(facts: RightFacts, day: date) -> Iterable[Both]:
    for one in facts.licences:
        if lasts(one.scope.since, one.scope.until, day):
            names = registry_labels.of("licence", str(LicenceKind(one.kind)))
            yield Both(f"{names['zh']} {one.licensee}", f"{names['en']} licence, {one.licensee}")
    for two in facts.open_licences:
        if lasts(two.since, two.until, day):
            yield _weight("open_licence", "", two.since)


def _method(held: rules.Held) -> MethodLine:
    computed = rules.computed_figures(held.computed)
    said: Any = held.computed or {}
    return MethodLine(
        name=both("method", held.method),
        approach=both("approach", held.approach),
        low_fen=held.figures.low_fen,
        likely_fen=held.figures.likely_fen,
        high_fen=held.figures.high_fen,
        weight=percent(held.weight_ppm),
        reason=held.reason,
        override_reason=held.override_reason if computed else "",
        computed_likely_fen=computed.likely_fen if computed else None,
        engine=f"{said['method']} {said['version']}" if said else "",
        parameters_sha256=str(said.get("parameters_sha256", "")),
        inputs=tuple(told.line(told.read(one)) for one in said.get("inputs", ())),
    )


def _signatures(row: Appraisal) -> Iterable[Signature]:
    signed: list[tuple[str, Person | None, Any]] = [
        ("first", row.first_signer, row.first_signed_at),
        ("review", row.reviewer, row.reviewed_at),
        ("second", row.second_signer, row.issued_at),
    ]
    for role, person, at in signed:
        if person is not None and at is not None:
            yield Signature(role=both("signature", role), name=person.name, at=at)
