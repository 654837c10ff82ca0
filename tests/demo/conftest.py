"""What the tests of the demo share: two small loads, told once for all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.demo.given_loads import LOADS_WITHIN_SECONDS, days_of, loading


@pytest.fixture(scope="session")
def loads(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two loads of the same seed on the same day; a load that midnight parts from the other is made again."""
    while True:
        folders = [tmp_path_factory.mktemp("demo") for _ in range(2)]
        running = [loading(folder) for folder in folders]
        assert [one.wait(LOADS_WITHIN_SECONDS) for one in running] == [0, 0]
        if days_of(folders[0]) == days_of(folders[1]):
            return folders
