"""`zr migrate`: bring the tables of a data folder to this version."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from django.core.management import call_command


def main(argv: Sequence[str]) -> int:
    argparse.ArgumentParser(prog="./zr migrate", description=__doc__).parse_args(argv)
    call_command("migrate", interactive=False)
    return 0
