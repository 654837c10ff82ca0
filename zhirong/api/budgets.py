"""Budgets, forecasts and who is almost there."""

from __future__ import annotations

from ninja import Router

router = Router(tags=["policy"])
