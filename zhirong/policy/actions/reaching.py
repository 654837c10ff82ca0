"""Reach: runs of all measures over everybody, take-up as an official knows it, and who wants no invitations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, Final, TypeVar

from django.db import IntegrityError, transaction

from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.people import access
from zhirong.people.models import Party, Person
from zhirong.policy import kept, population, reach
from zhirong.policy.engine.decide import ENGINE
from zhirong.policy.population import Population
from zhirong.policy.reached import NoInvitations, Screening, TakeUp
from zhirong.record import actions as record
from zhirong.record.jobs import Progress, Work
from zhirong.record.models import Job

Made = TypeVar("Made")
SCREEN: Final = "policy.screen"
FIRST_YEAR, LAST_YEAR, PPM, MOST_SOURCE = 2000, 2100, 1_000_000, 500


def ask_screening(who: Person, *, day: date | None = None) -> Screening:
    """A run of all measures over everybody, as a job. While one is on its way whoever asks is shown that one.

    One that ended with a fault stands in nobody's way.
    """
    access.require(who, "policy.screen")
    return twice(lambda: _ask_screening(who, day))


def _ask_screening(who: Person, day: date | None) -> Screening:
    now = record.now()
    if (waiting := Screening.objects.select_for_update().filter(state="waiting").first()) is not None:
        if not has_failed(waiting):
            return waiting
        waiting.state, waiting.ended_at = "failed", now
        waiting.save(update_fields=["state", "ended_at"])
    made = Screening.objects.create(day=day or beijing_day(now), known=now, asked_by=who, asked_at=now)
    record.ask_job(who, SCREEN, key=f"{SCREEN}:{made.ref}", facts={"ref": made.ref})
    record.tell("policy.screening_asked", made.topic, who=who, day=made.day.isoformat())
    return made


def has_failed(run: Screening) -> bool:
    """Whether the job of a run ended without it: nobody waits for it any more, and another may be asked for."""
    return Job.objects.filter(key=f"{SCREEN}:{run.ref}", state__in=("failed", "refused")).exists()


def twice(deed: Callable[[], Made]) -> Made:
    """A deed of which the database takes one at a time: whoever came second tries again and finds the first."""
    try:
        with transaction.atomic():
            return deed()
    except IntegrityError:
        with transaction.atomic():
            return deed()


def do_screening(facts: dict[str, Any]) -> Iterator[Progress]:
    """The job: reads everybody, screens one measure after the other, and keeps the whole at the end."""
    run = Screening.objects.get(ref=facts["ref"])
    if run.state != "waiting":
        return
    base = kept.base()
    total = len(base.measures) + 1
    yield Progress(0, total)
    # The same that pages of this process go on with.
    whole = population.crowd(run.day, is_asked=True)
    rows = []
    for place, one in enumerate(base.measures.values(), start=1):
        yield Progress(place, total, one.id)
        rows.append(reach.reach(one, whole))
    keep_screening(run, whole, rows)
    yield Progress(total, total)


@transaction.atomic
def keep_screening(run: Screening, whole: Population, rows: list[reach.Reach]) -> None:
    """What a run found, with all that a second run needs to find the same."""
    found = Screening.objects.select_for_update().get(pk=run.pk)
    if found.state != "waiting":
        return
    measures = {row.measure: row.sha256 for row in rows}
    manifest = {
        "engine": ENGINE,
        "day": run.day.isoformat(),
        "known": (whole.known or run.known).isoformat(),
        "population_sha256": whole.sha256,
        "measures": measures,
        "misfits": len(whole.misfits),
    }
    found.state, found.ended_at, found.enterprises = "done", record.now(), len(whole.ids)
    found.known = whole.known or run.known
    found.manifest = record.canonical(manifest)
    found.found = record.canonical([row.plain() for row in rows])
    found.save()
    record.tell(
        "policy.screened",
        found.topic,
        who=None,
        enterprises=len(whole.ids),
        measures=len(rows),
        population_sha256=whole.sha256,
        day=run.day.isoformat(),
    )


def note_take_up(who: Person, measure: str, year: int, *, ppm: tuple[int, int, int], source: str) -> TakeUp:
    """Which share will ask: low, likely and high in ppm, with where that is from. The same again changes nothing."""
    access.require(who, "policy.note_take_up")
    low, likely, high = ppm
    if measure not in kept.base().measures:
        raise Refused("policy.measure_unknown", measure=measure[:100])
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Refused("policy.year_out_of_range", first=FIRST_YEAR, last=LAST_YEAR, field="year")
    if not 0 <= low <= likely <= high <= PPM:
        raise Refused("policy.take_up_crossed", field="likely")
    source = source.strip()
    if not 0 < len(source) <= MOST_SOURCE:
        raise Refused("policy.source_missing", most=MOST_SOURCE, field="source")
    said: dict[str, Any] = {"low_ppm": low, "likely_ppm": likely, "high_ppm": high, "source": source}
    return twice(lambda: _note_take_up(who, measure, year, said=said))


def _note_take_up(who: Person, measure: str, year: int, *, said: dict[str, Any]) -> TakeUp:
    now = record.now()
    living = TakeUp.objects.select_for_update().filter(measure=measure, year=year, replaced_at__isnull=True).first()
    if living is not None:
        if all(getattr(living, name) == value for name, value in said.items()):
            return living
        living.replaced_at = now
        living.save(update_fields=["replaced_at"])
    made = TakeUp.objects.create(measure=measure, year=year, said_by=who, said_at=now, **said)
    record.tell("policy.take_up_noted", made.topic, who=who, measure=measure, year=year, **said)
    return made


@transaction.atomic
def decline_invitations(who: Person, party: Party) -> NoInvitations:
    """The enterprise stands on no invitation list from now on."""
    access.require(who, "policy.choose_invitations", party)
    Party.objects.select_for_update().get(pk=party.pk)
    living = NoInvitations.objects.filter(party=party, ended_at__isnull=True).first()
    if living is not None:
        return living
    made = NoInvitations.objects.create(party=party, said_by=who, said_at=record.now())
    record.tell("policy.invitations_declined", party.topic, who=who)
    return made


@transaction.atomic
def accept_invitations(who: Person, party: Party) -> None:
    """It may be invited again."""
    access.require(who, "policy.choose_invitations", party)
    living = NoInvitations.objects.select_for_update().filter(party=party, ended_at__isnull=True).first()
    if living is None:
        return
    living.ended_by, living.ended_at = who, record.now()
    living.save(update_fields=["ended_by", "ended_at"])
    record.tell("policy.invitations_accepted", party.topic, who=who)


# What does long work of which kind (record.jobs).
WORK: dict[str, Work] = {SCREEN: do_screening}
