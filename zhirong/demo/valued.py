"""What the demo tells of values: three years of invented past deals, and the market's model that learns from them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from pathlib import Path

from zhirong.demo.cast import Cast
from zhirong.demo.engine import past_deals
from zhirong.record import actions as record
from zhirong.registry.actions import reference
from zhirong.valuation.actions import market, past_prices
from zhirong.valuation.actions.comparables import Price

DEALS = 1_400


def bring(people: Cast, seed: int, day: date, *, tell: Callable[[str], None]) -> None:
    """The fields of technology of the demo's classes, and the past deals."""
    reference.load(people["jingban"], "fields", Path(__file__).with_name("fields.csv").read_bytes())
    told = list(past_deals.deals(seed, day, count=DEALS))
    proof = record.keep_file(people["jingban"], "演示往年成交.csv", _as_sheet(told))
    past_prices.bring(people["jingban"], [_brought(one) for one in told], proof=proof)
    tell(f"往年成交 {len(told):,} 笔，均为虚构 / past deals, all invented: {len(told):,}")


def learn(day: date, *, tell: Callable[[str], None]) -> None:
    """A model of the market with its back-test, of the past deals and those of the story."""
    market.refit(day)
    tell("市场模型与回测 / model of the market and its back-test")


def _brought(one: past_deals.PastDeal) -> past_prices.Brought:
    price = Price(
        reference=one.reference,
        source="deal" if one.is_sold else "ask",
        on=one.on,
        kind="sale" if one.is_sold else "ask",
        price_fen=one.price_fen,
    )
    return past_prices.Brought(price, one.subjects)


def _as_sheet(told: list[past_deals.PastDeal]) -> bytes:
    """What an operator would have brought: one line a deal."""
    lines = io.StringIO()
    sheet = csv.writer(lines)
    sheet.writerow(["编号", "日期", "权利数", "价格（分）", "是否成交"])
    for one in told:
        sheet.writerow(
            [one.reference, one.on.isoformat(), len(one.subjects), one.price_fen, "是" if one.is_sold else "否"]
        )
    return lines.getvalue().encode()
