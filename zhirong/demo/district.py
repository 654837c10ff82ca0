"""The district of the demo: streets, parks and carriers, who sits where, and what is known of its enterprises."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from zhirong.base import yaml_text
from zhirong.demo.cast import Cast
from zhirong.demo.engine import enterprise_facts
from zhirong.enterprises.actions import facts, places
from zhirong.people.models import Party
from zhirong.policy import fact_sheet, kept
from zhirong.record import actions as record

ENTERPRISES = 300
OFFICIAL = "zhuguan"
SHEET = "演示企业事实表.csv"
SOURCES = {
    "registry": "演示：市场主体与专利登记信息",
    "audit": "演示：上年度审计报告",
    "office": "演示：区级部门年度汇总表",
    "bank": "演示：合作银行贷款台账",
}
# True from its own day on and not only since this year began.
UNDATED = ("founded_on", "independent_legal_person", "industry")


@cache
def told() -> dict[str, Any]:
    """The district as its file tells it."""
    found: dict[str, Any] = yaml_text.parse(Path(__file__).with_name("district.yaml").read_text("utf-8"))
    return found


def put_places(people: Cast, day: date) -> list[str]:
    """Streets, parks in them, carriers in these; the cast's firms sit where the file says. Gives all codes."""
    codes = []
    for kind, rows in (("street", "streets"), ("park", "parks"), ("carrier", "carriers")):
        for one in told()[rows]:
            operator = people.firms[one["run_by"]] if "run_by" in one else None
            places.put_place(
                people[OFFICIAL],
                one["code"],
                kind=kind,
                name=one["zh"],
                name_en=one["en"],
                inside=one.get("inside", ""),
                operator=operator,
                address="深圳市福田区（演示）",
            )
            codes.append(one["code"])
    for login, code in told()["sits"].items():
        places.put_tenancy(people[OFFICIAL], people.firms[login], code, since=date(day.year - 2, 3, 1))
    return codes


def seat(people: Cast, enterprises: Sequence[Party], *, seed: int, day: date) -> None:
    """Each eighth enterprise sits in one of the parks or carriers; the operator of a park notes its own."""
    dice = Random(f"tenancies {seed}")
    rows = [one for kind in ("parks", "carriers") for one in told()[kind]]
    for enterprise in enterprises[::8]:
        place = dice.choice(rows)
        since = day - timedelta(days=dice.randrange(100, 900))
        places.put_tenancy(people[place.get("run_by", OFFICIAL)], enterprise, place["code"], since=since)


def note(people: Cast, enterprises: Sequence[Party], *, seed: int, day: date) -> int:
    """What is known of them, brought as an official brings it: one sheet, read and taken in. Gives how many facts."""
    known = enterprise_facts.of_enterprises(seed, day, count=len(enterprises))
    content = _as_sheet(enterprises, known, since=date(day.year, 1, 1))
    sheet = fact_sheet.read(content, name=SHEET, vocabulary=kept.base().vocabulary, day=day)
    assert not sheet.faults, sheet.faults[0]
    return facts.bring_facts(people[OFFICIAL], sheet.brought, proof=record.keep_file(people[OFFICIAL], SHEET, content))


def _as_sheet(
    enterprises: Sequence[Party], known: Sequence[Mapping[str, enterprise_facts.Facts]], since: date
) -> bytes:
    """One line a fact, with its source."""
    lines = io.StringIO()
    sheet = csv.writer(lines)
    sheet.writerow(["统一社会信用代码", "事实", "值", "起始日", "来源", "来源说明"])
    for party, sheets in zip(enterprises, known, strict=True):
        for source, found in sheets.items():
            for name, value in found.items():
                first_day = "" if name in UNDATED else since.isoformat()
                sheet.writerow([party.code, name, _typed(value), first_day, source, SOURCES[source]])
    return lines.getvalue().encode()


def _typed(value: Any) -> str:
    """A value as people type it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, str):
        return value
    is_list_of_words = all(isinstance(one, str) for one in value)
    return "、".join(value) if is_list_of_words else json.dumps(value, ensure_ascii=False)
