"""Whoever may not do a deed is told that first, and nothing of the thing it was about."""

from __future__ import annotations

import ast
from datetime import date
from pathlib import Path

import pytest

from tests.exchange import given_deals as given
from tests.people.given_people import refused
from zhirong.exchange.actions import closing, intents, settlement, splits
from zhirong.exchange.models import Deal
from zhirong.ledger.actions import dues, payouts

HERE = Path(__file__).parents[2] / "zhirong"
# Their refusal says itself that this person may not.
SAY_IT_THEMSELVES = {"bid.not_admitted", "people.maker_is_checker", "objection.unknown"}


def said_before(function: ast.FunctionDef) -> list[str]:
    """The refusals that a deed raises above its own question for the permission."""
    asked = [
        node.lineno
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "access.require"
    ]
    raised = [node for node in ast.walk(function) if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)]
    early = [node.exc for node in raised if asked and node.lineno < min(asked)]
    codes = [one.args[0].value for one in early if isinstance(one, ast.Call) and isinstance(one.args[0], ast.Constant)]
    return [str(code) for code in codes if code not in SAY_IT_THEMSELVES]


@pytest.mark.parametrize("module", ["exchange", "ledger"])
def test_no_deed_refuses_anything_above_its_question_for_the_permission(module: str) -> None:
    found = {
        f"{path.name}:{function.name}": early
        for path in sorted((HERE / module / "actions").glob("*.py"))
        for function in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(function, ast.FunctionDef) and (early := said_before(function))
    }
    assert found == {}


@pytest.mark.django_db
def test_who_may_not_is_not_told_how_far_a_deal_or_a_payout_is() -> None:
    house, seller, buyer, stranger = given.House(), given.a_side("holder"), given.a_side("buyer"), given.a_side("agent")
    listing = given.an_announced(house, seller)
    given.an_admitted(listing, buyer)
    given.time_passes(minutes=4)
    closing.close(listing.pk)
    with refused("people.not_allowed"):
        intents.register(stranger.person, listing.pk, party=buyer.party)
    closing.answer(seller.person, listing.pk, consents=True)
    deal = Deal.objects.get()
    proof = settlement.Proof("X", date(2026, 1, 1))
    for ask in (
        lambda: settlement.enter_recordal(stranger.person, deal.pk, proof),
        lambda: settlement.return_recordal(stranger.person, deal.pk, reason="x"),
        lambda: settlement.confirm_recordal(stranger.person, deal.pk, payload_hash=""),
        lambda: splits.confirm_split(stranger.person, deal.pk, payload_hash=""),
        lambda: splits.refuse_split(stranger.person, deal.pk, payload_hash="", reason="x"),
        lambda: dues.prepare(stranger.person, []),
        lambda: dues.check(stranger.person, []),
        lambda: payouts.check_payout(stranger.person, "no such payout"),
        lambda: payouts.refuse_payout(stranger.person, "no such payout", reason="x"),
    ):
        with refused("people.not_allowed"):
            ask()
