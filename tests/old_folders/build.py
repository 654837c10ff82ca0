"""Make a small house as this checkout writes it, saved as `zr backup` saves it: one more old folder for the tests.

    python tests/old_folders/build.py tests/old_folders/NAME.zip

Run it before a commit that changes tables, so that the tests can prove that this house still opens. Its keys and
people are made for the test and stand for nobody.
"""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MOST_BYTES = 200_000


def main(file: Path) -> None:
    """One announced listing, one drafted, the deeds that led to them, and a kept file."""
    with tempfile.TemporaryDirectory() as space:
        folder = Path(space) / "data"
        os.environ |= {"ZR_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "zhirong.settings"}
        os.environ.pop("ZR_DATABASE_URL", None)
        importlib.import_module("django").setup()
        importlib.import_module("django.core.management").call_command("migrate", verbosity=0)
        tell()
        importlib.import_module("zhirong.cli.backup").save(folder, file)
    print(f"{file}: {file.stat().st_size} bytes, at most {MOST_BYTES}")


def tell() -> None:
    """The story, by the same actions as anybody's."""
    given = importlib.import_module("tests.exchange.given_deals")
    record = importlib.import_module("zhirong.record.actions")
    sequencer = importlib.import_module("zhirong.record.sequencer")
    house, seller = given.House(), given.a_side("holder")
    given.an_announced(house, seller)
    given.a_draft(house, seller)
    record.keep_file(seller.person, "deed.txt", "一份旧的转让合同".encode())
    sequencer.number_now()


if __name__ == "__main__":
    sys.path.insert(0, os.environ.get("ZR_CHECKOUT") or str(ROOT))
    main(Path(sys.argv[1]).resolve())
