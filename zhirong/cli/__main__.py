"""The front door of `zr`: one module for each verb, loaded when it is asked for."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Sequence

import django

# verb: (module with `main(argv) -> int`, whether it needs the house, that is settings and tables)
VERBS = {
    "test": ("zhirong.cli.suite", False),
    "check": ("zhirong.cli.check", False),
    "fix": ("zhirong.cli.fix", False),
    "import": ("zhirong.cli.imports", True),
    "export": ("zhirong.cli.exports", True),
    "value": ("zhirong.cli.value", True),
    "calc": ("zhirong.cli.calc", False),
    "policy": ("zhirong.cli.policy", False),
    "backup": ("zhirong.cli.backup", False),
    "restore": ("zhirong.cli.restore", False),
    "migrate": ("zhirong.cli.migrate", True),
    "bench": ("zhirong.cli.bench", False),
    "drill": ("zhirong.cli.drill", False),
    "shell": ("zhirong.cli.shell", True),
    "work": ("zhirong.web.work", True),
    "floor": ("zhirong.cli.floor", True),
    "words": ("zhirong.cli.words", False),
}
# Of a verb without the house, what needs it all the same.
WITHIN: dict[tuple[str, ...], tuple[str, bool]] = {("policy", "screen"): ("zhirong.cli.policy_screen", True)}
# What needs the house only where a data folder is named.
OF_DATA: dict[tuple[str, ...], tuple[str, bool]] = {("policy", "ask"): ("zhirong.cli.policy_ask", True)}


def main(argv: Sequence[str]) -> int:
    """Run one verb. `--data DIR` names the data folder for every verb that needs the house."""
    verb, rest = argv[0], list(argv[1:])
    module, needs_house = module_of(verb, rest)
    if importlib.util.find_spec(module) is None:
        print(f"{verb} is not part of this version yet.", file=sys.stderr)
        return 2
    if needs_house:
        rest = take_data_folder(rest)
        django.setup()
        importlib.import_module("zhirong.cli.migrate").bring_up()
    try:
        return int(importlib.import_module(module).main(rest))
    except BrokenPipeError:
        # `./zr export … | head`: whoever read has enough. Nothing more may be flushed into the closed pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


def module_of(verb: str, rest: Sequence[str]) -> tuple[str, bool]:
    """The module of a verb, and whether it needs the house."""
    named = (verb, *rest[:1])
    if named in OF_DATA and any(word.partition("=")[0] == "--data" for word in rest):
        return OF_DATA[named]
    return WITHIN.get(named, VERBS[verb])


def take_data_folder(argv: list[str]) -> list[str]:
    """The arguments without `--data DIR`; settings read the folder from ZR_DATA."""
    for place, word in enumerate(argv):
        name, _, value = word.partition("=")
        if name == "--data" and value:
            os.environ["ZR_DATA"] = os.path.abspath(value)
            return argv[:place] + argv[place + 1 :]
        if word == "--data" and place + 1 < len(argv):
            os.environ["ZR_DATA"] = os.path.abspath(argv[place + 1])
            return argv[:place] + argv[place + 2 :]
    return argv


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhirong.settings")
    sys.exit(main(sys.argv[1:]))
