"""Applications for support, from draft to repayment."""

from __future__ import annotations

from ninja import Router

router = Router(tags=["policy"])
