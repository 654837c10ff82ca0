"""A seller's sheet of listings, brought as a file: its drafts, and its drafts handed in."""

from __future__ import annotations

from tests.exchange.given_deals import Side
from zhirong.exchange.actions import sheet
from zhirong.record import actions as record
from zhirong.registry.actions import imports
from zhirong.registry.models import ImportBatch, Right


def drafts(seller: Side, *rights: Right, yuan: int = 8000) -> ImportBatch:
    """Rows 2, 3, … of the sheet are drafts of these rights, in this order."""
    data = ("号码,挂牌价(元)\n" + "".join(f"{right.number},{yuan}\n" for right in rights)).encode()
    file = record.keep_file(seller.person, "挂牌表.csv", data, is_secret=False)
    batch = imports.stage_import(seller.person, "listings", data, file=file, holder=seller.party)
    return sheet.draft_many(seller.person, batch)


def handed_in(seller: Side, *rights: Right) -> ImportBatch:
    return sheet.submit_many(seller.person, drafts(seller, *rights))
