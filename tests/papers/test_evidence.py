"""What the product writes, the stand-alone verifier reads: from rows to files and back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from pytest_django import Settings

from tests.papers import given_proofs as given
from zhirong.papers import bundle, evidence, verifier
from zhirong.record import actions, deeds, receipts, sequencer
from zhirong.record.models import Leaf

pytestmark = [pytest.mark.django_db, pytest.mark.both]
RESULT = {"outcome": "sold", "winner": "17", "price_fen": 104_000_000, "bids": 3}


@pytest.fixture(autouse=True)
def data(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


def told_as(body: dict[str, Any]) -> actions.Deed:
    facts = {name: value for name, value in body.items() if name not in deeds.OF_EVERY_LEAF}
    return actions.Deed(body["kind"], body["topic"], body["who"], actions.now(), facts, public=True)


@pytest.fixture
def leaves() -> list[Leaf]:
    """The auction of the other tests, told as deeds, with somebody's admission among them."""
    bodies = given.a_house().bodies
    admitted = {"kind": "exchange.lot_admitted", "topic": "lot:1", "who": "house", "bidder": "17", "rank": 0}
    with transaction.atomic():
        return actions.tell_many([told_as(body) for body in [*bodies[:4], admitted, *bodies[4:]]])


def transcript(announcement: Leaf) -> bytes:
    return evidence.transcript("lot:1", announcement=announcement, result=RESULT)


def found(content: bytes) -> list[str]:
    return [en for _, en in verifier.verify(content, pinned=receipts.house_key()).found]


def test_a_receipt_of_a_numbered_leaf_verifies(leaves: list[Leaf]):
    assert found(evidence.receipt(leaves[7].pk)) == [
        "receipt: the leaf has no number yet, hence no proof; fetch the receipt again."
    ]
    sequencer.number_now()
    assert found(evidence.receipt(leaves[7].pk)) == []


def test_a_transcript_of_the_rows_verifies_and_names_nobody_who_only_came(leaves: list[Leaf]):
    sequencer.number_now()
    content = transcript(Leaf.objects.get(pk=leaves[0].pk))
    assert found(content) == []
    paper = json.loads(content)
    assert [line["leaf"]["kind"].partition(".")[2] for line in paper["lines"]] == [
        "lot_begun",
        "lot_opened",
        "bid",
        "bid",
        "bid",
        "lot_hammer",
    ]


def test_a_transcript_holds_what_is_numbered_and_grows(leaves: list[Leaf]):
    sequencer.number_now()
    with transaction.atomic():
        late = {**json.loads(leaves[-1].body), "line": 7, "kind": "exchange.lot_annulled", "reason": "court"}
        actions.tell_many([told_as(late)])
    announcement = Leaf.objects.get(pk=leaves[0].pk)
    assert len(json.loads(transcript(announcement))["lines"]) == 6
    sequencer.number_now()
    assert len(json.loads(transcript(announcement))["lines"]) == 7
    assert found(transcript(announcement)) == [
        'result: the result says outcome is "sold"; the lines lead to "annulled".',
        "result: the result says price_fen is 1,040,000.00 元; the lines lead to 0.00 元.",
        'result: the result says winner is "17"; the lines lead to "".',
    ]


def test_a_transcript_reads_the_tree_in_one_pass_however_many_its_lines(
    leaves: list[Leaf], django_assert_num_queries: Any
):
    sequencer.number_now()
    announcement = Leaf.objects.get(pk=leaves[0].pk)
    # The head, the lines, the leaves that their paths need.
    with django_assert_num_queries(3):
        transcript(announcement)


def test_many_receipts_at_once_are_the_same_as_each_alone():
    with transaction.atomic():
        told = actions.tell_many(
            [actions.Deed("exchange.sealed", "deal:1", None, actions.now(), {"facts_sha256": ""})] * 700
        )
    sequencer.number_now()
    some = list(Leaf.objects.filter(pk__in=[one.pk for one in told[::60]]).order_by("-pk"))
    under = receipts.head()
    assert receipts.all_proven(some, under) == [receipts.proven(one, under) for one in some]


def test_a_certificate_with_its_files_verifies_and_an_edited_byte_does_not(leaves: list[Leaf]):
    files = {"certificate.zh.pdf": b"%PDF-1.7 zh", "certificate.en.pdf": b"%PDF-1.7 en"}
    facts = {"certificate": "PZ2026-1", "price_fen": 104_000_000, "buyer": "深圳市福田某科技有限公司"}
    body, facts_sha256 = evidence.committed(facts, files=files, leaves=leaves[-1:])
    with transaction.atomic():
        sealed = actions.tell("exchange.sealed", "deal:1", who=None, public=True, facts_sha256=facts_sha256)
    sequencer.number_now()
    sealed.refresh_from_db()
    hammer = Leaf.objects.get(pk=leaves[-1].pk)
    content = evidence.certificate(body, leaf=sealed, leaves=[hammer])
    archive = bundle.archive(content, files)
    assert found(content) == []
    assert found(archive) == []
    assert "深圳市福田某科技有限公司" not in sealed.body  # the leaf commits to the buyer and names nobody
    at = archive.index(b"1.7 en")
    edited = archive[:at] + b"2" + archive[at + 1 :]
    assert "archive: the content of certificate.en.pdf does not match the record." in found(edited)
