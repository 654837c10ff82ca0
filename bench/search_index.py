"""Search: building 23,000 documents, single terms and facets, one change; baseline SQLite FTS5 trigram, same text.

The claims: built in 15 s of one core, a change visible in 50 ms, any word found in 50 ms at worst (SEARCH B11).
Words are asked for as often as texts use them. The baseline's index has no words of two characters, the commonest
in Chinese; it then reads every row, and there we must be twenty times as fast.
"""

from __future__ import annotations

import itertools
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import rjieba

from zhirong.cli.bench import Report
from zhirong.search import parser
from zhirong.search.backend import Request
from zhirong.search.documents import Document
from zhirong.search.tantivy_engine import TantivyBackend

SIGNS = (
    "电池锂钠离子膜纸印刷图像识别边缘控制装置方法系统温度传感器材料结构水泵阀门网络信号机构支架壳体轴承齿轮电极"
    "隔热涂层催化聚合药物抗体基因芯片天线基站数据模型训练检测诊断焊接切削注塑模具桥梁混凝土光伏驱动变压冷却循环"
    "农业灌溉种植收割养殖饲料食品发酵提取纯化干燥粉碎筛分搅拌混合输送包装储存运输车辆轮胎刹车悬架方向盘座椅"
    "航空飞行翼桨叶片燃烧发动机排气净化过滤吸附污水沉淀消毒杀菌医疗手术器械导管支撑骨科缝合药囊针剂诊疗康复"
    "服装纺织染整缝制鞋帽家具床垫灯具照明开关插座电缆线束连接端子屏蔽散热风扇压缩制冷空调加热锅炉管道焊缝"
    "摄像镜头光学激光雷达定位导航地图路径规划语音文本翻译推荐加密认证区块链账本交易支付清算风险预警监控平台"
)
LINKS = ("的", "和", "用于", "所述", "设有", "连接", "包括", "并且", "通过", "实现", "提高", "其特征在于", "公开了一种")


ENDINGS = "器机膜层法剂板管件体"


def vocabulary(chance: random.Random) -> list[str]:
    """Words of two to four characters, real roots and what is made of them, in one order of frequency."""
    dictionary = rjieba.Jieba()
    signs = list(dict.fromkeys(SIGNS))
    roots = [one + other for one in signs for other in signs if dictionary.has_word(one + other)]
    made = roots + [root + chance.choice(ENDINGS) for root in roots]
    made += ["".join(chance.sample(roots, 2)) for _ in roots]
    chance.shuffle(made)
    return list(dict.fromkeys(made))


def frequencies(known: list[str]) -> list[float]:
    """How often each word is used in texts, and asked for."""
    return [1 / (rank + 20) for rank in range(len(known))]


def texts(known: list[str], count: int, chance: random.Random) -> list[Document]:
    """Made-up abstracts of about 190 characters whose words are as unevenly frequent as real ones (Zipf)."""
    weights = list(itertools.accumulate(frequencies(known)))

    def sentence(length: int) -> str:
        picked = chance.choices(known, cum_weights=weights, k=length // 4)
        return "".join(word + chance.choice(LINKS) for word in picked)

    return [
        Document(
            id=f"listing:{at}",
            kind="listing",
            title=sentence(16),
            abstract=sentence(190),
            ipc=(f"{chance.choice('ABCDEFGH')}0{chance.randrange(1, 9)}{chance.choice('BCDFGHKM')}10/{at % 90 + 10}",),
            holders=(f"第{int(chance.paretovariate(0.5)) % 3000}号公司",),
            dates={"applied": date(2008 + at % 18, 1 + at % 12, 1 + at % 28)},
            price_fen=chance.randrange(100_000, 500_000_000),
        )
        for at in range(count)
    ]


def median_ms(run: Callable[[str], object], queries: list[str]) -> float:
    spent = []
    for text in queries:
        begun = time.perf_counter()
        run(text)
        spent.append((time.perf_counter() - begun) * 1000)
    return statistics.median(spent)


def taken_ns(run: Callable[[str], object], text: str) -> int:
    begun = time.perf_counter_ns()
    run(text)
    return time.perf_counter_ns() - begun


def baseline(documents: list[Document]) -> sqlite3.Connection:
    """The same texts in FTS5 with its trigram tokenizer."""
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE words USING fts5(title, abstract, tokenize='trigram')")
    db.executemany("INSERT INTO words VALUES (?, ?)", [(each.title, each.abstract) for each in documents])
    return db


def run(report: Report) -> None:
    """Build, then ask; with `quick`, a tenth of the documents."""
    chance = random.Random(7)
    known = vocabulary(chance)
    documents = texts(known, 2_300 if report.quick else 23_000, chance)
    with tempfile.TemporaryDirectory() as folder:
        backend = TantivyBackend(Path(folder) / "index")
        backend.create()
        used = time.process_time()
        backend.insert(documents)
        backend.refresh()
        report.value(f"build of {len(documents):,}", time.process_time() - used, "CPU s", at_most=15)
        ask(report, backend, baseline(documents), asked=chance.choices(known, weights=frequencies(known), k=400))
        facets = Request(facets=("section", "subclass", "holder", "year"), prices=True)
        facets_ms = median_ms(lambda _: backend.search(facets), ["x"] * 20)
        report.value("four facets and prices over all", facets_ms, "ms")

        def change(text: str) -> None:
            backend.upsert([documents[0]])
            backend.refresh()

        report.value("one change until it is found", median_ms(change, ["x"] * 10), "ms", at_most=50)
        backend.close()


def ask(report: Report, backend: TantivyBackend, db: sqlite3.Connection, *, asked: list[str]) -> None:
    """Single words, the best twenty and how many in all, each way; words of two characters by reading every row."""

    def ours(text: str) -> object:
        return backend.search(Request(query=parser.parse(text).node))

    def theirs(text: str) -> object:
        best = "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rank LIMIT 20"
        total = "SELECT count(*) FROM words WHERE words MATCH ?"
        return db.execute(best, (text,)).fetchall(), db.execute(total, (text,)).fetchone()

    def by_reading(text: str) -> object:
        return db.execute("SELECT count(*) FROM words WHERE instr(title || abstract, ?)", (text,)).fetchone()

    longer = [word for word in asked if len(word) > 2]
    assert backend.search(Request(query=parser.parse(longer[0]).node)).total > 0
    before = report.rate("longer word, FTS5 trigram", 1000, took_seconds=median_ms(theirs, longer))
    report.rate("longer word, ours", 1000, took_seconds=median_ms(ours, longer), baseline=before)
    report.milliseconds("any word, ours", [taken_ns(ours, word) for word in asked], at_most=50)
    pairs = [word for word in asked if len(word) == 2]
    before = report.rate("word of two signs, read", 1000, took_seconds=median_ms(by_reading, pairs[:40]))
    report.rate("word of two signs, ours", 1000, took_seconds=median_ms(ours, pairs), baseline=before, at_least=20)
