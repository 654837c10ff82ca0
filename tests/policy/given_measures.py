"""Builders: texts of measures as officials would write them, drafted and approved through the actions."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from fractions import Fraction
from typing import Any

from tests.people import given_people
from zhirong.people.models import Person
from zhirong.policy import kept
from zhirong.policy.actions import measures
from zhirong.policy.engine import rows
from zhirong.policy.models import MeasureText

LOAN = "cn-fj-patent-pledge-interest"
SINCE = date(2027, 1, 1)


def an_official() -> Person:
    return given_people.a_person("official")


def text_of(name: str = LOAN) -> str:
    found = kept.text_of(name)
    assert found is not None
    return found.text


def with_ceiling(value: Any = 150_000, *, since: date = SINCE, name: str = LOAN) -> str:
    """The ruling text with another ceiling from a day on, and a case that looks at it."""
    clause = kept.base().measures[name].parameters["cap"][-1].clause
    wanted = rows.Wanted("cap", since, value, clause)
    return rows.with_case(rows.with_row(text_of(name), wanted), wanted, kept.base().vocabulary)[0]


def a_waiting(who: Person, text: str = "") -> MeasureText:
    """A draft for which approval was asked."""
    return measures.ask_approval(who, measures.draft_measure(who, text or with_ceiling()).pk)


def an_approved(text: str = "") -> MeasureText:
    """A text that a second official has approved."""
    one = a_waiting(an_official(), text)
    return measures.approve_measure(an_official(), one.pk, sha256=one.sha256)


def share() -> Fraction:
    return Fraction(1, 4)


def a_page(*paragraphs: str) -> bytes:
    """A web page with these paragraphs and what nobody reads."""
    body = "".join(f"<p>{one}</p>" for one in paragraphs)
    return (
        f"<!doctype html><html><head><title>t</title><script>steal()</script></head><body>{body}</body></html>".encode()
    )


def a_docx(*paragraphs: str) -> bytes:
    """A document of Word with these paragraphs."""
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    body = "".join(f"<w:p><w:r><w:t>{one}</w:t></w:r></w:p>" for one in paragraphs)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", f"<w:document {space}><w:body>{body}</w:body></w:document>")
    return file.getvalue()
