"""Checks of what people read: every English text of code and templates has its Chinese, and one word stands once."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterable

import yaml
from babel.messages.extract import DEFAULT_KEYWORDS, extract

from tests.house.source import ROOT, File

LAZY = {"gettext_lazy": None, "gettext_noop": None, "ngettext_lazy": (1, 2), "pgettext_lazy": ((1, "c"), 2)}
KEYWORDS = {**DEFAULT_KEYWORDS, **LAZY}
JINJA = {"extensions": "jinja2.ext.i18n,jinja2.ext.do,jinja2.ext.loopcontrols", "trimmed": "true", "silent": "false"}
FACT = re.compile(r"%\(\w+\)[sd]|\{\w*\}")


def english(files: Iterable[File]) -> dict[str, str]:
    """Every text that is handed to gettext, and where."""
    found: dict[str, str] = {}
    for file in files:
        is_page = file.path.suffix in (".html", ".txt", ".jinja")
        method, options = ("jinja2.ext:babel_extract", JINJA) if is_page else ("python", {})
        rows = extract(method, io.BytesIO(file.text.encode()), keywords=KEYWORDS, options=options)
        for line, message, _, context in rows:
            # A plural is one entry: Chinese has one form for both (zhirong.web.words).
            texts = [message] if isinstance(message, str) else [" | ".join(message)]
            found.update({text: f"{file.path}:{line}" for text in texts if text and text != context})
    return found


def chinese() -> dict[str, str]:
    """The pairs of all zhirong/web/locale/zh_Hans/words/*.yaml. The same pair may stand twice, two answers may not."""
    pairs: dict[str, str] = {}
    for path in sorted(ROOT.glob("zhirong/web/locale/zh_Hans/words/*.yaml")):
        for text, translated in (yaml.safe_load(path.read_text("utf-8")) or {}).items():
            assert pairs.setdefault(text, translated) == translated, f"{text} has two translations, one in {path.name}"
    return pairs


def untranslated(texts: dict[str, str], pairs: dict[str, str]) -> list[str]:
    return [f"{place}: “{text}” has no Chinese" for text, place in texts.items() if not pairs.get(text)]


def uneven(pairs: dict[str, str]) -> list[str]:
    """A translation tells the same facts as its text."""

    def told(text: str) -> Counter[str]:
        return Counter(FACT.findall(text.rpartition(" | ")[2]))

    return [text for text, other in pairs.items() if told(text) != told(str(other))]


def twice(glossary: str) -> list[str]:
    """Terms of docs/words.md, Chinese or English, that stand in more than one row."""
    rows = [line.split("|")[1:3] for line in glossary.splitlines() if line.startswith("|")]
    terms = Counter(cell.strip() for row in rows for cell in row if cell.strip(" -:"))
    return sorted(term for term, count in terms.items() if count > 1 and term not in ("中文", "English"))
