"""Who calls: a token or a signed-in browser, asked before the body is read whether their roles fit the deed at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from ninja.security import HttpBearer, SessionAuth

from zhirong.base.refused import Refused
from zhirong.people import access
from zhirong.people.actions import tokens
from zhirong.people.models import Person
from zhirong.people.rules import Standing

Auth = Sequence[Callable[[HttpRequest], Any]]


class TokenAuth(HttpBearer):
    """Authorization: Bearer TOKEN, made on the account page or by POST /api/tokens."""

    def __init__(self, verb: str = "") -> None:
        super().__init__()
        self.verb = verb

    def authenticate(self, request: HttpRequest, token: str) -> Person | None:
        person = tokens.person_of_token(token)
        if person is not None:
            _must_fit(request, person, self.verb)
        return person


class PageAuth(SessionAuth):
    """The session of a browser, with the form's proof of origin (X-CSRFToken) on anything that writes."""

    def __init__(self, verb: str = "") -> None:
        super().__init__(csrf=True)
        self.verb = verb

    def __call__(self, request: HttpRequest) -> Person | None:
        # A token that is not in force is told so, whatever else the request carries.
        if not isinstance(request.user, Person) or "Authorization" in request.headers:
            return None
        super().__call__(request)
        _must_fit(request, request.user, self.verb)
        return request.user


class Visitor:
    """Anybody, where the address is open to all; a token that is named must be in force all the same."""

    # Only so that the description tells which addresses are open; it is taken out there.
    openapi_security_schema: Mapping[str, Any] = {}

    def __call__(self, request: HttpRequest) -> AnonymousUser | None:
        return None if "Authorization" in request.headers else AnonymousUser()


def _must_fit(request: HttpRequest, person: Person, verb: str) -> None:
    """Refused where no role of the person fits the verb for any thing; whether it fits this one the action asks."""
    if verb and not access.could(_standing(request, person), verb):
        access.require(_standing(request, person), verb)
        raise Refused("api.not_found")


def may_ask(verb: str) -> Auth:
    """For addresses whose deed is this verb."""
    assert verb in access.verbs(), verb
    return [TokenAuth(verb), PageAuth(verb)]


PERSON: Auth = [TokenAuth(), PageAuth()]
ANYONE: Auth = [TokenAuth(), PageAuth(), Visitor()]


def person_of(request: HttpRequest) -> Person:
    """Who calls, on an address that asks for a log-in."""
    person = anyone_of(request)
    assert person is not None, "this address asks for a log-in"
    return person


def anyone_of(request: HttpRequest) -> Person | None:
    """Who calls, or nobody, on an address that is open to all."""
    person = getattr(request, "auth", None)
    return person if isinstance(person, Person) else None


def standing_of(request: HttpRequest) -> Standing | None:
    """Roles and parties of the caller, asked once a request."""
    person = anyone_of(request)
    return _standing(request, person) if person else None


def _standing(request: HttpRequest, person: Person) -> Standing | None:
    if not hasattr(request, "house_standing"):
        request.house_standing = access.standing_of(person)  # type: ignore[attr-defined]
    standing: Standing | None = request.house_standing  # type: ignore[attr-defined]
    return standing


def parties_of(request: HttpRequest) -> frozenset[int]:
    """The parties that the caller acts for."""
    standing = standing_of(request)
    return standing.parties if standing else frozenset()


def could(request: HttpRequest, verb: str) -> bool:
    """Whether a role of the caller fits the verb, as a page of the office asks at its door."""
    return access.could(standing_of(request), verb)


def has_role(request: HttpRequest, *roles: str) -> bool:
    """Whether the caller has one of these roles now."""
    standing = standing_of(request)
    return standing is not None and bool(standing.roles & set(roles))
