"""Numbers of persons and organisations: credit code, resident id, bank account (N14), read and checked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from stdnum.cn import ric, uscc

from zhirong.base import text as texts
from zhirong.base.refused import Refused


@dataclass(frozen=True)
class ResidentId:
    """A resident id with what it tells: district, birthday, and how pages show it."""

    number: str
    district: str
    born: date

    @property
    def masked(self) -> str:
        """The form for pages; the whole number is read only as a deed with a reason."""
        return texts.masked_resident_id(self.number)


def _plain(text: str) -> str:
    return re.sub(r"[\s-]", "", texts.half_width(texts.tidy(text))).upper()


def read_uscc(text: str) -> str:
    """An 18-character unified social credit code (GB 32100, mod 31); a wrong check character names the right one."""
    number = _plain(text)
    if not re.fullmatch(r"[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}", number, re.ASCII):
        raise Refused("identity.not_a_credit_code", text=text[:40])
    check = uscc.calc_check_digit(number[:17])
    if number[17] != check:
        raise Refused(
            "identity.wrong_credit_code_check", text=text[:40], given=number[17], check=check, right=number[:17] + check
        )
    return number


def read_resident_id(text: str) -> ResidentId:
    """An 18-character resident id (GB 11643, ISO 7064 MOD 11-2) with a real birthday.

    The refusals never repeat the number: they may be kept in a log, and it is a secret.
    """
    number = _plain(text)
    if not re.fullmatch(r"[1-9]\d{16}[0-9X]", number, re.ASCII):
        raise Refused("identity.not_a_resident_id")
    if number[17] != ric.calc_check_digit(number):
        raise Refused("identity.wrong_resident_id_check")
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise Refused("identity.no_such_birthday") from None
    return ResidentId(number, number[:6], born)


def read_bank_account(text: str) -> str:
    """A bank account number: 8 to 30 digits, spaces and dashes left out; banks agree on no check digit (M)."""
    number = _plain(text)
    if not re.fullmatch(r"\d{8,30}", number, re.ASCII):
        raise Refused("identity.not_a_bank_account")
    return number
