"""Limits count anew for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from zhirong.web import limits


@pytest.fixture(autouse=True)
def fresh_limits() -> Iterator[None]:
    limits.forget()
    yield
    limits.forget()
