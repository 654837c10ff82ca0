"""The interface: one NinjaAPI, its routers, and how it refuses."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.operation import Operation
from ninja.parser import Parser

from zhirong.api import (
    application_deeds,
    applications,
    appraisal_deeds,
    appraisals,
    bank,
    bank_files,
    budgets,
    calling,
    certificates,
    claims,
    comparables,
    consult,
    deal_deeds,
    deals,
    described,
    dues,
    enterprises,
    evidence,
    files,
    grants,
    health,
    imports,
    intents,
    listing_deeds,
    listings,
    lot_deeds,
    lots,
    me,
    measure_deeds,
    measure_effects,
    measures,
    money,
    notices,
    originals,
    parties,
    places,
    portfolios,
    problems,
    proofs,
    questions,
    register,
    rights,
    roles,
    runs,
    sessions,
    splits,
    state_papers,
    strict,
    support,
    transfers,
    valuation,
    valuation_index,
    verifications,
)
from zhirong.api import feed as feeds
from zhirong.base.refused import Refused

LARGEST_BODY = 256 * 1024
ABOUT = """The deeds of the exchange over HTTP. Money is whole fen, times are RFC 3339, days are those of Beijing,
refusals are problem details (RFC 9457) with a stable `code`, a sentence in Chinese and English, and the rule.
Send `Authorization: Bearer TOKEN`. Deeds that move money need an `Idempotency-Key`; a repeat is answered alike.
Live pages: `GET /live/?topic=lot:12&after=NUMBER` is a stream of server-sent events (see docs/manual/api.md)."""


class BoundedParser(Parser):
    """JSON of a size that a deed can have; files are sent as forms to their own addresses."""

    def parse_body(self, request: HttpRequest) -> Any:
        if len(request.body) > LARGEST_BODY:
            raise Refused("api.too_large", most=LARGEST_BODY)
        try:
            return json.loads(request.body)
        except (ValueError, RecursionError) as problem:
            raise Refused("api.not_accepted", message="the body was no JSON") from problem


class Interface(NinjaAPI):
    """The description names the media type and the codes of refusals, and operations by their file and name."""

    told: dict[str, Any] | None = None

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return f"{operation.view_func.__module__.rpartition('.')[2]}_{operation.view_func.__name__}"

    def get_openapi_schema(self, **how: Any) -> Any:
        """Made once: it takes a second, and does not change while the house is open."""
        if self.told is None:
            self.told = described.shared(super().get_openapi_schema(**how))
        return self.told


interface = Interface(
    title="Zhirong",
    version="1",
    description=ABOUT,
    docs_url=None,
    openapi_url="/openapi.json",
    auth=calling.PERSON,
    parser=BoundedParser(),
)
PARTS = (
    health,
    sessions,
    me,
    parties,
    verifications,
    roles,
    notices,
    files,
    rights,
    register,
    claims,
    transfers,
    imports,
    listings,
    listing_deeds,
    state_papers,
    questions,
    intents,
    lots,
    lot_deeds,
    deals,
    deal_deeds,
    splits,
    evidence,
    money,
    dues,
    bank,
    bank_files,
    certificates,
    valuation,
    comparables,
    valuation_index,
    runs,
    portfolios,
    appraisals,
    appraisal_deeds,
    enterprises,
    places,
    consult,
    measures,
    measure_deeds,
    measure_effects,
    originals,
    support,
    applications,
    application_deeds,
    grants,
    budgets,
    proofs,
    feeds,
)
interface.add_decorator(strict.only_known_names, mode="view")
# A path has one router, whatever is done there: the deeds of a listing stand beside what is shown of it.
for router in dict.fromkeys(part.router for part in PARTS):
    interface.add_router("", router)


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


@interface.exception_handler(RequestDataTooBig)
def too_large(request: HttpRequest, _problem: object) -> HttpResponse:
    return problems.problem(request, Refused("api.too_large", most=LARGEST_BODY))


@interface.exception_handler(HttpError)
def not_accepted(request: HttpRequest, problem: HttpError) -> HttpResponse:
    if isinstance(problem.__cause__, Refused):  # what our parser said
        return problems.problem(request, problem.__cause__)
    return problems.problem(request, Refused("api.not_accepted", message=problem.message), status=problem.status_code)


def fault(request: HttpRequest) -> HttpResponse:
    """500: ours, and noted."""
    return problems.problem(request, Refused("api.fault"))
