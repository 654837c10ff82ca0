"""`zr import index`: a centre's own list of items, shown, then brought for a second person to confirm."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.people.given_people import a_person
from tests.valuation import given_valuation as valued
from zhirong.cli import imports
from zhirong.people.models import Person
from zhirong.record.models import File
from zhirong.valuation import indices
from zhirong.valuation.models import IndexList

pytestmark = pytest.mark.django_db


def a_file(folder: Path, content: str, name: str = "指标表.yaml") -> str:
    path = folder / name
    path.write_text(content, "utf-8")
    return str(path)


def bring(who: Person, *words: str) -> int:
    return imports.main(["index", *words, "--as", who.login])


def test_a_list_is_shown_then_brought_and_counts_only_once_confirmed(tmp_path: Path, capsys) -> None:
    operator, plain = a_person("operator"), valued.an_index_plain()
    file = a_file(tmp_path, json.dumps(plain, ensure_ascii=False))
    assert bring(operator, file) == 0
    told = capsys.readouterr().out
    items = sum(len(one["items"]) for each in plain["dimensions"] for one in each["criteria"])
    assert f"3 dimensions, {sum(len(one['criteria']) for one in plain['dimensions'])} criteria, {items} items" in told
    assert "add --commit" in told
    assert (IndexList.objects.count(), File.objects.count()) == (0, 0)
    for _ in range(2):
        assert bring(operator, file, "--from", "2023-09-01", "--commit") == 0
        assert "waiting; a second person confirms it, then it counts from 2023-09-01" in capsys.readouterr().out
    one = IndexList.objects.get()
    assert (one.state, one.since.isoformat(), one.file.name) == ("waiting", "2023-09-01", "指标表.yaml")
    assert indices.current(valued.today()).list_id is None


def test_a_sheet_of_items_does_as_well(tmp_path: Path, capsys) -> None:
    heads = "dimension,criterion,item,item_zh,how,points,unanswered,adjustment"
    heads += ",dimension_weight,criterion_weight,item_weight"
    rows = [heads, "legal,scope,claims_many,权利要求多少,questionnaire,1:0; 20:1,0.2; 0.5,1,1,1,1"]
    assert bring(a_person("operator"), a_file(tmp_path, "\n".join(rows), "自有.csv"), "--commit") == 0
    assert "1 dimensions, 1 criteria, 1 items" in capsys.readouterr().out
    assert IndexList.objects.get().name_zh == "自有.csv"


def test_a_faulty_list_and_who_may_not_are_refused_and_nothing_is_kept(tmp_path: Path, capsys) -> None:
    plain = valued.an_index_plain()
    spoilt = {**plain, "dimensions": plain["dimensions"][:2]}
    file = a_file(tmp_path, json.dumps(spoilt, ensure_ascii=False))
    assert bring(a_person("operator"), file, "--commit") == 2
    assert "The list of items is not taken" in capsys.readouterr().err
    good = a_file(tmp_path, json.dumps(plain, ensure_ascii=False))
    assert bring(a_person("checker"), good, "--commit") == 2
    assert (IndexList.objects.count(), File.objects.count()) == (0, 0)


@pytest.mark.parametrize("words", [["rights.csv", "--from", "2023-09-01"], ["index", "x.yaml", "--from", "gestern"]])
def test_a_day_goes_with_a_list_alone_and_is_one(words: list[str]) -> None:
    with pytest.raises(SystemExit):
        imports.main([*words, "--as", "jingban"])
