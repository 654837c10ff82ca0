"""A file that holds a key: made once, whoever asks first, and its owner's alone."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from zhirong.base import key_files


def test_it_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "one.key"
    assert key_files.made_once(path, lambda: b"first") == b"first"
    assert key_files.made_once(path, lambda: b"second") == b"first"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path]


def test_of_two_processes_at_once_both_read_what_the_first_made(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "one.key"

    def overtaken() -> bytes:
        assert key_files.made_once(path, lambda: b"first") == b"first"
        return b"second"

    assert key_files.made_once(path, overtaken) == b"first"
    assert list(path.parent.iterdir()) == [path]


def test_what_cannot_be_made_leaves_nothing_behind(tmp_path: Path) -> None:
    def broken() -> bytes:
        raise LookupError

    with pytest.raises(LookupError):
        key_files.made_once(tmp_path / "keys" / "one.key", broken)
    assert list((tmp_path / "keys").iterdir()) == []
