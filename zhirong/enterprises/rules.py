"""What may be stated of an enterprise, and the keys of places: pure answers. What a fact means is policy's matter."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from zhirong.base import text as texts
from zhirong.base.refused import Refused

NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,79}")
# The key of one thing of an enterprise: its kind, a colon, what it is called there.
ABOUT: Final = re.compile(r"[a-z][a-z_]{0,23}:[0-9A-Za-z一-鿿._/-]{1,56}")
PLACE_CODE: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,23}")
PLACE_KINDS: Final = ("street", "park", "carrier")
# A list of 10,000 records of some fields; a larger one belongs into a file.
MOST_SIGNS: Final = 1_000_000
DEEPEST: Final = 3


@dataclass(frozen=True, slots=True)
class Told:
    """A fact as somebody states it, before it is judged."""

    name: str
    value: Any
    since: date | None = None
    until: date | None = None
    about: str = ""
    source_text: str = ""


def judged(told: Told) -> Told:
    """The same, tidy. Refused: a name or key of another form, a value that is not plain, days the wrong way round."""
    if not NAME.fullmatch(told.name):
        raise Refused("enterprises.bad_name", name=told.name[:80])
    if told.about and not ABOUT.fullmatch(told.about):
        raise Refused("enterprises.bad_about", about=told.about[:80])
    if told.since is not None and told.until is not None and told.until < told.since:
        raise Refused("enterprises.days_reversed", since=told.since, until=told.until)
    if told.value is None or not is_plain(told.value) or len(json.dumps(told.value)) > MOST_SIGNS:
        raise Refused("enterprises.value_not_plain", name=told.name)
    said = must_be_text(told.source_text, field="source_text", most=200, least=0)
    return Told(told.name, told.value, told.since, told.until, told.about, said)


def is_plain(value: Any, depth: int = 0) -> bool:
    """Whether a value is truth, text, a whole number, or lists and records of such; a float is none of these."""
    if value is None or isinstance(value, bool | int | str):
        return True
    if depth >= DEEPEST:
        return False
    if isinstance(value, Mapping):
        return all(isinstance(name, str) and is_plain(one, depth + 1) for name, one in value.items())
    return isinstance(value, Sequence) and all(is_plain(one, depth + 1) for one in value)


def must_be_text(text: str, *, field: str, most: int, least: int = 1) -> str:
    """The text, tidy. Refused: too short or too long."""
    tidy = texts.tidy(text)
    if not least <= len(tidy) <= most:
        raise Refused("enterprises.text_length", field=field, least=least, most=most)
    return tidy
