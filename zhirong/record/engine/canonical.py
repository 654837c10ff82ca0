"""The one way to write a leaf's body, so that the same deed always has the same hash."""

from __future__ import annotations

import json
from typing import Any

_PLAIN = frozenset((str, int, bool, type(None)))
# Made once: json.dumps would make a new encoder for every leaf, and each bid writes one.
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def canonical(body: Any) -> str:
    """JSON with sorted keys, no spaces and whole numbers only, to be written in UTF-8; anything else is our mistake.

    Two machines disagree on how a float is written, never on an int: so a leaf holds fen, ppm and nanoseconds.
    """
    _assert_plain(body)
    return _ENCODER.encode(body)


def _assert_plain(value: Any) -> None:
    if type(value) in _PLAIN:
        return
    if isinstance(value, dict):
        for key, part in value.items():
            assert isinstance(key, str), f"a leaf's key must be text, not {key!r}"
            if type(part) not in _PLAIN:
                _assert_plain(part)
        return
    assert isinstance(value, list | tuple), f"a leaf holds text, whole numbers, lists and maps, not {value!r}"
    for part in value:
        _assert_plain(part)
