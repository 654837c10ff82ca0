"""What the demo tells of measures: editions in force, a change that waits, a draft sent back, a linked original."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from zhirong.demo.cast import Cast
from zhirong.demo.engine import editions
from zhirong.policy import kept, reading
from zhirong.policy.actions import measures, originals
from zhirong.policy.engine import rows
from zhirong.policy.models import MeasureText, Paragraph

DRAFTS, APPROVES = "zhuguan", "zhuguan2"
PLEDGE, RESEARCH, RENT, GROWTH_LOAN = (
    "cn-sz-futian-ip-pledge",
    "cn-sz-futian-rnd",
    "cn-sz-futian-office-rent",
    "cn-sz-futian-growth-loan",
)
IN_FORCE = (PLEDGE, RESEARCH, RENT)
# The fees of this loan are above the share of its principal: no case of the former text looks at that.
OF_LOAN = (
    "- {name: demo YEAR fees above four per cent of principal, date: YEAR-10-15, facts: {loan_principal: 5000000, "
    "loan_interest_paid: 217500.37, used_service_firm: true, loan_fees_paid: 260000}, "
    "expect: {eligible: met, amount: '208750.19', lines: {interest: '108750.19', fees: '100000.00'}}}\n"
)
MORE_CASES = {PLEDGE: OF_LOAN}
LOWER_CEILING = 1_500_000
ORIGINAL = Path(__file__).with_name("original.html")
# Which clause of the edition stands on which words of the original.
LINKS = {
    "c-who-demo": "注册地、纳税地和统计地均在福田区，具有独立法人资格",
    "c-loan-2022-demo": "贷款期限不超过一年，质押物仅为专利权",
    "c-filed-demo": "贷款已报区科技主管部门备案",
    "c-repaid-demo": "贷款本金和利息已全部归还",
    "c-interest-demo": "按实际支付利息的百分之五十给予支持",
    "c-fees-demo": "计入支持的费用最高不超过贷款本金的百分之四",
    "c-cap-demo": "每家企业每年最高支持二百万元",
    "c-nodouble-demo": "已获得本区其他贷款贴息的，不重复支持",
}


def bring_in_force(people: Cast, day: date) -> None:
    """Editions for this year, each drafted by one official and approved by another."""
    for name in IN_FORCE:
        asked = measures.ask_approval(people[DRAFTS], _drafted(people, name, day.year).pk)
        measures.approve_measure(people[APPROVES], asked.pk, sha256=asked.sha256)
    _original(people, day.year)


def _drafted(people: Cast, name: str, year: int) -> MeasureText:
    text = editions.edition((reading.OWN / f"{name}.yaml").read_text("utf-8"), year)
    return measures.draft_measure(people[DRAFTS], text + MORE_CASES.get(name, "").replace("YEAR", str(year)))


def _original(people: Cast, year: int) -> None:
    """The guide that the pledge edition is read from: ours, and it says so."""
    content = ORIGINAL.read_text("utf-8").replace("YEAR", str(year)).encode()
    said = originals.Brought(
        title=f"福田区知识产权质押融资支持申报指南（{year}年，演示文本）",
        source="演示文本，本平台虚构，不是任何机关的文件",
        is_official=False,
    )
    kept_one = originals.bring_original(people[DRAFTS], "演示申报指南.html", content, said=said)
    paragraphs = list(Paragraph.objects.filter(original=kept_one).order_by("number"))
    for clause, quote in LINKS.items():
        stands = next(one for one in paragraphs if quote in one.text)
        originals.link_clause(people[DRAFTS], PLEDGE, clause, paragraph_id=stands.pk, quote=quote)


def propose(people: Cast, day: date) -> None:
    """A lower ceiling from next year on waits for the second official; a draft was sent back to its author."""
    ruling = MeasureText.objects.filter(name=PLEDGE, state="approved").latest("known_from")
    wanted = rows.Wanted(name="cap", since=date(day.year + 1, 1, 1), value=LOWER_CEILING, clause="c-cap-demo")
    text, _ = rows.with_case(rows.with_row(ruling.text, wanted), wanted, kept.base().vocabulary)
    measures.ask_approval(people[DRAFTS], measures.draft_measure(people[DRAFTS], text).pk)
    sent = measures.ask_approval(people[DRAFTS], _drafted(people, GROWTH_LOAN, day.year).pk)
    measures.return_measure(
        people[APPROVES], sent.pk, sha256=sent.sha256, reason="“恰为五百万元”的读法请附依据后再报。（演示）"
    )
