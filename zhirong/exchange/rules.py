"""The law of bidding: terms of a lot, deposits, fees, who may bid, what a default costs. Values in, values out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fractions import Fraction

from zhirong.base import money
from zhirong.base.refused import Refused
from zhirong.exchange.engine.shape import Terms
from zhirong.exchange.rule_sets import Ladder, RuleSet

PPM = 1_000_000


def terms(rules: RuleSet, *, start_fen: int, reserve_fen: int = 0, step_fen: int = 0) -> Terms:
    """The terms of a lot under a rule set; `step_fen` replaces the ladder where one step was announced (B7)."""
    if not 0 < start_fen <= rules.most_fen:
        raise Refused("bid.not_an_amount", given=str(start_fen))
    if not 0 <= step_fen <= rules.most_fen or not 0 <= reserve_fen <= rules.most_fen:
        raise Refused("bid.not_an_amount", given=str(step_fen or reserve_fen))
    return Terms(
        form=rules.form,
        start_fen=start_fen,
        steps=((0, step_fen),) if step_fen else rules.steps,
        window_ns=rules.window.ns,
        extension_ns=rules.extension.ns,
        reserve_fen=reserve_fen,
        match_ns=rules.match.ns,
        least_bidders=rules.least_bidders,
        leader_may_overbid=rules.leader_may_overbid,
        on_default=rules.on_default,
        most_fen=rules.most_fen,
    )


def must_last(rules: RuleSet, *, opens_ns: int, end_ns: int) -> None:
    """The bidding, or its free period, lasts at least as long as the rule set says (X7: 24 hours)."""
    if end_ns - opens_ns < rules.least_duration.ns:
        raise Refused("lot.too_short", least=str(rules.least_duration))


def deposit_fen(rules: RuleSet, asking_fen: int) -> int:
    """The deposit on an asking price, rounded down to the fen so that no cap in law is passed by rounding (B11)."""
    deposit = max(int(asking_fen * rules.deposit_share), rules.deposit_least_fen)
    return min(deposit, rules.deposit_most_fen) if rules.deposit_most_fen else deposit


def fee_fen(rules: RuleSet, price_fen: int, *, side: str) -> int:
    """One side's fee: each part of the price at its own rate, their sum to the fen by the rule set; the cap first."""
    ladder = rules.fees_seller_ppm if side == "seller" else rules.fees_buyer_ppm
    millionths = sum(part * rate for part, rate in _parts(ladder, price_fen))
    fee = money.rounded(Fraction(millionths, PPM), rules.fee_rounding)
    return min(max(fee, rules.fee_least_fen), price_fen * rules.fee_most_ppm // PPM)


def fee_parts(rules: RuleSet, price_fen: int, *, side: str) -> list[tuple[int, int, int]]:
    """The bands of one side's fee that the price reaches: (band begins at, part of the price in it, rate in ppm)."""
    ladder = rules.fees_seller_ppm if side == "seller" else rules.fees_buyer_ppm
    lows = [low for low, _ in ladder]
    return [(low, part, rate) for low, (part, rate) in zip(lows, _parts(ladder, price_fen), strict=True) if part]


def _parts(ladder: Ladder, price_fen: int) -> list[tuple[int, int]]:
    """The price cut at the rungs of a progressive table, each part with its rate; the parts sum to the price."""
    highs = [low for low, _ in ladder[1:]] + [price_fen]
    return [(max(0, min(price_fen, high) - low), rate) for (low, rate), high in zip(ladder, highs, strict=True)]


def may_relist_at_fen(rules: RuleSet, former_fen: int) -> int:
    """The lowest asking price at which an unsold lot may be offered again, rounded up (X7: at most 20 % lower)."""
    kept = former_fen * (1 - rules.relist_cut)
    return -int(-kept // 1)


def forfeiture_fen(rules: RuleSet, deposit: int, *, costs_fen: int, gap_fen: int) -> dict[str, int]:
    """A defaulter's deposit in the rule set's order (court rule 24): costs of the sale, the price gap, the seller."""
    left = deposit
    parts: dict[str, int] = {}
    wanted = {"costs": costs_fen, "gap": gap_fen, "seller": deposit}
    for name in rules.forfeiture:
        parts[name] = min(left, wanted[name])
        left -= parts[name]
    assert left == 0, "the order ends with the seller"
    return parts


def must_be_free_to_bid(
    party: str, *, sellers: Collection[str], staff: Collection[str], barred: Collection[str]
) -> None:
    """Refuse the seller and its agents, the staff, and an earlier defaulter (拍卖法 30, court rules 24 and 34)."""
    if party in sellers:
        raise Refused("lot.seller_may_not_bid")
    if party in staff:
        raise Refused("lot.staff_may_not_bid")
    if party in barred:
        raise Refused("lot.defaulter_may_not_bid")


def split_fen(total_fen: int, weights: Sequence[int]) -> list[int]:
    """An amount by weights, to the fen by largest remainder; ties in the order given (民法典 308: by shares)."""
    whole = sum(weights)
    parts = [total_fen * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda place: -(total_fen * weights[place] % whole))
    for place in by_remainder[: total_fen - sum(parts)]:
        parts[place] += 1
    return parts
