"""The whole house on a free port over the test's database, browsers for several people, what every page must pass."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.given_rooms import an_open_lot
from tests.exchange.given_hall import Day
from zhirong.exchange.models import Lot
from zhirong.people.models import Person
from zhirong.web.house import House

# How long a page may take to become what a test expects. No test is about speed: a slow machine only waits longer.
PATIENCE_MS, NAVIGATION_MS, HOUSE_SECONDS = 30_000, 60_000, 120
expect.set_options(timeout=PATIENCE_MS)
# The narrowest telephone, half a screen, and the widest desk.
WIDTHS = (320, 640, 2560)
axe = Axe()
# Only what is wrong is written out; every rule runs on every node all the same.
ONLY_WRONG = {"resultTypes": ["violations"]}
# Everything one can press or type into, that is not part of a sentence.
CONTROLS = "a, button, input:not([type=hidden]), select, textarea, summary, label.pick, label.opt"
SMALL = """([selector, least]) => [...document.querySelectorAll(selector)].filter((node) => {
  const box = node.getBoundingClientRect(), look = getComputedStyle(node);
  if (!box.width || look.visibility === 'hidden' || node.matches('.skip, .vh')) return false;
  if (node.closest('label') && node.tagName === 'INPUT') return false;
  if (node.tagName === 'A' && look.display === 'inline') return false;
  return box.width < least - .5 || box.height < least - .5;
}).map((node) => `${node.tagName} ${node.textContent.trim().slice(0, 20)} ${node.getBoundingClientRect().width}`)"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def house(transactional_db: None) -> Iterator[str]:
    """The address of the running house: bridge, hub, sequencer, floor and clock over the test's own database."""
    # The floor of an earlier test last beat in another time; its successor would give that time back to the lots.
    (Path(settings.DATA) / "floor-0.lock").unlink(missing_ok=True)
    made = House(port=free_port())
    ready = threading.Event()
    made.server.when_ready = ready.set
    with made.open():
        running = threading.Thread(target=made.server.run, name="server", daemon=True)
        running.start()
        assert ready.wait(HOUSE_SECONDS), "the house did not open"
        yield f"http://127.0.0.1:{made.server.config.port}"
        made.server.should_exit = True
        running.join(HOUSE_SECONDS)
        assert not running.is_alive(), "the house did not close"


@dataclass
class Visitor:
    """One browser of one person."""

    context: BrowserContext
    house: str
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open an address of the house. What the browser's console complains of is kept."""
        page = self.context.new_page()
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(self.house + path)
        return page


Visit = Callable[..., Visitor]


def be_patient(context: BrowserContext) -> None:
    """Waits end when the page is there; their bounds are for pages that never come."""
    context.set_default_timeout(PATIENCE_MS)
    context.set_default_navigation_timeout(NAVIGATION_MS)


@pytest.fixture
def visit(browser: Browser, house: str) -> Iterator[Visit]:
    """visit(person, width=390, lang="en", view="elder", contrast="high", script=False) -> Visitor."""
    contexts: list[BrowserContext] = []

    def come(
        person: Person | None = None, *, width: int = 1280, height: int = 900, script: bool = True, **views: str
    ) -> Visitor:
        context = browser.new_context(
            viewport={"width": width, "height": height}, java_script_enabled=script, reduced_motion="reduce"
        )
        contexts.append(context)
        be_patient(context)
        for name, value in views.items():
            context.add_cookies([{"name": name, "value": value, "url": house}])
        if person is not None:
            client = Client()
            client.force_login(person)
            context.add_cookies([{"name": "session", "value": client.cookies["session"].value, "url": house}])
        return Visitor(context, house)

    yield come
    for context in contexts:
        context.close()


def must_be_accessible(page: Page) -> None:
    """axe with all its rules: 0 violations."""
    found = axe.run(page, options=ONLY_WRONG)
    told = [f"{one['id']}: {[node['html'][:120] for node in one['nodes']]}" for one in found.response["violations"]]
    assert told == []


def must_fit(page: Page, *widths: int) -> None:
    """No sideways scroll, at the width of the browser or at each of these."""
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        must_fit(page)
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over == 0, f"{page.url} is {over} px too wide"


def must_have_targets(page: Page, least: int = 44) -> None:
    """Every control outside a sentence is large enough to hit."""
    assert page.evaluate(SMALL, [CONTROLS, least]) == [], page.url


@pytest.fixture
def day(transactional_db: None) -> Day:
    return Day()


@pytest.fixture
def lot(day: Day) -> Lot:
    """A lot that stays open for a day, however slow the browsers are."""
    return an_open_lot(day)


def opened(visitor: Visitor, path: str) -> Page:
    """The page, once its scripts have run."""
    page = visitor.go(path)
    expect(page.locator("html")).to_have_attribute("data-script", "on")
    return page
