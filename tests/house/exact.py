"""Checks of what the code does: exact money, one clock, one writer for each table, no fault hidden."""

from __future__ import annotations

import ast
import re

from tests.house.source import File, calls, chain, literal

INEXACT = {"float", "Decimal", "DecimalField", "FloatField"}
INEXACT_ROOMS = {"engine", "search", "bench"}
CLOCKS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("timezone", "now"),
    ("timezone", "localdate"),
    ("time", "time"),
    ("time", "time_ns"),
}
WRITERS = re.compile(
    r"zhirong/(\w+/actions(\.py|/.*)|exchange/floor\w*(\.py|/.*)|ledger/book\w*(\.py|/.*)|record/(sequencer|teller)\.py)$"
)
ALWAYS_WRITES = {"bulk_create", "bulk_update", "get_or_create", "update_or_create"}
WRITES = {"create", "update", "delete", *ALWAYS_WRITES}
QUERYSET = {"objects", "filter", "exclude", "all", "select_for_update", "order_by", "using"}
EVERYTHING = {"Exception", "BaseException"}
SQL_WRITE = re.compile(r"\s*(INSERT\s+(OR\s+\w+\s+)?INTO|UPDATE\s+\S+\s+SET|DELETE\s+FROM|REPLACE\s+INTO)\b", re.I)


def inexact_numbers(file: File) -> list[str]:
    """Floats live in numeric kernels only; a duration in seconds may be one, money never."""
    if INEXACT_ROOMS & {part.removesuffix(".py") for part in file.path.parts}:
        return []
    durations = {id(inner) for node in ast.walk(file.tree) for inner in of_duration(node)}
    wrong = []
    for node in ast.walk(file.tree):
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        if name in INEXACT and id(node) not in durations:
            wrong.append(f"{file.at(node)}: {name}")
        elif isinstance(node, ast.Call) and chain(node.func) == ["round"]:
            wrong.append(f"{file.at(node)}: round(")
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and is_money(node):
            wrong.append(f"{file.at(node)}: money divided with /")
    return wrong


def of_duration(node: ast.AST) -> list[ast.AST]:
    """The annotation of a parameter or variable whose name ends in `seconds`."""
    if isinstance(node, ast.arg) and node.arg.endswith("seconds") and node.annotation:
        return list(ast.walk(node.annotation))
    is_named = isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    if is_named and node.target.id.endswith("seconds"):
        return list(ast.walk(node.annotation))
    return []


def is_money(node: ast.BinOp) -> bool:
    names = [one.id for one in ast.walk(node) if isinstance(one, ast.Name)]
    names += [one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)]
    return any(name.endswith(("_fen", "_ppm", "_minor")) for name in names)


def other_clocks(file: File) -> list[str]:
    """`record.now()` is the only clock. Monotonic timers measure, they do not tell the time."""
    if file.module == "record":
        return []
    return [
        f"{file.at(call)}: {'.'.join(chain(call.func))}()"
        for call in calls(file)
        if tuple(chain(call.func)[-2:]) in CLOCKS
    ]


def hidden_faults(file: File) -> list[str]:
    """Whoever catches everything hides what is wrong with us, unless it tidies up and raises it again."""
    caught = [
        (node, node.type)
        for node in ast.walk(file.tree)
        if isinstance(node, ast.ExceptHandler) and not is_raised_again(node)
    ]
    caught += [(call, kind) for call in calls(file) if chain(call.func)[-1] == "suppress" for kind in call.args]
    return [
        f"{file.at(node)}: catches everything" for node, kind in caught if kind is None or EVERYTHING & named_in(kind)
    ]


def is_raised_again(node: ast.ExceptHandler) -> bool:
    last = node.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def named_in(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def stray_writes(file: File) -> list[str]:
    """Only actions, the floor, the book and the sequencer write, and each only its own room's tables."""
    wrong = []
    came_from = imported(file)
    for call in calls(file):
        names = chain(call.func)
        if not is_write(call, names):
            continue
        owner = came_from.get(names[0], file.module)
        if not WRITERS.match(str(file.path)):
            wrong.append(f"{file.at(call)}: {'.'.join(names)}() writes a table outside actions")
        elif owner != file.module:
            wrong.append(f"{file.at(call)}: {'.'.join(names)}() writes a table of {owner}")
    return wrong + stray_sql(file)


def is_write(call: ast.Call, names: list[str]) -> bool:
    verb, before = names[-1], set(names[:-1])
    if verb in ALWAYS_WRITES:
        return True
    if verb == "save":
        return not call.args
    if verb == "delete" and not call.args and not call.keywords:
        return len(names) > 1
    on_self = str(names[0]) in ("self", "cls") and verb in ("update", "create") and bool(call.keywords)
    return verb in WRITES and (bool(before & QUERYSET) or on_self)


def stray_sql(file: File) -> list[str]:
    if WRITERS.match(str(file.path)):
        return []
    return [
        f"{file.at(node)}: SQL that writes, outside actions"
        for node in ast.walk(file.tree)
        if (text := literal(node)) and SQL_WRITE.match(text)
    ]


def imported(file: File) -> dict[str, str]:
    """Name in this file -> the room it was imported from."""
    rooms = {}
    for node in ast.walk(file.tree):
        parts = (node.module or "").split(".") if isinstance(node, ast.ImportFrom) else []
        if len(parts) < 2 or parts[0] != "zhirong":
            continue
        for alias in node.names:
            rooms[alias.asname or alias.name] = parts[1]
    return rooms
