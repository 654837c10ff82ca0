"""The PostgreSQL of tests and benches: ours alone, gone afterwards."""

from __future__ import annotations

import os
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from zhirong.cli import postgres


def test_it_serves_on_its_folder_and_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "server"
    with postgres.served(folder) as url, psycopg.connect(url) as session:
        assert session.execute("SHOW fsync").fetchone() == ("off",)
    assert not folder.exists()


@pytest.mark.both
@pytest.mark.django_db
def test_the_run_is_on_the_database_that_was_asked_for() -> None:
    assert (connection.vendor == "postgresql") == bool(os.environ.get("ZR_DATABASE_URL"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
