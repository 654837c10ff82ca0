"""Problem details (RFC 9457): what was not done, in both languages, with the code a program can act on."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Schema
from pydantic import ConfigDict

from zhirong.base import citations
from zhirong.base import refused as refusals
from zhirong.base.refused import Refused

MEDIA_TYPE = "application/problem+json"


class Sentence(Schema):
    """One sentence in both languages."""

    zh: str
    en: str


class Problem(Schema):
    """A refusal. `code` stays the same for ever; the sentences may be worded better one day.

    `rule` is the citation as programs know it, `law` the same as people read it.
    """

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    sentence: Sentence
    rule: str
    law: Sentence
    facts: dict[str, Any]


def problem(request: HttpRequest, refused: Refused, *, status: int = 0) -> HttpResponse:
    """The answer to a refused request, with the status of its code unless another is given."""
    status = status or refusals.status(refused)
    sentence = {"zh": refusals.sentence(refused, "zh-hans"), "en": refusals.sentence(refused, "en")}
    body = {
        "type": f"urn:zhirong:{refused.code}",
        "title": "Not done",
        "status": status,
        "detail": sentence["en"],
        "instance": request.path,
        "code": refused.code,
        "sentence": sentence,
        "rule": refusals.rule(refused),
        "law": {language: citations.rule(refusals.rule(refused), language) for language in sentence},
        "facts": refused.facts,
    }
    text = json.dumps(body, ensure_ascii=False, default=str)
    answer = HttpResponse(text.encode("utf-8", "replace"), status=status, content_type=MEDIA_TYPE)
    if "retry_seconds" in refused.facts:
        answer["Retry-After"] = str(refused.facts["retry_seconds"])
    if status == 401:
        answer["WWW-Authenticate"] = "Bearer"
    return answer


def told(answer: Any, *codes: str) -> dict[str, Any]:
    """What an operation answers, and the codes of the refusals that it knows: they stand in its description."""
    assert not (unknown := set(codes) - refusals.catalogue().keys()), unknown
    statuses = sorted({400, 401, 403, 404, 422, *(refusals.status(Refused(code)) for code in codes)})
    return {
        "response": {200: answer, **dict.fromkeys(statuses, Problem)},
        "openapi_extra": {"x-refusals": sorted(codes)},
    }


class Later(HttpResponse):
    """An answer that waits for a commit without holding a thread; the bridge calls `written()` when it is there."""

    def __init__(
        self, request: HttpRequest, waits_for: Future[Any], make_answer: Callable[[Any], HttpResponse]
    ) -> None:
        super().__init__()
        self.request, self.waits_for, self.make_answer = request, waits_for, make_answer

    def written(self) -> HttpResponse:
        """`make_answer(result)` of the future, or the problem details of its refusal."""
        try:
            return self.make_answer(self.waits_for.result())
        except Refused as refused:
            return problem(self.request, refused)
