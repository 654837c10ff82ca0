"""Calculations for `zr calc`: lending, portfolios, marketability, damages, licence fees and reconciliation."""

from __future__ import annotations

from zhirong.base.engines import Engine

ENGINES: dict[str, Engine] = {}
