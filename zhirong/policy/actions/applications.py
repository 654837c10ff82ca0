"""The enterprise's side: draft, materials, filing by the enterprise itself, supplement, withdrawal."""

from __future__ import annotations

import secrets
from collections.abc import Collection

from django.db import transaction

from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.enterprises import consented
from zhirong.people import access
from zhirong.people.access import Who
from zhirong.people.models import Party, Person
from zhirong.policy import application_rules as rules
from zhirong.policy import application_terms as terms
from zhirong.policy import concerned, deciding, filing, kept, preparing
from zhirong.policy.actions import budget_books
from zhirong.policy.actions.cases import locked, move, tell, today
from zhirong.policy.actions.texts import keep_text
from zhirong.policy.applied import Application, ApplicationFile
from zhirong.policy.engine.measure import Measure
from zhirong.policy.filing import Assessed
from zhirong.record import actions as record
from zhirong.record.engine.canonical import canonical
from zhirong.record.models import File

MOST_ABOUT = 80
SHOWN_THINGS = 20


@transaction.atomic
def start(who: Person, party: Party, measure: str, *, about: str = "") -> Application:
    """A draft for a measure and, where it is about one, a thing of the file. The same draft again is the same draft."""
    consented.must_prepare(who, party)
    made = kept.base().measures.get(measure)
    if made is None:
        raise Refused("policy.measure_unknown", measure=measure[:100])
    rules.must_be_served(made, today())
    about = rules.must_be_text(about, field="about", most=MOST_ABOUT, least=0)
    must_be_thing(party, made, about)
    Party.objects.select_for_update().get(pk=party.pk)
    row = {"party": party, "measure": measure, "about": about}
    if same := Application.objects.filter(state__in=rules.OPEN, **row).first():
        if same.state == "draft":
            return same
        raise Refused("policy.application_open", number=same.number)
    preparer = None if access.may(who, "policy.keep_application", Application(**row)) else firm_of(who, party)
    now = record.now()
    found = Application.objects.create(
        number=secrets.token_hex(12),
        title_zh=made.zh,
        title_en=made.en,
        preparer=preparer,
        made_by=who,
        made_at=now,
        **row,
    )
    # From the row's own id: no two writers can come to the same number.
    found.number = f"SB-{beijing_day(now).year}-{found.pk:06d}"
    found.save(update_fields=["number"])
    tell("policy.application_drafted", found, who, measure=measure)
    return found


def must_be_thing(party: Party, made: Measure, about: str) -> None:
    """What is applied for is a thing of the file that the measure is about, or the enterprise where it has none."""
    now = record.now()
    day = beijing_day(now)
    found = deciding.things(party, made, day=day, known=now)
    if about in found or (not about and not found) or (about and deciding.is_thing(party, made, about, day=day)):
        return
    title = {"zh": made.zh, "en": made.en}
    if found:
        raise Refused("policy.about_which", measure=title, things="、".join(found[:SHOWN_THINGS]))
    raise Refused("policy.about_unknown", measure=title, about=about)


def firm_of(who: Person, party: Party) -> Party | None:
    """The party by whose consent a person from outside prepares."""
    given = [one for one in consented.letting(who) if one.party_id == party.pk and one.may_prepare]
    return given[0].to if given else None


def may_prepare(who: Who, row: Application) -> bool:
    """Whether this person may work on the draft: a member, or a firm by the enterprise's consent."""
    return who is not None and consented.may_prepare(who, row.party)


@transaction.atomic
def attach(who: Person, application_id: int, *, material: str, file: File) -> ApplicationFile:
    """A file that shows a material of the measure; the same file again is the same row."""
    row = locked(application_id)
    consented.must_prepare(who, row.party)
    rules.after(row.state, "prepare")
    record.must_be_evidence(file)
    known = {one.id for one in filing.measure_of(row).materials}
    if material not in known:
        raise Refused("policy.material_unknown", material=material[:100])
    living = row.files.filter(material=material, removed_at__isnull=True)
    if done := living.filter(file=file).first():
        return done
    most = terms.on("files_most", today())
    if living.count() >= most:
        raise Refused("policy.materials_many", most=most)
    found = ApplicationFile.objects.create(
        application=row, material=material, file=file, added_by=who, added_at=record.now()
    )
    tell("policy.material_attached", row, who, material=material, sha256=file.sha256)
    return found


@transaction.atomic
def detach(who: Person, application_id: int, *, file_id: int) -> Application:
    """Take a file off again while it is prepared; twice is once."""
    row = locked(application_id)
    consented.must_prepare(who, row.party)
    rules.after(row.state, "prepare")
    found = row.files.select_related("file").filter(pk=file_id).first()
    if found is None:
        raise Refused("policy.material_unknown", material=str(file_id))
    if found.removed_at is None:
        found.removed_at = record.now()
        found.save(update_fields=["removed_at"])
        tell("policy.material_detached", row, who, material=found.material, sha256=found.file.sha256)
    return row


def have(row: Application) -> set[str]:
    """The materials that some file shows."""
    return set(row.files.filter(removed_at__isnull=True).values_list("material", flat=True))


def must_be_own(who: Person, row: Application) -> None:
    """Nobody files for another: neither an agent nor a service firm, whatever consent or membership they hold."""
    is_member = access.may(who, "policy.keep_application", row)
    rules.must_be_own_filing(is_agent=access.has_role(who, "agent"), is_member=is_member, name=row.party.name)
    access.require(who, "policy.keep_application", row)
    if firm := preparing.firm_that_prepared(row, who.pk):
        raise Refused("policy.preparer_never_files", firm=firm.name, name=row.party.name)


def assessed(row: Application) -> Assessed:
    """The case by the file as it is now: what a filing today would rest on."""
    now = record.now()
    return filing.assess(row.party, row.measure, row.about, day=beijing_day(now), known=now, own=row.pk)


def must_be_fit(row: Application, found: Assessed, *, have: Collection[str]) -> int:
    """The amount in fen with which the case may be filed, or the refusal that says what stands against it."""
    title = {"zh": row.title_zh, "en": row.title_en}
    rules.must_be_applied_for(found.decision, kind=found.measure.kind, title=title)
    names = filing.names_of(found)
    rules.must_qualify(found.decision, names=names)
    if found.same:
        raise Refused("policy.granted_before", number=found.same.number)
    assert found.amount_fen is not None
    if not found.amount_fen:
        limit = found.limits[0]
        raise Refused("policy.excluded_by_other", number=limit.by, clause={"zh": limit.zh, "en": limit.en})
    rules.must_be_whole([one["id"] for one in filing.checklist(found)], have, names=names)
    return found.amount_fen


@transaction.atomic
def file(who: Person, application_id: int) -> Application:
    """A member of the enterprise files it for the enterprise; the instant of acceptance decides its turn."""
    row = locked(application_id)
    must_be_own(who, row)
    if row.filed_by_id == who.pk and row.state == "filed":
        return row
    rules.after(row.state, "file")
    made = filing.measure_of(row)
    rules.must_be_served(made, today())
    must_be_thing(row.party, made, row.about)
    found = assessed(row)
    row.computed_fen = must_be_fit(row, found, have=have(row))
    snapshot(row, found)
    row.filed_by, row.filed_at = who, row.known
    move(row, "file")
    budget_books.reserve(row, who)
    row.save()
    tell(
        "policy.application_filed",
        row,
        who,
        measure=row.measure,
        computed_fen=row.computed_fen,
        facts_sha256=row.decision_sha256,
        measure_sha256=row.measure_sha256,
    )
    return row


def snapshot(row: Application, found: Assessed) -> None:
    """What the decision rests on, kept whole: facts with their sources, the text, the day, the moment of knowledge."""
    row.day, row.known = found.decision.day, found.known
    row.measure_sha256, row.version = keep_text(found.measure), found.decision.version or ""
    row.facts, row.sources = canonical(found.facts), canonical(found.sources)
    row.plain_facts = canonical(found.plain_facts)
    row.decision, row.decision_sha256 = canonical(filing.told(found)), found.decision.sha256
    row.limits = canonical([vars(one) for one in found.limits])
    row.checklist = canonical(filing.checklist(found))


@transaction.atomic
def supplement(who: Person, application_id: int) -> Application:
    """What was asked for is there: the case goes on with its turn as it was accepted. Only the enterprise itself."""
    row = locked(application_id)
    must_be_own(who, row)
    if row.state == "supplemented":
        return row
    rules.after(row.state, "supplement")
    row.supplemented_at = record.now()
    move(row, "supplement")
    row.save()
    tell("policy.application_supplemented", row, who)
    return row


@transaction.atomic
def withdraw(who: Person, application_id: int, *, reason: str) -> Application:
    """The enterprise takes it back before it is approved; what was kept free is free again."""
    row = locked(application_id)
    must_be_own(who, row)
    if row.state == "withdrawn":
        return row
    rules.after(row.state, "withdraw")
    row.end_reason = rules.must_be_text(reason, field="reason", most=1000)
    row.ended_at = record.now()
    budget_books.release(row, who)
    move(row, "withdraw")
    row.save()
    tell("policy.application_withdrawn", row, who, reason=row.end_reason)
    close_objections(row, who)
    return row


def close_objections(row: Application, who: Person) -> None:
    """Nothing is left to object to: who objected is told, and nobody waits for an answer."""
    open_ones = row.objections.filter(state="open")
    objectors = [one.by for one in open_ones.select_related("by").order_by("pk")]
    if not objectors:
        return
    open_ones.update(state="closed", decided_at=record.now())
    to = concerned.together(objectors, besides=who)
    record.tell("policy.objections_closed", row.topic, who=who, to=to, number=row.number, count=len(objectors))
