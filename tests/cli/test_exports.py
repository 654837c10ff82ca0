"""`zr export`: what is public for everyone, the rest for who may read it; row by row, and no text is a formula."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.exchange import given_deals as given
from tests.exchange import given_many
from tests.people.given_people import a_person
from zhirong.cli import exports
from zhirong.record import sequencer

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def seller() -> given.Side:
    """A seller with one announced listing and one draft."""
    house, seller = given.House(), given.a_side("holder")
    given.an_announced(house, seller)
    given.a_draft(house, seller, asking_fen=123_00)
    sequencer.number_now()
    return seller


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_what_was_not_announced_stays_inside(seller: given.Side, tmp_path: Path, capsys) -> None:
    out = tmp_path / "listings.jsonl"
    assert exports.main(["listings", str(out)]) == 0
    assert capsys.readouterr().out == f"{out}: 1 listings\n"
    (row,) = lines(out)
    assert (row["asking_fen"], row["state"], row["seller"]) == (80_000_000, "announced", seller.party.name)
    assert "reserve_fen" not in row
    assert sorted(path.name for path in tmp_path.iterdir()) == ["listings.jsonl"]


def test_a_sheet_opens_in_excel_and_runs_nothing(seller: given.Side, tmp_path: Path) -> None:
    right = given.Right.objects.order_by("pk").first()
    assert right is not None
    given.Right.objects.filter(pk=right.pk).update(title="=HYPERLINK(1)")
    out = tmp_path / "rights.csv"
    assert exports.main(["rights", str(out)]) == 0
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(out.open(encoding="utf-8-sig", newline="")))
    assert len(rows) == 2
    assert (rows[0]["title"], rows[0]["holders"]) == ("'=HYPERLINK(1)", seller.party.name)


def test_public_events_hold_no_others(seller: given.Side, capsys) -> None:
    assert exports.main(["events"]) == 0
    public = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert public
    assert all(row["public"] for row in public)
    auditor = a_person("auditor")
    assert exports.main(["all-events", "--as", auditor.login]) == 0
    every = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(every) > len(public)
    assert [row["number"] for row in every] == list(range(len(every)))


@pytest.mark.parametrize("what", ["deals", "leaves", "all-events"])
def test_what_is_not_public_needs_a_reader(what: str, seller: given.Side, tmp_path: Path, capsys) -> None:
    for words in ([], ["--as", seller.person.login], ["--as", a_person("administrator").login]):
        assert exports.main([what, str(tmp_path / "out"), *words]) == 2
        assert "export what is not public" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
    assert exports.main([what, str(tmp_path / "out"), "--as", a_person("checker").login]) == 0


def test_leaves_are_the_very_texts_that_were_hashed(seller: given.Side, tmp_path: Path) -> None:
    out = tmp_path / "leaves.jsonl"
    assert exports.main(["leaves", str(out), "--as", a_person("auditor").login]) == 0
    for row in lines(out):
        assert exports.Leaf.objects.get(number=row["number"]).body == row["body"]


def test_a_thousand_listings_leave_with_their_rights(seller: given.Side, tmp_path: Path) -> None:
    announced = given.Listing.objects.get(state="announced")
    given_many.alike(announced, count=1_000)
    out = tmp_path / "listings.jsonl"
    assert exports.main(["listings", str(out)]) == 0
    rows = lines(out)
    assert len({row["number"] for row in rows}) == 1_001
    assert len({row["rights"] for row in rows}) == 1_001
