"""Demo editions of measures: the last text of a shipped file, told as if it went on this year, and marked as invented.

No measure of the district rules today by the texts that the house knows. So that the demo has something in force, a
copy of the last version is put behind the others; each clause and figure of it is a copy too, marked as assumed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from zhirong.policy.engine import source

SECTION = re.compile(r"[a-z_]+:")
ROW = re.compile(r"(\s+- )\{from: (\S+), to: (\S+), value: (.*), clause: ([\w-]+)\}")
CLAUSE = re.compile(r"clause: ([\w-]+)")
MARK = "demo"
SOURCE = f'- {{id: s-{MARK}, url: "about:blank", official: false, dated: null, locator: "演示文本 / demo edition"}}'
NOTE = {
    "zh": "演示文本：自{year}年起适用一节为演示虚构，沿用此前文本，不是法律，也不是任何机关的文件；以正式文本为准。",
    "en": "Demo edition: the part that applies from {year} on is invented and repeats the former text. It is not law.",
}


def edition(text: str, year: int) -> str:
    """The file with one version more, from the first day of the year on."""
    parts = sections(text)
    raw = source.parse(text)
    version = last_version(parts["versions"])
    used = sorted({*CLAUSE.findall("\n".join(version)), *(ROW.fullmatch(one)[5] for one in rows(parts["parameters"]))})  # type: ignore[index]
    parts["unit"].append(f'note: {{zh: "{NOTE["zh"].format(year=year)}", en: "{NOTE["en"].format(year=year)}"}}')
    parts["sources"].append(SOURCE)
    parts["clauses"] += [marked(one) for one in parts["clauses"][1:] if clause_id(one) in used]
    parts["parameters"] = [new for one in parts["parameters"] for new in going_on(one, parts["parameters"], year)]
    parts["versions"] += [CLAUSE.sub(rf"clause: \1-{MARK}", one) for one in begun_in(version, year)]
    parts["tests"] += list(cases(parts["tests"][1:], raw, year))
    return "\n".join(line for part in parts.values() for line in part) + "\n"


def sections(text: str) -> dict[str, list[str]]:
    """The lines of the file under its first words."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in text.splitlines():
        if SECTION.match(line):
            name = line.partition(":")[0]
        found.setdefault(name, []).append(line)
    return found


def last_version(lines: list[str]) -> list[str]:
    """The last version's own lines."""
    first = max(place for place, line in enumerate(lines) if line.startswith("- id:"))
    return lines[first:]


def begun_in(version: list[str], year: int) -> Iterable[str]:
    """The same rules under the year's name, from its first day on."""
    heads = {"- id:": f'- id: "{year}"', "  from:": f"  from: {year}-01-01", "  to:": "  to: null"}
    heads["  certainty:"] = "  certainty: assumed"
    for line in version:
        yield next((new for head, new in heads.items() if line.startswith(head)), line)


def rows(lines: list[str]) -> list[str]:
    """The rows of values among the lines of parameters."""
    return [line for line in lines if ROW.fullmatch(line)]


def going_on(line: str, lines: list[str], year: int) -> list[str]:
    """A parameter's last row ends with the year before, and its value goes on in a marked row."""
    found = ROW.fullmatch(line)
    place = lines.index(line)
    if not found or (place + 1 < len(lines) and ROW.fullmatch(lines[place + 1])):
        return [line]
    start, since, until, value, clause = found.groups()
    ends = f"{year - 1}-12-31" if until == "null" else until
    return [
        f"{start}{{from: {since}, to: {ends}, value: {value}, clause: {clause}}}",
        f"{start}{{from: {year}-01-01, to: null, value: {value}, clause: {clause}-{MARK}}}",
    ]


def clause_id(line: str) -> str:
    """The name of the clause that a line states."""
    return line.removeprefix("- {id: ").partition(",")[0]


def marked(line: str) -> str:
    """The same clause as an assumption of the demo."""
    head, says, words = line.partition("says: ")
    name = clause_id(head)
    said = re.sub(r'en: ("?)', r"en: \1(demo) ", words.replace('zh: "', 'zh: "（演示）', 1), count=1)
    return f"- {{id: {name}-{MARK}, source: s-{MARK}, certainty: assumed, {says}{said}"


def cases(lines: list[str], raw: Any, year: int) -> Iterable[str]:
    """The worked cases of the last version, told again in the year."""
    version = raw["versions"][-1]
    until = version["to"] or date.max
    for line, case in zip(lines, raw["tests"], strict=True):
        if version["from"] <= case["date"] <= until:
            said = line.replace(f"date: {case['date'].year}-", f"date: {year}-")
            said = said.replace(f'version: "{version["id"]}"', f'version: "{year}"')
            yield re.sub(r'name: ("?)', rf"name: \g<1>{MARK} {year} ", said, count=1)
