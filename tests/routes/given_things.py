"""One real thing of each kind that an address can name, made once: whose each is, and what to say about it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from tests.enterprises import given_enterprise_things
from tests.exchange import given_deals as given
from tests.exchange import given_desk as desk
from tests.exchange import given_sheets
from tests.exchange.given_deals import House, Side
from tests.people import given_people as people
from tests.policy import given_application_things, given_measures, given_reach, given_support
from tests.valuation import given_valuation, given_value_pages
from zhirong.base.calendar import beijing_day
from zhirong.exchange import jobs
from zhirong.exchange.actions import changes, objections, questions, settlement, withdrawals
from zhirong.exchange.models import Intent, Listing, Lot, Split
from zhirong.ledger import rules as accounts
from zhirong.ledger.actions import dues, payouts, set_aside, simulated, transfers
from zhirong.ledger.book import Order
from zhirong.ledger.models import BankFile, BankLine
from zhirong.people.actions import browsers, roles, secrets, tokens, verification
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.record import sequencer
from zhirong.record.models import File, Leaf
from zhirong.registry.actions import imports, payments, titles, weights
from zhirong.registry.actions.transfers import Conveyance, enter_transfer
from zhirong.registry.models import Holding, Right
from zhirong.web.registry import bringing

REASON = "理由充分，特此说明，请予办理。"
STATE_PAPER = {"what": "transfer", "body": "某单位", "number": "1"}
# What waits for a second person, by a hash that nobody saw.
PROPOSED: dict[str, Mapping[str, object]] = {
    "objections": {"text": REASON},
    "offer/take": {"of_repaid_fen": 0},
    "imports/<ref>/announce": {},
    **{f"{what}/confirm": {"payload_hash": "0" * 64} for what in ("split", "default", "annulment")},
    "proposal/return": {"payload_hash": "0" * 64, "reason": REASON},
}


@dataclass
class Things:
    """Whose they are, and by which arguments addresses name them: of the longest beginning that is known."""

    house: House
    seller: Side
    buyer: Side
    bidder: Side
    administrator: Person
    by_start: dict[str, dict[str, Any]]
    facts: dict[str, Any]

    def values(self, route: str) -> dict[str, Any]:
        known = [start for start in self.by_start if route.startswith(start)]
        return self.by_start[max(known, key=len)] if known else {}

    def address(self, route: str) -> str:
        """The route with the arguments of a real thing; one that has none is a gap in this file."""
        values = self.values(route)
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found[1]]), route)


def kept(person: Person, name: str = "凭据.pdf", *, is_secret: bool = False) -> File:
    """A file that this person brought."""
    return record.keep_file(person, name, b"%PDF-1.7 " + person.ref.encode(), is_secret=is_secret)


def all_things() -> Things:
    """A day in which everything that can be named is there once, and waits for its next step."""
    house, administrator = House(), people.a_person("administrator")
    settled = desk.settled(desk.paid(desk.signed(desk.a_deal())))
    sold = desk.paid(desk.signed(desk.a_deal()))
    seller, buyer = sold.seller, sold.buyer
    things = Things(house, seller, buyer, given.a_side("buyer"), administrator, {}, {})
    things.facts["settled"] = settled
    _deal(things, sold)
    _listing(things)
    _bank(things)
    _rights(things)
    _people(things)
    given_valuation.put_things(things)
    given_value_pages.put_pages(things)
    given_enterprise_things.put_things(things)
    given_measures.put_things(things)
    given_application_things.put_things(things)
    given_reach.put_things(things)
    given_support.put_things(things)
    sequencer.number_now()
    leaf = Leaf.objects.filter(kind="exchange.drafted").latest("pk")
    things.by_start |= {"/office/audit/": {"leaf_id": leaf.pk}, "/api/receipts/": {"leaf": leaf.pk}}
    return things


def _deal(things: Things, sold: desk.Sold) -> None:
    sold.deal.acceptances.filter(side="seller").update(signed_copy=kept(sold.seller.person, "合同.pdf"))
    entered = settlement.enter_recordal(
        sold.house.operator,
        sold.deal.pk,
        settlement.Proof("手续合格通知书", beijing_day(record.now()), kept(sold.house.operator)),
    )
    split = Split.objects.create(
        deal=sold.deal, parts="[]", reason=REASON, file=kept(sold.house.operator, "分配协议.pdf"),
        payload_hash="1" * 64, proposed_by=sold.house.operator, proposed_at=record.now(),
    )  # fmt: skip
    number = things.facts["settled"].deal.certificate.number
    things.facts |= {"deal": sold.deal, "payload_hash": entered.payload_hash, "contract": given.contract_of(sold.deal)}
    shown = kept(sold.buyer.person, "异议证据.pdf")
    objection = objections.raise_objection(sold.buyer.person, sold.deal.pk, text=REASON, file=shown)
    things.by_start |= {
        "/api/deals/": {"deal_id": sold.deal.pk, "name": "contract"},
        "/office/deals/": {"deal_id": sold.deal.pk},
        "/office/recordals/": {"recordal_id": entered.pk},
        "/office/splits/": {"split_id": split.pk},
        "/deals/": {"number": sold.deal.number, "name": "contract.zh.pdf", "side": "seller"},
        "/api/objections/": {"objection_id": objection.pk},
        "/office/objections/": {"objection_id": objection.pk},
        "/api/certificates/": {"number": number, "name": "certificate.json"},
        "/certificates/": {"number": number, "name": "certificate.json"},
    }


def _listing(things: Things) -> None:
    """A lot that is open, a listing that is announced with a change that waits, a draft that waits for review."""
    house, seller = things.house, things.seller
    live = given.an_announced(house, seller)
    intents = [given.an_admitted(live, side) for side in (things.buyer, things.bidder)]
    of_sheet = given_sheets.handed_in(seller, given.a_right(house, seller.party))
    shown = kept(things.buyer.person, "实施方案.pdf", is_secret=True)
    Intent.objects.filter(pk=intents[0].pk).update(proof="三年内实施。", proof_file=shown)
    given.time_passes(minutes=4)
    jobs.tick()
    lot = Lot.objects.get(listing=live)
    right = given.a_right(house, seller.party)
    listing = given.an_announced(house, seller)
    question = questions.ask(things.buyer.person, listing.pk, text="专利是否已经实施？")
    paper = questions.add_document(
        seller.person, listing.pk, file=kept(seller.person, "图纸.pdf"), title="图纸", for_admitted=False
    )
    items = Right.objects.filter(pk__in=listing.items.values("right_id"))
    offer = given.an_offer(seller, *items, asking_fen=700_000_00)
    changed = changes.change(seller.person, listing.pk, offer)
    draft = given.a_draft(house, seller)
    appraised = given.a_draft(house, seller, rule_set="state_owned").state_papers.latest("pk")
    early = given.an_admitted(listing, things.bidder)
    bound = given.an_announced(house, seller)
    given.an_admitted(bound, things.bidder)
    withdrawals.ask(seller.person, bound.pk, reason=REASON, file=kept(seller.person, "判决书.pdf"))
    asked = bound.changes.get().pk
    change = changed.changes.get()
    things.facts |= {"change": change.pk, "right": right, "code": intents[0].code, "early": early, "question": question}
    things.by_start |= {
        "/api/listings/": {"listing_id": listing.pk, "document_id": paper.pk},
        "/office/listings/": {"listing_id": draft.pk},
        "/listings/": {"number": Listing.objects.get(pk=listing.pk).number, "document_id": paper.pk},
        "/api/lots/": {"lot_id": lot.pk},
        "/lots/": {"lot_id": lot.pk},
        "/office/lots/": {"lot_id": lot.pk},
        "/office/sheets/": {"batch_id": of_sheet.pk},
        "/api/intents/": {"intent_id": intents[0].pk},
        "/office/intents/": {"intent_id": intents[0].pk},
        "/api/questions/": {"question_id": question.pk},
        "/api/changes/": {"change_id": change.pk},
        "/api/state-papers/": {"paper_id": appraised.pk},
        "/office/state-papers/": {"paper_id": appraised.pk},
        "/api/withdrawals/": {"withdrawal_id": asked},
        "/office/withdrawals/": {"withdrawal_id": asked},
    }


def _bank(things: Things) -> None:
    house, party, now = things.house, things.seller.party, record.now()
    given.money_for(party, 500_00)
    free, unknown = accounts.available(party.ref), accounts.suspense()
    transfers.open_accounts([unknown])
    transfers.move(None, [Order("x", accounts.custody(), unknown, 1_00)], topic="test")
    payout = payouts.make_payout(house.operator, id="p-1", account=free, payee="某厂", amount_fen=100_00, topic="test")
    owed = dues.Owed(
        "deposit:7:1", things.facts["early"].listing.topic, "deposit", party, 100_00, now + timedelta(days=3)
    )
    with transaction.atomic():
        due = dues.owe([owed])[0]
    played = simulated.pay_in("某厂", 1_00, memo="x", now=now)
    file = BankFile.objects.create(direction="in", name="x", sha256="0" * 64, at=now, lines=1, booked_at=now)
    line = BankLine.objects.create(
        file=file, bank=accounts.BANK, bank_ref="x", account=accounts.custody(), amount=1_00, value_day=beijing_day(now)
    )
    BankLine.objects.filter(pk=line.pk).update(state="suspense", why="unknown_payer", matched_by=house.operator)
    paper = kept(house.operator, "y.csv")
    cut_off = BankFile.objects.create(direction="in", name="y", sha256="1" * 64, at=now, lines=1, file=paper)
    set_aside.propose_set_aside(house.operator, cut_off.pk, reason=REASON)
    things.facts |= {"account": free, "played": played.bank_ref}
    things.by_start |= {
        "/api/bank/payouts/": {"payout_id": payout.pk},
        "/api/bank/statements/": {"file_id": cut_off.pk},
        "/api/bank/lines/": {"line_id": line.pk},
        "/api/dues/": {"due": due.key},
    }


def _rights(things: Things) -> None:
    house, seller, today = things.house, things.seller, beijing_day(record.now())
    right, paper = things.facts["right"], kept(seller.person)
    unheld = given.a_right(house, people.a_party(is_verified=True))
    holding = Holding.objects.get(right=unheld)
    Holding.objects.filter(pk=holding.pk).update(party=None, name=seller.party.name)
    claim = titles.claim_right(seller.person, holding, seller.party, evidence=kept(seller.person, is_secret=True))
    paid = payments.pay_fee(seller.person, right, payments.Paid(13, today - timedelta(days=1), 200_000), file=paper)
    said = Conveyance(things.buyer.party, today - timedelta(days=1), "2026-17")
    moved = enter_transfer(house.operator, right, said, proof=kept(house.operator), held=lambda _: "")
    weight = weights.encumber(
        house.operator, unheld, weights.Weight.PLEDGE, favoured=weights.Favoured("某银行"), since=today, number="1",
        file=kept(house.operator, "质押登记.pdf"),
    )  # fmt: skip
    sheet = "申请号,名称,权利人,申请日\n202110000001X,甲,某厂,2021-03-05".encode()
    file = record.keep_file(seller.person, "专利.csv", sheet, is_secret=False)
    batch = imports.stage_import(seller.person, "rights", sheet, file=file, holder=seller.party)
    asked = {"kind": "rights", "file": file.pk, "holder": seller.party.pk, "person": seller.person.pk}
    job = record.ask_job(seller.person, bringing.READ, key="private", facts=asked)
    things.facts |= {"claim": claim, "moved": moved, "holding": holding}
    things.by_start |= {
        "/api/rights/": {"right_id": right.pk, "holding_id": right.holdings.get().pk},
        "/api/rights/<int:right_id>/claims": {"right_id": unheld.pk},
        "/rights/": {"right_id": right.pk},
        "/rights/<id:right_id>/claim": {"right_id": unheld.pk},
        "/api/claims/": {"claim_id": claim.pk},
        "/office/claims/": {"claim_id": claim.pk},
        "/api/payments/": {"payment_id": paid.pk},
        "/office/payments/": {"payment_id": paid.pk},
        "/api/transfers/": {"transfer_id": moved.pk},
        "/office/transfers/": {"transfer_id": moved.pk},
        "/office/rights/": {"right_id": unheld.pk, "file_id": weight.file_id},
        "/office/transfers/of/": {"right_id": right.pk},
        "/api/encumbrances/": {"encumbrance_id": weight.pk},
        "/api/imports/": {"ref": batch.ref, "kind": "rights"},
        "/import/": {"ref": batch.ref},
        "/import/jobs/": {"job_id": job.pk},
        "/office/imports/": {"batch_id": batch.pk},
        "/api/files/": {"ref": paper.ref},
    }


def _people(things: Things) -> None:
    """A party that asks for verification and somebody who asks to join it; a role that waits for a second word."""
    seller = things.seller
    party = people.a_party(administrator=seller.person)
    evidence = kept(seller.person, "执照.pdf", is_secret=True)
    secrets.keep_secret(seller.person, party.pk, kind="bank_account", value="6222021234567890")
    asked = verification.submit_verification(seller.person, party.pk, evidence=[evidence])
    joining = people.a_membership(people.a_person(), party)
    joining.confirmed_at = None
    joining.save()
    grant = roles.grant_role(things.administrator, people.a_person().pk, "checker")
    assert grant.confirmed_at is None
    token, _ = tokens.make_token(seller.person, name="x", days=1)
    browser = browsers.note(seller.person, "k" * 32, agent="Firefox · Linux")
    things.by_start |= {
        "/account/browsers/": {"browser_id": browser.pk},
        "/api/me/browsers/": {"browser_id": browser.pk},
        "/account/roles/": {"grant_id": seller.person.role_grants.earliest("pk").pk},
        "/account/members/": {"membership_id": joining.pk},
        "/account/members/<id:membership_id>/leave": {"membership_id": seller.person.memberships.earliest("pk").pk},
        "/api/memberships/": {"membership_id": joining.pk},
        "/account/parties/": {"party_id": party.pk},
        "/api/parties/": {"ref": party.ref},
        "/account/tokens/": {"token_id": token.pk},
        "/api/tokens/": {"token_id": token.pk},
        "/api/verifications/": {"verification_id": asked.pk, "file_ref": evidence.ref},
        "/office/verifications/": {"verification_id": asked.pk, "file_id": evidence.pk},
        "/api/grants/": {"grant_id": grant.pk},
        "/office/people/": {"person_id": grant.person_id},
        "/api/people/": {"ref": grant.person.ref},
    }


def ref_of(caller: Person) -> str:
    """The first party that the caller acts for, or one that nobody knows."""
    first = caller.memberships.first()
    return first.party.ref if first else "0" * 16


def elsewhere(things: Things, caller: Person, own: str) -> dict[str, Mapping[str, object]]:
    """What waits for a second person, and what valuation needs to hear."""
    index = {"file": given_valuation.an_index_file(caller).ref, "since": given_valuation.today().isoformat()}
    return {
        **PROPOSED,
        **given_valuation.said(things, ref_of(caller), own),
        **given_measures.said(things),
        **given_enterprise_things.said(things, caller),
        **given_application_things.said(things, ref_of(caller), own),
        **given_support.said(things),
        "POST /api/index-lists": index,
    }


def said(entry: str, things: Things, caller: Person) -> Mapping[str, object]:
    """A body that says what this deed of the interface needs to hear."""
    facts, today = things.facts, beijing_day(record.now()).isoformat()
    own, rights = kept(caller).ref, [facts["right"].pk]
    offer = {"seller": things.seller.party.ref, "rights": rights, "title": "专利权转让", "asking_fen": 900_000_00}
    bodies: dict[str, Mapping[str, object]] = {
        "": {"reason": REASON},
        "POST /api/listings": {**offer, "rule_set": "demo"},
        "POST /api/bank/dues/prepare": {"dues": ["deposit:7:1"]},
        "POST /api/bank/simulated/corrections": {"bank_ref": facts["played"]},
        "lines/<int:line_id>/match": {"account": facts["account"]},
        "claims/<int:claim_id>/decide": {"accepted": True, "reason": REASON},
        "accept": {"contract_sha256": facts["contract"], "side": "seller"},
        "recordal": {"effective_on": today, "number": "1", "file": own},
        "recordal/confirm": {"payload_hash": facts["payload_hash"]},
        "split": {"parts": [{"role": "owner", "party": things.seller.party.ref, "amount_fen": 1}], "reason": REASON},
        **elsewhere(things, caller, own),
        "release": {"day": today},
        "admit": {},
        "state-papers": {**STATE_PAPER, "dated_on": today, "file": own},
        "priority": {"basis": "co_owner"},
        "proof": {"proof": REASON},
        "/api/listings/<int:listing_id>": {**offer, "rule_set": "demo"},
        "listings/<int:listing_id>/answer": {"consents": True},
        "documents": {"file": own, "title": "图纸"},
        "intents": {"party": ref_of(caller)},
        "questions": {"text": "专利是否已经实施？"},
        "ban": {"code": facts["code"], "reason": REASON},
        "bids": {"price_fen": 100_000_000_00},
        "lots/<int:lot_id>/match": {"takes": True},
        "objections/<int:objection_id>/decide": {"decision": REASON, "upheld": False},
        "nature": {"is_public_institution": False, "is_public_research": False, "is_state_owned": False},
        "secrets": {"kind": "bank_account", "value": "6222021234567890"},
        "secrets/read": {"kind": "bank_account", "reason": "payout"},
        "verifications": {"files": [own]},
        "roles": {"role": "buyer"},
        "questions/<int:question_id>/answer": {"text": "已经实施。"},
        "claims": {"evidence": own, "holding_id": facts["holding"].pk, "party": things.seller.party.ref},
        "consents": {"act": "sell", "party": things.seller.party.ref},
        "contest/decide": {"is_followed": True, "reason": REASON},
        "encumbrances": {"in_favour_of": "某银行", "kind": "pledge", "since": today},
        "entries": {"day": today, "kind": "declassification", "source": "x"},
        "fees": {"amount_fen": 200_000, "file": own, "paid_on": today, "year": 13},
        "fees/confirm": {"as_of": today, "paid_through_year": 12},
        "name": {"day": today, "name": "新名称"},
        "transfers": {"key": "2", "on": today, "proof": own, "to": things.buyer.party.ref},
        "transfers/<int:transfer_id>/confirm": {"payload_hash": facts["moved"].payload_hash},
        "verifications/<int:verification_id>/decide": {"accepted": True},
    }
    return bodies[max((end for end in bodies if entry.endswith(end)), key=len, default="")]


def form(entry: str, things: Things, caller: Person) -> Mapping[str, object]:
    """What the form of a page sends. The office's rooms are shut before anything is read: they need none."""
    facts, day = things.facts, (beijing_day(record.now()) - timedelta(days=1)).isoformat()
    own = caller.memberships.first()
    intent, asked, question = facts["early"].pk, facts["question"].pk, "专利是否已经实施？"
    paper = SimpleUploadedFile("凭据.pdf", b"%PDF-1.7 paper", content_type="application/pdf")
    forms: dict[str, Mapping[str, object]] = {
        **given_value_pages.forms(),
        **given_enterprise_things.forms(things),
        **given_application_things.forms(),
        **given_reach.forms(),
        "/deals/<str:number>/accept": {"side": "seller", "read": "yes", "sha256": facts["contract"]},
        "/deals/<str:number>/offer": {"answer": "take"},
        "/deals/<str:number>/object": {"text": REASON},
        "/listings/<str:number>/register": {"party": own.party_id if own else 0},
        "/listings/<str:number>/step-back": {"intent": intent},
        "/listings/<str:number>/priority": {"intent": intent, "basis": "共有人"},
        "/listings/<str:number>/proof": {"intent": intent, "proof": REASON},
        "/listings/<str:number>/ask": {"question": question},
        "/listings/<str:number>/answer": {"asked": asked, "answer": "已经实施。"},
        "/listings/<str:number>/answer-buyer": {"consents": "yes"},
        "/listings/<str:number>/seller/answer": {"asked": asked, "answer": "已经实施。"},
        "/listings/<str:number>/seller/buyer": {"consents": "yes"},
        "/listings/<str:number>/seller/change": {"change": facts["change"]},
        "/listings/<str:number>/papers": {"title": "图纸", "file": paper},
        "/listings/<str:number>/withdraw": {"reason": REASON},
        "/listings/<str:number>/ask-withdrawal": {"reason": REASON},
        "/listings/<str:number>/state-papers": {**STATE_PAPER, "dated_on": day, "evidence": paper},
        "/lots/<id:lot_id>/bid": {"own": "1000000", "key": "k"},
        "/lots/<id:lot_id>/confirm": {"own": "1000000"},
        "/lots/<id:lot_id>/match": {"takes": "yes"},
        "/rights/<id:right_id>/claim": {"holding": facts["holding"].pk, "party": things.seller.party.pk, "file": paper},
        "/rights/<id:right_id>/contest": {"answer": "stay", "reason": REASON},
        "/office/transfers/of/<id:right_id>": {
            "to": things.buyer.party.ref,
            "share": "100",
            "on": day,
            "key": "3",
            "file": paper,
        },
        "/rights/<id:right_id>/fees": {"year": 14, "paid_on": day, "amount": "2000", "file": paper},
    }
    return forms.get(entry.split(" ", 1)[1], {})
