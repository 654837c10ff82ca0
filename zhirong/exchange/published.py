"""What the exchange publishes of an auction and of a deal as files: transcript, certificate, its archive.

The facts come from rows and leaves; the papers are made by zhirong.papers, which knows no tables.
"""

from __future__ import annotations

import json

from django.db.models import Q

from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.exchange import reserved
from zhirong.exchange.actions.listings import rules_of
from zhirong.exchange.models import Certificate, Deal, Lot, Recordal
from zhirong.papers import bundle, evidence, facts
from zhirong.people.models import Party
from zhirong.people.rules import Standing
from zhirong.record import files, receipts
from zhirong.record.models import Leaf
from zhirong.registry import queries
from zhirong.registry.models import Right

HOUSE = facts.House(name=facts.Both("福田区知识产权运营中心", "Futian District IP Operations Centre"))
# The deeds a certificate rests on, as they are named on it.
WHAT = {
    "exchange.hammer": facts.Both("成交", "Sold"),
    "exchange.signed": facts.Both("合同确认", "Contract accepted"),
    "exchange.paid": facts.Both("价款入共管", "Price in escrow"),
    "exchange.recordal_entered": facts.Both("变更登记录入", "Recordal entered"),
}
KINDS = {
    "invention": facts.Both("发明专利", "Invention patent"),
    "utility_model": facts.Both("实用新型专利", "Utility model patent"),
    "design": facts.Both("外观设计专利", "Design patent"),
    "trade_mark": facts.Both("商标", "Trade mark"),
    "copyright": facts.Both("著作权", "Copyright"),
    "software": facts.Both("软件著作权", "Software copyright"),
    "circuit_layout": facts.Both("集成电路布图设计", "Circuit layout"),
}


# Who of the house reads the papers of a deal besides its two sides.
READERS = frozenset({"operator", "checker", "auditor", "official"})


def transcript(lot: Lot) -> bytes | None:
    """The public transcript of a lot as a file; None before its first deed is numbered."""
    told = Leaf.objects.filter(topic=lot.topic, number__isnull=False)
    announcement = (
        Leaf.objects.filter(topic=lot.listing.topic, number__isnull=False)
        .filter(Q(kind="exchange.announced") | Q(kind="exchange.changed"))
        .order_by("-number")
        .first()
    )
    if announcement is None or not told.exists():
        return None
    return evidence.transcript(
        lot.topic, announcement=announcement, result={**json.loads(lot.result), "bids": lot.bids}
    )


# As what somebody gets a part of the price.
ENTITLED = {"owner": facts.Both("权利人", "owner"), "pledgee": facts.Both("质权人", "pledgee")}


def certificate_facts(certificate: Certificate, *, verify_at: str) -> facts.Certificate:
    """A certificate's paper from its rows."""
    deal = certificate.deal
    listing, found = deal.listing, rules_of(deal.listing)
    recordal = Recordal.objects.filter(deal=deal, state="confirmed").order_by("-pk").first()
    lot, under = deal.lot, receipts.head()
    manner = facts.Both("网络竞价", "Online auction") if lot else facts.Both("协议成交", "By agreement")
    rights = [item.right for item in listing.items.select_related("right").order_by("position")]
    settled_at = deal.settled_at or certificate.issued_at
    return facts.Certificate(
        house=HOUSE,
        number=certificate.number,
        issued_at=certificate.issued_at,
        listing_number=listing.number,
        deal_number=deal.number,
        sellers=(side(deal.seller),),
        buyers=(side(deal.buyer),),
        rights=tuple(right_line(right) for right in rights),
        price_fen=deal.price_fen,
        concluded_at=deal.made_at,
        manner=manner,
        bids=lot.bids if lot else 0,
        bidders=lot.steps.filter(kind="bid", refusal="").values("code").distinct().count() if lot else 1,
        rule_set=facts.Both(found.zh, found.en),
        rule_set_code=found.code,
        is_demo=listing.is_demo_rules,
        deposit_fen=deal.intent.deposit_fen,
        seller_fee_fen=deal.seller_fee_fen,
        buyer_fee_fen=deal.buyer_fee_fen,
        paid_at=deal.paid_at or certificate.issued_at,
        recordal_number=recordal.number if recordal else "",
        recorded_on=recordal.effective_on if recordal else beijing_day(certificate.issued_at),
        settled_at=settled_at,
        leaves=leaves_of(deal),
        tree_size=under["size"],
        root=under["root"],
        verify_at=verify_at,
        proceeds=shares_of(deal),
        unseen=reserved.unseen(rights),
        titles=reserved.titles(deal.seller, rights, named=reserved.ON_CERTIFICATE),
        unknown_fees=reserved.unknown_fees(queries.facts_of_read(rights, beijing_day(settled_at)), settled_at),
    )


def shares_of(deal: Deal) -> tuple[facts.Share, ...]:
    """The division of the proceeds as papers say it; a price that went to the seller alone needs no table."""
    shares = list(deal.shares.order_by("position"))
    if len(shares) == 1 and shares[0].party_id == deal.seller_id:
        return ()
    paid, waits = facts.Both("已付", "paid"), facts.Both("留在共管账户", "stays in escrow")
    return tuple(
        facts.Share(
            role=ENTITLED[share.role],
            name=share.name,
            amount_fen=share.amount_fen,
            waits=waits if share.paid_at is None else paid,
        )
        for share in shares
    )


def side(party: Party) -> facts.Side:
    """A party as it stands on a paper."""
    return facts.Side(name=party.name, code=party.code or "", address=party.address, country=party.country)


def right_line(right: Right) -> facts.RightLine:
    """A right as it stands on a paper."""
    return facts.RightLine(
        title=right.title,
        title_en=right.title_en,
        kind=KINDS.get(right.kind, facts.Both(right.kind, right.kind)),
        number=right.number,
        publication_number=right.publication_number,
        filed_on=right.filed_on,
        granted_on=right.granted_on,
    )


def deeds_of(deal: Deal) -> list[Leaf]:
    """The numbered deeds on which the certificate rests, in their order."""
    found = Leaf.objects.filter(topic__in=[deal.topic, deal.listing.topic], kind__in=WHAT, number__isnull=False)
    return list(found.order_by("number"))


def leaves_of(deal: Deal) -> tuple[facts.Leaf, ...]:
    """The same deeds as the paper prints them."""
    return tuple(
        facts.Leaf(what=WHAT[leaf.kind], number=leaf.number or 0, hash=bytes(leaf.hash).hex(), at=leaf.at)
        for leaf in deeds_of(deal)
    )


def papers_of(certificate: Certificate, *, verify_at: str) -> tuple[facts.Certificate, dict[str, bytes]]:
    """The certificate's paper and every file that comes with it, made once for its seal."""
    lot = certificate.deal.lot
    paper = certificate_facts(certificate, verify_at=verify_at)
    return paper, bundle.files(paper, transcript=transcript(lot) if lot else None)


def may_have(standing: Standing | None, deal: Deal) -> bool:
    """The papers name both sides with their addresses: they are for these and the house (个人信息保护法 25)."""
    return standing is not None and bool(standing.parties & {deal.seller_id, deal.buyer_id} or standing.roles & READERS)


def of_hash(certificate: Certificate, sha256: str) -> str:
    """Which of a certificate's papers or leaves has this hash, so that a paper in hand is known to be genuine."""
    own = certificate.sealed
    known: dict[str, str] = {
        **{digest: name for name, digest in json.loads(certificate.sealed_files).items()},
        bytes(certificate.leaf.hash).hex(): "certified",
        **({bytes(own.hash).hex(): "sealed", json.loads(own.body)["facts_sha256"]: "facts"} if own else {}),
    }
    return known.get(sha256.strip().lower(), "")


def certificate_file(certificate: Certificate, name: str) -> bytes:
    """One of the sealed files by its name, as it was when it was sealed."""
    return files.get(_sealed(certificate)[name])


def certificate_archive(certificate: Certificate) -> bytes:
    """Everything in one archive: the certificate with its proofs, both PDFs, the transcript, the verifier."""
    made = {name: files.get(sha256) for name, sha256 in _sealed(certificate).items()}
    return bundle.archive(certificate_json(certificate), made)


def certificate_json(certificate: Certificate) -> bytes:
    """The certificate as a file that proves itself; refused until its seal is numbered, which takes a second."""
    _sealed(certificate)
    own = certificate.sealed
    if own is None or own.number is None:
        raise Refused("certificate.not_sealed", number=certificate.number)
    body = json.loads(certificate.sealed_body)
    by_hash = {bytes(leaf.hash).hex(): leaf for leaf in deeds_of(certificate.deal)}
    return evidence.certificate(body, leaf=own, leaves=[by_hash[one] for one in body["facts"]["receipts"]])


def _sealed(certificate: Certificate) -> dict[str, str]:
    if certificate.sealed_id is None:
        raise Refused("certificate.not_sealed", number=certificate.number)
    kept: dict[str, str] = json.loads(certificate.sealed_files)
    return kept
