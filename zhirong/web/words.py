"""The words of the pages: English in the code, Chinese in locale/zh_Hans/words/*.yaml, compiled at the first start.

`python -m zhirong.web.words` lists what is missing and what nobody says (with --check, as a failure). One entry is
`English: 中文`; an English sentence with a plural is one entry `{n} bid | {n} bids: …`, because Chinese has one form
for both.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo

from zhirong.base import yaml_text

ROOT = Path(__file__).parent.parent
WORDS = Path(__file__).parent / "locale" / "zh_Hans" / "words"
PLURAL = " | "
METHODS = [("**/migrations/**", "ignore"), ("**.py", "python"), ("**/templates/**.html", "jinja2")]
KEYWORDS = {"gettext": None, "ngettext": (1, 2), "gettext_lazy": None, "gettext_noop": None, "_": None}
OPTIONS = {"**/templates/**.html": {"trimmed": "true", "silent": "false"}}


def entries() -> dict[str, str]:
    """Every word with its Chinese. The same English may stand in two files if it says the same."""
    found: dict[str, str] = {}
    for path in sorted(WORDS.glob("*.yaml")):
        for english, chinese in (yaml_text.parse(path.read_text("utf-8")) or {}).items():
            assert found.get(english, chinese) == chinese, f"“{english}” stands twice, again in {path.name}"
            found[english] = chinese
    return found


def compiled() -> bytes:
    """The catalogue in the form that gettext reads."""
    catalog = Catalog(locale="zh_Hans", fuzzy=False)
    for english, chinese in entries().items():
        one, _, many = english.partition(PLURAL)
        catalog.add((one, many) if many else one, (chinese,) if many else chinese)
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def make_ready(folder: Path) -> None:
    """Write the catalogue under this locale folder when a word is newer than it."""
    target = folder / "zh_Hans" / "LC_MESSAGES" / "django.mo"
    newest = max(path.stat().st_mtime_ns for path in [WORDS, *WORDS.glob("*.yaml")])
    if target.exists() and target.stat().st_mtime_ns > newest:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as fresh:
        fresh.write(compiled())
    os.chmod(fresh.name, 0o644)
    os.replace(fresh.name, target)


def said() -> Iterator[tuple[str, str]]:
    """Every msgid in Python and templates with its file; a plural as `one | many`."""
    found = extract_from_dir(str(ROOT), METHODS, OPTIONS, KEYWORDS)
    for filename, line, message, _comments, _context in found:
        text = PLURAL.join(message) if isinstance(message, tuple) else message
        yield text, f"zhirong/{filename}:{line}"


def missing() -> list[str]:
    """What is said without a Chinese word."""
    known = entries()
    return sorted(f"{where}: {text}" for text, where in said() if text not in known)


def unused() -> list[str]:
    """Words that nobody says."""
    spoken = {text for text, _ in said()}
    return sorted(set(entries()) - spoken)


def main() -> int:
    for line in missing():
        print("missing", line)
    for line in unused():
        print("unused ", line)
    return 1 if "--check" in sys.argv and (missing() or unused()) else 0


if __name__ == "__main__":
    sys.exit(main())
