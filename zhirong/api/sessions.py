"""Signing up and in for programs: a token for a log-in and its password, and its end."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.http import HttpRequest
from ninja import Router
from ninja.throttling import SimpleRateThrottle
from pydantic import Field

from zhirong.api import calling, problems, shapes
from zhirong.base.refused import Refused
from zhirong.people import access
from zhirong.people.actions import browsers, sign_in, tokens
from zhirong.people.models import Browser, Person, Token
from zhirong.record import actions as record

router = Router(tags=["sign-in"])
NO_NUL = shapes.NO_NUL
Login = Annotated[str, Field(max_length=64, pattern=NO_NUL, examples=["li.ming"])]
Password = Annotated[str, Field(max_length=256, pattern=NO_NUL, examples=["quiet-harbour-lamp-7"])]
Days = Annotated[int, Field(ge=1, le=3660, description="Days for which the token is in force", examples=[30])]


class ByAddress(SimpleRateThrottle):
    """So many requests from one address: a brake against guessing; the lock is the counted tries of a log-in."""

    scope = "sign-in"

    def get_cache_key(self, request: HttpRequest) -> str:
        # What a proxy's header says is the caller's to invent, so it is not read.
        return f"api-{request.path}-{request.META.get('REMOTE_ADDR', '')}"


class SignIn(shapes.Said):
    """A log-in and its password, for a token."""

    login: Login
    password: Password
    name: shapes.Short = Field("sign-in", description="What the token is called on the account page")
    days: Days = 1


class NewToken(shapes.Said):
    """A further token of the caller."""

    name: shapes.Short = Field(examples=["nightly export"])
    days: Days


class SignUp(shapes.Said):
    """A new log-in."""

    login: Login
    password: Password
    name: Annotated[str, Field(max_length=100, pattern=NO_NUL, examples=["李明"])]
    email: Annotated[str, Field(max_length=254, pattern=NO_NUL)] = ""
    phone: Annotated[str, Field(max_length=32, pattern=NO_NUL)] = ""
    language: Annotated[str, Field(max_length=16, pattern=NO_NUL, examples=["zh-hans"])] = "zh-hans"


class TokenTold(shapes.Told):
    """A token by its name; its text is told once, when it is made."""

    token_id: int
    name: str
    made_at: datetime
    expires_at: datetime


class FreshToken(TokenTold):
    """A token with its text, which nobody can see again."""

    token: str = Field(examples=["zr_…"], description="Send it as Authorization: Bearer TOKEN")


class Signed(shapes.Told):
    """A new log-in by its ref."""

    ref: shapes.Ref
    login: str


def told(token: Token) -> TokenTold:
    return TokenTold(token_id=token.pk, name=token.name, made_at=token.made_at, expires_at=token.expires_at)


def fresh(person: Person, *, name: str, days: int) -> FreshToken:
    token, plain = tokens.make_token(person, name=name, days=days)
    return FreshToken(**told(token).model_dump(), token=plain)


@router.post(
    "/sign-up",
    auth=None,
    throttle=[ByAddress("20/10m")],
    summary="Make a log-in",
    **problems.told(
        Signed, "people.bad_login", "people.login_taken", "people.bad_name", "people.password_length",
        "people.password_easy", "people.no_such_language", "api.too_often",
    ),
)  # fmt: skip
def sign_up(request: HttpRequest, said: SignUp) -> Signed:
    """The roles of holder and buyer come with it; whom the person acts for is a matter of parties."""
    person = sign_in.sign_up(**said.model_dump())
    return Signed(ref=person.ref, login=person.login)


@router.post(
    "/sign-in",
    auth=None,
    throttle=[ByAddress("60/m")],
    summary="Exchange log-in and password for a token",
    **problems.told(
        FreshToken, "people.wrong_log_in", "people.locked", "people.closed", "people.token_days",
        "people.too_many_tokens", "people.bad_name", "api.too_often",
    ),
)  # fmt: skip
def exchange_password(request: HttpRequest, said: SignIn) -> FreshToken:
    """Each wrong password costs a try of the log-in, as on the page."""
    person = sign_in.log_in(SessionStore(), login=said.login, password=said.password)
    return fresh(person, name=said.name, days=said.days)


@router.get("/tokens", summary="My tokens in force", **problems.told(list[TokenTold]))
def list_tokens(request: HttpRequest) -> list[TokenTold]:
    """Newest first; their texts are known to nobody but their owner."""
    mine = Token.objects.filter(
        person=calling.person_of(request), ended_at__isnull=True, expires_at__gt=record.now()
    ).order_by("-pk")
    return [told(token) for token in mine]


@router.post(
    "/tokens",
    auth=calling.may_ask("people.make_token"),
    summary="Make a token",
    **problems.told(FreshToken, "people.token_days", "people.too_many_tokens", "people.bad_name"),
)
def make_token(request: HttpRequest, said: NewToken) -> FreshToken:
    """Its text is in this answer and nowhere else."""
    return fresh(calling.person_of(request), name=said.name, days=said.days)


@router.delete("/tokens/{int:token_id}", summary="End a token", **problems.told(shapes.Done))
def end_token(request: HttpRequest, token_id: shapes.Id) -> shapes.Done:
    """One's own, or another's as administrator: worth nothing from now on; ending it again changes nothing."""
    token = shapes.one(Token.objects.select_related("person"), pk=token_id)
    if not access.may(calling.standing_of(request), "people.end_token", token):
        raise Refused("api.not_found")
    tokens.end_token(calling.person_of(request), token.pk)
    return shapes.Done()


class BrowserTold(shapes.Told):
    """A browser in which the caller is logged in."""

    browser_id: int
    agent: str = Field(examples=["Chrome · Windows"])
    began_at: datetime


@router.get("/me/browsers", summary="Browsers in which I am logged in", **problems.told(list[BrowserTold]))
def list_browsers(request: HttpRequest) -> list[BrowserTold]:
    """Newest first; a token is none."""
    found = browsers.open_browsers(calling.person_of(request))
    return [BrowserTold(browser_id=one.pk, agent=one.agent, began_at=one.began_at) for one in found]


@router.delete("/me/browsers/{int:browser_id}", summary="Log a browser out", **problems.told(shapes.Done))
def end_browser(request: HttpRequest, browser_id: shapes.Id) -> shapes.Done:
    """A telephone that was lost, for instance: its session is worth nothing from now on."""
    person = calling.person_of(request)
    browsers.end_browser(person, shapes.one(Browser.objects.filter(person=person), pk=browser_id).pk)
    return shapes.Done()


class NewPassword(shapes.Said):
    """The old password and a new one."""

    old: Password
    new: Password


class Contact(shapes.Said):
    """Where and in which language one is told things."""

    email: Annotated[str, Field(max_length=254, pattern=NO_NUL, examples=["li.ming@example.com"])]
    phone: Annotated[str, Field(max_length=32, pattern=NO_NUL, examples=["13800000000"])]
    language: Annotated[str, Field(max_length=16, pattern=NO_NUL, examples=["zh-hans"])]


@router.post(
    "/me/password",
    summary="Change the password",
    **problems.told(
        shapes.Done,
        "people.wrong_old_password",
        "people.change_locked",
        "people.password_length",
        "people.password_easy",
        "people.password_same",
    ),
)
def change_password(request: HttpRequest, said: NewPassword) -> shapes.Done:
    """Every session of a browser ends with the old password; tokens stay until they are ended."""
    sign_in.change_password(calling.person_of(request), None, old=said.old, new=said.new)
    return shapes.Done()


@router.put(
    "/me/contact", summary="Change where I am told things", **problems.told(shapes.Done, "people.no_such_language")
)
def change_contact(request: HttpRequest, said: Contact) -> shapes.Done:
    """Notices go there, besides those in the house itself."""
    sign_in.change_contact(calling.person_of(request), **said.model_dump())
    return shapes.Done()
