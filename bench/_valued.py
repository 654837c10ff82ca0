"""A demo house that is loaded and not served, and what valuation costs inside it; shared by the benches of valuation.

python _valued.py load FOLDER LISTINGS
ZR_DATA=FOLDER python _valued.py alone COUNT        one line of JSON: each right's CPU seconds, all that explains it
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SEED, OPERATOR = 2026, "jingban"
# So many estimates are made before any is counted: kernels and tables are there, as in a house that is open.
WARM = 3


@dataclass(frozen=True)
class Ended:
    """What a command said and used."""

    told: str
    cpu_seconds: float
    peak_mb: float


def ended(*words: str, folder: Path | None = None) -> Ended:
    """A command of this Python, with this data folder, waited for."""
    environment = {name: value for name, value in os.environ.items() if name not in ("ZR_DATA", "ZR_DATABASE_URL")}
    environment |= {"PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "zhirong.settings"}
    if folder is not None:
        environment["ZR_DATA"] = str(folder)
    run = subprocess.Popen([sys.executable, *words], env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert run.stdout
    told = run.stdout.read()
    _, status, used = os.wait4(run.pid, 0)
    run.returncode = os.waitstatus_to_exitcode(status)
    assert run.returncode == 0, f"{words} ended with {run.returncode}"
    return Ended(told, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def loaded(folder: Path, *, listings: int) -> None:
    """The demo in this folder."""
    ended(__file__, "load", str(folder), str(listings))


def alone(folder: Path, count: int) -> dict[str, Any]:
    """Rights valued one by one there."""
    found: dict[str, Any] = json.loads(ended(__file__, "alone", str(count), folder=folder).told.splitlines()[-1])
    return found


def load(folder: Path, listings: int) -> None:
    """Inside its process: as `zr demo` loads it."""
    demo = importlib.import_module("zhirong.demo.__main__")
    assert demo.prepare(folder)
    os.environ["ZR_DATA"] = str(folder)
    importlib.import_module("zhirong.server").open_house(str(folder))
    demo.load(folder, seed=SEED, listings=listings)


def value_alone(count: int) -> None:
    """Inside its process: estimates as a page asks for them, database and explanation included."""
    importlib.import_module("django").setup()
    rights = importlib.import_module("zhirong.registry.models").Right.objects
    estimating = importlib.import_module("zhirong.valuation.estimating")
    record = importlib.import_module("zhirong.record.actions")
    day = importlib.import_module("zhirong.base.calendar").beijing_day(record.now())
    chosen = list(rights.visible().filter(granted_on__isnull=False).order_by("pk").values_list("pk", flat=True))
    step = max(1, len(chosen) // (count + WARM))
    spent = []
    for right in chosen[::step][: count + WARM]:
        begun = time.process_time()
        estimating.estimate_right(right, day)
        spent.append(time.process_time() - begun)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"first": spent[0], "warm": spent[WARM:], "peak_mb": peak_mb}))


if __name__ == "__main__":
    if sys.argv[1] == "load":
        load(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        value_alone(int(sys.argv[2]))
