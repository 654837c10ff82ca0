"""The interface: one NinjaAPI, who calls, how it refuses, how lists are cut."""

from __future__ import annotations

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import HttpBearer, SessionAuth

from zhirong.api import health, problems
from zhirong.base.refused import Refused
from zhirong.people.actions import tokens
from zhirong.people.models import Person


class TokenAuth(HttpBearer):
    """Authorization: Bearer TOKEN, made on the account page."""

    def authenticate(self, request: HttpRequest, token: str) -> Person | None:
        return tokens.person_of_token(token)


# A session is accepted as well, with the form's proof of origin (X-CSRFToken) on anything that writes.
SIGNED_IN = [TokenAuth(), SessionAuth(csrf=True)]

interface = NinjaAPI(
    title="Zhirong",
    version="1",
    description="The deeds of the exchange for programs. Money is whole fen, times are RFC 3339, refusals RFC 9457.",
    docs_url=None,
    openapi_url="/openapi.json",
    auth=SIGNED_IN,
)
interface.add_router("", health.router)


@interface.exception_handler(Refused)
def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    return problems.problem(request, refusal)


@interface.exception_handler(Http404)
@interface.exception_handler(ObjectDoesNotExist)
def not_found(request: HttpRequest, _problem: object = None) -> HttpResponse:
    return problems.problem(request, Refused("api.not_found"))


@interface.exception_handler(AuthenticationError)
def not_known(request: HttpRequest, _problem: object) -> HttpResponse:
    return problems.problem(request, Refused("api.not_known"))


@interface.exception_handler(ValidationError)
def not_valid(request: HttpRequest, problem: ValidationError) -> HttpResponse:
    faults = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in problem.errors]
    return problems.problem(request, Refused("api.not_valid", faults="; ".join(faults)))


@interface.exception_handler(HttpError)
def not_accepted(request: HttpRequest, problem: HttpError) -> HttpResponse:
    answer = problems.problem(request, Refused("api.not_accepted", message=problem.message))
    answer.status_code = problem.status_code
    return answer


def fault(request: HttpRequest) -> HttpResponse:
    """500: ours, and noted."""
    return problems.problem(request, Refused("api.fault"))
