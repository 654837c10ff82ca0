"""What is granted: the public list, payment lists with payments, and the books of budgets."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from zhirong.api import calling, paging, problems, shapes
from zhirong.api.application_deeds import Reference
from zhirong.policy import visible
from zhirong.policy.actions import budget_books, payees, payments
from zhirong.policy.applied import Application, Booking, Budget, PaymentLine, PaymentList

router = Router(tags=["applications"])
LIST = ("policy.payment_list_unknown", "policy.payment_list_over")


class PublishedGrantTold(shapes.Told):
    """A grant as it is published."""

    application_id: int
    number: str
    measure: str
    party: str = Field(description="Name of the enterprise")
    amount_fen: shapes.Fen
    publicity_from: date
    publicity_until: date


class ListSaid(shapes.Said):
    """Approved applications by their numbers."""

    numbers: Annotated[list[shapes.Short], Field(min_length=1, max_length=500)]


class LineTold(shapes.Told):
    """A line of a payment list; the account is masked unless it was asked for in full."""

    line_id: int
    application: str
    party: shapes.PartyShort
    account: str
    amount_fen: shapes.Fen
    paid_on: date | None
    reference: str | None


class ListShort(shapes.Told):
    """A payment list."""

    list_id: int
    number: str = Field(examples=["BF-2026-000001"])
    state: str = Field(examples=["draft"], description="draft, confirmed or dropped")
    total_fen: shapes.Fen
    count: int
    made_at: datetime
    confirmed_at: datetime | None


class ListTold(ListShort):
    """A payment list with its lines."""

    lines: list[LineTold]


class PaidSaid(shapes.Said):
    """What the bank paid of a line, on which day, under which reference."""

    amount_fen: shapes.FenGiven
    on: date
    reference: Reference


class BudgetSaid(shapes.Said):
    """A year's money of a measure, and the document that says so."""

    measure: Annotated[str, Field(min_length=1, max_length=100, pattern=shapes.NO_NUL)]
    year: Annotated[int, Field(ge=2000, le=2100)]
    amount_fen: shapes.FenGiven
    allocation: Literal["first_come", "pro_rata", "ranking", "total_control"]
    last_gets_rest: bool = True
    source: Annotated[str, Field(min_length=1, max_length=500, pattern=shapes.NO_NUL)]


class BudgetSeenSaid(shapes.Said):
    """The `proposed_sha256` of what was read."""

    proposed_sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class BudgetTold(shapes.Told):
    """A budget and the sums of its book."""

    budget_id: int
    measure: str
    year: int
    amount_fen: shapes.Fen
    allocation: str
    last_gets_rest: bool
    source: str
    proposed_sha256: str = Field(description="Of what it says; whoever confirms it names what they read")
    reserved_fen: shapes.Fen
    granted_fen: shapes.Fen
    paid_fen: shapes.Fen
    returned_fen: shapes.Fen
    confirmed_at: datetime | None
    ended_at: datetime | None


class BookingTold(shapes.Told):
    """An entry of a budget's book."""

    booking_id: int
    application: str
    kind: str = Field(examples=["granted"])
    amount_fen: shapes.Fen
    at: datetime


def grant(row: Application) -> PublishedGrantTold:
    assert row.publicity_from
    assert row.publicity_until
    return PublishedGrantTold(
        application_id=row.pk,
        number=row.number,
        measure=row.measure,
        party=row.party.name,
        amount_fen=row.granted_fen or 0,
        publicity_from=row.publicity_from,
        publicity_until=row.publicity_until,
    )


def short(found: PaymentList) -> ListShort:
    return ListShort(
        list_id=found.pk,
        number=found.number,
        state=found.state,
        total_fen=found.total_fen,
        count=found.count,
        made_at=found.made_at,
        confirmed_at=found.confirmed_at,
    )


def line(one: PaymentLine, accounts: dict[int, str]) -> LineTold:
    return LineTold(
        line_id=one.pk,
        application=one.application.number,
        party=shapes.party_short(one.application.party),
        account=accounts.get(one.application.party_id, ""),
        amount_fen=one.amount_fen,
        paid_on=one.paid_on,
        reference=one.reference,
    )


def told(found: PaymentList, accounts: dict[int, str] | None = None) -> ListTold:
    """A list with its lines; accounts are masked where they were not read in full."""
    accounts = payments.accounts_of(found) if accounts is None else accounts
    rows = found.lines.select_related("application__party").order_by("pk")
    return ListTold(**short(found).model_dump(), lines=[line(one, accounts) for one in rows])


def budget(found: Budget) -> BudgetTold:
    names = [name for name in BudgetTold.model_fields if name != "budget_id"]
    return BudgetTold(budget_id=found.pk, **{name: getattr(found, name) for name in names})


def booking(found: Booking) -> BookingTold:
    return BookingTold(
        booking_id=found.pk,
        application=found.application.number,
        kind=found.kind,
        amount_fen=found.amount_fen,
        at=found.at,
    )


@router.get(
    "/published-grants",
    auth=calling.ANYONE,
    summary="Published grants",
    **problems.told(paging.Page[PublishedGrantTold]),
)
def published(request: HttpRequest, asked: Query[paging.Asked]) -> paging.Page[PublishedGrantTold]:
    """What is published now, with names and amounts, for everybody."""
    return paging.cut(visible.published(), asked, grant)


@router.get(
    "/payment-lists",
    auth=calling.may_ask("policy.see_applications"),
    summary="Payment lists",
    **problems.told(paging.Page[ListShort]),
)
def list_lists(request: HttpRequest, asked: Query[paging.Asked]) -> paging.Page[ListShort]:
    """Newest first."""
    return paging.cut(PaymentList.objects.all(), asked, short)


@router.post(
    "/payment-lists",
    auth=calling.may_ask("policy.make_payment_list"),
    summary="Make a payment list",
    **problems.told(
        ListTold, "policy.list_count", "policy.application_unknown", "policy.account_missing",
        "policy.application_not_its_turn", "people.own_party",
    ),
)  # fmt: skip
def make_list(request: HttpRequest, given: ListSaid) -> ListTold:
    """Of approved applications; a second official confirms it. The same ones again are the same list."""
    return told(payments.make_list(calling.person_of(request), given.numbers))


@router.get(
    "/payment-lists/{int:list_id}",
    auth=calling.may_ask("policy.see_applications"),
    summary="A payment list",
    **problems.told(ListTold),
)
def get_list(request: HttpRequest, list_id: shapes.Id) -> ListTold:
    """With its lines; accounts are masked."""
    return told(shapes.one(PaymentList.objects.all(), pk=list_id))


@router.post(
    "/payment-lists/{int:list_id}/accounts",
    auth=calling.may_ask("policy.read_accounts"),
    summary="Read the accounts of a payment list",
    **problems.told(ListTold, "policy.payment_list_unknown", "policy.accounts_unconfirmed", "people.key_missing"),
)
def read_accounts(request: HttpRequest, list_id: shapes.Id) -> ListTold:
    """In full, for the bank, once the list is confirmed; each reading is a deed on the record."""
    read = payees.read_accounts(calling.person_of(request), list_id)
    return told(shapes.one(PaymentList.objects.all(), pk=list_id), read)


@router.post(
    "/payment-lists/{int:list_id}/confirm",
    auth=calling.may_ask("policy.confirm_payment_list"),
    summary="Confirm a payment list",
    **problems.told(ListTold, "people.maker_is_checker", "people.own_party", *LIST),
)
def confirm_list(request: HttpRequest, list_id: shapes.Id) -> ListTold:
    """By another official than made it."""
    return told(payments.confirm_list(calling.person_of(request), list_id))


@router.post(
    "/payment-lists/{int:list_id}/drop",
    auth=calling.may_ask("policy.make_payment_list"),
    summary="Give a payment list up",
    **problems.told(ListTold, "policy.text_length", *LIST),
)
def drop_list(request: HttpRequest, list_id: shapes.Id, why: shapes.Why) -> ListTold:
    """Before it is confirmed; its applications may be listed anew."""
    return told(payments.drop_list(calling.person_of(request), list_id, reason=why.reason))


@router.post(
    "/payment-lists/lines/{int:line_id}/pay",
    auth=calling.may_ask("policy.note_payment"),
    summary="Note a payment",
    **problems.told(
        LineTold, "policy.payment_line_unknown", "policy.payment_list_unconfirmed", "policy.paid_before",
        "policy.paid_another_amount", "policy.paid_in_future", "policy.reference_used", "people.own_party",
    ),
)  # fmt: skip
def note_paid(request: HttpRequest, line_id: shapes.Id, given: PaidSaid) -> LineTold:
    """As the bank paid it, whole. The same words again change nothing."""
    done = payments.note_paid(
        calling.person_of(request), line_id, amount_fen=given.amount_fen, on=given.on, reference=given.reference
    )
    return line(
        PaymentLine.objects.select_related("application__party").get(pk=done.pk), payments.accounts_of(done.list)
    )


@router.get(
    "/budget-books",
    auth=calling.may_ask("policy.see_applications"),
    summary="Budgets with their sums",
    **problems.told(paging.Page[BudgetTold]),
)
def list_budgets(request: HttpRequest, asked: Query[paging.Asked]) -> paging.Page[BudgetTold]:
    """Newest first, replaced ones too."""
    return paging.cut(Budget.objects.all(), asked, budget)


@router.post(
    "/budget-books",
    auth=calling.may_ask("policy.set_budget"),
    summary="Propose a budget",
    **problems.told(
        BudgetTold, "policy.measure_unknown", "policy.allocation_differs", "policy.no_such_allocation",
        "policy.text_length",
    ),
)  # fmt: skip
def set_budget(request: HttpRequest, given: BudgetSaid) -> BudgetTold:
    """A second official confirms it."""
    return budget(
        budget_books.set_budget(
            calling.person_of(request),
            given.measure,
            given.year,
            amount_fen=given.amount_fen,
            allocation=given.allocation,
            last_gets_rest=given.last_gets_rest,
            source=given.source,
        )
    )


@router.get(
    "/budget-books/{int:budget_id}/bookings",
    auth=calling.may_ask("policy.see_applications"),
    summary="The book of a budget",
    **problems.told(paging.Page[BookingTold]),
)
def list_bookings(request: HttpRequest, budget_id: shapes.Id, asked: Query[paging.Asked]) -> paging.Page[BookingTold]:
    """Newest first."""
    found = shapes.one(Budget.objects.all(), pk=budget_id)
    return paging.cut(Booking.objects.filter(budget=found).select_related("application"), asked, booking)


@router.post(
    "/budget-books/{int:budget_id}/confirm",
    auth=calling.may_ask("policy.confirm_budget"),
    summary="Confirm a budget",
    **problems.told(
        BudgetTold,
        "policy.budget_unknown",
        "policy.another_budget_read",
        "policy.budget_below_granted",
        "people.maker_is_checker",
        "people.own_party",
    ),
)
def confirm_budget(request: HttpRequest, budget_id: shapes.Id, given: BudgetSeenSaid) -> BudgetTold:
    """By another official than set it, over what they read; it takes over the sums of the former one."""
    return budget(
        budget_books.confirm_budget(calling.person_of(request), budget_id, proposed_sha256=given.proposed_sha256)
    )


@router.post(
    "/budget-books/{int:budget_id}/allocate",
    auth=calling.may_ask("policy.allocate_budget"),
    summary="Allocate a budget",
    **problems.told(
        BudgetTold, "policy.budget_unknown", "policy.budget_undecided", "policy.allocated_by_acceptance",
        "policy.allocation_unsettled", "policy.score_missing", "people.own_party",
    ),
)  # fmt: skip
def allocate(request: HttpRequest, budget_id: shapes.Id) -> BudgetTold:
    """Among all that were decided, by its rule, to the fen."""
    return budget(budget_books.allocate(calling.person_of(request), budget_id))
