"""Some forty auctions in every state, told through the single actions of their people.

Thirteen working days of the usual course stand here; `tales` tells what is rarer, and begins earlier.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from zhirong.demo import invented, payments, tales
from zhirong.demo.cast import Cast
from zhirong.demo.story import Story
from zhirong.exchange import clockwork
from zhirong.exchange.actions import (
    closing,
    intents,
    listings,
    objections,
    questions,
    settlement,
    succession,
)
from zhirong.exchange.models import Deal, Intent, Listing
from zhirong.people import jobs as people_jobs
from zhirong.record import actions as record
from zhirong.record.models import Notice
from zhirong.registry import records

SELLERS = ("chen", "liang")
# More than the story needs; their numbers stay clear of the mass.
RIGHTS = 120
FIRST_SERIAL = 500_000
# The newest messages of each of the cast that are still to be read when the demo opens.
UNREAD = 10

# From the cheapest to the dearest: a price that is owed is one that nobody's free money covers, or it would be paid.
SETTLED_AS = (
    *("objection", "annulled", "default", "declined"),
    *("settled", "settled", "settled", "settled", "confirming", "recordal", "contract", "payment"),
)


def play(story: Story) -> None:
    """The whole story; when it ends, auctions run, wait, were won, paid, certified, stopped and failed."""
    with clockwork.floor_runs():
        told = tales.begin(story)
        payments.every_day(story, told.at(-1))
        sold = [story.listing(SELLERS[place % 2]) for place in range(len(SETTLED_AS))]
        for listing in sold:
            story.register(listing, *story.some_buyers())
        single = [story.listing("chen"), story.listing("liang")]
        for listing in single:
            story.register(listing, "wangshu")
        story.statement()
        _failures(story)
        tales.beside_the_first(story, told)
        story.tell("第 1 批公告并登记 / announced, and bidders registered")
        _forward(story, 5)
        running = _announced_to_run(story)
        tales.beside_those_that_run(story, told)
        _forward(story, 3)
        story.tell("第 1 批竞价 / first auctions run")
        story.bidding([*sold, *told.closing], rounds=7)
        closing.answer(story.cast["chen"], single[0].pk, consents=True)
        story.deal(single[0], until="contract")
        closing.answer(story.cast["liang"], single[1].pk, consents=False)
        tales.last_minutes(story, told, [*sold[:4], *told.closing])
        story.tell("第 1 批成交与结算 / their deals settled")
        silent = _settle(story, sold)
        tales.settle(story, told)
        waiting = [story.listing(SELLERS[place % 2]) for place in range(6)]
        tales.beside_those_that_wait(story, waiting)
        read_mail(story.cast)
        tales.limited_period(story, told)
        _run(story, [*told.running, *running], waiting, silent=silent)
        tales.stops(story, running[1:4])
        payments.last_day(story)
        read_mail(story.cast, keep=UNREAD)


def _forward(story: Story, days: int) -> None:
    """Before the days go by everybody reads what came until then: only the last day's messages are new."""
    read_mail(story.cast)
    story.until(clockwork.working_days_later(days))


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
        story.register(listing, *story.some_buyers())
    asked = story.listing("chen", requirement="受让方须承诺三年内实施该专利，并提交实施方案。")
    alone = story.listing("liang")
    story.register(alone, "weizhen")
    story.registered(asked, "zhiqiu", "yizhou")
    shown = Intent.objects.get(listing=asked, person=story.cast["zhiqiu"])
    intents.prove(
        story.cast["zhiqiu"],
        shown.pk,
        text="承诺自变更登记之日起三年内实施：第一年完成中试线改造，第二年投产，第三年达产；实施地点在本市。",
    )
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
        story.register(listing, *story.some_buyers(0)[: place % 4])
    story.statement()
    story.bidding(running[:-1], rounds=6, seconds=(30, 120))
    story.tell("正在竞价的标的已有出价 / bids on the auctions that run")


def rights_for(seed: int, day: date) -> Iterator[records.RightRecord]:
    """The rights of the story, apart from the mass."""
    return invented.rights(seed + 1, day, count=RIGHTS, first_serial=FIRST_SERIAL)
