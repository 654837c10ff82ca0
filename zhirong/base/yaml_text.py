"""Dated data as it is written: YAML, read by libyaml where PyYAML was built with it, much faster than in Python."""

from __future__ import annotations

from typing import Any, Final

import yaml

# Both build plain data only (YAML 1.1 "safe"): no tag of a file can make an object.
LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def parse(text: str) -> Any:
    """What the text holds; None where it holds nothing. Raises yaml.YAMLError on what is not YAML."""
    return yaml.load(text, Loader=LOADER)
