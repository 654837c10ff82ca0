"""Calculations for `zr calc`: citations, quality and the index."""

from __future__ import annotations

from zhirong.base.engines import Engine

ENGINES: dict[str, Engine] = {}
