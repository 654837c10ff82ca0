"""`python -m zhirong.cli words`: words of the pages without Chinese, and Chinese that nobody says."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence


def main(argv: Sequence[str]) -> int:
    return subprocess.run([sys.executable, "-m", "zhirong.web.words", *argv], check=False).returncode
