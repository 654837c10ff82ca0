"""Calculations for `zr calc`: the cost and income approaches and their paths."""

from __future__ import annotations

from zhirong.base.engines import Engine

ENGINES: dict[str, Engine] = {}
