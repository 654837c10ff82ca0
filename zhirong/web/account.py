"""Log-in, sign-up, one's own password and tokens, and the organisations one acts for."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware import csrf
from django.urls import path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from zhirong.people import access
from zhirong.people.actions import browsers, parties, roles, sign_in, tokens
from zhirong.people.models import Browser, Membership, Person, RoleGrant, Token
from zhirong.record import actions as record
from zhirong.web import agents, limits, pages, views
from zhirong.web.office import done

LANGUAGES = [("zh-hans", "中文"), ("en", "English")]


@cache
def cast() -> list[dict[str, Any]]:
    """The demo's people, as the demo wrote them beside its mark; nobody anywhere else."""
    if not settings.DEMO:
        return []
    told: dict[str, Any] = json.loads((settings.DATA / "demo.json").read_text("utf-8"))
    return list(told.get("cast", []))


def password_of_demo() -> str:
    told = json.loads((settings.DATA / "demo.json").read_text("utf-8"))
    return str(told.get("password", ""))


@require_http_methods(["GET", "POST"])
@pages.form_with({"people.wrong_log_in": "password", "people.locked": "password"})
def log_in(request: HttpRequest) -> HttpResponse:
    """/sign-in: with a password, or in a demo by the button of one of its people."""
    after = request.POST.get("next") or request.GET.get("next", "")
    if request.method == "POST":
        limits.take(request, "log_in")
        login, password = request.POST.get("login", ""), request.POST.get("password", "")
        if settings.DEMO and (chosen := request.POST.get("as")):
            login, password = chosen, password_of_demo()
        person = sign_in.log_in(request.session, login=login, password=password, agent=agent_of(request))
        # What somebody put into this browser before the log-in proves no form after it.
        csrf.rotate_token(request)
        return HttpResponseRedirect(pages.safe_back(after, first_place(person)))
    return pages.page(
        request,
        "people/sign_in.html",
        crumbs=[(gettext("Log in"), None)],
        cast=cast(),
        demo_password=password_of_demo() if settings.DEMO else "",
        after=pages.safe_back(after, ""),
    )


def agent_of(request: HttpRequest) -> str:
    """How the browser calls itself, in two words."""
    return agents.named(request.headers.get("User-Agent", ""))


def first_place(person: Person) -> str:
    """Where a log-in leads: the house's own people to the office, unless they act for a party as well."""
    standing = access.standing_of(person)
    office = pages.place("office")
    if office and standing is not None and not standing.parties and access.may(standing, "people.enter_office"):
        return office
    return pages.place("desk") or reverse("account")


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    if person := pages.person_of(request):
        sign_in.log_out(request.session, person)
    return HttpResponseRedirect("/")


@require_http_methods(["GET", "POST"])
@pages.form_with(
    {
        "people.bad_login": "login",
        "people.login_taken": "login",
        "people.bad_name": "name",
        "people.password_length": "password",
        "people.password_easy": "password",
    }
)
def sign_up(request: HttpRequest) -> HttpResponse:
    """/sign-up: a log-in of one's own; the roles of buyer and holder come with it."""
    if request.method == "POST":
        limits.take(request, "sign_up")
        given = {name: request.POST.get(name, "") for name in ("login", "name", "password", "email", "phone")}
        sign_in.sign_up(**given, language=views.chosen(request, "lang"))
        sign_in.log_in(request.session, login=given["login"], password=given["password"], agent=agent_of(request))
        csrf.rotate_token(request)
        return HttpResponseRedirect(reverse("account"))
    crumbs = [(gettext("Log in"), reverse("sign-in")), (gettext("New log-in"), None)]
    return pages.page(request, "people/sign_up.html", crumbs=crumbs)


@pages.signed_in
def account(request: HttpRequest) -> HttpResponse:
    """/account: who I am here, whom I act for, my roles, tokens."""
    return account_page(request)


def account_page(request: HttpRequest, *, fresh_token: str = "") -> HttpResponse:
    person = known(request)
    now = record.now()
    words = access.roles()
    language = "zh" if views.chosen(request, "lang") == "zh-hans" else "en"
    grants = list(RoleGrant.objects.filter(person=person, ended_at__isnull=True).order_by("role"))
    answer = pages.page(
        request,
        "people/account.html",
        crumbs=[(gettext("My account"), None)],
        roles=[(one.pk, words[one.role][language]) for one in grants if one.confirmed_at],
        # Only at the founding of the house does somebody accept a role; later a second administrator confirms it.
        offered=[(one.pk, words[one.role][language]) for one in grants if not one.confirmed_at],
        browsers=list(browsers.open_browsers(person)[:20]),
        this_key=request.session.session_key,
        languages=LANGUAGES,
        done=done.word(request),
        memberships=Membership.objects.filter(person=person, ended_at__isnull=True).select_related("party"),
        tokens=Token.objects.filter(person=person, ended_at__isnull=True, expires_at__gt=now).order_by("-made_at"),
        fresh_token=fresh_token,
    )
    return done.once(request, answer)


@require_http_methods(["GET", "POST"])
@pages.signed_in
@pages.form_with({"people.no_such_language": "language"})
def change_contact(request: HttpRequest) -> HttpResponse:
    """/account/contact: where and in which language one is told things."""
    if request.method != "POST":
        return account_page(request)
    given = {name: request.POST.get(name, "") for name in ("email", "phone", "language")}
    sign_in.change_contact(known(request), **given)
    return done.tell(request, HttpResponseRedirect(reverse("account")), "contact")


@require_POST
@pages.signed_in
def accept_role(request: HttpRequest, grant_id: int) -> HttpResponse:
    """The founder's second administrator accepts the role; of any other the refusal says who confirms it."""
    found = RoleGrant.objects.filter(pk=grant_id, person=known(request), ended_at__isnull=True).first()
    if found is None:
        raise Http404
    roles.accept_first_role(known(request), found.pk)
    return done.tell(request, HttpResponseRedirect(reverse("account")), "accept_role")


@require_http_methods(["GET", "POST"])
@pages.signed_in
@pages.form
def give_up_role(request: HttpRequest, grant_id: int) -> HttpResponse:
    """/account/roles/12/end: asked once more, since it does not come back by oneself."""
    found = RoleGrant.objects.filter(pk=grant_id, person=known(request), ended_at__isnull=True).first()
    if found is None:
        raise Http404
    if request.method == "POST":
        roles.give_up_role(known(request), found.pk)
        return done.tell(request, HttpResponseRedirect(reverse("account")), "give_up")
    language = "zh" if views.chosen(request, "lang") == "zh-hans" else "en"
    crumbs = [(gettext("My account"), reverse("account")), (gettext("Give up a role"), None)]
    role = access.roles()[found.role][language]
    return pages.page(request, "people/give_up.html", crumbs=crumbs, role=role)


def known(request: HttpRequest) -> Person:
    person = pages.person_of(request)
    assert person is not None, "this page asks for a log-in first"
    return person


@require_http_methods(["GET", "POST"])
@pages.signed_in
@pages.form_with(
    {
        "people.wrong_old_password": "old_password",
        "people.change_locked": "old_password",
        "people.password_same": "new_password",
        "people.password_length": "new_password",
        "people.password_easy": "new_password",
    }
)
def change_password(request: HttpRequest) -> HttpResponse:
    """/account/password: every other session ends with the old one."""
    if request.method == "POST":
        old, new = request.POST.get("old_password", ""), request.POST.get("new_password", "")
        sign_in.change_password(known(request), request.session, old=old, new=new)
        return done.tell(request, HttpResponseRedirect(reverse("account")), "password")
    crumbs = [(gettext("My account"), reverse("account")), (gettext("Change the password"), None)]
    return pages.page(request, "people/password.html", crumbs=crumbs)


@require_http_methods(["GET", "POST"])
@pages.signed_in
@pages.form
def organisations(request: HttpRequest) -> HttpResponse:
    """/account/organisations: register one, or ask to join one that is here."""
    if request.method == "POST":
        given = request.POST
        if given.get("deed") == "join":
            parties.ask_to_join(known(request), code=given.get("code", ""))
        else:
            name, code, address = given.get("name", ""), given.get("code", ""), given.get("address", "")
            made = parties.make_organisation(known(request), name=name, code=code, address=address)
            # Its papers come next: nothing can be sold or bid for before.
            return HttpResponseRedirect(f"{reverse('party', args=[made.pk])}#h-ver")
        return HttpResponseRedirect(reverse("organisations"))
    standing = pages.standing_of(request)
    others = Membership.objects.filter(
        party__in=standing.administered if standing else (), ended_at__isnull=True
    ).exclude(person=known(request))
    found = list(others.select_related("party", "person").order_by("pk"))
    return pages.page(
        request,
        "people/organisations.html",
        crumbs=[(gettext("My account"), reverse("account")), (gettext("My organisations"), None)],
        memberships=Membership.objects.filter(person=known(request), ended_at__isnull=True).select_related("party"),
        waiting=[one for one in found if one.confirmed_at is None],
        members=[one for one in found if one.confirmed_at is not None],
    )


@require_POST
@pages.signed_in
def confirm_member(request: HttpRequest, membership_id: int) -> HttpResponse:
    parties.confirm_member(known(request), membership_id)
    return HttpResponseRedirect(reverse("organisations"))


@require_POST
@pages.signed_in
def leave(request: HttpRequest, membership_id: int) -> HttpResponse:
    """Give up acting for a party; its administrator and the operator end another's, or turn a request down."""
    person = known(request)
    is_own = Membership.objects.filter(pk=membership_id, person=person).exists()
    (parties.leave if is_own else parties.end_membership)(person, membership_id)
    return HttpResponseRedirect(reverse("organisations"))


@require_POST
@pages.signed_in
def make_administrator(request: HttpRequest, membership_id: int) -> HttpResponse:
    """A member may from now on confirm others; its administrator or the operator says so."""
    parties.make_party_administrator(known(request), membership_id)
    return HttpResponseRedirect(reverse("organisations"))


@require_POST
@pages.signed_in
def end_browser(request: HttpRequest, browser_id: int) -> HttpResponse:
    """A browser that was lost, or left open somewhere else."""
    person = known(request)
    if not Browser.objects.filter(pk=browser_id, person=person).exists():
        raise Http404
    browsers.end_browser(person, browser_id)
    return done.tell(request, HttpResponseRedirect(reverse("account")), "end_browser")


@require_POST
@pages.signed_in
def make_token(request: HttpRequest) -> HttpResponse:
    """The one answer that shows the token's text."""
    days = request.POST.get("days", "")
    _, plain = tokens.make_token(
        known(request), name=request.POST.get("name", ""), days=int(days) if days.isdecimal() else 0
    )
    return account_page(request, fresh_token=plain)


@require_POST
@pages.signed_in
def end_token(request: HttpRequest, token_id: int) -> HttpResponse:
    tokens.end_token(known(request), token_id)
    return HttpResponseRedirect(reverse("account"))


addresses = [
    path("sign-in", log_in, name="sign-in"),
    path("sign-out", log_out, name="sign-out"),
    path("sign-up", sign_up, name="sign-up"),
    path("account", account, name="account"),
    path("account/password", change_password, name="password"),
    path("account/organisations", organisations, name="organisations"),
    path("account/members/<id:membership_id>/confirm", confirm_member, name="confirm-member"),
    path("account/members/<id:membership_id>/leave", leave, name="leave"),
    path("account/members/<id:membership_id>/administrator", make_administrator, name="make-administrator"),
    path("account/contact", change_contact, name="contact-change"),
    path("account/roles/<id:grant_id>/accept", accept_role, name="accept-role"),
    path("account/roles/<id:grant_id>/end", give_up_role, name="give-up-role"),
    path("account/browsers/<id:browser_id>/end", end_browser, name="end-browser"),
    path("account/tokens", make_token, name="make-token"),
    path("account/tokens/<id:token_id>/end", end_token, name="end-token"),
]
