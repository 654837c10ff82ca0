"""Checks of one file's form. Each takes a File and answers with sentences about what is wrong."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from tests.house.source import File, chain, literal

# The offline verifier is one file by its purpose: it ships inside the certificate's ZIP.
ONE_FILE_BY_PURPOSE = {"zhirong/papers/verifier.py": 700}
FILE_LINES, FUNCTION_LINES, NESTING, POSITIONAL = 400, 50, 3, 3
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers"}
BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.Match)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(file: File) -> Iterator[Function]:
    return (node for node in ast.walk(file.tree) if isinstance(node, FUNCTIONS))


def long_file(file: File) -> list[str]:
    count, most = len(file.text.splitlines()), ONE_FILE_BY_PURPOSE.get(str(file.path), FILE_LINES)
    return [f"{file.path}: {count} lines, at most {most}"] if count > most else []


def long_functions(file: File) -> list[str]:
    return [
        f"{file.at(node)}: {node.name} has {lines(node)} lines, at most {FUNCTION_LINES}"
        for node in functions(file)
        if lines(node) > FUNCTION_LINES
    ]


def lines(node: Function) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def deep_functions(file: File) -> list[str]:
    return [
        f"{file.at(node)}: {node.name} nests {depth(node)} deep, at most {NESTING}"
        for node in functions(file)
        if depth(node) > NESTING
    ]


def depth(node: ast.AST) -> int:
    """The deepest block in a block; `elif` is no deeper than its `if`, an inner function starts anew."""
    deepest = 0
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (*FUNCTIONS, ast.ClassDef)):
            continue
        is_elif = isinstance(node, ast.If) and isinstance(child, ast.If) and child in node.orelse
        deepest = max(deepest, depth(child) + (isinstance(child, BLOCKS) and not is_elif))
    return deepest


def many_positionals(file: File) -> list[str]:
    """Tests and fixtures are called by name by pytest, so they may ask for more."""
    if file.path.parts[0] == "tests":
        return []
    return [
        f"{file.at(node)}: {node.name} takes {count} positional parameters, at most {POSITIONAL}"
        for node in functions(file)
        if (count := positionals(node)) > POSITIONAL
    ]


def positionals(node: Function) -> int:
    names = [argument.arg for argument in [*node.args.posonlyargs, *node.args.args]]
    return len([name for name in names if name not in ("self", "cls")])


def imports_inside_functions(file: File) -> list[str]:
    return [
        f"{file.at(inner)}: an import inside {node.name}"
        for node in functions(file)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]


def signals(file: File) -> list[str]:
    """A deed calls what follows from it; nothing listens in the dark."""
    modules = [
        (node, name)
        for node in ast.walk(file.tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names])
    ]
    return [f"{file.at(node)}: {name}" for node, name in modules if "signals" in name or name == "django.dispatch"]


def empty_names(file: File) -> list[str]:
    said = {part.removesuffix(".py") for part in file.path.parts} & EMPTY_NAMES
    return [f"{file.path}: the name {name} says nothing" for name in said]


def package_docstring(file: File) -> list[str]:
    """zhirong/<room>/__init__.py says what the room is, is not, its words, tables and events, and imports nothing."""
    text = ast.get_docstring(file.tree) or ""
    is_room = len(file.path.parts) == 3
    wanted = ("It is:", "It is not:", "Words:", "Tables:", "Events:") if is_room else ()
    wrong = [f"{file.path}: the docstring lacks “{word}”" for word in wanted if word not in text]
    wrong += [] if text else [f"{file.path}: no docstring"]
    if file.path.parent.name == "actions":
        return wrong + [
            f"{file.at(node)}: more than a list of verbs" for node in file.tree.body[1:] if not is_face(node)
        ]
    if len(file.tree.body) > 1:
        wrong.append(f"{file.path}: holds more than its docstring")
    if len(file.text.splitlines()) > 30:
        wrong.append(f"{file.path}: more than 30 lines")
    return wrong


def is_face(node: ast.stmt) -> bool:
    """The verbs of a room that outgrew one file are imported into the face of its folder, and listed."""
    is_list = isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["__all__"]
    return is_list or isinstance(node, ast.Import | ast.ImportFrom)


def keys_by_prefetch(file: File, keys: Collection[str]) -> list[str]:
    """A key that a prefetch fetches is asked as `id = 1 OR id = 2 OR …`, and SQLite takes at most 1,000 of these.

    A join has no such end: the same function's `select_related` names the key before a prefetch may go through it.
    """
    return [
        f"{file.at(call)}: {path} goes through a key that select_related does not join"
        for function in functions(file)
        for call in (node for node in ast.walk(function) if isinstance(node, ast.Call))
        if chain(call.func)[-1] in ("Prefetch", "prefetch_related")
        for path in texts(call)
        if not set(path.split("__")) & set(keys) <= joined(function)
    ]


def joined(function: Function) -> set[str]:
    """The keys that a function joins."""
    found = (node for node in ast.walk(function) if isinstance(node, ast.Call))
    paths = [text for call in found if chain(call.func)[-1] == "select_related" for text in texts(call)]
    return {name for path in paths for name in path.split("__")}


def texts(call: ast.Call) -> list[str]:
    """The plain texts among what a call is given."""
    return [text for one in call.args if (text := literal(one)) is not None]
