"""The addresses of the desk and of the seller's forms."""

from __future__ import annotations

from django.urls import path

from zhirong.web.desk import front, messages, money, outbox, own_lists, seller

addresses = [
    path("desk", front.desk, name="desk"),
    path("desk/listings", own_lists.my_listings, name="desk-listings"),
    path("desk/bids", own_lists.my_bids, name="desk-bids"),
    path("desk/deals", own_lists.my_deals, name="desk-deals"),
    path("desk/certificates", own_lists.my_certificates, name="desk-certificates"),
    path("desk/money", money.money_page, name="desk-money"),
    path("desk/money/dues", money.choose_due, name="desk-due"),
    path("desk/messages", messages.messages, name="desk-messages"),
    path("desk/messages/read", messages.mark_read, name="mark-read"),
    path("desk/messages/channels", messages.choose, name="choose-channels"),
    path("outbox", outbox.outbox, name="outbox"),
    path("listings/new", seller.new, name="listing-new"),
    path("listings/<str:number>/edit", seller.edit, name="listing-edit"),
    path("listings/<str:number>/seller", seller.seller_side, name="listing-seller"),
    path("listings/<str:number>/submit", seller.submit, name="listing-submit"),
    path("listings/<str:number>/withdraw", seller.withdraw, name="listing-withdraw"),
    path("listings/<str:number>/ask-withdrawal", seller.ask_withdrawal, name="listing-ask-withdrawal"),
    path("listings/<str:number>/state-papers", seller.enter_state_paper, name="seller-state-paper"),
    path("listings/<str:number>/papers", seller.add_paper, name="seller-paper"),
    path("listings/<str:number>/seller/change", seller.take_back, name="seller-take-back"),
    path("listings/<str:number>/seller/answer", seller.answer, name="seller-answer"),
    path("listings/<str:number>/seller/buyer", seller.answer_buyer, name="seller-answer-buyer"),
]
