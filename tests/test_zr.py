"""The one command: its verbs, its set-up and its sentences, each in a checkout of its own with nothing installed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from zhirong.cli import __main__ as front_door
from zhirong.cli import suite

ROOT = Path(__file__).resolve().parent.parent
# A package that needs no index: pip takes it from the lock's own folder.
FAKE_PIP = """
import pathlib, sys
words = sys.argv[1:]
log = pathlib.Path(__file__).resolve().parent.parent.parent / "pip.log"
log.open("a").write(" ".join(words) + chr(10))
print("Collecting django==5.2")
if "install" in words and (log.parent / "offline").exists():
    print("ERROR: Could not find a version: Temporary failure in name resolution")
    sys.exit(1)
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """zr with two small locks, a house that says what it was asked, and a pip that only keeps a log."""
    shutil.copy(ROOT / "zr", tmp_path / "zr")
    (tmp_path / "requirements.lock").write_text("django==5.2 --hash=sha256:00\n")
    (tmp_path / "requirements-dev.lock").write_text("django==5.2 --hash=sha256:00\npytest==9 --hash=sha256:00\n")
    for room in ("cli", "demo"):
        (tmp_path / "zhirong" / room).mkdir(parents=True)
        (tmp_path / "zhirong" / room / "__main__.py").write_text("import sys; print('asked', *sys.argv[1:])")
    (tmp_path / "pip" / "pip").mkdir(parents=True)
    (tmp_path / "pip" / "pip" / "__init__.py").write_text("")
    (tmp_path / "pip" / "pip" / "__main__.py").write_text(FAKE_PIP)
    return tmp_path


def zr(checkout: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run zr with a system Python, no uv on the path, and the logging pip."""
    clean = {"PATH": "/usr/bin:/bin", "HOME": str(checkout), "PYTHONPATH": str(checkout / "pip"), **environment}
    system = os.path.realpath(sys.executable)
    command = [system, str(checkout / "zr"), *words]
    return subprocess.run(command, env=clean, capture_output=True, text=True, check=False, cwd="/")


def pip_log(checkout: Path) -> list[str]:
    log = checkout / "pip.log"
    return log.read_text().splitlines() if log.exists() else []


def test_zr_alone_prints_every_verb_and_sets_nothing_up(checkout: Path) -> None:
    told = zr(checkout)
    assert told.returncode == 0
    assert all(f"  {verb} " in told.stdout for verb in ("demo", "serve", "test", "check", "verify", "calc", "restore"))
    assert not (checkout / ".venv").exists()


def test_help_of_a_verb_needs_no_set_up(checkout: Path) -> None:
    told = zr(checkout, "demo", "--help")
    assert told.stdout.startswith("usage: ./zr demo [--port P]")
    assert not (checkout / ".venv").exists()


def test_an_unknown_verb_is_told_so(checkout: Path) -> None:
    told = zr(checkout, "dance")
    assert told.returncode == 2
    assert told.stderr.startswith("dance is no verb of zr.")


def test_the_first_start_installs_with_hashes_and_the_second_does_nothing(checkout: Path) -> None:
    first = zr(checkout, "demo", "--port", "8001")
    assert first.returncode == 0, first.stderr
    assert first.stdout.splitlines()[-1] == "asked --port 8001"
    assert [line for line in pip_log(checkout) if "--require-hashes" in line and "requirements.lock" in line]
    asked = len(pip_log(checkout))
    second = zr(checkout, "demo")
    assert second.stdout == "asked\n"
    assert len(pip_log(checkout)) == asked


def test_a_changed_lock_is_installed_again(checkout: Path) -> None:
    zr(checkout, "demo")
    asked = len(pip_log(checkout))
    (checkout / "requirements.lock").write_text("django==5.3 --hash=sha256:00\n")
    zr(checkout, "demo")
    assert len(pip_log(checkout)) == asked + 1


def test_the_development_lock_serves_the_product_too(checkout: Path) -> None:
    zr(checkout, "check")
    asked = len(pip_log(checkout))
    told = zr(checkout, "demo")
    assert told.stdout == "asked\n"
    assert len(pip_log(checkout)) == asked
    stamp = json.loads((checkout / ".venv" / "zr-stamp.json").read_text())
    assert set(stamp) == {"runtime", "dev"}


def test_an_environment_elsewhere_is_honoured(checkout: Path, tmp_path: Path) -> None:
    (checkout / ".venv").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").mkdir()
    told = zr(checkout, "demo")
    assert told.returncode == 0, told.stderr
    assert (checkout / ".venv").is_symlink()
    assert (tmp_path / "elsewhere" / "zr-stamp.json").exists()


def test_without_a_network_it_says_so_and_the_next_start_tries_again(checkout: Path) -> None:
    (checkout / "offline").touch()
    told = zr(checkout, "demo")
    assert told.returncode == 2
    assert "The package index could not be reached" in told.stderr
    assert not (checkout / ".venv" / "zr-stamp.json").exists()
    (checkout / "offline").unlink()
    assert zr(checkout, "demo").returncode == 0


def test_without_pip_it_names_the_package(checkout: Path) -> None:
    shutil.rmtree(checkout / "pip" / "pip")
    (checkout / "pip" / "ensurepip.py").write_text("raise SystemExit(1)")
    (checkout / "pip" / "sitecustomize.py").write_text(
        "import importlib.util as u\nreal = u.find_spec\n"
        "u.find_spec = lambda name, *rest: None if name == 'pip' else real(name, *rest)\n"
    )
    told = zr(checkout, "demo")
    assert told.returncode == 2
    assert "apt-get install python3-pip" in told.stderr


def test_a_python_that_is_too_old_is_told_what_to_install(checkout: Path) -> None:
    text = (checkout / "zr").read_text().replace("(3, 11), (3, 13)", "(3, 98), (3, 99)")
    (checkout / "zr").write_text(text)
    told = zr(checkout, "demo")
    assert told.returncode == 2
    assert "apt-get install python3" in told.stderr


def test_a_folder_that_cannot_be_written_is_told(checkout: Path) -> None:
    told = zr(checkout, "demo", ZR_VENV=str(checkout / "zr" / "venv"))
    assert told.returncode == 2
    assert told.stderr.startswith("The folder of the environment")


def test_verify_runs_with_the_system_python_and_no_set_up(checkout: Path) -> None:
    (checkout / "zhirong" / "papers").mkdir()
    (checkout / "zhirong" / "papers" / "verifier.py").write_text("def main(argv):\n    print(argv)\n    return 3\n")
    told = zr(checkout, "verify", "a.zip")
    assert (told.returncode, told.stdout) == (3, "['a.zip']\n")
    assert not (checkout / ".venv").exists()


def test_every_verb_of_zr_has_a_place_in_the_house() -> None:
    text = (ROOT / "zr").read_text("utf-8")
    module: dict[str, object] = {"__name__": "zr", "__file__": str(ROOT / "zr")}
    exec(compile(text, "zr", "exec"), module)
    verbs = module["VERBS"]
    assert isinstance(verbs, dict)
    inside = {verb for verb, (_, what, _, _) in verbs.items() if not what} - {"verify"}
    assert inside == set(front_door.VERBS) - {"words"}


def test_ci_calls_zr_test_and_nothing_else() -> None:
    lines = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    assert [line for line in lines if "zr" in line] == ["CI=true exec ./zr test"]
    assert len(lines) == 4
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert os.access(ROOT / "zr", os.X_OK)


def test_the_data_folder_is_taken_from_the_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZR_DATA", "/before")
    assert front_door.take_data_folder(["--data", "/there", "a.xml"]) == ["a.xml"]
    assert os.environ["ZR_DATA"] == "/there"
    assert front_door.take_data_folder(["a.xml", "--data=/here"]) == ["a.xml"]
    assert os.environ["ZR_DATA"] == "/here"


def test_the_closing_line_counts_all_lanes() -> None:
    lanes = [
        suite.Lane("SQLite", 1, tests=10, failed=1, skipped=2, why_skipped=("no shared material",)),
        suite.Lane("PostgreSQL", 0, tests=4),
    ]
    told = suite.closing(lanes, ["No Chromium."], ["SQLite: 1 failed"], seconds=2.5)
    assert told.splitlines()[1:] == [
        "left out: No Chromium.",
        "skipped: no shared material",
        "not green: SQLite: 1 failed",
        "===== 1 failed, 11 passed, 2 skipped in 2.50s (SQLite 10, PostgreSQL 4) =====",
    ]
