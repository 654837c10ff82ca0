"""Public questions and answers on a listing, and its papers."""

from __future__ import annotations

from django.db import transaction

from zhirong.base.refused import Refused
from zhirong.exchange import listing_rules
from zhirong.exchange.actions.listings import locked
from zhirong.exchange.models import Listing, ListingDocument, Question
from zhirong.people import access
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.record.models import File

QUESTIONS_OPEN = 20


@transaction.atomic
def ask(who: Person, listing_id: int, *, text: str) -> Question:
    """Ask the seller in public; the same question twice by the same person is one question."""
    listing = locked(listing_id)
    access.require(who, "exchange.ask", listing)
    if listing.state not in ("announced", "qualifying", "answering", "bidding"):
        raise Refused("listing.not_now", state=listing.state, deed="ask")
    asked = listing_rules.must_be_text(text, field="question", least=4, most=1000)
    if done := Question.objects.filter(listing=listing, asked_by=who, text=asked).first():
        return done
    if Question.objects.filter(listing=listing, asked_by=who, answered_at=None).count() >= QUESTIONS_OPEN:
        raise Refused("listing.too_many_questions", most=QUESTIONS_OPEN)
    found = Question.objects.create(listing=listing, asked_by=who, text=asked, asked_at=record.now())
    record.tell(
        "exchange.asked",
        listing.topic,
        who=who,
        public=True,
        to=[listing.made_by] if listing.made_by else [],
        number=listing.number,
        question=found.pk,
    )
    return found


@transaction.atomic
def answer(who: Person, question_id: int, *, text: str) -> Question:
    """The seller answers; an answer is given once, since others have relied on it."""
    found = _question(question_id)
    listing = locked(found.listing_id)
    access.require(who, "exchange.list", listing)
    if found.answered_at is not None:
        raise Refused("listing.answered_already")
    found.answer = listing_rules.must_be_text(text, field="answer", most=2000)
    found.answered_by, found.answered_at = who, record.now()
    found.save()
    record.tell(
        "exchange.question_answered",
        listing.topic,
        who=who,
        public=True,
        to=[found.asked_by],
        number=listing.number,
        question=found.pk,
    )
    return found


@transaction.atomic
def hide(who: Person, question_id: int, *, reason: str) -> Question:
    """The operator hides a question that breaks the rules; the record keeps that it was there, and why it went."""
    found = _question(question_id)
    listing = locked(found.listing_id)
    access.require(who, "exchange.control", listing)
    if found.hidden_at is None:
        found.hidden_at = record.now()
        found.save(update_fields=["hidden_at"])
        record.tell(
            "exchange.question_hidden",
            listing.topic,
            who=who,
            to=[found.asked_by],
            number=listing.number,
            question=found.pk,
            reason=listing_rules.must_be_text(reason, field="reason", most=1000),
        )
    return found


def _question(question_id: int) -> Question:
    found = Question.objects.filter(pk=question_id).select_related("asked_by").first()
    if found is None:
        raise Refused("listing.question_unknown", question=question_id)
    return found


@transaction.atomic
def add_document(who: Person, listing_id: int, *, file: File, title: str, for_admitted: bool) -> ListingDocument:
    """Add a paper to a listing: for everyone, or for admitted bidders."""
    listing = locked(listing_id)
    access.require(who, "exchange.list", listing)
    if listing.state in listing_rules.OVER:
        raise Refused("listing.not_now", state=listing.state, deed="add_document")
    if done := ListingDocument.objects.filter(listing=listing, file__sha256=file.sha256).first():
        return done
    found = ListingDocument.objects.create(
        listing=listing,
        file=file,
        title=listing_rules.must_be_text(title, field="title", most=120),
        is_for_admitted=for_admitted,
        added_at=record.now(),
    )
    record.tell(
        "exchange.document_added",
        listing.topic,
        who=who,
        public=not for_admitted and listing.announced_at is not None,
        number=listing.number,
        sha256=file.sha256,
        for_admitted=for_admitted,
    )
    return found


def may_read(who: access.Who, document: ListingDocument, listing: Listing) -> bool:
    """Public papers are for everyone; the others for the people of admitted parties, the seller's and the operator."""
    if not document.is_for_admitted and listing.announced_at is not None:
        return True
    standing = access.standing_of(who)
    if standing is None or access.may(standing, "exchange.list", listing):
        return standing is not None
    if not document.is_for_admitted:
        return False
    # Admitted is the party, whoever of its people registered it.
    is_admitted = listing.intents.filter(party__in=standing.parties, state="admitted").exists()
    return is_admitted or access.may(standing, "exchange.control", listing)
