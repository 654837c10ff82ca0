from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from tests.registry.given_rights import (
    HOLDER,
    a_file,
    a_number,
    a_party,
    a_person,
    a_record,
    a_right,
    an_operator,
    kinds_told,
    read,
    refused,
)
from tests.registry.xml_files import new_file
from zhirong.record.models import Leaf
from zhirong.registry import queries
from zhirong.registry.actions import imports, putting, titles
from zhirong.registry.engine.facts import Act
from zhirong.registry.models import Holding, ImportBatch, ImportRow, Right, RightVersion

pytestmark = [pytest.mark.django_db, pytest.mark.both]
HEADINGS = "申请号,名称,权利人,申请日,授权公告日\n"


def sheet(*serials: int, holder: str = HOLDER, title: str = "一种方法") -> bytes:
    lines = [f"{a_number(serial)},{title},{holder},2021-03-05,2023-06-02" for serial in serials]
    return (HEADINGS + "\n".join(lines)).encode()


def brought(data: bytes, kind: imports.ImportKind = "rights", *, party=None, who=None):
    party = party or a_party()
    who = who or a_person("holder", of=party)
    return who, imports.stage_import(who, kind, data, file=a_file(data), holder=party)


def test_a_sheet_is_staged_unseen_and_then_shown_whole():
    who, batch = brought(sheet(1, 2, 3))
    assert (batch.rows, batch.faults, batch.visible_at) == (3, 0, None)
    assert Right.objects.count() == 0
    shown = imports.commit_import(who, batch)
    assert shown.visible_at is not None
    assert Right.objects.visible().count() == 3
    assert kinds_told() == ["registry.import_read", *["registry.right_put"] * 3, "registry.import_shown"]


def test_rows_are_not_seen_before_the_last_step(monkeypatch):
    who, batch = brought(sheet(1, 2, 3))
    monkeypatch.setattr(imports, "_show", lambda who, batch, changes: batch)
    imports.commit_import(who, batch)
    assert Right.objects.count() == 3
    assert Right.objects.visible().count() == 0


def test_a_break_in_the_middle_is_finished_by_doing_it_again(monkeypatch):
    who, batch = brought(sheet(1, 2, 3))
    monkeypatch.setattr(putting, "CHUNK_ROWS", 2)
    real = putting.put_chunk

    def breaks(said, origin):
        if len(said) == 1:
            raise RuntimeError("the power went")
        return real(said, origin)

    with monkeypatch.context() as broken:
        broken.setattr(putting, "put_chunk", breaks)
        with pytest.raises(RuntimeError):
            imports.commit_import(who, batch)
    assert (Right.objects.count(), Right.objects.visible().count()) == (2, 0)
    imports.commit_import(who, batch)
    assert Right.objects.visible().count() == 3
    assert kinds_told().count("registry.right_put") == 3


def test_the_same_file_twice_changes_nothing():
    data = sheet(1, 2)
    who, batch = brought(data)
    imports.commit_import(who, batch)
    before = (Right.objects.count(), RightVersion.objects.count(), Leaf.objects.count())
    again = imports.stage_import(who, "rights", data, file=a_file(data), holder=batch.holder)
    assert again == batch
    imports.commit_import(who, again)
    assert (Right.objects.count(), RightVersion.objects.count(), Leaf.objects.count()) == before
    assert ImportBatch.objects.count() == 1


def test_the_same_facts_in_another_file_change_nothing_either():
    who, batch = brought(sheet(1, 2))
    imports.commit_import(who, batch)
    _, other = brought(sheet(1, 2) + b"\n\n", party=batch.holder, who=who)
    assert other != batch
    imports.commit_import(who, other)
    assert RightVersion.objects.count() == 2
    assert kinds_told().count("registry.right_put") == 2


def test_one_fault_keeps_every_row_out_and_is_named_by_row_and_column():
    data = sheet(1) + b"\n" + "x,,某厂,2021-03-05,2020-01-01".encode()
    who, batch = brought(data)
    assert (batch.rows, batch.faults) == (2, 3)
    faults = {row.line: json.loads(row.faults) for row in ImportRow.objects.filter(batch=batch)}
    assert faults[2] == []
    assert [(fault["column"], fault["code"]) for fault in faults[3]] == [
        ("申请号", "number.not_a_patent_number"),
        ("名称", "registry.cell_empty"),
        ("授权公告日", "registry.day_before_filing"),
    ]
    with refused("registry.import_has_faults", rows=2, faults=3):
        imports.commit_import(who, batch)
    assert Right.objects.count() == 0
    assert "registry.right_put" not in kinds_told()


def test_the_preview_tells_what_each_row_would_do():
    party = a_party()
    a_right(1, parties=(party,), source_day=None)
    _, batch = brought(sheet(1, 2) + b"\nx,y,z,2021-03-05,", party=party)
    lines = queries.preview(batch)
    assert [(one.line, one.change, one.number) for one in lines] == [
        (2, "changed", a_number(1)),
        (3, "new", a_number(2)),
        (4, "", "x"),
    ]
    assert [fault["column"] for fault in lines[2].faults] == ["申请号"]
    assert queries.preview_faults(batch) == lines[2:]
    assert queries.preview(batch, offset=1, most=1) == lines[1:2]


def test_a_batch_that_is_dropped_leaves_no_right_and_its_file_may_come_again():
    data = sheet(1, 2)
    who, batch = brought(data)
    origin = putting.Origin("sheet", who, batch.file, batch=batch, holder=batch.holder)
    putting.put_chunk([a_record(1)], origin)
    imports.drop_import(who, batch)
    imports.drop_import(who, batch)
    assert (Right.objects.count(), RightVersion.objects.count(), Holding.objects.count()) == (0, 0, 0)
    with refused("registry.import_dropped_already"):
        imports.commit_import(who, batch)
    again = imports.stage_import(who, "rights", data, file=a_file(data), holder=batch.holder)
    assert again != batch
    imports.commit_import(who, again)
    assert Right.objects.visible().count() == 2
    with refused("registry.import_is_visible"):
        imports.drop_import(who, again)


def test_a_second_import_of_a_waiting_right_is_told_to_wait():
    who, batch = brought(sheet(1))
    putting.put_chunk([a_record(1)], putting.Origin("sheet", who, batch.file, batch=batch))
    with refused("registry.waits_in_another_import", batch=batch.ref):
        putting.put_right(an_operator(), a_record(1), source="form")


def test_a_verified_party_named_alike_is_known_as_holder_at_once():
    party = a_party()
    who, batch = brought(sheet(1), party=party)
    imports.commit_import(who, batch)
    assert Holding.objects.get().party == party


@pytest.mark.parametrize(("name", "is_verified"), [("别的公司", True), (HOLDER, False)])
def test_another_name_or_an_unverified_party_must_claim_the_right(name, is_verified):
    party = a_party(name, is_verified=is_verified)
    who, batch = brought(sheet(1), party=party)
    imports.commit_import(who, batch)
    holding = Holding.objects.get()
    assert (holding.name, holding.party) == (HOLDER, None)
    freedom = queries.is_free(holding.right, Act.SELL, date(2023, 7, 1))
    assert [reason.code for reason in freedom.blocking] == ["holder_unclaimed"]
    claim = titles.claim_right(who, holding, party, evidence=a_file())
    operator = an_operator()
    read(operator, claim.evidence)
    titles.accept_claim(operator, claim, reason="名称变更证明")
    assert queries.is_free(holding.right, Act.SELL, date(2023, 7, 1)).allowed
    claim.refresh_from_db()
    assert claim.state == "accepted"


def test_nobody_changes_what_is_known_of_another_holders_right():
    a_right(1, parties=(a_party(),))
    thief = a_party("路人公司")
    who, batch = brought(sheet(1, title="改了的名称", holder="路人公司"), party=thief)
    (row,) = ImportRow.objects.filter(batch=batch)
    assert [(fault["column"], fault["code"]) for fault in json.loads(row.faults)] == [
        ("申请号", "registry.right_of_another")
    ]
    with refused("registry.import_has_faults"):
        imports.commit_import(who, batch)
    assert Right.objects.get().title == "一种柔性夹爪"


def test_a_holders_own_file_makes_a_version_and_leaves_the_title_to_the_right_alone():
    party = a_party()
    right = a_right(1, parties=(party,), source_day=date(2022, 1, 1))
    who, batch = brought(sheet(1, title="一种新方法", holder="冒名公司"), party=party)
    imports.commit_import(who, batch)
    right.refresh_from_db()
    assert (right.title, right.version) == ("一种新方法", 2)
    assert sorted(right.versions.values_list("version", flat=True)) == [1, 2]
    assert [one.party for one in right.holdings.all()] == [party]
    assert RightVersion.objects.filter(right=right).count() == 2


def test_a_file_is_brought_only_for_a_party_one_acts_for():
    party = a_party()
    data = sheet(1)
    for who in (a_person("holder"), a_person("buyer", of=party), a_person("holder", of=a_party("别人"))):
        with refused("people.not_allowed"):
            imports.stage_import(who, "rights", data, file=a_file(data), holder=party)
    assert ImportBatch.objects.count() == 0


def test_a_version_put_while_an_import_waits_is_not_lost_and_neither_is_the_import(monkeypatch):
    party = a_party()
    right = a_right(1, parties=(party,), source_day=None)
    who, batch = brought(sheet(1, title="一种新方法"), party=party)
    with monkeypatch.context() as waiting:
        waiting.setattr(imports, "_show", lambda who, batch, changes: batch)
        imports.commit_import(who, batch)
    putting.put_right(an_operator(), a_record(1, title_en="Meanwhile", source_day=None), source="form")
    imports.commit_import(who, batch)
    right.refresh_from_db()
    assert (right.title, right.title_en) == ("一种新方法", "Meanwhile")
    assert list(right.versions.order_by("version").values_list("version", flat=True)) == [1, 2, 3, 4]
    assert right.version == 4


def test_nobody_shows_anothers_batch():
    _, batch = brought(sheet(1))
    with refused("people.not_allowed"):
        imports.commit_import(a_person("holder", of=a_party("别人")), batch)
    assert Right.objects.count() == 0


def test_an_office_file_is_imported():
    party = a_party("深圳乙智能有限公司")
    who, batch = brought(new_file(), "xml", party=party)
    imports.commit_import(who, batch)
    right = Right.objects.visible().get()
    assert (right.number, right.source, right.granted_on) == ("202110246810.5", "cnipa_xml", date(2022, 11, 4))
    assert right.holdings.get().party == party


def test_an_office_file_with_a_fault_leaves_no_batch():
    with refused("registry.file_not_xml", line=1):
        brought(b"<x", "xml")
    assert ImportBatch.objects.count() == 0


def test_every_real_office_file_is_imported_and_again_changes_nothing(shared: Path):
    who = an_operator()
    for _ in range(2):
        for path in sorted((shared / "data" / "xml" / "cn").glob("*.xml")):
            data = path.read_bytes()
            imports.commit_import(who, imports.stage_import(who, "xml", data, file=a_file(data)))
    assert Right.objects.visible().count() == 7
    assert RightVersion.objects.count() == 7


def test_listings_are_read_but_the_exchange_shows_them():
    data = f"专利号,挂牌价\n{a_number(1)},128万".encode()
    who, batch = brought(data, "listings")
    (row,) = ImportRow.objects.filter(batch=batch)
    assert json.loads(row.facts)["asking_fen"] == 128_000_000
    with refused("registry.import_not_of_rights"):
        imports.commit_import(who, batch)
    assert imports.mark_visible(who, batch).visible_at is not None


def test_a_file_that_the_office_brought_for_a_party_is_taken_over_by_the_office():
    _, batch = brought(sheet(1), who=an_operator())
    assert imports.commit_import(an_operator(), batch).visible_at is not None


def test_a_file_that_a_party_only_looked_at_is_nobody_elses_to_take_over():
    _, batch = brought(sheet(1))
    with refused("registry.import_not_taken_over"):
        imports.commit_import(an_operator(), batch)
