"""Some forty auctions in every state, told through the single actions of their people over thirteen working days."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from zhirong.base.calendar import beijing_day
from zhirong.base.shown import from_ns
from zhirong.demo import invented
from zhirong.demo.cast import EVIDENCE, Cast
from zhirong.exchange import clockwork, floor_doors
from zhirong.exchange.actions import (
    closing,
    contracts,
    deals,
    intents,
    listings,
    money,
    objections,
    questions,
    settlement,
    succession,
)
from zhirong.exchange.engine import amounts
from zhirong.exchange.engine.shape import Terms
from zhirong.exchange.models import Deal, Intent, Listing, Lot
from zhirong.ledger.actions import bank, simulated
from zhirong.people import jobs as people_jobs
from zhirong.people.models import Party, Person
from zhirong.record import actions as record
from zhirong.record.models import Notice
from zhirong.registry import records
from zhirong.registry.actions import putting

BUYERS = ("wangshu", "zhiqiu", "yizhou", "weizhen")
SELLERS = ("chen", "liang")
WHY = "演示：时间推进"
# More than the story needs; their numbers stay clear of the mass.
RIGHTS = 80
FIRST_SERIAL = 500_000
# The newest messages of each of the cast that are still to be read when the demo opens.
UNREAD = 10


@dataclass
class Story:
    """The cast, the rights that wait to be told of, and the dice."""

    cast: Cast
    rights: Iterator[records.RightRecord]
    dice: Random
    tell: Callable[[str], None] = print

    def listing(
        self, seller: str, *, rule_set: str = "platform", requirement: str = "", state: str = "announced"
    ) -> Listing:
        """A listing of one right of this seller, brought to this state."""
        party, person, operator = self.cast.firms[seller], self.cast[seller], self.cast["jingban"]
        said = next(self.rights)
        holder = records.Named(party.name, party=party.ref, share_ppm=records.WHOLE_PPM)
        right = putting.put_right(operator, replace(said, holders=(holder,)), source="演示登记簿").right
        yuan = self.dice.choice([58_000, 96_000, 120_000, 186_000, 260_000, 360_000, 480_000, 642_000, 800_000])
        offer = listings.Offer(
            seller=party,
            rights=(right.pk,),
            title=right.title[:200],
            title_en=right.title_en[:200],
            summary=right.abstract[:2000],
            asking_fen=yuan * 100,
            rule_set=rule_set,
            requirement=requirement,
        )
        made = listings.draft(person, offer)
        if state != "draft":
            made = listings.submit(person, made.pk)
        if state == "announced":
            made = listings.announce(operator, made.pk, fees_unknown=True)
        return made

    def registered(self, listing: Listing, *buyers: str) -> None:
        """These buyers register and their deposits arrive at the bank."""
        for login in buyers:
            intent = intents.register(
                self.cast[login],
                listing.pk,
                party=self.cast.firms[login],
                of_repaid_fen=listing.deposit_fen,
            )
            if intent.deposit_state == "due":
                self.pays(intent.party, intent.deposit_fen, intent.payment_code)
        self.statement()

    def pays(self, party: Party, amount_fen: int, code: str) -> None:
        """A customer's transfer at the simulated bank."""
        simulated.pay_in(party.name, amount_fen, memo=f"知融 {code}", now=record.now())

    def statement(self) -> None:
        """The bank's statement comes in and what waited for money goes on."""
        bank.fetch_statement(self.cast["jingban"], simulated.SimulatedBank())
        clockwork.settle()

    def bidding(self, chosen: Sequence[Listing], *, rounds: int) -> None:
        """Rounds of bids: in each, some of these auctions get one; minutes pass between the rounds."""
        running = [lot for listing in chosen if (lot := self._open_lot(listing)) is not None]
        for number in range(rounds):
            for lot in running:
                if self.dice.random() < 0.6 or number == 0:
                    self._bid(lot, number)
            minutes = timedelta(seconds=self.dice.randint(70, 400))
            clockwork.move_to(self.cast["jingban"], record.now() + minutes, why=WHY)

    def _open_lot(self, listing: Listing) -> Lot | None:
        """The auction of a listing, if it takes bids now."""
        lot = Lot.objects.filter(listing=listing, state__in=("scheduled", "live")).first()
        return lot if lot is not None and from_ns(lot.opens_ns) <= record.now() else None

    def _bid(self, lot: Lot, number: int) -> None:
        """One bid by somebody who does not lead, by one to three steps."""
        lot.refresh_from_db()
        codes = Intent.objects.filter(listing_id=lot.listing_id, state="admitted").values_list("code", flat=True)
        bidder = self.dice.choice([code for code in codes.order_by("pk") if code != lot.top_code])
        price_fen = lot.start_fen
        if lot.top_fen is not None:
            steps = Terms.from_facts(json.loads(lot.terms)).steps
            price_fen = lot.top_fen + amounts.step_at(steps, lot.top_fen) * self.dice.choice((1, 1, 2, 3))
        reply = floor_doors.bid(lot.pk, bidder, price_fen, key=f"demo-{number}")
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


# From the cheapest to the dearest: a price that is owed is one that nobody's free money covers, or it would be paid.
SETTLED_AS = (
    *("objection", "annulled", "default", "declined"),
    *("settled", "settled", "settled", "settled", "confirming", "recordal", "contract", "payment"),
)


def play(story: Story) -> None:
    """The whole story; when it ends, auctions run, wait, were won, paid, certified, stopped and failed."""
    with clockwork.floor_runs():
        sold = [story.listing(SELLERS[place % 2]) for place in range(len(SETTLED_AS))]
        for listing in sold:
            story.registered(listing, *story.some_buyers())
        single = [story.listing("chen"), story.listing("liang")]
        for listing in single:
            story.registered(listing, "wangshu")
        _failures(story)
        story.tell("第 1 批公告并登记")
        _forward(story, 5)
        running = _announced_to_run(story)
        _forward(story, 3)
        story.tell("第 1 批竞价")
        story.bidding(sold, rounds=14)
        closing.answer(story.cast["chen"], single[0].pk, consents=True)
        story.deal(single[0], until="contract")
        closing.answer(story.cast["liang"], single[1].pk, consents=False)
        _forward(story, 1)
        story.tell("第 1 批成交与结算")
        silent = _settle(story, sold)
        waiting = [story.listing(SELLERS[place % 2]) for place in range(6)]
        _forward(story, 4)
        _run(story, running, waiting, silent=silent)
        read_mail(story.cast, keep=UNREAD)


def _forward(story: Story, days: int) -> None:
    """Before the days go by everybody reads what came until then: only the last day's messages are new."""
    read_mail(story.cast)
    clockwork.move_to(story.cast["jingban"], clockwork.working_days_later(days), why=WHY)


def read_mail(cast: Cast, *, keep: int = 0) -> None:
    """What waits is carried to its readers, and each of the cast has read all but the newest of it."""
    while people_jobs.deliver_notices():
        pass
    for person in cast.people.values():
        unread = Notice.objects.filter(person_ref=person.ref, read_at__isnull=True).order_by("-pk")
        record.mark_read(person, list(unread.values_list("pk", flat=True)[keep:]))


def _failures(story: Story) -> None:
    """Listings that nobody wanted, that were taken back, stopped or ended by the house, and that wait for review."""
    cast = story.cast
    for _ in range(2):
        story.listing("liang")
    withdrawn = story.listing("chen")
    listings.withdraw(cast["chen"], withdrawn.pk, reason="权利人改为自行实施，撤回挂牌。")
    suspended = story.listing("liang")
    listings.suspend(cast["jingban"], suspended.pk, reason="收到权属异议，核实期间暂停。")
    ended = story.listing("chen")
    listings.terminate(cast["jingban"], ended.pk, reason="转让方提交的材料与登记簿不符，终结挂牌。")
    story.listing("chen", state="submitted")
    story.listing("liang", state="draft")
    returned = story.listing("chen", state="submitted")
    listings.send_back(cast["jingban"], returned.pk, reason="请补充共有人同意书，并写明是否含技术资料。")


def _announced_to_run(story: Story) -> list[Listing]:
    """Listings whose auctions run when the demo is first looked at."""
    running = [story.listing(SELLERS[place % 2]) for place in range(9)]
    for listing in running:
        story.registered(listing, *story.some_buyers())
    asked = story.listing("chen", requirement="受让方须承诺三年内实施该专利，并提交实施方案。")
    story.registered(asked, "zhiqiu", "yizhou")
    shown = Intent.objects.get(listing=asked, person=story.cast["zhiqiu"])
    intents.prove(
        story.cast["zhiqiu"],
        shown.pk,
        text="承诺自变更登记之日起三年内实施：第一年完成中试线改造，第二年投产，第三年达产；实施地点在本市。",
    )
    alone = story.listing("liang")
    story.registered(alone, "weizhen")
    question = questions.ask(story.cast["wangshu"], running[0].pk, text="转让是否包含同族专利与技术资料？")
    questions.answer(story.cast["chen"], question.pk, text="无同族专利；技术资料随交割一并移交。")
    questions.ask(story.cast["zhiqiu"], running[0].pk, text="样机能否在竞价前查看？")
    return running


def _settle(story: Story, sold: Sequence[Listing]) -> list[Deal]:
    """Each deal is brought to its state; gives those whose buyers do nothing until they are in default."""
    cast, price_fen = story.cast, dict(Deal.objects.values_list("listing", "price_fen"))
    silent: list[Deal] = []
    for listing, state in zip(sorted(sold, key=lambda one: (price_fen[one.pk], one.pk)), SETTLED_AS, strict=True):
        if state in ("objection", "annulled"):
            deal = story.deal(listing, until="contract")
            raised = objections.raise_objection(
                story.buyer_of(listing), deal.pk, text="成交前一小时页面无法打开，未能继续出价，请核实。"
            )
            if state == "annulled":
                objections.decide(cast["zhuguan"], raised.pk, upheld=True, decision="经查系统日志属实，成交撤销。")
        elif state in ("default", "declined"):
            # Its seller kept the term; only then is the buyer's silence a default.
            silent.append(story.deal(listing, until="contract"))
        else:
            story.deal(listing, until=state)
    return silent


def _run(story: Story, running: Sequence[Listing], waiting: Sequence[Listing], *, silent: Sequence[Deal]) -> None:
    """Defaults are declared, bids come in on what runs, and buyers register for what is announced."""
    cast = story.cast
    for deal in silent:
        settlement.propose_default(cast["jingban"], deal.pk, reason="逾期未签订合同，经两次催告仍未办理。")
        proposed = deal.proposals.get(state="proposed")
        settlement.confirm_default(cast["fuhe"], deal.pk, payload_hash=proposed.payload_hash)
    # The next best of one of them is still asked, that of the other says no.
    asked = Deal.objects.get(listing=silent[-1].listing, state="offered")
    succession.decline(cast[story.member(asked.buyer)], asked.pk)
    for place, listing in enumerate(waiting):
        story.registered(listing, *story.some_buyers(0)[: place % 4])
    story.bidding(running[:-1], rounds=11)
    story.tell("正在竞价的标的已有出价")


def rights_for(seed: int, day: date) -> Iterator[records.RightRecord]:
    """The rights of the story, apart from the mass."""
    return invented.rights(seed + 1, day, count=RIGHTS, first_serial=FIRST_SERIAL)
