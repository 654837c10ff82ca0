"""Enterprise files: facts with source and day, places, consent."""

from __future__ import annotations

from ninja import Router

router = Router(tags=["enterprises"])
