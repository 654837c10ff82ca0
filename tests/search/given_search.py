"""Builders for the search tests: documents, an index in a folder, a feed of numbered events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from zhirong.search import parser
from zhirong.search.backend import Request, Results
from zhirong.search.documents import Document
from zhirong.search.keeper import Change, Rows
from zhirong.search.tantivy_engine import TantivyBackend


def a_document(name: str, title: str, **values: object) -> Document:
    """A listing with a title and whatever else matters to the test."""
    facts: dict[str, object] = {"id": name, "kind": "listing", "title": title, "state": "open"}
    return Document(**(facts | values))  # type: ignore[arg-type]


RECYCLING = a_document(
    "listing:1",
    "一种锂离子电池的回收方法",
    abstract="将废旧锂离子电池放电后破碎，浸出钴。",
    numbers=("201911324567.3", "CN111047602B", "ZR-2026-0518"),
    ipc=("H01M 10/54", "C22B 7/00"),
    holders=("深圳市云岭智能科技有限公司", "南方理工大学"),
    inventors=("陈思齐",),
    dates={"applied": date(2019, 12, 20)},
    state_names=("挂牌中", "Listed"),
    price_fen=1_280_000_00,
)
SODIUM = a_document(
    "listing:2",
    "钠离子电池用石墨烯膜电极",
    abstract="电极的电池性能稳定，浸出率低。",
    ipc=("H01M 4/13",),
    holders=("南方理工大学",),
    dates={"applied": date(2021, 3, 1)},
    price_fen=50_000_00,
)
BIRDS = a_document(
    "listing:3",
    "一种膜纸自动化印刷技术生产线结构",
    abstract="本实用新型公开了一种驱鸟保护装置的ＢＥＲＴ-BiGRU控制方法。",
    more=("Film printing line with lithium-ion backup",),
    ipc=("B41F 15/00",),
    holders=("王五",),
    dates={"applied": date(2016, 8, 1)},
    price_fen=50_000_00,
)
SOLD = a_document("listing:4", "水电站驱鸟装置", ipc=("A01M 29/00",), state="sold", price_fen=9_000_00)
UNPRICED = a_document("right:5", "图像边缘识别方法及装置", kind="right", ipc=("G06V 10/143",), state="in_force")
FIVE = (RECYCLING, SODIUM, BIRDS, SOLD, UNPRICED)


def an_index(folder: Path, documents: Sequence[Document] = FIVE) -> TantivyBackend:
    """A fresh index of these documents."""
    backend = TantivyBackend(folder / "index")
    backend.create()
    backend.upsert(documents)
    backend.refresh()
    return backend


def found(backend: TantivyBackend, text: str, **wishes: object) -> Results:
    """What a typed query finds."""
    return backend.search(Request(query=parser.parse(text).node, **wishes))  # type: ignore[arg-type]


def ids(results: Results) -> list[str]:
    """The ids of a page in order."""
    return [hit.id for hit in results.hits]


@dataclass(frozen=True)
class AnEvent:
    """A numbered event about one thing."""

    number: int
    topic: str


@dataclass
class AHouse:
    """Rows and a record in memory, as the modules above the search hold them."""

    things: dict[str, Document] = field(default_factory=dict)
    feed: list[AnEvent] = field(default_factory=list)
    read_in_full: int = 0
    name: str = "a house"

    def put(self, document: Document) -> None:
        self.things[document.id] = document
        self.feed.append(AnEvent(len(self.feed), document.id))

    def drop(self, name: str) -> None:
        del self.things[name]
        self.feed.append(AnEvent(len(self.feed), name))

    def after(self, number: int) -> list[AnEvent]:
        return self.feed[number + 1 :]

    def documents(self) -> Iterator[Document]:
        self.read_in_full += 1
        yield from list(self.things.values())

    def changed(self, events: Sequence[AnEvent]) -> Change:
        topics = list(dict.fromkeys(event.topic for event in events))
        return Change(
            upserts=tuple(self.things[topic] for topic in topics if topic in self.things),
            deletes=tuple(topic for topic in topics if topic not in self.things),
        )

    def rows(self) -> Rows[AnEvent]:
        return Rows(
            number=lambda: len(self.feed) - 1,
            mark=lambda number: f"{self.name} {number}",
            count=lambda: len(self.things),
            documents=self.documents,
            changed=self.changed,
        )
