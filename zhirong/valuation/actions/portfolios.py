"""Portfolios: rights that a party wants valued together, each with the debt it stands for where there is one."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import transaction

from zhirong.base.refused import Refused
from zhirong.people import access
from zhirong.people.models import Party, Person
from zhirong.record import actions as record
from zhirong.valuation import known, rules
from zhirong.valuation.actions import portfolio_values
from zhirong.valuation.models import Portfolio, PortfolioItem

RIGHTS_MOST = 2_000
NAME_MOST = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Whose it is, its name, its rights in their order, and the debt that some of them stand for."""

    party: Party
    name: str
    rights: tuple[int, ...]
    loans_fen: Mapping[int, int] = field(default_factory=dict)

    @property
    def party_id(self) -> int:
        """The party for which the person must be able to act."""
        return self.party.pk


@transaction.atomic
def keep(who: Person, wanted: Wanted, *, ref: str = "") -> Portfolio:
    """A new portfolio, or with its ref the same one with what it holds now."""
    access.require(who, "valuation.keep_portfolio", wanted)
    name = rules.must_be_text(wanted.name, field="name", most=NAME_MOST)
    if not 0 < len(set(wanted.rights)) <= RIGHTS_MOST:
        raise Refused("valuation.rights_count", most=RIGHTS_MOST, given=len(set(wanted.rights)))
    bad = [pk for pk, fen in wanted.loans_fen.items() if not 0 < fen <= rules.MOST_FEN or pk not in wanted.rights]
    if bad:
        raise Refused("valuation.loan_range", rights=bad, most_fen=rules.MOST_FEN)
    rights = known.must_be_known(wanted.party.pk, wanted.rights)
    kept = _named(who, wanted, ref) if ref else Portfolio(ref=secrets.token_hex(16), made_at=record.now())
    kept.party, kept.name, kept.made_by = wanted.party, name, who
    kept.save()
    kept.items.all().delete()
    PortfolioItem.objects.bulk_create(
        PortfolioItem(portfolio=kept, right=right, position=place, loan_fen=wanted.loans_fen.get(right.pk))
        for place, right in enumerate(rights)
    )
    record.tell("valuation.portfolio_kept", kept.topic, who=who, portfolio=kept.ref, rights=len(rights))
    portfolio_values.ask(kept.pk)
    return kept


def _named(who: Person, wanted: Wanted, ref: str) -> Portfolio:
    found = Portfolio.objects.select_for_update().filter(ref=ref, party=wanted.party, ended_at__isnull=True).first()
    if found is None:
        raise Refused("valuation.portfolio_unknown", portfolio=ref)
    return found


@transaction.atomic
def end(who: Person, ref: str) -> Portfolio:
    """The portfolio is no longer watched; ended twice it is over once."""
    found = Portfolio.objects.select_for_update().select_related("party").filter(ref=ref).first()
    access.require(who, "valuation.keep_portfolio", found)
    assert found is not None
    if found.ended_at is None:
        found.ended_at = record.now()
        found.save(update_fields=["ended_at"])
        record.tell("valuation.portfolio_ended", found.topic, who=who, portfolio=found.ref)
    return found
