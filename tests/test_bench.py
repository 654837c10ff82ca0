"""The bench runner: what counts as kept, and how a run is told."""

from __future__ import annotations

import sys
from pathlib import Path

import psycopg
import pytest

from zhirong.cli import bench


def test_a_promise_with_a_baseline_is_about_the_ratio() -> None:
    report = bench.Report()
    before = report.rate("one by one", 100, took_seconds=1)
    report.rate("in groups", 500, took_seconds=1, baseline=before, at_least=4)
    report.rate("in small groups", 300, took_seconds=1, baseline=before, at_least=4)
    assert [(row.judged, row.is_kept) for row in report.rows] == [(100, True), (5, True), (3, False)]
    assert report.rows[2].line().endswith("3.00 ×       ≥ 4  MISS")


def test_waits_are_told_as_median_and_99th_percentile() -> None:
    report = bench.Report()
    report.milliseconds("bid", [n * 1_000_000 for n in range(1, 101)], at_most=99)
    assert [(row.what, row.value, row.is_kept) for row in report.rows] == [
        ("bid, median", 51, True),
        ("bid, p99", 100, False),
    ]


@pytest.mark.django_db
def test_a_bench_runs_on_tables_and_tells_cpu_and_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bench").mkdir()
    (tmp_path / "bench" / "_numbers.py").write_text("TEN = range(10)")
    (tmp_path / "bench" / "sums.py").write_text(
        "import _numbers\nfrom zhirong.people.models import Person\n"
        "def run(report):\n    assert not Person.objects.exists()\n"
        "    report.value('sum', sum(_numbers.TEN), 'units', at_most=45)\n    report.note('said')\n"
    )
    monkeypatch.setattr(bench, "ROOT", tmp_path)
    monkeypatch.setattr("sys.path", [*sys.path])
    assert bench.run_one("sums", quick=True) == 0
    told = capsys.readouterr().out
    assert '"what": "sum", "value": 45' in told
    assert '"peak_mb":' in told
    assert '"notes": ["said"]' in told


def test_a_bench_asks_for_postgresql_by_a_line_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bench").mkdir()
    (tmp_path / "bench" / "on_server.py").write_text('DATABASE = "postgresql"\n')
    (tmp_path / "bench" / "on_file.py").write_text('"""Not DATABASE = "postgresql"."""\n')
    monkeypatch.setattr(bench, "ROOT", tmp_path)
    with bench.database("on_file", tmp_path) as url:
        assert url == ""
    with bench.database("on_server", tmp_path) as url, psycopg.connect(url) as session:
        assert session.execute("SHOW fsync").fetchone() == ("on",)
