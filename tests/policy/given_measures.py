"""Builders: texts of measures as officials would write them, drafted and approved through the actions."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import date
from typing import Any

from tests.exchange import given_deals
from tests.people import given_people
from tests.policy import given_reach
from zhirong.people.models import Person
from zhirong.policy import kept
from zhirong.policy.actions import measures, originals
from zhirong.policy.engine import rows
from zhirong.policy.models import MeasureText, Original

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


def an_original(who: Person, *paragraphs: str) -> Original:
    """An original with these paragraphs."""
    said = originals.Brought(title="关于贴息的通知", source="fujian.gov.cn", is_official=True)
    return originals.bring_original(who, "notice.html", a_page(*paragraphs), said=said)


def put_things(things: Any) -> None:
    """For the tests of addresses: texts that an official and an operator drafted, an original with a linked clause."""
    drafters = {role: given_deals.a_side(role).person for role in ("official", "operator")}
    waiting = a_waiting(drafters["official"])
    draft = measures.draft_measure(drafters["operator"], with_ceiling(160_000))
    original = an_original(drafters["official"], "第一条 给予贴息。", "第二条 单家企业累计至多二十万元。")
    paragraph = original.paragraphs.get(number=2)
    link = originals.link_clause(
        drafters["official"], LOAN, "c-cap", paragraph_id=paragraph.pk, quote="至多二十万元"
    )  # fmt: skip
    things.facts |= {"drafters": drafters, "paragraph": paragraph}
    things.by_start |= {
        "/policy/measures/": {"name": LOAN},
        "/api/policy/measures/": {"name": LOAN},
        "/office/measures/of/": {"name": LOAN},
        "/office/measures/": {"text_id": waiting.pk},
        "/api/policy/texts/": {"text_id": waiting.pk},
        "/api/policy/texts/<int:text_id>/ask": {"text_id": draft.pk},
        "/policy/originals/": {"original_id": original.pk},
        "/office/originals/": {"original_id": original.pk},
        "/api/policy/originals/": {"original_id": original.pk},
        "/api/policy/links/": {"link_id": link.pk},
    }


def said(things: Any) -> dict[str, Mapping[str, object]]:
    """What deeds of the interface need to hear, by the end of their address."""
    figure = {"name": "cap", "since": "2027-01-01", "value": "17万元", "clause": "c-cap"}
    quoted = {"measure": LOAN, "clause": "c-cap", "paragraph": things.facts["paragraph"].pk, "quote": "二十万元"}
    return {
        **given_reach.said(),
        "/figures": figure,
        "POST /api/policy/texts": {"text": with_ceiling(180_000)},
        "POST /api/policy/ask": {"question": "福田区专利质押贷款贴息比例是多少？"},
        "/policy/links": quoted,
        "/policy/texts/<int:text_id>": {"text": with_ceiling(170_000)},
        "/policy/texts/<int:text_id>/approve": {"payload_hash": "0" * 64},
        "/policy/texts/<int:text_id>/return": {"payload_hash": "0" * 64, "reason": "请核对。"},
    }
