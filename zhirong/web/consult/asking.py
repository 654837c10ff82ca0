"""/policy/ask: one box for a question; below it clauses with citations and an amount, or a refusal with a next step."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_safe

from zhirong.base import shown
from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.policy import consult_base, consult_telling, consulting, model_answers
from zhirong.record import actions as record
from zhirong.web import limits, pages

LONGEST = 500
# Marks of what a source does not simply say; what is stated carries none.
CERTAINTIES = {
    "stated": ("go", gettext_noop("Stated in the source")),
    "reading": ("half", gettext_noop("One reading of the text")),
    "memory": ("wait", gettext_noop("From memory, not in the source")),
    "assumed": ("wait", gettext_noop("Assumed, not in the source")),
}
EXAMPLES = {
    "zh": (
        "福田区专利质押融资支持贴息几成？2022年",
        "转让专利一年赚了800万元，企业所得税怎么减？",
        "两个申请人，专利费能减缴多少？",
        "开放许可期间年费少缴多少？",
    ),
    "en": (
        "How much of the interest of a patent-pledge loan did Futian pay in 2022?",
        "We earned 8 million yuan by transferring a patent: what relief from income tax?",
        "What share of staff must work in science for a high-tech enterprise?",
        "How much lower is the annual fee during an open licence?",
    ),
}


@require_safe
def ask_page(request: HttpRequest) -> HttpResponse:
    """/policy/ask?q=…&day=…; the question is answered and nothing of it is kept."""
    language = "zh" if shown.is_chinese(translation.get_language() or "zh-hans") else "en"
    text, today = request.GET.get("q", "").strip(), beijing_day(record.now())
    day, told = today, None
    if text:
        limits.take(request, "consult")
        try:
            day = day_of(request, today)
            told = answered(text, day)
        except Refused as no:
            request.house_refused = no  # type: ignore[attr-defined]
    return pages.page(
        request,
        "consult/ask.html",
        here="policy",
        crumbs=[(gettext("Policy"), pages.place("policy")), (gettext("Policy consultation"), None)],
        text=text[: 2 * LONGEST],
        day=day.isoformat(),
        longest=LONGEST,
        told=told,
        word=language,
        examples=EXAMPLES[language],
        certainties={name: (kind, gettext(said)) for name, (kind, said) in CERTAINTIES.items()},
    )


def day_of(request: HttpRequest, today: date) -> date:
    """The day named, else today."""
    text = request.GET.get("day", "").strip()
    if not text:
        return today
    try:
        return consulting.day_asked(date.fromisoformat(text))
    except ValueError:
        raise Refused("policy.no_such_day", text=text[:40]) from None


def answered(text: str, day: date) -> dict[str, Any]:
    """The reply as JSON, from the measures of the house."""
    known = consult_base.corpus()
    reply = consulting.consult(text, day, known, endpoint=model_answers.endpoint(settings.MODEL))
    return consult_telling.reply(reply, known)
