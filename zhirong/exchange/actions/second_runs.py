"""The second auction after one in which nobody bought (再次拍卖, court rule 26): when it is one, and what it may be.

A sale whose buyer failed is another matter (重新拍卖, court rule 24): of its announcement the rule says nothing of its
own, so the term of the first holds. The price of whatever ran and was not sold binds the next run (art. 26, X3).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import QuerySet

from zhirong.base.calendar import china
from zhirong.base.refused import Refused
from zhirong.exchange import listing_rules, rule_sets, state_assets, terms
from zhirong.exchange.models import Listing
from zhirong.exchange.rule_sets import RuleSet, Span
from zhirong.people.models import Party


def former(seller: Party, rights: Collection[int], found: RuleSet, *, now: datetime) -> Listing | None:
    """The first auction of the same rights that ended unsold, while the term for a second one runs."""
    if found.announcement_again is None:
        return None
    ended = Listing.objects.filter(seller=seller, rule_set=found.code, items__right__in=rights, follows=None)
    last = ended.filter(state="ended").order_by("-pk").distinct().first()
    if last is None or not _is_unsold(last) or now > _until(last, found):
        return None
    if Listing.objects.filter(follows=last).exclude(state="withdrawn").exists():
        return None
    return last if _rights(last) == set(rights) else None


def announcement(listing: Listing, found: RuleSet, *, now: datetime) -> Span:
    """How long a listing is announced: shorter where it is the second auction of one that ended unsold."""
    first = found.announcement_for(listing.asking_fen)
    before = listing.follows
    if found.announcement_again is None or before is None or not _is_unsold(before) or now > _until(before, found):
        return first
    is_same = before.rule_set == listing.rule_set and _rights(before) == _rights(listing)
    return found.announcement_again if is_same else first


def must_not_undercut(
    seller: Party, rights: Collection[int], *, asking_fen: int, found: RuleSet, now: datetime
) -> None:
    """Rights that ran and were not sold are cheaper the next time only within the cut of their rules (X3, X7)."""
    if asking_fen < (least := least_fen(seller, rights, found, now=now)):
        raise Refused("listing.relist_too_low", least_fen=least)


def least_fen(seller: Party, rights: Collection[int], found: RuleSet, *, now: datetime) -> int:
    """The least asking price of rights that ran under such rules before and were not sold; 0 where none binds them.

    A court counts from the run before (art. 26: 前次起拍价), state assets from the appraisal of the first one (X3):
    below 90 % of it an approval is asked for, which then says how low. More rights than ran before ask no less; of a
    part of them it says nothing.
    """
    least = max(_binding(seller, rights, found, now=now).values(), default=0)
    agreed = state_assets.agreed_fen(seller, rights) if least and found.basis == "state" else None
    return least if agreed is None else min(least, agreed)


def first_of(seller: Party, rights: Collection[int], found: RuleSet, *, now: datetime) -> bool:
    """Whether exactly these rights are announced for the first time, or for the first time again.

    Under the rules for state assets a run whose one buyer the seller declined makes no later one: 90 % is for want of
    buyers (X3), and a seller does not lower its own price by saying no. After the term of the first disclosure all
    begins anew, whatever the rules under which it ran.
    """
    began = first_disclosed(seller, rights)
    if began is None or is_term_over(began, now):
        return True
    if terms.price_binds_until(found.basis, now) is None:
        ran = runs_of(seller, rights).filter(state="ended", announced_at__gte=began)
        return not any(_is_unsold(run) and _rights(run) == set(rights) for run in ran)
    return frozenset(rights) not in _binding(seller, rights, found, now=now, only_unsold=found.basis == "state")


def first_disclosed(seller: Party, rights: Collection[int]) -> datetime | None:
    """When these rights, or some of them, were first disclosed; a run after the term of one is a first one again (X3).

    None where they never were, or were sold since.
    """
    first: datetime | None = None
    for run in runs_of(seller, rights):
        assert run.announced_at is not None
        if run.state == "settled":
            first = None
        elif first is None or is_term_over(first, run.announced_at):
            first = run.announced_at
    return first


def is_term_over(first: datetime, at: datetime) -> bool:
    """Whether so long after a first disclosure without a buyer appraisal and approval are made anew (X3)."""
    until = terms.price_binds_until("state", first)
    return until is not None and at > until


def runs_of(seller: Party, rights: Collection[int]) -> QuerySet[Listing]:
    """What the seller announced of these rights before and is over, the first one first."""
    ran = Listing.objects.filter(seller=seller, items__right__in=rights, edition_of_rules__isnull=False)
    ran = ran.filter(state__in=("ended", "settled"), announced_at__isnull=False).select_related("edition_of_rules")
    return ran.distinct().order_by("announced_at", "pk")


def _binding(
    seller: Party, rights: Collection[int], found: RuleSet, *, now: datetime, only_unsold: bool = False
) -> dict[frozenset[int], int]:
    """The least prices of these rights, and of parts of them, after the runs that still bind them."""
    binding: dict[frozenset[int], int] = {}
    if terms.price_binds_until(found.basis, now) is None:
        return binding
    began: dict[frozenset[int], datetime] = {}
    for run in runs_of(seller, rights):
        assert run.announced_at is not None
        here = frozenset(_rights(run))
        if run.state == "settled":
            # Sold since: what was asked before is over.
            binding = {those: fen for those, fen in binding.items() if not those & here}
            began = {those: at for those, at in began.items() if not those & here}
            continue
        if (only_unsold and not _is_unsold(run)) or not here <= set(rights):
            continue
        if found.basis == "state" and here in began and not is_term_over(began[here], run.announced_at):
            # The first of the term says how low the others are, and they do not prolong it.
            continue
        its = _rules_of(run)
        until = terms.price_binds_until(its.basis, run.announced_at)
        if its.basis == found.basis and until is not None:
            began[here] = run.announced_at
            binding = {those: fen for those, fen in binding.items() if those != here}
            binding |= {here: state_assets.cut_fen(run, its)} if now <= until else {}
    return binding


def _rules_of(run: Listing) -> RuleSet:
    """The rules as they were kept with a run."""
    assert run.edition_of_rules is not None
    assert run.rules_day is not None
    return rule_sets.as_kept(run.edition_of_rules.text, run.rules_day)


def _is_unsold(former: Listing) -> bool:
    """Whether nobody bought; a seller who declined the one buyer had one, and what was sold once was no failure."""
    return former.ended_at is not None and former.end_reason != "seller_declined" and not former.deals.exists()


def _rights(listing: Listing) -> set[int]:
    return set(listing.items.values_list("right_id", flat=True))


def _until(former: Listing, found: RuleSet) -> datetime:
    assert former.ended_at is not None
    return listing_rules.after(former.ended_at, found.relist_within, china()).at
