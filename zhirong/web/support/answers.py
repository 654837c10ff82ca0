"""The answers of a guided check: they travel signed in the address, so that nothing is kept and nobody needs a log-in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any

from django.core import signing

from zhirong.base.refused import Refused

SALT = "zhirong.support.check"
# An address of more is cut by some proxies; a check of that size has long lists, which belong into the file.
LONGEST = 6_000


@dataclass(frozen=True)
class Answers:
    """Which measures are checked, on which day, with whose file, and what was answered, in order.

    An answer of None is “I don't know”: it is not asked again and stays unknown.
    """

    day: str
    measure: str = ""
    kind: str = ""
    place: str = ""
    party: str = ""
    about: str = ""
    is_confirmed: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def on(self) -> date:
        return date.fromisoformat(self.day)

    @property
    def last(self) -> str:
        """The fact answered last, to which the page goes back."""
        return next(reversed(list(self.facts)), "")

    def said(self, name: str, value: Any) -> Answers:
        """With one answer more, or another answer at the same place."""
        return replace(self, facts={**self.facts, name: value})

    def without(self, name: str) -> Answers:
        return replace(self, facts={key: value for key, value in self.facts.items() if key != name})

    def written(self) -> str:
        """As it stands in the address. Refused: more than an address holds."""
        text = signing.dumps(asdict(self), salt=SALT, compress=True)
        if len(text) > LONGEST:
            raise Refused("web.check_too_long", most=LONGEST)
        return text


def read(text: str) -> Answers:
    """The answers of an address. Refused: one that this house did not write."""
    try:
        return Answers(**signing.loads(text, salt=SALT))
    except (signing.BadSignature, TypeError, ValueError):
        raise Refused("web.check_unreadable") from None
