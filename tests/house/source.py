"""The house's own files, read once."""

from __future__ import annotations

import ast
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parent.parent.parent
NOT_OURS = {".git", ".venv", "data", "__pycache__", ".hypothesis"}


@dataclass(frozen=True)
class File:
    """One file by its path in the checkout. A checker gets nothing else, so a test can hand it a bad one."""

    path: PurePosixPath
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, str(self.path))

    @property
    def module(self) -> str:
        """The room of the house it stands in: `exchange` for zhirong/exchange/rules.py, else its top folder."""
        parts = self.path.parts
        return parts[1].removesuffix(".py") if parts[0] == "zhirong" and len(parts) > 1 else parts[0]

    def at(self, node: ast.AST) -> str:
        return f"{self.path}:{getattr(node, 'lineno', 1)}"


def snippet(text: str, path: str = "zhirong/exchange/rules.py") -> File:
    """A made-up file, for the tests of the checkers."""
    return File(PurePosixPath(path), text)


@cache
def paths() -> tuple[PurePosixPath, ...]:
    """What git tracks or would track; without git, everything but environment and data."""
    if shutil.which("git") and (ROOT / ".git").exists():
        listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
        told = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        names = [PurePosixPath(name) for name in told.splitlines()]
    else:
        found = (path.relative_to(ROOT) for path in ROOT.rglob("*"))
        names = [PurePosixPath(path) for path in found if is_ours(path)]
    return tuple(sorted(name for name in names if (ROOT / name).is_file()))


def is_ours(path: Path) -> bool:
    """Neither environment, data nor the cache of a tool."""
    return not any(part in NOT_OURS or part.endswith("_cache") for part in path.parts) and path.suffix != ".mo"


@cache
def files(*suffixes: str) -> tuple[File, ...]:
    """Text files by suffix."""
    return tuple(File(path, (ROOT / path).read_text("utf-8")) for path in paths() if path.suffix in suffixes)


@cache
def python() -> tuple[File, ...]:
    """Our Python, with `zr`, without migrations (which are written by machine)."""
    zr = File(PurePosixPath("zr"), (ROOT / "zr").read_text("utf-8"))
    return (zr, *(file for file in files(".py") if "migrations" not in file.path.parts))


@cache
def product() -> tuple[File, ...]:
    """The Python of the package alone."""
    return tuple(file for file in python() if file.path.parts[0] == "zhirong")


def calls(file: File) -> list[ast.Call]:
    return [node for node in ast.walk(file.tree) if isinstance(node, ast.Call)]


def chain(node: ast.AST) -> list[str]:
    """`Lot.objects.filter(pk=1).update` -> [Lot, objects, filter, update]."""
    names: list[str] = []
    while True:
        if isinstance(node, ast.Call | ast.Subscript):
            node = node.func if isinstance(node, ast.Call) else node.value
        elif isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        else:
            return [*([node.id] if isinstance(node, ast.Name) else ["?"]), *reversed(names)]


def literal(node: ast.AST | None) -> str | None:
    """The text of a string constant."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def strings(file: File) -> set[str]:
    """Every string constant of a file."""
    return {text for node in ast.walk(file.tree) if (text := literal(node)) is not None}
