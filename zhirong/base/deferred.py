"""A module that is imported when it is first asked for something: the numeric engines, which a start need not wait for.

    if TYPE_CHECKING:
        from zhirong.valuation.engine import estimate
    else:
        estimate = Deferred("zhirong.valuation.engine.estimate")

Checks of types and of floors see the import; a start does not pay for it.
"""

from __future__ import annotations

import threading
from importlib import import_module
from types import ModuleType
from typing import Any

# Two threads that import large packages at once may each meet the other's half-made modules: Python rather shows those
# than let both wait for ever. A page failed while a fit began in the background (scipy.stats and a part of it).
_one_at_a_time = threading.RLock()


class Deferred:
    """Stands for the module of this name."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._module: ModuleType | None = None

    def __getattr__(self, attribute: str) -> Any:
        if self._module is None:
            with _one_at_a_time:
                self._module = import_module(self._name)
        return getattr(self._module, attribute)
