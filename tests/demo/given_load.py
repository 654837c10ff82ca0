"""Loads a demo as `zr demo` does at its first start, and ends: python given_load.py FOLDER SEED LISTINGS."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

from zhirong.demo import __main__ as demo


def main(folder: Path, *, seed: int, listings: int) -> None:
    assert demo.prepare(folder)
    os.environ["ZR_DATA"] = str(folder)
    importlib.import_module("zhirong.server").open_house(str(folder))
    demo.load(folder, seed=seed, listings=listings)


if __name__ == "__main__":
    main(Path(sys.argv[1]), seed=int(sys.argv[2]), listings=int(sys.argv[3]))
