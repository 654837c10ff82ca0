"""Lots for the benches of bidding: an empty house with its tables, and a lot with its admitted bidders."""

from __future__ import annotations

import json
import time
from itertools import count

from django.core.management import call_command

from zhirong.base.calendar import beijing_day
from zhirong.exchange.actions.listings import kept_edition
from zhirong.exchange.models import Intent, Listing, Lot
from zhirong.people.models import Party, Person
from zhirong.record import actions as record

numbers = count(1)
CLIENTS = 32
STEP_FEN = 100_00


def an_empty_house() -> None:
    """All tables, in the database of this bench."""
    call_command("migrate", verbosity=0)


def a_hot_lot(*, has_rules: bool = False) -> int:
    """A lot that stays open for a day, with 32 admitted bidders whose codes are 100 to 131.

    With the rules that were kept at its announcement its room can be shown.
    """
    made_at, number = record.now(), next(numbers)
    name = f"bench {number}"
    seller = Party.objects.create(kind="legal", name=name, name_key=name, made_at=made_at)
    person = Person.objects.create(login=name, name=name, made_at=made_at)
    shown = {"state": "bidding", "announced_at": made_at, "closes_at": made_at, "bidding_at": made_at}
    if has_rules:
        edition = kept_edition("platform", made_at)
        shown |= {"edition_of_rules": edition, "rules_day": beijing_day(made_at)}
    listing = Listing.objects.create(number=name, seller=seller, title=name, asking_fen=1, rule_set="platform", **shown)
    for code in range(100, 100 + CLIENTS):
        party = Party.objects.create(kind="legal", name=f"{name} {code}", name_key=name, made_at=made_at)
        Intent.objects.create(
            listing=listing,
            party=party,
            person=person,
            state="admitted",
            code=str(code),
            registered_at=made_at,
            payment_code=f"{number}-{code}",
        )
    terms = {"form": "timed", "start_fen": STEP_FEN, "steps": [[0, STEP_FEN]], "window_ns": 1, "extension_ns": 1}
    opens_ns = time.time_ns() - 10**9
    return Lot.objects.create(
        listing=listing, terms=json.dumps(terms), opens_ns=opens_ns, closes_ns=opens_ns + 86_400 * 10**9, start_fen=1
    ).pk
