"""Files that somebody brings: kept under their hash, named by a ref, sent to be saved and never shown."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from ninja import File as FormFile
from ninja import Form, Query, Router, UploadedFile
from pydantic import Field

from zhirong.api import calling, paging, problems, shapes
from zhirong.base.refused import Refused
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.record import files as kept_files
from zhirong.record.models import File
from zhirong.record.rules import LARGEST_BYTES

router = Router(tags=["files"])
REFUSALS = (
    "file.no_name", "file.kind_not_taken", "file.empty", "file.too_large", "file.not_what_it_says",
    "file.archive_too_large", "file.archive_escapes", "file.has_macros",
)  # fmt: skip
# A deed rests on a PDF or a picture.
EVIDENCE = ("file.no_evidence", "file.evidence_too_large")


class FileTold(shapes.Told):
    """A kept file by its ref."""

    ref: shapes.Ref
    name: str = Field(examples=["licence.pdf"])
    media_type: str = Field(examples=["application/pdf"])
    size: int = Field(description="Bytes", examples=[48213])
    sha256: str
    kept_at: datetime
    is_secret: bool


def told(file: File) -> FileTold:
    return FileTold(
        ref=file.ref,
        name=file.name,
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
        kept_at=file.kept_at,
        is_secret=file.is_secret,
    )


def own(person: Person, ref: str) -> File:
    """A file that this person kept; another's is not there."""
    return shapes.one(File.objects.filter(owner_ref=person.ref), ref=ref)


def own_or_none(person: Person, ref: str) -> File | None:
    return own(person, ref) if ref else None


def read(upload: UploadedFile) -> bytes:
    """The content of an upload of a size that the house keeps."""
    if (upload.size or 0) > LARGEST_BYTES:
        raise Refused("file.too_large", size=upload.size, largest=LARGEST_BYTES)
    content: bytes = upload.read()
    return content


def sent(file: File, content: bytes) -> HttpResponse:
    """A file as an answer."""
    return HttpResponse(content, headers=kept_files.headers(file.name, file.media_type))


@router.post("/files", summary="Keep a file", **problems.told(FileTold, *REFUSALS))
def keep_file(request: HttpRequest, file: FormFile[UploadedFile], *, is_secret: Form[bool] = False) -> FileTold:
    """The same file from the same person is the same row again. A secret one leaves a deed each time it is read."""
    content = read(file)
    return told(record.keep_file(calling.person_of(request), file.name or "", content, is_secret=is_secret))


@router.get("/files", summary="Files that I kept", **problems.told(paging.Page[FileTold]))
def list_files(request: HttpRequest, asked: Query[paging.Asked]) -> paging.Page[FileTold]:
    """Newest first."""
    return paging.cut(File.objects.filter(owner_ref=calling.person_of(request).ref), asked, told)


@router.get("/files/{ref}", summary="A file that I kept", **problems.told(None, "file.gone"))
def get_file(request: HttpRequest, ref: shapes.Short) -> HttpResponse:
    """Its content, checked against its hash."""
    person = calling.person_of(request)
    file = own(person, ref)
    return sent(file, record.read_file(person, file))
