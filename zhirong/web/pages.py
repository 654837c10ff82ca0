"""What every page has: the Jinja environment of the house."""

from typing import Any

from jinja2 import Environment, StrictUndefined


def environment(**options: Any) -> Environment:
    """Templates escape everything, and a name that a page forgot to give stops it."""
    options.update(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return Environment(**options)
