"""Who may bid at the thin door: asked of the ordinary rules once, then held against the rows it rests on at every bid.

A log-out, the end of a session, a new password, a role or membership that ended, a closed person or an intent that is
no longer admitted shows in one of these rows, in whatever process it was done; so the next bid asks the rules anew and
hears their refusal.
"""

from __future__ import annotations

import asyncio
import threading
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
# A question, and the column by which its rows are found and told apart.
# A session also ends by the clock alone, which changes no row: one that is over is not found.
SESSIONS = (
    "SELECT session_key, expire_date, session_data FROM django_session WHERE {} AND expire_date > CURRENT_TIMESTAMP",
    "session_key",
)
# Grants and memberships are only ended and added, never changed: how many stand and the sum of their ids tell them all.
OPEN = "person_id = p.id AND ended_at IS NULL AND confirmed_at IS NOT NULL"
PERSONS = (
    "SELECT p.id, p.password, p.is_active,"
    f" (SELECT COUNT(*) FROM people_rolegrant WHERE {OPEN}), (SELECT SUM(id) FROM people_rolegrant WHERE {OPEN}),"
    f" (SELECT COUNT(*) FROM people_membership WHERE {OPEN}), (SELECT SUM(id) FROM people_membership WHERE {OPEN})"
    " FROM people_person p WHERE {}",
    "p.id",
)
INTENTS = ("SELECT id, state, code FROM exchange_intent WHERE {}", "id")

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


class Rights:
    """All rights in use in this process.

    One thread looks at the rows for all bids that came meanwhile. Another asks the rules for whoever bids for the first
    time, which takes a hundred times as long and keeps nobody else waiting.
    """

    def __init__(self) -> None:
        self.kept: dict[Place, Right] = {}
        self.threads = [ThreadPoolExecutor(1, thread_name_prefix=name) for name in ("bid-rights", "bid-rules")]
        self.doors = threading.local()
        self.waiting: dict[Place, asyncio.Future[Right]] = {}
        self.looking: asyncio.Task[None] | None = None
        self.asking: set[asyncio.Task[None]] = set()

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
        while self.waiting:
            asked, self.waiting = self.waiting, {}
            try:
                standing = await asyncio.get_running_loop().run_in_executor(self.threads[0], self.standing, list(asked))
            except BaseException as failure:
                for answer in asked.values():
                    _settle(answer, failure)
                raise
            for place, answer in asked.items():
                if place in standing:
                    _settle(answer, standing[place])
                else:
                    task = asyncio.ensure_future(self._ask(place, answer))
                    self.asking.add(task)
                    task.add_done_callback(self.asking.discard)

    async def _ask(self, place: Place, answer: asyncio.Future[Right]) -> None:
        try:
            right = await asyncio.get_running_loop().run_in_executor(self.threads[1], self.asked, place)
        except Refused as refused:
            _settle(answer, refused)
        except BaseException as failure:
            _settle(answer, failure)
            raise
        else:
            _settle(answer, right)

    def standing(self, places: list[Place]) -> dict[Place, Right]:
        """On its thread: those of the kept rights that still stand."""
        known = {place: self.kept[place] for place in places if place in self.kept}
        rows = self._rows(list(known.values()))
        return {place: right for place, right in known.items() if stands(right, rows)}

    def asked(self, place: Place) -> Right:
        """On the other thread: what the rules say. The rows are read before, so a change in between is seen later."""
        close_old_connections()
        claim = self.kept.pop(place, None) or right_of(*place)
        rows = self._rows([claim])[claim.session, claim.intent_id]
        right = right_of(*place)
        if (right.person_id, right.intent_id) != (claim.person_id, claim.intent_id):
            return right  # of other rows than were read: good for this bid, and asked again at the next
        if len(self.kept) >= KEPT:
            self.kept.clear()
        self.kept[place] = replace(right, rests_on=rows)
        return self.kept[place]

    def _rows(self, rights: list[Right]) -> dict[tuple[str, int], Rows]:
        """The rows that these rights rest on, in three questions for all of them."""
        if not rights:
            return {}
        door = self._door()
        try:
            sessions = _read(door, SESSIONS, of={right.session for right in rights})
            persons = _read(door, PERSONS, of={right.person_id for right in rights})
            intents = _read(door, INTENTS, of={right.intent_id for right in rights})
        except door.failures:
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

    def _door(self) -> sql.Port:
        """A connection for each of the two threads."""
        if getattr(self.doors, "port", None) is None:
            self.doors.port = sql.beside(connections["default"])
        door: sql.Port = self.doors.port
        return door

    def end(self) -> None:
        """On a thread: give its connection back."""
        if getattr(self.doors, "port", None) is not None:
            self.doors.port.close()
            self.doors.port = None

    def close(self, on_thread: Callable[[], None]) -> None:
        """The house ends: the threads close what they hold open."""
        for thread in self.threads:
            thread.submit(self.end)
            thread.submit(on_thread)
            thread.shutdown(wait=True)


def _read(door: sql.Port, question: tuple[str, str], *, of: set[Any]) -> dict[Any, Rows]:
    text, column = question
    rows = door.execute(text.format(sql.among(door, column)), (sql.listed(door, of),))
    return {row[0]: row for row in rows}


def stands(right: Right, rows: dict[tuple[str, int], Rows]) -> bool:
    """Whether nothing on which the right rests has changed since the rules were asked."""
    return rows[right.session, right.intent_id] == right.rests_on


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
