"""Where a deal's money goes: deposits, price, fees. Every step has its own id, so a repeat moves nothing twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from zhirong.base.calendar import china
from zhirong.exchange import listing_rules, rule_sets
from zhirong.exchange.models import Deal, Intent, Listing, Share
from zhirong.ledger import rules as accounts
from zhirong.ledger.actions import bank, dues, earmarks, transfers
from zhirong.ledger.book import Order
from zhirong.ledger.engine.transfers import Flag
from zhirong.ledger.models import Account, Due
from zhirong.people.models import Party, Person
from zhirong.record import actions as record

FEES = "fee:exchange"
FORFEITED = "forfeit:deposits"
# So many deposits in one transaction; the clock frees the others (HOUSE: nobody but the floor holds the lock long).
AT_ONCE: Final = 50
NOTHING: Final[Mapping[str, int]] = {}


def free_fen(party: Party, *, code: str = "") -> int:
    """What a party has with the custody bank for one purpose: what nothing holds and no other code brought."""
    return earmarks.free_fen(accounts.available(party.ref), code=code)


def _served(code: str) -> None:
    """The purpose of a payment code has its money: what still comes under it goes to suspense."""
    bank.expect_no_more(None, code=code)
    earmarks.serve(code)


def _let_go(code: str, listing: Listing, why: str, *, party: Party, topic: str) -> None:
    """The purpose of a payment code ended: what had come for it and was not used is due to its payer (X4)."""
    bank.expect_no_more(None, code=code)
    came_fen = earmarks.let_go(code)
    if came_fen:
        owe(listing, [(f"unused:{code}", why, party, came_fen)], topic=topic)


def unused_fen(intent: Intent) -> int:
    """What came under the payment code of an intent that lapsed before it was used, and is still to be repaid."""
    return sum(one.left for one in Due.objects.filter(key=f"unused:{intent.payment_code}", state="due"))


@dataclass(frozen=True, slots=True)
class Funding:
    """What of a deposit that free money pays was to be repaid to its owner, and by when."""

    repaid_fen: int
    repaid_by: datetime | None


def funding(party: Party, deposit_fen: int) -> Funding:
    """Free money pays a deposit whole or not at all."""
    whole_fen = free_fen(party) if deposit_fen else 0
    if deposit_fen == 0 or whole_fen < deposit_fen:
        return Funding(0, None)
    used = dues.would_use(party, deposit_fen, of_free_fen=whole_fen)
    by = min((due.due_at for due, _ in used), default=None)
    return Funding(sum(cut for _, cut in used), by)


def ask_for_deposit(intent: Intent, *, of_repaid_fen: int = 0) -> bool:
    """Freeze the deposit from free money, or expect it under the intent's payment code; true when it is frozen."""
    if intent.deposit_fen == 0:
        intent.deposit_state = "none"
        intent.save(update_fields=["deposit_state"])
        return True
    if freeze_deposit(intent, of_repaid_fen=of_repaid_fen):
        return True
    bank.expect(
        None,
        code=intent.payment_code,
        topic=intent.listing.topic,
        purpose="deposit",
        payer=intent.party.name,
        account=accounts.available(intent.party.ref),
        amount_fen=intent.deposit_fen,
    )
    return False


def freeze_deposit(intent: Intent, *, of_repaid_fen: int = 0) -> bool:
    """The deposit is set aside for this listing; it has no expiry, the rule set ends it.

    False where free money does not cover it: of what is to be repaid to the party only as much counts as its person
    agreed to, which the clock never does (B10).
    """
    path = accounts.available(intent.party.ref)
    kept_fen = max(0, dues.promised([path]).get(path, 0) - of_repaid_fen)
    if kept_fen:
        # What came under the intent's own code was sent for it and was never to be repaid.
        kept_fen = min(kept_fen, max(0, free_fen(intent.party)))
    if free_fen(intent.party, code=intent.payment_code) - kept_fen < intent.deposit_fen:
        return False
    _served(intent.payment_code)
    # A hold resolves once: a deposit that comes back to a next best (E38) is a second one.
    intent.hold_id = f"{intent.hold_id}:again" if intent.hold_id else f"deposit:{intent.pk}"
    transfers.freeze(
        None,
        id=intent.hold_id,
        party_ref=intent.party.ref,
        lot=intent.listing.number,
        amount_fen=intent.deposit_fen,
        topic=intent.listing.topic,
    )
    dues.shrink(intent.party)
    intent.deposit_state, intent.deposit_at = "held", record.now()
    intent.save(update_fields=["hold_id", "deposit_state", "deposit_at"])
    record.tell(
        "exchange.deposit_held",
        intent.listing.topic,
        who=None,
        to=[intent.person],
        number=intent.listing.number,
        party=intent.party.ref,
        deposit_fen=intent.deposit_fen,
    )
    return True


def refund_due_at(listing: Listing, now: datetime) -> datetime:
    """By when money that serves no purpose any more is on its way to its owner (X4: 3 working days; X7: 24 hours)."""
    assert listing.edition_of_rules is not None
    assert listing.rules_day is not None
    found = rule_sets.as_kept(listing.edition_of_rules.text, listing.rules_day)
    return listing_rules.after(now, found.refund, china()).at


def owe(listing: Listing, owed: Sequence[tuple[str, str, Party, int]], *, topic: str) -> None:
    """Free money of a party is due to its own account: (key, why, party, fen) of each."""
    due_at = refund_due_at(listing, record.now())
    dues.owe([dues.Owed(key, topic, why, party, amount_fen, due_at) for key, why, party, amount_fen in owed])


def release_deposit(intent: Intent) -> None:
    """The deposit is free again and due to its payer; one that never came is no longer expected."""
    release_many(intent.listing, [intent])


def release_many(listing: Listing, intents: Sequence[Intent]) -> None:
    """Deposits of one listing go back in one group of the book, each with its deed and its term (B10)."""
    for intent in intents:
        if intent.deposit_state == "due":
            _let_go(intent.payment_code, listing, "deposit", party=intent.party, topic=listing.topic)
            intent.deposit_state = "waived"
            intent.save(update_fields=["deposit_state"])
    held = [intent for intent in intents if intent.deposit_state == "held"]
    if not held:
        return
    orders = [Order(f"{one.hold_id}:release", hold=one.hold_id, flags=Flag.VOID, kind="release") for one in held]
    transfers.move(None, orders, topic=listing.topic)
    for intent in held:
        intent.deposit_state = "released"
    Intent.objects.bulk_update(held, ["deposit_state"])
    now = record.now()
    record.tell_many(_released(listing, intent, at=now) for intent in held)
    owe(listing, [(one.hold_id, "deposit", one.party, one.deposit_fen) for one in held], topic=listing.topic)


def _released(listing: Listing, intent: Intent, *, at: datetime) -> record.Deed:
    return record.Deed(
        kind="exchange.deposit_released",
        topic=listing.topic,
        who_ref="house",
        at=at,
        facts={"number": listing.number, "party": intent.party.ref, "deposit_fen": intent.deposit_fen},
        to=(intent.person.ref,),
    )


def release_all(listing: Listing) -> None:
    """Every deposit of a listing that ended goes back: the first ones at once, the others by the clock in chunks."""
    waiting = Intent.objects.filter(listing=listing, deposit_state__in=("held", "due"))
    release_many(listing, list(waiting.select_related("listing", "party", "person").order_by("pk")[:AT_ONCE]))


def release_others(listing: Listing, winner: Intent) -> None:
    """The deposits of those who did not win go back, the first chunk at once, the rest by the clock."""
    held = Intent.objects.filter(listing=listing, deposit_state="held").exclude(pk=winner.pk)
    release_many(listing, list(held.select_related("listing", "party", "person").order_by("pk")[:AT_ONCE]))


def due_fen(deal: Deal) -> int:
    """What the buyer still owes: price and its fee, less the deposit, which counts towards the price."""
    deposit = deal.intent.deposit_fen if deal.intent.deposit_state in ("held", "applied") else 0
    return max(0, deal.price_fen + deal.buyer_fee_fen - deposit)


def price_code(deal: Deal) -> str:
    """The payment code of a deal's price: the deal's number without dashes, which a bank's form takes."""
    return deal.number.replace("-", "")


def ask_for_price(deal: Deal) -> None:
    """Expect the price under the deal's payment code."""
    bank.expect(
        None,
        code=price_code(deal),
        topic=deal.topic,
        purpose="price",
        payer=deal.buyer.name,
        account=accounts.available(deal.buyer.ref),
        amount_fen=due_fen(deal),
    )


def take_price(deal: Deal) -> bool:
    """Deposit and balance into escrow, in one transaction; false where the free money does not cover the balance."""
    owed = due_fen(deal)
    if free_fen(deal.buyer, code=price_code(deal)) < owed:
        return False
    _served(price_code(deal))
    escrow = accounts.escrow(deal.number)
    if deal.intent.deposit_state == "held":
        _apply_deposit(deal)
    if owed:
        transfers.open_accounts([escrow])
        paid = Order(f"price:{deal.pk}", accounts.available(deal.buyer.ref), escrow, owed, kind="price")
        transfers.move(None, [paid], topic=deal.topic)
        dues.shrink(deal.buyer)
    return True


def _apply_deposit(deal: Deal) -> None:
    """The deposit counts towards price and fee; what is above both goes back to its payer."""
    intent, whole_fen = deal.intent, deal.price_fen + deal.buyer_fee_fen
    applied = f"{intent.hold_id}:apply"
    transfers.apply(None, intent.hold_id, id=applied, deal=deal.number, topic=deal.topic, most_fen=whole_fen)
    intent.deposit_state = "applied"
    intent.save(update_fields=["deposit_state"])
    rest_fen = intent.deposit_fen - whole_fen
    if rest_fen > 0:
        owe(deal.listing, [(f"surplus:{deal.pk}", "surplus", deal.buyer, rest_fen)], topic=deal.topic)


def settle(deal: Deal, shares: Sequence[Share], *, who: Person) -> None:
    """Delivery against payment: escrow to those entitled and to the fees, all or nothing (I6, I10)."""
    transfers.open_accounts([FEES])
    fees = deal.seller_fee_fen + deal.buyer_fee_fen
    paid = [share for share in shares if share.paid_at is not None]
    orders = _proceeds(deal, paid)
    if fees:
        orders.append(Order(f"fees:{deal.pk}", accounts.escrow(deal.number), FEES, fees, kind="fee"))
    if orders:
        transfers.move(who, orders, topic=deal.topic)
    _owe_shares(deal, paid)


def pay_shares(deal: Deal, shares: Sequence[Share], *, who: Person) -> None:
    """What waited in escrow goes to those who agreed on it."""
    transfers.move(who, _proceeds(deal, shares), topic=deal.topic)
    _owe_shares(deal, shares)


def _proceeds(deal: Deal, shares: Sequence[Share]) -> list[Order]:
    """Escrow to each share's own account; one party may have two shares."""
    free = {share.position: accounts.available(share.party.ref) for share in shares if share.party}
    transfers.open_accounts(free.values())
    escrow = accounts.escrow(deal.number)
    return [
        Order(f"settle:{deal.pk}:{share.position}", escrow, free[share.position], share.amount_fen, kind="proceeds")
        for share in shares
    ]


def _owe_shares(deal: Deal, shares: Sequence[Share]) -> None:
    owed = [
        (f"proceeds:{deal.pk}:{share.position}", "proceeds", share.party, share.amount_fen)
        for share in shares
        if share.party
    ]
    owe(deal.listing, owed, topic=deal.topic)


def forfeit(deal: Deal, shares: Sequence[Share], *, costs_fen: int, proposer: Person, who: Person) -> None:
    """A defaulter's deposit goes where the rule set says; proposer and checker are two persons."""
    intent = deal.intent
    _let_go(price_code(deal), deal.listing, "price", party=deal.buyer, topic=deal.topic)
    if intent.deposit_state != "held":
        return
    transfers.forfeit(
        proposer,
        intent.hold_id,
        id=f"{intent.hold_id}:forfeit",
        checked_by=who,
        topic=deal.topic,
        to=FORFEITED,
    )
    goes_to = {
        share.position: accounts.available(share.party.ref) if share.party else accounts.escrow(deal.number)
        for share in shares
    }
    transfers.open_accounts([*goes_to.values(), FEES])
    asked = [("costs", FEES, costs_fen), *((one.position, goes_to[one.position], one.amount_fen) for one in shares)]
    orders = [
        Order(f"forfeit:{deal.pk}:{name}", FORFEITED, path, amount_fen, kind="forfeit")
        for name, path, amount_fen in asked
        if amount_fen
    ]
    if orders:
        transfers.move(who, orders, topic=deal.topic)
    owed = [
        (f"forfeit:{deal.pk}:{share.position}", "forfeit", share.party, share.amount_fen)
        for share in shares
        if share.party
    ]
    owe(deal.listing, owed, topic=deal.topic)
    intent.deposit_state = "forfeited"
    intent.save(update_fields=["deposit_state"])


def refund(deal: Deal, *, who: Person) -> None:
    """An annulled deal: what lies in escrow goes back to the buyer; a deposit still held is released with the rest."""
    _let_go(price_code(deal), deal.listing, "price", party=deal.buyer, topic=deal.topic)
    escrow = Account.objects.filter(path=accounts.escrow(deal.number)).first()
    held = escrow.credits_posted - escrow.debits_posted if escrow else 0
    if held:
        buyer = accounts.available(deal.buyer.ref)
        back = Order(f"refund:{deal.pk}", accounts.escrow(deal.number), buyer, held, kind="refund")
        transfers.move(who, [back], topic=deal.topic)
        owe(deal.listing, [(f"price:{deal.pk}", "price", deal.buyer, held)], topic=deal.topic)


def deposits_met() -> list[int]:
    """Intents that owe a deposit which their party's free money covers now, with what came under their own code."""
    owing = Intent.objects.filter(deposit_state="due", state="registered").select_related("party").order_by("pk")
    return [intent.pk for intent in deposits_covered(list(owing), deposit_owed)]


def prices_met() -> list[int]:
    """Signed deals whose buyer's free money covers what is still owed."""
    owing = Deal.objects.filter(state="payment", stopped_at=None).select_related("intent", "buyer").order_by("pk")
    return [deal.pk for deal in covered(list(owing), _price_owed)]


Owing = TypeVar("Owing", Intent, Deal)


def deposits_covered(owing: list[Owing], owed: Callable[[Owing], tuple[Party, int, str]]) -> list[Owing]:
    """Those whose party has the money for a deposit beside what is to be repaid to it, as `freeze_deposit` counts."""
    paths = {accounts.available(owed(one)[0].ref) for one in owing}
    return covered(owing, owed, beside=dues.promised(paths) if paths else NOTHING)


def covered(
    owing: list[Owing], owed: Callable[[Owing], tuple[Party, int, str]], *, beside: Mapping[str, int] = NOTHING
) -> list[Owing]:
    """Those whose party has the money for (party, fen, payment code) beside some of its account, in two queries."""
    if not owing:
        return []
    asked = [(one, owed(one)) for one in owing]
    paths = {accounts.available(party.ref) for _, (party, _, _) in asked}
    free = {
        account.path: account.credits_posted - account.debits_posted - account.debits_pending
        for account in Account.objects.filter(path__in=paths)
    }
    kept = earmarks.standing(paths)

    def has(party: Party, fen: int, code: str) -> bool:
        path = accounts.available(party.ref)
        came = kept.get(path, {})
        own_fen = came.get(code, 0)
        unmarked_fen = free.get(path, 0) - sum(came.values())
        return unmarked_fen + own_fen - min(beside.get(path, 0), max(0, unmarked_fen)) >= fen

    return [one for one, (party, fen, code) in asked if has(party, fen, code)]


def deposit_owed(intent: Intent) -> tuple[Party, int, str]:
    """What an intent waits for."""
    return intent.party, intent.deposit_fen, intent.payment_code


def _price_owed(deal: Deal) -> tuple[Party, int, str]:
    return deal.buyer, due_fen(deal), price_code(deal)
