"""Amounts of money as bidders write them, and the steps between bids: whole fen, never a float (E6, E46)."""

from __future__ import annotations

import re
from bisect import bisect_right

from zhirong.base.refused import Refused

_YUAN = re.compile(r"([0-9]{1,13})(?:\.([0-9]{1,2}))?", re.ASCII)


def fen_of_yuan(text: str) -> int:
    """What a person typed, in fen: digits and at most two decimals; grouping commas and blanks are taken as typed."""
    plain = text.strip().replace(",", "").replace("，", "").replace(" ", "")
    found = _YUAN.fullmatch(plain)
    if not found:
        raise Refused("bid.not_an_amount", given=text[:40])
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def must_be_amount(price_fen: object, *, most_fen: int) -> None:
    """A whole number of fen above zero that the books can hold; anything else is refused by its type (E46)."""
    # `type(...) is int` also keeps out True, which Python counts as 1.
    if type(price_fen) is not int or not 0 < price_fen <= most_fen:
        raise Refused("bid.not_an_amount", given=str(price_fen)[:40])


def step_at(steps: tuple[tuple[int, int], ...], price_fen: int) -> int:
    """The step that applies at a price: the last rung whose lower bound the price has reached."""
    if len(steps) == 1:
        return steps[0][1]
    return steps[max(0, bisect_right(steps, (price_fen, 2**63)) - 1)][1]


def must_fit(price_fen: int, *, top_fen: int | None, start_fen: int, steps: tuple[tuple[int, int], ...]) -> None:
    """At least the start price; later at least one step above the price, and a whole number of them (B7)."""
    step_fen = step_at(steps, top_fen or start_fen)
    least_fen = start_fen if top_fen is None else top_fen + step_fen
    if price_fen < least_fen:
        raise Refused("bid.too_low", top_fen=top_fen or 0, least_fen=least_fen)
    if top_fen is not None:
        must_be_on_step(price_fen, top_fen=top_fen, step_fen=step_fen)


def must_be_on_step(price_fen: int, *, top_fen: int, step_fen: int) -> None:
    """The bid is the current price and a whole number of steps (B7); the refusal names both valid neighbours."""
    past = (price_fen - top_fen) % step_fen
    if past:
        below = price_fen - past
        raise Refused("bid.off_step", step_fen=step_fen, below_fen=below, above_fen=below + step_fen)
