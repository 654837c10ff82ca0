"""A bidder whose deposit came in time is let in while the lot runs, if the announced rules say so; ranks are fixed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.exchange import given_deals as given
from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.exchange import floor_doors, jobs
from zhirong.exchange.actions import bidding, intents, late_admission
from zhirong.exchange.models import Intent, Listing, Lot, LotStep
from zhirong.ledger.models import BankFile, BankLine
from zhirong.record import actions as record

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


class Hall:
    """A lot that runs between two bidders, and a third whose intent lapsed unpaid."""

    def __init__(self, data: Path) -> None:
        self.house, seller = given.House(), given.a_side("holder")
        self.first, self.second, self.third = (given.a_side("buyer") for _ in range(3))
        self.listing = given.an_announced(self.house, seller)
        given.an_admitted(self.listing, self.first)
        given.an_admitted(self.listing, self.second)
        self.intent = intents.register(self.third.person, self.listing.pk, party=self.third.party)
        given.time_passes(minutes=4)
        jobs.tick()
        self.lot = Lot.objects.get(listing=self.listing)
        floor_doors.start(data=data)
        self.listing.refresh_from_db()
        self.intent.refresh_from_db()

    def bank_line(self, day: date, *, fen: int = 0) -> None:
        """The deposit, or so much of it, came on a day, and was found out and booked to its payer only now."""
        fen, ref = fen or self.intent.deposit_fen, f"{day}-{fen}"
        file = BankFile.objects.create(direction="in", name="late", sha256=ref, at=record.now())
        BankLine.objects.create(
            file=file,
            bank="custody",
            bank_ref=ref,
            account="x",
            amount=fen,
            value_day=day,
            payer=self.third.party.name,
            memo=f"deposit {self.intent.payment_code}",
            state="matched",
        )
        given.money_for(self.third.party, fen)

    def closed_on(self) -> date:
        assert self.listing.closes_at is not None
        return beijing_day(self.listing.closes_at)

    def begun(self) -> None:
        """The first bid, by which the floor has the lot in memory."""
        assert bidding.place_bid(self.first.person, self.lot, self.listing.asking_fen, key="").result(5).accepted


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    yield Hall(tmp_path)
    floor_doors.stop()


def refused(hall: Hall, rank: int | None = None) -> str:
    with pytest.raises(Refused) as no:
        intents.admit(hall.house.operator, hall.intent.pk, priority_rank=rank)
    return no.value.code


def test_who_paid_in_time_is_let_in_while_the_lot_runs_and_bids(hall: Hall) -> None:
    assert (hall.intent.state, hall.intent.deposit_state) == ("lapsed", "waived")
    hall.begun()
    hall.bank_line(hall.closed_on())
    admitted = intents.admit(hall.house.operator, hall.intent.pk)
    assert (admitted.state, admitted.deposit_state, given.free_fen(hall.third)) == ("admitted", "held", 0)
    reply = bidding.place_bid(hall.third.person, hall.lot, hall.listing.asking_fen * 2, key="").result(5)
    assert (reply.code, reply.facts["bidder"]) == ("", admitted.code)
    intents.admit(hall.house.operator, hall.intent.pk)
    assert LotStep.objects.filter(lot=hall.lot, kind="admitted", code=admitted.code).count() == 1


def test_a_lot_that_nobody_has_bid_on_reads_the_late_one_from_the_rows(hall: Hall) -> None:
    hall.bank_line(hall.closed_on())
    admitted = intents.admit(hall.house.operator, hall.intent.pk)
    assert bidding.place_bid(hall.third.person, hall.lot, hall.listing.asking_fen, key="").result(5).accepted
    assert LotStep.objects.filter(lot=hall.lot, kind="admitted", code=admitted.code).count() == 1


def test_a_deposit_of_the_day_after_or_of_nobody_is_too_late(hall: Hall) -> None:
    assert refused(hall) == "intent.deposit_not_in_time"
    hall.bank_line(hall.closed_on() + timedelta(days=1))
    assert refused(hall) == "intent.deposit_not_in_time"
    assert Intent.objects.get(pk=hall.intent.pk).state == "lapsed"
    assert given.free_fen(hall.third) == hall.intent.deposit_fen


def test_two_payments_that_make_the_sum_came_in_time_only_together(hall: Hall) -> None:
    hall.bank_line(hall.closed_on(), fen=hall.intent.deposit_fen - 1)
    assert refused(hall) == "intent.deposit_not_in_time"
    hall.bank_line(hall.closed_on(), fen=1)
    intents.admit(hall.house.operator, hall.intent.pk)
    hall.intent.refresh_from_db()
    assert (hall.intent.state, hall.intent.deposit_state) == ("admitted", "held")


def test_rules_that_know_no_late_admission_let_nobody_in(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    hall.bank_line(hall.closed_on())
    monkeypatch.setattr(late_admission, "rules_of", lambda listing: type("Rules", (), {"late_admission": False}))
    assert refused(hall) == "intent.no_late_admission"


def test_a_rank_is_fixed_once_bidding_is_scheduled(hall: Hall) -> None:
    first = Intent.objects.get(listing=hall.listing, party=hall.first.party)
    Intent.objects.filter(pk=first.pk).update(priority_basis="co-owner")
    with pytest.raises(Refused) as no:
        intents.admit(hall.house.operator, first.pk, priority_rank=1)
    assert no.value.code == "intent.rank_fixed"
    assert Intent.objects.get(pk=first.pk).priority_rank is None
    assert intents.admit(hall.house.operator, first.pk).state == "admitted"


def test_an_admission_that_the_floor_did_not_take_is_taken_back(hall: Hall) -> None:
    hall.begun()
    hall.bank_line(hall.closed_on())
    floor_doors.stop()
    assert refused(hall) == "floor.stopped"
    intent = Intent.objects.get(pk=hall.intent.pk)
    assert (intent.state, intent.deposit_state) == ("lapsed", "released")
    assert given.free_fen(hall.third) == hall.intent.deposit_fen


def test_a_deposit_that_the_bank_took_back_lets_nobody_in(hall: Hall) -> None:
    hall.begun()
    hall.bank_line(hall.closed_on())
    for state in ("taken_back", "suspense", "returning"):
        BankLine.objects.update(state=state)
        assert refused(hall) == "intent.deposit_not_in_time"
    assert given.free_fen(hall.third) == hall.intent.deposit_fen
    assert not LotStep.objects.filter(lot=hall.lot, kind="admitted", code=hall.intent.code).exists()


def test_an_admission_after_whose_rows_the_house_fell_reaches_the_floor_by_the_clock(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall.begun()
    hall.bank_line(hall.closed_on())
    with monkeypatch.context() as fallen:
        fallen.setattr(late_admission, "tell_floor", lambda intent, *, who: None)
        admitted = intents.admit(hall.house.operator, hall.intent.pk)
    bid = bidding.place_bid(hall.third.person, hall.lot, hall.listing.asking_fen * 2, key="").result(5)
    assert bid.code == "bid.not_admitted"
    jobs.tick()
    assert not LotStep.objects.filter(kind="admitted", code=admitted.code).exists(), "its person may still be at it"
    Intent.objects.filter(pk=admitted.pk).update(decided_at=record.now() - timedelta(seconds=11))
    Listing.objects.filter(pk=hall.listing.pk).update(closes_at=record.now() - timedelta(seconds=20))
    for _ in range(2):
        jobs.tick()
    assert LotStep.objects.filter(lot=hall.lot, kind="admitted", code=admitted.code).count() == 1
    bid = bidding.place_bid(hall.third.person, hall.lot, hall.listing.asking_fen * 2, key="").result(5)
    assert (bid.code, bid.facts["bidder"]) == ("", admitted.code)


def test_a_half_done_admission_to_a_lot_that_ended_is_taken_back_by_the_clock(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall.begun()
    hall.bank_line(hall.closed_on())
    with monkeypatch.context() as fallen:
        fallen.setattr(late_admission, "tell_floor", lambda intent, *, who: None)
        admitted = intents.admit(hall.house.operator, hall.intent.pk)
    Intent.objects.filter(pk=admitted.pk).update(decided_at=record.now() - timedelta(seconds=11))
    Listing.objects.filter(pk=hall.listing.pk).update(closes_at=record.now() - timedelta(seconds=20))
    bidding.annul(hall.house.operator, hall.lot, reason="网络故障")
    jobs.tick()
    admitted.refresh_from_db()
    assert (admitted.state, admitted.deposit_state) == ("lapsed", "released")
    assert given.free_fen(hall.third) == hall.intent.deposit_fen
