"""What a seller's form says as an offer, and what would follow from it: announcement, deposit, steps, fees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext

from zhirong.base import citations
from zhirong.base.calendar import beijing_day, china
from zhirong.base.refused import Refused
from zhirong.exchange import bound, gates, listing_rules, rule_sets, rules, state_assets, stops
from zhirong.exchange.actions import second_runs
from zhirong.exchange.actions.listings import Offer, checked
from zhirong.exchange.models import Listing, ListingItem
from zhirong.people.models import Party
from zhirong.registry import queries
from zhirong.registry import rules as registry_rules
from zhirong.registry.models import Right
from zhirong.web import filters, lists, uploads
from zhirong.web.exchange import stopped, times, words
from zhirong.web.registry import words as registry_words

RIGHTS_SHOWN = 60
FIELDS = ("party", "find", "title", "title_en", "summary", "requirement", "asking", "reserve", "rule_set")


@dataclass(frozen=True)
class Choice:
    """A right that the seller may put into the listing, and whether it is free to be sold today."""

    right: Right
    kind: str
    is_chosen: bool
    is_free: bool
    unknown_years: str
    live_number: str
    reasons: list[tuple[str, str]]


@dataclass(frozen=True)
class Following:
    """What the rule set makes of a price."""

    rules: rule_sets.RuleSet
    closes_at: datetime
    is_provisional: bool
    deposit_fen: int
    step_fen: int
    seller_fee_fen: int
    buyer_fee_fen: int
    proceeds_fen: int


def given(request: HttpRequest, listing: Listing | None, *, rights: list[int]) -> dict[str, Any]:
    """What stands in the form: typed just now, else of the listing, else empty."""
    empty = dict.fromkeys(FIELDS, "")
    if request.POST:
        chosen = [lists.number_of(one) for one in request.POST.getlist("rights")]
        return {**empty, **request.POST.dict(), "rights": chosen}
    if listing is None:
        default = "demo" if settings.DEMO else ""
        return {**empty, "rule_set": default, **request.GET.dict(), "rights": rights}
    return {
        **empty,
        "party": str(listing.seller_id),
        "rights": rights,
        "title": listing.title,
        "title_en": listing.title_en,
        "summary": listing.summary,
        "asking": filters.yuan(listing.asking_fen),
        "reserve": filters.yuan(listing.reserve_fen) if listing.reserve_fen else "",
        "rule_set": listing.rule_set,
        "requirement": listing.requirement,
    }


def in_its_own_words(given: dict[str, Any], choices: Sequence[Choice]) -> dict[str, Any]:
    """A form of one right whose title is still empty starts with that right's titles and abstract."""
    chosen = [one.right for one in choices if one.is_chosen]
    if len(chosen) != 1 or str(given.get("title", "")).strip():
        return given
    right = chosen[0]
    own = {"title": right.title[:200], "title_en": right.title_en[:200], "summary": right.abstract[:2000]}
    return {**given, **{name: given.get(name) or words for name, words in own.items()}}


def offer_of(request: HttpRequest, seller: Party) -> Offer:
    """The form as an offer; amounts in yuan as people type them. One right without a title stands under its own."""
    post = request.POST
    chosen = tuple(lists.number_of(one) for one in post.getlist("rights"))
    title, title_en = post.get("title", ""), post.get("title_en", "")
    if len(chosen) == 1 and not title.strip():
        held = Right.objects.visible().filter(pk=chosen[0], holdings__party=seller, holdings__until=None).first()
        title, title_en = (held.title[:200], title_en or held.title_en[:200]) if held else (title, title_en)
    return Offer(
        seller=seller,
        rights=chosen,
        title=title,
        title_en=title_en,
        summary=post.get("summary", ""),
        asking_fen=uploads.fen(request, "asking"),
        reserve_fen=uploads.fen(request, "reserve") if post.get("reserve", "").strip() else None,
        rule_set=post.get("rule_set", ""),
        requirement=post.get("requirement", ""),
    )


def following(offer: Offer, now: datetime) -> Following:
    """The figures that would be announced if the operator announced it now; the offer is judged first."""
    found = checked(offer, now)
    before = second_runs.former(offer.seller, offer.rights, found, now=now)
    announced = found.announcement_again if before else None
    closes = listing_rules.after(now, announced or found.announcement_for(offer.asking_fen), china())
    seller_fee = rules.fee_fen(found, offer.asking_fen, side="seller")
    return Following(
        rules=found,
        closes_at=closes.at,
        is_provisional=closes.provisional,
        deposit_fen=rules.deposit_fen(found, offer.asking_fen),
        step_fen=[step for low, step in found.steps if low <= offer.asking_fen][-1],
        seller_fee_fen=seller_fee,
        buyer_fee_fen=rules.fee_fen(found, offer.asking_fen, side="buyer"),
        proceeds_fen=offer.asking_fen - seller_fee,
    )


def following_or_none(offer: Offer | None, now: datetime) -> Following | None:
    """The same for a page that shows the form whatever is typed."""
    try:
        return following(offer, now) if offer else None
    except Refused:
        return None


def choices(seller: Party | None, chosen: Sequence[int], *, text: str, now: datetime, rights: Any) -> list[Choice]:
    """The seller's rights with what stands for or against a sale, the chosen ones first."""
    if seller is None:
        return []
    if text:
        rights = rights.filter(Q(title__icontains=text) | Q(number__icontains=text) | Q(pk__in=chosen))
    found = list(rights.order_by("-put_at", "-pk")[:RIGHTS_SHOWN])
    found.sort(key=lambda right: right.pk not in chosen)
    facts = queries.facts_of_read(found, beijing_day(now)) if found else []
    language = "zh" if filters.is_chinese() else "en"
    rows = []
    for right, one in zip(found, facts, strict=True):
        freedom = gates.judge(one, seller=seller, now=now)
        reasons = [
            (registry_rules.sentence(reason, language), citations.rule(reason.rule, language))
            for reason in freedom.reasons
        ]
        kind = registry_words.label("kind", right.kind)
        unknown = registry_words.unknown_years(one, beijing_day(now))
        rows.append(Choice(right, kind, right.pk in chosen, freedom.allowed, unknown, right.live_number or "", reasons))
    return rows


def rule_choices(seller: Party | None, now: datetime, *, asking_fen: int) -> list[dict[str, Any]]:
    """The rule sets that this seller may choose, each explained by its figures."""
    found = [rule_sets.rule_set(code, beijing_day(now)) for code in rule_sets.codes()]
    # The usual one first; the form marks the first where none is chosen yet.
    allowed = [one for one in found if may_choose(one, seller)]
    allowed.sort(key=lambda one: (one.basis in ("court", "demo"), one.form != "timed"))
    return [
        {
            "code": one.code,
            "name": words.rule_set_name(one),
            "announcement": words.span(one.announcement_for(max(asking_fen, 0))),
            "form": gettext("Timed, with extensions") if one.form == "timed" else gettext("Free period, then limited"),
            "bidding": words.span(one.least_duration),
            "extension": times.late_bid(one),
            "deposit": words.share(one.deposit_share),
            "payment": words.span(one.payment),
            "marked": one.marked,
        }
        for one in allowed
    ]


def may_choose(one: rule_sets.RuleSet, seller: Party | None) -> bool:
    """State-owned sellers have their own rules (X5), and nobody else needs them; minutes are for demonstrations."""
    if one.marked:
        return bool(settings.DEMO_RULES)
    return (one.basis == "state") == bool(seller and seller.is_state_owned)


def items_of(number: str) -> list[ListingItem]:
    """The rights of a listing with the listing itself, in one query; every listing has one at least."""
    beside = ("right", "listing__seller", "listing__edition_of_rules", "listing__batch")
    items = ListingItem.objects.filter(listing__number=number).select_related(*beside).order_by("position")
    return list(items.annotate(**state_assets.beside("listing"), **stops.beside("listing")))


def offer_from(listing: Listing, rights: Sequence[Right]) -> Offer:
    """The offer that a draft makes, for what would follow from it."""
    return Offer(
        seller=listing.seller,
        rights=tuple(right.pk for right in rights),
        title=listing.title,
        summary=listing.summary,
        asking_fen=listing.asking_fen,
        reserve_fen=listing.reserve_fen,
        rule_set=listing.rule_set,
    )


def findings(
    listing: Listing, rights: Sequence[Right], now: datetime
) -> list[tuple[Right, bool, str, list[tuple[str, str]]]]:
    """Each right with whether the gate would let it through now, years of unknown fees, every reason with its rule."""
    language = "zh" if filters.is_chinese() else "en"
    rows = []
    for right, facts in zip(rights, queries.facts_of_read(rights, beijing_day(now)), strict=True):
        freedom = gates.judge(facts, seller=listing.seller, now=now)
        reasons = [
            (registry_rules.sentence(reason, language), citations.rule(reason.rule, language))
            for reason in freedom.reasons
        ]
        rows.append((right, freedom.allowed, registry_words.unknown_years(facts, beijing_day(now)), reasons))
    return rows


def can(listing: Listing) -> dict[str, bool]:
    """Which of the seller's deeds the state allows (B8); the actions decide."""
    steps = listing_rules.LISTING_STEPS[listing.state]
    return {
        "edit": "change" in steps,
        "submit": "submit" in steps,
        "withdraw": "withdraw" in steps,
        "answer": listing.state == "answering",
        "papers": listing.state not in listing_rules.OVER,
    }


def steps(listing: Listing) -> list[tuple[str, str, str]]:
    """The course of a listing seen from the seller's side."""
    at = filters.short_moment
    here = {"draft": 0, "returned": 0, "submitted": 1, "announced": 2, "qualifying": 2, "answering": 3, "bidding": 3}
    now = here.get(listing.suspended_from or listing.state, 4)
    rows = [
        (gettext("Draft"), ""),
        (gettext("Review by the operator"), at(listing.submitted_at) if listing.submitted_at else ""),
        (gettext("Announced, buyers register"), at(listing.announced_at) if listing.announced_at else ""),
        (gettext("Bidding or your answer"), stopped.closes(listing)),
        (gettext("A deal"), ""),
    ]
    is_over = listing.state in ("settled", "ended", "withdrawn", "terminated")
    return [
        (
            word,
            when,
            "was" if place < now or listing.state == "settled" else "now" if place == now and not is_over else "",
        )
        for place, (word, when) in enumerate(rows)
    ]


def interested(listing: Listing) -> dict[str, int]:
    """How many registered, how many are admitted, to how many it is bound; never who."""
    found = listing.intents.exclude(state__in=("void", "withdrawn"))
    rows = list(found.annotate(is_bound=Q(pk__in=bound.buyers(listing))).values_list("state", "is_bound"))
    states = [state for state, _ in rows]
    return {
        "registered": len(states),
        "admitted": states.count("admitted"),
        "bound": sum(is_bound for _, is_bound in rows),
    }
