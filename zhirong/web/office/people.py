"""People and roles: one administrator grants, a second confirms; closing a log-in ends what hangs on it."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext

from zhirong.base.refused import Refused
from zhirong.people import access
from zhirong.people.actions import roles as role_actions
from zhirong.people.models import Person, RoleGrant
from zhirong.web import filters, lists, pages, reading
from zhirong.web.office import rooms

DEEDS = ("people.grant_role", "people.confirm_role", "people.withdraw_role", "people.close_person")


def role_word(role: str) -> str:
    """A role in the language of the page."""
    return str(access.roles()[role]["zh" if filters.is_chinese() else "en"])


def roles_of(person: Person) -> str:
    """The roles in force, from what was read ahead."""
    held = [grant.role for grant in person.role_grants.all() if grant.confirmed_at and not grant.ended_at]
    return gettext(", ").join(role_word(role) for role in sorted(held))


@rooms.room("people.see_people", does=DEEDS)
def people(request: HttpRequest) -> HttpResponse:
    """/office/people: every log-in, and the roles that wait for a second word."""
    person = rooms.who(request)
    if request.method == "POST":
        confirm = lambda: role_actions.confirm_role(person, grant_of(request))  # noqa: E731
        return rooms.do(request, {"confirm": confirm}, then=reverse("office-people"))
    found = role_actions.people_seen_by(pages.standing_of(request))
    asked, role = request.GET.get("q", "").strip(), reading.choice(request, "role", access.roles())
    if asked:
        found = found.filter(Q(login__icontains=asked) | Q(name__icontains=asked))
    if role:
        held = RoleGrant.objects.filter(role=role, confirmed_at__isnull=False, ended_at__isnull=True)
        found = found.filter(pk__in=held.values("person"))
    columns = [
        lists.Column(head=gettext("Log-in"), value=lambda one: one.login, order="login", is_code=True,
                      link=lambda one: reverse("office-person", args=[one.pk])),
        lists.Column(head=gettext("Name"), value=lambda one: one.name, order="name"),
        lists.Column(head=gettext("Roles"), value=roles_of),
        lists.Column(head=gettext("Acts for"), value=acts_for),
        lists.Column(head=gettext("Here since"), value=lambda one: one.made_at, kind="moment", order="made_at"),
        lists.Column(head=gettext("State"), value=lambda one: gettext("open") if one.is_active else gettext("closed"),
                      state=lambda one: "go" if one.is_active else "off"),
    ]  # fmt: skip
    title = gettext("People")
    if file := lists.taken_away(request, "people", title, columns=columns, found=found):
        return file
    waiting = RoleGrant.objects.filter(confirmed_at__isnull=True, ended_at__isnull=True)
    standing = pages.standing_of(request)
    grants = list(waiting.select_related("person", "granted_by").order_by("granted_at")[:50])
    return rooms.show(
        request,
        "people.html",
        here="office-people",
        title=title,
        table=lists.table(request, "people", title, columns=columns, found=found, order="login"),
        waiting=[
            (one, role_word(one.role), access.may(standing, "people.confirm_role", one)) for one in grants
        ],
        roles=[("", gettext("any role")), *((name, role_word(name)) for name in access.roles())],
        asked=asked,
        role=role,
    )  # fmt: skip


def acts_for(person: Person) -> str:
    """The parties a person acts for now."""
    belongs = [one.party.name for one in person.memberships.all() if one.confirmed_at and not one.ended_at]
    return gettext(", ").join(belongs)


def grant_of(request: HttpRequest) -> int:
    """The grant that a form names."""
    found = RoleGrant.objects.filter(pk=rooms.number_of(request, "grant")).values_list("pk", flat=True).first()
    if found is None:
        raise Refused("people.no_such_grant")
    return found


@rooms.room("people.see_people", does=DEEDS)
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    """/office/people/<id>: grant a role, confirm or withdraw one, close the log-in."""
    me = rooms.who(request)
    one = get_object_or_404(Person, pk=person_id)
    if request.method == "POST":
        deeds: rooms.Deeds = {
            "grant": lambda: role_actions.grant_role(me, one.pk, request.POST.get("role", "")),
            "confirm": lambda: role_actions.confirm_role(me, grant_of(request)),
            "withdraw": lambda: role_actions.withdraw_role(me, grant_of(request)),
            "close": lambda: role_actions.close_person(me, one.pk),
        }
        return rooms.do(request, deeds)
    standing = pages.standing_of(request)
    grants = list(one.role_grants.select_related("person", "granted_by", "confirmed_by").order_by("-pk"))
    belongs = one.memberships.filter(ended_at__isnull=True).select_related("party")
    return rooms.show(
        request,
        "person.html",
        here="office-people",
        title=one.name,
        way=(gettext("People"), reverse("office-people")),
        one=one,
        memberships=list(belongs),
        grants=[
            {
                "row": row,
                "word": role_word(row.role),
                "may_confirm": not row.ended_at and not row.confirmed_at
                and access.may(standing, "people.confirm_role", row),
                "may_withdraw": not row.ended_at and access.may(standing, "people.withdraw_role", row),
            }
            for row in grants
        ],
        may_grant=one.is_active and access.may(standing, "people.grant_role", one),
        may_close=one.is_active and access.may(standing, "people.close_person", one),
        roles=[(name, role_word(name) + two(name)) for name in access.roles()],
    )  # fmt: skip


def two(role: str) -> str:
    """A mark beside a role that takes two administrators."""
    return gettext(" (two administrators)") if access.roles()[role]["given"] == "two" else ""
