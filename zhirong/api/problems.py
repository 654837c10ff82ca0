"""Problem details (RFC 9457): what was not done, in both languages, with the code a program can act on."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Schema
from pydantic import ConfigDict

from zhirong.base import refused as refusals
from zhirong.base.refused import Refused

MEDIA_TYPE = "application/problem+json"


class Sentence(Schema):
    """One sentence in both languages."""

    zh: str
    en: str


class Problem(Schema):
    """A refusal. `code` stays the same for ever; the sentences may be worded better one day."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    sentence: Sentence
    rule: str
    facts: dict[str, Any]


def problem(request: HttpRequest, refused: Refused) -> HttpResponse:
    """The answer to a refused request."""
    sentence = {"zh": refusals.sentence(refused, "zh-hans"), "en": refusals.sentence(refused, "en")}
    body = {
        "type": f"urn:zhirong:{refused.code}",
        "title": "Not done",
        "status": refusals.status(refused),
        "detail": sentence["en"],
        "instance": request.path,
        "code": refused.code,
        "sentence": sentence,
        "rule": refusals.rule(refused),
        "facts": refused.facts,
    }
    answer = HttpResponse(
        json.dumps(body, ensure_ascii=False, default=str), status=refusals.status(refused), content_type=MEDIA_TYPE
    )
    if "retry_seconds" in refused.facts:
        answer["Retry-After"] = str(refused.facts["retry_seconds"])
    if refusals.status(refused) == 401:
        answer["WWW-Authenticate"] = "Bearer"
    return answer


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
