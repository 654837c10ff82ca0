"""/portfolios: the portfolios of my parties; a new one from rights of mine, typed numbers or a sheet."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Count, Max, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from zhirong.base.refused import Refused
from zhirong.people import access
from zhirong.people.models import Party
from zhirong.people.rules import Standing
from zhirong.registry.models import Right
from zhirong.valuation.actions import portfolio_values
from zhirong.valuation.actions import portfolios as deeds
from zhirong.valuation.models import Portfolio
from zhirong.web import account, filters, lists, pages
from zhirong.web.registry import forms
from zhirong.web.registry import rights as right_lists
from zhirong.web.registry import words as registry_words
from zhirong.web.valuation import numbered
from zhirong.web.valuation.typed import Typed

CHOICES = 40
AT_ONCE = 20
BESIDE = {
    "valuation.rights_count": "numbers",
    "valuation.right_unknown": "numbers",
    "valuation.text_length": "name",
}


def of_parties(standing: Standing | None) -> QuerySet[Portfolio]:
    """The portfolios that are watched for my parties."""
    parties = standing.parties if standing else frozenset()
    found = Portfolio.objects.filter(party__in=parties, ended_at__isnull=True).select_related("party")
    return found.annotate(rights=Count("items"), last=Max("items__pk"))


def columns() -> list[lists.Column]:
    """The list of portfolios."""
    return [
        lists.Column(
            head=gettext("Portfolio"),
            value=lambda one: one.name,
            order="name",
            link=lambda one: reverse("portfolio", args=[one.ref]),
        ),
        lists.Column(head=gettext("For"), value=lambda one: one.party.name, order="party__name"),
        lists.Column(head=gettext("Rights"), value=lambda one: one.rights, kind="number", order="rights"),
        lists.Column(head=gettext("Made"), value=lambda one: one.made_at, kind="moment", order="made_at"),
    ]


@require_http_methods(["GET", "POST"])
@pages.signed_in
@pages.form_with(BESIDE)
@pages.does("valuation.keep_portfolio")
def portfolios_page(request: HttpRequest) -> HttpResponse:
    """The list and the form of a new one."""
    standing, parties = pages.standing_of(request), forms.parties_of(request)
    if request.method == "POST":
        return kept(request, wanted(request, parties))
    found, shown, title = of_parties(standing), columns(), gettext("Portfolios")
    if file := lists.taken_away(request, "portfolios", title, columns=shown, found=found.order_by("-pk")):
        return file
    mine = list(right_lists.own(standing).order_by("-put_at", "-pk")[: CHOICES + 1])
    chosen = set(request.POST.getlist("right"))
    return pages.page(
        request,
        "valuation/portfolios.html",
        here="value",
        crumbs=[(gettext("Value"), reverse("value")), (title, None)],
        title=title,
        table=lists.table(request, "portfolios", title, columns=shown, found=found, order="-made_at"),
        parties=[(one.pk, one.name) for one in parties],
        choices=[choice(one, chosen) for one in mine[:CHOICES]],
        has_more=len(mine) > CHOICES,
        can_keep=access.could(standing, "valuation.keep_portfolio"),
        most=deeds.RIGHTS_MOST,
    )


def kept(request: HttpRequest, said: deeds.Wanted, *, ref: str = "") -> HttpResponse:
    """Keep it and go to its page; few rights are valued while the sender waits, many by a job."""
    found = deeds.keep(account.known(request), said, ref=ref)
    if len(said.rights) <= AT_ONCE:
        portfolio_values.value(found.pk)
    return HttpResponseRedirect(reverse("portfolio", args=[found.ref]))


def choice(right: Right, chosen: set[str]) -> tuple[int, str, bool]:
    """A right of mine as a box to tick."""
    kind = registry_words.label("kind", right.kind)
    return right.pk, f"{filters.title(right)} · {kind} {right.number}", str(right.pk) in chosen


def wanted(request: HttpRequest, parties: Sequence[Party]) -> deeds.Wanted:
    """The portfolio that the form describes; every fault of it at once."""
    typed = Typed(request.POST)
    party = next((one for one in parties if str(one.pk) == typed.text("party")), None)
    if party is None:
        typed.fault(Refused("web.choice_missing"), "party")
    if not typed.text("name"):
        typed.fault(Refused("valuation.text_length", field="name", least=1, most=deeds.NAME_MOST), "name")
    ticked = [lists.number_of(one, least=0) for one in request.POST.getlist("right")]
    rights = [
        *numbered.shown(pages.standing_of(request), ticked),
        *numbered.rights_of(request, typed, is_needed=not ticked),
    ]
    typed.refuse(request)
    assert party is not None
    ids = tuple(dict.fromkeys(one.pk for one in rights))
    return deeds.Wanted(party=party, name=typed.text("name"), rights=ids)
