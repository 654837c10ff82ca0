"""Who would be asked next if a buyer failed: read from the bids of the auction, in two questions however many bid."""

from __future__ import annotations

from typing import Any

import pytest

from tests.exchange import given_deals as given
from tests.exchange.given_succession import three
from zhirong.exchange.actions import deals
from zhirong.exchange.models import Deal, Intent

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("floor")]


def test_the_best_admitted_bidder_who_was_not_banned_is_next(django_assert_num_queries: Any) -> None:
    won, _, (first, second, third) = three(given.House())
    deal = Deal.objects.select_related("listing", "lot", "intent").get(pk=won.pk)
    with django_assert_num_queries(2):
        found = deals.next_best(deal)
    assert found is not None
    assert found.party == second.party != first.party
    Intent.objects.filter(pk=found.pk).update(state="withdrawn")
    found = deals.next_best(deal)
    assert found is not None
    assert found.party == third.party
    assert deal.lot is not None
    deal.lot.steps.create(seq=10**6, received_ns=0, closes_ns=0, kind="banned", code=found.code)
    assert deals.next_best(deal) is None
