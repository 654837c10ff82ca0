"""The one verb of the interface itself: do a deed once, however often it is sent (LEDGER S14)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from pydantic import BaseModel

from zhirong.api import calling
from zhirong.api.models import KeptAnswer
from zhirong.base.refused import Refused
from zhirong.record import actions as record

# What every deed may be refused that asks for a key.
KEY = ("api.no_key", "api.key_reused")
HIT = "Idempotency-Hit"


def key_of(request: HttpRequest) -> str:
    """The Idempotency-Key of a deed that asks for one: a repeat with the same key does nothing twice."""
    key = request.headers.get("Idempotency-Key", "")
    if not 1 <= len(key) <= 64 or not key.isascii() or not key.isprintable() or " " in key:
        raise Refused("api.no_key")
    return key


def once(request: HttpRequest, deed: Callable[[], BaseModel]) -> HttpResponse:
    """The answer to a deed that moves money, kept under its key in the deed's own transaction.

    A repeat gets the same body; the same key with another request is refused; a refused deed keeps nothing, since
    it changed nothing.
    """
    key, digest = key_of(request), digest_of(request)
    with transaction.atomic():
        kept, is_new = KeptAnswer.objects.get_or_create(
            person=calling.person_of(request), key=key, defaults={"request_sha256": digest, "at": record.now()}
        )
        if kept.request_sha256 != digest:
            raise Refused("api.key_reused")
        if is_new:
            kept.body = deed().model_dump_json()
            kept.save(update_fields=["body"])
    answer = HttpResponse(kept.body, content_type="application/json; charset=utf-8")
    if not is_new:
        answer[HIT] = "true"
    return answer


def once_in_steps(request: HttpRequest, deed: Callable[[], BaseModel]) -> HttpResponse:
    """As `once`, for a deed of several transactions that is safe to repeat: its answer is kept after its last step.

    What such a deed keeps of its own refusal stays, and the write lock is held for none of it as a whole.
    """
    key = key_of(request)
    if KeptAnswer.objects.filter(person=calling.person_of(request), key=key).exists():
        return once(request, deed)
    answer = deed()
    return once(request, lambda: answer)


def digest_of(request: HttpRequest) -> str:
    """What makes two requests the same: method, address and what was sent, a form by its fields and files."""
    digest = hashlib.sha256(f"{request.method}\x1f{request.get_full_path()}\x1f".encode())
    if request.content_type == "multipart/form-data":
        digest.update(repr(sorted(request.POST.lists())).encode())
        for name, files in sorted(request.FILES.lists()):
            for file in files:
                digest.update(f"\x1f{name}\x1f{file.name}\x1f".encode())
                file.seek(0)
                digest.update(file.read())
    else:
        digest.update(request.body)
    return digest.hexdigest()
