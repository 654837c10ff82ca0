"""What every test may ask for: the shared material, a browser, and databases on disk as in the product."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import hypothesis
import pytest
from django.conf import settings
from django.db import connections
from playwright.sync_api import Browser, sync_playwright

from tests import unsealed as unsealed  # the seals of the record let nothing be emptied
from zhirong.base import faults
from zhirong.cli import machine
from zhirong.people.actions import sign_in
from zhirong.record import actions as record
from zhirong.web import limits

ROOT = Path(__file__).resolve().parent.parent
# An example that takes long on a busy machine is no fault of ours; speed is for benches.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")
BROWSER_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")


def missing(sentence: str) -> NoReturn:
    """Skip by hand, fail in CI: there nothing may be left out unseen."""
    if os.environ.get("CI") == "true":
        pytest.fail(sentence)
    pytest.skip(sentence)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test about the other database is none here: it neither runs nor counts as skipped."""
    other = "sqlite" if connections["default"].vendor == "postgresql" else "postgresql"
    items[:] = [item for item in items if item.get_closest_marker(other) is None]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared material: ../shared beside the checkout, or $ZR_SHARED."""
    folder = Path(os.environ.get("ZR_SHARED") or ROOT.parent / "shared")
    if not (folder / "data").is_dir():
        missing(f"The shared material is not at {folder}; name its folder in ZR_SHARED.")
    return folder


@pytest.fixture(scope="session", autouse=True)
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Each test process has a data folder of its own; files and indexes never meet."""
    settings.DATA = tmp_path_factory.mktemp("data")
    # An auction in minutes: a test that asks how a real house behaves takes this back.
    settings.DEMO_RULES = True
    # The real hash is slow on purpose; the tests of signing in ask for it themselves.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return settings.DATA


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium through Playwright, one for the whole run; open a context for each person."""
    found = machine.browser()
    if found is None:
        missing("Chromium is not on this machine. As root on Debian: apt-get install chromium fonts-noto-cjk")
    # Playwright's loop lives in this thread; the tests read the database between two clicks, never during one.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=list(BROWSER_FLAGS))
        yield running
        running.close()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    tmp_path_factory: pytest.TempPathFactory, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """SQLite tests run on a file, because WAL, locks and threads behave otherwise in memory."""
    connection = connections["default"]
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    """A test that moved the house's time, tried to log in or took files away leaves no trace in the next, and no deed
    of the clock fails unseen.
    """
    faults.forget()
    limits.forget()
    yield
    record.forget_shift()
    sign_in.unknown = sign_in.Unknown()
    assert faults.kept() == []
