"""What an enterprise can have and what is missing."""

from __future__ import annotations

from ninja import Router

router = Router(tags=["policy"])
