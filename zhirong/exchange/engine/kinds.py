"""The kinds of auction the floor can conduct: a new kind is one file beside `english` and one line here."""

from __future__ import annotations

from collections.abc import Callable

from zhirong.exchange.engine import english
from zhirong.exchange.engine.shape import Answer, Command, Event, Reply, State

Apply = Callable[[State, Command, Answer | None], tuple[State, tuple[Event, ...], Reply]]

APPLY: dict[str, Apply] = {"english": english.apply}
