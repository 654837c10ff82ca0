"""A seller enters the papers of its state-owned rights: appraisal, approval of the sale, approval of a lower price."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

from django.db import transaction

from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.exchange import listing_rules, rule_sets, state_assets
from zhirong.exchange.actions import listings
from zhirong.exchange.models import Listing, StatePaper
from zhirong.people import access
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.record.models import File

# Where nothing of the listing is before the operator or the public.
OPEN = ("draft", "returned")


@dataclass(frozen=True, slots=True)
class Said:
    """What such a paper says: who appraised or approved, its number and day, and a figure where it has one."""

    what: str
    body: str
    number: str
    dated_on: date
    amount_fen: int | None = None
    filed_with: str = ""
    filed_number: str = ""
    filed_on: date | None = None


@transaction.atomic
def enter(who: Person, listing_id: int, said: Said, *, file: File) -> Listing:
    """The paper stands for the rights that the listing holds now; a later one of its kind takes its place."""
    listing = listings.locked(listing_id)
    access.require(who, "exchange.list", listing)
    now = record.now()
    if listing.state not in OPEN:
        raise Refused("listing.papers_fixed", number=listing.number)
    found = rule_sets.rule_set(listing.rule_set, beijing_day(now))
    if not state_assets.are_asked(listing.seller, found):
        raise Refused("listing.papers_not_asked", number=listing.number)
    facts = asdict(_checked(said, day=beijing_day(now), most_fen=found.most_fen))
    record.must_be_evidence(file)
    rights = state_assets.key_of(listing.items.values_list("right_id", flat=True))
    last = state_assets.papers_of(listing).get(said.what)
    said_before = {name: getattr(last, name) for name in (*facts, "rights")} if last else {}
    if last is not None and last.file.sha256 == file.sha256 and said_before == {**facts, "rights": rights}:
        return listing
    StatePaper.objects.create(listing=listing, **facts, rights=rights, file=file, entered_by=who, entered_at=now)
    record.tell(
        "exchange.state_paper_entered",
        listing.topic,
        who=who,
        number=listing.number,
        paper_kind=said.what,
        paper=facts["number"],
        dated_on=said.dated_on.isoformat(),
        sha256=file.sha256,
    )
    return listing


def _plain(text: str) -> str:
    """One line: blanks and marks of control are one blank each."""
    return " ".join(text.split())


def _checked(said: Said, *, day: date, most_fen: int) -> Said:
    """The same with its texts trimmed, or the refusal of what it lacks."""
    assert said.what in state_assets.KINDS
    filed = (_plain(said.filed_with), _plain(said.filed_number), said.filed_on)
    if any(filed) and not all(filed):
        raise Refused("listing.filing_incomplete", field="filed_with")
    for name, given in (("dated_on", said.dated_on), ("filed_on", said.filed_on)):
        if given is not None and given > day:
            raise Refused("listing.paper_in_future", field=name, day=given)
    if (said.what == "transfer") != (said.amount_fen is None):
        raise Refused("listing.paper_amount", field="amount", most_fen=most_fen)
    if said.amount_fen is not None and not 0 < said.amount_fen <= most_fen:
        raise Refused("listing.paper_amount", field="amount", most_fen=most_fen)
    return Said(
        what=said.what,
        body=listing_rules.must_be_text(_plain(said.body), field="body", least=2, most=120),
        number=listing_rules.must_be_text(_plain(said.number), field="number", most=60),
        dated_on=said.dated_on,
        amount_fen=said.amount_fen,
        filed_with=listing_rules.must_be_text(filed[0], field="filed_with", least=0, most=120),
        filed_number=listing_rules.must_be_text(filed[1], field="filed_number", least=0, most=60),
        filed_on=said.filed_on,
    )
