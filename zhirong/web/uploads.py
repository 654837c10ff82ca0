"""Files from forms: kept under their hash before the deed that names them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from zhirong.base import money
from zhirong.base.refused import Refused
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.record.models import File
from zhirong.record.rules import LARGEST_BYTES


def content(given: UploadedFile[Any]) -> bytes:
    """What was brought, unless it is larger than anything that is kept."""
    if (given.size or 0) > LARGEST_BYTES:
        raise Refused("file.too_large", size=given.size, largest=LARGEST_BYTES)
    return bytes(given.read())


def kept(
    request: HttpRequest, person: Person, name: str = "file", *, is_secret: bool = False, is_evidence: bool = False
) -> File | None:
    """The uploaded file of this field as a kept one; None where none was chosen."""
    given = request.FILES.get(name)
    if given is None:
        return None
    try:
        brought = record.bring(given.name or "file", content(given), is_evidence=is_evidence)
    except Refused as refused:
        raise Refused(refused.code, **{"field": name, **refused.facts}) from refused
    return record.keep(person, brought, is_secret=is_secret)


def needed(
    request: HttpRequest, person: Person, name: str = "file", *, is_secret: bool = False, is_evidence: bool = False
) -> File:
    """The same where the deed rests on it."""
    found = kept(request, person, name, is_secret=is_secret, is_evidence=is_evidence)
    if found is None:
        raise Refused("web.file_missing", field=name)
    return found


def evidence(request: HttpRequest, person: Person, name: str = "file", *, is_secret: bool = False) -> File:
    """A PDF or a picture that people read as proof; another file is refused beside its field and not kept."""
    return needed(request, person, name, is_secret=is_secret, is_evidence=True)


def day(request: HttpRequest, name: str) -> date:
    """A day from a form."""
    try:
        return date.fromisoformat(request.POST.get(name, "").strip())
    except ValueError:
        raise Refused("web.day_missing", field=name) from None


def fen(request: HttpRequest, name: str) -> int:
    """An amount as people type it, in yuan; a refusal stands beside the field."""
    try:
        return money.read_yuan(request.POST.get(name, ""))
    except Refused as refused:
        raise Refused(refused.code, **{"field": name, **refused.facts}) from refused
