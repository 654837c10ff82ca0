"""The bank's desk: statements, suspense, payouts, whether bank and books agree; and the books themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext

from zhirong.base.calendar import beijing_day, start_of_day
from zhirong.base.refused import Refused
from zhirong.exchange import subjects
from zhirong.exchange.actions import unplaced
from zhirong.ledger import bank_view, reports, rules
from zhirong.ledger.actions import bank as bank_actions
from zhirong.ledger.actions import free_payouts, matches, owners, payouts, set_aside, simulated
from zhirong.ledger.models import Account, BankLine, Expectation
from zhirong.people import access
from zhirong.record import actions as record
from zhirong.web import lists, pages
from zhirong.web.exchange import words
from zhirong.web.office import accounts, rooms

DEEDS = (
    "ledger.take_statement",
    "ledger.propose_set_aside",
    "ledger.confirm_set_aside",
    "ledger.propose_match",
    "ledger.confirm_match",
    "ledger.make_payout",
    "ledger.check_payout",
    "ledger.send_payouts",
)
BANK = simulated.SimulatedBank()
SHOWN = 20
LOOK_BACK_DAYS = 31


@rooms.room("ledger.see_books", does=DEEDS)
def desk(request: HttpRequest) -> HttpResponse:
    """/office/bank: what waits for a person at the bank, what was exchanged, whether the books agree."""
    if request.method == "POST":
        return deed(request)
    standing = pages.standing_of(request)
    found = bank_view.desk(standing)
    proposed = [one.proposed.path for one in found.proposed if one.proposed]
    known = accounts.payees([*proposed, *(one.account.path for one in found.to_check)])
    return rooms.show(
        request,
        "bank.html",
        here="bank",
        title=gettext("Bank"),
        desk=found,
        lines=found.reconciliations[:SHOWN],
        files=found.files[:SHOWN],
        cards=accounts.cards(found.to_check, known),
        names=accounts.names(proposed, known),
        why=why_of(found.suspended),
        accounts=expected_accounts() if found.suspended else [],
        may={verb.partition(".")[2]: access.could(standing, verb) for verb in DEEDS},
        may_match={one.pk: access.may(standing, "ledger.confirm_match", one) and not made(request, one.matched_by_id)
                   for one in found.proposed},
        may_check={one.pk: access.may(standing, "ledger.check_payout", one) and not made(request, one.made_by_id)
                   for one in found.to_check},
        may_set_aside={one.pk: set_aside.proposed_by(one) not in ("", rooms.who(request).ref)
                       for one in found.unfinished},
        has_demo_bank=settings.DEMO,
    )  # fmt: skip


def made(request: HttpRequest, maker_id: int | None) -> bool:
    """Whether who is signed in made this; the ledger's own rule of two persons refuses it as well."""
    return maker_id == rooms.who(request).pk


def why_of(suspended: Sequence[BankLine]) -> dict[int, str]:
    """Why each of these lines waits; a payer whom the house knows is not called unknown because its code is."""
    words = why_words()
    unmet = gettext("a verified party, but under no payment code that is waited for")
    return {
        one.pk: unmet
        if one.why == "unknown_payer" and getattr(one, "is_payer_known", False)
        else words.get(one.why, one.why)
        for one in suspended
    }


def why_words() -> dict[str, str]:
    """Why a line waits in suspense."""
    return {
        "unknown_payer": gettext("under no payment code that is waited for, a payer nobody knows"),
        "other_payer": gettext("the code is right, the payer another"),
        "wrong_amount": gettext("the amount is not the one expected"),
        "correction": gettext("the bank takes back what cannot be reversed"),
        "unknown_debit": gettext("money left that nobody instructed"),
        "nothing": gettext("a line without an amount"),
        "beyond_custody": gettext("more than the lines so far let the bank hold"),
    }


def expected_accounts() -> list[tuple[str, str]]:
    """Clients' accounts that a line may belong to: those that still wait for a payment."""
    waiting = Expectation.objects.filter(state="open").order_by("-pk").values_list("account__path", "payer", "code")
    return [(path, f"{payer} · {code}") for path, payer, code in waiting[:200]]


def deed(request: HttpRequest) -> HttpResponse:
    """The deeds of the bank's desk."""
    person, given = rooms.who(request), request.POST

    def take() -> object:
        name, content = rooms.upload_of(request, "file")
        kept = record.keep_file(person, name, content)
        return bank_actions.take_statement(person, content, name=kept.name, kept=kept)

    def make() -> object:
        return free_payouts.pay_out(
            person, id=given.get("key", "")[:40], account=given.get("account", "").strip(),
            amount_fen=rooms.fen_of(request, "amount"),
        )  # fmt: skip

    payout, reason = given.get("payout", ""), given.get("reason", "")
    return rooms.do(
        request,
        {
            "take": take,
            "fetch": lambda: bank_actions.fetch_statement(person, BANK),
            "propose_set_aside": lambda: set_aside.propose_set_aside(
                person, rooms.number_of(request, "statement"), reason=reason
            ),
            "set_aside": lambda: set_aside.confirm_set_aside(person, rooms.number_of(request, "statement")),
            "propose": lambda: matches.propose_match(person, line_of(request), account=given.get("account", "")[:200]),
            "confirm_match": lambda: unplaced.confirm_match(person, line_of(request)),
            "decline_match": lambda: matches.decline_match(person, line_of(request)),
            "return": lambda: payouts.return_to_payer(person, line_of(request)),
            "make": make,
            "check": lambda: payouts.check_payout(person, payout),
            "refuse": lambda: payouts.refuse_payout(person, payout, reason=reason),
            "send": lambda: payouts.send_payouts(person, BANK, say=subjects.purposes),
        },
        then=reverse("bank"),
    )


def line_of(request: HttpRequest) -> int:
    """The statement line that a form names; one that is not there is refused like one that no longer waits."""
    found = BankLine.objects.filter(pk=rooms.number_of(request, "line")).values_list("pk", flat=True).first()
    if found is None:
        raise Refused("ledger.line_not_waiting", state="–")
    return found


@rooms.room("ledger.see_books")
def lines(request: HttpRequest) -> HttpResponse:
    """/office/bank/lines: every line of every statement."""
    found = BankLine.objects.select_related("file")
    columns = [
        lists.Column(head=gettext("Bank reference"), value=lambda one: one.bank_ref, order="bank_ref"),
        lists.Column(head=gettext("Day"), value=lambda one: one.value_day, kind="day", order="value_day"),
        lists.Column(head=gettext("Payer or payee"), value=lambda one: one.payer),
        lists.Column(head=gettext("Memo"), value=lambda one: one.memo),
        lists.Column(head=gettext("Amount (yuan)"), value=lambda one: one.amount, kind="money", order="amount"),
        lists.Column(head=gettext("Came to"), value=lambda one: line_states()[one.state][1], order="state",
                      state=lambda one: line_states()[one.state][0]),
        lists.Column(head=gettext("Statement"), value=lambda one: one.file.name),
    ]  # fmt: skip
    title = gettext("Lines of the statements")
    if file := lists.taken_away(request, "lines", title, columns=columns, found=found.order_by("pk")):
        return file
    table = lists.table(request, "lines", title, columns=columns, found=found, order="-bank_ref")
    return rooms.show(
        request, "table.html", here="bank", title=title, way=(gettext("Bank"), reverse("bank")), table=table,
        nothing=gettext("No statement has been taken in yet."),
        next=(gettext("Take one in"), reverse("bank")),
    )  # fmt: skip


def line_states() -> dict[str, tuple[str, str]]:
    """Shape and word of what a statement line came to."""
    return {
        "new": ("off", gettext("new")),
        "credited": ("go", gettext("credited")),
        "paid_out": ("go", gettext("paid out")),
        "unbooked": ("wait", gettext("not booked yet")),
        "suspense": ("wait", gettext("in suspense")),
        "proposed": ("half", gettext("match proposed")),
        "matched": ("go", gettext("matched")),
        "returning": ("half", gettext("on its way back")),
        "reversed": ("off", gettext("reversal")),
        "taken_back": ("no", gettext("taken back")),
    }


@rooms.room("ledger.see_books")
def books(request: HttpRequest) -> HttpResponse:
    """/office/bank/books: the trial balance, every account, and one account's statement as a file."""
    path = request.GET.get("path", "").strip()
    statement, refused = None, ""
    if path:
        ends = start_of_day(beijing_day(record.now()) + timedelta(days=1))
        begins = ends - timedelta(days=LOOK_BACK_DAYS)
        try:
            statement = reports.statement(path, begins, ends)
        except Refused:
            refused = gettext("No account has the path %(path)s.") % {"path": path[:120]}
    paths = {path, *(row.other for row in statement.rows)} if statement else set()
    owned = accounts.owners(paths)
    names = {one: accounts.name_of(one, owned) for one in paths}
    moved = statement_columns(names, subjects.of(row.topic for row in statement.rows) if statement else {})
    if statement and (file := lists.taken_away(request, "statement", path, columns=moved, found=statement.rows)):
        return file
    found, columns = accounts.with_owner(Account.objects.all()), account_columns()
    if file := lists.taken_away(
        request, "accounts", gettext("Accounts"), columns=columns, found=found.order_by("path")
    ):
        return file
    facts: dict[str, Any] = {"statement": statement, "account": path, "name": names.get(path, path)}
    facts["trial"] = reports.trial_balance().items() if not path else None
    facts["payee"] = payee_of(request, path, owned) if statement else ""
    facts["left"] = free_payouts.left_of(path) if facts["payee"] else None
    facts["moves"] = (
        lists.table(request, "statement", gettext("Movements"), columns=moved, found=statement.rows)
        if statement else None
    )  # fmt: skip
    # The page of one account names that one alone; the list of all stands one link away.
    table = (
        None
        if statement
        else lists.table(request, "accounts", gettext("Accounts"), columns=columns, found=found, order="path")
    )
    return rooms.show(
        request, "books.html", here="bank", title=gettext("The books"), way=(gettext("Bank"), reverse("bank")),
        table=table, missing=refused, days=LOOK_BACK_DAYS, **facts,
    )  # fmt: skip


def payee_of(request: HttpRequest, path: str, names: dict[str, str]) -> str:
    """Whose free money an account is, for those who may pay it out."""
    ref = owners.owner_of(path)
    if path != rules.available(ref) or not access.could(pages.standing_of(request), "ledger.make_payout"):
        return ""
    return names.get(ref, "")


def account_columns() -> list[lists.Column]:
    """What the list of accounts shows: names, not hashes; balances are credits less debits."""
    return [
        lists.Column(head=gettext("Account"), value=accounts.named, order="path",
                      link=lambda one: f"?path={one.path}"),
        lists.Column(head=gettext("Balance (yuan)"), value=lambda one: one.credits_posted - one.debits_posted,
                      kind="money"),
        lists.Column(head=gettext("Held (yuan)"), value=lambda one: one.debits_pending, kind="money"),
        lists.Column(head=gettext("Path"), value=lambda one: one.path, is_code=True),
        lists.Column(head=gettext("Opened"), value=lambda one: one.opened_at, kind="moment", order="opened_at"),
    ]  # fmt: skip


def statement_columns(known: dict[str, str], about: dict[str, subjects.Subject]) -> list[lists.Column]:
    """What an account's statement shows of a movement."""
    language = get_language() or "zh-hans"

    def subject(row: reports.Row) -> str:
        return about[row.topic].text(language) if row.topic in about else row.topic

    def address(row: reports.Row) -> str:
        if row.topic not in about:
            return ""
        found = about[row.topic]
        return reverse("office-deal" if found.kind == "deal" else "office-listing", args=[row.topic.partition(":")[2]])

    return [
        lists.Column(head=gettext("Recorded"), value=lambda row: row.recorded_at, kind="moment"),
        lists.Column(head=gettext("Kind"), value=lambda row: words.move(row.kind)),
        lists.Column(head=gettext("Other account"), value=lambda row: known.get(row.other, row.other)),
        lists.Column(head=gettext("About"), value=subject, link=address),
        lists.Column(head=gettext("Amount (yuan)"), value=lambda row: row.amount, kind="money"),
        lists.Column(head=gettext("Balance after (yuan)"), value=lambda row: row.balance_after, kind="money"),
        lists.Column(head=gettext("Entry"), value=lambda row: row.id, is_code=True),
    ]
