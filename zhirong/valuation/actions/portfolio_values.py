"""What portfolios are worth: computed by a job when one changes and on each new day, and kept for who looks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any, Final

from django.db import transaction

from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused, sentence
from zhirong.record import actions as record
from zhirong.record.jobs import Progress
from zhirong.record.models import Job
from zhirong.registry.models import Right
from zhirong.valuation import estimated, known, portfolio_kept, renewing
from zhirong.valuation.engine.result import Result, plain
from zhirong.valuation.estimated import Headline
from zhirong.valuation.models import Portfolio, PortfolioValue
from zhirong.valuation.portfolio_kept import Advised, Line

# So many rights are valued between two notes of progress.
CHUNK: Final = 200


def due() -> list[int]:
    """Portfolios whose kept value was computed from something else than there is now, and that no job computes."""
    found = portfolio_kept.standing()
    states = portfolio_kept.states(found)
    kept = dict(PortfolioValue.objects.filter(portfolio__in=states).values_list("portfolio_id", "state"))
    late = {portfolio_kept.job_key(pk, state): pk for pk, state in states.items() if kept.get(pk) != state}
    asked = set(Job.objects.filter(key__in=late).values_list("key", flat=True)) if late else set()
    return [pk for key, pk in late.items() if key not in asked]


def ask(portfolio_id: int) -> Job:
    """The one job for what it holds and what is known of it now."""
    one = portfolio_kept.standing().filter(pk=portfolio_id)
    state = portfolio_kept.states(one)[portfolio_id]
    facts = {"portfolio": portfolio_id}
    return record.ask_job(None, portfolio_kept.VALUE, key=portfolio_kept.job_key(portfolio_id, state), facts=facts)


def value(portfolio_id: int) -> None:
    """The same at once, for a caller who waits for a few rights."""
    for _ in do_value({"portfolio": portfolio_id}):
        pass


def do_value(facts: dict[str, Any]) -> Iterator[Progress]:
    """The job: rights in chunks, then all together; one that was ended or computed meanwhile needs nothing."""
    found = portfolio_kept.standing().filter(pk=facts["portfolio"])
    portfolio = found.first()
    if portfolio is None:
        return
    day, state = beijing_day(record.now()), portfolio_kept.states(found)[portfolio.pk]
    ids = portfolio.items.order_by("position").values_list("right_id", flat=True)
    if PortfolioValue.objects.filter(portfolio=portfolio, state=state).exists():
        yield Progress(len(ids), len(ids))
        return
    # Whom the party may no longer know of has left its portfolio.
    seen = known.known_to([portfolio.party_id]).in_bulk(list(ids))
    rights = [seen[pk] for pk in ids if pk in seen]
    lines: list[Line] = []
    ranged: dict[str, Headline] = {}
    for start in range(0, len(rights), CHUNK):
        yield Progress(start, len(rights))
        for line, headline in _valued(rights[start : start + CHUNK], portfolio, day):
            lines.append(line)
            if headline is not None:
                ranged[str(line.right_id)] = headline
    body = {"lines": [asdict(one) for one in lines], "whole": _plain(estimated.whole(ranged, day))}
    _keep(portfolio, state=state, day=day, body=json.dumps(plain(body), ensure_ascii=False))
    yield Progress(len(rights), len(rights))


@transaction.atomic
def _keep(portfolio: Portfolio, *, state: str, day: date, body: str) -> None:
    now = record.now()
    PortfolioValue.objects.update_or_create(
        portfolio=portfolio, defaults={"state": state, "day": day, "made_at": now, "body": body}
    )


def _valued(rights: Sequence[Right], portfolio: Portfolio, day: date) -> Iterator[tuple[Line, Headline | None]]:
    parties = [portfolio.party_id]
    answers = estimated.answers_of_many(rights, parties)
    for right, found in zip(rights, estimated.headlines(rights, day, parties), strict=True):
        headline = found if isinstance(found, Headline) else None
        yield _line(right, found, is_answered=right.pk in answers), headline


def _line(right: Right, found: Headline | Refused, *, is_answered: bool) -> Line:
    subject = found.subject if isinstance(found, Headline) else None
    advice = renewing.advice_of(subject) if subject is not None else None
    return Line(
        right_id=right.pk,
        number=right.number,
        title=right.title,
        title_en=right.title_en,
        kind=right.kind,
        range=found.headline if isinstance(found, Headline) else None,
        refusal=found.code if isinstance(found, Refused) else "",
        why={one: sentence(found, one) for one in ("zh", "en")} if isinstance(found, Refused) else {},
        advice=None
        if advice is None
        else Advised(advice.next_year, advice.next_fee, advice.net, advice.fees_saved, advice.value_lost),
        # A right that cannot be estimated is not called unused.
        is_used=subject is None
        or is_answered
        or bool(subject.plain_licences or subject.exclusive_licences or subject.open_licence or subject.is_pledged),
    )


def _plain(whole: Result | None) -> dict[str, Any] | None:
    if whole is None or whole.range is None:
        return None
    return {
        "range": asdict(whole.range),
        "figures": whole.figures,
        "sensitivities": [asdict(one) for one in whole.sensitivities],
        "notes": [asdict(one) for one in whole.notes],
    }
