"""Reads every page of auctions, office and desks of a loaded demo, as each of its cast sees them, in both languages,
and tells what stands there as the house writes it for itself: python given_sweep.py FOLDER."""

from __future__ import annotations

import importlib
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

# Names of the house's own: two_words, a_kind.of_deed, a thing and its number, the reference of a person or a party.
TOKEN = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b|\b[a-z]+:[0-9a-f]+(?::\w+)*\b|\b(?:person|party):\w+|\b[0-9a-f]{16}\b")
# On a Chinese page a lone English word is a code that nobody named.
ALONE = re.compile(r"[a-z]{3,}(?: [a-z]+)?")
# What is meant to be copied, what a person typed, and what other houses call by such a name.
QUOTED = {"code", "pre", "script", "style", "textarea"}
# An example of what may be typed is quoted too.
HINT = "hint"
VOID = {"meta", "link", "input", "br", "img", "rect", "line", "circle", "path", "hr"}
CAST = ("jingban", "fuhe", "zhuguan", "shenji", "guanli", "chen", "zhiqiu", "yizhou")
STARTS = ("/office", "/desk", "/bank-demo")
# One who runs the auctions and one who bids in them read all that is public of each.
OF_THE_HALL = ("jingban", "zhiqiu")
# So many pages of one kind: the states of the story's listings, deals and lots are all among them.
OF_A_KIND = 60


class Reader(HTMLParser):
    """The texts of a page that are not quotations, and where it leads."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag not in VOID:
            self.open.append("code" if said.get("class") == HINT else tag)
        if tag == "a" and (href := said.get("href")):
            self.links.append(href)
        if label := said.get("aria-label"):
            self.texts.append(label)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and self.open:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if not QUOTED & set(self.open):
            self.texts.append(data.strip())


def raw(texts: list[str], *, is_chinese: bool) -> Iterator[str]:
    """What a reader would not understand."""
    for text in texts:
        yield from TOKEN.findall(text)
        if is_chinese and ALONE.fullmatch(text):
            yield text


def kind_of(address: str) -> str:
    return re.sub(r"\d+|[A-Z]+-\d+-\d+", "#", address.split("?")[0])


def of_auctions() -> list[str]:
    """The listing, the room and the transcript of every auction."""
    lot: Any = importlib.import_module("zhirong.exchange.models").Lot
    told = lot.objects.order_by("pk").values_list("pk", "listing__number")
    return [page for pk, number in told for page in (f"/lots/{pk}", f"/lots/{pk}/transcript", f"/listings/{number}")]


def pages_of(browser: Any, first: list[str]) -> Iterator[tuple[str, str]]:
    """Address and text of each of the first pages, and of each that can be reached from the office and the desk."""
    waits, seen, counts = [*first, "/office", "/desk", "/bank-demo"], set[str](), Counter[str]()
    while waits:
        address = waits.pop(0)
        counts[kind_of(address)] += 1
        if address in seen or counts[kind_of(address)] > OF_A_KIND:
            continue
        seen.add(address)
        answer = browser.get(address)
        if not answer.headers.get("Content-Type", "").startswith("text/html"):
            continue
        text = answer.content.decode()
        yield address, text
        reader = Reader()
        reader.feed(text)
        # Every filter is one page more; orders and files of the same list are none.
        links = (link.split("#")[0] for link in reader.links if not re.search(r"order=|as=|form=|page=", link))
        whole = [address.split("?")[0] + link if link.startswith("?") else link for link in links]
        waits += [one for one in whole if one.startswith(STARTS)]


def unclear(login: str, language: str, read: Counter[str]) -> Iterator[tuple[str, str]]:
    """What one of the cast meets in one language, with the page where it stands."""
    client: Any = importlib.import_module("django.test").Client
    person: Any = importlib.import_module("zhirong.people.models").Person
    browser = client(HTTP_HOST="localhost")
    browser.force_login(person.objects.get(login=login))
    browser.cookies["lang"] = language
    for address, text in pages_of(browser, of_auctions() if login in OF_THE_HALL else []):
        reader = Reader()
        reader.feed(text)
        read[language] += 1
        for one in raw(reader.texts, is_chinese=language == "zh-hans"):
            yield f"{language} {kind_of(address)} {one}", f"{login} {address}"


def main(folder: Path) -> None:
    os.environ["ZR_DATA"] = str(folder)
    importlib.import_module("zhirong.server").open_house(str(folder))
    found: dict[str, str] = {}
    read = Counter[str]()
    for login in CAST:
        for language in ("zh-hans", "en"):
            found |= dict(unclear(login, language, read))
    print(json.dumps({"read": read, "found": found}, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
