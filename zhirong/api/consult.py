"""Consultation: a question about policy and its answer with citations."""

from __future__ import annotations

from ninja import Router

router = Router(tags=["policy"])
