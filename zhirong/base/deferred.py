"""A module that is imported when it is first asked for something: the numeric engines, which a start need not wait for.

    if TYPE_CHECKING:
        from zhirong.valuation.engine import estimate
    else:
        estimate = Deferred("zhirong.valuation.engine.estimate")

Checks of types and of floors see the import; a start does not pay for it.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Deferred:
    """Stands for the module of this name."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self._name), attribute)
