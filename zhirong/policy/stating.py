"""Facts as people type them, made plain for the file of an enterprise: exact decimals as text, days in ISO form.

What comes out is what `policy.engine.facts.settled` takes; what has two readings, or none, is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from zhirong.base import text as texts
from zhirong.base.refused import Refused
from zhirong.policy import naming
from zhirong.policy.engine import facts, values
from zhirong.policy.engine.facts import Fact, Vocabulary

YES: Final = frozenset({"是", "有", "对", "真", "yes", "y", "true", "1", "√", "✓"})
NO: Final = frozenset({"否", "无", "没有", "不是", "非", "假", "no", "n", "false", "0", "×", "✗"})
NOTHING: Final = frozenset({"无", "没有", "none", "[]", "-", "–"})
DAY: Final = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))")
PARTS: Final = re.compile(r"[、,，;；|\n]+")
PAIRS: Final = re.compile(r"[;；|]+")
# Long enough for a list of records that somebody still types; longer ones come as a sheet or by the interface.
LONGEST: Final = 100_000


def read(name: str, raw_text: str, vocabulary: Vocabulary) -> Any:
    """The plain value of a fact. Refused: a fact that the vocabulary lacks, a text that is no such value."""
    if name not in vocabulary.facts:
        raise Refused("policy.fact_unknown", name=name[:100])
    return of_text(vocabulary.facts[name], raw_text)


def plain(name: str, value: Any, vocabulary: Vocabulary) -> Any:
    """The same of a value that came typed, from JSON: judged by the vocabulary and written exactly."""
    if name not in vocabulary.facts:
        raise Refused("policy.fact_unknown", name=name[:100])
    return told(vocabulary.facts[name], value)


def told(fact: Fact, value: Any) -> Any:
    """A typed value as it is kept; its choices are among those of the fact."""
    return written(fact, of_choices(fact, facts.of_kind(fact, value)))


def of_text(fact: Fact, raw_text: str) -> Any:
    """The plain value that a text says for a fact."""
    text = texts.half_width(raw_text).strip()
    if not text or len(text) > LONGEST:
        raise facts.misfit(fact, text)
    if fact.kind == "bool":
        return truth(fact, text)
    if fact.kind == "number":
        return told(fact, text)
    if fact.kind == "date":
        return told(fact, day(text))
    if fact.kind == "texts":
        return several(fact, text)
    return records(fact, text) if fact.kind == "records" else single(fact, text)


def truth(fact: Fact, text: str) -> bool:
    """是 or 否, and what else people write for them."""
    word = text.casefold()
    if word not in YES | NO:
        raise Refused("policy.truth_unreadable", name=fact.name, text=text[:40])
    return word in YES


def day(text: str) -> str:
    """2022-06-01, 2022/6/1, 2022年6月1日 or 20220601 in ISO form."""
    found = DAY.fullmatch(re.sub(r"\s", "", text))
    if found is None:
        raise Refused("policy.no_such_day", text=text[:40])
    year, month, of_month = found[1], found[2] or found[4], found[3] or found[5]
    return f"{year}-{int(month):02d}-{int(of_month):02d}"


def single(fact: Fact, text: str) -> str:
    """One text; where the fact has choices, one of them by its key or its name."""
    if not fact.choices:
        return str(told(fact, texts.tidy(text)))
    chosen = naming.chosen(fact, text)
    if chosen is None:
        raise unlisted(fact, text)
    return chosen


def several(fact: Fact, text: str) -> list[str]:
    """A list parted by commas or lines; 无 is the empty list, which is known, not unknown."""
    if text.casefold() in NOTHING and naming.chosen(fact, text) is None:
        return []
    return list(dict.fromkeys(single(fact, part.strip()) for part in PARTS.split(text) if part.strip()))


def records(fact: Fact, text: str) -> list[dict[str, Any]]:
    """Records from JSON, or one on each line: 金额=300万元; 计息日=2022-03-01. 无 is the empty list."""
    if text.casefold() in NOTHING:
        return []
    if text.startswith("["):
        found = told(fact, parsed(fact, text))
        return list(found)
    made = [record(fact, line) for line in text.splitlines() if line.strip()]
    return list(told(fact, made))


def parsed(fact: Fact, text: str) -> Any:
    """JSON with its numbers as they are written."""
    try:
        return json.loads(text, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        raise facts.misfit(fact, text) from None


def record(fact: Fact, line: str) -> dict[str, Any]:
    """One record from its fields; a field that is not named is unknown."""
    found: dict[str, Any] = {}
    for pair in PAIRS.split(line):
        if not pair.strip():
            continue
        said, mark, text = pair.replace("：", ":").replace("=", ":").partition(":")
        key = field_named(fact, said.strip())
        if not mark or key is None or key in found:
            raise Refused("policy.field_unreadable", name=fact.name, text=pair.strip()[:40], fields=field_names(fact))
        found[key] = of_text(fact.fields[key], text)
    return found


def field_named(fact: Fact, said: str) -> str | None:
    """The field of a record by its key or by its name in either language."""
    for key, field in fact.fields.items():
        if said.casefold() in {key, naming.fact(field, "zh").casefold(), naming.fact(field, "en").casefold()}:
            return key
    return None


def field_names(fact: Fact) -> str:
    return "、".join(f"{naming.fact(field, 'zh')}({key})" for key, field in fact.fields.items())


def of_choices(fact: Fact, value: Any) -> Any:
    """The same value. Refused: a text that is none of the fact's choices."""
    if fact.kind == "records":
        for one in value:
            for name, said in one.items():
                of_choices(fact.fields[name], said)
    elif fact.choices:
        for one in value if fact.kind == "texts" else [value]:
            if one not in fact.choices:
                raise unlisted(fact, str(one))
    return value


def unlisted(fact: Fact, text: str) -> Refused:
    known = "、".join(naming.choice(fact, one, "zh") for one in fact.choices)
    return Refused("policy.choice_unknown", name=fact.name, text=text[:40], choices=known)


def written(fact: Fact, value: Any) -> Any:
    """A settled value as JSON keeps it exactly: numbers as decimal text."""
    if fact.kind == "records":
        return [{name: written(fact.fields[name], said) for name, said in one.items()} for one in value]
    if fact.kind == "number":
        return str(values.written(value))
    return values.written(value)


def fact_named(said: str, vocabulary: Vocabulary) -> Fact:
    """The fact that a heading or a person names: by its key, or its Chinese or English name.

    Refused: no such fact, or a name that two facts share.
    """
    word = texts.tidy(said)
    if word in vocabulary.facts:
        return vocabulary.facts[word]
    found = [one for one in vocabulary.facts.values() if word and word.casefold() in names(one)]
    if len(found) > 1:
        raise Refused("policy.fact_named_twice", name=word[:100], facts="、".join(one.name for one in found))
    if not found:
        raise Refused("policy.fact_unknown", name=word[:100])
    return found[0]


def names(fact: Fact) -> set[str]:
    return {texts.tidy(name).casefold() for name in (fact.zh, fact.en) if name}


def with_unit(fact: Fact, text: str, said_unit: str) -> str:
    """A number with the unit that stands in a column of its own: 300 and 万元, 50 and %."""
    if not said_unit or fact.kind != "number":
        return text
    return f"{text.strip()}{said_unit.strip()}"


def contradictions(given: Mapping[str, Any], vocabulary: Vocabulary) -> Refused | None:
    """What stands against all of these facts being true at once, or nothing."""
    try:
        facts.settled(given, vocabulary)
    except Refused as no:
        return no
    return None
