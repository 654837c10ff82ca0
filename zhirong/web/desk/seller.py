"""The seller's forms: a new listing, its draft, and everything the seller does on it afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.exchange import rule_sets, sales, state_assets
from zhirong.exchange.actions import changes, closing, listings, questions, state_papers, withdrawals
from zhirong.exchange.actions.listings import rules_of
from zhirong.exchange.models import Listing, ListingChange, ListingItem
from zhirong.people import access
from zhirong.people.models import Party, Person
from zhirong.record import actions as record
from zhirong.registry.models import Right
from zhirong.web import account, lists, pages, uploads
from zhirong.web.desk import offers
from zhirong.web.exchange import altered, appraised, stopped, words
from zhirong.web.registry import forms, rights

Deed = Callable[[HttpRequest, Person, Listing], str]
# Where the seller's page says what became of the last thing it asked for.
ASKED = (*withdrawals.STATES, "bidding")


def own_listing(request: HttpRequest, number: str) -> Listing:
    """A listing of a party for which this person acts."""
    beside = ("seller", "edition_of_rules", "batch")
    found = Listing.objects.select_related(*beside).filter(number=number).first()
    if found is None or not access.may(pages.standing_of(request), "exchange.list", found):
        raise Http404
    return found


def own_items(request: HttpRequest, number: str) -> list[ListingItem]:
    """The same with its rights, in one query."""
    found = offers.items_of(number)
    if not found or not access.may(pages.standing_of(request), "exchange.list", found[0].listing):
        raise Http404
    return found


def address(listing: Listing) -> str:
    return reverse("listing-seller", args=[listing.number])


@require_http_methods(["GET", "POST"])
@pages.signed_in
@pages.form
@pages.does("exchange.list")
def new(request: HttpRequest) -> HttpResponse:
    """/listings/new: rights, price and rules; a look at what follows; then a draft."""
    parties = forms.parties_of(request)
    given = offers.given(request, None, rights=[lists.number_of(one) for one in request.GET.getlist("right")])
    wanted = lists.number_of(str(given.get("party", "")), least=0)
    seller = next((one for one in parties if one.pk == wanted), parties[0] if parties else None)
    if request.method == "POST" and seller is not None and request.POST.get("step") == "save":
        listing = listings.draft(account.known(request), offers.offer_of(request, seller))
        return HttpResponseRedirect(address(listing))
    return form_page(request, None, given, seller=seller, parties=parties)


@require_http_methods(["GET", "POST"])
@pages.signed_in
@pages.form
def edit(request: HttpRequest, number: str) -> HttpResponse:
    """/listings/ZR-2026-000518/edit: a draft, a returned one, or an announced one, whose period then starts again."""
    items = own_items(request, number)
    listing = items[0].listing
    if request.method == "POST" and request.POST.get("step") == "save":
        changes.change(account.known(request), listing.pk, offers.offer_of(request, listing.seller))
        return HttpResponseRedirect(address(listing))
    given = offers.given(request, listing, rights=[item.right_id for item in items])
    return form_page(request, listing, given, seller=listing.seller, parties=[listing.seller])


def form_page(
    request: HttpRequest, listing: Listing | None, given: dict[str, Any], *, seller: Party | None, parties: list[Party]
) -> HttpResponse:
    """The form with what was typed, the rights to choose from and, after a look, what would follow."""
    now = record.now()
    offer = None
    if request.method == "POST" and request.POST.get("step") == "look" and seller is not None:
        offer = offers.offer_of(request, seller)
        offers.following(offer, now)
    own = rights.with_standing(Right.objects.visible(), pages.standing_of(request)).filter(
        holdings__party=seller, holdings__until=None
    )
    mine = own.distinct() if seller else own.none()
    text = str(given.get("find", "")).strip()[:100]
    choices = offers.choices(seller, given["rights"], text=text, now=now, rights=mine)
    last = gettext("Change listing %(number)s") % {"number": listing.number} if listing else gettext("New listing")
    return pages.page(
        request,
        "desk/listing_form.html",
        here="market",
        crumbs=[(gettext("My desk"), reverse("desk")), (last, None)],
        heading=last,
        listing=listing,
        given=offers.in_its_own_words(given, choices),
        seller=seller,
        parties=[(one.pk, one.name) for one in parties],
        choices=choices,
        rule_choices=offers.rule_choices(seller, now, asking_fen=offer.asking_fen if offer else 0),
        following=offers.following_or_none(offer, now),
        offer=offer,
    )


def on_own(deed: Deed) -> Callable[[HttpRequest, str], HttpResponse]:
    """A deed posted from the seller's page: done, back to the page; refused, the page with all that was typed."""

    @require_POST
    @pages.signed_in
    @wraps(deed)
    def posted(request: HttpRequest, number: str) -> HttpResponse:
        listing = own_listing(request, number)
        try:
            place = deed(request, account.known(request), listing)
        except Refused as refused:
            request.house_refused = refused  # type: ignore[attr-defined]
            return seller_page(request, number)
        return HttpResponseRedirect(f"{address(listing)}#{place}")

    return posted


@on_own
def submit(request: HttpRequest, person: Person, listing: Listing) -> str:
    """The draft goes to the operator."""
    listings.submit(person, listing.pk)
    return "main"


@on_own
def withdraw(request: HttpRequest, person: Person, listing: Listing) -> str:
    """The seller takes it back, with a reason."""
    listings.withdraw(person, listing.pk, reason=request.POST.get("reason", ""))
    return "main"


@on_own
def ask_withdrawal(request: HttpRequest, person: Person, listing: Listing) -> str:
    """With buyers bound to it the seller asks, and an operator decides."""
    brought = uploads.kept(request, person, is_evidence=True)
    withdrawals.ask(person, listing.pk, reason=request.POST.get("reason", ""), file=brought)
    return "main"


@on_own
def take_back(request: HttpRequest, person: Person, listing: Listing) -> str:
    """The change that waits is asked for no more."""
    asked = listing.changes.filter(pk=lists.number_of(request.POST.get("change", ""), least=0)).first()
    if asked is None:
        raise Refused("web.choice_missing", field="change")
    changes.withdraw(person, asked.pk)
    return "main"


@on_own
def add_paper(request: HttpRequest, person: Person, listing: Listing) -> str:
    """A paper for everyone, or for admitted bidders."""
    file = uploads.needed(request, person)
    title = request.POST.get("title", "").strip() or file.name
    for_admitted = request.POST.get("for_admitted") == "1"
    questions.add_document(person, listing.pk, file=file, title=title[:120], for_admitted=for_admitted)
    return "h-papers"


@on_own
def enter_state_paper(request: HttpRequest, person: Person, listing: Listing) -> str:
    """The appraisal of state-owned rights, or an approval (X3)."""
    post = request.POST
    if (what := post.get("what", "")) not in state_assets.KINDS:
        raise Refused("web.choice_missing", field="what")
    said = state_papers.Said(
        what=what,
        body=post.get("body", ""),
        number=post.get("number", ""),
        dated_on=uploads.day(request, "dated_on"),
        amount_fen=uploads.fen(request, "amount") if post.get("amount", "").strip() else None,
        filed_with=post.get("filed_with", ""),
        filed_number=post.get("filed_number", ""),
        filed_on=uploads.day(request, "filed_on") if post.get("filed_on", "").strip() else None,
    )
    state_papers.enter(person, listing.pk, said, file=uploads.evidence(request, person, "evidence"))
    return "h-state"


@on_own
def answer(request: HttpRequest, person: Person, listing: Listing) -> str:
    """An answer to a public question, given once."""
    asked = listing.questions.filter(pk=lists.number_of(request.POST.get("asked", ""), least=0)).first()
    if asked is None:
        raise Refused("web.choice_missing", field="asked")
    questions.answer(person, asked.pk, text=request.POST.get("answer", ""))
    return "h-questions"


@on_own
def answer_buyer(request: HttpRequest, person: Person, listing: Listing) -> str:
    """The seller's yes or no to the one qualified buyer."""
    if request.POST.get("consents") not in ("yes", "no"):
        raise Refused("web.choice_missing", field="consents")
    closing.answer(person, listing.pk, consents=request.POST["consents"] == "yes")
    return "main"


@require_safe
@pages.signed_in
def seller_side(request: HttpRequest, number: str) -> HttpResponse:
    """/listings/ZR-2026-000518/seller: the seller's side of one listing."""
    return seller_page(request, number)


def anew(items: list[ListingItem]) -> str:
    """The address of a new listing of the same rights."""
    return f"{reverse('listing-new')}?{urlencode([('right', item.right_id) for item in items])}"


def asked_for(
    listing: Listing, change: ListingChange | None, *, items: list[ListingItem], now: datetime
) -> list[altered.Line]:
    """What the change that waits would alter, as the operator sees it."""
    if change is None or change.state != "open":
        return []
    change.listing = listing
    return altered.asked(change, [item.right_id for item in items], day=beijing_day(now))


def seller_page(request: HttpRequest, number: str) -> HttpResponse:
    """Where it stands, what the seller can do now, its papers and questions."""
    from_items = own_items(request, number)
    listing = from_items[0].listing
    now = record.now()
    is_early = listing.state in ("draft", "submitted", "returned")
    runs = listing.lots.order_by("-run").values_list("state", flat=True)
    auction = runs.first() if listing.state == "bidding" else None
    offer = offers.offer_from(listing, [item.right for item in from_items])
    is_failed = sales.of(listing) == "failed"
    last = listing.changes.order_by("-pk").first() if listing.state in ASKED else None
    change = last if last is not None and last.what == "change" and listing.state == "announced" else None
    is_run_again = is_failed and rules_of(listing).on_default == "rerun"
    return pages.page(
        request,
        "desk/seller.html",
        here="market",
        crumbs=[(gettext("My desk"), reverse("desk")), (listing.number, None)],
        listing=listing,
        state=words.running_state(listing, auction),
        items=from_items,
        findings=offers.findings(listing, [item.right for item in from_items], now) if is_early else None,
        following=offers.following_or_none(offer, now) if is_early else None,
        steps=offers.steps(listing),
        can=offers.can(listing),
        state_papers=appraised.shown(
            listing, rule_sets.rule_set(listing.rule_set, beijing_day(now)), row=from_items[0]
        ),
        state_kinds=appraised.kinds(),
        may_enter=listing.state in state_papers.OPEN,
        papers=listing.documents.select_related("file").order_by("added_at"),
        questions=[] if is_early else list(listing.questions.filter(hidden_at=None).order_by("asked_at")),
        interested=None if is_early else offers.interested(listing),
        is_early=is_early,
        stands=stopped.now(listing, from_items[0]),
        failed=words.failed(is_run_again=is_run_again) if is_failed else "",
        anew="" if is_run_again else anew(from_items),
        change=change,
        back=last if last is not None and last.what == "withdrawal" else None,
        asked=asked_for(listing, change, items=from_items, now=now),
    )
