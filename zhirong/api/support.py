"""What an enterprise can have: every measure decided with its file, what-ifs, goals, the guided check, feeds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from ninja import Query, Router
from pydantic import BaseModel, ConfigDict, Field

from zhirong.api import calling, paging, problems, shapes
from zhirong.base.calendar import beijing_day, end_of_day
from zhirong.base.refused import Refused
from zhirong.enterprises import consented
from zhirong.enterprises.file import Known
from zhirong.people.models import Party
from zhirong.policy import deciding, kept, supporting, telling, telling_mine, telling_support
from zhirong.policy.actions import support as deeds
from zhirong.policy.engine import facts, goal, guided, what_if
from zhirong.policy.engine.values import yuan
from zhirong.policy.engine.what_if import Change
from zhirong.policy.followed import CalendarFeed, KeptDecision
from zhirong.record import actions as record

router = Router(tags=["policy"])
Json = dict[str, Any]
Name = Annotated[str, Field(max_length=100, pattern=r"^[a-z0-9_-]*$", examples=["cn-sz-futian-ip-pledge"])]
Thing = Annotated[str, Field(max_length=80, pattern=shapes.NO_NUL, examples=["loan:2022-01"])]
FACTS = (
    "policy.fact_unknown", "policy.fact_misfit", "policy.fact_out_of_band", "policy.facts_contradict",
    "policy.no_such_day", "policy.number_unreadable", "policy.units_mixed", "policy.list_too_long",
    "policy.number_too_large",
)  # fmt: skip
GOALS = (
    "policy.goal_no_number", "policy.goal_no_range", "policy.goal_not_in_force", "policy.goal_not_asked",
    "policy.goal_unknown", "policy.goal_no_amount", "policy.measure_unknown",
)  # fmt: skip
CHANGES = ("policy.changed_twice", "policy.nothing_to_add_to", "policy.measure_unknown")


class OfWhom(BaseModel):
    """?party=REF&day=2022-10-15&known_on=2023-01-01"""

    model_config = ConfigDict(extra="forbid")

    party: shapes.Ref
    day: date | None = Field(None, description="The day asked; today where it is left out")
    known_on: date | None = Field(None, description="As the house knew it at the end of this day")


class ListAsked(OfWhom):
    """The list: sorted, narrowed, cut."""

    order: Literal["benefit", "deadline"] = "benefit"
    state: Literal["", "met", "nearly", "unknown", "not_met", "not_in_force"] = ""
    kind: Name = ""
    after: int = Field(0, ge=0, le=100_000, description="`next` of the page before")
    limit: int = Field(50, ge=1, le=paging.MOST)


class OneAsked(OfWhom):
    """One measure, and for which thing."""

    about: Thing = ""


class SupportRow(shapes.Told):
    """A measure for the party. `benefit_fen` is exact only where `is_exact`."""

    measure: str
    about: str
    state: str = Field(description="met, nearly, unknown, not_met, not_in_force")
    benefit_fen: int | None
    is_exact: bool
    deadline: datetime | None
    ask_next: list[str]
    decision: Json


class SupportPage(shapes.Told):
    """A page of the list; `next` is null on the last."""

    items: list[SupportRow]
    next: shapes.Cursor
    total: shapes.Total


class BestTold(shapes.Told):
    """The set with the largest sum that no clause forbids, among what is met and pays."""

    total_fen: shapes.Fen
    taken: list[Json]
    dropped: list[Json]
    refused: str


class SuppositionSaid(shapes.Said):
    """A fact otherwise: set to a value, raised by one, or forgotten."""

    fact: Name
    how: Literal["set", "add", "forget"] = "set"
    value: Any = None


class WhatIfSaid(shapes.Said):
    """What is supposed of whom."""

    party: shapes.Ref
    day: date | None = None
    changes: Annotated[list[SuppositionSaid], Field(min_length=1, max_length=50)]


class GoalSaid(shapes.Said):
    """Which number may move, between which ends, until what."""

    party: shapes.Ref
    day: date | None = None
    measure: Name
    about: Thing = ""
    fact: Name
    goal: Literal["met", "amount", "ceiling"] = "met"
    amount_fen: Annotated[int, Field(strict=True, ge=0, le=shapes.MOST_FEN)] = 0
    least: Annotated[str, Field(max_length=40)] | None = None
    most: Annotated[str, Field(max_length=40)] | None = None


class CheckSaid(shapes.Said):
    """Answers so far; `passed` were asked and are not known."""

    day: date | None = None
    measures: Annotated[list[Name], Field(max_length=100)] = []
    facts: Json = {}
    passed: Annotated[list[Name], Field(max_length=500)] = []


class CheckTold(shapes.Told):
    """The next questions, the most telling first; none: the answer is certain. The decisions so far."""

    is_certain: bool
    questions: list[Json]
    decisions: list[Json]


class FeedSaid(shapes.Said):
    """For which party."""

    party: shapes.Ref


class FeedTold(shapes.Told):
    """A feed in force; its address is told once, when it is made."""

    id: int
    party: shapes.PartyShort
    made_at: datetime
    address: str = ""


class KeepSaid(shapes.Said):
    """Which decision is to be kept."""

    party: shapes.Ref
    measure: Name
    about: Thing = ""
    day: date | None = None


class KeptTold(shapes.Told):
    """A kept decision. `again_sha256` is what the same day and knowledge give now."""

    id: int
    measure: str
    about: str
    day: date
    known: datetime
    eligible: str
    amount_fen: int | None
    sha256: str
    again_sha256: str
    decision: Json


def readable(request: HttpRequest, ref: str) -> Party:
    """A party whose file the caller may read; any other is not there."""
    party = Party.objects.filter(ref=ref).first()
    if party is None or not consented.may_read(calling.standing_of(request), party):
        raise Refused("api.not_found")
    return party


def found_for(request: HttpRequest, asked: OfWhom) -> list[supporting.Row]:
    """Everything decided for the party."""
    party, now = readable(request, asked.party), record.now()
    known = end_of_day(asked.known_on) if asked.known_on else None
    day = asked.day or beijing_day(now)
    base = kept.base(known)
    moment = now if day == beijing_day(now) else None
    found = deciding.everything(party, day=day, known=known, moment=moment, base=base)
    return supporting.rows(found, base.vocabulary)


def row_told(row: supporting.Row) -> SupportRow:
    one = row.decided
    return SupportRow(
        measure=row.id,
        about=one.about,
        state=row.state,
        benefit_fen=row.benefit_fen,
        is_exact=row.is_exact,
        deadline=row.deadline,
        ask_next=[each.fact for each in row.questions],
        decision={
            **telling.decision(one.decision, one.measure),
            "sources": telling_mine.sources(one),
            "ways": [telling_support.moved(each) for each in row.fixes],
        },
    )


@router.get("/support", auth=calling.PERSON, summary="All measures for an enterprise", **problems.told(SupportPage))
def list_support(request: HttpRequest, asked: Query[ListAsked]) -> SupportPage:
    """Sorted by state, then benefit or deadline; each with reasons, what is missing and what would change it."""
    rows = supporting.in_order(found_for(request, asked), asked.order)
    rows = [row for row in rows if asked.state in ("", row.state) and asked.kind in ("", row.decided.measure.kind)]
    shown = rows[asked.after : asked.after + asked.limit]
    more = asked.after + asked.limit < len(rows)
    return SupportPage(
        items=[row_told(row) for row in shown], next=asked.after + asked.limit if more else None, total=len(rows)
    )


@router.get("/support/best", auth=calling.PERSON, summary="The best allowed set of measures", **problems.told(BestTold))
def best(request: HttpRequest, asked: Query[OfWhom]) -> BestTold:
    """Exclusion, choice, deduction and joint ceilings; each one left out with the clause that bars it."""
    rows = found_for(request, asked)
    return BestTold(**telling_mine.best(supporting.best(rows), rows))


@router.get(
    "/support/measures/{measure}",
    auth=calling.PERSON,
    summary="One measure for an enterprise",
    **problems.told(SupportRow, "policy.measure_unknown"),
)
def get_support(request: HttpRequest, measure: str, asked: Query[OneAsked]) -> SupportRow:
    """Every condition with clause, facts and sources; the amount line by line; the sets to fix."""
    rows = [row for row in found_for(request, asked) if row.id == measure]
    row = next((row for row in rows if row.decided.about == asked.about or not asked.about), None)
    if row is None:
        raise Refused("policy.measure_unknown", measure=measure[:100])
    return row_told(row)


@router.post(
    "/support/what-if", auth=calling.PERSON, summary="What if facts were otherwise",
    **problems.told(Json, *CHANGES, *FACTS),
)  # fmt: skip
def compare(request: HttpRequest, said: WhatIfSaid) -> Json:
    """Both columns and the difference for every measure that changes; nothing is kept."""
    asked = OfWhom(party=said.party, day=said.day, known_on=None)
    before = [row.decided for row in found_for(request, asked)]
    vocabulary = kept.base().vocabulary
    changes = [Change(one.fact, one.how, one.value) for one in said.changes]
    after, skipped = deciding.supposed(before, changes, vocabulary)
    pairs = zip(before, after, strict=True)
    found = [(was.about, was.measure, what_if.difference(was.decision, now.decision)) for was, now in pairs]
    return {
        "differences": [
            {"about": about, **telling_support.difference(one, made)} for about, made, one in found if one.is_any
        ],
        "not_counted": sorted(skipped),
        "best_before": yuan(supporting.best(supporting.rows(before, vocabulary)).total_fen),
        "best_after": yuan(supporting.best(supporting.rows(after, vocabulary)).total_fen),
    }


@router.post(
    "/support/goal",
    auth=calling.PERSON,
    summary="From which value of a number on",
    **problems.told(Json, *GOALS, *FACTS),
)
def seek(request: HttpRequest, said: GoalSaid) -> Json:
    """Where a measure is met, an amount reached or a ceiling hit; each end tried on both sides."""
    party, base = readable(request, said.party), kept.base()
    day = said.day or beijing_day(record.now())
    (one,) = deciding.decided(party, day=day, about=said.about, measures=[said.measure], counts_grants=True)
    question = telling_support.question(
        base.vocabulary, said.fact, goal_name=said.goal, fen=said.amount_fen, least=said.least, most=said.most
    )
    found = goal.seek(one.measure, one.told.facts, day, question=question, vocabulary=base.vocabulary)
    return telling_support.sought(found, question)


@router.post(
    "/support/check", auth=calling.ANYONE, summary="The guided check",
    **problems.told(CheckTold, "policy.measure_unknown", *FACTS),
)  # fmt: skip
def check(request: HttpRequest, said: CheckSaid) -> CheckTold:
    """Open to all and kept nowhere: answers in, the next question out, until the answer is certain."""
    base, day = kept.base(), said.day or beijing_day(record.now())
    for name in said.measures:
        if name not in base.measures:
            raise Refused("policy.measure_unknown", measure=name)
    told = deciding.Told(facts.settled(said.facts, base.vocabulary))
    chosen = [base.measures[name] for name in said.measures] or [
        one for one in base.measures.values() if not one.is_draft
    ]
    found = deciding.judged(chosen, Known(), told, day=day)
    pairs = [(one.measure, one.decision) for one in found]
    passed = {*said.passed, *said.facts}
    questions = guided.open_questions(pairs, weights=supporting.weights(found), passed=passed)
    return CheckTold(
        is_certain=not questions,
        questions=[telling_support.asked(one, base.vocabulary) for one in questions[:20]],
        decisions=[telling.decision(decision, made) for made, decision in pairs],
    )


@router.get("/support/feeds", auth=calling.PERSON, summary="My calendar feeds", **problems.told(list[FeedTold]))
def list_feeds(request: HttpRequest) -> list[FeedTold]:
    """Those in force, without their addresses."""
    rows = CalendarFeed.objects.filter(person=calling.person_of(request), ended_at__isnull=True)
    return [feed_told(one) for one in rows.select_related("party").order_by("pk")]


def feed_told(one: CalendarFeed, plain: str = "") -> FeedTold:
    path = reverse("support-calendar-file")
    address = f"{settings.SITE}{path}?{urlencode({'token': plain})}" if plain else ""
    return FeedTold(id=one.pk, party=shapes.party_short(one.party), made_at=one.made_at, address=address)


@router.post(
    "/support/feeds", auth=calling.may_ask("policy.make_feed"), summary="Make or renew a calendar feed",
    **problems.told(FeedTold),
)  # fmt: skip
def make_feed(request: HttpRequest, said: FeedSaid) -> FeedTold:
    """The address is told this once; the feed before it of the same party ends."""
    feed, plain = deeds.make_feed(calling.person_of(request), shapes.party_named(said.party))
    return feed_told(feed, plain)


@router.delete(
    "/support/feeds/{int:feed_id}", auth=calling.may_ask("policy.end_feed"), summary="End a calendar feed",
    **problems.told(shapes.Done, "policy.no_such_feed"),
)  # fmt: skip
def end_feed(request: HttpRequest, feed_id: shapes.Id) -> shapes.Done:
    """The address is worth nothing from now on."""
    deeds.end_feed(calling.person_of(request), feed_id)
    return shapes.Done(done=True)


@router.get("/support/decisions", auth=calling.PERSON, summary="Kept decisions", **problems.told(paging.Page[KeptTold]))
def list_kept(request: HttpRequest, asked: Query[paging.Asked]) -> paging.Page[KeptTold]:
    """Those of the caller's parties, each computed again by its own day and state of knowledge."""
    rows = KeptDecision.objects.filter(party__in=calling.parties_of(request)).select_related("party")
    return paging.cut_together(rows, asked, kept_told)


def kept_told(rows: Sequence[KeptDecision]) -> list[KeptTold]:
    return [one_told(one, again.decision.sha256) for one, again in zip(rows, deciding.again(rows), strict=True)]


def one_told(one: KeptDecision, again_sha256: str) -> KeptTold:
    return KeptTold(
        id=one.pk,
        measure=one.measure,
        about=one.about,
        day=one.day,
        known=one.known,
        eligible=one.eligible,
        amount_fen=one.amount_fen,
        sha256=one.sha256,
        again_sha256=again_sha256,
        decision=one.body,
    )


@router.post(
    "/support/decisions", auth=calling.may_ask("policy.keep_decision"), summary="Keep a decision",
    **problems.told(KeptTold, "policy.measure_unknown"),
)  # fmt: skip
def keep(request: HttpRequest, said: KeepSaid) -> KeptTold:
    """The same decision of the same day is kept once."""
    person, party = calling.person_of(request), shapes.party_named(said.party)
    day = said.day or beijing_day(record.now())
    (told,) = kept_told([deeds.keep_decision(person, party, said.measure, day=day, about=said.about)])
    return told
