"""`zr shell`: a Python prompt inside the house, for reading; repair is an action with a reason."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from django.core.management import call_command


def main(argv: Sequence[str]) -> int:
    argparse.ArgumentParser(prog="./zr shell", description=__doc__).parse_args(argv)
    call_command("shell")
    return 0
