"""The house rules as tests (docs/architecture.md). Each checker in tests/house is itself shown to fail."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Callable

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.utils import translation

from tests.house import catalogues, exact, shape, source, words
from tests.house.source import ROOT, File

BIG_EXCEPTIONS = ("requirements.lock", "requirements-dev.lock")
# Written in two halves, so that this file does not hold them itself.
MACHINE_WORDS = [
    "/" + "work/",
    "/" + "root/",
    "/opt/" + "wheels",
    "/opt/" + "pypi",
    "pypi" + ".org",
    "python" + "hosted",
]


def all_of(check: Callable[[File], list[str]], files: tuple[File, ...]) -> list[str]:
    return [problem for file in files for problem in check(file)]


@pytest.mark.parametrize(
    "check",
    [
        shape.long_file,
        shape.long_functions,
        shape.deep_functions,
        shape.many_positionals,
        shape.imports_inside_functions,
        shape.signals,
        shape.empty_names,
    ],
)
def test_every_python_file_keeps_the_form(check: Callable[[File], list[str]]) -> None:
    assert all_of(check, source.python()) == []


def test_scripts_and_styles_are_short_too() -> None:
    assert all_of(shape.long_file, source.files(".js", ".css")) == []


def test_every_package_says_what_it_is() -> None:
    packages = tuple(file for file in source.product() if file.path.name == "__init__.py" and len(file.path.parts) > 2)
    assert all_of(shape.package_docstring, packages) == []


def test_money_is_exact_outside_numeric_kernels() -> None:
    assert all_of(exact.inexact_numbers, source.product()) == []


def test_the_record_holds_the_only_clock() -> None:
    assert all_of(exact.other_clocks, source.product()) == []


def test_no_block_hides_a_fault() -> None:
    assert all_of(exact.hidden_faults, source.python()) == []


def test_only_actions_write_tables() -> None:
    assert all_of(exact.stray_writes, source.product()) == []


def test_every_refusal_speaks_both_languages_and_names_its_rule() -> None:
    entries = catalogues.catalogue("refusals")
    assert catalogues.bare_texts(entries, "zh", "en", "rule", "status") == []
    assert catalogues.uneven_texts(entries) == []


def test_a_refusal_cites_no_law_only_where_none_rules() -> None:
    assert catalogues.unlisted_blanks(catalogues.catalogue("refusals"), catalogues.lawless()) == []


def test_every_refusal_raised_is_in_the_catalogue_and_back() -> None:
    entries = catalogues.catalogue("refusals")
    assert catalogues.unspoken_refusals(source.product(), entries) == []
    assert catalogues.unused(source.product(), entries) == []


def test_every_deed_told_is_declared_with_its_facts_and_back() -> None:
    entries = catalogues.catalogue("events")
    assert catalogues.bare_texts(entries, "zh", "en") == []
    assert catalogues.undeclared_events(source.product(), entries) == []
    # A retired kind has words for old records, and no deed may tell it.
    retired = sorted(name for name, entry in entries.items() if entry.get("retired"))
    assert catalogues.unused(source.product(), entries) == retired


def test_every_verb_asked_for_is_declared_and_back() -> None:
    entries = catalogues.catalogue("access")
    assert catalogues.bare_texts(entries, "zh", "en") == []
    assert catalogues.undeclared_verbs(source.product(), entries) == []
    assert catalogues.unused(source.product(), entries) == []


def test_every_text_of_pages_and_messages_has_its_chinese() -> None:
    pairs = words.chinese()
    readable = (*source.product(), *source.files(".html", ".txt"))
    texts = words.english(file for file in readable if file.path.parts[0] == "zhirong")
    assert words.untranslated(texts, pairs) == []
    assert words.uneven(pairs) == []


def test_one_word_stands_once() -> None:
    assert words.twice((ROOT / "docs" / "words.md").read_text("utf-8")) == []


def own_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("zhirong.")]


def test_a_key_to_another_room_hides_its_way_back() -> None:
    shown = [
        f"{model.__name__}.{field.name}"
        for model in own_models()
        for field in model._meta.get_fields()
        if field.is_relation
        and not field.auto_created
        and field.related_model
        and str(field.related_model.__module__).startswith("zhirong.")
        and field.related_model._meta.app_label != model._meta.app_label
        and not field.remote_field.hidden
    ]
    assert shown == []


def test_no_prefetch_asks_for_a_key_that_a_join_brings() -> None:
    fields = [field for model in own_models() for field in model._meta.get_fields()]
    keys = {field.name for field in fields if field.concrete and (field.many_to_one or field.one_to_one)}
    # Of the same name elsewhere: many-to-many there, asked by a plain list of ids.
    many = {field.name for field in fields if field.concrete and field.many_to_many}
    assert all_of(lambda file: shape.keys_by_prefetch(file, keys - many), source.product()) == []


def test_no_column_is_inexact() -> None:
    inexact = (models.FloatField, models.DecimalField)
    fields = [(model, field) for model in own_models() for field in model._meta.get_fields()]
    assert [f"{model.__name__}.{field.name}" for model, field in fields if isinstance(field, inexact)] == []


def test_no_migration_is_missing() -> None:
    loader = MigrationLoader(None)
    with translation.override(None):
        found = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps)).changes(graph=loader.graph)
    assert {app: [str(step) for one in steps for step in one.operations] for app, steps in found.items()} == {}


def test_migrations_stand_in_one_line() -> None:
    graph = MigrationLoader(None).graph
    ours = {model._meta.app_label for model in own_models()}
    assert {app: len(graph.leaf_nodes(app)) for app in ours if graph.leaf_nodes(app)} == dict.fromkeys(ours, 1)
    children = Counter(
        parent.key
        for key, node in graph.node_map.items()
        for parent in node.parents
        if key[0] in ours and parent.key[0] == key[0]
    )
    assert [key for key, count in children.items() if count > 1] == []


@pytest.mark.sqlite
@pytest.mark.django_db
def test_sqlite_keeps_what_it_acknowledged_and_its_keys() -> None:
    with connection.cursor() as cursor:
        read = {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")}
        keys = cursor.execute("PRAGMA foreign_keys").fetchone()[0]
    assert (read, keys) == ({"journal_mode": "wal", "synchronous": 2}, 1)
    assert sqlite3.sqlite_version_info >= (3, 40)


def test_there_is_no_admin() -> None:
    assert "django.contrib.admin" not in settings.INSTALLED_APPS


def test_no_file_is_big() -> None:
    sizes = {str(path): (ROOT / path).stat().st_size for path in source.paths() if "migrations" not in path.parts}
    assert {path: size for path, size in sizes.items() if size > 200_000 and path not in BIG_EXCEPTIONS} == {}


def test_no_file_names_a_machine_or_an_index() -> None:
    pattern = re.compile("|".join(map(re.escape, MACHINE_WORDS)).encode())
    found = [str(path) for path in source.paths() if pattern.search((ROOT / path).read_bytes())]
    assert found == []


def test_the_locks_hold_hashes_and_no_address_and_agree() -> None:
    runtime, dev = ((ROOT / name).read_text("utf-8") for name in BIG_EXCEPTIONS)
    pins = re.compile(r"^([a-z0-9][\w.\-]*)==(\S+)", re.M)
    assert set(pins.findall(runtime)) - set(pins.findall(dev)) == set()
    assert "http" not in runtime + dev
    assert len(re.findall(r"--hash=sha256:", dev)) > len(pins.findall(dev))
