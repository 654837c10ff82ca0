"""What the people of the demo do again and again: list, register, pay, bid, sign; and how its time passes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from zhirong.base.calendar import beijing_day
from zhirong.base.shown import from_ns
from zhirong.demo import invented
from zhirong.demo.cast import EVIDENCE, Cast
from zhirong.exchange import clockwork, floor_doors
from zhirong.exchange.actions import contracts, deals, intents, listings, money, settlement, state_papers
from zhirong.exchange.engine import amounts
from zhirong.exchange.engine.shape import Terms
from zhirong.exchange.models import Deal, Intent, Listing, Lot
from zhirong.ledger.actions import bank, simulated
from zhirong.people.models import Party, Person
from zhirong.record import actions as record
from zhirong.registry import records
from zhirong.registry.actions import putting
from zhirong.registry.engine.facts import Kind
from zhirong.registry.models import Right

BUYERS = ("wangshu", "zhiqiu", "yizhou", "weizhen")
WHY = "演示：时间推进"
APPRAISES, APPROVES = "鹏城资产评估有限公司（演示）", "某区国有资产监督管理局（演示）"
# A bid is not sent when the auction is about to close.
MARGIN = timedelta(seconds=15)
# What the listings of the story ask for on the whole, before they are fitted to their kind.
TYPICAL_YUAN = 400_000


@dataclass
class Story:
    """The cast, the rights that wait to be told of, and the dice."""

    cast: Cast
    rights: Iterator[records.RightRecord]
    dice: Random
    tell: Callable[[str], None] = print
    # What happens at an instant to come, whatever the story does until then.
    later: list[tuple[datetime, Callable[[], object]]] = field(default_factory=list)

    def right(self, *holders: str, said: records.RightRecord | None = None) -> Right:
        """A right of these holders in equal shares: the next one of the story, or this one."""
        named = [self.cast.firms[login] for login in holders]
        shares = [records.WHOLE_PPM // len(named)] * len(named)
        held = tuple(
            records.Named(one.name, party=one.ref, share_ppm=share) for one, share in zip(named, shares, strict=True)
        )
        said = replace(said or next(self.rights), holders=held)
        return putting.put_right(self.cast["jingban"], said, source="演示登记簿").right

    def listing(
        self,
        seller: str,
        *rights: Right,
        rule_set: str = "platform",
        requirement: str = "",
        state: str = "announced",
        reserve_percent: int = 0,
    ) -> Listing:
        """A listing of this seller, of one right unless they are named, brought to this state."""
        person, operator = self.cast[seller], self.cast["jingban"]
        held = rights or (self.right(seller),)
        yuan = self.dice.choice([58_000, 96_000, 120_000, 186_000, 260_000, 360_000, 480_000, 642_000, 800_000])
        # Around the middle of its kind, as the deals of the years before: the market then learns of no leap.
        of_kind = sum(invented.MIDDLE_YUAN[Kind(one.kind)] for one in held)
        yuan = max(6_000, yuan * of_kind // TYPICAL_YUAN // 1_000 * 1_000)
        offer = listings.Offer(
            seller=self.cast.firms[seller],
            rights=tuple(one.pk for one in held),
            title="、".join(one.title for one in held)[:200],
            title_en="; ".join(one.title_en for one in held)[:200],
            summary="".join(one.abstract for one in held)[:2000],
            asking_fen=yuan * 100,
            reserve_fen=yuan * reserve_percent if reserve_percent else None,
            rule_set=rule_set,
            requirement=requirement,
        )
        made = listings.draft(person, offer)
        if self.cast.firms[seller].is_state_owned:
            self._state_papers(seller, made)
        if state != "draft":
            made = listings.submit(person, made.pk)
        if state == "announced":
            made = listings.announce(operator, made.pk, fees_unknown=True)
        return made

    def _state_papers(self, seller: str, listing: Listing) -> None:
        """The appraisal of state-owned rights and the approval of their sale; the operator reads both (X3)."""
        day, value_fen = beijing_day(record.now()) - timedelta(days=40), listing.asking_fen // 105 * 100
        filed = f"备〔{day.year}〕{listing.pk}号（演示）"
        report, decision = f"鹏城评报字〔{day.year}〕第{listing.pk}号", f"资产处置批复〔{day.year}〕{listing.pk}号"
        for said in (
            state_papers.Said("appraisal", APPRAISES, report, day, value_fen, APPROVES, filed, day + timedelta(days=9)),
            state_papers.Said("transfer", APPROVES, decision, day + timedelta(days=12)),
        ):
            file = record.keep_file(self.cast[seller], f"{said.number}.pdf", EVIDENCE.encode() + said.number.encode())
            state_papers.enter(self.cast[seller], listing.pk, said, file=file)
            record.read_file(self.cast["jingban"], file, is_evidence=True)

    def registered(self, listing: Listing, *buyers: str, quirk: simulated.Quirk = "none") -> None:
        """These buyers register and their deposits arrive at the bank, which may have its quirks."""
        self.register(listing, *buyers, quirk=quirk)
        self.statement()

    def register(self, listing: Listing, *buyers: str, quirk: simulated.Quirk = "none") -> None:
        """The same without the bank's statement, which then comes once for many."""
        for login in buyers:
            intent = intents.register(
                self.cast[login],
                listing.pk,
                party=self.cast.firms[login],
                of_repaid_fen=listing.deposit_fen,
            )
            if intent.deposit_state == "due":
                self.pays(intent.party, intent.deposit_fen, intent.payment_code, quirk=quirk)

    def pays(self, party: Party, amount_fen: int, code: str, *, quirk: simulated.Quirk = "none") -> None:
        """A customer's transfer at the simulated bank; a stranger's names neither payer nor code."""
        payer = "" if quirk == "stranger" else party.name
        simulated.pay_in(payer, amount_fen, memo=f"知融 {code}", now=record.now(), quirk=quirk)

    def statement(self) -> None:
        """The bank's statement comes in and what waited for money goes on."""
        bank.fetch_statement(self.cast["jingban"], simulated.SimulatedBank())
        clockwork.settle()

    def until(self, at: datetime) -> None:
        """Time passes until then; what was to happen in between happens at its instant."""
        while due := [one for one in self.later if one[0] < at]:
            first = min(due, key=lambda one: one[0])
            self.later.remove(first)
            clockwork.move_to(self.cast["jingban"], first[0], why=WHY)
            first[1]()
        clockwork.move_to(self.cast["jingban"], at, why=WHY)

    def bidding(self, chosen: Sequence[Listing], *, rounds: int, seconds: tuple[int, int] = (70, 400)) -> None:
        """Rounds of bids: in each, some of these auctions get one; so many seconds pass between the rounds."""
        for number in range(rounds):
            running = [lot for listing in chosen if (lot := self._open_lot(listing)) is not None]
            for lot in running:
                if self.dice.random() < 0.75 or number == 0:
                    self._bid(lot, number)
            self.until(record.now() + timedelta(seconds=self.dice.randint(*seconds)))

    def _open_lot(self, listing: Listing) -> Lot | None:
        """The auction of a listing, if it takes bids now."""
        lot = Lot.objects.filter(listing=listing, state__in=("scheduled", "live")).first()
        is_open = lot is not None and from_ns(lot.opens_ns) <= record.now() < from_ns(lot.closes_ns) - MARGIN
        return lot if is_open else None

    def _bid(self, lot: Lot, number: int) -> None:
        """One bid by somebody who does not lead, by one to three steps."""
        lot.refresh_from_db()
        # Whoever may take the lot at its price waits for the end.
        admitted = Intent.objects.filter(listing_id=lot.listing_id, state="admitted", priority_rank=None)
        codes = admitted.order_by("pk").values_list("code", flat=True)
        bidder = self.dice.choice([code for code in codes if code != lot.top_code])
        price_fen = lot.start_fen
        if lot.top_fen is not None:
            steps = Terms.from_facts(json.loads(lot.terms)).steps
            price_fen = lot.top_fen + amounts.step_at(steps, lot.top_fen) * self.dice.choice((1, 1, 2, 3))
        reply = floor_doors.bid(lot.pk, bidder, price_fen, key=f"demo-{lot.bids}-{number}")
        assert reply.accepted, reply

    def deal(self, listing: Listing, *, until: str) -> Deal:
        """A deal brought to a state of its settlement."""
        deal = Deal.objects.get(listing=listing, state="contract")
        file = contracts.write(deal.pk).contract_file
        assert file is not None
        seller, buyer = self.member(deal.seller), self.member(deal.buyer)
        if until == "contract":
            return deals.accept(self.cast[seller], deal.pk, side="seller", contract_sha256=file.sha256)
        deals.accept(self.cast[seller], deal.pk, side="seller", contract_sha256=file.sha256)
        deal = deals.accept(self.cast[buyer], deal.pk, side="buyer", contract_sha256=file.sha256)
        if until == "payment":
            return deal
        if deal.state == "payment":
            self.pays(deal.buyer, money.due_fen(deal), money.price_code(deal))
            self.statement()
        if until == "recordal":
            return deal
        today = beijing_day(record.now())
        clerk = self.cast["jingban"]
        notice = record.keep_file(clerk, f"演示通知书 {deal.number}.pdf", EVIDENCE.encode())
        entered = settlement.enter_recordal(clerk, deal.pk, settlement.Proof(f"演示登记 {deal.number}", today, notice))
        if until == "confirming":
            return deal
        record.read_file(self.cast["fuhe"], notice, is_evidence=True)
        return settlement.confirm_recordal(self.cast["fuhe"], deal.pk, payload_hash=entered.payload_hash)

    def buyer_of(self, listing: Listing) -> Person:
        """Somebody who registered for a listing."""
        return Intent.objects.filter(listing=listing).order_by("pk")[0].person

    def member(self, party: Party) -> str:
        return next(login for login, firm in self.cast.firms.items() if firm.pk == party.pk)

    def some_buyers(self, least: int = 2) -> list[str]:
        """Two to four of the cast's buyers."""
        return self.dice.sample(BUYERS, self.dice.randint(least, len(BUYERS)))
