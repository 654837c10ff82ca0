"""Text as people type it: widths, normal forms of names, masks for secrets, names of files."""

from __future__ import annotations

import re
import unicodedata

HALF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0x00A0: 0x20}

# Bracket styles and dots that stand for the same thing in a name (N31).
BRACKETS = str.maketrans("〔〕【】〖〗[]{}「」『』﹙﹚", "()()()()()()()()")
DOTS = str.maketrans("•・‧∙⋅˙•･", "········")
# Zero-width and direction marks: invisible, so two names that differ only in them look the same.
INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u00ad]")
CJK = "\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff()·"


def half_width(text: str) -> str:
    """Full-width letters, digits, signs and spaces as half-width ones; Chinese characters stay."""
    return text.translate(HALF)


def tidy(text: str) -> str:
    """Text as it may be stored: composed (NFC), without invisible marks, each run of white space one space."""
    visible = INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    return re.sub(r"\s+", " ", visible).strip()


def party_name(name: str) -> str:
    """The normal form that tells two spellings of one party apart from two parties (N31); for keys, not for show."""
    plain = half_width(tidy(name)).translate(BRACKETS).translate(DOTS)
    plain = re.sub(rf"(?<=[{CJK}])\s+|\s+(?=[{CJK}])", "", plain)
    return re.sub(r"\s+", " ", plain).strip().casefold()


def masked(secret: str, *, head: int, tail: int) -> str:
    """A secret with only its ends shown; one too short to hide four characters is hidden whole."""
    hidden = len(secret) - head - tail
    if hidden < 4:
        return "*" * len(secret)
    return secret[:head] + "*" * hidden + (secret[-tail:] if tail else "")


def masked_resident_id(number: str) -> str:
    """A resident id as pages show it: 440304********0011 keeps district and last four (D)."""
    return masked(number, head=6, tail=4)


def masked_account(number: str) -> str:
    """A bank account as pages show it: only the last four digits (D)."""
    return masked(number, head=0, tail=4)


def masked_phone(number: str) -> str:
    """A telephone number as pages show it: 138****5678 (D)."""
    return masked(number, head=3, tail=4)


RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")
LONGEST_NAME_BYTES = 120


def safe_filename(name: str, *, default: str = "file") -> str:
    """A name that no file system, header or path reads as anything but a name; its ending is kept."""
    last = re.split(r"[/\\]", tidy(name))[-1]
    kept = "".join("_" if sign in '<>:"|?*%;' or unicodedata.category(sign)[0] == "C" else sign for sign in last)
    kept = kept.strip(" .")
    if not kept:
        return default
    if RESERVED.fullmatch(kept):
        kept = f"_{kept}"
    stem, dot, ending = kept.rpartition(".")
    if not dot or len(ending) > 10:
        stem, dot, ending = kept, "", ""
    room = LONGEST_NAME_BYTES - len((dot + ending).encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(" .") + dot + ending
