"""The addresses of the exchange's pages, and what the hub writes for its rooms."""

from __future__ import annotations

from django.urls import path

from zhirong.web import feed
from zhirong.web.exchange import board, front, intents, listing, market, proofs, room, rulebook, transcript

feed.WRITERS["lot"] = board.fragments
feed.FIRST.append(board.read_once)

addresses = [
    path("", front.first_page, name="first"),
    path("market", market.hall, name="market"),
    path("market.<str:form>", market.export, name="market-export"),
    path("listings/<str:number>", listing.listing, name="listing"),
    path("listings/<str:number>/news", listing.listing_news, name="listing-news"),
    path("listings/<str:number>/papers/<id:document_id>", listing.paper, name="listing-paper"),
    path("listings/<str:number>/register", intents.register, name="register-intent"),
    path("listings/<str:number>/step-back", intents.step_back, name="step-back"),
    path("listings/<str:number>/priority", intents.claim_priority, name="claim-priority"),
    path("listings/<str:number>/proof", intents.prove, name="prove"),
    path("listings/<str:number>/ask", intents.ask, name="ask"),
    path("listings/<str:number>/answer", intents.answer_question, name="answer-question"),
    path("listings/<str:number>/answer-buyer", intents.answer_buyer, name="answer-buyer"),
    path("lots/<id:lot_id>", room.room, name="room"),
    path("lots/<id:lot_id>/amount", room.amount, name="bid-amount"),
    path("lots/<id:lot_id>/confirm", room.confirm, name="confirm-bid"),
    path("lots/<id:lot_id>/bid", room.bid, name="bid"),
    path("lots/<id:lot_id>/match", room.match, name="match"),
    path("lots/<id:lot_id>/transcript", transcript.transcript, name="transcript"),
    path("lots/<id:lot_id>/transcript.<str:form>", transcript.download, name="transcript-download"),
    path("rules", rulebook.rules_page, name="rules"),
    path("fees", rulebook.fees, name="fees"),
    path("verify", proofs.verify, name="verify"),
    path("verifier.py", proofs.verifier_file, name="verifier-file"),
    path("receipts/<id:leaf_id>", proofs.receipt, name="receipt"),
    path("receipts/<id:leaf_id>.json", proofs.receipt_file, name="receipt-file"),
    path("certificates/<str:number>", proofs.certificate, name="certificate"),
    path("certificates/<str:number>/<str:name>", proofs.certificate_file, name="certificate-file"),
]
