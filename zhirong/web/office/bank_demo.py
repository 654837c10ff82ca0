"""The simulated custody bank's own page: another house than ours, where a demo's customers pay (demo only)."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from zhirong.exchange.models import Deal, Listing
from zhirong.ledger import bank_view
from zhirong.ledger.actions import simulated
from zhirong.ledger.models import Expectation
from zhirong.people import access
from zhirong.web import lists, pages
from zhirong.web.office import done, rooms

SHOWN = 40


@require_http_methods(["GET", "POST"])
@pages.form
def bank_demo(request: HttpRequest) -> HttpResponse:
    """/bank-demo: pay under a payment code, see what the bank holds and what it has told."""
    if request.method == "POST":
        return counter(request)
    if not settings.DEMO:
        raise Http404
    standing = pages.standing_of(request)
    may_play = access.may(standing, "ledger.play_bank")
    code = request.GET.get("code", "").strip().upper()
    asked = bank_view.expected_of(standing, code) if code else None
    columns = columns_of()
    found = bank_view.bank_lines(standing)
    title = gettext("Lines of the bank")
    if file := lists.taken_away(request, "bank", title, columns=columns, found=found.order_by("pk")):
        return file
    answer = pages.page(
        request,
        "office/bank_demo.html",
        done=done.word(request),
        crumbs=[(gettext("Custody bank (simulated)"), None)],
        bank=bank_view.bank_page(standing),
        table=lists.table(request, "bank", title, columns=columns, found=found, order="-bank_ref"),
        waiting=waiting(request, may_play=may_play),
        asked=asked,
        paid=bank_view.paid([code]).get(code, bank_view.Paid()) if asked else bank_view.Paid(),
        code=code,
        is_unknown=bool(code) and not Expectation.objects.filter(code=code).exists(),
        back=way_back(asked) if asked else None,
        may_play=may_play,
        quirks=quirks(),
    )
    return done.once(request, answer)


def way_back(asked: Expectation) -> tuple[str, str] | None:
    """Number and address of what the payment is for: a listing's page or a deal's."""
    kind, _, pk = asked.topic.partition(":")
    pages_of: dict[str, tuple[type[Listing] | type[Deal], str]] = {
        "listing": (Listing, "listing"),
        "deal": (Deal, "deal"),
    }
    if kind not in pages_of:
        return None
    model, page = pages_of[kind]
    number = model.objects.values_list("number", flat=True).get(pk=pk)
    return number, reverse(page, args=[number])


def columns_of() -> list[lists.Column]:
    """What the bank shows of its lines."""
    return [
        lists.Column(head=gettext("Bank reference"), value=lambda one: one.bank_ref, order="bank_ref"),
        lists.Column(head=gettext("Day"), value=lambda one: one.value_day, kind="day"),
        lists.Column(head=gettext("Payer or payee"), value=lambda one: one.payer),
        lists.Column(head=gettext("Memo"), value=lambda one: one.memo),
        lists.Column(head=gettext("Amount (yuan)"), value=lambda one: one.amount, kind="money", order="amount"),
        lists.Column(
            head=gettext("Told to the exchange"),
            value=lambda one: gettext("not yet") if one.tells_left else gettext("told"),
            state=lambda one: "wait" if one.tells_left else "go",
        ),
    ]


def waiting(request: HttpRequest, *, may_play: bool) -> list[Expectation]:
    """The payments that this person's parties still owe; the operator sees everybody's."""
    found = Expectation.objects.filter(state="open").order_by("-pk")
    if may_play:
        return list(found[:SHOWN])
    standing = pages.standing_of(request)
    if standing is None or not standing.parties:
        return []
    return list(found.filter(account__path__in=bank_view.own_paths(standing))[:SHOWN])


def quirks() -> list[tuple[str, str]]:
    """What may go wrong on the way, for the operator to play."""
    return [
        ("none", gettext("nothing goes wrong")),
        ("late", gettext("told four hours late")),
        ("twice", gettext("told in two statements")),
        ("wrong_amount", gettext("one fen short")),
        ("taken_back", gettext("taken back by the bank")),
        ("stranger", gettext("no payment code on it, whoever pays")),
    ]


def counter(request: HttpRequest) -> HttpResponse:
    """Somebody signed in pays as a customer of the bank."""
    if pages.person_of(request) is None:
        return pages.signed_in(bank_demo)(request)
    if not settings.DEMO:
        raise Http404
    person, given = rooms.who(request), request.POST
    code = given.get("code", "").strip().upper()
    quirk = given.get("quirk") or "none"

    def pay() -> object:
        return simulated.customer_pays(
            person, payer=given.get("payer", "").strip()[:200], amount_fen=rooms.fen_of(request, "amount"),
            memo=code[:200], quirk=simulated.quirk_of(quirk),
        )  # fmt: skip

    def take_back() -> object:
        return simulated.bank_corrects(person, given.get("bank_ref", "").strip())

    then = f"{reverse('bank-demo')}?{urlencode({'code': code})}" if code else reverse("bank-demo")
    return rooms.do(request, {"pay": pay, "take_back": take_back}, then=then)
