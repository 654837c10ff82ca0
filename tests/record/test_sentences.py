"""No sentence of a deed or a refusal shows an instant as the record keeps it, whatever the fact is called."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from zhirong.base import refused, shown
from zhirong.base.refused import Refused
from zhirong.record import kinds, rules

AT = datetime(2026, 12, 9, 10, 0, tzinfo=UTC)
RAW = re.compile(r"2026-12-09T|\+00:00")
SAID = {"zh-hans": "北京时间 2026-12-09 18:00", "en": "2026-12-09 18:00 Beijing time"}


def names_in(text: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", text))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_event_says_an_instant_in_beijing_time(language: str) -> None:
    found = kinds.declared()
    assert len(found) > 100
    for kind in found.values():
        text = kind.text(language)
        # Old leaves hold facts that no kind declares any more: what the sentence names is asked too.
        facts = dict.fromkeys(names_in(text) | kind.facts.keys(), AT.isoformat())
        told = rules.sentence(text, {name: shown.fact(name, value, language) for name, value in facts.items()})
        assert not RAW.search(told), (kind.name, told)
        assert told.count(SAID[language]) == len(re.findall(r"{\w+}", text)), (kind.name, told)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_refusal_says_an_instant_in_beijing_time(language: str) -> None:
    for code, entry in refused.catalogue().items():
        text = entry["zh" if language == "zh-hans" else "en"]
        told = refused.sentence(Refused(code, **dict.fromkeys(names_in(text), AT.isoformat())), language)
        assert not RAW.search(told), (code, told)


@pytest.mark.parametrize("name", ["repaid_by", "until", "at", "due_at"])
def test_an_instant_is_known_by_its_form(name: str) -> None:
    for value in (AT.isoformat(), AT.replace(microsecond=1).isoformat(), "2026-12-09T18:00:00+08:00"):
        assert shown.fact(name, value, "en") == SAID["en"]
    assert shown.fact("until", "2026-12-09", "en") == "2026-12-09"
    assert shown.fact("reason", "seen 2026-12-09T10:00:00+00:00", "en") == "seen 2026-12-09T10:00:00+00:00"
