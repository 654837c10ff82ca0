"""The one process: an empty folder becomes a house, a signal ends it in order."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from zhirong.web.house import Repeating, without_address, without_custody_account

ROOT = Path(__file__).resolve().parent.parent.parent
WAIT_S = 120


@contextmanager
def serving(data: Path) -> Iterator[tuple[subprocess.Popen[str], str, list[str]]]:
    """`zr serve` on this folder: the process, its address, and what it said before it listened."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for name in ("ZR_DATABASE_URL", "ZR_SITE", "ZR_CUSTODY"):
        environment.pop(name, None)
    command = [sys.executable, "-m", "zhirong.server", "--port", str(port), "--data", str(data)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    said: list[str] = []
    assert process.stdout
    for line in process.stdout:
        said.append(line.strip())
        if line.startswith("http://"):
            break
    try:
        yield process, f"http://127.0.0.1:{port}", said
    finally:
        process.kill()
        process.wait(WAIT_S)


def end(process: subprocess.Popen[str], by: signal.Signals) -> None:
    """Whoever waited for a listener that never leaves would wait for ever."""
    process.send_signal(by)
    assert process.wait(WAIT_S) == 0


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_house_in_order_even_while_somebody_listens(tmp_path: Path, by: signal.Signals) -> None:
    with serving(tmp_path) as (process, address, _):
        stream = urllib.request.urlopen(f"{address}/live/?topic=lot:1", timeout=WAIT_S)
        assert stream.readline()
        end(process, by)
        assert process.stdout
        assert "Traceback" not in process.stdout.read()


def test_an_empty_house_makes_its_first_administrator_once(tmp_path: Path) -> None:
    with serving(tmp_path) as (process, address, said):
        password = re.search(r"log-in admin, password (\S+)", said[0])
        assert password
        told = json.load(urllib.request.urlopen(f"{address}/api/health", timeout=WAIT_S))
        assert (told["status"], told["database"]) == ("ok", "sqlite")
        end(process, signal.SIGTERM)
    with serving(tmp_path) as (process, _, said):
        assert len(said) == 1


@pytest.mark.parametrize("said", ["", "ip.example.gov.cn", "ftp://ip.example.gov.cn"])
def test_a_real_house_that_does_not_know_its_address_says_so_before_it_seals(settings: Settings, said: str) -> None:
    settings.DEMO, settings.SITE_SAID, settings.SITE = False, said, said or "http://127.0.0.1:8000"
    assert without_address().startswith("WARNING: ZR_SITE is not set")
    settings.DEMO = True
    assert without_address() == ""
    settings.DEMO, settings.SITE_SAID = False, "https://ip.example.gov.cn"
    assert without_address() == ""


@pytest.mark.parametrize("said", ["", "6228", "户名|银行|", "a|b|c|d"])
def test_a_real_house_that_cannot_say_where_to_pay_says_so(settings: Settings, said: str) -> None:
    settings.DEMO, settings.CUSTODY = False, said
    assert without_custody_account().startswith("WARNING: ZR_CUSTODY does not name")
    settings.CUSTODY = "知融交易资金专户 | 某银行海淀支行 | 6222 0000"
    assert without_custody_account() == ""
    settings.DEMO, settings.CUSTODY = True, said
    assert without_custody_account() == ""


def test_a_served_house_warns_aloud_when_it_is_up(tmp_path: Path) -> None:
    with serving(tmp_path) as (process, _, _said):
        assert process.stdout
        assert process.stdout.readline().startswith("WARNING: ZR_SITE is not set")
        assert process.stdout.readline().startswith("WARNING: ZR_CUSTODY does not name")
        assert process.stdout.readline().endswith("Ctrl+C ends it.\n")
        end(process, signal.SIGTERM)


@pytest.mark.django_db
def test_a_thread_that_repeats_goes_on_after_a_fault(caplog: pytest.LogCaptureFixture) -> None:
    called: list[int] = []

    def call() -> None:
        called.append(1)
        if len(called) == 1:
            raise ZeroDivisionError

    repeating = Repeating("test", call, every_seconds=1)
    repeating.try_once()
    repeating.try_once()
    assert len(called) == 2
    assert "it is called again" in caplog.text


def test_a_call_that_hangs_keeps_no_house_from_ending(caplog: pytest.LogCaptureFixture) -> None:
    begun, let_go = threading.Event(), threading.Event()

    def hang() -> None:
        begun.set()
        let_go.wait(WAIT_S)

    repeating = Repeating("clock", hang, every_seconds=0, ends_within_seconds=0)
    repeating.start()
    assert begun.wait(WAIT_S)
    repeating.stop()
    assert "clock did not end within 0 s; it is left behind" in caplog.text
    let_go.set()
    repeating.thread.join(WAIT_S)
    assert not repeating.thread.is_alive()
    caplog.clear()
    repeating.stop()
    assert caplog.text == ""


def test_a_house_knows_its_rooms_before_anybody_asks_a_page(tmp_path: Path) -> None:
    told = (
        "from zhirong import server\n"
        f"server.open_house({str(tmp_path)!r})\n"
        "from zhirong.web import feed, house\n"
        "house.House()\n"
        "print(sorted(feed.WRITERS))\n"
    )
    around = {name: value for name, value in os.environ.items() if name not in ("ZR_DATA", "ZR_DATABASE_URL")}
    command = [sys.executable, "-c", told]
    run = {**around, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=run, stdout=subprocess.PIPE, text=True, check=True)
    assert "'lot'" in done.stdout
