"""Numbers of rights: read, normalised, checked and shown (RULEBOOK 1.2, N10 to N14)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from zhirong.base import text as texts
from zhirong.base.refused import Refused

LONGEST_TEXT = 40

# The type digit of an application number: kind of right, and whether it came through the PCT (N10).
TYPES = {
    "1": ("invention", False),
    "2": ("utility_model", False),
    "3": ("design", False),
    "8": ("invention", True),
    "9": ("utility_model", True),
}
# The office's fifteen-digit form names the same kinds by two digits (read in its own XML: 10 and 11; others inferred).
STANDARD_TYPES = {"1": "10", "8": "11", "2": "20", "9": "21", "3": "30"}
FROM_STANDARD = {standard: digit for digit, standard in STANDARD_TYPES.items()}


@dataclass(frozen=True)
class RightNumber:
    """A number of a right in its normal form: what kind it is, the key for look-ups, and how people write it."""

    kind: str
    key: str
    shown: str
    right: str
    year: int | None = None


@dataclass(frozen=True)
class PatentNumber:
    """A Chinese patent application number: type digit, serial, and its computed check character (N10, N11)."""

    digits: str
    check: str

    @property
    def key(self) -> str:
        """The normal form: 12 or 8 digits and the check character without a dot (N12)."""
        return self.digits + self.check

    @property
    def is_short(self) -> bool:
        """Whether this is a number of before 2003-10-01 (N10)."""
        return len(self.digits) == 8

    @property
    def filing_year(self) -> int:
        """The year of filing that the number carries."""
        return 1900 + _short_year(self.digits) if self.is_short else int(self.digits[:4])

    @property
    def type_digit(self) -> str:
        """The digit that tells kind and route: 1, 2, 3, or 8 and 9 through the PCT."""
        return self.digits[2] if self.is_short else self.digits[4]

    @property
    def serial(self) -> str:
        """The running number within year and type."""
        return self.digits[3:] if self.is_short else self.digits[5:]

    @property
    def right(self) -> str:
        """invention, utility_model or design."""
        return TYPES[self.type_digit][0]

    @property
    def is_pct(self) -> bool:
        """Whether the application entered the national phase through the PCT."""
        return TYPES[self.type_digit][1]

    @property
    def has_check(self) -> bool:
        """Whether the office writes the check character; it does so since 1989 (M)."""
        return self.filing_year >= 1989

    @property
    def shown(self) -> str:
        """As people write an application number: 201911324567.3."""
        return f"{self.digits}.{self.check}" if self.has_check else self.digits

    @property
    def patent_shown(self) -> str:
        """As a patent certificate writes the patent number (N12): ZL 2019 1 1324567.3."""
        year = self.digits[:2] if self.is_short else self.digits[:4]
        check = f".{self.check}" if self.has_check else ""
        return f"ZL {year} {self.type_digit} {self.serial}{check}"

    @property
    def standard(self) -> str:
        """The fifteen digits of the office's XML: type in two digits, year, nine digits, no check character."""
        return f"{STANDARD_TYPES[self.type_digit]}{self.filing_year}{self.serial:0>9}"


def _short_year(digits: str) -> int:
    """The years since 1900 of a short number: 85 to 99, then 00 to 03."""
    year = int(digits[:2])
    return year if year >= 85 else year + 100


def check_character(digits: str) -> str:
    """The check character of an application number: weights 2 to 9 repeated from the left, mod 11, 10 is X (N11)."""
    total = sum(int(digit) * (2 + place % 8) for place, digit in enumerate(digits))
    return "0123456789X"[total % 11]


def _plain(text: str) -> str:
    """Half width, upper case, without white space and with one kind of dot and dash."""
    plain = re.sub(r"\s", "", texts.half_width(texts.tidy(text))).upper()
    return plain.replace("．", ".").replace("。", ".").replace("·", ".").replace("–", "-").replace("—", "-")


PATENT = re.compile(r"(?:ZL|CN)?((?:19|20)\d{2}[12389]\d{7}|\d{2}[12389]\d{5})\.?([0-9X])?", re.ASCII)


def read_patent_number(text: str) -> PatentNumber:
    """An application or patent number in any of its spellings (N10 to N12); a wrong check names the right one."""
    found = PATENT.fullmatch(_plain(text)[:LONGEST_TEXT])
    if not found:
        raise Refused("number.not_a_patent_number", text=text[:LONGEST_TEXT])
    digits, given = found[1], found[2]
    number = PatentNumber(digits, check_character(digits))
    if not 1985 <= number.filing_year <= (2003 if number.is_short else 2099):
        raise Refused("number.no_such_year", text=text[:LONGEST_TEXT])
    if not number.is_short and number.filing_year < 2003:
        raise Refused("number.no_such_year", text=text[:LONGEST_TEXT])
    if given is None and number.has_check:
        raise Refused("number.no_check_digit", text=text[:LONGEST_TEXT], check=number.check, right=number.shown)
    if given is not None and given != number.check:
        raise Refused(
            "number.wrong_check_digit", text=text[:LONGEST_TEXT], given=given, check=number.check, right=number.shown
        )
    return number


STANDARD = re.compile(r"(?:CN)?(10|11|20|21|30)((?:19|20)\d{2})(\d{9})", re.ASCII)


def read_standard_number(text: str) -> PatentNumber:
    """An application number in the fifteen digits of the office's XML, with its check character computed."""
    found = STANDARD.fullmatch(_plain(text)[:LONGEST_TEXT])
    if not found:
        raise Refused("number.not_a_standard_number", text=text[:LONGEST_TEXT])
    digit, year, serial = FROM_STANDARD[found[1]], found[2], found[3]
    # Until October 2003 a serial had five digits; in the year of the change the serial's length tells which it is.
    short = int(year) < 2003 or (int(year) == 2003 and int(serial) < 100_000)
    length = 5 if short else 7
    if int(year) < 1985 or int(serial) >= 10**length:
        raise Refused("number.not_a_standard_number", text=text[:LONGEST_TEXT])
    digits = f"{year[2:] if short else year}{digit}{serial[-length:]}"
    return PatentNumber(digits, check_character(digits))


PUBLICATION = re.compile(r"(?:CN)?(\d{7}|\d{8}|\d{9})(A[89]?|B[89]?|C[1-7]?|U[89]?|Y[1-7]?|S[1-9]?|D)", re.ASCII)
PUBLICATION_RIGHTS = {
    "A": "invention",
    "B": "invention",
    "C": "invention",
    "U": "utility_model",
    "Y": "utility_model",
    "S": "design",
    "D": "design",
}
RIGHT_DIGITS = {"1": "invention", "2": "utility_model", "3": "design"}


@dataclass(frozen=True)
class PublicationNumber:
    """A Chinese publication or announcement number with its kind code (N13)."""

    digits: str
    kind: str

    @property
    def key(self) -> str:
        """The normal form: CN101945314A."""
        return f"CN{self.digits}{self.kind}"

    @property
    def stem(self) -> str:
        """The number without its kind: a granted invention keeps that of its application since 2007."""
        return f"CN{self.digits}"

    @property
    def right(self) -> str:
        """invention, utility_model or design, told by the kind."""
        return PUBLICATION_RIGHTS[self.kind[0]]

    @property
    def is_grant(self) -> bool:
        """Whether this kind announces a right that is in force, and no mere application."""
        return self.kind[0] != "A"


def read_publication_number(text: str) -> PublicationNumber:
    """A publication number whose first digit and kind agree (N13); old 8-digit ones of 1985 to 1988 carry the year."""
    found = PUBLICATION.fullmatch(_plain(text)[:LONGEST_TEXT])
    if not found:
        raise Refused("number.not_a_publication_number", text=text[:LONGEST_TEXT])
    number = PublicationNumber(found[1], found[2])
    type_digit = number.digits[2] if len(number.digits) == 8 else number.digits[0]
    if RIGHT_DIGITS.get(type_digit) != number.right:
        raise Refused("number.kind_contradicts", text=text[:LONGEST_TEXT], kind=number.kind, digit=type_digit)
    return number


TRADE_MARK = re.compile(r"(?:第)?(G?\d{1,8}[A-Z]?)(?:号)?", re.ASCII)
SOFTWARE = re.compile(r"(?:19|20)\d{2}SR\d{4,7}", re.ASCII)
LAYOUT = re.compile(r"BS\.?(\d{2}\d{6,7})\.?([0-9X])", re.ASCII)


def read_trade_mark(text: str) -> RightNumber:
    """A trade mark registration number, up to 8 digits with a letter after them or none (N14)."""
    found = TRADE_MARK.fullmatch(_plain(text)[:LONGEST_TEXT])
    if not found:
        raise Refused("number.not_a_trade_mark", text=text[:LONGEST_TEXT])
    return RightNumber("trade_mark", found[1], found[1], "trade_mark")


def read_software(text: str) -> RightNumber:
    """A software copyright registration number: 2021SR0123456; older ones have fewer digits (N14)."""
    found = SOFTWARE.fullmatch(_plain(text)[:LONGEST_TEXT])
    if not found:
        raise Refused("number.not_a_software", text=text[:LONGEST_TEXT])
    return RightNumber("software", found[0], found[0], "software", int(found[0][:4]))


def read_layout(text: str) -> RightNumber:
    """A circuit layout registration number: BS.155505034.7; how its last character is computed is not known (NF)."""
    found = LAYOUT.fullmatch(_plain(text)[:LONGEST_TEXT])
    if not found:
        raise Refused("number.not_a_layout", text=text[:LONGEST_TEXT])
    written = f"BS.{found[1]}.{found[2]}"
    return RightNumber("layout", written, written, "layout", 2000 + int(found[1][:2]))


IPC = re.compile(r"([A-H]\d{2}[A-Z])(\d{1,4})/(\d{2,6})(?:\(\d{4}\.\d{2}\))?", re.ASCII)


def read_ipc(text: str) -> str:
    """An IPC symbol in one spelling: G06F 17/30, its edition left out (N14)."""
    found = IPC.fullmatch(_plain(text)[:LONGEST_TEXT])
    if not found:
        raise Refused("number.not_an_ipc_symbol", text=text[:LONGEST_TEXT])
    return f"{found[1]} {found[2].lstrip('0') or '0'}/{found[3]}"


LOCARNO = re.compile(r"(?:LOC\(\d{1,2}\)CL\.?)?(\d{2})-(\d{2})", re.ASCII)


def read_locarno(text: str) -> str:
    """A Locarno class and subclass for designs: 14-02; the classes are 01 to 32 (N14)."""
    found = LOCARNO.fullmatch(_plain(text)[:LONGEST_TEXT])
    if not found or not 1 <= int(found[1]) <= 32:
        raise Refused("number.not_a_locarno_class", text=text[:LONGEST_TEXT])
    return f"{found[1]}-{found[2]}"


def read_nice(text: str) -> int:
    """A Nice class of goods or services, 1 to 45 (N14)."""
    found = re.fullmatch(r"(?:第)?(\d{1,2})(?:类)?", _plain(text)[:LONGEST_TEXT], re.ASCII)
    if not found or not 1 <= int(found[1]) <= 45:
        raise Refused("number.not_a_nice_class", text=text[:LONGEST_TEXT])
    return int(found[1])


def _patent(text: str) -> RightNumber:
    number = read_patent_number(text)
    return RightNumber("patent_application", number.key, number.shown, number.right, number.filing_year)


def _standard(text: str) -> RightNumber:
    number = read_standard_number(text)
    return RightNumber("patent_application", number.key, number.shown, number.right, number.filing_year)


def _publication(text: str) -> RightNumber:
    number = read_publication_number(text)
    return RightNumber("patent_publication", number.key, number.key, number.right)


# What a bare text may be, by its shape; the first shape that fits decides, so that its own refusal is the one told.
# Eight bare digits are a trade mark: only patent numbers of 1985 to 1988 lack the check; with CN or ZL they are read.
SHAPES: tuple[tuple[str, Callable[[str], RightNumber]], ...] = (
    (r"(?:CN)?(?:10|11|20|21|30)(?:19|20)\d{11}", _standard),
    (
        r"(?:ZL|CN)\d{8}|(?:ZL|CN)?(?:\d{8}\.[0-9X]|\d{9}|(?:8[5-9]|9\d|0[0-3])[12389]\d{5}X|\d{12}(?:\.?[0-9X])?)",
        _patent,
    ),
    (r"CN\d{7,9}[A-Z]\d?|\d{9}[ABCUYSD]\d?|\d{7}[ABCUYSD][1-9]", _publication),
    (r"\d{4}SR\d+", read_software),
    (r"BS.*", read_layout),
    (r"(?:第)?G?\d{1,8}[A-Z]?(?:号)?", read_trade_mark),
)


def read_right_number(text: str) -> RightNumber:
    """Any number of a right that people paste into a search box, told apart by its shape (N10 to N14)."""
    plain = _plain(text)[:LONGEST_TEXT]
    for shape, read in SHAPES:
        if re.fullmatch(shape, plain, re.ASCII):
            return read(text)
    raise Refused("number.not_known", text=text[:LONGEST_TEXT])
