"""What is rarer than the usual course: other rules and forms, burdened rights, stops, priority, the bank's mistakes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial

from zhirong.base.calendar import beijing_day, china
from zhirong.demo import invented, payments
from zhirong.demo.cast import EVIDENCE
from zhirong.demo.story import BUYERS, Story
from zhirong.exchange import clockwork
from zhirong.exchange.actions import bidding, changes, intents, listings, questions
from zhirong.exchange.models import Intent, Listing, ListingChange, Lot
from zhirong.ledger.actions import simulated
from zhirong.record import actions as record
from zhirong.record.models import File
from zhirong.registry.actions import weights
from zhirong.registry.engine.facts import Act, LicenceKind, Weight
from zhirong.registry.models import Right

# The usual course takes so many working days; the rules of longest announcement need so many.
USUAL, LONGEST = 13, 21
COURT = timedelta(days=30)
# Serials of rights other than patents, clear of the mass and of the story's patents.
FIRST_PLAIN = 500_000
A_BANK, A_COURT = "深圳市启航银行福田支行（演示）", "南屿区人民法院（演示）"
FEW_SECONDS = (60, 110)


@dataclass
class Told:
    """The listings of these tales, by when they come to their end."""

    days: list[date]
    # Those that close with the first ones, and who has priority there.
    closing: list[Listing] = field(default_factory=list)
    preferred: list[Listing] = field(default_factory=list)
    # Free and limited period.
    dynamic: list[Listing] = field(default_factory=list)
    running: list[Listing] = field(default_factory=list)

    def at(self, place: int, *, hour: int = 10, minute: int = 0) -> datetime:
        """An instant on one of the story's working days, counted as a list's places are."""
        return china().opening_time(self.days[place]) + timedelta(hours=hour - 9, minutes=minute)


def begin(story: Story) -> Told:
    """What is announced for long is announced first: all of it runs on the last day, when the usual course ends."""
    today, told = beijing_day(record.now()), Told([])
    while len(told.days) <= LONGEST or told.days[-1] - today <= COURT + timedelta(days=2):
        told.days.append(china().add_working_days(told.days[-1] if told.days else today, 1).day)
    # An auction by a court's terms opens where its thirty days end: in the afternoon before the last day.
    story.later.append((told.at(-1, hour=16) - timedelta(days=1) - COURT, partial(_court, story, told)))
    story.later.append((told.at(-1 - LONGEST), partial(_long_ones, story, told)))
    story.until(told.at(-1 - USUAL))
    return told


def _court(story: Story, told: Told) -> None:
    """A holder's own sale by a court's terms: thirty days announced, and the reserve is where it starts."""
    sold = story.listing("chen", rule_set="court_timed", reserve_percent=100)
    story.registered(sold, "wangshu", "yizhou", "weizhen")
    told.running.append(sold)


def _long_ones(story: Story, told: Told) -> None:
    """State-owned rights and two private ones in the form of a free and a limited period."""
    two = story.listing("guotou", story.right("guotou"), story.right("guotou"), rule_set="state_owned")
    _paper(story, two, "资产评估报告（演示）", for_admitted=True)
    state = [two, story.listing("guotou", rule_set="state_owned")]
    told.dynamic = [story.listing(seller, rule_set="free_limited") for seller in ("chen", "liang")]
    for listing in [*state, *told.dynamic]:
        story.register(listing, *BUYERS[:3])
    _prefers(story, told.dynamic[0], "weizhen", basis="该专利的共同研发单位，合同约定同等条件下优先受让。")
    told.running += state


def _prefers(story: Story, listing: Listing, login: str, *, basis: str) -> None:
    """Somebody registers, claims to be preferred at the same price, and is found to be."""
    story.registered(listing, login)
    intent = Intent.objects.get(listing=listing, party=story.cast.firms[login])
    intents.claim_priority(story.cast[login], intent.pk, basis=basis)
    intents.admit(story.cast["jingban"], intent.pk, priority_rank=1)


def _evidence(story: Story, login: str, name: str) -> File:
    return record.keep_file(story.cast[login], f"{name}.pdf", EVIDENCE.encode())


def _paper(story: Story, listing: Listing, title: str, *, for_admitted: bool) -> None:
    """A paper of a listing by whoever made it, for everybody or for admitted bidders."""
    assert listing.made_by is not None
    file = record.keep_file(listing.made_by, f"{title}.pdf", EVIDENCE.encode() + title.encode())
    questions.add_document(listing.made_by, listing.pk, file=file, title=title, for_admitted=for_admitted)


def beside_the_first(story: Story, told: Told) -> None:
    """A reserve that is met, one that is not, and a purchaser with priority; an auction of minutes under demo rules."""
    met, unmet = story.listing("chen", reserve_percent=101), story.listing("liang", reserve_percent=900)
    story.register(met, "zhiqiu", "yizhou", "qinghe", quirk="twice")
    story.register(unmet, "wangshu", "weizhen")
    preferred = story.listing("liang")
    story.register(preferred, "zhiqiu", "yizhou")
    _prefers(story, preferred, "wangshu", basis="该专利的独占被许可人，许可合同约定同等条件下优先受让。")
    told.closing, told.preferred = [met, unmet, preferred], [preferred]
    # Before the bank tells a line late: while books and bank differ nobody is paid.
    _of_minutes(story)
    late = story.listing("chen")
    story.registered(late, "zhiqiu", "weizhen", quirk="late")
    told.closing.append(late)


def _of_minutes(story: Story) -> None:
    """Under the demo's own rules, which are marked, all is over within the hour."""
    sold = story.listing("chen", rule_set="demo")
    story.registered(sold, "wangshu", "zhiqiu")
    assert sold.closes_at is not None
    payments.every_three_minutes(story, sold.closes_at)
    story.until(sold.closes_at + timedelta(seconds=10))
    story.bidding([sold], rounds=6, seconds=(48, 56))
    story.until(record.now() + timedelta(minutes=2))
    story.deal(sold, until="settled")
    payments.pay(story)


def beside_those_that_run(story: Story, told: Told) -> None:
    """Rights with burdens, of several holders, of other kinds and of other parties; one is stopped for a night."""
    joint = story.right("chen", "liang")
    agreed = _evidence(story, "liang", "共有人同意转让的证明")
    liang = weights.Favoured(story.cast.firms["liang"].name, story.cast.firms["liang"])
    weights.consent(story.cast["liang"], joint, Act.SELL, by=liang, file=agreed)
    rights = {"chen": [joint, _pledged(story, "chen")], "liang": [_licensed(story, "liang")]}
    for place, kind in enumerate(invented.PLAIN):
        said = invented.plain(kind, story.dice, beijing_day(record.now()), serial=FIRST_PLAIN + place)
        rights[("chen", "liang")[place % 2]].append(story.right(("chen", "liang")[place % 2], said=said))
    found = [story.listing(seller, right) for seller, held in rights.items() for right in held]
    found.append(story.listing("chen", *(story.right("chen") for _ in range(2))))
    unknown = replace(next(story.rights), fees_paid_through_year=0, fees_as_of=None)
    found.append(story.listing("chen", story.right("chen", said=unknown)))
    found += [story.listing("rheintal"), story.listing("qinghe")]
    for listing in found:
        story.register(listing, *story.some_buyers())
    story.register(found[0], "qinghe")
    _paper(story, found[0], "技术交底书（演示）", for_admitted=False)
    _stopped_for_a_night(story, told)
    told.running += found


def _pledged(story: Story, holder: str) -> Right:
    """A right pledged to a bank that agrees to its sale (民法典 444)."""
    right, bank = story.right(holder), weights.Favoured(A_BANK)
    since = beijing_day(record.now()) - timedelta(days=60)
    weights.encumber(
        story.cast["jingban"], right, Weight.PLEDGE, favoured=bank, since=since, number=f"Y{since.year}980000518"
    )
    agreed = _evidence(story, "jingban", "质权人同意转让的证明")
    weights.consent(story.cast["jingban"], right, Act.SELL, by=bank, file=agreed)
    return right


def _licensed(story: Story, holder: str) -> Right:
    """A right under a plain licence, which binds whoever buys it."""
    right, firm = story.right(holder), story.cast.firms["weizhen"]
    since = beijing_day(record.now()) - timedelta(days=90)
    weights.encumber(
        story.cast["jingban"],
        right,
        Weight.LICENCE,
        favoured=weights.Favoured(firm.name, firm),
        since=since,
        until=since + timedelta(days=700),
        number=f"X{since.year}440000518",
        licence=LicenceKind.PLAIN,
    )
    return right


def _stopped_for_a_night(story: Story, told: Told) -> None:
    """Stopped after hours and resumed the next morning: registration ends on the last morning, and bidding waits."""
    listing = story.listing("liang")
    story.registered(listing, "wangshu", "zhiqiu")
    assert listing.closes_at is not None
    stopped = china().closing_time(beijing_day(record.now())) + timedelta(minutes=10)
    resumed = stopped + (told.at(-1, hour=9, minute=15) - listing.closes_at)
    operator = story.cast["jingban"]
    stop = partial(listings.suspend, operator, listing.pk, reason="收到权属询问，核实期间暂停。")
    story.later.append((stopped, stop))
    story.later.append((resumed, partial(listings.resume, operator, listing.pk, reason="核实完毕，权属无误，恢复。")))


def last_minutes(story: Story, told: Told, chosen: Sequence[Listing]) -> None:
    """Bids in the last minutes move the end, again and again; then whoever has priority takes the lot at its price."""
    story.until(told.at(-USUAL + 8, hour=8, minute=56))
    story.bidding(chosen, rounds=4, seconds=FEW_SECONDS)
    story.until(told.at(-USUAL + 8, hour=9, minute=22))
    for listing in told.preferred:
        lot = Lot.objects.get(listing=listing)
        bidding.match_price(story.cast["wangshu"], lot, takes=True)
    clockwork.settle()


def settle(story: Story, told: Told) -> None:
    """What came of them is brought on its way."""
    story.deal(told.closing[0], until="recordal")
    story.deal(told.preferred[0], until="settled")
    story.deal(told.closing[-1], until="contract")


def beside_those_that_wait(story: Story, waiting: Sequence[Listing]) -> None:
    """Money with the bank's mistakes; an announcement that was changed, and one whose change waits for a word."""
    story.register(waiting[0], "zhiqiu")
    story.register(waiting[1], "rheintal", quirk="wrong_amount")
    story.register(waiting[2], "guotou", quirk="taken_back")
    simulated.pay_in("", 18_600_00, memo="", now=record.now(), quirk="stranger")
    story.statement()
    _changed(story, waiting[0], percent=95)
    approved = ListingChange.objects.get(listing=waiting[0])
    changes.approve(story.cast["jingban2"], approved.pk, fees_unknown=True)
    _changed(story, waiting[5], percent=90)


def _changed(story: Story, listing: Listing, *, percent: int) -> None:
    """The seller asks for less; what is announced stands until the operator approves."""
    assert listing.made_by is not None
    offer = listings.Offer(
        seller=listing.seller,
        rights=tuple(listing.items.order_by("position").values_list("right_id", flat=True)),
        title=listing.title,
        title_en=listing.title_en,
        summary=listing.summary,
        asking_fen=listing.asking_fen * percent // 100,
        rule_set=listing.rule_set,
    )
    changes.change(listing.made_by, listing.pk, offer)


def limited_period(story: Story, told: Told) -> None:
    """The last morning: bids in the free period, and in the limited one behind it until nobody bids any more."""
    story.until(told.at(-1, hour=9, minute=25))
    story.bidding(told.dynamic, rounds=3, seconds=FEW_SECONDS)
    story.until(told.at(-1, hour=10, minute=1))
    story.bidding(told.dynamic, rounds=2, seconds=FEW_SECONDS)
    story.until(told.at(-1, hour=10, minute=8))


def stops(story: Story, running: Sequence[Listing]) -> None:
    """Of what runs one is paused, one annulled, and one stopped by the register: its right was seized."""
    operator = story.cast["jingban"]
    paused, annulled, seized = (Lot.objects.get(listing=listing) for listing in running)
    bidding.pause(operator, paused, reason="竞买人反映网络中断，核实期间暂停。")
    bidding.annul(operator, annulled, reason="公告遗漏了技术资料清单，竞价作废，更正后另行处理。")
    right = seized.listing.items.get().right
    since = beijing_day(record.now())
    court = weights.Favoured(A_COURT)
    weights.encumber(
        operator, right, Weight.SEIZURE, favoured=court, since=since, number=f"（{since.year}）粤演执保 518 号"
    )
    clockwork.settle()
