"""Calculations for `zr calc`: the market approach, ranges with tested coverage and ratio studies."""

from __future__ import annotations

from zhirong.base.engines import Engine

ENGINES: dict[str, Engine] = {}
