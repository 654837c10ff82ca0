"""Forms on a right: to claim it with evidence, and to enter an annual fee that was paid at the office."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.people.models import Party
from zhirong.record import actions as record
from zhirong.registry import queries
from zhirong.registry.actions import payments, titles
from zhirong.registry.engine import fees
from zhirong.registry.engine.facts import Reduction
from zhirong.registry.models import Claim, Holding
from zhirong.web import account, lists, pages, uploads
from zhirong.web.registry import right as right_pages
from zhirong.web.registry import words


def parties_of(request: HttpRequest) -> list[Party]:
    """The parties for which this person acts, by name."""
    standing = pages.standing_of(request)
    return list(Party.objects.filter(pk__in=standing.parties).order_by("name")) if standing else []


def chosen_party(request: HttpRequest, name: str = "party") -> Party:
    """The party that a form names; the action asks whether the person may act for it."""
    found = Party.objects.filter(pk=lists.number_of(request.POST.get(name, ""), least=0)).first()
    if found is None:
        raise Refused("web.choice_missing", field=name)
    return found


@require_http_methods(["GET", "POST"])
@pages.signed_in
@pages.form
def claim(request: HttpRequest, right_id: int) -> HttpResponse:
    """/rights/12/claim: a party says that it is the holder whom the register names."""
    right = right_pages.right_or_404(request, right_id)
    unknown = list(Holding.objects.filter(right=right, party__isnull=True, until__isnull=True).order_by("position"))
    parties = parties_of(request)
    mine = Claim.objects.filter(right=right, state="waiting", party__in=parties)
    waiting = set(mine.values_list("holding_id", flat=True))
    if request.method == "POST":
        person = account.known(request)
        wanted = lists.number_of(request.POST.get("holding", ""), least=0)
        holding = next((one for one in unknown if one.pk == wanted), None)
        if holding is None:
            raise Refused("web.choice_missing", field="holding")
        party = chosen_party(request)
        titles.claim_right(person, holding, party, evidence=uploads.evidence(request, person, is_secret=True))
        return HttpResponseRedirect(f"{reverse('right', args=[right.pk])}#h-claims")
    if not unknown:
        raise Http404
    if waiting.issuperset(one.pk for one in unknown):
        # One open claim each: the page of the right says that it waits.
        return HttpResponseRedirect(f"{reverse('right', args=[right.pk])}#h-claims")
    return pages.page(
        request,
        "registry/claim.html",
        here="rights",
        crumbs=crumbs(right.pk, right.number, gettext("Claim this right")),
        right=right,
        holdings=[(one.pk, one.name) for one in unknown if one.pk not in waiting],
        parties=[(one.pk, one.name) for one in parties],
    )


@require_http_methods(["GET", "POST"])
@pages.signed_in
@pages.form
def decide_contest(request: HttpRequest, right_id: int) -> HttpResponse:
    """/rights/12/contest: the operator looked at the register, and the title follows its record or stays."""
    if request.method == "GET":
        return right_pages.right_page(request, right_id)
    right = right_pages.right_or_404(request, right_id)
    answer = request.POST.get("answer", "")
    if answer not in ("stay", "follow"):
        raise Refused("web.choice_missing", field="answer")
    reason = request.POST.get("reason", "")[:1000]
    titles.decide_contest(account.known(request), right, is_followed=answer == "follow", reason=reason)
    return HttpResponseRedirect(f"{reverse('right', args=[right.pk])}#h-facts")


@require_http_methods(["GET", "POST"])
@pages.signed_in
@pages.form
def pay_fee(request: HttpRequest, right_id: int) -> HttpResponse:
    """/rights/12/fees: an annual fee as it was paid at the office, with its receipt."""
    right = right_pages.right_or_404(request, right_id)
    day = beijing_day(record.now())
    facts = queries.facts_of_read([right], day)[0]
    if request.method == "POST":
        person = account.known(request)
        paid = payments.Paid(
            lists.number_of(request.POST.get("year", ""), least=0),
            uploads.day(request, "paid_on"),
            uploads.fen(request, "amount"),
            reduction_of(request.POST.get("reduction", "")),
        )
        payments.pay_fee(person, right, paid, file=uploads.evidence(request, person))
        return HttpResponseRedirect(f"{reverse('right', args=[right.pk])}#h-fees")
    unpaid = [one for one in fees.fee_table(facts, day) if not one.is_paid]
    if not unpaid:
        raise Http404
    return pages.page(
        request,
        "registry/pay_fee.html",
        here="rights",
        crumbs=crumbs(right.pk, right.number, gettext("Enter a paid annual fee")),
        right=right,
        unpaid=unpaid,
        surcharge_fen=words.surcharge_fen(unpaid[0], day),
        amount_fen=unpaid[0].reduced_fen if unpaid[0].grace_ends_on < day else unpaid[0].owed_fen,
        years=[
            (one.year, gettext("Year %(year)s, due %(due)s") % {"year": one.year, "due": one.due_on}) for one in unpaid
        ],
        reductions=[
            (Reduction.NONE, gettext("None")),
            (Reduction.SINGLE, gettext("One applicant, 85% off")),
            (Reduction.JOINT, gettext("Several applicants, 70% off")),
        ],
        today=day.isoformat(),
    )


def reduction_of(text: str) -> Reduction:
    """The reduction that a form names, none where it names no other."""
    return Reduction(text) if text in list(Reduction) else Reduction.NONE


def crumbs(right_id: int, number: str, last: str) -> list[tuple[str, str | None]]:
    """Rights, the right, this form."""
    return [(gettext("Rights"), reverse("rights")), (number, reverse("right", args=[right_id])), (last, None)]
