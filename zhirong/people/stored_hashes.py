"""What looks at passwords cost by the hashes that are stored, so that the time of an answer tells nothing.

A hash made with older figures costs what those cost until its owner logs in. As long as one is left, every look
that fails costs each set of figures that is stored, once: for a log-in that nobody has as for one of any age.
"""

from __future__ import annotations

import threading
import time
from typing import Final

from django.contrib.auth.hashers import Argon2PasswordHasher, check_password, identify_hasher, make_password

from zhirong.people.hashing import Argon2
from zhirong.people.models import Person

# Time, memory and lanes of Argon2.
Figures = tuple[int, int, int]
TODAY: Final[Figures] = (Argon2.time_cost, Argon2.memory_cost, Argon2.parallelism)
SCHEME = "argon2$"


def figures_of(encoded: str) -> Figures | None:
    """The figures with which a hash was made; nothing for one of another scheme, which tests alone have."""
    if not encoded.startswith(SCHEME):
        return None
    told = Argon2().decode(encoded)
    return told["time_cost"], told["memory_cost"], told["parallelism"]


def is_old(encoded: str) -> bool:
    """Whether the next right password gives this hash the figures of today."""
    return bool(identify_hasher(encoded).must_update(encoded))


class Stored:
    """The figures of older hashes, kept in memory: looked for once a minute, and after a hash was renewed here."""

    seconds: Final = 60

    def __init__(self) -> None:
        self._gate = threading.Lock()
        self.forget()

    def forget(self) -> None:
        self._older: frozenset[Figures] = frozenset()
        self._until = 0.0

    def older(self) -> frozenset[Figures]:
        """All that are stored and are not of today; none in a house that has no hash of before."""
        with self._gate:
            if time.monotonic() >= self._until:
                self._older = self._read()
                self._until = time.monotonic() + self.seconds
            return self._older

    def _read(self) -> frozenset[Figures]:
        passes, memory, lanes = TODAY
        # Hashes of today, which are nearly all, stay where they are.
        of_today = f"{SCHEME}argon2id$v=19$m={memory},t={passes},p={lanes}$"
        found = Person.objects.filter(password__startswith=SCHEME).exclude(password__startswith=of_today)
        told = {figures_of(encoded) for encoded in found.values_list("password", flat=True).iterator()}
        return frozenset(one for one in told if one is not None and one != TODAY)


stored = Stored()


def look(password: str, encoded: str) -> bool:
    """Whether it is the password of this hash; if not, it cost as much as with every other log-in."""
    is_right = len(password) <= 256 and check_password(password, encoded)
    if not is_right:
        spend(password, but=figures_of(encoded) if len(password) <= 256 else None)
    return is_right


def spend(password: str, *, but: Figures | None = None) -> None:
    """The cost of all figures that are stored, less those that were spent already."""
    tried = password[:256]
    if but != TODAY:
        make_password(tried)
    for passes, memory, lanes in sorted(stored.older() - {but}):
        _of(passes, memory, lanes).encode(tried, Argon2().salt())


def _of(passes: int, memory: int, lanes: int) -> Argon2PasswordHasher:
    hasher = Argon2PasswordHasher()
    hasher.time_cost, hasher.memory_cost, hasher.parallelism = passes, memory, lanes
    return hasher
