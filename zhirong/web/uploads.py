"""Files from forms: kept under their hash before the deed that names them."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest

from zhirong.base import money
from zhirong.base.refused import Refused
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.record.models import File

MOST_BYTES = 20 * 1024 * 1024
PROOFS = ("pdf", "png", "jpg", "jpeg")


def kept(request: HttpRequest, person: Person, name: str = "file", *, is_secret: bool = False) -> File | None:
    """The uploaded file of this field as a kept one; None where none was chosen."""
    given = request.FILES.get(name)
    if given is None:
        return None
    if given.size is None or given.size > MOST_BYTES:
        raise Refused("web.file_too_large", field=name, most_mb=MOST_BYTES >> 20)
    return record.keep_file(person, given.name or "file", given.read(), is_secret=is_secret)


def needed(request: HttpRequest, person: Person, name: str = "file", *, is_secret: bool = False) -> File:
    """The same where the deed rests on it."""
    found = kept(request, person, name, is_secret=is_secret)
    if found is None:
        raise Refused("web.file_missing", field=name)
    return found


def evidence(request: HttpRequest, person: Person, name: str = "file", *, is_secret: bool = False) -> File:
    """A PDF or a picture that people read as proof; another file is refused before it is kept."""
    given = request.FILES.get(name)
    if given is not None and (given.name or "").rpartition(".")[2].lower() not in PROOFS:
        raise Refused("web.file_no_proof", field=name, name=given.name or "file")
    return needed(request, person, name, is_secret=is_secret)


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
