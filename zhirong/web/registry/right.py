"""/rights/12: what a right is and what can be done with it today, fees, burdens, entries, listings, versions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import BigIntegerField, CharField, Q, Value
from django.db.models.functions import Cast
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from zhirong.base import citations, numbers
from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.exchange import holds
from zhirong.exchange.models import ListingItem
from zhirong.people import access
from zhirong.people.rules import Standing
from zhirong.record import actions as record
from zhirong.registry import basis, queries, rules
from zhirong.registry.engine import fees, states, terms
from zhirong.registry.engine.facts import PATENTS, Act, Kind, RightFacts, lasts
from zhirong.registry.models import Claim, Right, RightVersion
from zhirong.registry.records import RightRecord
from zhirong.web import filters, pages
from zhirong.web.exchange import words as exchange_words
from zhirong.web.registry import rights, words


@dataclass(frozen=True)
class Ground:
    """What bears on acts today, said once with the acts that it bears on: its shape and word, sentence and law."""

    state: tuple[str, str]
    sentence: str
    law: str
    acts: str


@dataclass(frozen=True)
class Burden:
    """Something that weighs or weighed on the right."""

    what: str
    who: str
    number: str
    since: date
    until: date | None
    lasts: bool


@dataclass(frozen=True)
class Past:
    """What happened to the right here: versions, listings, one's own claims."""

    versions: list[dict[str, Any]]
    listings: list[dict[str, Any]]
    claims: list[dict[str, Any]]


def right_or_404(request: HttpRequest, right_id: int) -> Right:
    """A right that this visitor may see."""
    found = rights.shown_to(pages.standing_of(request)).filter(pk=right_id).first()
    if found is None:
        raise Http404
    return found


@require_safe
def right_page(request: HttpRequest, right_id: int) -> HttpResponse:
    """/rights/12"""
    right = right_or_404(request, right_id)
    day = beijing_day(record.now())
    facts, said = queries.facts_of_read([right], day)[0], queries.record_of(right)
    standing = states.standing(facts, day)
    is_mine = bool(right.is_mine)  # type: ignore[attr-defined]
    rows, grounds = answers(facts, day, live=live_of(right))
    before = past(right, pages.standing_of(request))
    waits = sum(one["name"] == "waiting" for one in before.claims)
    return pages.page(
        request,
        "registry/right.html",
        here="rights",
        crumbs=[(gettext("Rights"), reverse("rights")), (right.number, None)],
        right=right,
        title=filters.title(right),
        day=day,
        kind=words.label("kind", right.kind),
        state=words.state(standing),
        since=standing.since,
        overlays=words.overlays(standing),
        listed=listed(right),
        facts=fact_rows(right, facts, said, day=day),
        holders=facts.holders,
        answers=rows,
        grounds=grounds,
        unknown=unknown_note(facts, day),
        looked_at=basis.looked_at(right),
        fees=fee_rows(facts, day),
        burdens=burdens(facts, day),
        entries=entry_rows(facts),
        past=before,
        is_mine=is_mine,
        contested_by=filters.listed(facts.contested_by),
        can_decide=bool(facts.contested_by) and access.could(pages.standing_of(request), "registry.decide_contest"),
        claim_waits=waits > 0,
        can_claim=sum(not one.party for one in facts.holders) > waits
        and access.could(pages.standing_of(request), "registry.claim_right"),
        can_list=is_mine and access.could(pages.standing_of(request), "exchange.list"),
        can_convey=access.could(pages.standing_of(request), "registry.enter_transfer"),
        can_look=access.could(pages.standing_of(request), "people.see_cases"),
        can_pay=facts.is_patent and (is_mine or access.may(pages.standing_of(request), "registry.confirm_fees")),
    )


def live_of(right: Right) -> holds.Live | None:
    """The live listing that came with the right's row."""
    number, state = right.live_number, right.live_state  # type: ignore[attr-defined]
    return holds.Live(number, state) if number else None


def listed(right: Right) -> tuple[str, str, str] | None:
    """Shape, word and number of the listing in which the right stands now."""
    live = live_of(right)
    if live is None:
        return None
    shape, word = exchange_words.LISTING[live.state]
    return shape, gettext(word), live.number


def fact_rows(right: Right, facts: RightFacts, said: RightRecord, *, day: date) -> list[tuple[str, str]]:
    """What the register says, label by label; what it does not say is left out."""
    rows: list[tuple[str, Any]] = [
        (gettext("Patent number"), patent_number(right, facts)),
        (gettext("Publication number"), right.publication_number),
        (gettext("Inventors"), filters.listed(said.inventors)),
        (gettext("Filed on"), facts.filed_on),
        (gettext("Published on"), facts.published_on),
        (gettext("Granted on"), facts.granted_on),
        (gettext("Expires on"), expiry(facts, day)),
        (gettext("Classes"), "　".join(said.ipc)),
        (gettext("Claims of the patent"), claims(said)),
        (gettext("Priority"), ("；" if filters.is_chinese() else "; ").join(said.priorities)),
        (gettext("Agency"), said.agency),
    ]
    return [(label, str(value)) for label, value in rows if value]


def claims(said: RightRecord) -> str:
    """How many claims the office's file prints, and how many of them stand alone."""
    if not said.more.get("claims"):
        return ""
    told = {"claims": said.more["claims"], "alone": said.more.get("independent_claims", "0")}
    return gettext("%(claims)s, of which %(alone)s refer to no other") % told


def patent_number(right: Right, facts: RightFacts) -> str:
    """ZL and the number, once granted (N10)."""
    if facts.granted_on is None or Kind(right.kind) not in PATENTS:
        return ""
    try:
        return numbers.read_patent_number(right.number).patent_shown
    except Refused:
        return ""


def expiry(facts: RightFacts, day: date) -> str:
    """The last day of the term and what is left of it in years and tenths."""
    try:
        last = terms.term_last_day(facts)
    except Refused:
        return ""
    tenths = max(0, (last - day).days * 10 // 365)
    left = gettext("%(years)s years left") % {"years": f"{tenths // 10}.{tenths % 10}"}
    return f"{last.isoformat()} · {left}" if tenths else last.isoformat()


def answers(
    facts: RightFacts, day: date, *, live: holds.Live | None = None
) -> tuple[list[tuple[str, tuple[str, str]]], list[Ground]]:
    """Each act with its answer; then what bears on them, each ground once with its acts and its law."""
    language = "zh" if filters.is_chinese() else "en"
    unknown = basis.unknown_years(facts, day) is not None
    rows, bears_on = [], dict[tuple[bool, str, str], list[str]]()
    for act in Act:
        freedom, word = holds.free_to(act, facts, day, live=live), words.label("act", act)
        rows.append((word, verdict(freedom.allowed, is_unknown=unknown)))
        for reason in freedom.reasons:
            law = citations.rule(reason.rule, language)
            said = reason in freedom.blocking, rules.sentence(reason, language), law
            bears_on.setdefault(said, []).append(word)
    return rows, [ground(*said, acts=acts) for said, acts in sorted(bears_on.items(), key=lambda one: not one[0][0])]


def ground(is_blocking: bool, sentence: str, law: str, *, acts: list[str]) -> Ground:
    """A ground as the page shows it; one that bears on every act names none of them."""
    state = ("no", gettext("Blocks")) if is_blocking else ("half", gettext("To know"))
    named = list(dict.fromkeys(acts))
    return Ground(state, sentence, law, gettext("Every act") if len(named) == len(Act) else filters.listed(named))


def verdict(is_allowed: bool, *, is_unknown: bool) -> tuple[str, str]:
    """Shape and word; a yes is not plain while nobody knows whether the fees were paid (细则 115)."""
    if not is_allowed:
        return "no", gettext("No")
    return ("half", gettext("Yes, with what is not known")) if is_unknown else ("go", gettext("Yes"))


def unknown_note(facts: RightFacts, day: date) -> str:
    """Which years nobody knows as paid, and what that may mean."""
    found = basis.unknown_years(facts, day)
    if found is None:
        return ""
    return gettext(
        "Not known: the fees of patent years %(years)s. If one stayed unpaid for six months, the right ended as of "
        "its due date; look at the office's register before any act."
    ) % {"years": words.years(*found)}


def fee_rows(facts: RightFacts, day: date) -> list[tuple[fees.FeeYear, str, str, str, int]]:
    """Every fee with when it was paid, its state as shape and word, and the surcharge on the day, apart (N22)."""
    paid_on = {payment.year: payment.on for payment in (*facts.fees.reported, *facts.fees.payments)}
    reported = {payment.year for payment in facts.fees.reported}
    rows: list[tuple[fees.FeeYear, str, str, str, int]] = []
    for one in fees.fee_table(facts, day):
        if one.is_paid:
            shape, word = "go", gettext("Paid")
        elif one.year in reported:
            shape, word = "wait", gettext("Reported, waits for the operator")
        elif facts.granted_on is None:
            # Annual fees begin with the grant (细则 第一百一十四条).
            shape, word = "off", gettext("Not due yet")
        elif one.due_on >= day:
            is_next = not rows or rows[-1][2] == "go"
            shape, word = ("wait", gettext("Due next")) if is_next else ("off", gettext("Not due yet"))
        elif not one.is_known:
            shape, word = "half", words.unknown_fee(one, day)
        elif one.grace_ends_on >= day:
            shape, word = "no", gettext("Overdue, surcharge %(percent)s%%") % {"percent": one.surcharge_percent}
        else:
            shape, word = "no", gettext("Not paid")
        paid = paid_on[one.year].isoformat() if one.year in paid_on else "–"
        rows.append((one, paid, shape, word, words.surcharge_fen(one, day) if one.is_known else 0))
    return rows


def burdens(facts: RightFacts, day: date) -> list[Burden]:
    """Pledges, seizures, suspensions and licences, those that last first."""
    rows: list[tuple[str, str, str, date, date | None]] = [
        *((words.label("weight", "pledge"), one.pledgee, one.number, one.since, one.until) for one in facts.pledges),
        *((words.label("weight", "seizure"), one.by, one.number, one.since, one.until) for one in facts.seizures),
        *((words.label("weight", "suspension"), "", "", one.since, one.until) for one in facts.suspensions),
        *(
            (words.label("act", one.kind), one.licensee, one.number, one.scope.since, one.scope.until)
            for one in facts.licences
        ),
        *((words.label("weight", "open_licence"), "", "", one.since, one.until) for one in facts.open_licences),
        *((words.label("weight", "invalidation"), "", "", since, None) for since in facts.invalidation_asked_on),
    ]
    found = [Burden(*row, lasts(row[3], row[4], day)) for row in rows]
    return sorted(found, key=lambda one: (not one.lasts, one.since))


def entry_rows(facts: RightFacts) -> list[tuple[str, str, str]]:
    """The register's entries, newest first."""
    newest = sorted(facts.entries, key=lambda one: one.on, reverse=True)
    return [
        (
            one.on.isoformat(),
            one.on.isoformat(),
            words.label("entry", one.kind) + (f"{gettext(': ')}{words.ending(one.ending)}" if one.ending else ""),
        )
        for one in newest
    ]


def past(right: Right, standing: Standing | None) -> Past:
    """Versions, listings and one's claims in a single query."""
    parties = standing.parties if standing else frozenset()
    seen = Q(batch__isnull=True) | Q(batch__visible_at__isnull=False)
    versions = RightVersion.objects.filter(seen, right=right).values_list(
        Value("version", CharField()),
        "put_at",
        "source",
        Value("", CharField()),
        Cast("version", BigIntegerField()),
        Value("", CharField()),
    )
    items = ListingItem.objects.filter(right=right, listing__announced_at__isnull=False).values_list(
        Value("listing", CharField()),
        "listing__announced_at",
        "listing__number",
        "listing__state",
        "listing__asking_fen",
        Value("", CharField()),
    )
    claims = Claim.objects.filter(right=right, party__in=parties).values_list(
        Value("claim", CharField()),
        "asked_at",
        "state",
        Cast("party__name", CharField()),
        Cast("pk", BigIntegerField()),
        Cast("reason", CharField()),
    )
    rows = [
        dict(zip(("what", "at", "name", "state", "figure", "reason"), row, strict=True))
        for row in versions.union(items, claims)
    ]
    by_time = sorted(rows, key=lambda row: row["at"], reverse=True)
    return Past(*(told(by_time, what) for what in ("version", "listing", "claim")))


def told(rows: Iterable[dict[str, Any]], what: str) -> list[dict[str, Any]]:
    """The rows of one kind in words."""
    found = [dict(row) for row in rows if row["what"] == what]
    for row in found:
        if what == "version":
            row["name"] = words.source(row["name"])
        elif what == "listing":
            row["shape"], word = exchange_words.LISTING[row["state"]]
            row["word"] = gettext(word)
        else:
            row["word"] = words.label("claim", row["name"])
    return found
