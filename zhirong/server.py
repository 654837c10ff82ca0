"""`zr serve`: one process that serves one data folder. An empty folder gets its tables and its first administrator."""

from __future__ import annotations

import argparse
import importlib
import os
import secrets
import signal
import sys
from collections.abc import Callable, Sequence
from typing import Any

import django

from zhirong.base.refused import Refused, sentence
from zhirong.cli import migrate

FIRST_LOGIN = "admin"
# What a shell says of a command that Ctrl+C ended.
STOPPED = 130


def main(argv: Sequence[str]) -> int:
    asked = read(argv)
    try:
        open_house(asked.data)
        tell_first_administrator()
    except KeyboardInterrupt:
        print("已在启动前停止，请再次启动。/ Stopped before the house was open; start it again.", file=sys.stderr)
        return STOPPED
    serve(host=asked.host, port=asked.port)
    return 0


def read(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./zr serve", description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="the port to listen on (8000)")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (this machine only)")
    parser.add_argument("--data", default="", help="the data folder (data in the checkout)")
    return parser.parse_args(argv)


def open_house(data: str = "") -> None:
    """Settings on this data folder, tables of this version. Before it, nothing of the house may be imported."""
    if data:
        os.environ["ZR_DATA"] = os.path.abspath(data)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhirong.settings")
    django.setup()
    migrate.bring_up()


def part(name: str) -> Any:
    """A module of the house, loaded after its settings."""
    return importlib.import_module(name)


def tell_first_administrator() -> None:
    """In a house without people: make its founder and say the password, once."""
    if part("zhirong.people.models").Person.objects.exists():
        return
    password = secrets.token_urlsafe(12)
    part("zhirong.people.actions.sign_in").first_administrator(login=FIRST_LOGIN, name=FIRST_LOGIN, password=password)
    print(f"The house is empty. Its first administrator: log-in {FIRST_LOGIN}, password {password}", flush=True)
    print("This password is shown once. Change it after the first log-in.", flush=True)


def how_it_ends() -> str:
    """What the terminal says below the address: how the house ends, and where a demo's data stay."""
    from_settings = part("zhirong.settings")
    lines = ["Ctrl+C 结束服务。/ It is served at this address; Ctrl+C ends it."]
    if from_settings.DEMO:
        lines.append(f"演示数据保存在 {from_settings.DATA}。/ The demo's data stay in {from_settings.DATA}.")
    return "\n".join(lines)


def serve(*, host: str, port: int, when_ready: Callable[[], None] = lambda: None) -> None:
    """Serve until SIGTERM or SIGINT, then end in order."""
    # uvicorn raises the signal again once it is done; by then the rest of the house still has to end.
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: None)

    def ready() -> None:
        print(f"http://{host}:{port}", flush=True)
        for warning in part("zhirong.web.house").warnings():
            print(warning, file=sys.stderr, flush=True)
        print(how_it_ends(), flush=True)
        part("zhirong.web.warm").begin()
        when_ready()

    try:
        part("zhirong.web.house").run(host=host, port=port, when_ready=ready)
    except Refused as no:
        # Another process serves this house, or its floor runs apart.
        raise SystemExit(f"{sentence(no, 'zh')}\n{sentence(no, 'en')}") from None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
