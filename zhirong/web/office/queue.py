"""The first page of the office: everything that waits for somebody, by the clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    DateTimeField,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Concat
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language, gettext, gettext_noop, ngettext

from zhirong.base import faults
from zhirong.exchange.actions import objections, register_watch, splits, withdrawals
from zhirong.exchange.models import Deal, Intent, Listing, Lot, Objection, Proposal
from zhirong.ledger.actions import set_aside
from zhirong.ledger.models import BankFile, BankLine, Due, Payout
from zhirong.people import access
from zhirong.people.models import Person, RoleGrant, Verification
from zhirong.record import actions as record
from zhirong.record import sequencer
from zhirong.record.models import Leaf
from zhirong.registry.actions.imports import own_files
from zhirong.registry.models import Claim, FeePayment, ImportBatch, TransferEntry
from zhirong.valuation.models import IndexList
from zhirong.web import filters, lists, pages, reading
from zhirong.web.office import queue_applications, queue_sheets, rooms

# kind -> its words, the verb that decides it, the page of one case, and whether that page takes the case's id
KINDS: dict[str, tuple[str, str, str, bool]] = {
    "listing": (gettext_noop("Listing to review"), "exchange.review", "office-listing", True),
    "sheet": (gettext_noop("Sheet of listings to review"), "exchange.publish_many", "office-sheet", True),
    "change": (gettext_noop("Change of a listing"), "exchange.review", "office-listing", True),
    "withdrawal": (gettext_noop("Withdrawal of a listing to decide"), "exchange.review", "office-listing", True),
    "verification": (gettext_noop("Party to verify"), "people.decide_verification", "office-verification", True),
    "claim": (gettext_noop("Claim of a right"), "registry.decide_claim", "office-claim", True),
    "payment": (gettext_noop("Annual fee to confirm"), "registry.confirm_payment", "office-payment", True),
    "transfer": (gettext_noop("Transfer to confirm"), "registry.confirm_transfer", "office-transfer", True),
    "import": (gettext_noop("Import to decide"), "registry.bring_rights", "office-import", True),
    "intent": (gettext_noop("Buyer to qualify"), "exchange.qualify", "office-intent", True),
    "suspended": (gettext_noop("Suspended listing"), "exchange.control", "office-listing", True),
    "paused": (gettext_noop("Auction that stands still"), "exchange.control", "office-lot", True),
    "stopped": (
        gettext_noop("Settlement that the register stopped"),
        "exchange.propose_annulment",
        "office-deal",
        True,
    ),
    "recordal": (gettext_noop("Recordal to enter"), "exchange.enter_recordal", "office-deal", True),
    "confirming": (gettext_noop("Recordal to confirm"), "exchange.confirm_recordal", "office-deal", True),
    "overdue": (gettext_noop("Deal past its term"), "exchange.propose_default", "office-deal", True),
    "default": (gettext_noop("Default to confirm"), "exchange.confirm_default", "office-deal", True),
    "annulment": (gettext_noop("Annulment to confirm"), "exchange.confirm_annulment", "office-deal", True),
    "division": (gettext_noop("Division of proceeds to confirm"), "exchange.confirm_split", "office-proceeds", True),
    "lifting": (gettext_noop("Lifting of a division to confirm"), "exchange.confirm_split", "office-proceeds", True),
    "objection": (gettext_noop("Objection to decide"), "exchange.decide_objection", "office-objection", True),
    "aside": (gettext_noop("Statement to set aside"), "ledger.confirm_set_aside", "bank", False),
    "line": (gettext_noop("Money in suspense"), "ledger.propose_match", "bank", False),
    "match": (gettext_noop("Match to confirm"), "ledger.confirm_match", "bank", False),
    "payable": (gettext_noop("Payout to prepare"), "ledger.make_payout", "bank-dues", False),
    "payout": (gettext_noop("Payout to check"), "ledger.check_payout", "bank", False),
    "sending": (gettext_noop("Payout to send"), "ledger.send_payouts", "bank", False),
    "index": (gettext_noop("List of index items to confirm"), "valuation.confirm_index", "office-index-list", True),
    "role": (gettext_noop("Role to confirm"), "people.confirm_role", "office-people", False),
    **queue_applications.KINDS,
}
# Who may open the page of a case; whoever may not is not told of it: the administrator reads no bidder and no payment.
OPENS = {
    "office-listing": "exchange.see_office",
    "office-lot": "exchange.see_office",
    "office-sheet": "exchange.see_office",
    "office-deal": "exchange.see_office",
    "office-proceeds": "exchange.see_office",
    "office-objection": "exchange.see_office",
    "bank": "ledger.see_books",
    "bank-dues": "ledger.see_books",
    "office-people": "people.see_people",
    "office-index-list": "valuation.see_index",
    **queue_applications.OPENS,
}
FAULTS_SHOWN = 20
NEVER = Cast(Value(None), DateTimeField())
NOBODY = Value("", CharField())
NO_MONEY = Cast(Value(None), BigIntegerField())
# Money that must leave stands in the queue from a day before its term.
BEFORE_TERM = timedelta(days=1)


@dataclass(frozen=True)
class CaseInQueue:
    """One thing that waits: what, since when, until when, who made it, and whether it is for this person."""

    kind: str
    pk: str
    since: datetime
    due: datetime | None
    name: str
    maker: str
    is_mine: bool
    amount_fen: int | None = None
    # How many of its kind stand in this one row.
    count: int = 1

    @property
    def shown(self) -> str:
        """What is waited for, or how many wait together."""
        if self.kind == "sheet":
            told = ngettext("%(n)s listing of one sheet: %(name)s", "%(n)s listings of one sheet: %(name)s", self.count)
            return told % {"n": self.count, "name": self.name or gettext("without a name")}
        if self.count > 1:
            return gettext("%(n)s together, %(name)s first") % {"n": self.count, "name": self.name}
        return self.name or gettext("without a name")

    @property
    def word(self) -> str:
        return gettext(KINDS[self.kind][0])

    @property
    def address(self) -> str:
        """Where it is decided."""
        _, _, name, by_id = KINDS[self.kind]
        return reverse(name, args=[int(self.pk)]) if by_id else reverse(name)

    def pressing(self, now: datetime) -> str:
        """Past its term, within a day of it, or waiting."""
        if self.due is None:
            return "wait" if self.is_mine else "off"
        return "no" if self.due <= now else "wait"


@rooms.room("people.enter_office")
def queue(request: HttpRequest) -> HttpResponse:
    """/office: one line a case, the earliest deadline first, counts for each kind."""
    now = record.now()
    whole = waiting(request, now)
    found = together(whole)
    # Counted as the table shows them.
    counts = Counter(case.kind for case in found)
    kind = reading.choice(request, "kind", KINDS)
    shown = [case for case in whole if kind in ("", case.kind)]
    columns = columns_of(now)
    if file := lists.taken_away(request, "queue", gettext("What waits"), columns=columns, found=shown):
        return file
    table = lists.table(request, "queue", gettext("What waits"), columns=columns, found=together(shown))
    kinds = [("", gettext("All"), len(found))]
    kinds += [(name, gettext(KINDS[name][0]), counts[name]) for name in KINDS if counts[name]]
    is_mine = sum(case.is_mine for case in found)
    return rooms.show(
        request,
        "queue.html",
        here="office",
        title="",
        table=table,
        kinds=kinds,
        kind=kind,
        mine=is_mine,
        all=len(found),
        faults=faults.again(but=sequencer.ROUND)[:FAULTS_SHOWN],
    )


def columns_of(now: datetime) -> list[lists.Column]:
    """What the queue shows of a case."""
    return [
        lists.Column(
            head=gettext("Case"),
            value=lambda case: case.shown,
            link=lambda case: case.address,
        ),
        lists.Column(head=gettext("Kind"), value=lambda case: case.word),
        lists.Column(head=gettext("Waits since"), value=lambda case: case.since, kind="moment"),
        lists.Column(
            head=gettext("Deadline"),
            value=lambda case: case.due or gettext("none set"),
            kind="moment",
            state=lambda case: case.pressing(now),
        ),
        lists.Column(head=gettext("Amount (yuan)"), value=lambda case: case.amount_fen, kind="money"),
        lists.Column(head=gettext("Made by"), value=lambda case: case.maker or gettext("the house")),
        lists.Column(
            head=gettext("For you"),
            value=lambda case: gettext("yes") if case.is_mine else gettext("for others"),
            state=lambda case: "on" if case.is_mine else "off",
        ),
    ]


def waiting(request: HttpRequest, now: datetime) -> list[CaseInQueue]:
    """Everything that waits, in one question to the database: what falls due first, then what waits longest."""
    standing, person = pages.standing_of(request), rooms.who(request)
    can = {kind: access.could(standing, verb) for kind, (_, verb, _, _) in KINDS.items()}
    seen = {
        kind for kind, (_, _, room, _) in KINDS.items() if access.could(standing, OPENS.get(room, "people.see_cases"))
    }
    parts = [*timed(now), *(part.all() for part in untimed(get_language() or "zh-hans"))]
    found = []
    for kind, pk, since, due, name, maker, maker_id, fen, count in parts[0].union(*parts[1:], all=True):
        if kind not in seen:
            continue
        by, by_id = proposer_of(pk) if kind == "aside" else (maker, maker_id)
        is_mine = can[kind] and by_id != str(person.pk)
        case = CaseInQueue(kind, pk, since, due, name, by, is_mine=is_mine, amount_fen=fen, count=count)
        found.append(case)
    asked = [case for case in found if case.kind == "objection" and case.is_mine]
    involved = had_a_hand_in(person, [int(case.pk) for case in asked])
    found = [replace(case, is_mine=False) if case in asked and int(case.pk) in involved else case for case in found]
    far = datetime.max.replace(tzinfo=now.tzinfo)
    return sorted(found, key=lambda case: (not case.is_mine, case.due or far, case.since))


def had_a_hand_in(person: Person, wanted: list[int]) -> set[int]:
    """Objections to deals in which the record names this person already: somebody uninvolved decides them (S3)."""
    if not wanted:
        return set()
    of_topic: dict[str, set[int]] = {}
    rows = Objection.objects.filter(pk__in=wanted).values_list(
        "pk", "deal_id", "deal__listing_id", "deal__listing__lots"
    )
    for pk, deal, listing, lot in rows:
        for topic in (f"deal:{deal}", f"listing:{listing}", f"lot:{lot}"):
            of_topic.setdefault(topic, set()).add(pk)
    acted = objections.named(person).filter(topic__in=of_topic).values_list("topic", flat=True).distinct()
    return {pk for topic in acted for pk in of_topic[topic]}


def together(found: list[CaseInQueue]) -> list[CaseInQueue]:
    """Payouts to prepare are made in batches on the list of what is due: one row, at the place of the nearest term."""
    payable = [case for case in found if case.kind == "payable"]
    if len(payable) < 2:
        return found
    whole = sum(case.amount_fen or 0 for case in payable)
    since = min(case.since for case in payable)
    row = replace(payable[0], since=since, amount_fen=whole, count=len(payable))
    return [row if case is payable[0] else case for case in found if case not in payable[1:]]


def proposer_of(file_id: str) -> tuple[str, str]:
    """Who proposed to set a statement aside: the record alone knows, and seldom does one wait."""
    person = Person.objects.filter(ref=set_aside.proposed_by(BankFile(pk=int(file_id)))).first()
    return (person.name, str(person.pk)) if person else ("", "")


Rows = QuerySet["Listing", tuple[str, str, datetime, datetime | None, str, str, str, int | None, int]]


def rows(
    found: QuerySet[..., ...],  # type: ignore[misc]
    kind: str | Combinable,
    *,
    since: str,
    name: str,
    due: str | Combinable = "",
    maker: str = "",
    amount: str | Combinable = "",
) -> Rows:
    """The nine columns of one kind of case, alike for every table, so that one union asks for all."""
    text = CharField()
    return found.values_list(
        Value(kind, text) if isinstance(kind, str) else kind,
        Cast(F("pk"), text),
        F(since),
        (F(due) if isinstance(due, str) else due) if due else NEVER,
        Cast(lists.title_of(name) if name.endswith("title") else F(name), text),
        Cast(F(f"{maker}__name"), text) if maker else NOBODY,
        Cast(F(f"{maker}_id"), text) if maker else NOBODY,
        (F(amount) if isinstance(amount, str) else amount) if amount else NO_MONEY,
        Value(1, IntegerField()),
    )


@cache
def untimed(language: str) -> tuple[Rows, ...]:
    """What waits whatever the time is, laid out once in each language: that takes longer than to ask for it.

    Whoever asks copies each part first: a query that is being written out is changed by it.
    """
    with translation.override(language):
        return (*of_cases(), *of_deals(), *of_bank(), *queue_applications.of_support())


def timed(now: datetime) -> Iterator[Rows]:
    """What waits only from some time on: deals past their term, and money that must leave soon."""
    late = Q(state="contract", contract_due_at__lt=now) | Q(state="payment", payment_due_at__lt=now)
    due = Case(When(state="contract", then=F("contract_due_at")), default=F("payment_due_at"))
    open_ones = Proposal.objects.filter(state="proposed").values("deal")
    past = Deal.objects.filter(late, stopped_at=None).exclude(pk__in=open_ones)
    yield rows(past, "overdue", since="made_at", name="listing__title", due=due)
    near = Due.objects.filter(state="due", due_at__lt=now + BEFORE_TERM)
    yield rows(near, "payable", since="made_at", name="party__name", due="due_at", amount=F("amount") - F("used"))


def of_cases() -> Iterator[Rows]:
    """Listings, parties, rights, imports, buyers and roles."""
    listings = Listing.objects.filter(state="submitted", submitted_at__isnull=False)
    yield rows(listings.filter(batch=None), "listing", since="submitted_at", name="title", maker="made_by")
    yield queue_sheets.of_sheets()
    changed = Listing.objects.filter(state="announced", changes__state="open", changes__what="change")
    yield rows(changed, "change", since="changes__proposed_at", name="title", maker="changes__proposed_by")
    back = Listing.objects.filter(state__in=withdrawals.STATES, changes__state="open", changes__what="withdrawal")
    yield rows(
        back, "withdrawal", since="changes__proposed_at", name="title", due="closes_at", maker="changes__proposed_by"
    )
    stopped = Listing.objects.filter(state="suspended", suspended_at__isnull=False)
    yield rows(stopped, "suspended", since="suspended_at", name="title", maker="made_by")
    topic = Concat(Value("lot:"), Cast(OuterRef("pk"), CharField()))
    # The floor keeps its times as numbers, the record has the moment as a date; a person or the register stopped it.
    told = Leaf.objects.filter(topic=topic, kind__in=("exchange.lot_paused", "exchange.lot_encumbered"))
    still = Lot.objects.filter(state="paused").annotate(paused_at=Subquery(told.order_by("-pk").values("at")[:1]))
    yield rows(still.filter(paused_at__isnull=False), "paused", since="paused_at", name="listing__title")
    yield rows(
        Verification.objects.filter(state="waiting"), "verification",
        since="asked_at", name="party__name", maker="asked_by",
    )  # fmt: skip
    yield rows(Claim.objects.filter(state="waiting"), "claim", since="asked_at", name="right__title", maker="asked_by")
    fees = FeePayment.objects.filter(state="waiting")
    yield rows(fees, "payment", since="entered_at", name="right__title", maker="entered_by")
    moves = TransferEntry.objects.filter(state="entered")
    yield rows(moves, "transfer", since="entered_at", name="right__title", maker="entered_by")
    # A party's own file is taken over by the party; one of the register itself by the office.
    imports = ImportBatch.objects.filter(~own_files(), visible_at__isnull=True, dropped_at__isnull=True)
    yield rows(imports, "import", since="brought_at", name="file__name", maker="brought_by")
    yield rows(
        to_qualify(), "intent", since="registered_at", name="party__name", due="listing__closes_at", maker="person"
    )
    grants = RoleGrant.objects.filter(confirmed_at__isnull=True, ended_at__isnull=True)
    yield rows(grants, "role", since="granted_at", name="person__name", maker="granted_by")
    brought = IndexList.objects.filter(confirmed_at=None, withdrawn_at=None)
    own_name = "name_zh" if filters.is_chinese() else "name_en"
    yield rows(brought, "index", since="brought_at", name=own_name, maker="brought_by")


def to_qualify() -> QuerySet[Intent]:
    """Buyers on whom the operator owes a decision: the listing asks for proof, or a right of priority is claimed."""
    proof = Q(state="registered") & ~Q(listing__requirement="")
    priority = ~Q(priority_basis="") & Q(priority_rank__isnull=True, decided_by__isnull=True, state="admitted")
    priority |= ~Q(priority_basis="") & Q(state="registered")
    return Intent.objects.filter(
        proof | priority, deposit_state__in=("held", "none"), listing__state__in=("announced", "qualifying")
    )


def of_deals() -> Iterator[Rows]:
    """Deals whose next deed is the house's, and objections."""
    running = Deal.objects.filter(stopped_at=None)
    yield rows(
        running.filter(state="recordal"), "recordal", since="paid_at", name="listing__title", due="recordal_due_at"
    )
    yield rows(
        running.filter(state="confirming", recordals__state="entered"), "confirming",
        since="recordals__entered_at", name="listing__title", due="recordal_due_at", maker="recordals__entered_by",
    )  # fmt: skip
    by_register = Deal.objects.filter(stopped_at__isnull=False, state__in=register_watch.DEALS)
    undecided = Objection.objects.filter(state="open").values("deal")
    proposed_on = Proposal.objects.filter(state="proposed").values("deal")
    stopped = by_register.exclude(pk__in=undecided).exclude(pk__in=proposed_on)
    yield rows(stopped, "stopped", since="stopped_at", name="listing__title")
    for what in ("default", "annulment"):
        proposed = Deal.objects.filter(proposals__state="proposed", proposals__what=what)
        yield rows(
            proposed, what, since="proposals__proposed_at", name="listing__title", maker="proposals__proposed_by"
        )
    agreed = Deal.objects.filter(splits__state="proposed")
    kind = Case(When(splits__parts=splits.NOBODY, then=Value("lifting")), default=Value("division"))
    yield rows(agreed, kind, since="splits__proposed_at", name="listing__title", maker="splits__proposed_by")
    raised = Objection.objects.filter(state="open")
    yield rows(raised, "objection", since="raised_at", name="deal__listing__title", maker="raised_by")


def of_bank() -> Iterator[Rows]:
    """Money that nobody expected, and payouts on their way."""
    yield rows(set_aside.proposed(), "aside", since="at", name="name")
    lines = BankLine.objects.all()
    yield rows(lines.filter(state="suspense"), "line", since="file__at", name="payer", amount="amount")
    yield rows(
        lines.filter(state="proposed"), "match", since="file__at", name="payer", maker="matched_by", amount="amount"
    )
    told = {"name": "payee", "due": "due__due_at", "amount": "amount"}
    yield rows(Payout.objects.filter(state="made"), "payout", since="made_at", maker="made_by", **told)
    yield rows(Payout.objects.filter(state="checked"), "sending", since="checked_at", **told)
