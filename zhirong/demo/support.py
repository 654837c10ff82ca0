"""What the demo tells of support: budgets, applications in every state, a payment list, repayments, a forecast.

The first half of it passes with the days of the story; the other half stands as on a desk of the last day.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial

from zhirong.base.calendar import beijing_day, china
from zhirong.demo import district, files, measures
from zhirong.demo.cast import EVIDENCE, Cast
from zhirong.demo.files import MAIN, SERVICE_FIRM
from zhirong.demo.measures import APPROVES, DRAFTS, PLEDGE, RESEARCH
from zhirong.people.models import Party
from zhirong.policy.actions import applications, budget_books, payments, publicity, reaching, reviews
from zhirong.policy.actions.reviews import Ruling
from zhirong.policy.applied import Application, PaymentLine, PaymentList
from zhirong.record import actions as record
from zhirong.record import jobs

# Yuan of the year: what is kept free and granted at the end is more than four fifths of the first.
BUDGETS = {PLEDGE: (1_200_000, "first_come"), RESEARCH: (3_000_000, "pro_rata")}
TAKE_UP_PPM = (300_000, 450_000, 600_000)
HOUR = timedelta(hours=1)
# Loans of the first half, by what becomes of each; without a loan it is about the enterprise's research.
EARLY = {
    ("chen", "LAST-09"): "paid",
    ("wangshu", "YEAR-11"): "paid",
    ("wangshu", "YEAR-12"): "listed",
    ("zhiqiu", "YEAR-21"): "repaid",
    ("zhiqiu", "YEAR-22"): "repayment",
    ("zhiqiu", "YEAR-23"): "approved",
    ("zhiqiu", ""): "refused",
    ("wangshu", ""): "withdrawn",
    ("guotou", ""): "lapsed",
}
# Those of the last day, in the order in which they were filed.
LATE = {
    ("wangshu", "YEAR-13"): "publicity",
    ("wangshu", "YEAR-14"): "objected",
    ("guotou", "YEAR-31"): "eligible",
    ("zhiqiu", "YEAR-24"): "proposed",
    ("wangshu", "YEAR-16"): "complete",
    ("zhiqiu", "YEAR-26"): "supplemented",
    ("wangshu", "YEAR-15"): "asked",
    ("guotou", "YEAR-34"): "filed",
}
GRANTED_EARLY = ("paid", "listed", "repaid", "repayment", "approved")
DECIDED_LATE = ("publicity", "objected", "eligible", "proposed")


@dataclass
class Told:
    """The tale of one load: its people, its first day, and the applications by enterprise and loan."""

    people: Cast
    day: date
    cases: dict[tuple[str, str], int] = field(default_factory=dict)

    def loan(self, place: tuple[str, str]) -> str:
        """What an application is about: a loan, or the enterprise itself."""
        return f"loan:{files.key(place[1], self.day)}" if place[1] else ""


def begin(people: Cast, enterprises: Sequence[Party], seed: int, *, tell: Callable[[str], None]) -> Told:
    """Places, facts, measures in force, budgets: what stands before anybody applies."""
    day = beijing_day(record.now())
    district.put_places(people, day)
    district.seat(people, enterprises, seed=seed, day=day)
    count = district.note(people, enterprises, seed=seed, day=day)
    files.note(people, day)
    files.let_prepare(people, day)
    tell(f"企业档案事实 {count:,} 项，均为虚构 / facts of enterprises, all invented: {count:,}")
    measures.bring_in_force(people, day)
    # The story may go on into the next year.
    for year in sorted({day.year, (day + timedelta(days=60)).year}):
        _budgets(people, year)
    return Told(people, day)


def _budgets(people: Cast, year: int) -> None:
    for measure, (yuan, allocation) in BUDGETS.items():
        made = budget_books.set_budget(
            people[DRAFTS],
            measure,
            year,
            amount_fen=yuan * 100,
            allocation=allocation,
            last_gets_rest=True,
            source="演示：区级专项资金年度安排（虚构）",
        )
        budget_books.confirm_budget(people[APPROVES], made.pk, proposed_sha256=made.proposed_sha256)


def days(told: Told) -> list[tuple[datetime, Callable[[], object]]]:
    """What happens on which day of the story while its auctions run."""
    steps: list[tuple[int, Callable[[Told], object]]] = [
        (1, _file_early),
        (2, _check_early),
        (3, _publish_early),
        (9, _approve_early),
        (11, _pay),
        (13, _demand),
        (15, _repay),
    ]
    work = china()
    return [
        (work.opening_time(work.add_working_days(told.day, count).day) + HOUR, partial(step, told))
        for count, step in steps
    ]


def _file_early(told: Told) -> None:
    for place in EARLY:
        _file(told, place)


def _file(told: Told, place: tuple[str, str]) -> Application:
    """A loan's application by its enterprise, with every paper of the checklist."""
    login = place[0]
    person, party = told.people[login], told.people.firms[login]
    row = _prepared(told, login, party, about=told.loan(place))
    told.cases[place] = row.pk
    return applications.file(person, row.pk)


def _prepared(told: Told, login: str, party: Party, *, about: str) -> Application:
    """A draft with its papers, by whoever prepares it; support of research asks for none."""
    row = applications.start(told.people[login], party, PLEDGE if about else RESEARCH, about=about)
    if not about:
        return row
    paper = record.keep_file(told.people[login], "演示申报材料.pdf", EVIDENCE.encode() + about.encode(), is_secret=True)
    for one in applications.assessed(row).decision.materials:
        applications.attach(told.people[login], row.pk, material=one.id, file=paper)
    return row


def _ids(told: Told, places: dict[tuple[str, str], str], *states: str) -> list[int]:
    """The applications that are told as far as one of these states."""
    return [told.cases[place] for place, state in places.items() if state in states]


def _check_early(told: Told) -> None:
    for pk in _ids(told, EARLY, *GRANTED_EARLY, "refused"):
        reviews.complete(told.people[DRAFTS], pk)
    for pk in _ids(told, EARLY, "lapsed"):
        reviews.ask_supplement(told.people[DRAFTS], pk, missing="请补正：研发费用专项审计报告。（演示）")
    for pk in _ids(told, EARLY, "withdrawn"):
        row = Application.objects.get(pk=pk)
        applications.withdraw(told.people[_login(told, row)], pk, reason="演示：待专项审计后再申报")


def _login(told: Told, row: Application) -> str:
    return next(login for login, firm in told.people.firms.items() if firm.pk == row.party_id)


def _decided(told: Told, pk: int) -> None:
    reviews.decide(told.people[DRAFTS], pk, Ruling(verdict="eligible", reason="材料齐全，与银行流水一致。（演示）"))


def _confirmed(told: Told, pk: int) -> None:
    row = Application.objects.get(pk=pk)
    reviews.confirm(told.people[APPROVES], pk, decided_sha256=row.decided_sha256)


def _publish_early(told: Told) -> None:
    for pk in _ids(told, EARLY, *GRANTED_EARLY):
        _decided(told, pk)
        _confirmed(told, pk)
        publicity.publish(told.people[DRAFTS], pk)
    for pk in _ids(told, EARLY, "refused"):
        found = Ruling(
            verdict="refused",
            reason="经核定的研发费用未超过起点。（演示）",
            differences={"rnd_verified": "480000"},
            difference_reason="复核剔除与研发无关的费用。（演示）",
        )
        reviews.decide(told.people[DRAFTS], pk, found)
        _confirmed(told, pk)


def _approve_early(told: Told) -> None:
    for pk in _ids(told, EARLY, *GRANTED_EARLY):
        publicity.close(told.people[DRAFTS], pk)


def _listed(told: Told, *states: str) -> PaymentList:
    pks = _ids(told, EARLY, *states)
    numbers = list(Application.objects.filter(pk__in=pks).values_list("number", flat=True))
    return payments.make_list(told.people[DRAFTS], numbers)


def _pay(told: Told) -> None:
    made = _listed(told, "paid", "repaid", "repayment")
    payments.confirm_list(told.people[APPROVES], made.pk)
    for line in PaymentLine.objects.filter(list=made).order_by("pk"):
        payments.note_paid(
            told.people[DRAFTS],
            line.pk,
            amount_fen=line.amount_fen,
            on=beijing_day(record.now()),
            reference=f"演示拨付-{line.pk:06d}",
        )
    payments.confirm_list(told.people[APPROVES], _listed(told, "listed").pk)


def _demand(told: Told) -> None:
    for pk in _ids(told, EARLY, "repaid", "repayment"):
        granted = Application.objects.get(pk=pk).granted_fen
        assert granted is not None
        payments.demand(told.people[DRAFTS], pk, amount_fen=granted, reason="贷款合同事后解除。（演示）")


def _repay(told: Told) -> None:
    for pk in _ids(told, EARLY, "repaid"):
        payments.note_repaid(told.people[APPROVES], pk, on=beijing_day(record.now()), reference=f"演示退回-{pk:06d}")
    for pk in reviews.overdue():
        reviews.lapse(pk)


def end(told: Told, *, tell: Callable[[str], None]) -> None:
    """The desk of the last day: what is on its way, what waits for the second official, what the measures cost."""
    people, day = told.people, beijing_day(record.now())
    for pk in reviews.overdue():
        reviews.lapse(pk)
    for place in LATE:
        _file(told, place)
    _check_late(told)
    for pk in _ids(told, LATE, *DECIDED_LATE):
        _decided(told, pk)
    for pk in _ids(told, LATE, "publicity", "objected", "eligible"):
        _confirmed(told, pk)
    for pk in _ids(told, LATE, "publicity", "objected"):
        publicity.publish(people[DRAFTS], pk)
    for pk in _ids(told, LATE, "objected"):
        publicity.object_to(people["zhiqiu"], pk, reason="该笔贷款的质押专利正在权属诉讼中，请核实。（演示）")
    draft_of_main(told)
    measures.propose(people, day)
    _forecast(people, day)
    tell("惠企政策、申报与预算 / measures, applications and budgets")


def _check_late(told: Told) -> None:
    people = told.people
    for pk in _ids(told, LATE, "asked", "supplemented"):
        reviews.ask_supplement(people[DRAFTS], pk, missing="请补正：付息凭证缺第三季度；申请表未签章。（演示）")
    for pk in _ids(told, LATE, "supplemented"):
        applications.supplement(people[_login(told, Application.objects.get(pk=pk))], pk)
    for pk in _ids(told, LATE, *DECIDED_LATE, "complete"):
        reviews.complete(people[DRAFTS], pk)


def draft_of_main(told: Told) -> Application:
    """What the service firm prepared for the main enterprise, which alone can file it."""
    return _prepared(told, SERVICE_FIRM, told.people.firms[MAIN], about=told.loan((MAIN, "YEAR-01")))


def _forecast(people: Cast, day: date) -> None:
    """What an official sees of the year's cost: a take-up with its source, and a run over everybody."""
    for measure in BUDGETS:
        reaching.note_take_up(
            people[DRAFTS], measure, day.year, ppm=TAKE_UP_PPM, source="演示：往年申领情况估计（虚构）"
        )
    reaching.ask_screening(people[DRAFTS])
    # The server's own worker would do it after the start; the demo opens with the figures already there.
    job = record.take_job(reaching.WORK)
    assert job is not None
    jobs.run_job(job, reaching.WORK)
