"""The change feed (变更流): every event in the one order of the record, read by number, so that none is skipped."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any

from django.db.models import Q
from django.http import HttpRequest
from ninja import Query, Router
from pydantic import BaseModel, ConfigDict, Field

from zhirong.api import calling, problems, shapes
from zhirong.exchange.models import Deal
from zhirong.people import access
from zhirong.people.models import Party, Person
from zhirong.record import feed
from zhirong.record.feed import Told
from zhirong.record.models import Leaf, Notice

router = Router(tags=["record"])
Topic = Annotated[str, Field(max_length=64, pattern="^[a-z]+:[0-9A-Za-z_-]+$", examples=["lot:12"])]


class AskedFeed(BaseModel):
    """?after=-1&limit=100&topic=lot:12&topic=lot:13"""

    model_config = ConfigDict(extra="forbid")

    after: int = Field(-1, ge=-1, le=shapes.LARGEST_ID, description="The last number read; -1 from the beginning")
    limit: int = Field(100, ge=1, le=1000)
    topic: Annotated[list[Topic], Field(max_length=40)] = []


class EventTold(shapes.Told):
    """One event; `facts` is the whole body of its leaf."""

    number: int
    leaf: int
    at: datetime
    kind: str = Field(examples=["exchange.bid"])
    topic: str = Field(examples=["lot:12"])
    public: bool
    facts: dict[str, Any]


class Feed(shapes.Told):
    """Events in order. Ask again with `after=next`; all was read when `next` equals `last`."""

    items: list[EventTold]
    next: int = Field(description="The number up to which all was read, whether or not anything of it may be shown")
    last: int = Field(description="The last number of the record when this was read")


def event_told(told: Told) -> EventTold:
    return EventTold(
        number=told.number,
        leaf=told.leaf_id,
        at=told.at,
        kind=told.kind,
        topic=told.topic,
        public=told.public,
        facts=told.facts,
    )


class Reader:
    """What a caller may see of events that are not public: their own deeds and things, and what they were told of."""

    def __init__(self, request: HttpRequest) -> None:
        self.person: Person | None = calling.anyone_of(request)
        self.sees_all = access.may(calling.standing_of(request), "people.read_record")
        self.parties = calling.parties_of(request)

    def own(self, events: list[Told]) -> list[Told]:
        """Those that may be shown, in their order."""
        if self.sees_all:
            return events
        hidden = [one for one in events if not one.public]
        if not hidden or self.person is None:
            return [one for one in events if one.public]
        topics, leaves = self._topics(hidden), self._told(hidden)
        ref = self.person.ref
        return [
            one
            for one in events
            if one.public or one.topic in topics or one.leaf_id in leaves or one.facts.get("who") == ref
        ]

    def _told(self, hidden: list[Told]) -> set[int]:
        assert self.person is not None
        ids = [one.leaf_id for one in hidden]
        found = Notice.objects.filter(person_ref=self.person.ref, leaf__in=ids)
        return set(found.values_list("leaf_id", flat=True))

    def _topics(self, hidden: list[Told]) -> set[str]:
        assert self.person is not None
        refs = Party.objects.filter(pk__in=self.parties).values_list("ref", flat=True)
        named = [one.topic.removeprefix("deal:") for one in hidden if one.topic.startswith("deal:")]
        sides = Q(seller__in=self.parties) | Q(buyer__in=self.parties)
        deals = Deal.objects.filter(sides, pk__in=[int(name) for name in named if name.isdecimal()]).values_list(
            "pk", flat=True
        )
        return {self.person.topic, *(f"party:{ref}" for ref in refs), *(f"deal:{pk}" for pk in deals)}


@router.get("/feed", auth=calling.ANYONE, summary="Change feed", **problems.told(Feed))
def read_feed(request: HttpRequest, asked: Query[AskedFeed]) -> Feed:
    """Public events for anyone, others for those whom they concern, all for the auditor.

    What is committed later gets a later number, so a reader that goes on from `next` misses nothing.
    """
    reader = Reader(request)
    last = feed.last_number()
    # The public alone is asked for where nothing else can be shown, so that a page is full.
    events = feed.events_after(
        asked.after, asked.limit, asked.topic or None, public_only=reader.person is None and not reader.sees_all
    )
    is_full = len(events) == asked.limit
    read_to = events[-1].number if is_full else max([asked.after, last, *(one.number for one in events)])
    return Feed(items=[event_told(one) for one in reader.own(events)], next=read_to, last=max(last, read_to))


def may_see(request: HttpRequest, leaf: Leaf) -> bool:
    """Whether the caller may see the body of this leaf."""
    event = leaf.event
    told = Told(
        number=leaf.number if leaf.number is not None else -1,
        leaf_id=leaf.pk,
        at=leaf.at,
        kind=leaf.kind,
        topic=leaf.topic,
        public=event.public,
        facts=json.loads(event.body),
    )
    return bool(Reader(request).own([told]))
