"""Runs over all rights: the same results for any chunks and workers, and after any kill."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.registry.given_rights import a_right, refused
from tests.valuation.given_market import DAY, market
from zhirong.cli import value
from zhirong.record import actions as record
from zhirong.record.models import Leaf
from zhirong.valuation import estimating, figures
from zhirong.valuation.actions import runs
from zhirong.valuation.engine import units
from zhirong.valuation.models import MarketModel, Run, RunRow

pytestmark = pytest.mark.django_db


class Killed(Exception):
    """The machine went away."""


def keep_the_market() -> MarketModel:
    model = market()
    body = json.dumps(model.as_json())
    made = {"day": DAY, "deals": model.deals, "sha256": model.sha256, "salt": model.salt, "body": body}
    return MarketModel.objects.create(made_at=record.now(), **made)


def some_rights(count: int = 5) -> None:
    for serial in range(1, count + 1):
        a_right(serial)
    a_right(90, term_ends_on=DAY.replace(year=2025))


def a_whole_run(**asked: Any) -> Run:
    Run.objects.all().delete()
    return runs.work_off(runs.begin(DAY, **asked))


def test_a_run_holds_the_digits_that_each_right_has_alone() -> None:
    some_rights()
    kept = keep_the_market()
    run = a_whole_run()
    assert (run.state, run.rights, run.done, run.model_sha256) == ("done", 6, 6, kept.sha256)
    rows = list(RunRow.objects.filter(run=run).order_by("right_id"))
    assert [row.basis for row in rows] == ["tested"] * 5 + ["refused"]
    assert rows[-1].median_fen is None
    for row in rows[:2]:
        headline = estimating.estimate_right(row.right_id, DAY).headline
        assert headline is not None
        assert (row.p5_fen, row.median_fen) == (units.fen(headline.p5), units.fen(headline.median))
    told = Leaf.objects.get(kind="valuation.run_done")
    assert json.loads(told.body)["sha256"] == run.sha256


def test_the_hash_is_the_same_for_any_chunks() -> None:
    some_rights()
    keep_the_market()
    assert len({a_whole_run(chunk_size=size).sha256 for size in (1, 2, 4, 500)}) == 1


def test_two_processes_find_what_one_finds() -> None:
    some_rights(3)
    keep_the_market()
    alone = a_whole_run(chunk_size=2).sha256
    Run.objects.all().delete()
    assert runs.work_off(runs.begin(DAY, chunk_size=2), workers=2).sha256 == alone


def test_a_killed_run_goes_on_where_it_stood() -> None:
    some_rights()
    whole = a_whole_run(chunk_size=2).sha256
    Run.objects.all().delete()
    run = runs.begin(DAY, chunk_size=2)
    with pytest.raises(Killed):
        runs.work_off(run, progress=kill)
    assert Run.objects.get().done == 2
    again = runs.begin(DAY, chunk_size=500)
    assert (again.pk, again.done, again.chunk_size) == (run.pk, 2, 2)
    seen: list[int] = []
    assert runs.work_off(again, progress=lambda done, _: seen.append(done)).sha256 == whole
    assert seen == [4, 6]
    assert runs.begin(DAY).pk != run.pk


def kill(done: int, rights: int) -> None:
    raise Killed


def test_a_run_of_other_figures_is_not_resumed(monkeypatch: pytest.MonkeyPatch) -> None:
    some_rights(1)
    run = runs.begin(DAY)
    changed = replace(figures.on(DAY), sha256="0" * 64)
    monkeypatch.setattr(figures, "on", lambda _: changed)
    with refused("valuation.run_outdated", run=run.ref):
        runs.work_off(run)
    assert Run.objects.get().state == "dropped"
    assert RunRow.objects.count() == 0


def test_a_chunk_of_none_is_refused() -> None:
    with refused("valuation.chunk_size", least=1):
        runs.begin(DAY, chunk_size=0)


def test_the_command_tells_the_run_and_its_hashes(capsys: pytest.CaptureFixture[str]) -> None:
    some_rights(1)
    assert value.main(["--all", "--day", DAY.isoformat()]) == 0
    run = Run.objects.get()
    told = capsys.readouterr().out
    assert "2 of 2 rights" in told
    assert run.sha256 in told
    assert run.parameters_sha256 in told
    assert value.main(["--all", "--chunk", "0"]) == 2
