"""PDF papers by typst: facts in, bytes out, the same bytes for the same facts on every machine (STACK 6).

Facts travel as JSON in `sys.inputs` and are never pasted into a template. Each paper is an archive file with tags
(PDF/A-2a), set in the two faces of the font package; its date is the date in its facts, not the clock's.
"""

from __future__ import annotations

import dataclasses
import io
import json
import threading
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import segno
import typst

from zhirong.base import money, shown
from zhirong.papers import appraisal_facts, facts, fonts

TEMPLATES = Path(__file__).with_name("templates")
STANDARD: Any = "a-2a"
_setting = threading.Lock()


def certificate(paper: facts.Certificate, language: str) -> bytes:
    """The transaction certificate (交易凭证)."""
    return _set("certificate", paper, paper.issued_at, language=language, qr=paper.verify_at)


def contract(paper: facts.Contract, language: str) -> bytes:
    """The contract of sale (转让合同)."""
    return _set("contract", paper, paper.made_at, language=language)


def fee_note(paper: facts.FeeNote, language: str) -> bytes:
    """The fee note of one side (收费通知单)."""
    return _set("fee_note", paper, paper.issued_at, language=language)


def recordal_form(paper: facts.Recordal, language: str) -> bytes:
    """The filled request for the change of owner at the office with its document list (著录项目变更)."""
    return _set("recordal", paper, paper.made_at, language=language)


def deposit_receipt(paper: facts.DepositReceipt, language: str) -> bytes:
    """The receipt for a deposit (保证金收讫凭证)."""
    return _set("deposit_receipt", paper, paper.issued_at, language=language)


def statement(paper: facts.Statement, language: str) -> bytes:
    """The statement of an account (账户对账单)."""
    return _set("statement", paper, paper.issued_at, language=language)


def appraisal(paper: appraisal_facts.Report, language: str) -> bytes:
    """The signed appraisal report (评估报告)."""
    return _set("appraisal", paper, paper.issued_at, language=language)


def estimate(paper: appraisal_facts.EstimateSheet, language: str) -> bytes:
    """The sheet of an automatic estimate (自动估值单), which is no appraisal report."""
    return _set("estimate", paper, paper.made_at, language=language)


def _set(template: str, paper: Any, at: datetime, *, language: str, qr: str = "") -> bytes:
    assert language in ("zh", "en"), f"papers are set in zh and en, not {language}"
    told = {"language": language, "qr": _qr(qr) if qr else "", "paper": view(paper, language=language)}
    inputs = {"told": json.dumps(told, ensure_ascii=False, sort_keys=True)}
    with _setting:
        # A compiler is not shared between threads; kept, it sets a page in milliseconds instead of a tenth of a second.
        made = _compiler(template).compile(
            sys_inputs=inputs, format="pdf", timestamp=int(at.timestamp()), pdf_standards=[STANDARD]
        )
    assert isinstance(made, bytes)
    return made


@cache
def _faces() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(fonts.folder())])


@cache
def _compiler(template: str) -> typst.Compiler:
    return typst.Compiler(
        input=TEMPLATES / f"{template}.typ", root=TEMPLATES, font_paths=_faces(), ignore_system_fonts=True
    )


def _qr(text: str) -> str:
    """The code as an SVG drawing of unit squares; error level M survives a fold and a stamp."""
    drawing = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawing, kind="svg", xmldecl=False, border=0, dark="#16202d")
    return drawing.getvalue().decode()


def view(value: Any, *, language: str, name: str = "") -> Any:
    """Facts as a template shows them: texts of one language, days and instants written out, money in its forms."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, facts.Both):
        return fonts.settable(value.zh if language == "zh" else value.en)
    if dataclasses.is_dataclass(value):
        return {
            each.name: view(getattr(value, each.name), language=language, name=each.name)
            for each in dataclasses.fields(value)
        }
    if isinstance(value, Mapping):
        return {key: view(each, language=language, name=key) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [view(each, language=language, name=name) for each in value]
    if isinstance(value, datetime):
        local = value.astimezone(shown.BEIJING)
        return {**_days(local.date(), language), "clock": f"{local:%H:%M:%S}"}
    if isinstance(value, date):
        return _days(value, language)
    if isinstance(value, int):
        return _amount(value, language) if name.endswith("_fen") else f"{value:,}"
    return fonts.settable(str(value))


def _amount(fen: int, language: str) -> dict[str, str]:
    words = "" if fen < 0 else money.capitals(fen) if language == "zh" else money.words(fen)
    return {
        "shown": money.shown(fen, language=language),
        "figures": money.figures(fen).replace("-", "−"),
        "words": words,
    }


def _days(value: date, language: str) -> dict[str, str]:
    """Written out for sentences, in figures for tables (PAGES 5)."""
    return {"day": day(value, language), "iso": value.isoformat()}


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day(value: date, language: str) -> str:
    """A day in a sentence: 2026年11月25日, 25 Nov 2026."""
    if language == "zh":
        return f"{value.year}年{value.month}月{value.day}日"
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"
