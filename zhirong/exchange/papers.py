"""The papers of a deal before its certificate: contract, fee notes, request for the change of owner; and statements.

Facts come from the deal's rows and its rule set as it was kept; the papers are made by zhirong.papers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from functools import lru_cache

from zhirong.base.calendar import beijing_day
from zhirong.base.money import rounded, shown
from zhirong.base.refused import Refused
from zhirong.exchange import published, reserved, rules, subjects
from zhirong.exchange.actions import money
from zhirong.exchange.actions.listings import rules_of
from zhirong.exchange.models import Acceptance, Deal
from zhirong.exchange.rule_sets import RuleSet, Span
from zhirong.ledger import reports
from zhirong.papers import facts, pdf
from zhirong.papers.facts import Both
from zhirong.people.models import Party
from zhirong.record import files
from zhirong.registry import labels, queries
from zhirong.registry.engine.facts import RightFacts, lasts
from zhirong.registry.models import Right

BANK = Both("模拟存管银行", "the simulated custody bank")
UNITS = {
    "seconds": ("秒", "second"),
    "minutes": ("分钟", "minute"),
    "hours": ("小时", "hour"),
    "days": ("天", "day"),
    "working_days": ("个工作日", "working day"),
    "months": ("个月", "month"),
}
SIDES = {"seller": Both("转让方", "transferor"), "buyer": Both("受让方", "transferee")}
# What moves on a party's account, as a statement names it.
MOVES = {
    "paid_in": Both("收款", "paid in"),
    "deposit_applied": Both("保证金抵作价款", "deposit applied to the price"),
    "deposit_forfeited": Both("保证金没收", "deposit forfeited"),
    "price": Both("价款转入共管", "price into escrow"),
    "proceeds": Both("成交价款", "proceeds of a sale"),
    "fee": Both("服务费", "service fee"),
    "forfeit": Both("违约保证金分配", "share of a forfeited deposit"),
    "refund": Both("价款退回", "price returned"),
    "payout": Both("付款", "payout"),
    "paid_out": Both("付款", "payout"),
    "match": Both("认领款项", "payment placed on this account"),
    "post": Both("冻结款划扣", "frozen money taken"),
    "reversal": Both("冲正", "reversal"),
}


def span(value: Span) -> Both:
    """A span of the rule set in words."""
    zh, en = UNITS[value.unit]
    return Both(f"{value.count} {zh}", f"{value.count} {en}{'' if value.count == 1 else 's'}")


def contract_number(deal: Deal) -> str:
    """The contract is numbered as its deal: HT-2026-000012 for CJ-2026-000012."""
    return f"HT-{deal.number.partition('-')[2]}"


def contract(deal: Deal, language: str) -> bytes:
    """The text that both sides accept, as it was written and kept; the English one beside it is a translation."""
    if deal.contract_file is not None and language == "zh":
        return files.get(deal.contract_file.sha256)
    return fresh_contract(deal, language)


def fresh_contract(deal: Deal, language: str) -> bytes:
    """The text from what is known now, which nobody has accepted yet."""
    return _contract(contract_facts(deal), language)


def accepted_contract(deal: Deal, language: str) -> bytes:
    """The same with who accepted, when and under which leaf."""
    return _contract(contract_facts(deal, with_acceptances=True), language)


@lru_cache(maxsize=64)
def _contract(paper: facts.Contract, language: str) -> bytes:
    """Set once for the same facts: a page that only names the digest must not set it again."""
    return pdf.contract(paper, language)


def contract_facts(deal: Deal, *, with_acceptances: bool = False) -> facts.Contract:
    """The contract of a deal from its rows and its rule set."""
    found = rules_of(deal.listing)
    held = rights_of(deal)
    known = queries.facts_of_read(held, beijing_day(deal.made_at))
    deposit_fen = deposit_towards_price(deal)
    return facts.Contract(
        house=published.HOUSE,
        number=contract_number(deal),
        made_at=deal.made_at,
        deal_number=deal.number,
        listing_number=deal.listing.number,
        sellers=(published.side(deal.seller),),
        buyers=(published.side(deal.buyer),),
        rights=tuple(right_line(right, one) for right, one in zip(held, known, strict=True)),
        price_fen=deal.price_fen,
        deposit_fen=deposit_fen,
        balance_fen=deal.price_fen - deposit_fen,
        payment_within=span(found.payment),
        recordal_within=span(found.recordal),
        rule_set=Both(found.zh, found.en),
        is_demo=deal.listing.is_demo_rules,
        custody_bank=BANK,
        encumbrances=tuple(text for one in known for text in encumbrances(one, deal.made_at)),
        licences=tuple(text for one in known for text in licences(one, deal.made_at)),
        titles=reserved.titles(deal.seller, held, named=reserved.IN_CONTRACT),
        unknown_fees=reserved.unknown_fees(known, deal.made_at),
        unseen=reserved.unseen(held),
        is_cross_border=is_abroad(deal),
        acceptances=acceptances(deal, with_acceptances=with_acceptances),
    )


def deposit_towards_price(deal: Deal) -> int:
    """What of the deposit counts; of an offer what taking it freezes, for that is what its reader would accept."""
    counts = deal.state == "offered" or deal.intent.deposit_state in ("held", "applied")
    return min(deal.intent.deposit_fen, deal.price_fen) if counts else 0


def rights_of(deal: Deal) -> list[Right]:
    """The rights of a deal in the order of the announcement."""
    return [item.right for item in deal.listing.items.select_related("right").order_by("position")]


def right_line(right: Right, known: RightFacts) -> facts.RightLine:
    """A right with its holders and their shares."""
    line = published.right_line(right)
    holders = "，".join(
        one.name + (f" {_percent(one.share.numerator, one.share.denominator)}" if one.share and one.share != 1 else "")
        for one in known.holders
    )
    return replace(line, holders=holders)


def _percent(part: int, whole: int) -> str:
    hundredths, rest = divmod(part * 10_000 // whole, 100)
    return f"{hundredths}.{rest:02d}%" if rest else f"{hundredths}%"


def encumbrances(known: RightFacts, at: datetime) -> list[Both]:
    """Pledges and seizures that weighed on the right when the deal was made."""
    day = beijing_day(at)
    rows = [
        *(("pledge", one.number) for one in known.pledges if lasts(one.since, one.until, day)),
        *(("seizure", one.number) for one in known.seizures if lasts(one.since, one.until, day)),
        *(("suspension", "") for one in known.suspensions if lasts(one.since, one.until, day)),
    ]
    return [_named("weight", kind, right=known.number, number=number) for kind, number in rows]


def licences(known: RightFacts, at: datetime) -> list[Both]:
    """Licences in force when the deal was made; a transfer leaves them standing (解释 24)."""
    day = beijing_day(at)
    return [
        _named("act", str(one.kind), right=known.number, number=one.number)
        for one in known.licences
        if lasts(one.scope.since, one.scope.until, day)
    ]


def _named(group: str, kind: str, *, right: str, number: str) -> Both:
    told = labels.of(group, kind)
    zh, en = (f"（{number}）", f" ({number})") if number else ("", "")
    return Both(f"{right} {told['zh']}{zh}", f"{told['en']} on {right}{en}")


def is_abroad(deal: Deal) -> bool:
    """Whether a right leaves the country with this deal (K1)."""
    return deal.buyer.country != "CN"


def acceptances(deal: Deal, *, with_acceptances: bool) -> tuple[facts.Acceptance, ...]:
    """Both sides of the contract's last table; the text to be accepted shows none as accepted yet."""
    found: dict[str, Acceptance] = {}
    if with_acceptances:
        found = {one.side: one for one in Acceptance.objects.filter(deal=deal).select_related("leaf")}
    rows = (("seller", Both("甲方", "Party A"), deal.seller), ("buyer", Both("乙方", "Party B"), deal.buyer))
    return tuple(
        facts.Acceptance(
            side=word,
            name=party.name,
            at=found[side].at if side in found else None,
            leaf_number=found[side].leaf.number if side in found else None,
        )
        for side, word, party in rows
    )


def fee_note(deal: Deal, side: str, language: str) -> bytes:
    """What one side owes for the service, band by band."""
    return pdf.fee_note(fee_note_facts(deal, side), language)


def fee_note_facts(deal: Deal, side: str) -> facts.FeeNote:
    """The seller's fee is taken from the price at settlement; the buyer pays its own with the price."""
    found = rules_of(deal.listing)
    is_seller = side == "seller"
    total_fen = deal.seller_fee_fen if is_seller else deal.buyer_fee_fen
    due = deal.recordal_due_at if is_seller else deal.payment_due_at
    return facts.FeeNote(
        house=published.HOUSE,
        number=f"{'FS' if is_seller else 'FB'}-{deal.number.partition('-')[2]}",
        issued_at=deal.made_at,
        deal_number=deal.number,
        payer=published.side(deal.seller if is_seller else deal.buyer),
        side=SIDES[side],
        price_fen=deal.price_fen,
        lines=fee_lines(found, deal.price_fen, side=side, total_fen=total_fen),
        total_fen=total_fen,
        due_on=beijing_day(due or deal.contract_due_at),
        rule_set=Both(found.zh, found.en),
        is_demo=deal.listing.is_demo_rules,
        payment_code=Both("从成交价款中扣收", "taken from the price") if is_seller else money.price_code(deal),
        proceeds=published.shares_of(deal) if is_seller else (),
    )


def fee_lines(found: RuleSet, price_fen: int, *, side: str, total_fen: int) -> tuple[facts.FeeLine, ...]:
    """The bands, each to the fen by the rule set, and one line for what the least fee, the cap or rounding changes."""
    lines = [
        facts.FeeLine(
            band=_band(low, part),
            base_fen=part,
            rate=f"{_percent(rate, rules.PPM)}",
            fee_fen=rounded(Fraction(part * rate, rules.PPM), found.fee_rounding),
        )
        for low, part, rate in rules.fee_parts(found, price_fen, side=side)
    ]
    rest = total_fen - sum(line.fee_fen for line in lines)
    if rest:
        word = Both("按最低收费、最高比例或进位调整", "least fee, cap or rounding")
        lines.append(facts.FeeLine(band=word, base_fen=0, rate="–", fee_fen=rest))
    return tuple(lines)


def _band(low: int, part: int) -> Both:
    upper = low + part
    if low == 0:
        return Both(f"{shown(upper)}以内的部分", f"up to {shown(upper, language='en')}")
    return Both(
        f"{shown(low)}至 {shown(upper)}的部分", f"from {shown(low, language='en')} to {shown(upper, language='en')}"
    )


def recordal_form(deal: Deal, language: str, *, place: int = 0) -> bytes:
    """The filled request for the change of owner of one right of the deal."""
    return pdf.recordal_form(recordal_facts(deal, place=place), language)


def recordal_facts(deal: Deal, *, place: int = 0) -> facts.Recordal:
    """One right a form (N7); the contract stands as concluded on the day of the second acceptance."""
    held = rights_of(deal)
    if not 0 <= place < len(held):
        raise Refused("deal.no_such_right", deal=deal.number, most=len(held))
    known = queries.facts_of_read([held[place]], beijing_day(deal.made_at))[0]
    return facts.Recordal(
        house=published.HOUSE,
        made_at=deal.paid_at or deal.signed_at or deal.made_at,
        deal_number=deal.number,
        right=right_line(held[place], known),
        before=tuple(
            published.side(deal.seller) if one.party == deal.seller.ref else facts.Side(name=one.name)
            for one in known.holders
        )
        or (published.side(deal.seller),),
        after=(published.side(deal.buyer),),
        contract_number=contract_number(deal),
        contract_on=beijing_day(deal.signed_at or deal.made_at),
        applicant=published.side(deal.buyer),
        papers=recordal_papers(deal, known),
        is_demo=deal.listing.is_demo_rules,
        is_cross_border=is_abroad(deal),
    )


def recordal_papers(deal: Deal, known: RightFacts) -> tuple[facts.Paper, ...]:
    """What the office wants to see (审查指南 第一部分第一章 6.7), and what the house holds already."""
    rows = [
        facts.Paper(name=Both("著录项目变更申报书（本件）", "this request"), is_ready=True),
        facts.Paper(
            name=Both("转让合同（双方签章）", "contract of sale, signed by both sides"),
            is_ready=deal.signed_at is not None,
        ),
        facts.Paper(name=Both("双方主体资格证明", "proof of identity of both sides"), copies=2),
        facts.Paper(name=Both("专利代理委托书（委托代理的）", "power of attorney, where an agent files")),
    ]
    if len(known.holders) > 1:
        rows.append(facts.Paper(name=Both("全体共有人同意转让的证明", "consent of every co-owner")))
    if is_abroad(deal):
        name = Both("技术出口许可证或技术出口合同登记证书", "technology export licence or contract registration")
        rows.append(facts.Paper(name=name))
    return tuple(rows)


def statement(party: Party, found: reports.Statement, *, now: datetime, is_demo: bool, language: str) -> bytes:
    """The statement of a party's free account as a paper."""
    about = subjects.texts((row.topic for row in found.rows), language)
    return pdf.statement(statement_facts(party, found, about, now=now, is_demo=is_demo), language)


def statement_facts(
    party: Party, found: reports.Statement, about: Mapping[str, str], *, now: datetime, is_demo: bool
) -> facts.Statement:
    """What moved on the account, each with what it was about and the balance after it."""
    return facts.Statement(
        house=published.HOUSE,
        issued_at=now,
        holder=published.side(party),
        account=found.path,
        from_on=beijing_day(found.begins),
        to_on=min(beijing_day(found.ends), beijing_day(now)),
        opening_fen=found.opening,
        entries=tuple(
            facts.Entry(
                on=beijing_day(row.recorded_at),
                what=move(row.kind),
                reference=" ".join(filter(None, (about.get(row.topic), row.memo))) or row.topic,
                in_fen=max(row.amount, 0),
                out_fen=max(-row.amount, 0),
                balance_fen=row.balance_after,
            )
            for row in found.rows
        ),
        closing_fen=found.closing,
        held_fen=found.frozen_sum,
        is_demo=is_demo,
    )


def move(kind: str) -> Both:
    """What a movement is called."""
    return MOVES.get(kind, Both("转账", "transfer"))
