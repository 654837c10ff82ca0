"""A served demo in a process of its own, and its people, each in a browser of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import Browser, BrowserContext, Locator, Page, Response, expect

from tests.browser.conftest import be_patient

ROOT = Path(__file__).resolve().parents[2]
# Loading tells a whole story; on a busy machine that takes far longer than on an idle one. Speed is for benches.
LOADS_WITHIN_SECONDS = 600
ENDS_WITHIN_SECONDS = 120
PATIENCE_SECONDS = 120


@contextmanager
def demo(folder: Path, port: int, *, listings: int = 30) -> Iterator[str]:
    """`zr demo` on a fresh data folder: its address once it answers; ended by a signal, as it should be."""
    kept_out = ("ZR_DATA", "ZR_DATABASE_URL", "DJANGO_SETTINGS_MODULE")
    around = {name: value for name, value in os.environ.items() if name not in kept_out}
    command = [sys.executable, "-m", "zhirong.demo", "--data", str(folder), "--port", str(port)]
    told = folder.with_suffix(".log")
    with told.open("wb") as log:
        running = subprocess.Popen(
            [*command, "--listings", str(listings)], cwd=ROOT, env=around, stdout=log, stderr=subprocess.STDOUT
        )
        address = f"http://127.0.0.1:{port}"
        try:
            _answers(address, running, told)
            yield address
        finally:
            running.terminate()
            running.wait(ENDS_WITHIN_SECONDS)
    assert "Traceback" not in told.read_text("utf-8"), told.read_text("utf-8")[-4000:]


def _answers(address: str, running: subprocess.Popen[bytes], told: Path) -> None:
    until = time.monotonic() + LOADS_WITHIN_SECONDS
    while running.poll() is None and time.monotonic() < until:
        try:
            with urlopen(f"{address}/api/health", timeout=60) as answer:
                assert json.load(answer)["status"] == "ok"
            return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"The demo did not open:\n{told.read_text('utf-8')[-4000:]}")


@dataclass
class Guest:
    """One person at one browser. Nothing is asked of the house but what its pages show."""

    login: str
    context: BrowserContext
    house: str
    page: Page
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Open an address, as from a bookmark."""
        self.page.goto(path if path.startswith("http") else self.house + path)
        self.looks_right()

    def signs_in(self) -> None:
        """By the demo's button for this person."""
        self.go("/sign-in")
        self.page.locator(f"button[name=as][value={self.login}]").click()
        self.page.wait_for_url(lambda url: "/sign-in" not in url)
        self.looks_right()

    def follows(self, word: str, *, beside: str = "") -> None:
        """A link by its words, in a list the one of the entry that says this."""
        within = self.page.locator("li").filter(has_text=beside) if beside else self.page
        self._presses(within.get_by_role("link", name=word).first)

    def reads(self, word: str) -> None:
        """A paper behind a link, opened beside the page."""
        href = self.page.get_by_role("link", name=word).first.get_attribute("href")
        assert href is not None
        assert self.context.request.get(self.house + href).ok

    def presses(self, word: str, *, within: str = "main") -> None:
        """A button by its words; the page that answers is looked at."""
        self._presses(self.page.locator(within).get_by_role("button", name=word).first)

    def _presses(self, control: Locator) -> None:
        with self.page.expect_navigation():
            control.click()
        self.looks_right()

    def fills(self, **fields: str) -> None:
        """Fields by the names under which they are posted."""
        for name, value in fields.items():
            self.page.locator(f"main [name={name}]:visible").first.fill(value)

    def sees(self, text: str) -> None:
        """The page says this."""
        expect(self.page.locator("main")).to_contain_text(text)

    def sees_after_a_while(self, text: str) -> None:
        """The page says this sooner or later, loaded again and again as a person would."""
        until = time.monotonic() + PATIENCE_SECONDS
        while text not in self.page.locator("main").inner_text():
            assert time.monotonic() < until, f"{self.login} never saw “{text}” on {self.page.url}"
            self.page.reload()
        self.looks_right()

    def bids(self, yuan: int) -> None:
        """In the bidding room: an amount of one's own, looked at, confirmed."""
        self.chooses(yuan)
        self.confirms(yuan)

    def chooses(self, yuan: int) -> None:
        """An amount of one's own, ready to be confirmed."""
        self.page.locator("main [name=own]").fill(str(yuan))
        expect(self.page.locator("main").get_by_role("button", name=f"Confirm bid of {yuan:,}")).to_be_enabled()

    def confirms(self, yuan: int) -> None:
        """The chosen amount, by the button that names it."""
        self.presses(f"Confirm bid of {yuan:,}")
        self.sees(f"Your bid of {yuan:,} yuan was accepted")

    def sees_soon(self, yuan: int) -> None:
        """The board of the room, not loaded again, comes to show this price."""
        expect(self.page.locator("[data-live=price]")).to_contain_text(f"{yuan:,}")

    def sees_the_close_at(self, closes_ms: int) -> None:
        """The room's timer comes to say this end."""
        expect(self.page.locator("main [data-closes]").first).to_have_attribute("data-closes", str(closes_ms))

    def closes_ms(self) -> int:
        """When the room's timer says that bidding ends."""
        return int(self.page.locator("main [data-closes]").first.get_attribute("data-closes") or 0)

    def looks_right(self) -> None:
        """No fault, no dead end, nothing that the browser complains of."""
        expect(self.page.locator("main h1")).to_have_count(1)
        refused = self.page.locator("main .why:visible, main .refusal:visible")
        assert refused.count() == 0, f"{self.login} on {self.page.url}: {refused.all_inner_texts()}"
        assert self.complaints == [], f"{self.login} on {self.page.url}"


def guest(browser: Browser, house: str, login: str, *, language: str = "en", script: bool = True) -> Guest:
    """A browser of its own for one of the cast."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, java_script_enabled=script, reduced_motion="reduce"
    )
    context.add_cookies([{"name": "lang", "value": language, "url": house}])
    be_patient(context)
    one = Guest(login, context, house, context.new_page())

    def answered(answer: Response) -> None:
        if answer.status >= 400:
            one.complaints.append(f"{answer.status} {answer.url}")

    one.page.on("response", answered)
    one.page.on("pageerror", lambda error: one.complaints.append(str(error)))
    one.page.on("console", lambda said: one.complaints.append(said.text) if said.type == "error" else None)
    return one
