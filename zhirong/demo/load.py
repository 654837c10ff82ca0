"""Load a demo house: the cast, the story of its auctions, then the mass of listed rights, with progress."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from random import Random

from zhirong.base.calendar import beijing_day
from zhirong.demo import appraised, auctions, cast, district, invented, support, valued
from zhirong.demo.story import Story
from zhirong.exchange.actions import bulk
from zhirong.exchange.actions.listings import Offer
from zhirong.people.actions import batches
from zhirong.people.models import Party
from zhirong.record import actions as record
from zhirong.record import sequencer
from zhirong.registry import records
from zhirong.registry.actions import putting

FIRMS = 900
# How much of the mass is put and listed between two lines of progress.
PORTION = 2_300
# Garbage is looked for after so many new objects, where Python itself looks after 700.
SELDOM = 50_000


class Progress:
    """One line of progress, written over where a person watches, line by line in a file; zh and en side by side."""

    def __init__(self) -> None:
        self.started = time.monotonic()
        self.is_watched = sys.stdout.isatty()

    def __call__(self, what: str) -> None:
        self._say(what, end="" if self.is_watched else "\n")

    def done(self, what: str) -> None:
        """The last word of the load."""
        self._say(what, end="\n")

    def _say(self, what: str, *, end: str) -> None:
        # Chinese takes two columns a character, so the terminal clears its line and nothing is padded.
        start = "\r\x1b[K" if self.is_watched else ""
        print(f"{start}[{time.monotonic() - self.started:5.1f} s] {what}", end=end, flush=True)


def everything(seed: int, *, listings: int, tell: Callable[[str], None]) -> None:
    """The whole demo. It is the same for the same seed and day."""
    sequencer.start()
    try:
        with _garbage_seldom():
            people = cast.enter()
            tell("人员与机构 / people and organisations")
            story_day = beijing_day(record.now())
            valued.bring(people, seed, story_day, tell=tell)
            owners = _owners(people, seed)
            supported = support.begin(people, _enterprises(owners), seed, tell=tell)
            story = Story(people, auctions.rights_for(seed, story_day), Random(f"story {seed}"), tell)
            story.later += support.days(supported)
            auctions.play(story)
            _mass(people, seed, owners, count=listings, tell=tell)
            valued.learn(beijing_day(record.now()), tell=tell)
            appraised.everything(people, tell=tell)
            support.end(supported, tell=tell)
    finally:
        sequencer.stop()


@contextmanager
def _garbage_seldom() -> Iterator[None]:
    """A load makes many objects and few circles of them: looking for those took a fifth of its time."""
    usual = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(SELDOM, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _enterprises(owners: list[Party]) -> list[Party]:
    """Those of the owners about which the district knows something."""
    return [one for one in owners if not one.is_public_institution][: district.ENTERPRISES]


def _mass(people: cast.Cast, seed: int, owners: list[Party], *, count: int, tell: Callable[[str], None]) -> None:
    """The mass goes through the batch forms: the same rules, a leaf and an event for each item."""
    day = beijing_day(record.now())
    dice = Random(f"mass {seed}")
    source, done = invented.of_every_kind(seed, day, count=count), 0
    while done < count:
        said = []
        for _ in range(min(PORTION, count - done)):
            owner = dice.choice(owners)
            holder = records.Named(owner.name, party=owner.ref, share_ppm=records.WHOLE_PPM)
            said.append((owner, replace(next(source), holders=(holder,))))
        ids = putting.put_rights(people["jingban"], [one for _, one in said], source="演示登记簿").ids
        offers = [_offer(owner, one, right, dice=dice, day=day) for (owner, one), right in zip(said, ids, strict=True)]
        published = bulk.publish_many(people["jingban"], people["jingban2"], offers)
        assert not published.refused, next(iter(published.refused.values()))
        done += len(said)
        tell(f"挂牌 {done:,}/{count:,} / listed {done:,} of {count:,}")


def _owners(people: cast.Cast, seed: int) -> list[Party]:
    evidence = record.keep_file(people["jingban"], "演示机构名单.csv", "机构,代码\n".encode())
    newcomers = [
        batches.Newcomer(
            name=firm.name, code=firm.code, is_public_institution=firm.is_public, is_public_research=firm.is_public
        )
        for firm in invented.firms(seed, FIRMS)
    ]
    known = batches.put_organisations(people["jingban"], people["fuhe"], newcomers, evidence=evidence)
    return list(known.values())


def _offer(owner: Party, said: records.RightRecord, right: int, *, dice: Random, day: date) -> Offer:
    assert said.filed_on is not None
    return Offer(
        seller=owner,
        rights=(right,),
        title=said.title[:200],
        title_en=said.title_en[:200],
        summary=said.abstract,
        asking_fen=invented.asking_fen(dice, said.kind, filed_on=said.filed_on, day=day),
        rule_set="platform",
    )
