"""What a form of valuation brought, read field by field: every fault is kept, so that all are told at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from django.http import HttpRequest, QueryDict

from zhirong.base import money
from zhirong.base.refused import Refused
from zhirong.web import pages

LONGEST = 40
SIGNS = str.maketrans({"％": "%", "，": "", ",": "", "．": ".", "－": "-", "−": "-"})


class Typed:
    """The values of one form. A field that cannot be read is None and stands among the faults."""

    def __init__(self, values: QueryDict) -> None:
        self.values = values
        self.faults: list[Refused] = []

    def text(self, name: str) -> str:
        """What stands in a field, trimmed."""
        return str(self.values.get(name, "")).strip()

    def fault(self, refused: Refused, name: str) -> None:
        """Keep a fault beside its field."""
        self.faults.append(Refused(refused.code, **{"field": name, **refused.facts}))

    def fen(self, name: str) -> int | None:
        """An amount in yuan as people type it: 1,280,000 or 128万."""
        try:
            return money.read_yuan(self.text(name))
        except Refused as refused:
            self.fault(refused, name)
            return None

    def number(self, name: str, *, least: Fraction | int, most: Fraction | int) -> Fraction | None:
        """A plain decimal number within its band."""
        given = self.text(name).translate(SIGNS)
        found = _decimal(given)
        if found is None:
            self.fault(Refused("web.no_plain_number", given=given[:LONGEST]), name)
            return None
        if not least <= found <= most:
            self.fault(Refused("web.outside", given=given[:LONGEST], least=plain(least), most=plain(most)), name)
            return None
        return found

    def percent(self, name: str, *, least: int = 0, most: int = 100) -> Fraction | None:
        """A share typed as per cent, with the sign or without: 5 and 5% are one twentieth."""
        given = self.text(name).translate(SIGNS).removesuffix("%").strip()
        found = _decimal(given)
        if found is None:
            self.fault(Refused("web.no_plain_number", given=given[:LONGEST]), name)
            return None
        if not least <= found <= most:
            self.fault(Refused("web.outside", given=f"{given[:LONGEST]}%", least=f"{least}%", most=f"{most}%"), name)
            return None
        return found / 100

    def whole(self, name: str, *, least: int, most: int) -> int | None:
        """A whole number within its band."""
        found = self.number(name, least=least, most=most)
        if found is not None and found.denominator != 1:
            self.fault(Refused("web.not_a_number", given=self.text(name)[:LONGEST]), name)
            return None
        return None if found is None else int(found)

    def choice(self, name: str, known: Collection[str]) -> str | None:
        """One of the values that the form offers."""
        given = self.text(name)
        if given not in known:
            self.fault(Refused("web.choice_missing"), name)
            return None
        return given

    def day(self, name: str) -> date | None:
        """A day as 2026-11-25."""
        try:
            return date.fromisoformat(self.text(name))
        except ValueError:
            self.fault(Refused("web.day_missing"), name)
            return None

    def told(self) -> dict[str, Mapping[str, Any]]:
        """The faults as pages show them, for a form that is sent in the address."""
        return {str(one.facts["field"]): pages.told(one) for one in self.faults}

    def refuse(self, request: HttpRequest) -> None:
        """Refuse the form with all its faults, where it has any."""
        if self.faults:
            request.house_faults = self.faults[1:]  # type: ignore[attr-defined]
            raise self.faults[0]


def _decimal(text: str) -> Fraction | None:
    """A decimal as people type it; exponents, fractions and words are none."""
    body = text.removeprefix("-")
    if len(text) > LONGEST or not body.isascii() or not body.replace(".", "", 1).isdigit():
        return None
    return Fraction(text)


def plain(number: Fraction | int) -> str:
    """A band's end without needless decimals."""
    whole, rest = divmod(number, 1)
    return f"{int(whole):,}" if not rest else f"{int(whole)}{_rest(Fraction(rest))}"


def _rest(rest: Fraction) -> str:
    return f".{int(rest * 1_000_000):06d}".rstrip("0")
