"""Settlement: deals by state, the office's recordal by two persons, defaults, objections."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop

from zhirong.base.calendar import beijing_day
from zhirong.exchange import standstill
from zhirong.exchange.actions import money, objections, proposals, settlement
from zhirong.exchange.listing_rules import DEAL_OVER, DEAL_STEPS, DEAL_UNDONE, stands_still
from zhirong.exchange.models import Deal, ListingItem, Objection, Proposal, Recordal
from zhirong.people import access
from zhirong.record import actions as record
from zhirong.web import filters, lists, pages, reading
from zhirong.web.deals import words as deal_words
from zhirong.web.office import rooms
from zhirong.web.office.cases import handed

WAY = ("contract", "payment", "recordal", "confirming", "settled")
ENDED_WORDS = {
    "confirmed": ("done", gettext_noop("confirmed")),
    "returned": ("no", gettext_noop("sent back")),
    "withdrawn": ("off", gettext_noop("withdrawn")),
    "lapsed": ("off", gettext_noop("lapsed, the deal went on")),
}
# Why the house declares no default although the term is over.
NO_DEFAULT = {
    "deal.buyer_kept_word": gettext_noop(
        "The buyer accepted the contract, the seller did not. That is no default of the buyer: propose to annul "
        "the deal."
    ),
    "deal.seller_late_too": gettext_noop(
        "Neither side kept the term: the seller did not accept the contract in time either, so the deposit is not "
        "forfeited. Propose to annul the deal; the deposit goes back."
    ),
}
DEEDS = (
    "exchange.enter_recordal",
    "exchange.confirm_recordal",
    "exchange.propose_default",
    "exchange.confirm_default",
    "exchange.propose_annulment",
    "exchange.confirm_annulment",
)


def due_of(deal: Deal) -> datetime | None:
    """The deadline of the state the deal is in; none while its clock stands."""
    if stands_still(deal):
        return None
    due = {"offered": deal.contract_due_at, "contract": deal.contract_due_at, "payment": deal.payment_due_at}
    return due.get(deal.state, deal.recordal_due_at if deal.state in ("recordal", "confirming") else None)


@rooms.room("exchange.see_office")
def deals(request: HttpRequest) -> HttpResponse:
    """/office/deals: every deal, by the state it is in."""
    counts = dict(Deal.objects.order_by().values_list("state").annotate(n=Count("pk")))
    state = reading.choice(request, "state", ("offered", *WAY, *DEAL_UNDONE))
    found: QuerySet[Deal] = Deal.objects.select_related("listing", "seller", "buyer")
    if state:
        found = found.filter(state=state)
    columns = columns_of(record.now())
    ordered = found.order_by("-made_at", "-pk")
    if file := lists.taken_away(request, "deals", gettext("Deals"), columns=columns, found=ordered):
        return file
    table = lists.table(request, "deals", gettext("Deals"), columns=columns, found=found, order="-made_at")
    states = [("", gettext("All"), sum(counts.values()))]
    states += [
        (name, deal_words.deal(name)[1], counts[name]) for name in ("offered", *WAY, *DEAL_UNDONE) if name in counts
    ]
    return rooms.show(
        request, "deals.html", here="office-deals", title=gettext("Settlement"), table=table, states=states, state=state
    )


def columns_of(now: datetime) -> list[lists.Column]:
    """What the list of deals shows."""

    def pressing(deal: Deal) -> str:
        due = due_of(deal)
        return "off" if due is None else "no" if due < now else "wait"

    return [
        lists.Column(
            head=gettext("Deal"), value=lambda one: one.number, order="number",
            link=lambda one: reverse("office-deal", args=[one.pk]),
        ),
        lists.Column(head=gettext("Listing"), value=lambda one: filters.title(one.listing)),
        lists.Column(head=gettext("Seller"), value=lambda one: one.seller.name),
        lists.Column(head=gettext("Buyer"), value=lambda one: one.buyer.name),
        lists.Column(
            head=gettext("State"), value=lambda one: deal_words.deal(one.state)[1], order="state",
            state=lambda one: deal_words.deal(one.state)[0],
        ),
        lists.Column(head=gettext("Deadline"), value=due_of, kind="moment", state=pressing),
        lists.Column(head=gettext("Price (yuan)"), value=lambda one: one.price_fen, kind="money", order="price_fen"),
        lists.Column(head=gettext("Made on"), value=lambda one: one.made_at, kind="moment", order="made_at"),
    ]  # fmt: skip


@rooms.room("exchange.see_office", does=DEEDS)
def deal(request: HttpRequest, deal_id: int) -> HttpResponse:
    """/office/deals/<id>: the next deed of the house on this deal, and who may do it."""
    if request.method == "POST":
        return deed(request, deal_id)
    one = get_object_or_404(
        Deal.objects.select_related(
            "listing", "listing__edition_of_rules", "lot", "intent", "seller", "buyer",
            "contract_file", "certificate",
        ),
        pk=deal_id,
    )  # fmt: skip
    now, standing = record.now(), pages.standing_of(request)
    objected = list(one.objections.select_related("party").order_by("-pk"))
    recordals = list(one.recordals.select_related("entered_by", "confirmed_by", "file").order_by("-pk"))
    proposed = list(one.proposals.select_related("proposed_by", "decided_by").order_by("-pk"))
    proposal = next((row for row in proposed if row.state == "proposed"), None)
    entered = next((row for row in recordals if row.state == "entered"), None)
    due = due_of(one)
    is_late = one.state in ("contract", "payment") and due is not None and due < now
    acceptances = list(one.acceptances.select_related("person").order_by("at"))
    why = settlement.no_default(one, {row.side: row.at for row in acceptances}) if is_late else ""
    return rooms.show(
        request,
        "deal.html",
        here="office-deals",
        title=filters.title(one.listing),
        way=(gettext("Settlement"), reverse("office-deals")),
        deal=one,
        **of_standstill(one, objected),
        is_over=one.state in DEAL_OVER,
        state=deal_words.deal(one.state),
        steps=steps(one, recordals),
        due=due,
        recordals=recordals,
        entered=entered,
        acceptances=acceptances,
        objections=objected,
        consequence=settlement.consequence(one) if is_late and not why else None,
        no_default=NO_DEFAULT[why] if why else "",
        owed_fen=money.due_fen(one),
        today=beijing_day(now).isoformat(),
        proposal=proposal,
        ended=[row for row in proposed if row.state != "proposed"],
        ended_words=ENDED_WORDS,
        may=permissions(standing, one, entered=entered, proposal=proposal),
        after=Deal.objects.filter(listing=one.listing, pk__gt=one.pk).order_by("pk").first() if one.ended_at else None,
        public=rooms.link("listing", one.listing.number),
        certificate=rooms.link("certificate", one.certificate.number) if hasattr(one, "certificate") else "",
    )


def of_standstill(one: Deal, objected: list[Objection]) -> dict[str, object]:
    """What holds the deal's clock, in a line and in full, and where it is cured."""
    stands = standstill.of(one, objected)
    return {
        "stands": deal_words.stands(stands.causes) if stands else "",
        "standstill": deal_words.standstill(stands) if stands else None,
        "cured_on": rights_of(one) if stands and stands.grounds else [],
    }


def rights_of(one: Deal) -> list[tuple[str, str]]:
    """The rights on whose pages it is cured what the register says against the settlement."""
    items = ListingItem.objects.filter(listing=one.listing_id).order_by("position")
    return [(number, rooms.link("office-right", pk)) for pk, number in items.values_list("right_id", "right__number")]


@dataclass(frozen=True)
class May:
    """Which buttons this person sees."""

    enter: bool
    confirm: bool
    could_confirm: bool
    propose: bool
    annul: bool
    withdraw: bool
    decide: bool


def permissions(standing: access.Who, one: Deal, *, entered: Recordal | None, proposal: Proposal | None) -> May:
    """What this person may do to this deal; a maker never sees the checker's button."""
    return May(
        enter=access.may(standing, "exchange.enter_recordal", one),
        confirm=entered is not None and access.may(standing, "exchange.confirm_recordal", entered),
        could_confirm=access.could(standing, "exchange.confirm_recordal"),
        propose=access.may(standing, "exchange.propose_default", one),
        annul="annul" in DEAL_STEPS[one.state] and access.may(standing, "exchange.propose_annulment", one),
        withdraw=proposal is not None and access.may(standing, proposals.PROPOSES[proposal.what], one),
        decide=proposal is not None and access.may(standing, proposals.CONFIRMS[proposal.what], proposal),
    )


def deed(request: HttpRequest, deal_id: int) -> HttpResponse:
    """The deeds of the house on a deal."""
    person, reason = rooms.who(request), request.POST.get("reason", "")
    digest = request.POST.get("payload_hash", "")

    def enter() -> object:
        number, day = request.POST.get("number", ""), rooms.day_of(request, "effective_on")
        proof = settlement.Proof(number=number, effective_on=day, file=rooms.kept_file(request, "file"))
        return settlement.enter_recordal(person, deal_id, proof)

    return rooms.do(
        request,
        {
            "enter": enter,
            "return": lambda: settlement.return_recordal(person, deal_id, reason=reason),
            "confirm": lambda: settlement.confirm_recordal(person, deal_id, payload_hash=digest),
            "return_proposal": lambda: proposals.send_back(person, deal_id, payload_hash=digest, reason=reason),
            "withdraw_proposal": lambda: proposals.withdraw(person, deal_id, reason=reason),
            "propose_default": lambda: settlement.propose_default(person, deal_id, reason=reason),
            "confirm_default": lambda: settlement.confirm_default(person, deal_id, payload_hash=digest),
            "propose_annulment": lambda: settlement.propose_annulment(person, deal_id, reason=reason),
            "confirm_annulment": lambda: settlement.confirm_annulment(person, deal_id, payload_hash=digest),
        },
    )


def steps(one: Deal, recordals: list[Recordal]) -> list[tuple[str, str, str]]:
    """From the hammer to the certificate, each with its date or its deadline."""
    entered = next((row for row in recordals if row.state != "returned"), None)
    done = {
        "contract": one.signed_at,
        "payment": one.paid_at,
        "recordal": entered.entered_at if entered else None,
        "confirming": entered.confirmed_at if entered else None,
        "settled": one.settled_at,
    }
    due = {"contract": one.contract_due_at, "payment": one.payment_due_at, "recordal": one.recordal_due_at}
    words = {
        "contract": gettext("Contract"),
        "payment": gettext("Payment"),
        "recordal": gettext("Change of owner"),
        "confirming": gettext("Second person"),
        "settled": gettext("Settled"),
    }
    reached = WAY.index(one.state) if one.state in WAY else len([name for name in WAY if done.get(name)])
    rows = []
    for place, name in enumerate(WAY):
        how = "was" if place < reached or one.state == "settled" else "now" if place == reached else ""
        when, until = done.get(name), due.get(name)
        line = filters.short_moment(when) if when else ""
        if not line and until and not stands_still(one):
            line = gettext("until %(at)s") % {"at": filters.short_moment(until)}
        rows.append((words[name], line, how))
    return rows


@rooms.room("exchange.see_office")
def notice(request: HttpRequest, recordal_id: int) -> HttpResponse:
    """/office/recordals/<id>/notice: the office's notice, by which the second person decides."""
    return handed(request, get_object_or_404(Recordal.objects.select_related("file"), pk=recordal_id).file)


@rooms.room("exchange.see_office", does=("exchange.decide_objection",))
def objection(request: HttpRequest, objection_id: int) -> HttpResponse:
    """/office/objections/<id>: decided by somebody who took no part; others read why they may not."""
    person, decision = rooms.who(request), request.POST.get("decision", "")
    if request.method == "POST":
        deeds: rooms.Deeds = {
            "dismiss": lambda: objections.decide(person, objection_id, upheld=False, decision=decision),
            "uphold": lambda: objections.decide(person, objection_id, upheld=True, decision=decision),
        }
        return rooms.do(request, deeds)
    one = get_object_or_404(
        Objection.objects.select_related(
            "deal__listing", "deal__intent", "deal__seller", "deal__buyer", "raised_by", "party", "decided_by", "file"
        ),
        pk=objection_id,
    )
    may = access.may(pages.standing_of(request), "exchange.decide_objection", one.deal)
    return rooms.show(
        request,
        "objection.html",
        here="office-deals",
        title=gettext("Objection to %(deal)s") % {"deal": one.deal.number},
        way=(gettext("Settlement"), reverse("office-deals")),
        objection=one,
        spoken_for=spoken_for(one),
        may=may,
        took_part=may and one.state == "open" and objections.took_part(person, one.deal),
    )


def spoken_for(one: Objection) -> str:
    """For whom an objection was raised, and whether it is a side of the deal; old ones name no party."""
    party = one.party or objections.acts_for(one.raised_by, one.deal)
    if party is None:
        return "–"
    role = {one.deal.seller_id: gettext("Seller"), one.deal.buyer_id: gettext("Buyer")}.get(party.pk)
    return f"{party.name} · {role}" if role else party.name


@rooms.room("exchange.see_office")
def evidence(request: HttpRequest, objection_id: int) -> HttpResponse:
    """/office/objections/<id>/evidence: what was brought for it, which whoever decides it has read."""
    return handed(request, get_object_or_404(Objection.objects.select_related("file"), pk=objection_id).file)
