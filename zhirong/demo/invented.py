"""Rights, firms and prices that nobody owns: the same for the same seed and day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from stdnum.cn import uscc

from zhirong.base import numbers, yaml_text
from zhirong.registry import records
from zhirong.registry.engine.facts import Kind

# What the hall lists, roughly as the office's own mix of live patents has it; invented for the demo.
MIX = ((Kind.INVENTION, 48), (Kind.UTILITY_MODEL, 42), (Kind.DESIGN, 10))
TYPE_DIGIT = {Kind.INVENTION: "1", Kind.UTILITY_MODEL: "2", Kind.DESIGN: "3"}
OLDEST_YEARS = {Kind.INVENTION: 13, Kind.UTILITY_MODEL: 7, Kind.DESIGN: 8}
GRANT_DAYS = {Kind.INVENTION: (500, 1200), Kind.UTILITY_MODEL: (160, 360), Kind.DESIGN: (120, 260)}
# Prices spread over three orders of magnitude around these middles, in yuan.
MIDDLE_YUAN = {
    Kind.INVENTION: 162_000,
    Kind.UTILITY_MODEL: 47_000,
    Kind.DESIGN: 21_000,
    Kind.TRADE_MARK: 42_000,
    Kind.COPYRIGHT: 9_000,
    Kind.SOFTWARE: 66_000,
    Kind.CIRCUIT_LAYOUT: 130_000,
}
# Rights other than patents, in turn; of the mass each tenth right is one.
PLAIN = (Kind.TRADE_MARK, Kind.COPYRIGHT, Kind.SOFTWARE, Kind.CIRCUIT_LAYOUT)
PLAIN_EACH = 10


@cache
def words() -> dict[str, Any]:
    """The vocabulary of the demo."""
    found: dict[str, Any] = yaml_text.parse(Path(__file__).with_name("invented.yaml").read_text("utf-8"))
    return found


@dataclass(frozen=True, slots=True)
class Firm:
    """An invented organisation with a credit code whose check character is right."""

    name: str
    code: str
    is_public: bool


def firms(seed: int, count: int) -> list[Firm]:
    """So many different organisations; a few are universities."""
    told = words()["firms"]
    made: list[Firm] = []
    seen: set[str] = set()
    dice = Random(f"firms {seed}")
    names = iter(told["schools"])
    while len(made) < count:
        school = next(names, None)
        name = school or "".join(dice.choice(told[part]) for part in ("places", "names", "trades", "forms"))
        if name in seen:
            continue
        seen.add(name)
        # 9144 is a firm registered in Guangdong, 1244 a public institution; the rest is drawn, so it belongs to nobody.
        start = ("12440000" if school else "91440300") + f"MA9{dice.randrange(10**6):06d}"
        made.append(Firm(name, start + str(uscc.calc_check_digit(start)), bool(school)))
    return made


def rights(seed: int, day: date, *, count: int, first_serial: int = 0) -> Iterator[records.RightRecord]:
    """So many different patents in force on the day, their fees paid, without holders."""
    dice = Random(f"rights {seed}")
    titles: set[str] = set()
    for serial in range(first_serial, first_serial + count):
        yield _right(dice, day, serial=serial, titles=titles)


def of_every_kind(seed: int, day: date, *, count: int) -> Iterator[records.RightRecord]:
    """The same as `rights`, each tenth a trade mark, a work, software or a layout, in turn."""
    patents, dice = rights(seed, day, count=count), Random(f"plain {seed}")
    for serial in range(count):
        turn, place = divmod(serial, PLAIN_EACH)
        yield plain(PLAIN[turn % len(PLAIN)], dice, day, serial=serial) if place == PLAIN_EACH - 1 else next(patents)


def plain(kind: Kind, dice: Random, day: date, *, serial: int) -> records.RightRecord:
    """A right of this kind other than a patent, in force on the day, without a holder; its number is of its serial."""
    registered_on = day - timedelta(days=dice.randrange(200, 7 * 365))
    year = registered_on.year
    number = {
        Kind.TRADE_MARK: f"{90_000_000 + serial}",
        Kind.COPYRIGHT: f"粤作登字-{year}-F-9{serial:07d}",
        Kind.SOFTWARE: f"{year}SR9{serial:06d}",
        Kind.CIRCUIT_LAYOUT: f"BS.{year % 100:02d}9{serial:06d}.0",
    }[kind]
    read_kind, key, shown = records.read_number(kind, number)
    field = dice.choice(words()["fields"])
    title, title_en = _plain_title(kind, dice, field)
    return records.RightRecord(
        kind=read_kind,
        key=key,
        number=shown,
        title=title,
        title_en=title_en,
        abstract=f"{title}，登记于{year}年，权属清晰。（演示数据）",
        filed_on=registered_on - timedelta(days=dice.randrange(30, 150)),
        published_on=registered_on,
        granted_on=registered_on,
        source_day=day,
        more={"field": field["zh"]},
    )


def _plain_title(kind: Kind, dice: Random, field: dict[str, Any]) -> tuple[str, str]:
    told, thing, by = words()["plain"], dice.choice(field["things"]), dice.choice(field["by"])
    if kind is Kind.TRADE_MARK:
        name, goods = dice.choice(words()["firms"]["names"]), dice.choice(told["goods"])
        return f"“{name}”商标（第 {goods[0]} 类 {goods[1]}）", f"Trade mark “{name}”, class {goods[0]}: {goods[2]}"
    if kind is Kind.COPYRIGHT:
        work = dice.choice(told["works"])
        return f"{thing[0]}{work[0]}", f"{thing[1].capitalize()}: {work[1]}"
    if kind is Kind.SOFTWARE:
        version = f"V{dice.randint(1, 5)}.{dice.randint(0, 9)}"
        return f"{thing[0]}{by[0]}软件 {version}", f"Software for {thing[1]}, {by[1]}, {version}"
    chip = dice.choice(told["layouts"])
    made = f"{dice.choice('ABCDHKLMX')}{dice.randint(100, 999)}"
    return f"{chip[0]}布图设计 {made}", f"Layout design of a {chip[1]}, {made}"


def _right(dice: Random, day: date, *, serial: int, titles: set[str]) -> records.RightRecord:
    kind = dice.choices([kind for kind, _ in MIX], [weight for _, weight in MIX])[0]
    field = dice.choice(words()["fields"])
    title, title_en, abstract = _texts(dice, kind, field, titles=titles)
    filed_on = day - timedelta(days=dice.randrange(GRANT_DAYS[kind][1] + 60, OLDEST_YEARS[kind] * 365))
    granted_on = filed_on + timedelta(days=dice.randrange(*GRANT_DAYS[kind]))
    digits = f"{filed_on.year}{TYPE_DIGIT[kind]}{9_000_000 + serial:07d}"
    number = numbers.read_patent_number(digits + numbers.check_character(digits))
    # Fees paid through the year that runs on the day, so that nothing falls due while the demo is looked at.
    paid_through = (day - filed_on).days // 365 + 2
    return records.RightRecord(
        kind=kind,
        key=records.key_of(kind, number.key),
        number=number.shown,
        title=title,
        title_en=title_en,
        abstract=abstract,
        ipc=() if kind is Kind.DESIGN else (dice.choice(field["ipc"]),),
        inventors=(),
        filed_on=filed_on,
        granted_on=granted_on,
        fees_paid_through_year=paid_through,
        fees_as_of=day,
        source_day=day,
        more={"field": field["zh"], **_counts(kind, number.key)},
    )


def _counts(kind: Kind, key: str) -> dict[str, str]:
    """What bears on value and is counted: claims, members of the family, citations; a design has none of them."""
    if kind is Kind.DESIGN:
        return {}
    # Drawn apart, so that the rest of the demo is as it would be without them.
    dice = Random(f"counts {key}")
    told = {
        "claims": 1 + min(40, int(dice.gammavariate(4.0, 2.0))),
        "independent_claims": 1 + min(5, int(dice.expovariate(1.2))),
    }
    if kind is Kind.INVENTION:
        told |= {"family": 1 + min(20, int(dice.expovariate(0.9))), "citations": min(80, int(dice.expovariate(0.35)))}
    told["independent_claims"] = min(told["independent_claims"], told["claims"])
    return {name: str(value) for name, value in told.items()}


def _texts(dice: Random, kind: Kind, field: dict[str, Any], *, titles: set[str]) -> tuple[str, str, str]:
    """Title in both languages and an abstract; a title that was used already is drawn again with a further word."""
    thing, by, suffix = dice.choice(field["things"]), dice.choice(field["by"]), dice.choice(words()["suffixes"][kind])
    style = ["", ""]
    title = ""
    while not title or (title in titles and len(style[0]) < 12):
        if title or kind is Kind.DESIGN:
            more = dice.choice(words()["styles"])
            style = [more[0] + style[0], f"{more[1]} {style[1]}"]
        title = f"{style[0]}{thing[0]}"
        title = f"{title}{suffix[0]}" if kind is Kind.DESIGN else f"一种{title}的{by[0]}{suffix[0]}"
    titles.add(title)
    named_en = f"{style[1]}{thing[1]}"
    title_en = f"{named_en} {suffix[1]}" if kind is Kind.DESIGN else f"{named_en} {suffix[1]} using {by[1]}"
    return title, title_en[0].upper() + title_en[1:], _abstract(dice, kind, (field["zh"], title, thing[0], by[0]))


def _abstract(dice: Random, kind: Kind, said: tuple[str, str, str, str]) -> str:
    field, title, thing, by = said
    gain, other = dice.sample(words()["gains"], 2)
    proof = dice.choice(words()["proofs"])
    if kind is Kind.DESIGN:
        return f"1. 本外观设计产品的名称：{title}。2. 设计要点在于形状与图案的结合。{proof}。（演示数据）"
    what = "发明" if kind is Kind.INVENTION else "实用新型"
    return (
        f"本{what}涉及{field}领域，公开了{title}。针对现有{thing}的不足，采用{by}，使{gain}、{other}。"
        f"{proof}。（演示数据）"
    )


def asking_fen(dice: Random, kind: Kind, *, filed_on: date, day: date) -> int:
    """An asking price: spread widely around the middle of its kind, less for older rights, in round figures."""
    age_years = (day - filed_on).days / 365
    yuan = MIDDLE_YUAN[kind] * dice.lognormvariate(0.0, 0.75) * max(0.45, 1.15 - 0.06 * age_years)
    step = 1_000 if yuan < 100_000 else 10_000
    return max(3_000, int(yuan // step) * step) * 100
