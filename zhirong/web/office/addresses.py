"""The addresses of the office."""

from __future__ import annotations

from django.urls import path

from zhirong.web.office import (
    audit,
    bank,
    bank_demo,
    bidders,
    cases,
    clock,
    conveyances,
    deals,
    dues,
    floor,
    house,
    people,
    proceeds,
    queue,
    register,
    reviews,
)

addresses = [
    path("office", queue.queue, name="office"),
    path("office/listings/<int:listing_id>", reviews.listing, name="office-listing"),
    path("office/verifications/<int:verification_id>", cases.verification, name="office-verification"),
    path("office/verifications/<int:verification_id>/files/<int:file_id>", cases.evidence, name="office-evidence"),
    path("office/claims/<int:claim_id>", cases.claim, name="office-claim"),
    path("office/claims/<int:claim_id>/evidence", cases.claim_evidence, name="office-claim-evidence"),
    path("office/transfers", conveyances.entered, name="office-transfers"),
    path("office/transfers/of/<int:right_id>", conveyances.enter, name="office-transfer-new"),
    path("office/transfers/<int:transfer_id>", register.transfer, name="office-transfer"),
    path("office/transfers/<int:transfer_id>/proof", register.transfer_proof, name="office-transfer-proof"),
    path("office/payments/<int:payment_id>", register.payment, name="office-payment"),
    path("office/payments/<int:payment_id>/receipt", register.receipt, name="office-payment-receipt"),
    path("office/imports/<int:batch_id>", cases.import_batch, name="office-import"),
    path("office/intents/<int:intent_id>", bidders.intent, name="office-intent"),
    path("office/intents/<int:intent_id>/proof", bidders.proof, name="office-intent-proof"),
    path("office/questions", bidders.questions, name="office-questions"),
    path("office/floor", floor.floor, name="office-floor"),
    path("office/lots/<int:lot_id>", floor.lot, name="office-lot"),
    path("office/deals", deals.deals, name="office-deals"),
    path("office/deals/<int:deal_id>", deals.deal, name="office-deal"),
    path("office/recordals/<int:recordal_id>/notice", deals.notice, name="office-notice"),
    path("office/splits/<int:split_id>/evidence", proceeds.evidence, name="office-split-evidence"),
    path("office/deals/<int:deal_id>/proceeds", proceeds.proceeds_page, name="office-proceeds"),
    path(
        "office/withdrawals/<int:withdrawal_id>/evidence", cases.withdrawal_evidence, name="office-withdrawal-evidence"
    ),
    path("office/objections/<int:objection_id>", deals.objection, name="office-objection"),
    path("office/objections/<int:objection_id>/evidence", deals.evidence, name="office-objection-evidence"),
    path("office/bank", bank.desk, name="bank"),
    path("office/bank/dues", dues.dues_page, name="bank-dues"),
    path("office/bank/lines", bank.lines, name="bank-lines"),
    path("office/bank/books", bank.books, name="books"),
    path("office/clock", clock.clock, name="clock"),
    path("office/people", people.people, name="office-people"),
    path("office/people/<int:person_id>", people.person, name="office-person"),
    path("office/audit", audit.audit, name="audit"),
    path("office/audit/<int:leaf_id>", audit.leaf, name="leaf"),
    path("office/house", house.house, name="office-house"),
    path("bank-demo", bank_demo.bank_demo, name="bank-demo"),
]
