"""What a deal's papers must not leave unsaid: another name on the register, and fees that nobody knows as paid."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from zhirong.base.calendar import beijing_day
from zhirong.papers.facts import Both
from zhirong.people.models import Party
from zhirong.registry import basis
from zhirong.registry.engine.facts import RightFacts
from zhirong.registry.models import Right

# What the two sides are called: in the contract, and on the certificate.
IN_CONTRACT, ON_CERTIFICATE = Both("甲方", "Party A"), Both("转让方", "the transferor")


def titles(seller: Party, held: Sequence[Right], *, named: Both) -> tuple[Both, ...]:
    """Rights that the register has under another name than the seller's, and on what the seller sells them (N31)."""
    found = basis.of_rights(held, seller)
    return tuple(_title(right, found[right.pk], named) for right in held if right.pk in found)


def _title(right: Right, one: basis.Basis, seller: Both) -> Both:
    zh, en = f"{right.number} 登记簿所载权利人为{one.named}", f"{right.number} stands on the register under {one.named}"
    if one.claimed_at is None:
        return Both(zh, en)
    day = beijing_day(one.claimed_at).isoformat()
    return Both(
        f"{zh}，平台核看证据后于 {day} 认领为{seller.zh}所有",
        f"{en}; on {day} the platform, having seen evidence, accepted {seller.en}'s claim to be that holder",
    )


def unknown_fees(known: Sequence[RightFacts], at: datetime) -> tuple[Both, ...]:
    """Years whose fees were due at this time and are not known as paid (细则 115)."""
    found = [(one.number, basis.unknown_years(one, beijing_day(at))) for one in known]
    return tuple(_years(number, *years) for number, years in found if years is not None)


def unseen(held: Sequence[Right]) -> tuple[str, ...]:
    """Rights whose register nobody read for the house: what weighs on them there is not known."""
    return tuple(right.number for right in held if basis.looked_at(right) is None)


def _years(number: str, first: int, last: int) -> Both:
    shown = f"{first}–{last}" if last > first else str(first)
    return Both(f"{number} 第 {shown} 年度", f"{number}, patent years {shown}")
