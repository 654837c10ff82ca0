"""A party as its members see it: who it is, how far its verification has come; registering oneself or from abroad."""

from __future__ import annotations

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from zhirong.people import access, figures
from zhirong.people.actions import parties, secrets, verification
from zhirong.people.models import Party, Person, Verification
from zhirong.record import actions as record
from zhirong.web import account, limits, pages, uploads

MOST_FILES = 10
BESIDE = ("people.no_evidence", "people.not_your_file", "file.no_evidence", "file.evidence_too_large", "file.too_large")
# The shape of a request's state on the page.
STATES = {"waiting": "wait", "accepted": "go", "rejected": "no"}


@require_http_methods(["GET", "POST"])
@pages.signed_in
@pages.form_with(dict.fromkeys(BESIDE, "evidence") | {"identity.not_a_bank_account": "bank_account"})
def party(request: HttpRequest, party_id: int) -> HttpResponse:
    """/account/parties/12: its facts and its requests for verification; a POST gives its bank account, or evidence."""
    person, this = account.known(request), Party.objects.filter(pk=party_id).first()
    # What is another's is not there, as it is for a program.
    if this is None or not access.may(pages.standing_of(request), "people.see_party", this):
        raise Http404
    if request.method == "POST":
        if request.POST.get("deed") == "account":
            secrets.keep_secret(person, this.pk, kind=secrets.ACCOUNT, value=request.POST.get("bank_account", ""))
        else:
            limits.take(request, "upload")
            ask(person, this, request)
        return HttpResponseRedirect(reverse("party", args=[this.pk]))
    asked = Verification.objects.filter(party=this).prefetch_related("evidence").order_by("-asked_at")[:20]
    return pages.page(
        request,
        "people/party.html",
        crumbs=[
            (gettext("My account"), reverse("account")),
            (gettext("My organisations"), reverse("organisations")),
            (this.name, None),
        ],
        party=this,
        masked=parties.masked_secrets(pages.standing_of(request), this),
        requests=[(one, STATES[one.state]) for one in asked],
        may_ask=access.may(pages.standing_of(request), "people.submit_verification", this),
        rest_hours=figures.at("account_change_hours", record.now()),
        may_keep=access.may(pages.standing_of(request), "people.keep_secret", this),
    )


def ask(person: Person, this: Party, request: HttpRequest) -> None:
    """Keep the files as secret and ask for a decision on them, or neither."""
    given = request.FILES.getlist("evidence")[:MOST_FILES]
    brought = [record.bring(one.name or "evidence", uploads.content(one)) for one in given]
    with transaction.atomic():
        kept = [record.keep(person, one, is_secret=True) for one in brought]
        verification.submit_verification(person, this.pk, evidence=kept)


@require_http_methods(["GET", "POST"])
@pages.signed_in
@pages.form
def register(request: HttpRequest) -> HttpResponse:
    """/account/parties: oneself as a natural person, or a party from abroad."""
    if request.method == "POST":
        given = {name: request.POST.get(name, "") for name in ("name", "address")}
        if request.POST.get("deed") == "self":
            made = parties.make_natural_party(
                account.known(request), resident_id=request.POST.get("resident_id", ""), **given
            )
        else:
            kind, country = request.POST.get("kind", ""), request.POST.get("country", "")
            made = parties.make_foreign_party(account.known(request), kind=kind, country=country, **given)
        return HttpResponseRedirect(reverse("party", args=[made.pk]))
    crumbs = [(gettext("My account"), reverse("account")), (gettext("Register yourself or a party from abroad"), None)]
    return pages.page(request, "people/register.html", crumbs=crumbs)


addresses = [
    path("account/parties", register, name="register"),
    path("account/parties/<id:party_id>", party, name="party"),
]
