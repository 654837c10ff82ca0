"""The pages of a demo house that stands still: where they are, who looks at them, and how many queries each takes.

ZR_DATA=FOLDER python _pages.py
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import _house  # noqa: F401 - Django stands from here on
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, setup_test_environment

from zhirong.exchange.models import Certificate, Deal, Listing, ListingItem, Lot
from zhirong.people.models import Person

NOBODY, HOLDER, BUYER, OPERATOR, CHECKER, AUDITOR = "", "chen", "wangshu", "jingban", "fuhe", "shenji"


def main() -> None:
    """One line of JSON: [{page, address, cookie, queries}]."""
    setup_test_environment()
    clients = {login: signed_in(login) for login in (NOBODY, HOLDER, BUYER, OPERATOR, CHECKER, AUDITOR)}
    print(json.dumps([looked_at(clients[login], login, address) for login, address in addresses()]))


def signed_in(login: str) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="zh-hans")
    if login:
        client.force_login(Person.objects.get(login=login))
    return client


def addresses() -> list[tuple[str, str]]:
    """The pages that are looked at most, and the desks with the dearest pages of each."""
    listing = Listing.objects.filter(state="announced").earliest("pk")
    right = ListingItem.objects.filter(listing=listing).earliest("pk").right_id
    room = Lot.objects.order_by("-bids")[0].pk
    deal = Deal.objects.filter(listing__seller__memberships__person__login=HOLDER).earliest("pk")
    unpaid = Deal.objects.filter(state__in=("contract", "payment")).earliest("pk")
    certificate = Certificate.objects.earliest("pk")
    seen_by_all = [
        "/",
        "/market",
        "/market?q=电池",
        "/market?q=图像&sort=price&page=20",
        "/rights",
        "/rights?order=title",
        "/rights?q=图像&page=5",
        "/rights?page=900",
        f"/rights/{right}",
        f"/listings/{listing.number}",
        f"/lots/{room}",
        f"/lots/{room}/transcript",
        "/rules",
    ]
    own = ["/desk", "/desk/listings", "/desk/bids", "/desk/deals", "/desk/money", "/desk/messages"]
    office = ["/office", "/office/floor", "/office/deals", "/office/bank", "/office/bank/dues"]
    cases = [f"/office/deals/{unpaid.pk}", f"/office/listings/{listing.pk}", "/office/clock"]
    return [
        *((NOBODY, address) for address in seen_by_all),
        *((HOLDER, address) for address in [*own, f"/deals/{deal.number}", "/rights?of=mine", "/listings/new"]),
        *((BUYER, address) for address in [*own, f"/lots/{room}"]),
        *((OPERATOR, address) for address in [*office, *cases]),
        *((CHECKER, address) for address in office),
        *((AUDITOR, address) for address in ("/office/audit", "/receipts/1", f"/certificates/{certificate.number}")),
    ]


def looked_at(client: Client, login: str, address: str) -> dict[str, str | int]:
    """A page looked at twice; the queries are those of the second look."""
    assert client.get(address).status_code == 200, address
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    session = client.cookies.get(settings.SESSION_COOKIE_NAME)
    return {
        "page": f"{address} ({login or 'nobody'})",
        "address": address,
        "cookie": f"{settings.SESSION_COOKIE_NAME}={session.value}" if session else "",
        "queries": len(asked),
    }


if __name__ == "__main__":
    main()
