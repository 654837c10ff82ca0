"""One listing before the operator: the offer, what the registry and the rule set say of it, two buttons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Q, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext, ngettext

from zhirong.base import citations
from zhirong.base.calendar import beijing_day
from zhirong.exchange import gates, listing_rules, rule_sets, rules, sales, state_assets
from zhirong.exchange.actions import changes, listings, second_runs, withdrawals
from zhirong.exchange.engine import amounts
from zhirong.exchange.models import Deal, Listing, ListingChange, ListingItem, Lot
from zhirong.exchange.rule_sets import RuleSet, Span
from zhirong.people import access
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.record.models import File
from zhirong.registry import basis, labels, queries
from zhirong.registry import rules as registry_rules
from zhirong.registry.engine import states
from zhirong.registry.models import Right
from zhirong.web import filters, pages
from zhirong.web.exchange import altered, appraised, rulebook
from zhirong.web.exchange import times as exchange_times
from zhirong.web.exchange import words as exchange_words
from zhirong.web.office import compared, rooms
from zhirong.web.registry import words as registry_words


@dataclass(frozen=True)
class Finding:
    """One ground of the registry as the page shows it."""

    kind: str
    word: str
    text: str
    rule: str


@dataclass(frozen=True)
class RightInView:
    """A right of the listing: how it stands on the register today and whether it may be sold."""

    pk: int
    number: str
    shown: str
    kind: str
    state: str
    over: str
    holders: str
    claimed: basis.Basis | None
    answer: registry_rules.Freedom
    allowed: bool
    unknown_years: str
    findings: list[Finding]


@rooms.room("exchange.see_office", does=("exchange.review", "exchange.control"))
def listing(request: HttpRequest, listing_id: int) -> HttpResponse:
    """/office/listings/<id>: announce or send back; a suspended one goes on or ends."""
    person = rooms.who(request)
    if request.method == "POST":
        return deed(request, person, listing_id)
    now = record.now()
    one, items, before, waiting = case_of(listing_id)
    rights, shown = [item.right for item in items], in_view(one, items, now=now)
    standing = pages.standing_of(request)
    found, back = rules_in_force(one, now), waiting if waiting and waiting.what == "withdrawal" else None
    change = change_in_view(waiting if back is None else None, rights, now=now)
    possible = listing_rules.LISTING_STEPS[one.state]
    may_control = access.may(standing, "exchange.control", one)
    return rooms.show(
        request,
        "listing.html",
        here="office",
        title=filters.title(one),
        listing=one,
        state=exchange_words.listing_state(one) if sales.of(one) == "failed" else state_of(one.state),
        failed=exchange_words.failed(is_run_again=found.on_default == "rerun") if sales.of(one) == "failed" else "",
        rights=shown,
        compared=compared.of(one, items[0], [(right.number, right.answer) for right in shown]),
        lot=lot_of(one, items[0]),
        before=before,
        figures=figures(found, one, now=now),
        state_papers=appraised.shown(one, found, row=items[0]),
        rule_set=found.zh if filters.is_chinese() else found.en,
        may_review=access.may(standing, "exchange.review", one),
        change=change,
        back=back,
        may_change=waiting is not None
        and waiting.proposed_by_id != person.pk
        and access.may(standing, "exchange.review", one),
        could_review=access.could(standing, "exchange.review"),
        deeds=[deed for deed in ("suspend", "resume", "terminate") if may_control and deed in possible],
        public=rooms.link("listing", one.number) if one.announced_at else "",
    )


def deed(request: HttpRequest, person: Person, listing_id: int) -> HttpResponse:
    """The deeds of the house on a listing, and on what its seller asks for."""
    reason, is_said = request.POST.get("reason", ""), request.POST.get("fees_unknown") == "yes"

    def asked() -> int:
        return rooms.number_of(request, "change")

    return rooms.do(
        request,
        {
            "announce": lambda: listings.announce(person, listing_id, fees_unknown=is_said),
            "send_back": lambda: listings.send_back(person, listing_id, reason=reason),
            "approve_change": lambda: changes.approve(person, asked(), fees_unknown=is_said),
            "refuse_change": lambda: changes.refuse(person, asked(), reason=reason),
            "approve_withdrawal": lambda: withdrawals.approve(person, asked(), reason=reason),
            "refuse_withdrawal": lambda: withdrawals.refuse(person, asked(), reason=reason),
            "suspend": lambda: listings.suspend(person, listing_id, reason=reason),
            "resume": lambda: listings.resume(person, listing_id, reason=reason),
            "terminate": lambda: listings.terminate(person, listing_id, reason=reason),
        },
    )


@dataclass(frozen=True)
class ChangeInView:
    """What a seller asks to change: each line as announced and as it would be."""

    pk: int
    by: str
    since: datetime
    by_id: int
    lines: list[altered.Line]


def change_in_view(waiting: ListingChange | None, rights: list[Right], *, now: datetime) -> ChangeInView | None:
    """The change that waits, its differing lines alone."""
    if waiting is None:
        return None
    differing = altered.asked(waiting, [right.pk for right in rights], day=beijing_day(now))
    return ChangeInView(waiting.pk, waiting.proposed_by.name, waiting.proposed_at, waiting.proposed_by_id, differing)


def case_of(listing_id: int) -> tuple[Listing, list[ListingItem], dict[str, int], ListingChange | None]:
    """The listing with its people and rights, what its seller did here and asks to change, in one question."""
    deals = Deal.objects.filter(seller=OuterRef("listing__seller")).order_by().values("seller")

    def of_state(state: str) -> Subquery:
        counted = deals.filter(state=state).annotate(n=Count("pk")).values("n")
        return Subquery(counted, output_field=IntegerField())

    people = ("listing__seller", "listing__made_by", "listing__reviewed_by", "listing__edition_of_rules")
    items = ListingItem.objects.filter(listing=listing_id).select_related("right", *people).order_by("position")
    counted = items.annotate(sold=of_state("settled"), annulled=of_state("annulled"), **of_change(), **of_basis())
    counted = counted.annotate(**compared.beside("listing"), **of_lot())
    found: list[ListingItem] = list(counted.annotate(**state_assets.beside("listing")))
    if not found:
        raise Http404
    counts = {name: int(getattr(found[0], name) or 0) for name in ("sold", "annulled")}
    return found[0].listing, found, counts, _waiting(found[0])


def of_basis() -> dict[str, Subquery]:
    """By what the seller holds each right: the register's name for it, and its accepted claim."""
    return basis.beside("right", "listing__seller")


def of_lot() -> dict[str, Subquery]:
    """The listing's newest auction beside its items."""
    newest = Lot.objects.filter(listing=OuterRef("listing")).order_by("-run")
    return {f"lot_{name}": Subquery(newest.values(name)[:1]) for name in ("pk", "state")}


def lot_of(one: Listing, row: Any) -> tuple[str, bool] | None:
    """While the listing is in its auction: the auction's own page at the office, and whether it stands still there."""
    if one.state != "bidding" or row.lot_pk is None:
        return None
    return rooms.link("office-lot", row.lot_pk), row.lot_state == "paused"


def of_change() -> dict[str, Subquery]:
    """The change that waits beside the listing's items, so that it costs no question of its own."""
    in_time = Q(what="change", listing__state="announced")
    in_time |= Q(what="withdrawal", listing__state__in=withdrawals.STATES)
    waiting = ListingChange.objects.filter(in_time, listing=OuterRef("listing"), state="open")
    names = ("pk", "what", "offer", "ground", "file__name", "proposed_at", "proposed_by", "proposed_by__name")
    return {f"change_{name.replace('__', '_')}": Subquery(waiting.values(name)[:1]) for name in names}


def _waiting(item: Any) -> ListingChange | None:
    if item.change_pk is None:
        return None
    by = Person(pk=item.change_proposed_by, name=item.change_proposed_by_name)
    return ListingChange(
        pk=item.change_pk,
        listing=item.listing,
        what=item.change_what,
        offer=item.change_offer,
        ground=item.change_ground,
        file=File(name=item.change_file_name) if item.change_file_name else None,
        proposed_by=by,
        proposed_at=item.change_proposed_at,
    )


def rules_in_force(one: Listing, now: datetime) -> RuleSet:
    """The rule set as the listing was announced under, or as it would be announced today."""
    if one.edition_of_rules and one.rules_day:
        return rule_sets.as_kept(one.edition_of_rules.text, one.rules_day)
    return rule_sets.rule_set(one.rule_set, beijing_day(now))


def in_view(one: Listing, items: list[ListingItem], *, now: datetime) -> list[RightInView]:
    """Each right with the registry's answer, as the gate will ask it when the listing is announced."""
    day, rights = beijing_day(now), [item.right for item in items]
    held = {item.right_id: basis.of_row(item, one.seller.name) for item in items}
    found = queries.facts_of_many(rights, day)
    shown = []
    for right, facts in zip(rights, found, strict=True):
        answer, standing = gates.judge(facts, seller=one.seller, now=now), states.standing(facts, day)
        shown.append(
            RightInView(
                pk=right.pk,
                number=facts.number,
                shown=filters.title(right),
                kind=of("kind", facts.kind),
                state=registry_words.state(standing)[1],
                over=gettext(", ").join(of("overlay", lies) for lies in sorted(standing.overlays)),
                claimed=held.get(right.pk),
                holders=gettext(", ").join(holder.name for holder in facts.holders) or gettext("nobody known"),
                answer=answer,
                allowed=answer.allowed,
                unknown_years=registry_words.unknown_years(facts, day),
                findings=[finding(reason) for reason in answer.reasons],
            )
        )
    return shown


def of(group: str, code: str) -> str:
    """What the registry calls it, in the language of the page."""
    return labels.of(group, code)["zh" if filters.is_chinese() else "en"]


def finding(reason: registry_rules.Reason) -> Finding:
    """A ground that blocks, or one that the listing must disclose."""
    blocks = str(reason.effect) == "blocked"
    return Finding(
        kind="no" if blocks else "wait",
        word=gettext("Blocks") if blocks else gettext("To disclose"),
        text=registry_rules.sentence(reason, translation.get_language() or "zh-hans"),
        rule=citations.rule(reason.rule, translation.get_language() or "zh-hans"),
    )


def figures(found: RuleSet, one: Listing, *, now: datetime) -> list[tuple[str, str, str]]:
    """The rule set's figures for this listing, each with the source it stands on."""
    said = rule_sets.sources(found.code)

    def line(word: str, value: str, figure: str) -> tuple[str, str, str]:
        entry = max(said[figure], key=lambda entry: entry["from"])
        # The house's own choices carry no law; a source in law is shown as it is cited.
        return (
            word,
            value,
            gettext("the house's own figure")
            if entry["certain"] == "design"
            else rulebook.source_said(str(entry["source"])),
        )

    asking = one.asking_fen
    first, announced = found.announcement_for(asking), second_runs.announcement(one, found, now=now)
    fees = {side: yuan(rules.fee_fen(found, asking, side=side)) for side in ("seller", "buyer")}
    return [
        line(gettext("Announced for"), span(announced), "announcement" if announced == first else "announcement_again"),
        line(gettext("Extended, when nobody came"), times(found.announcement_extensions), "announcement_extensions"),
        line(gettext("Deposit"), yuan(one.deposit_fen), "deposit_share"),
        line(gettext("Least step at the asking price"), yuan(amounts.step_at(found.steps, asking)), "steps"),
        *(line(label, said, figure) for label, said, figure in exchange_times.bidding(found)),
        line(gettext("Contract within"), span(found.contract), "contract"),
        line(gettext("Payment within"), span(found.payment), "payment"),
        line(gettext("Seller's fee at the asking price"), fees["seller"], "fees_seller_ppm"),
        line(gettext("Buyer's fee at the asking price"), fees["buyer"], "fees_buyer_ppm"),
    ]  # fmt: skip


def yuan(fen: int) -> str:
    """An amount with its unit, as a word of the page."""
    return f"{filters.yuan(fen)} {gettext('yuan')}"


def times(count: int) -> str:
    return ngettext("%(n)s time", "%(n)s times", count) % {"n": count}


def span(length: Span) -> str:
    """A length of time in the words of the page."""
    n = length.count
    words = {
        "seconds": ngettext("%(n)s second", "%(n)s seconds", n),
        "minutes": ngettext("%(n)s minute", "%(n)s minutes", n),
        "hours": ngettext("%(n)s hour", "%(n)s hours", n),
        "days": ngettext("%(n)s day", "%(n)s days", n),
        "working_days": ngettext("%(n)s working day", "%(n)s working days", n),
        "months": ngettext("%(n)s month", "%(n)s months", n),
    }
    return words[length.unit] % {"n": n}


def state_of(state: str) -> tuple[str, str]:
    """Shape and word of a listing's state."""
    words = {
        "draft": ("off", gettext("Draft")),
        "submitted": ("wait", gettext("Waits for review")),
        "returned": ("half", gettext("Sent back")),
        "announced": ("on", gettext("Announced")),
        "qualifying": ("wait", gettext("Buyers being qualified")),
        "answering": ("wait", gettext("Seller answers")),
        "bidding": ("on", gettext("In the auction")),
        "sold": ("done", gettext("Sold, in settlement")),
        "offering": ("wait", gettext("Offered to the next best")),
        "settled": ("done", gettext("Sold and settled")),
        "suspended": ("wait", gettext("Suspended")),
        "ended": ("off", gettext("Ended unsold")),
        "withdrawn": ("off", gettext("Withdrawn")),
        "terminated": ("no", gettext("Terminated")),
    }
    return words[state]
