"""The keeper: the index follows the record, survives its folder, and equals one built anew."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.search.given_search import FIVE, RECYCLING, AHouse, a_document, ids
from zhirong.search import highlights, parser, words
from zhirong.search.backend import Request, Results
from zhirong.search.documents import Document
from zhirong.search.keeper import Keeper

FACETS = ("kind", "state", "section", "subclass", "holder", "year")


def a_house() -> AHouse:
    house = AHouse()
    for document in FIVE:
        house.put(document)
    return house


def looked(keeper: Keeper, text: str = "", sort: str = "-price") -> Results:
    return keeper.search(Request(query=parser.parse(text).node, facets=FACETS, prices=True, sort=sort, limit=100))


def test_a_start_builds_from_the_rows_and_remembers_the_number(tmp_path: Path) -> None:
    house = a_house()
    keeper = Keeper(tmp_path, house.rows())
    keeper.start()
    assert (keeper.number, looked(keeper).total, house.read_in_full) == (4, 5, 1)
    assert keeper.progress().done == 5
    keeper.close()
    again = Keeper(tmp_path, house.rows())
    again.start()
    assert (again.number, looked(again).total, house.read_in_full) == (4, 5, 1)


def test_events_are_taken_once_and_in_the_order_of_the_record(tmp_path: Path) -> None:
    house = a_house()
    keeper = Keeper(tmp_path, house.rows())
    keeper.start()
    house.put(a_document("listing:9", "新挂牌的电池"))
    house.drop("listing:1")
    assert keeper.follow(house.after(keeper.number)) == 6
    assert keeper.follow(house.feed) == 6
    assert ids(looked(keeper, "新挂牌")) == ["listing:9"]
    assert ids(looked(keeper, "回收")) == []
    assert house.read_in_full == 1


def test_an_index_that_was_written_beside_another_record_is_built_anew(tmp_path: Path) -> None:
    """A database that was restored and went on may have as many numbers as the one of the index, and other things."""
    lost = a_house()
    lost.put(a_document("listing:9", "已不存在的电池"))
    keeper = Keeper(tmp_path, lost.rows())
    keeper.start()
    assert ids(looked(keeper, "已不存在")) == ["listing:9"]
    keeper.close()
    restored = a_house()
    restored.name = "after the restore"
    restored.put(a_document("listing:10", "恢复后的电池"))
    again = Keeper(tmp_path, restored.rows())
    again.start()
    assert ids(looked(again, "已不存在")) == []
    assert ids(looked(again, "恢复后")) == ["listing:10"]
    assert restored.read_in_full == 1


def test_the_very_first_event_of_an_empty_house_is_taken(tmp_path: Path) -> None:
    house = AHouse()
    keeper = Keeper(tmp_path, house.rows())
    keeper.start()
    assert keeper.number == -1
    house.put(RECYCLING)
    assert keeper.follow(house.after(keeper.number)) == 0
    assert looked(keeper).total == 1


def test_a_change_is_found_as_soon_as_its_event_is_followed(tmp_path: Path) -> None:
    house = a_house()
    keeper = Keeper(tmp_path, house.rows())
    keeper.start()
    for turn in range(3):
        house.put(a_document("listing:1", f"第{turn}次修改的题目"))
        keeper.follow(house.after(keeper.number))
        assert ids(looked(keeper, f'"第{turn}次"')) == ["listing:1"]
        assert looked(keeper).total == 5


@pytest.mark.parametrize("harm", ["folder", "position", "segment", "words"])
def test_a_harmed_folder_is_built_again(tmp_path: Path, harm: str, monkeypatch: pytest.MonkeyPatch) -> None:
    house = a_house()
    folder = tmp_path / "index"
    keeper = Keeper(folder, house.rows())
    keeper.start()
    keeper.close()
    if harm == "folder":
        shutil.rmtree(folder)
    if harm == "position":
        (folder / "position.json").write_text("{")
    if harm == "segment":
        for path in folder.glob("index-*/*"):
            path.write_bytes(path.read_bytes()[:20])
    if harm == "words":
        monkeypatch.setattr(words, "WORDS_VERSION", words.WORDS_VERSION + 1)
    again = Keeper(folder, house.rows())
    again.start()
    assert (house.read_in_full, looked(again).total) == (2, 5)
    assert len(list(folder.glob("index-*"))) == 1


def test_a_folder_lost_while_running_is_built_again_at_the_next_event(tmp_path: Path) -> None:
    house = a_house()
    keeper = Keeper(tmp_path / "index", house.rows())
    keeper.start()
    shutil.rmtree(tmp_path / "index")
    assert looked(keeper, "回收").total == 1
    house.put(a_document("listing:9", "新挂牌的电池"))
    assert keeper.follow(house.after(keeper.number)) == 5
    assert looked(keeper).total == 6


def test_a_close_gives_up_the_build_that_runs_and_the_next_keeper_builds(tmp_path: Path) -> None:
    house = a_house()
    read: list[str] = []

    def documents() -> Iterator[Document]:
        for document in FIVE:
            read.append(document.id)
            if len(read) == 2:
                closing.start()
                keeper._ends.wait(10)
            yield document

    keeper = Keeper(tmp_path, replace(house.rows(), documents=documents))
    closing = threading.Thread(target=keeper.close)
    keeper.start()
    closing.join(10)
    assert len(read) == 2
    again = Keeper(tmp_path, house.rows())
    again.start()
    assert (again.number, looked(again).total) == (4, 5)
    assert len(list(tmp_path.glob("index-*"))) == 1


def test_an_index_ahead_of_its_record_is_not_trusted(tmp_path: Path) -> None:
    house = a_house()
    Keeper(tmp_path, house.rows()).start()
    restored = AHouse()
    restored.put(RECYCLING)
    keeper = Keeper(tmp_path, restored.rows())
    keeper.start()
    assert (keeper.number, looked(keeper).total) == (0, 1)


def test_a_second_process_reads_and_takes_over_when_the_first_is_gone(tmp_path: Path) -> None:
    house = a_house()
    writer, reader = Keeper(tmp_path, house.rows()), Keeper(tmp_path, house.rows())
    writer.start()
    reader.start()
    house.put(a_document("listing:9", "新挂牌的电池"))
    assert (reader.follow(house.after(reader.number)), looked(reader).total) == (4, 5)
    assert writer.follow(house.after(writer.number)) == 5
    assert (reader.follow([]), looked(reader).total, house.read_in_full) == (5, 6, 1)
    writer.close()
    house.drop("listing:9")
    assert (reader.follow(house.after(reader.number)), looked(reader).total, house.read_in_full) == (6, 5, 1)


def test_a_rebuild_reads_all_again_and_swaps(tmp_path: Path) -> None:
    house = a_house()
    keeper = Keeper(tmp_path, house.rows())
    assert looked(keeper).total == 0
    keeper.start()
    keeper.rebuild()
    assert (looked(keeper).total, keeper.progress().is_building, house.read_in_full) == (5, False, 2)


TITLES = st.sampled_from(["锂离子电池回收", "膜纸印刷", "图像识别", "电池管理", "钠电池"])
DEEDS = st.lists(st.tuples(st.integers(1, 6), st.one_of(st.none(), TITLES), st.integers(1, 3)), max_size=25)


@given(DEEDS)
@settings(max_examples=12, deadline=None)
def test_following_event_by_event_equals_building_anew(
    tmp_path_factory: pytest.TempPathFactory, deeds: list[tuple[int, str | None, int]]
) -> None:
    house = AHouse()
    followed = Keeper(tmp_path_factory.mktemp("followed"), house.rows())
    followed.start()
    for which, title, price in deeds:
        name = f"listing:{which}"
        if title is not None:
            house.put(a_document(name, title, price_fen=price * 10_000_00, holders=(f"公司{price}",)))
        elif name in house.things:
            house.drop(name)
        followed.follow(house.after(followed.number))
    fresh = Keeper(tmp_path_factory.mktemp("fresh"), house.rows())
    fresh.start()
    for text in ("", "电池", '"膜纸"', "识别 or 回收"):
        one, other = looked(followed, text), looked(fresh, text)
        assert (ids(one), one.total, one.facets, one.prices) == (ids(other), other.total, other.facets, other.prices)
    followed.close()
    fresh.close()


def test_marks_stand_on_the_words_of_the_query() -> None:
    text = "锂离子电池与ＢＥＲＴ模型，锂离子"
    node = parser.parse('锂离子 bert NOT 模型 "电池 与"').node
    assert [text[start:end] for start, end in highlights.marks(text, node)] == ["锂离子电池与ＢＥＲＴ", "锂离子"]
    assert highlights.marks("ion information", parser.parse("ion").node) == [(0, 3)]
    assert highlights.marks("华为", parser.parse("PA=华为").node, field="title") == []


def test_an_excerpt_begins_a_little_before_the_first_mark() -> None:
    text = "前" * 300 + "电池" + "后" * 300
    start, end = highlights.excerpt(text, [(300, 302)], length=100)
    assert (start, end) == (280, 380)
    assert highlights.excerpt("短文", []) == (0, 2)
