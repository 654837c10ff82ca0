"""The whole house in a process of its own, as `zr serve` runs it; on PostgreSQL the row-lock door stands beside it.

python _served.py PORT
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import _house  # noqa: F401 - Django stands from here on
import _row_lock
from django.db import connection

from zhirong.web import house


def main(port: int) -> None:
    signal.signal(signal.SIGTERM, lambda *_: None)
    served = house.House(port=port)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_row_lock.FUNCTION)
        served.bridge.beside = {"/live/row-lock/": _row_lock.RowLockDoor(), **served.bridge.beside}
    served.serve()


if __name__ == "__main__":
    main(int(sys.argv[1]))
