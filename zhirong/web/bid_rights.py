"""Who may bid at the thin door: asked of the ordinary rules once, then held against the rows it rests on at every bid.

A log-out, a new password, a role or membership that ended, a closed person or an intent that is no longer admitted
changes one of these rows, in whatever process it was done; so the next bid asks the rules anew and hears their refusal.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any, Final

from django.conf import settings
from django.contrib import auth
from django.db import close_old_connections, connections
from django.http import HttpRequest

from zhirong.base.refused import Refused
from zhirong.exchange.actions import bidding
from zhirong.exchange.models import Lot
from zhirong.people import access
from zhirong.people.models import Person
from zhirong.record import port as sql

KEPT: Final = 10_000
# A session also ends by the clock alone, which changes no row.
TRUSTED_NS: Final = 60 * 10**9
SESSIONS = "SELECT session_key, expire_date, session_data FROM django_session WHERE {}"
# Grants and memberships are only ended and added, never changed: how many stand and the sum of their ids tell them all.
OPEN = "person_id = p.id AND ended_at IS NULL AND confirmed_at IS NOT NULL"
PERSONS = (
    "SELECT p.id, p.password, p.is_active,"
    f" (SELECT COUNT(*) FROM people_rolegrant WHERE {OPEN}), (SELECT SUM(id) FROM people_rolegrant WHERE {OPEN}),"
    f" (SELECT COUNT(*) FROM people_membership WHERE {OPEN}), (SELECT SUM(id) FROM people_membership WHERE {OPEN})"
    " FROM people_person p WHERE {}"
)
INTENTS = "SELECT id, state, code FROM exchange_intent WHERE {}"

Place = tuple[str, int]
Rows = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Right:
    """That this session may bid on this lot, under which code, for whom; and the rows on which that rests."""

    code: str
    who_ref: str
    session: str
    person_id: int
    intent_id: int
    rests_on: Rows = ()
    asked_ns: int = 0


class Rights:
    """All rights in use in this process. Its one thread looks at the rows for all bids that came meanwhile."""

    def __init__(self) -> None:
        self.kept: dict[Place, Right] = {}
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="bid-rights")
        self.door: sql.Port | None = None
        self.waiting: dict[Place, asyncio.Future[Right]] = {}
        self.looking: asyncio.Task[None] | None = None

    async def of(self, session: str, lot_id: int) -> Right:
        """The right of this session on this lot as the rows say now, or the rules' refusal."""
        place = (session, lot_id)
        if place not in self.waiting:
            self.waiting[place] = asyncio.get_running_loop().create_future()
        answer = self.waiting[place]
        if self.looking is None or self.looking.done():
            self.looking = asyncio.ensure_future(self._look())
        return await asyncio.shield(answer)

    async def _look(self) -> None:
        """A look for all that wait, until nobody does: whoever came after a look began gets the next."""
        loop = asyncio.get_running_loop()
        while self.waiting:
            asked, self.waiting = self.waiting, {}
            try:
                found = await loop.run_in_executor(self.thread, self.now, list(asked))
            except BaseException as failure:
                for answer in asked.values():
                    _settle(answer, failure)
                raise
            for place, answer in asked.items():
                _settle(answer, found[place])

    def now(self, places: list[Place]) -> dict[Place, Right | Refused]:
        """On the thread: the rights that stand, and what the rules say where one does not or where none is known."""
        close_old_connections()
        known = {place: self.kept[place] for place in places if place in self.kept}
        rows = self._rows(list(known.values()))
        found: dict[Place, Right | Refused] = {}
        for place in places:
            right = known.get(place)
            found[place] = right if right is not None and stands(right, rows) else self._asked(place)
        return found

    def _asked(self, place: Place) -> Right | Refused:
        """Rows first, then the rules: what changes in between is seen at the next bid."""
        self.kept.pop(place, None)
        try:
            claim = right_of(*place)
            rows = self._rows([claim])[claim.session, claim.intent_id]
            right = right_of(*place)
        except Refused as refused:
            return refused
        if len(self.kept) >= KEPT:
            self.kept.clear()
        self.kept[place] = replace(right, rests_on=rows, asked_ns=time.monotonic_ns())
        return self.kept[place]

    def _rows(self, rights: list[Right]) -> dict[tuple[str, int], Rows]:
        """The rows that these rights rest on, in three questions for all of them."""
        if not rights:
            return {}
        self.door = self.door or sql.beside(connections["default"])
        try:
            sessions = self._read(SESSIONS, "session_key", {right.session for right in rights})
            persons = self._read(PERSONS, "p.id", {right.person_id for right in rights})
            intents = self._read(INTENTS, "id", {right.intent_id for right in rights})
        except self.door.failures:
            self.end()
            raise
        return {
            (right.session, right.intent_id): (
                sessions.get(right.session),
                persons.get(right.person_id),
                intents.get(right.intent_id),
            )
            for right in rights
        }

    def _read(self, question: str, column: str, wanted: set[Any]) -> dict[Any, Rows]:
        assert self.door is not None
        rows = self.door.execute(question.format(sql.among(self.door, column)), (sql.listed(self.door, wanted),))
        return {row[0]: row for row in rows}

    def end(self) -> None:
        """On the thread: give its connections back."""
        if self.door is not None:
            self.door.close()
            self.door = None

    def close(self, on_thread: Callable[[], None]) -> None:
        """The house ends: the thread closes what it holds open."""
        self.thread.submit(self.end)
        self.thread.submit(on_thread)
        self.thread.shutdown(wait=True)


def stands(right: Right, rows: dict[tuple[str, int], Rows]) -> bool:
    """Whether nothing on which the right rests has changed since the rules were asked, which was not long ago."""
    is_fresh = time.monotonic_ns() - right.asked_ns < TRUSTED_NS
    return is_fresh and rows[right.session, right.intent_id] == right.rests_on


def _settle(answer: asyncio.Future[Right], found: Right | BaseException) -> None:
    if answer.done():
        return
    if isinstance(found, Right):
        answer.set_result(found)
    else:
        answer.set_exception(found)
        # A bidder who hung up hears no refusal; nobody else needs to.
        answer.exception()


def right_of(session: str, lot_id: int) -> Right:
    """Who this session is and under which code it bids on this lot, by the rules that the pages ask as well."""
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session)
    person = auth.get_user(request)
    lot = Lot.objects.filter(pk=lot_id).first()
    intent = bidding.bidder_of(person, lot) if isinstance(person, Person) and lot else None
    if intent is None or not isinstance(person, Person):
        raise Refused("bid.not_admitted", bidder="")
    access.require(person, "exchange.bid", intent)
    return Right(intent.code, person.ref, session, person.pk, intent.pk)
