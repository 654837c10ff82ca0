"""The custody bank: statements in, money in suspense, payouts by two persons. Every deed here needs a key."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import File as FormFile
from ninja import Query, Router, UploadedFile
from pydantic import Field

from zhirong.api import actions, calling, files, paging, problems, shapes
from zhirong.api.actions import KEY
from zhirong.exchange import subjects
from zhirong.exchange.actions import unplaced
from zhirong.ledger.actions import bank, free_payouts, matches, payouts, simulated
from zhirong.ledger.bank import Bank
from zhirong.ledger.models import BankFile, BankLine, Payout, Reconciliation, SimulatedLine
from zhirong.record import actions as record

router = Router(tags=["bank"])
Path = Annotated[str, Field(max_length=120, pattern=shapes.NO_NUL, examples=["party:0f3a9c5d7e1b2468:available"])]
Quirk = Literal["none", "late", "twice", "wrong_amount", "taken_back", "stranger"]


class BankLineTold(shapes.Told):
    """A line of a bank statement, in fen."""

    line_id: int
    bank_ref: str
    amount_fen: shapes.Fen
    value_day: date
    payer: str
    memo: str
    state: str = Field(examples=["suspense"])
    why: str = Field(examples=["unknown_payer"])
    proposed: str | None = Field(description="The account that was proposed")


class TakenTold(shapes.Told):
    """What a statement did."""

    file: str
    lines: int
    fresh: int = Field(description="Lines that are new")
    repeated: int
    suspended: int
    met: list[str] = Field(description="Payment codes that are paid now")
    paid_out: list[str] = Field(description="Payouts that the bank has done")
    is_even: bool = Field(description="Whether bank and books agree; else nothing leaves (I11)")
    difference_fen: shapes.Fen


class PayoutTold(shapes.Told):
    """A payment of a client's free money to its own account, in fen; whose account it is says who is paid."""

    payout_id: str
    account: str
    payee: str
    amount_fen: shapes.Fen
    topic: str
    state: str = Field(examples=["made"])
    payload_hash: str
    made_at: datetime
    checked_at: datetime | None


class ReconciliationTold(shapes.Told):
    """One comparison of the bank's word with the books, in fen (I11)."""

    at: datetime
    bank_says_fen: shapes.Fen | None
    custody_fen: shapes.Fen
    clients_fen: shapes.Fen
    own_fen: shapes.Fen
    transit_fen: shapes.Fen
    suspense_fen: shapes.Fen
    is_even: bool


class SentTold(shapes.Told):
    """The instruction files that went to the bank, ten payouts each at most; nothing to send is no file."""

    files: list[str]
    payouts: int


class Match(shapes.Said):
    """To which client's account a line belongs."""

    account: Path


class PayoutSaid(shapes.Said):
    """A payment of a client's free money to its own account, in fen; whose account it is says who is paid."""

    payout_id: Annotated[str, Field(min_length=1, max_length=40, pattern="^[0-9A-Za-z_-]+$")]
    account: Path
    amount_fen: shapes.FenGiven


class Paying(shapes.Said):
    """A customer pays at the simulated bank's counter, in fen; the memo carries the payment code."""

    payer: Annotated[str, Field(min_length=1, max_length=200, pattern=shapes.NO_NUL)]
    amount_fen: shapes.FenGiven
    memo: Annotated[str, Field(max_length=200, pattern=shapes.NO_NUL, examples=["7KQ2M9XWPR"])] = ""
    quirk: Quirk = "none"


class Correcting(shapes.Said):
    """The simulated bank takes a line back, in whole (0) or by some fen."""

    bank_ref: Annotated[str, Field(min_length=1, max_length=64, pattern=shapes.NO_NUL)]
    amount_fen: Annotated[int, Field(strict=True, ge=0, le=shapes.MOST_FEN)] = 0


class SimulatedTold(shapes.Told):
    """A line of the simulated bank's own books, in fen."""

    bank_ref: str
    amount_fen: shapes.Fen


def line_told(line: BankLine) -> BankLineTold:
    return BankLineTold(
        line_id=line.pk,
        bank_ref=line.bank_ref,
        amount_fen=line.amount,
        value_day=line.value_day,
        payer=line.payer,
        memo=line.memo,
        state=line.state,
        why=line.why,
        proposed=line.proposed.path if line.proposed else None,
    )


def payout_told(payout: Payout) -> PayoutTold:
    return PayoutTold(
        payout_id=payout.pk,
        account=payout.account.path,
        payee=payout.payee,
        amount_fen=payout.amount,
        topic=payout.topic,
        state=payout.state,
        payload_hash=payout.payload_hash,
        made_at=payout.made_at,
        checked_at=payout.checked_at,
    )


def taken_told(taken: bank.Taken) -> TakenTold:
    return TakenTold(
        file=taken.file.name,
        lines=taken.file.lines,
        fresh=taken.fresh,
        repeated=taken.repeated,
        suspended=taken.suspended,
        met=[one.code for one in taken.met],
        paid_out=[one.pk for one in taken.paid_out],
        is_even=taken.standing.is_even,
        difference_fen=taken.standing.difference,
    )


def reconciliation_told(one: Reconciliation) -> ReconciliationTold:
    return ReconciliationTold(
        at=one.at,
        bank_says_fen=one.bank_says,
        custody_fen=one.custody,
        clients_fen=one.clients,
        own_fen=one.own,
        transit_fen=one.transit,
        suspense_fen=one.suspense,
        is_even=one.is_even,
    )


def custody_bank() -> Bank:
    """The custody bank of this house."""
    made: Any = simulated.SimulatedBank()
    bank_port: Bank = made
    return bank_port


def line_of(line_id: int) -> BankLine:
    return shapes.one(BankLine.objects.all(), pk=line_id)


@router.get(
    "/bank/lines",
    auth=calling.may_ask("ledger.see_books"),
    summary="Lines of bank statements",
    **problems.told(paging.Page[BankLineTold]),
)
def list_lines(request: HttpRequest, asked: Query[paging.Asked]) -> paging.Page[BankLineTold]:
    """Newest first, those in suspense among them."""
    return paging.cut(BankLine.objects.select_related("proposed"), asked, line_told)


@router.get(
    "/bank/reconciliations",
    auth=calling.may_ask("ledger.see_books"),
    summary="Comparisons of bank and books",
    **problems.told(paging.Page[ReconciliationTold]),
)
def list_reconciliations(request: HttpRequest, asked: Query[paging.Asked]) -> paging.Page[ReconciliationTold]:
    """One after each statement, newest first."""
    return paging.cut(Reconciliation.objects.all(), asked, reconciliation_told)


@router.get(
    "/bank/payouts",
    auth=calling.may_ask("ledger.see_books"),
    summary="Payments out",
    **problems.told(list[PayoutTold]),
)
def list_payouts(request: HttpRequest) -> list[PayoutTold]:
    """The newest two hundred."""
    return [payout_told(one) for one in Payout.objects.select_related("account").order_by("-made_at")[: paging.MOST]]


@router.post(
    "/bank/statements",
    auth=calling.may_ask("ledger.take_statement"),
    summary="Take in a bank statement",
    **problems.told(
        TakenTold, "ledger.file_unreadable", "ledger.line_changed", "ledger.statement_unfinished", *files.REFUSALS, *KEY
    ),
)
def take_statement(request: HttpRequest, file: FormFile[UploadedFile]) -> HttpResponse:
    """Refused before its first line, else all of it; a line counts once in however many files (I4). Needs an
    Idempotency-Key."""
    person, content = calling.person_of(request), files.read(file)

    def deed() -> TakenTold:
        kept = record.keep_file(person, file.name or "", content)
        return taken_told(bank.take_statement(person, content, name=kept.name[:120], kept=kept))

    return actions.once_in_steps(request, deed)


@router.post(
    "/bank/statements/fetch",
    auth=calling.may_ask("ledger.take_statement"),
    summary="Fetch the newest statement from the bank",
    **problems.told(TakenTold, "ledger.file_unreadable", "ledger.line_changed", "ledger.statement_unfinished", *KEY),
)
def fetch_statement(request: HttpRequest) -> HttpResponse:
    """And take it in. Needs an Idempotency-Key."""
    person = calling.person_of(request)
    return actions.once_in_steps(request, lambda: taken_told(bank.fetch_statement(person, custody_bank())))


@router.post(
    "/bank/lines/{int:line_id}/match",
    auth=calling.may_ask("ledger.propose_match"),
    summary="Propose what a payment was for",
    **problems.told(BankLineTold, "ledger.line_not_waiting", "ledger.not_clients_account", *KEY),
)
def propose_match(request: HttpRequest, line_id: shapes.Id, said: Match) -> HttpResponse:
    """It moves after a second person's word. Needs an Idempotency-Key."""
    person, line = calling.person_of(request), line_of(line_id)
    return actions.once(request, lambda: line_told(matches.propose_match(person, line.pk, account=said.account)))


@router.post(
    "/bank/lines/{int:line_id}/match/confirm",
    auth=calling.may_ask("ledger.confirm_match"),
    summary="Confirm what a payment was for",
    **problems.told(BankLineTold, "ledger.line_not_proposed", "ledger.same_person", "ledger.not_enough", *KEY),
)
def confirm_match(request: HttpRequest, line_id: shapes.Id) -> HttpResponse:
    """The money goes from suspense to the account, and what nothing takes there is due. Needs an Idempotency-Key."""
    person, line = calling.person_of(request), line_of(line_id)
    return actions.once(request, lambda: line_told(unplaced.confirm_match(person, line.pk)))


@router.post(
    "/bank/lines/{int:line_id}/match/decline",
    auth=calling.may_ask("ledger.confirm_match"),
    summary="Decline a proposed match",
    **problems.told(BankLineTold, "ledger.line_not_proposed", *KEY),
)
def decline_match(request: HttpRequest, line_id: shapes.Id) -> HttpResponse:
    """The line waits in suspense again. Needs an Idempotency-Key."""
    person, line = calling.person_of(request), line_of(line_id)
    return actions.once(request, lambda: line_told(matches.decline_match(person, line.pk)))


@router.post(
    "/bank/lines/{int:line_id}/return",
    auth=calling.may_ask("ledger.make_payout"),
    summary="Return a payment to its payer",
    **problems.told(PayoutTold, "ledger.line_not_waiting", "ledger.not_enough", *KEY),
)
def return_to_payer(request: HttpRequest, line_id: shapes.Id) -> HttpResponse:
    """Makes a payout that a second person checks. Needs an Idempotency-Key."""
    person, line = calling.person_of(request), line_of(line_id)
    return actions.once(request, lambda: payout_told(payouts.return_to_payer(person, line.pk)))


@router.post(
    "/bank/payouts",
    auth=calling.may_ask("ledger.make_payout"),
    summary="Make a payout",
    **problems.told(
        PayoutTold, "ledger.id_used", "ledger.not_positive", "ledger.not_enough", "ledger.no_such_place",
        "ledger.not_payable", "ledger.houses_own", "ledger.promised", "ledger.payee_not_verified",
        "ledger.payee_without_account", *KEY,
    ),
)  # fmt: skip
def make_payout(request: HttpRequest, said: PayoutSaid) -> HttpResponse:
    """To the client's own account, held until a second person has checked it. Needs an Idempotency-Key."""
    person, plain = calling.person_of(request), said.model_dump(exclude={"payout_id"})
    return actions.once(request, lambda: payout_told(free_payouts.pay_out(person, id=said.payout_id, **plain)))


@router.post(
    "/bank/payouts/{payout_id}/check",
    auth=calling.may_ask("ledger.check_payout"),
    summary="Check a payout",
    **problems.told(
        PayoutTold, "ledger.payout_not_waiting", "ledger.same_person", "ledger.payout_changed", "ledger.payouts_halted",
        "people.account_rests", *KEY,
    ),
)  # fmt: skip
def check_payout(request: HttpRequest, payout_id: shapes.Short) -> HttpResponse:
    """The second person's word. Needs an Idempotency-Key."""
    person, payout = calling.person_of(request), shapes.one(Payout.objects.all(), pk=payout_id)
    return actions.once(request, lambda: payout_told(payouts.check_payout(person, payout.pk)))


@router.post(
    "/bank/payouts/{payout_id}/refuse",
    auth=calling.may_ask("ledger.check_payout"),
    summary="Refuse a payout",
    **problems.told(PayoutTold, "ledger.payout_not_waiting", *KEY),
)
def refuse_payout(request: HttpRequest, payout_id: shapes.Short, said: shapes.Why) -> HttpResponse:
    """The money is free again. Needs an Idempotency-Key."""
    person, payout = calling.person_of(request), shapes.one(Payout.objects.all(), pk=payout_id)
    return actions.once(request, lambda: payout_told(payouts.refuse_payout(person, payout.pk, reason=said.reason)))


@router.post(
    "/bank/instructions",
    auth=calling.may_ask("ledger.send_payouts"),
    summary="Send checked payouts to the bank",
    **problems.told(SentTold, "ledger.payouts_halted", "ledger.statement_unfinished", *KEY),
)
def send_payouts(request: HttpRequest) -> HttpResponse:
    """In instruction files of ten. Needs an Idempotency-Key."""
    person = calling.person_of(request)
    return actions.once_in_steps(
        request, lambda: sent_told(payouts.send_payouts(person, custody_bank(), say=subjects.purposes))
    )


def sent_told(sent: list[BankFile]) -> SentTold:
    return SentTold(files=[one.name for one in sent], payouts=sum(one.lines for one in sent))


@router.post(
    "/bank/simulated/payments",
    auth=calling.may_ask("ledger.pay_at_simulated_bank"),
    summary="Pay at the simulated bank",
    **problems.told(SimulatedTold, "ledger.not_positive", *KEY),
)
def customer_pays(request: HttpRequest, said: Paying) -> HttpResponse:
    """A customer at its counter; the bank's mistakes are the operator's to play. Needs an Idempotency-Key."""
    person, plain = calling.person_of(request), said.model_dump()
    return actions.once(request, lambda: simulated_told(simulated.customer_pays(person, **plain)))


@router.post(
    "/bank/simulated/corrections",
    auth=calling.may_ask("ledger.play_bank"),
    summary="Let the simulated bank take a line back",
    **problems.told(SimulatedTold, *KEY),
)
def bank_corrects(request: HttpRequest, said: Correcting) -> HttpResponse:
    """In whole or by some fen. Needs an Idempotency-Key."""
    person, ref = calling.person_of(request), said.bank_ref
    return actions.once(
        request, lambda: simulated_told(simulated.bank_corrects(person, ref, amount_fen=said.amount_fen))
    )


def simulated_told(line: SimulatedLine) -> SimulatedTold:
    return SimulatedTold(bank_ref=line.bank_ref, amount_fen=line.amount)
