"""Runs over all rights: the same digits for any chunks and processes, and after any stop or kill."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.registry.given_rights import a_person, a_right, an_operator, refused
from tests.valuation.given_past_deals import DAY, market
from zhirong.base.refused import Refused
from zhirong.cli import exports, value
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.record.models import Leaf
from zhirong.registry.models import Holding
from zhirong.valuation import estimating, figures, runs_read, runs_work
from zhirong.valuation.actions import runs
from zhirong.valuation.engine import units
from zhirong.valuation.models import MarketModel, Run, RunRow

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> Person:
    """Who values; nine rights are on the register, one of them over and one of nobody."""
    for serial in range(1, 8):
        a_right(serial)
    a_right(90, term_ends_on=DAY.replace(year=2025))
    Holding.objects.filter(right=a_right(91)).delete()
    return an_operator()


def keep_the_market() -> MarketModel:
    model = market()
    body = json.dumps(model.as_json())
    made = {"day": DAY, "deals": model.deals, "sha256": model.sha256, "salt": model.salt, "body": body}
    return MarketModel.objects.create(made_at=record.now(), **made)


def a_whole_run(who: Person, *, workers: int = 1, chunk_size: int = 1_000) -> Run:
    run = runs.begin(who, DAY, chunk_size=chunk_size)
    list(runs_work.go_on(run, workers=workers, chunk_size=chunk_size))
    return runs.end(who, run.pk)


def test_a_run_holds_the_digits_that_each_right_has_alone(operator: Person) -> None:
    kept = keep_the_market()
    run = a_whole_run(operator)
    assert (run.state, run.rights, run.done, run.model_sha256) == ("done", 9, 9, kept.sha256)
    rows = list(runs_read.rows_of(run))
    assert [row.basis for row in rows] == ["tested"] * 7
    for row in rows[:2]:
        headline = estimating.estimate_right(row.right_id, DAY).headline
        assert headline is not None
        assert {name: getattr(row, f"{name}_fen") for name in units.in_fen(headline)} == units.in_fen(headline)


def test_what_is_refused_is_counted_by_reason_and_has_no_row(operator: Person) -> None:
    run = a_whole_run(operator, chunk_size=2)
    assert runs_read.refused_of(run) == {"valuation.no_holder": 1, "valuation.right_ended": 1}
    said = runs_read.manifest(run)
    assert (said["valued"], said["without_range"], said["rows_sha256"]) == (7, 0, run.sha256)
    assert RunRow.objects.filter(run=run).count() == 7
    assert run.message.endswith("7 valued, 2 refused")


def test_begin_and_end_stand_on_the_record_with_all_that_decides_the_digits(operator: Person) -> None:
    run = a_whole_run(operator)
    assert runs.end(operator, run.pk).sha256 == run.sha256
    begun, ended = (json.loads(Leaf.objects.get(kind=f"valuation.run_{kind}").body) for kind in ("begun", "ended"))
    assert (begun["run"], begun["rights"], begun["parameters_sha256"]) == (run.ref, 9, figures.on(DAY).sha256)
    assert (ended["valued"], ended["refused"], ended["sha256"]) == (7, 2, run.sha256)


def test_any_cut_and_any_number_of_processes_give_the_same_rows(operator: Person) -> None:
    keep_the_market()
    found = [a_whole_run(operator, chunk_size=size) for size in (1, 4, 1_000)]
    found.append(a_whole_run(operator, workers=7, chunk_size=1))
    assert len({run.sha256 for run in found}) == 1
    assert len({run.ref for run in found}) == 4


def test_a_run_that_was_left_goes_on_where_it_was_with_other_chunks(operator: Person, monkeypatch: Any) -> None:
    whole = a_whole_run(operator)
    monkeypatch.setattr(runs_work, "PIECE", 2)
    run = runs.begin(operator, DAY, chunk_size=3)
    left = runs_work.go_on(run, workers=1, chunk_size=3)
    assert list(islice(left, 3)) == [2, 3, 5]
    left.close()
    runs.rest(run.pk)
    before = list(runs_read.rows_of(run).values_list("pk", flat=True))
    a_right(50)  # came later, and is none of this run
    again = runs.take_up(operator, run.ref[:6], chunk_size=4)
    assert (again.state, again.done, again.chunk_size) == ("running", 5, 4)
    assert list(runs_work.go_on(again, workers=1, chunk_size=4)) == [7, 9]
    assert list(runs_read.rows_of(run).values_list("pk", flat=True))[: len(before)] == before
    ended = runs.end(operator, run.pk)
    assert (ended.sha256, runs_read.refused_of(ended)) == (whole.sha256, runs_read.refused_of(whole))
    assert runs.take_up(operator, run.ref, chunk_size=1).state == "done"


def test_a_model_made_meanwhile_changes_nothing(operator: Person) -> None:
    whole = a_whole_run(operator)
    run = runs.begin(operator, DAY, chunk_size=3)
    next(runs_work.go_on(run, workers=1, chunk_size=3))
    keep_the_market()
    list(runs_work.go_on(runs.take_up(operator, run.ref, chunk_size=3), workers=1, chunk_size=3))
    assert runs.end(operator, run.pk).sha256 == whole.sha256
    assert a_whole_run(operator).sha256 != whole.sha256


def test_of_two_that_work_on_one_run_the_slower_is_refused(operator: Person) -> None:
    run = runs.begin(operator, DAY, chunk_size=3)
    slower, faster = (runs_work.go_on(run, workers=1, chunk_size=size) for size in (3, 4))
    assert next(faster) == 4
    with refused("valuation.run_elsewhere", ref=run.ref):
        next(slower)
    assert next(faster) == 8
    assert RunRow.objects.filter(run=run).count() == 7


def test_figures_corrected_meanwhile_are_not_mixed_in(operator: Person, monkeypatch: Any) -> None:
    run = runs.begin(operator, DAY, chunk_size=3)
    changed = replace(figures.on(DAY), sha256="0" * 64)
    monkeypatch.setattr(figures, "on", lambda _: changed)
    with refused("valuation.run_figures_changed", day=DAY):
        runs.take_up(operator, run.ref, chunk_size=3)
    with refused("valuation.run_figures_changed", day=DAY):
        next(runs_work.go_on(run, workers=1, chunk_size=3))
    assert RunRow.objects.count() == 0


@pytest.mark.parametrize("role", ["holder", "checker", "auditor", "administrator", "valuer"])
def test_operators_alone_value_everything(role: str) -> None:
    for who in (a_person(role), None):
        with pytest.raises(Refused) as no:
            runs.begin(who, DAY, chunk_size=1)
        assert no.value.code == "people.not_allowed"
        with pytest.raises(Refused):
            runs.take_up(who, "0123", chunk_size=1)
    assert Run.objects.count() == 0


def test_spans_say_which_rights() -> None:
    assert runs_read.spans_of([3, 4, 5, 9, 11, 12]) == [[3, 5], [9, 9], [11, 12]]
    assert runs_read.spans_of([]) == []


@pytest.mark.parametrize("ref", ["", "abc", "abcd", "zzzz"])
def test_a_ref_that_names_none_or_two_is_refused(operator: Person, ref: str) -> None:
    for end in "12":
        run = runs.begin(operator, DAY, chunk_size=1)
        Run.objects.filter(pk=run.pk).update(ref=f"abcd{end}")
    with refused("valuation.run_unknown", ref=ref):
        runs_read.named(ref)


def rows(text: str) -> Iterator[dict[str, Any]]:
    return (json.loads(line) for line in text.splitlines())


def test_the_command_tells_what_came_of_it_and_writes_the_manifest(operator: Person, capsys: Any) -> None:
    assert value.main(["--all", "--as", operator.login, "--chunk", "4"]) == 0
    told, run = capsys.readouterr().out, Run.objects.get()
    assert f"run {run.ref}: 9 rights as of {run.day}" in told
    assert "7 valued, 0 of them without a range" in told
    assert "refused, valuation.no_holder: 1" in told
    manifest = json.loads((Path(settings.DATA) / "runs" / f"{run.ref}.json").read_text("utf-8"))
    assert (manifest["rows_sha256"], manifest["seed"], manifest["done"]) == (run.sha256, run.seed, 9)
    assert value.main(["--resume", run.ref, "--as", operator.login]) == 0
    assert value.main(["--list", "--as", operator.login]) == 0
    assert f"{run.ref}  {run.day}  done      9 of 9" in capsys.readouterr().out
    assert value.main(["--all"]) == 2
    assert value.main(["--list"]) == 2


def test_the_hash_is_that_of_the_exported_rows(operator: Person, capsys: Any) -> None:
    run = a_whole_run(operator)
    assert exports.main(["run", run.ref[:8], "--as", operator.login]) == 0
    digest = hashlib.sha256()
    for row in rows(capsys.readouterr().out):
        told = [row["key"], *(row[name] for name in (*runs_read.FEN, "basis"))]
        digest.update((",".join(str(one) for one in told) + "\n").encode())
    assert digest.hexdigest() == run.sha256
    assert exports.main(["run", run.ref]) == 2


def test_the_interface_tells_a_run_its_manifest_and_its_rows(operator: Person) -> None:
    run, client = a_whole_run(operator), Client()
    assert client.get("/api/runs").status_code == 401
    client.force_login(operator)
    listed = client.get("/api/runs").json()
    assert [(one["ref"], one["state"], one["done"]) for one in listed["items"]] == [(run.ref, "done", 9)]
    said = client.get(f"/api/runs/{run.ref}").json()
    assert (said["rows_sha256"], said["valued"], sum(said["refused"].values())) == (run.sha256, 7, 2)
    assert runs_read.rights_of(run) == [one for low, high in said["spans"] for one in range(low, high + 1)]
    found = client.get(f"/api/runs/{run.ref}/rows?limit=3").json()
    newest = runs_read.rows_of(run).last()
    assert newest is not None
    assert (found["total"], found["items"][0]["median_fen"]) == (7, newest.median_fen)
    assert client.get("/api/runs/none").status_code == 404


@pytest.mark.parametrize("words", [["--chunk", "0"], ["--workers", "0"], ["--workers", "257"], ["--chunk", "many"]])
def test_sizes_out_of_reason_are_not_taken(words: list[str]) -> None:
    with pytest.raises(SystemExit):
        value.read(["--all", *words])
