"""The records of the hedonic model: a deal, what is believed before any, and what was fitted, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from zhirong.valuation.engine.hedonic_design import Column, Item, Walk
from zhirong.valuation.engine.result import Note, digest, plain

VERSION = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Priors:
    """What is believed before any deal, in logs, and the sizes that bound the work (parameters/market.yaml).

    `effect_weight` and `noise_weight` say how many effects and deals the prior spreads weigh.
    """

    noise_sd: float
    noise_weight: float
    effect_sd: float
    step_sd: float
    effect_weight: float
    scale_sd: float
    scale_weight: float
    freedom: float
    few_deals: int
    most_levels: int
    most_quarters: int
    walk_least: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """A price for one right, or one price for a lot of several. `is_ask`: listed at it and not sold.

    `on`: the day of the deal; of an ask the day on which it was known that nobody had taken it. Items stand as of a
    day no later than the deal's.
    """

    reference: str
    on: date
    price: float
    items: tuple[Item, ...]
    is_ask: bool = False


@dataclass(frozen=True, slots=True)
class Numbered:
    """The effects of one column in standard units, and its pull on the log scale of the noise."""

    column: Column
    slope: float
    bends: tuple[float, ...]
    unknown: float
    on_scale: float


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a group: effect, what is left unknown of it (variance), pull on the log scale."""

    level: str
    effect: float
    variance: float
    on_scale: float


@dataclass(frozen=True, slots=True)
class Group:
    """The levels of a group that were seen; a level never seen has effect 0 and the variance of the group."""

    name: str
    variance: float
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Walked:
    """A price level by quarter, about its mean over the deals; later quarters keep the last one, less surely."""

    walk: Walk
    heights: tuple[float, ...]
    step_variance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A fitted hedonic model: plain values only. Logs of the unit of money in which the deals were told."""

    version: str
    start: float
    numbers: tuple[Numbered, ...]
    groups: tuple[Group, ...]
    walks: tuple[Walked, ...]
    # Per unit of ln(number of rights in a lot).
    lot_effect: float
    noise_sd: float
    scale_start: float
    deals: int
    asks: int
    first_on: date
    last_on: date
    notes: tuple[Note, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain values, from which `from_json` makes an equal model."""
        found: dict[str, Any] = plain(asdict(self))
        return found

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Model:
        """The model that `as_json` told. A missing or strange part is a KeyError or TypeError: models are ours."""
        made = {one.name: said[one.name] for one in fields(cls)}
        made["numbers"] = tuple(
            Numbered(
                Column(**{**one["column"], "knots": tuple(one["column"]["knots"])}),
                one["slope"],
                tuple(one["bends"]),
                one["unknown"],
                one["on_scale"],
            )
            for one in said["numbers"]
        )
        made["groups"] = tuple(
            Group(one["name"], one["variance"], tuple(Level(**level) for level in one["levels"]))
            for one in said["groups"]
        )
        made["walks"] = tuple(
            Walked(
                Walk(one["walk"]["group"], one["walk"]["level"], tuple(one["walk"]["quarters"])),
                tuple(one["heights"]),
                one["step_variance"],
            )
            for one in said["walks"]
        )
        made["first_on"], made["last_on"] = (date.fromisoformat(said[name]) for name in ("first_on", "last_on"))
        made["notes"] = tuple(Note(one["code"], dict(one["facts"])) for one in said["notes"])
        return cls(**made)

    def sha256(self) -> str:
        """The hash by which the model is known."""
        return digest(self.as_json())


@dataclass(frozen=True, slots=True)
class Explained:
    """ln price = start + Σ contributions, exactly; start is a right with the mean of every number."""

    start: float
    contributions: tuple[tuple[str, float], ...]
