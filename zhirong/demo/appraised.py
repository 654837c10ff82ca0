"""What the demo tells of appraisals: one in each state, an answer to a question, a portfolio."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from zhirong.base.calendar import beijing_day
from zhirong.base.deferred import Deferred
from zhirong.demo.cast import EVIDENCE, Cast
from zhirong.record import actions as record
from zhirong.registry.models import Right
from zhirong.valuation import estimating, rules, standing
from zhirong.valuation.actions import answers, appraisals, appraising, portfolio_values, portfolios, reports, signing
from zhirong.valuation.models import Appraisal

if TYPE_CHECKING:
    from zhirong.valuation.engine import units
else:
    units = Deferred("zhirong.valuation.engine.units")

FIRST, SECOND, REVIEWER = "pinggu", "pinggu2", "pinggu3"
# How far an appraisal is told, by whom it is asked for, and for what.
TOLD = (
    ("chen", "issued", "pledge"),
    ("chen", "working", "transfer"),
    ("chen", "signed", "licence"),
    ("chen", "requested", "transfer"),
    ("chen", "draft", "management"),
    ("liang", "issued", "contribution"),
    ("liang", "reviewed", "transfer"),
    ("liang", "returned", "licence"),
    ("liang", "withdrawn", "management"),
)
METHODS = (
    ("market.hedonic", "market", "依据本中心往年可比交易回归", 600_000),
    ("income.relief_from_royalty", "income", "许可费节省法，采用行业提成率", 400_000),
)
SPREAD_PERCENT = 15


def everything(people: Cast, *, tell: Callable[[str], None]) -> None:
    """Nine appraisals, the answers of one holder, a portfolio of another's wish to know what it all is worth."""
    day = beijing_day(record.now())
    waiting = {login: iter(_valuable(people, login, day)) for login in ("chen", "liang")}
    for login, state, purpose in TOLD:
        _appraisal(people, next(waiting[login]), login=login, state=state, purpose=purpose)
    for seal in reports.unsealed():
        reports.seal(seal)
    _answers(people, next(waiting["chen"]))
    for login, name in (("chen", "云岭可质押专利"), ("liang", "待转化成果")):
        rights = [one.pk for one in _valuable(people, login, day)]
        wanted = portfolios.Wanted(party=people.firms[login], name=name, rights=tuple(rights[:12]))
        portfolio_values.value(portfolios.keep(people[login], wanted).pk)
    tell("评估、问答与权利组合 / appraisals, answers and portfolios")


def _valuable(people: Cast, login: str, day: date) -> list[Right]:
    """The patents of this firm of which the methods can say something, the oldest in the house first."""
    held = Right.objects.filter(holdings__party=people.firms[login], holdings__until=None, granted_on__isnull=False)
    patents = held.filter(kind__in=("invention", "utility_model")).distinct().order_by("pk")
    return [one for one in patents[:20] if _has_both(one, day)]


def _has_both(right: Right, day: date) -> bool:
    told = {one.result.method: one.result.range for one in estimating.estimate_right(right, day).voices}
    return all(told.get(method) is not None for method, *_ in METHODS)


def _appraisal(people: Cast, right: Right, *, login: str, state: str, purpose: str) -> Appraisal:
    client, firm, day = people[login], people.firms[login], beijing_day(record.now())
    asked = appraisals.Asked(
        client=firm, rights=(right.pk,), purpose=purpose, value_type="market", value_date=day, use="演示：内部决策参考"
    )
    row = appraisals.draft(client, asked)
    if state == "draft":
        return row
    appraisals.request(client, row.pk, valuer=people.firms[FIRST])
    if state == "withdrawn":
        return appraisals.withdraw(client, row.pk, reason="演示：暂缓转让")
    if state == "requested":
        return row
    appraisals.take_on(people[FIRST], row.pk)
    _worked(people, row, right, day=day)
    return row if state == "working" else _signed(people, row, state)


def _worked(people: Cast, row: Appraisal, right: Right, *, day: date) -> None:
    """Two methods as computed, a paper, and a conclusion between the two."""
    valuer, voices = people[FIRST], estimating.estimate_right(right, day).voices
    by_method = {one.result.method: one.result for one in voices}
    likely = 0
    for method, approach, reason, weight_ppm in METHODS:
        computed = units.kept(by_method[method])
        figures = rules.computed_figures(computed)
        assert figures is not None
        held = rules.Held(
            method=method, approach=approach, figures=figures, weight_ppm=weight_ppm, reason=reason, computed=computed
        )
        appraising.put_opinion(valuer, row.pk, held)
        likely += figures.likely_fen * weight_ppm // rules.WHOLE_PPM
    paper = record.keep_file(
        valuer, f"演示现场核查记录 {row.number}.pdf", EVIDENCE.encode() + row.number.encode(), is_secret=True
    )
    appraising.add_paper(valuer, row.pk, file=paper, title="权属与法律状态核查记录（演示）")
    round_fen = likely // 100_000 * 100_000
    figures = rules.Figures(
        low_fen=round_fen * (100 - SPREAD_PERCENT) // 100,
        likely_fen=round_fen,
        high_fen=round_fen * (100 + SPREAD_PERCENT) // 100,
    )
    concluded = rules.Concluded(
        figures=figures,
        reason="市场法与收益法结果加权，并按现场核查情况取整。（演示）",
        scope="委托人持有的专利权，不含相关设备与商标。",
        process="接受委托；核查权属与法律状态；选取方法；评定估算；内部审核。",
        assumptions="专利权按期缴纳年费；现行税率与法规不变。",
        special_matters="本报告为演示数据，不得用于任何实际用途。",
    )
    appraising.conclude(valuer, row.pk, concluded)


def _signed(people: Cast, row: Appraisal, state: str) -> Appraisal:
    row.refresh_from_db()
    signed = signing.sign(people[FIRST], row.pk, payload_hash=standing.hash_of(row))
    if state == "signed":
        return signed
    for login in (REVIEWER, SECOND):
        for paper in row.evidence.all():
            record.read_file(people[login], paper.file, is_evidence=True)
    if state == "returned":
        return signing.send_back(people[REVIEWER], row.pk, reason="演示：请补充许可合同的核查情况。")
    reviewed = signing.review(people[REVIEWER], row.pk, payload_hash=signed.payload_hash)
    if state == "reviewed":
        return reviewed
    return signing.issue(people[SECOND], row.pk, payload_hash=signed.payload_hash)


def _answers(people: Cast, right: Right) -> None:
    """A holder said what a right earns; its paper is with it."""
    paper = record.keep_file(people["chen"], "演示产品收入说明.pdf", EVIDENCE.encode(), is_secret=True)
    given = answers.Given(
        party=people.firms["chen"], question="annual_income", value_micro=1_800_000 * rules.MICRO, evidence=paper
    )
    answers.answer(people["chen"], right.pk, given)
