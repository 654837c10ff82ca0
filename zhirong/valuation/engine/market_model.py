"""What the house knows of its market on a day: the fitted prices, how far each method was off, and tested ranges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from typing import Any

from zhirong.valuation.engine import conformal, hedonic
from zhirong.valuation.engine.conformal import Ranges
from zhirong.valuation.engine.estimate_shape import Record
from zhirong.valuation.engine.features import PastDeal, subject_of
from zhirong.valuation.engine.result import digest, plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """How far the voices were off on past deals of a kind ("": of all), in the order of `blending.VOICES`.

    `bias`: ln of how many times too high they were, drawn to none while deals are few. `stretch`: their further errors
    as times of what they say of themselves; `correlation` between these. `deals` of the kind stand behind it.
    """

    kind: str
    deals: int
    bias: tuple[float, ...]
    stretch: tuple[float, ...]
    correlation: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, kw_only=True)
class MarketModel:
    """Plain values only; `hedonic` is None while there are too few deals to fit, `ranges` while nothing was predicted.

    `deal` is the way of dealing in which a right is valued: the commonest sale. `shown` are deals whose price anybody
    could read anyway; no other price can be had from what is shown.
    """

    day: date
    deals: int
    asks: int
    deal: str
    hedonic: hedonic.Model | None
    errors: tuple[Errors, ...]
    ranges: Ranges | None
    records: tuple[Record, ...]
    shown: tuple[PastDeal, ...]
    parameters_sha256: str
    salt: str

    @cached_property
    def sha256(self) -> str:
        """The hash by which it is known. The secret salt is part of it: nobody can try prices until the hash fits."""
        return digest(self.as_json())

    def errors_of(self, kind: str) -> Errors | None:
        """Of the kind where it has deals enough, else of all; None while nothing was predicted."""
        found = {one.kind: one for one in self.errors}
        return found.get(kind, found.get(""))

    def record_of(self, kind: str) -> Record | None:
        """How the estimates of this kind did, else those of all; None where too few were predicted."""
        found = {one.segment: one for one in self.records}
        return found.get(kind, found.get(""))

    def as_json(self) -> dict[str, Any]:
        """Plain values, from which `from_json` makes an equal model."""
        return {
            "day": self.day.isoformat(),
            "deals": self.deals,
            "asks": self.asks,
            "deal": self.deal,
            "hedonic": None if self.hedonic is None else self.hedonic.as_json(),
            "errors": plain([asdict(one) for one in self.errors]),
            "ranges": None if self.ranges is None else self.ranges.as_json(),
            "records": plain([asdict(one) for one in self.records]),
            "shown": plain([asdict(one) for one in self.shown]),
            "parameters_sha256": self.parameters_sha256,
            "salt": self.salt,
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> MarketModel:
        """The model that `as_json` told. A missing part is a KeyError: models are ours."""
        return cls(
            day=date.fromisoformat(said["day"]),
            deals=said["deals"],
            asks=said["asks"],
            deal=said["deal"],
            hedonic=None if said["hedonic"] is None else hedonic.Model.from_json(said["hedonic"]),
            errors=tuple(_errors(one) for one in said["errors"]),
            ranges=None if said["ranges"] is None else conformal.Ranges.from_json(said["ranges"]),
            records=tuple(Record(**one) for one in said["records"]),
            shown=tuple(_deal(one) for one in said["shown"]),
            parameters_sha256=said["parameters_sha256"],
            salt=said["salt"],
        )


def _errors(said: Mapping[str, Any]) -> Errors:
    return Errors(
        kind=said["kind"],
        deals=said["deals"],
        bias=tuple(said["bias"]),
        stretch=tuple(said["stretch"]),
        correlation=tuple(tuple(row) for row in said["correlation"]),
    )


def _deal(said: Mapping[str, Any]) -> PastDeal:
    subjects = tuple(subject_of(one) for one in said["subjects"])
    return PastDeal(**{**said, "on": date.fromisoformat(said["on"]), "subjects": subjects})
