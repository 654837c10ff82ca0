"""Calculations for `zr calc`: renewal and real options."""

from __future__ import annotations

from zhirong.base.engines import Engine

ENGINES: dict[str, Engine] = {}
