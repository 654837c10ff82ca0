"""`zr demo --play`: one auction from announcement to certificate, under the demo rule set, while one watches."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from random import Random

from django.db import close_old_connections

from zhirong.base.calendar import beijing_day
from zhirong.demo import auctions, invented
from zhirong.demo.cast import Cast, told
from zhirong.exchange.models import Intent, Lot
from zhirong.exchange import floor_doors, jobs
from zhirong.exchange.engine import amounts
from zhirong.exchange.engine.shape import Terms
from zhirong.people.models import Person
from zhirong.record import actions as record

BUYERS = ("wangshu", "zhiqiu", "yizhou")
PATIENCE_SECONDS = 1_800


def _cast() -> Cast:
    people = {one["login"]: Person.objects.get(login=one["login"]) for one in told()["people"]}
    firms = {
        one["login"]: people[one["login"]].memberships.filter(ended_at=None).order_by("pk")[0].party
        for one in told()["people"]
        if "firm" in one
    }
    return Cast(people, firms)
