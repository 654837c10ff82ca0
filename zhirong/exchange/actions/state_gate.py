"""The gate of state-owned rights before they are announced: an appraisal, an approval, and a price above both (X3)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime

from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.exchange import state_assets, terms
from zhirong.exchange.actions import second_runs
from zhirong.exchange.models import Listing, StatePaper
from zhirong.exchange.rule_sets import RuleSet
from zhirong.people.models import Party, Person
from zhirong.record import actions as record


def must_stand(who: Person, listing: Listing, rights: Collection[int], *, found: RuleSet, now: datetime) -> None:
    """State-owned rights are announced on papers that the operator has read, and the public is told which (X3)."""
    if not state_assets.are_asked(listing.seller, found):
        state_assets.must_be_anothers(who, listing.seller)
        return
    papers = state_assets.papers_of(listing)
    if (refusal := fault(listing, papers, rights, found=found, now=now)) is not None:
        raise refusal
    record.must_have_read(who, *(papers[what].file for what in state_assets.KINDS if what in papers))
    appraisal, transfer, price = papers["appraisal"], papers["transfer"], papers.get("price")
    record.tell(
        "exchange.state_papers_shown",
        listing.topic,
        who=who,
        public=True,
        number=listing.number,
        value_fen=appraisal.amount_fen,
        report=appraisal.number,
        basis_on=appraisal.dated_on.isoformat(),
        approval=transfer.number,
        approved_on=transfer.dated_on.isoformat(),
        price_approval=price.number if price else "",
    )


def fault(
    listing: Listing, papers: Mapping[str, StatePaper], rights: Collection[int], *, found: RuleSet, now: datetime
) -> Refused | None:
    """The first thing that keeps such a listing from being announced as it stands."""
    key, number = state_assets.key_of(rights), listing.number
    current = {what: one for what, one in papers.items() if one.rights == key}
    appraisal, transfer = current.get("appraisal"), current.get("transfer")
    if appraisal is None:
        return Refused("listing.no_appraisal", number=number)
    if transfer is None:
        return Refused("listing.no_approval", number=number)
    until = state_assets.usable_until(appraisal.dated_on, day=beijing_day(now))
    if beijing_day(now) > until:
        return Refused("listing.appraisal_over", number=number, on=appraisal.dated_on, until=until)
    anew = _anew_from(listing.seller, rights, now=now)
    if anew is not None and min(appraisal.dated_on, transfer.dated_on) < anew:
        return Refused("listing.papers_too_old", number=number, since=anew)
    assert appraisal.amount_fen is not None
    is_first = second_runs.first_of(listing.seller, rights, found, now=now)
    return _price_fault(listing, appraisal, current.get("price"), is_first=is_first, day=beijing_day(now))


def _price_fault(
    listing: Listing, appraisal: StatePaper, price: StatePaper | None, *, is_first: bool, day: date
) -> Refused | None:
    value_fen, asking_fen = appraisal.amount_fen or 0, listing.asking_fen
    if is_first:
        least = state_assets.first_fen(value_fen, day=day)
        return Refused("listing.below_appraisal", value_fen=value_fen, least_fen=least) if asking_fen < least else None
    least = state_assets.least_fen(value_fen, day=day)
    if price is not None and price.amount_fen is not None and price.dated_on >= appraisal.dated_on:
        least = min(least, price.amount_fen)
    return Refused("listing.price_not_approved", value_fen=value_fen, least_fen=least) if asking_fen < least else None


def _anew_from(seller: Party, rights: Collection[int], *, now: datetime) -> date | None:
    """From which day both papers must be: twelve months after a first disclosure without a buyer they are made anew."""
    first = second_runs.first_disclosed(seller, rights)
    until = terms.price_binds_until("state", first) if first else None
    return beijing_day(until) if until is not None and now > until else None
