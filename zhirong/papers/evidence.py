"""Papers that prove themselves: receipt, transcript and certificate in the formats of docs/formats.md.

What is written here is read by `verifier.py`, which shares nothing with the product but the formats.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final

from zhirong.papers import verifier
from zhirong.record import receipts
from zhirong.record.models import Leaf

TRANSCRIPT: Final = "zhirong-transcript/1"
CERTIFICATE: Final = "zhirong-certificate/1"
UNSHOWN: Final = ("exchange.lot_admitted",)


def receipt(leaf_id: int) -> bytes:
    """The receipt of a deed as a file."""
    return verifier.canonical(receipts.receipt(leaf_id))


def transcript(topic: str, *, announcement: Leaf, result: Mapping[str, Any]) -> bytes:
    """The public transcript of an auction as a file, as far as its deeds are numbered.

    Listing and rules are read from the leaves of the announcement and of the auction's begin or last edit. Who was
    admitted stays out: a bidder is its code and shows itself by its bids (court rule 18).
    """
    under = receipts.head()
    found = Leaf.objects.filter(topic=topic, number__isnull=False, number__lt=under["size"])
    told = list(found.exclude(kind__in=UNSHOWN).order_by("number"))
    proven, *paths = receipts.all_proven([announcement, *told], under)
    lines = [_line(one) for one in paths]
    terms = [line["leaf"]["terms"] for line in lines if "terms" in line["leaf"]]
    paper = {
        "format": TRANSCRIPT,
        "topic": topic,
        "listing": {name: fact for name, fact in proven["leaf"].items() if name not in verifier.OF_EVERY_LEAF},
        "rules": terms[-1],
        "announcement": {name: proven[name] for name in ("leaf", "leaf_hash", "number", "proof")},
        "lines": lines,
        "result": result,
        **under,
    }
    return verifier.canonical(paper)


def _line(proven: Mapping[str, Any]) -> dict[str, Any]:
    body = proven["leaf"]
    return {
        "shows": {name: body[name] for name in verifier.SHOWN if name in body},
        **{name: proven[name] for name in ("leaf", "leaf_hash", "number", "proof")},
    }


def committed(
    facts: Mapping[str, Any], *, files: Mapping[str, bytes], leaves: Sequence[Leaf] = ()
) -> tuple[dict[str, Any], str]:
    """What a certificate says, ready to be told of, and the `facts_sha256` that its leaf must hold.

    `files` come with it in the archive; `leaves` are the deeds it rests on (hammer, payment, recordal).
    """
    whole = {
        **facts,
        "files": {name: verifier.sha256(content) for name, content in files.items()},
        "receipts": [bytes(leaf.hash).hex() for leaf in leaves],
    }
    # Without salt the leaf, which is public, would let anyone try out names and prices.
    salt = secrets.token_hex(16)
    digests = {name: verifier.digest_of(salt, name, value) for name, value in whole.items()}
    body = {"facts": whole, "salt": salt, "digests": digests}
    return body, verifier.sha256(verifier.canonical(digests))


def certificate(body: Mapping[str, Any], *, leaf: Leaf, leaves: Sequence[Leaf] = ()) -> bytes:
    """The certificate as a file, once its leaf and those it rests on are numbered."""
    under = receipts.head()
    proofs = receipts.all_proven([leaf, *leaves], under)
    return verifier.canonical({"format": CERTIFICATE, **body, "receipts": proofs})
