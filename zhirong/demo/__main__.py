"""`zr demo`: a demo house, loaded at its first start and served; `--play` plays an auction live."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

SEED = 2026
LISTINGS = 23_000
MARK = "demo.json"
LOADED = "demo.loaded"
# What a shell says of a command that Ctrl+C ended.
STOPPED = 130


def main(argv: Sequence[str]) -> int:
    """Serve the demo; the data folder is made and loaded where it is new."""
    asked = read(argv)
    folder = Path(asked.data or os.environ.get("ZR_DATA") or Path(__file__).parents[2] / "data").resolve()
    if not prepare(folder):
        print(f"{folder} holds a house that is not a demo, or one whose loading was cut off.", file=sys.stderr)
        print("Name another folder with --data, or remove that one.", file=sys.stderr)
        return 2
    os.environ["ZR_DATA"] = str(folder)
    # Codes on the demo's papers lead to where it is served.
    os.environ.setdefault("ZR_SITE", f"http://{asked.host}:{asked.port}")
    try:
        server = importlib.import_module("zhirong.server")
        server.open_house(str(folder))
        if is_new := not (folder / LOADED).exists():
            load(folder, seed=asked.seed, listings=asked.listings)
    except KeyboardInterrupt:
        print(stopped(folder), file=sys.stderr)
        return STOPPED
    if is_new:
        # Begun anew, the process holds nothing of the load: 280 MB at most, index included, where it was 468.
        os.execv(sys.executable, [sys.executable, "-m", "zhirong.demo", *argv])
    address = f"http://{asked.host}:{asked.port}"
    beside = partial(play_beside, address, server.how_it_ends)
    server.serve(host=asked.host, port=asked.port, when_ready=beside if asked.play else lambda: None)
    return 0


def read(argv: Sequence[str]) -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(prog="./zr demo", description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="the port to listen on (8000)")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (this machine only)")
    parser.add_argument("--data", default="", help="the data folder (data in the checkout)")
    parser.add_argument("--play", action="store_true", help="play a whole auction live once the house is open")
    parser.add_argument("--seed", type=int, default=SEED, help="another seed, another district")
    parser.add_argument("--listings", type=int, default=LISTINGS, help="how many rights the hall lists (23000)")
    return parser.parse_args(argv)


def prepare(folder: Path) -> bool:
    """Mark an empty folder as a demo's. False where it holds a real house, or a demo that was never finished."""
    mark = folder / MARK
    if mark.exists():
        return (folder / LOADED).exists()
    if folder.exists() and any(path.name != "keys" for path in folder.iterdir()):
        return False
    folder.mkdir(parents=True, exist_ok=True)
    # The mark stands before anything of the house is loaded: settings read it.
    mark.write_text(json.dumps({"cast": [], "password": ""}), "utf-8")
    return True


def stopped(folder: Path) -> str:
    """What Ctrl+C before the house was open leaves behind, in one line."""
    if (folder / LOADED).exists():
        return "已在启动前停止，请再次启动。/ Stopped before the house was open; start it again."
    return f"加载已中断，请删除 {folder} 后重新开始。/ Loading was cut off; remove {folder} and start again."


def load(folder: Path, *, seed: int, listings: int) -> None:
    """Tell the story once and write down who is in it."""
    loader: Any = importlib.import_module("zhirong.demo.load")
    cast: Any = importlib.import_module("zhirong.demo.cast")
    progress = loader.Progress()
    loader.everything(seed, listings=listings, tell=progress)
    told = {"cast": cast.shown(), "password": cast.told()["password"], "seed": seed, "listings": listings}
    (folder / MARK).write_text(json.dumps(told, ensure_ascii=False, indent=1), "utf-8")
    importlib.import_module("zhirong.exchange.floor_doors").open_first(data=folder)
    (folder / LOADED).write_text("loaded\n", "utf-8")
    progress.done("演示数据已就绪 / demo data ready")


def play_beside(address: str, how_it_ends: Callable[[], str]) -> None:
    """Play an auction in a thread of its own, so that the pages show it as it happens."""
    player: Any = importlib.import_module("zhirong.demo.player")

    def played() -> None:
        player.play(address)
        print(how_it_ends(), flush=True)

    threading.Thread(target=played, name="demo-play", daemon=True).start()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
