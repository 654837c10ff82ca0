"""Where a deal's money goes: deposits, price, fees. Every step has its own id, so a repeat moves nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from zhirong.exchange.models import Deal, Intent, Listing
from zhirong.ledger import rules as accounts
from zhirong.ledger.actions import bank, transfers
from zhirong.ledger.book import Order
from zhirong.ledger.models import Account
from zhirong.people.models import Party, Person
from zhirong.record import actions as record

FEES = "fee:exchange"
FORFEITED = "forfeit:deposits"


def free_fen(party: Party) -> int:
    """What a party has with the custody bank and nothing holds."""
    found = Account.objects.filter(path=accounts.available(party.ref)).first()
    return found.credits_posted - found.debits_posted - found.debits_pending if found else 0


def ask_for_deposit(intent: Intent) -> bool:
    """Freeze the deposit from free money, or expect it under the intent's payment code; true when it is frozen."""
    if intent.deposit_fen == 0:
        intent.deposit_state = "none"
        intent.save(update_fields=["deposit_state"])
        return True
    if free_fen(intent.party) >= intent.deposit_fen:
        freeze_deposit(intent)
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


def freeze_deposit(intent: Intent) -> None:
    """The deposit is set aside for this listing; it has no expiry, the rule set ends it."""
    bank.expect_no_more(None, code=intent.payment_code)
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


def release_deposit(intent: Intent) -> None:
    """The deposit is free again; one that never came is no longer expected."""
    if intent.deposit_state == "due":
        bank.expect_no_more(None, code=intent.payment_code)
        intent.deposit_state = "waived"
        intent.save(update_fields=["deposit_state"])
        return
    if intent.deposit_state != "held":
        return
    transfers.release(None, intent.hold_id, id=f"{intent.hold_id}:release", topic=intent.listing.topic)
    intent.deposit_state = "released"
    intent.save(update_fields=["deposit_state"])
    record.tell(
        "exchange.deposit_released",
        intent.listing.topic,
        who=None,
        to=[intent.person],
        number=intent.listing.number,
        party=intent.party.ref,
        deposit_fen=intent.deposit_fen,
    )


def release_all(listing: Listing) -> None:
    """Every deposit of a listing that ended goes back."""
    waiting = Intent.objects.filter(listing=listing, deposit_state__in=("held", "due"))
    for intent in waiting.select_related("listing", "party", "person").order_by("pk"):
        release_deposit(intent)


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
    if free_fen(deal.buyer) < owed:
        return False
    bank.expect_no_more(None, code=price_code(deal))
    intent, escrow = deal.intent, accounts.escrow(deal.number)
    if intent.deposit_state == "held":
        transfers.apply(None, intent.hold_id, id=f"{intent.hold_id}:apply", deal=deal.number, topic=deal.topic)
        intent.deposit_state = "applied"
        intent.save(update_fields=["deposit_state"])
    if owed:
        transfers.open_accounts([escrow])
        paid = Order(f"price:{deal.pk}", accounts.available(deal.buyer.ref), escrow, owed, kind="price")
        transfers.move(None, [paid], topic=deal.topic)
    return True


def settle(deal: Deal, *, who: Person) -> None:
    """Delivery against payment: escrow to the seller and to the fees, all or nothing (I6, I10)."""
    escrow, seller = accounts.escrow(deal.number), accounts.available(deal.seller.ref)
    transfers.open_accounts([seller, FEES])
    fees = deal.seller_fee_fen + deal.buyer_fee_fen
    orders = [Order(f"settle:{deal.pk}", escrow, seller, deal.price_fen - deal.seller_fee_fen, kind="proceeds")]
    if fees:
        orders.append(Order(f"fees:{deal.pk}", escrow, FEES, fees, kind="fee"))
    transfers.move(who, orders, topic=deal.topic)


def forfeit(deal: Deal, parts: dict[str, int], *, who: Person) -> None:
    """A defaulter's deposit goes where the rule set says; proposer and checker are two persons."""
    intent = deal.intent
    bank.expect_no_more(None, code=price_code(deal))
    if intent.deposit_state != "held":
        return
    assert deal.default_proposed_by is not None
    transfers.forfeit(
        deal.default_proposed_by,
        intent.hold_id,
        id=f"{intent.hold_id}:forfeit",
        checked_by=who,
        topic=deal.topic,
        to=FORFEITED,
    )
    seller = accounts.available(deal.seller.ref)
    transfers.open_accounts([seller, FEES])
    goes_to = {"costs": FEES, "gap": seller, "seller": seller}
    orders = [
        Order(f"forfeit:{deal.pk}:{name}", FORFEITED, goes_to[name], amount, kind="forfeit")
        for name, amount in parts.items()
        if amount
    ]
    if orders:
        transfers.move(who, orders, topic=deal.topic)
    intent.deposit_state = "forfeited"
    intent.save(update_fields=["deposit_state"])


def refund(deal: Deal, *, who: Person) -> None:
    """An annulled deal: what lies in escrow goes back to the buyer; a deposit still held is released with the rest."""
    bank.expect_no_more(None, code=price_code(deal))
    escrow = Account.objects.filter(path=accounts.escrow(deal.number)).first()
    held = escrow.credits_posted - escrow.debits_posted if escrow else 0
    if held:
        buyer = accounts.available(deal.buyer.ref)
        back = Order(f"refund:{deal.pk}", accounts.escrow(deal.number), buyer, held, kind="refund")
        transfers.move(who, [back], topic=deal.topic)


def deposits_met() -> list[int]:
    """Intents that owe a deposit which their party's free money covers now, by whatever way it came."""
    owing = Intent.objects.filter(deposit_state="due", state="registered").select_related("party").order_by("pk")
    return [intent.pk for intent in covered(list(owing), _deposit_owed)]


def prices_met() -> list[int]:
    """Signed deals whose buyer's free money covers what is still owed."""
    owing = Deal.objects.filter(state="payment", stopped_at=None).select_related("intent", "buyer").order_by("pk")
    return [deal.pk for deal in covered(list(owing), _price_owed)]


Owing = TypeVar("Owing", Intent, Deal)


def covered(owing: list[Owing], owed: Callable[[Owing], tuple[Party, int]]) -> list[Owing]:
    """Those whose party has the money, in two queries for all."""
    paths = {accounts.available(owed(one)[0].ref) for one in owing}
    free = {
        account.path: account.credits_posted - account.debits_posted - account.debits_pending
        for account in Account.objects.filter(path__in=paths)
    }
    return [one for one in owing if free.get(accounts.available(owed(one)[0].ref), 0) >= owed(one)[1]]


def _deposit_owed(intent: Intent) -> tuple[Party, int]:
    return intent.party, intent.deposit_fen


def _price_owed(deal: Deal) -> tuple[Party, int]:
    return deal.buyer, due_fen(deal)
