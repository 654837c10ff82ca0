"""The exchange day in browsers: a real patent file becomes a listing, an auction, a paid deal, a verified certificate.

Everything goes through the pages of a served demo, as a newcomer with the README would do it; nothing is asked of the
database, and the last word is `./zr verify`, which knows neither server nor database.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import given_day
from tests.browser.conftest import free_port
from tests.browser.given_day import ROOT, Guest, guest
from zhirong.base.shown import BEIJING

pytestmark = pytest.mark.browser

# A granted invention of 2010 from the shared folder; its register names a company that nobody here is yet.
FILE = "cn102010000298420cn00001019453140bfulzh20190802cn00d.xml"
NUMBER = "201010298420.4"
TITLE = "一种耳机、相应的音源设备以及控制方法"
TITLE_EN = "Headset with its sound source"
EVIDENCE = b"%PDF-1.4\n% The office's notice of a change of name\n%%EOF\n"


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[str]:
    with given_day.demo(tmp_path / "demo", free_port()) as address:
        yield address


def test_a_patent_file_becomes_a_sale_whose_certificate_anybody_can_verify(
    demo: str, browser: Browser, shared: Path, tmp_path: Path
) -> None:
    chen, jingban = guest(browser, demo, "chen"), guest(browser, demo, "jingban")
    for one in (chen, jingban):
        one.signs_in()
    the_holder_imports(chen, shared / "data/xml/cn" / FILE)
    the_operator_accepts_the_claim(jingban)
    listing = the_holder_lists(chen)
    the_operator_announces(jingban, listing)
    wangshu, zhiqiu = guest(browser, demo, "wangshu"), guest(browser, demo, "zhiqiu")
    for buyer in (wangshu, zhiqiu):
        a_buyer_registers_and_pays(buyer, listing)
    the_clock_opens_the_auction(jingban, listing)
    they_bid_against_each_other(wangshu, zhiqiu, listing)
    a_bid_without_script(browser, demo, zhiqiu)
    a_late_bid_moves_the_end(jingban, bidder=wangshu, other=zhiqiu)
    the_hammer_falls(jingban, wangshu, listing)
    deal = both_sides_accept(chen, wangshu)
    the_buyer_pays(wangshu, deal)
    two_persons_settle(jingban, guest(browser, demo, "fuhe"))
    the_certificate_is_verified(wangshu, deal, tmp_path)
    the_other_buyer_has_the_deposit_back(zhiqiu)


def the_holder_imports(chen: Guest, file: Path) -> None:
    """The file is looked at first, then taken over; the holder that it names is claimed with evidence."""
    chen.go("/desk")
    chen.follows("Import patents")
    chen.page.locator("main input[type=file]").set_input_files(file)
    chen.presses("Read the file")
    chen.sees(NUMBER)
    chen.sees(TITLE)
    chen.presses("Take over")
    chen.follows("Claim this right")
    paper = {"name": "notice.pdf", "mimeType": "application/pdf", "buffer": EVIDENCE}
    chen.page.locator("main input[type=file]").set_input_files([paper])  # type: ignore[list-item]
    chen.presses("Send the claim to the operator")
    chen.sees("Your claims")


def the_operator_accepts_the_claim(jingban: Guest) -> None:
    jingban.go("/office")
    jingban.follows(TITLE)
    jingban.reads("Read the evidence")
    jingban.fills(reason="The notice shows that both names are one company.")
    jingban.presses("Accept the claim")


def the_holder_lists(chen: Guest) -> str:
    """Under the demo's rules, with what follows shown before anything is kept. Gives the listing's number."""
    chen.go("/desk")
    chen.follows(TITLE)
    chen.follows("List this right")
    chen.fills(title=TITLE, title_en=TITLE_EN, summary="One invention in force.", asking="3000万")
    chen.presses("Work out what follows")
    chen.sees("3,000,000")
    chen.presses("Keep as a draft")
    chen.presses("Hand it in for review")
    found = re.search(r"[A-Z]{2}-\d{4}-\d{6}", chen.page.locator("main").inner_text())
    assert found is not None
    return found[0]


def the_operator_announces(jingban: Guest, listing: str) -> None:
    jingban.go("/office?kind=listing")
    jingban.follows(TITLE_EN)
    jingban.sees(listing)
    # The office's file does not tell which annual fees were paid.
    jingban.page.get_by_role("checkbox", name="I confirm: it is announced although the fees").check()
    jingban.presses("Announce the listing")
    jingban.sees("Announced")


def a_buyer_registers_and_pays(buyer: Guest, listing: str) -> None:
    """From the listing's page to the simulated bank and back; admission follows by itself."""
    buyer.signs_in()
    buyer.go(f"/listings/{listing}")
    buyer.presses("Register, deposit 3,000,000")
    buyer.follows("To the simulated bank")
    buyer.presses("Pay 3,000,000")
    buyer.go(f"/listings/{listing}")
    buyer.sees_after_a_while("Admitted as bidder")


def the_clock_opens_the_auction(jingban: Guest, listing: str) -> None:
    """The operator moves the house's clock from deadline to deadline until the end of registration has passed."""
    jingban.go("/office/clock")
    while f"Registration closes: {listing}" in jingban.page.locator("main").inner_text():
        jingban.presses("To the next deadline")
    jingban.sees(f"An auction closes: {listing}")


def they_bid_against_each_other(wangshu: Guest, zhiqiu: Guest, listing: str) -> None:
    """Each sees the other's bid without loading the page again, and is told who leads."""
    for buyer in (wangshu, zhiqiu):
        buyer.go(f"/listings/{listing}")
        buyer.follows("To the bidding room")
    wangshu.bids(30_000_000)
    zhiqiu.sees_soon(30_000_000)
    zhiqiu.bids(30_100_000)
    wangshu.sees_soon(30_100_000)


def a_bid_without_script(browser: Browser, house: str, zhiqiu: Guest) -> None:
    """The plain forms of a browser without script: choose, look at it in capitals, confirm."""
    plain = guest(browser, house, "wangshu", script=False)
    plain.signs_in()
    plain.go(zhiqiu.page.url)
    plain.fills(own="3020万")
    plain.presses("Check this amount")
    plain.sees("叁仟零贰拾万元整")
    plain.presses("Confirm bid")
    plain.sees("Your bid of 30,200,000 yuan was accepted")
    zhiqiu.sees_soon(30_200_000)


def a_late_bid_moves_the_end(jingban: Guest, *, bidder: Guest, other: Guest) -> None:
    """In the last minute a bid moves the end to a minute after itself, in every browser.

    The amount stands ready before the clock is moved: between the move and the bid lies one click, not a page.
    """
    other.bids(30_300_000)
    bidder.page.reload()
    closes_ms = bidder.closes_ms()
    other.sees_the_close_at(closes_ms)
    bidder.chooses(30_400_000)
    late = datetime.fromtimestamp(closes_ms // 1000 - 55, BEIJING)
    jingban.go("/office/clock")
    jingban.fills(to=late.strftime("%Y-%m-%dT%H:%M:%S"))
    jingban.presses("To this instant")
    bidder.confirms(30_400_000)
    other.sees_soon(30_400_000)
    for buyer in (bidder, other):
        expect(buyer.page.locator("main")).to_contain_text(re.compile(r"extended \d+ ×"))
    moved_ms = bidder.closes_ms()
    assert closes_ms < moved_ms <= closes_ms + 60_000
    other.sees_the_close_at(moved_ms)


def the_hammer_falls(jingban: Guest, wangshu: Guest, listing: str) -> None:
    """The clock passes the end; the room says who won, to the winner by name of the code."""
    jingban.go("/office/clock")
    while f"An auction closes: {listing}" in jingban.page.locator("main").inner_text():
        jingban.presses("To the next deadline")
    wangshu.page.reload()
    wangshu.sees_after_a_while("(you)")
    wangshu.sees("Sold")


def both_sides_accept(chen: Guest, wangshu: Guest) -> str:
    """The contract, found from the desk, is accepted on its page by seller and buyer. Gives the page's address."""
    for one in (chen, wangshu):
        one.go("/desk")
        one.follows("Read and accept", beside=TITLE_EN)
        one.sees_after_a_while("I have read the contract")
        one.page.get_by_text("I have read the contract").click()
        one.presses("Accept the contract over 30,400,000 yuan")
    wangshu.sees("Payment code")
    return wangshu.page.url


def the_buyer_pays(wangshu: Guest, deal: str) -> None:
    wangshu.follows("To the simulated bank")
    wangshu.presses("Pay ")
    wangshu.go(deal)
    wangshu.sees_after_a_while("In escrow since")


def two_persons_settle(jingban: Guest, fuhe: Guest) -> None:
    """The operator enters what the office recorded; the checker confirms it, and money and title move."""
    jingban.go("/office?kind=recordal")
    jingban.follows(TITLE_EN)
    jingban.fills(number="2026120900012345")
    jingban.page.locator("main [name=file]").first.set_input_files(
        {"name": "手续合格通知书.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 notice"}
    )
    jingban.presses("Enter the recordal")
    fuhe.signs_in()
    fuhe.go("/office?kind=confirming")
    fuhe.follows(TITLE_EN)
    fuhe.reads("Read the notice")
    fuhe.presses("Confirm and settle 30,400,000 yuan")
    fuhe.sees("Settled")


def the_certificate_is_verified(wangshu: Guest, deal: str, folder: Path) -> None:
    """The archive passes `./zr verify`; with one byte changed it does not, and a sentence says what is wrong."""
    wangshu.go(deal)
    wangshu.sees_after_a_while("Download everything (ZIP)")
    wangshu.follows("Public page")
    wangshu.sees("Transaction certificate")
    with wangshu.page.expect_download() as coming:
        wangshu.page.get_by_role("link", name="Archive with the verifier").click()
    archive = folder / coming.value.suggested_filename
    assert re.fullmatch(r"PZ-\d{4}-\d{6}-certificate\.zip", archive.name), "as the README calls it"
    coming.value.save_as(archive)
    right = verified(archive)
    assert right.returncode == 0, right.stdout + right.stderr
    content = bytearray(archive.read_bytes())
    content[len(content) // 2] ^= 1
    archive.write_bytes(content)
    wrong = verified(archive)
    assert wrong.returncode == 1
    assert "does not" in wrong.stdout + wrong.stderr


def verified(file: Path) -> subprocess.CompletedProcess[str]:
    """What the offline verifier says of a file."""
    return subprocess.run(
        [sys.executable, "zr", "verify", str(file)], cwd=ROOT, capture_output=True, text=True, check=False
    )


def the_other_buyer_has_the_deposit_back(zhiqiu: Guest) -> None:
    zhiqiu.go("/desk/bids")
    row = zhiqiu.page.get_by_role("row").filter(has_text=TITLE_EN)
    expect(row).to_contain_text("released")
