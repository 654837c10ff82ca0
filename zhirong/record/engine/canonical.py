"""The one way to write a leaf's body, so that the same deed always has the same hash."""

from __future__ import annotations

import json
from typing import Any

_PLAIN = (str, int, bool, type(None))


def canonical(body: Any) -> str:
    """JSON with sorted keys, no spaces and whole numbers only, to be written in UTF-8; anything else is our mistake.

    Two machines disagree on how a float is written, never on an int: so a leaf holds fen, ppm and nanoseconds.
    """
    _assert_plain(body)
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _assert_plain(value: Any) -> None:
    if type(value) in _PLAIN:
        return
    if isinstance(value, dict):
        for key, part in value.items():
            assert isinstance(key, str), f"a leaf's key must be text, not {key!r}"
            _assert_plain(part)
        return
    assert isinstance(value, list | tuple), f"a leaf holds text, whole numbers, lists and maps, not {value!r}"
    for part in value:
        _assert_plain(part)
