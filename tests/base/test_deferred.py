"""A module that is imported when it is first asked for: once, and by one thread at a time."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

from zhirong.base.deferred import Deferred

# Each of the two needs the other's name when it is whole: imported by two threads at once, one would meet the other
# half made.
FIRST = "import time\ntime.sleep(0.05)\nimport {other}\nNAME = '{name}'\nwhole = lambda: {other}.NAME\n"


def test_it_is_imported_when_it_is_first_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "zr_late.py").write_text("ANSWER = 42\n")
    monkeypatch.syspath_prepend(tmp_path)
    late = Deferred("zr_late")
    assert "zr_late" not in sys.modules
    assert late.ANSWER == 42
    assert "zr_late" in sys.modules
    with pytest.raises(AttributeError):
        assert late.nothing


def test_two_threads_never_meet_a_half_made_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, other in (("zr_one", "zr_two"), ("zr_two", "zr_one")):
        (tmp_path / f"{name}.py").write_text(FIRST.format(name=name, other=other))
    monkeypatch.syspath_prepend(tmp_path)
    said: list[str] = []
    asks = [Deferred("zr_one"), Deferred("zr_two")]
    threads = [threading.Thread(target=lambda one=one: said.append(one.whole())) for one in asks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(said) == ["zr_one", "zr_two"]
