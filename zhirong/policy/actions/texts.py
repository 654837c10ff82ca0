"""Texts of measures that something rests on, kept for its replay."""

from __future__ import annotations

from zhirong.policy import reading
from zhirong.policy.engine.measure import Measure
from zhirong.policy.followed import KeptText


def keep_text(one: Measure) -> str:
    """The hash of a measure, whose text stays here for ever, once; in the caller's transaction.

    A text that was approved here stays in its own row; one that came with the house may be another after an update.
    """
    ground = reading.own()
    own = ground.measures.get(one.id)
    if own is not None and own.sha256 == one.sha256:
        KeptText.objects.get_or_create(sha256=one.sha256, defaults={"text": ground.texts[one.id]})
    return one.sha256
