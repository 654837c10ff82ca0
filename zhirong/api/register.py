"""Entries of the register, annual fees, encumbrances and consents, as the office registered them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from zhirong.api import calling, files, problems, rights, shapes
from zhirong.api.rights import RightTold, WeightTold
from zhirong.registry.actions import entries, payments, titles, weights
from zhirong.registry.engine.facts import Act, Ending, EventKind, LicenceKind, Reduction, Weight
from zhirong.registry.models import Encumbrance, FeePayment, Holding

router = Router(tags=["rights"])
PartyRef = Annotated[str, Field(max_length=16, pattern="^[0-9a-f]*$", description="A party's ref, where known")]
Name = Annotated[str, Field(max_length=200, pattern=shapes.NO_NUL)]
Number = Annotated[str, Field(max_length=60, pattern=shapes.NO_NUL)]
Source = Annotated[str, Field(min_length=1, max_length=60, pattern=shapes.NO_NUL, examples=["gazette"])]


class EntrySaid(shapes.Said):
    """An entry as the office published it (细则 106)."""

    kind: EventKind
    day: date
    source: Source
    ending: Ending | None = None
    days: int = Field(0, ge=0, le=3660, description="Days of compensation")
    file: shapes.FileRef = ""


class Renaming(shapes.Said):
    """A holder's new name (N31)."""

    name: Annotated[str, Field(min_length=1, max_length=200, pattern=shapes.NO_NUL)]
    day: date
    file: shapes.FileRef = ""


class FeePaid(shapes.Said):
    """An annual fee as paid at the office, in fen, with its receipt."""

    year: int = Field(ge=1, le=30, description="Patent year")
    paid_on: date
    amount_fen: shapes.FenGiven
    reduction: Reduction = Reduction.NONE
    file: shapes.Ref


class Checked(shapes.Said):
    """What the office's register says of the fees."""

    paid_through_year: int = Field(ge=0, le=30)
    as_of: date
    file: shapes.FileRef = ""


class WeightSaid(shapes.Said):
    """A pledge, seizure, licence or other weight as it was registered."""

    kind: Weight
    in_favour_of: Name
    party: PartyRef = ""
    since: date
    until: date | None = None
    number: Number = ""
    licence: LicenceKind = LicenceKind.PLAIN
    territory: Annotated[str, Field(max_length=60, pattern=shapes.NO_NUL)] = "*"
    field: Annotated[str, Field(max_length=60, pattern=shapes.NO_NUL)] = "*"
    file: shapes.FileRef = ""


class Release(shapes.Said):
    """The day from which it no longer weighs."""

    day: date
    file: shapes.FileRef = ""


class ConsentSaid(shapes.Said):
    """A co-owner's or pledgee's agreement (专利法 14, 民法典 444)."""

    act: Act
    by_name: Annotated[
        str, Field(max_length=200, pattern=shapes.NO_NUL, description="By the operator, for somebody without a party")
    ] = ""
    party: PartyRef = ""
    until: date | None = None
    file: shapes.FileRef = ""


class ContestSaid(shapes.Said):
    """Whether the title follows the newer record, and why."""

    is_followed: bool
    reason: Annotated[str, Field(min_length=1, max_length=1000, pattern=shapes.NO_NUL)]


class FeePaidTold(shapes.Told):
    """A fee on the register, in fen."""

    payment_id: int
    year: int
    paid_on: date
    amount_fen: shapes.Fen
    state: str = Field(examples=["waiting"], description="waiting until an operator found it at the office")
    entered_at: datetime


class ConsentTold(shapes.Told):
    """A consent on the register."""

    consent_id: int
    act: Act
    by_name: str
    given_on: date
    until: date | None


def _favoured(name: str, ref: str) -> weights.Favoured:
    return weights.Favoured(name, shapes.party_named(ref) if ref else None)


@router.post(
    "/rights/{int:right_id}/entries",
    auth=calling.may_ask("registry.enter_event"),
    summary="Enter a register event",
    **problems.told(
        RightTold, "registry.entry_has_own_verb", "registry.entry_does_not_fit", "registry.day_to_come",
        *files.EVIDENCE,
    ),
)  # fmt: skip
def enter_event(request: HttpRequest, right_id: shapes.Id, said: EntrySaid) -> RightTold:
    """The same entry twice is one."""
    person, right = calling.person_of(request), rights.shown(request, right_id)
    entries.enter_event(
        person,
        right,
        said.kind,
        day=said.day,
        source=said.source,
        ending=said.ending,
        days=said.days,
        file=files.own_or_none(person, said.file),
    )
    return rights.full(rights.shown(request, right_id))


@router.post(
    "/rights/{int:right_id}/holders/{int:holding_id}/name",
    auth=calling.may_ask("registry.enter_event"),
    summary="Change a holder's name",
    **problems.told(RightTold, "registry.day_to_come", *files.EVIDENCE),
)
def rename_holder(request: HttpRequest, right_id: shapes.Id, *, holding_id: shapes.Id, said: Renaming) -> RightTold:
    """The old name stays, dated."""
    person, right = calling.person_of(request), rights.shown(request, right_id)
    held = shapes.one(Holding.objects.filter(right=right, until__isnull=True), pk=holding_id)
    file = files.own_or_none(person, said.file)
    entries.rename_holder(person, right, held, name=said.name, day=said.day, file=file)
    return rights.full(right)


@router.post(
    "/rights/{int:right_id}/fees",
    auth=calling.may_ask("registry.pay_fee"),
    summary="Note an annual fee as paid",
    **problems.told(
        FeePaidTold, "registry.no_annual_fee", "registry.day_to_come", "registry.grace_over",
        "registry.no_such_patent_year", "registry.before_filing", "registry.receipt_missing", "registry.seen_unpaid",
        *files.EVIDENCE,
    ),
)  # fmt: skip
def pay_fee(request: HttpRequest, right_id: shapes.Id, said: FeePaid) -> FeePaidTold:
    """On its receipt. A holder's or agent's waits until an operator confirms it; the same payment twice is one."""
    person, right = calling.person_of(request), rights.shown(request, right_id)
    paid = payments.Paid(said.year, said.paid_on, said.amount_fen, said.reduction)
    return fee_paid(payments.pay_fee(person, right, paid, file=files.own(person, said.file)))


@router.post(
    "/payments/{int:payment_id}/confirm",
    auth=calling.may_ask("registry.confirm_payment"),
    summary="Confirm a reported payment",
    **problems.told(
        FeePaidTold, "registry.payment_decided", "registry.seen_unpaid", "people.maker_is_checker", "people.own_party",
        "file.not_read",
    ),
)  # fmt: skip
def confirm_payment(request: HttpRequest, payment_id: shapes.Id) -> FeePaidTold:
    """The operator found it at the office; from now on the year counts as paid."""
    one = shapes.one(FeePayment.objects.select_related("right"), pk=payment_id)
    return fee_paid(payments.confirm_payment(calling.person_of(request), one))


@router.post(
    "/payments/{int:payment_id}/refuse",
    auth=calling.may_ask("registry.confirm_payment"),
    summary="Refuse a reported payment",
    **problems.told(
        FeePaidTold, "registry.payment_decided", "registry.reason_missing", "people.maker_is_checker",
        "people.own_party",
    ),
)  # fmt: skip
def refuse_payment(request: HttpRequest, payment_id: shapes.Id, said: shapes.Why) -> FeePaidTold:
    """The receipt does not show it, or the office has none; whoever reported it is told why."""
    one = shapes.one(FeePayment.objects.select_related("right"), pk=payment_id)
    return fee_paid(payments.refuse_payment(calling.person_of(request), one, reason=said.reason))


def fee_paid(paid: FeePayment) -> FeePaidTold:
    return FeePaidTold(
        payment_id=paid.pk,
        year=paid.year,
        paid_on=paid.paid_on,
        amount_fen=paid.amount_fen,
        state=paid.state,
        entered_at=paid.entered_at,
    )


@router.post(
    "/rights/{int:right_id}/fees/confirm",
    auth=calling.may_ask("registry.confirm_fees"),
    summary="Confirm fees from the office's register",
    **problems.told(RightTold, "registry.day_to_come"),
)
def confirm_fees(request: HttpRequest, right_id: shapes.Id, said: Checked) -> RightTold:
    """FeePaid through this year, as of this day."""
    person, right = calling.person_of(request), rights.shown(request, right_id)
    file = files.own_or_none(person, said.file)
    entries.confirm_fees(person, right, paid_through_year=said.paid_through_year, as_of=said.as_of, file=file)
    return rights.full(rights.shown(request, right_id))


@router.post(
    "/rights/{int:right_id}/encumbrances",
    auth=calling.may_ask("registry.encumber"),
    summary="Register a pledge, seizure or licence",
    **problems.told(WeightTold, "registry.day_to_come", *files.EVIDENCE),
)
def encumber(request: HttpRequest, right_id: shapes.Id, said: WeightSaid) -> WeightTold:
    """As the office or a court registered it; a running listing of the right stops at once (E28)."""
    person = calling.person_of(request)
    one = weights.encumber(
        person,
        rights.shown(request, right_id),
        said.kind,
        favoured=_favoured(said.in_favour_of, said.party),
        since=said.since,
        until=said.until,
        number=said.number,
        licence=said.licence,
        territory=said.territory,
        field=said.field,
        file=files.own_or_none(person, said.file),
    )
    return rights.weight(one)


@router.post(
    "/encumbrances/{int:encumbrance_id}/release",
    auth=calling.may_ask("registry.release"),
    summary="Release a pledge, seizure or licence",
    **problems.told(WeightTold, "registry.release_before_begin", "registry.day_to_come", *files.EVIDENCE),
)
def release(request: HttpRequest, encumbrance_id: shapes.Id, said: Release) -> WeightTold:
    """A second release changes nothing."""
    person, one = calling.person_of(request), shapes.one(Encumbrance.objects.select_related("right"), pk=encumbrance_id)
    return rights.weight(weights.release(person, one, day=said.day, file=files.own_or_none(person, said.file)))


@router.post(
    "/rights/{int:right_id}/consents",
    auth=calling.may_ask("registry.consent"),
    summary="Record a consent",
    **problems.told(ConsentTold, "registry.nothing_to_consent", "people.not_verified", *files.EVIDENCE),
)
def consent(request: HttpRequest, right_id: shapes.Id, said: ConsentSaid) -> ConsentTold:
    """Of a co-owner or pledgee to an act: by itself as a verified party, or by the operator from its paper."""
    person, right = calling.person_of(request), rights.shown(request, right_id)
    by, file = _favoured(said.by_name, said.party), files.own_or_none(person, said.file)
    paper = weights.consent(person, right, said.act, by=by, until=said.until, file=file)
    return ConsentTold(
        consent_id=paper.pk, act=Act(paper.act), by_name=paper.by_name, given_on=paper.given_on, until=paper.until
    )


@router.post(
    "/rights/{int:right_id}/contest/decide",
    auth=calling.may_ask("registry.decide_contest"),
    summary="Decide a contested holder",
    **problems.told(RightTold, "registry.not_contested", "registry.reason_missing", "people.own_party"),
)
def decide_contest(request: HttpRequest, right_id: shapes.Id, said: ContestSaid) -> RightTold:
    """The title follows the register's newer record, or stays; until then the right is not free."""
    person, right = calling.person_of(request), rights.shown(request, right_id)
    titles.decide_contest(person, right, is_followed=said.is_followed, reason=said.reason)
    return rights.full(rights.shown(request, right_id))
