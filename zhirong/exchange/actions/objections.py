"""Objections: a side's first stops the settlement's clock until somebody who took no part has decided it.

A further one of the same side, after a decision, needs evidence not brought before and lets every term run on; what
cannot be undone waits for its decision (docs/decisions/0006-objections-again.md).
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q, QuerySet

from zhirong.base.refused import Refused
from zhirong.exchange import listing_rules
from zhirong.exchange.actions import settlement
from zhirong.exchange.actions.deals import locked_deal, persons_of
from zhirong.exchange.models import Deal, Intent, Objection
from zhirong.people import access
from zhirong.people.models import Membership, Party, Person
from zhirong.record import actions as record
from zhirong.record.models import File, Leaf

# To have decided an earlier objection is not to have taken part.
DECIDED = "exchange.objection_decided"
DEADLINES = ("contract_due_at", "payment_due_at", "recordal_due_at")


@transaction.atomic
def raise_objection(
    who: Person, deal_id: int, *, text: str, party: Party | None = None, file: File | None = None
) -> Objection:
    """Anyone concerned objects to a deal that is not settled yet; at a side's first its clock stops (E40)."""
    deal = locked_deal(deal_id)
    access.require(who, "exchange.object", deal)
    if deal.state in listing_rules.DEAL_OVER:
        raise Refused("deal.not_now", state=deal.state, deed="object")
    if not is_concerned(who, deal):
        raise Refused("objection.not_concerned")
    if done := deal.objections.filter(raised_by=who, state="open").first():
        return done
    record.must_be_evidence(file)
    earlier = decided_before(deal, by=who).order_by("-decided_at").first()
    if earlier is not None and (file is None or deal.objections.filter(file__sha256=file.sha256).exists()):
        raise Refused("objection.nothing_new", deal=deal.number, decided_at=earlier.decided_at)
    now = record.now()
    found = Objection.objects.create(
        deal=deal,
        raised_by=who,
        party=party or acts_for(who, deal),
        text=listing_rules.must_be_text(text, field="text", least=10, most=4000),
        file=file,
        raised_at=now,
        stops=earlier is None,
    )
    if found.stops and deal.stopped_at is None:
        deal.stopped_at = now
        deal.save(update_fields=["stopped_at"])
    kind = "exchange.objected" if found.stops else "exchange.objected_again"
    record.tell(kind, deal.topic, who=who, to=persons_of(deal), deal=deal.number, objection=found.pk)
    return found


def decided_before(deal: Deal, *, by: Person) -> QuerySet[Objection]:
    """Objections of this person, or of anybody who acts for the same party here, on which there is a decision."""
    mine = _for_concerned(deal).filter(person=by).values("party")
    beside = Membership.objects.filter(party__in=mine, confirmed_at__isnull=False).values("person")
    return deal.objections.filter(Q(raised_by=by) | Q(raised_by__in=beside)).exclude(state="open")


def is_concerned(who: Person, deal: Deal) -> bool:
    """Whether this person acts for the seller or for somebody who registered for the listing."""
    return _for_concerned(deal).filter(person=who).exists()


def acts_for(who: Person, deal: Deal) -> Party | None:
    """The party for which a person speaks about a deal: a side of it before somebody who only registered."""
    found = _for_concerned(deal).filter(person=who).select_related("party")
    sides = (deal.buyer_id, deal.seller_id)
    parties = sorted((one.party for one in found), key=lambda one: (one.pk not in sides, one.pk))
    return parties[0] if parties else None


def _for_concerned(deal: Deal) -> QuerySet[Membership]:
    """Who acts today for the seller or for somebody who registered for the listing."""
    registered = Intent.objects.filter(listing=deal.listing_id).values("party")
    acting = Membership.objects.filter(confirmed_at__isnull=False, ended_at__isnull=True)
    return acting.filter(Q(party=deal.seller_id) | Q(party__in=registered))


def took_part(who: Person, deal: Deal) -> bool:
    """Whether this person had a hand in the listing, its registrations, its auction or the deal."""
    intents = Intent.objects.filter(listing=deal.listing)
    parts = {
        deal.listing.made_by_id,
        deal.listing.reviewed_by_id,
        *(pk for pair in deal.proposals.values_list("proposed_by", "decided_by") for pk in pair),
        *(pk for pair in intents.values_list("person", "decided_by") for pk in pair),
        *(pk for pair in deal.recordals.values_list("entered_by", "confirmed_by") for pk in pair),
        *(person.pk for person in persons_of(deal)),
    }
    return who.pk in parts or has_acted(who, deal)


def has_acted(person: Person, deal: Deal) -> bool:
    """Whether the record names the person in a deed on the deal, its listing or a lot: a contract accepted, a ban."""
    topics = [deal.topic, deal.listing.topic, *(lot.topic for lot in deal.listing.lots.all())]
    return named(person).filter(topic__in=topics).exists()


def named(person: Person) -> QuerySet[Leaf]:
    """The deeds of a person on the record, the decisions of objections aside."""
    # A leaf has one spelling, in which a quotation mark inside a text is escaped: nobody writes this into a reason.
    return Leaf.objects.filter(body__contains=f'"who":"{person.ref}"').exclude(kind=DECIDED)


@transaction.atomic
def decide(who: Person, objection_id: int, *, upheld: bool, decision: str) -> Objection:
    """Somebody uninvolved decides: dismissed, the clock runs on; upheld, the deal is undone and money goes back."""
    found = Objection.objects.filter(pk=objection_id).first()
    if found is None:
        raise Refused("objection.unknown", objection=objection_id)
    deal = locked_deal(found.deal_id)
    access.require(who, "exchange.decide_objection", deal)
    found = Objection.objects.select_for_update().get(pk=objection_id)
    if found.state != "open":
        raise Refused("objection.decided", objection=found.pk)
    if took_part(who, deal):
        raise Refused("objection.not_uninvolved")
    record.must_have_read(who, found.file)
    now = record.now()
    found.state = "upheld" if upheld else "dismissed"
    found.decided_by, found.decided_at = who, now
    found.decision = listing_rules.must_be_text(decision, field="decision", least=10, most=4000)
    found.save()
    record.tell(
        "exchange.objection_decided",
        deal.topic,
        who=who,
        public=True,
        to=[found.raised_by, *persons_of(deal)],
        deal=deal.number,
        objection=found.pk,
        upheld=upheld,
    )
    if upheld:
        settlement.annul(deal, who=who, reason=found.decision)
    elif found.stops and not deal.objections.filter(state="open", stops=True).exists():
        _run_on(deal)
    return found


def _run_on(deal: Deal) -> None:
    """The last objection is dismissed: every deadline moves by the time for which the clock stood."""
    assert deal.stopped_at is not None
    now = record.now()
    for name in DEADLINES:
        due = getattr(deal, name)
        if due is not None:
            setattr(deal, name, listing_rules.stayed(due, stopped=deal.stopped_at, resumed=now))
    deal.stopped_at = None
    deal.save()
