"""Enterprise files: facts with source and day, their history, consents to read them, the list for officials."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import ConfigDict, Field

from zhirong.api import calling, files, paging, problems, shapes
from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.enterprises import consented, file, listing, sources
from zhirong.enterprises.actions import consents, facts
from zhirong.enterprises.engine.standing import Stated
from zhirong.enterprises.models import Consent, Place, Statement
from zhirong.enterprises.rules import Told
from zhirong.people import access
from zhirong.people.models import Party
from zhirong.policy import naming, reading, stating
from zhirong.policy.engine.facts import Fact
from zhirong.record import actions as record
from zhirong.record.models import File

router = Router(tags=["enterprises"])
# What a value may be refused for by the vocabulary of facts.
VALUE = (
    "policy.fact_unknown", "policy.fact_misfit", "policy.number_unreadable", "policy.units_mixed",
    "policy.fact_out_of_band", "policy.number_too_large", "policy.no_such_day", "policy.choice_unknown",
    "policy.list_too_long",
)  # fmt: skip
STATED = (
    *VALUE, "enterprises.bad_name", "enterprises.bad_about", "enterprises.days_reversed",
    "enterprises.value_not_plain", "enterprises.text_length", "enterprises.facts_count", "enterprises.fact_twice",
    "enterprises.source_unknown", "people.own_party", *files.EVIDENCE,
)  # fmt: skip
About = Annotated[str, Field(max_length=80, pattern=shapes.NO_NUL, examples=["loan:2022-01"])]
Name = Annotated[str, Field(max_length=80, pattern=shapes.NO_NUL, examples=["loan_principal"])]
Value = Annotated[Any, Field(description="True or false, text, or a list; numbers and money as exact decimal text")]


class StatedTold(shapes.Told):
    """One statement: what a source says, from which day, since when it is known here."""

    statement_id: int | None = Field(description="Null where this house's register tells it")
    name: str
    zh: str
    en: str
    about: str
    value: Value
    since: date | None
    until: date | None
    known_from: datetime
    source: str
    source_text: str
    has_evidence: bool
    rests_on: list[str] = Field(description="The rows of the register that it was read from")


class KnownTold(StatedTold):
    """The statement that rules, and what other sources say against it."""

    against: list[StatedTold]


class KnownFile(shapes.Told):
    """What is known of an enterprise on a day."""

    party: shapes.PartyShort
    day: date
    about: str
    abouts: list[str] = Field(description="The things that there are statements about")
    facts: list[KnownTold]


class PastTold(StatedTold):
    """A statement of the history, with how it ended."""

    replaced_at: datetime | None
    withdrawn_at: datetime | None
    reason: str


class FactSaid(shapes.Said):
    """A fact; a number may be written 300万元 or 50%."""

    name: Name
    value: Value
    since: date | None = None
    until: date | None = None
    about: About = ""
    source_text: shapes.Short = ""


class FactsSaid(shapes.Said):
    """Facts of one source, all or none."""

    source: Annotated[str, Field(max_length=16, pattern=shapes.NO_NUL, examples=["self"])]
    facts: Annotated[list[FactSaid], Field(min_length=1, max_length=500)]
    evidence: shapes.FileRef = ""


class LetSaid(shapes.Said):
    """Another party may read the file, or also prepare applications, until a day."""

    to: shapes.Ref
    purpose: Annotated[str, Field(min_length=1, max_length=200, pattern=shapes.NO_NUL)]
    until: date
    may_prepare: bool = False


class LetTold(shapes.Told):
    """A consent as it stands."""

    consent_id: int
    party: shapes.PartyShort
    to: shapes.PartyShort
    purpose: str
    may_prepare: bool
    until: date
    given_at: datetime
    ended_at: datetime | None


class EnterpriseTold(shapes.PartyShort):
    """An enterprise as the list for officials shows it."""

    code: str | None
    place: str
    industry: str
    has_facts: bool


class FactTold(shapes.Told):
    """A fact that measures may ask for."""

    name: str
    zh: str
    en: str
    kind: str
    unit: str
    source: str
    choices: list[str]
    fields: list[str]


class VocabularyTold(shapes.Told):
    """All facts by name."""

    facts: list[FactTold]


class AskedFile(shapes.Said):
    """?day=2026-01-31&known_at=…&about=loan:2022-01"""

    day: date | None = Field(None, description="The day on which it is asked; today where none is named")
    known_at: datetime | None = Field(None, description="As known at this instant")
    about: About = ""


class AskedEnterprises(paging.Asked):
    """?q=…&place=CODE&industry=software"""

    model_config = ConfigDict(extra="forbid")

    q: shapes.Short = ""
    place: shapes.Short = Field("", description="The code of a street, park or carrier; with all that lies in it")
    industry: shapes.Short = ""


def today() -> date:
    return beijing_day(record.now())


def opened(request: HttpRequest, ref: str) -> Party:
    """The enterprise whose file the caller may read; to others it is not there."""
    party = shapes.party_named(ref)
    if not consented.may_read(calling.standing_of(request), party):
        raise Refused("api.not_found")
    return party


def fact_of(name: str) -> Fact:
    return reading.own().vocabulary.facts.get(name) or Fact(name=name, kind="text")


def plain(one: Stated) -> dict[str, Any]:
    """The fields that every statement shows."""
    fact = fact_of(one.name)
    return {
        "statement_id": one.id,
        "name": one.name,
        "zh": naming.fact(fact, "zh"),
        "en": naming.fact(fact, "en"),
        "about": one.about,
        "value": one.value,
        "since": one.since,
        "until": one.until,
        "known_from": one.known_from,
        "source": one.source,
        "source_text": one.source_text,
        "has_evidence": one.evidence_id is not None,
        "rests_on": list(one.rests_on),
    }


def past(one: Statement) -> PastTold:
    told = plain(file.stated(one))
    return PastTold(**told, replaced_at=one.replaced_at, withdrawn_at=one.withdrawn_at, reason=one.reason)


def consent_told(one: Consent) -> LetTold:
    return LetTold(
        consent_id=one.pk,
        party=shapes.party_short(one.party),
        to=shapes.party_short(one.to),
        purpose=one.purpose,
        may_prepare=one.may_prepare,
        until=one.until,
        given_at=one.given_at,
        ended_at=one.ended_at,
    )


@router.get(
    "/facts/vocabulary", auth=calling.ANYONE, summary="Facts that measures may ask for", **problems.told(VocabularyTold)
)
def vocabulary(request: HttpRequest) -> VocabularyTold:
    """Each with its kind, unit, choices and who normally tells it."""
    told = [
        FactTold(
            name=one.name,
            zh=naming.fact(one, "zh"),
            en=naming.fact(one, "en"),
            kind=one.kind,
            unit=one.unit,
            source=one.source,
            choices=list(one.choices),
            fields=list(one.fields),
        )
        for one in reading.own().vocabulary.facts.values()
    ]
    return VocabularyTold(facts=told)


@router.get(
    "/enterprises",
    auth=calling.may_ask("enterprises.see_enterprises"),
    summary="The list of enterprises",
    **problems.told(paging.Page[EnterpriseTold]),
)
def list_enterprises(request: HttpRequest, asked: Query[AskedEnterprises]) -> paging.Page[EnterpriseTold]:
    """For officials; narrowed by name or code, by place, by industry."""
    access.require(calling.standing_of(request), "enterprises.see_enterprises")
    found = listing.searched(listing.enterprises(today()), asked.q)
    if asked.place:
        places = list(Place.objects.all())
        top = shapes.one(Place.objects.all(), code=asked.place)
        found = listing.in_places(found, listing.below(places, top), today())
    if asked.industry:
        found = listing.in_industry(found, asked.industry)
    return paging.cut(found, asked, enterprise_told)


def enterprise_told(one: Any) -> EnterpriseTold:
    return EnterpriseTold(
        ref=one.ref,
        name=one.name,
        code=one.code,
        place=one.place_name or "",
        industry=one.industry or "",
        has_facts=one.has_facts,
    )


@router.get("/enterprises/{ref}", auth=calling.PERSON, summary="The file of an enterprise", **problems.told(KnownFile))
def get_file(request: HttpRequest, ref: shapes.Short, asked: Query[AskedFile]) -> KnownFile:
    """What is known of it, or with `about` of one thing of it, on a day, as known at an instant."""
    party, day = opened(request, ref), asked.day or today()
    found = file.opened(party, day=day, known=asked.known_at, about=asked.about)
    against = found.known.against
    return KnownFile(
        party=shapes.party_short(party),
        day=day,
        about=asked.about,
        abouts=found.abouts,
        facts=[
            KnownTold(**plain(one), against=[StatedTold(**plain(other)) for other in against.get(name, ())])
            for name, one in sorted(found.known.stated.items())
        ],
    )


@router.get(
    "/enterprises/{ref}/statements",
    auth=calling.PERSON,
    summary="All that was ever stated of an enterprise",
    **problems.told(paging.Page[PastTold]),
)
def list_statements(request: HttpRequest, ref: shapes.Short, asked: Query[paging.Asked]) -> paging.Page[PastTold]:
    """Newest first; replaced and withdrawn statements too."""
    return paging.cut(Statement.objects.filter(party=opened(request, ref)), asked, past)


@router.post(
    "/enterprises/{ref}/facts",
    auth=calling.PERSON,
    summary="State facts of an enterprise",
    **problems.told(list[PastTold], *STATED),
)
def note_facts(request: HttpRequest, ref: shapes.Short, given: FactsSaid) -> list[PastTold]:
    """`self` is the enterprise's own word, every other source an official's; the same facts again change nothing."""
    person, party = calling.person_of(request), shapes.party_named(ref)
    verb = "enterprises.note_own" if given.source == sources.SELF else "enterprises.note_official"
    access.require(calling.standing_of(request), verb, party)
    known = reading.own().vocabulary
    told = [
        Told(one.name, stating.plain(one.name, one.value, known), one.since, one.until, one.about, one.source_text)
        for one in given.facts
    ]
    evidence = files.own_or_none(person, given.evidence)
    kept = facts.note_facts(person, party, told, source=given.source, evidence=evidence)
    return [past(one) for one in kept]


@router.post(
    "/statements/{int:statement_id}/withdraw",
    auth=calling.PERSON,
    summary="Withdraw a statement",
    **problems.told(
        PastTold, "enterprises.fact_unknown", "enterprises.fact_replaced", "enterprises.text_length", "people.own_party"
    ),
)
def withdraw(request: HttpRequest, statement_id: shapes.Id, why: shapes.Why) -> PastTold:
    """It counts no more and stays in the history with the reason."""
    return past(facts.withdraw_fact(calling.person_of(request), statement_id, reason=why.reason))


@router.get(
    "/statements/{int:statement_id}/evidence",
    auth=calling.PERSON,
    summary="Read what a statement rests on",
    **problems.told(None, "file.gone"),
)
def evidence(request: HttpRequest, statement_id: shapes.Id) -> HttpResponse:
    """For whoever may read the file; each reading is a deed on the record."""
    found = shapes.one(Statement.objects.select_related("party", "evidence"), pk=statement_id)
    if not consented.may_read(calling.standing_of(request), found.party):
        raise Refused("api.not_found")
    kept = shapes.one(File.objects.all(), pk=found.evidence_id)
    return files.sent(kept, record.read_file(calling.person_of(request), kept, is_evidence=True))


@router.get(
    "/enterprises/{ref}/consents",
    auth=calling.PERSON,
    summary="Who may read the file",
    **problems.told(paging.Page[LetTold]),
)
def list_consents(request: HttpRequest, ref: shapes.Short, asked: Query[paging.Asked]) -> paging.Page[LetTold]:
    """Consents of this enterprise, those that ended too; who reads by consent sees those to their own parties."""
    given = consented.given_by(calling.standing_of(request), opened(request, ref))
    return paging.cut(given, asked, consent_told)


@router.post(
    "/enterprises/{ref}/consents",
    auth=calling.may_ask("enterprises.give_consent"),
    summary="Let another party read the file or prepare",
    **problems.told(LetTold, "enterprises.consent_to_itself", "enterprises.consent_day", "enterprises.text_length"),
)
def give_consent(request: HttpRequest, ref: shapes.Short, given: LetSaid) -> LetTold:
    """By an administrator of the party; a new one to the same party takes the place of the older."""
    party, person = shapes.party_named(ref), calling.person_of(request)
    access.require(calling.standing_of(request), "enterprises.give_consent", party)
    to = shapes.party_named(given.to)
    return consent_told(
        consents.give_consent(
            person, party, to, purpose=given.purpose, until=given.until, may_prepare=given.may_prepare
        )
    )


@router.post(
    "/consents/{int:consent_id}/end",
    auth=calling.may_ask("enterprises.end_consent"),
    summary="End a consent",
    **problems.told(LetTold, "enterprises.consent_unknown"),
)
def end_consent(request: HttpRequest, consent_id: shapes.Id) -> LetTold:
    """By an administrator of either side. Twice is once."""
    return consent_told(consents.end_consent(calling.person_of(request), consent_id))
