"""`zr policy ask --data DIR`: asked of the measures as that house keeps them, with what was approved there."""

from __future__ import annotations

from collections.abc import Sequence

from zhirong.cli import policy
from zhirong.policy import consult_base


def main(argv: Sequence[str]) -> int:
    """0 answered, 1 no clause answers, 2 refused."""
    wanted = policy.read(argv)
    return policy.ask(wanted, None if wanted.measures else consult_base.corpus())
