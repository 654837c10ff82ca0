"""The office of the demo pays what is due, in time: made by one person, checked by another, sent to the bank."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Final

from zhirong.base.calendar import beijing_day, china
from zhirong.demo.story import Story
from zhirong.exchange import subjects
from zhirong.ledger.actions import dues, payouts, simulated
from zhirong.ledger.models import Due, Reconciliation
from zhirong.record import actions as record

# Office hours end at 17:30; the bank's last file of a day goes before.
HOUR: Final = timedelta(hours=16 - 9, minutes=40)
# What the demo still shows to be done: some to prepare, and one that waits for its check.
OPEN, UNCHECKED = 2, 1


def every_day(story: Story, last: datetime) -> None:
    """The office's payments on each working day from now to the last, whatever the story does until then."""
    day = beijing_day(record.now())
    while (day := china().add_working_days(day, 1).day) < beijing_day(last):
        story.later.append((china().opening_time(day) + HOUR, partial(pay, story)))


def every_three_minutes(story: Story, since: datetime) -> None:
    """Where rules of minutes are shown the office pays by minutes, for a quarter of an hour."""
    story.later += [(since + timedelta(minutes=minutes), partial(pay, story)) for minutes in range(3, 16, 3)]


def pay(story: Story, *, leave: int = 0) -> None:
    """Prepare, check and send what is due, the earliest term first; the bank's next statement tells that it left."""
    if not Due.objects.filter(state="due").exists():
        return
    story.statement()
    if not _is_even():
        # A line that the bank tells late holds payments back until it is told.
        return
    waiting = list(Due.objects.filter(state="due").order_by("due_at", "pk").values_list("key", flat=True))
    if chosen := waiting[: len(waiting) - leave]:
        made = dues.prepare(story.cast["jingban"], chosen)
        dues.check(story.cast["fuhe"], [one.pk for one in made])
        payouts.send_payouts(story.cast["jingban"], simulated.SimulatedBank(), say=subjects.purposes)
        story.statement()


def last_day(story: Story) -> None:
    """What is due by now is paid, but for the little that a visitor finds to prepare and to check."""
    pay(story, leave=OPEN + UNCHECKED)
    rest = Due.objects.filter(state="due").order_by("due_at", "pk").values_list("key", flat=True)
    if first := list(rest[:UNCHECKED]):
        dues.prepare(story.cast["jingban"], first)


def _is_even() -> bool:
    last = Reconciliation.objects.order_by("-pk").first()
    return last is None or last.is_even
