"""Money that came and serves no purpose: whatever way it lies at the bank's desk, it has a term and an owner (X4)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Value
from django.db.models.functions import Cast, Concat

from zhirong.base import text
from zhirong.base.refused import Refused
from zhirong.exchange import terms
from zhirong.exchange.actions import money
from zhirong.exchange.models import Deal, Listing, Overdue
from zhirong.ledger import astray
from zhirong.ledger import rules as accounts
from zhirong.ledger.actions import dues, matches, owners
from zhirong.ledger.models import BankLine, Expectation
from zhirong.people.models import Party, Person
from zhirong.record import actions as record

WHAT: Final = "suspense"
WAITING: Final = ("suspense", "proposed")
# No number of a row has so many digits.
MOST_DIGITS: Final = 19


def listing_of(topic: str) -> Listing | None:
    """The listing that a topic of the books belongs to; the bank's own topics belong to none."""
    return listings_of([topic])[topic]


def listings_of(topics: Collection[str]) -> dict[str, Listing | None]:
    """The same of many topics, in two questions at most."""
    deals = Deal.objects.select_related("listing__edition_of_rules").in_bulk(_known(topics, "deal"))
    listings = Listing.objects.select_related("edition_of_rules").in_bulk(_known(topics, "listing"))
    found: dict[str, Listing | None] = {}
    for topic in topics:
        head, _, pk = topic.partition(":")
        if head == "deal":
            deal = deals.get(_number(pk))
            if deal is None:
                raise Refused("deal.unknown", deal=topic)
            found[topic] = deal.listing
        elif head == "listing" and _number(pk) not in listings:
            raise Refused("listing.unknown", listing=topic)
        else:
            found[topic] = listings[_number(pk)] if head == "listing" else None
    return found


def _known(topics: Collection[str], kind: str) -> list[int]:
    return [_number(pk) for head, _, pk in (topic.partition(":") for topic in topics) if head == kind]


def _number(pk: str) -> int:
    return int(pk) if pk.isascii() and pk.isdecimal() and len(pk) < MOST_DIGITS else 0


def due_at(topic: str, since: datetime) -> datetime:
    """By when money of a topic is on its way back: by the listing's own rule set, else by the house's term."""
    return _due_at(listing_of(topic), since)


def _due_at(listing: Listing | None, since: datetime) -> datetime:
    return terms.unplaced_ends(since) if listing is None else money.refund_due_at(listing, since)


def expected_by(memo: str) -> Expectation | None:
    """What a line was paid for, by the code in its memo, though the purpose may have ended since."""
    return Expectation.objects.filter(code__in=accounts.words(memo)).order_by("pk").first()


def topic_of(line: BankLine) -> str:
    """The listing or deal that a line speaks of, else the bank."""
    return topics_of([line])[0]


def topics_of(lines: Sequence[BankLine]) -> list[str]:
    """The same of many lines, in one question."""
    words = [set(accounts.words(line.memo)) for line in lines]
    codes: set[str] = set().union(*words)
    asked = Expectation.objects.filter(code__in=codes).order_by("pk").values_list("code", "topic") if codes else ()
    known = list(asked)
    return [
        next((topic for code, topic in known if code in said), f"bank:{line.bank}")
        for line, said in zip(lines, words, strict=True)
    ]


@transaction.atomic
def confirm_match(who: Person, line_id: int) -> BankLine:
    """The second person's word; what no deposit and no price of the party takes is due to its own account."""
    line = matches.confirm_match(who, line_id)
    assert line.proposed is not None
    head, _, rest = line.proposed.path.partition(":")
    if line.amount <= 0 or head != "party" or not rest.endswith(":available"):
        return line
    party, topic = Party.objects.get(ref=rest.partition(":")[0]), topic_of(line)
    due = dues.Owed(f"match:{line.pk}", topic, "matched", party, line.amount, due_at(topic, record.now()))
    dues.owe([due])
    return line


def ends() -> list[tuple[BankLine, datetime]]:
    """Lines whose term runs in suspense and of which nobody was told yet, the oldest first, each with its end."""
    topic = Concat(Value("line:"), Cast(OuterRef("pk"), CharField()))
    told = Exists(Overdue.objects.filter(what=WHAT, topic=topic))
    fresh = list(BankLine.objects.filter(~told, state__in=WAITING, amount__gt=0).select_related("file").order_by("pk"))
    topics = topics_of(fresh)
    listings = listings_of(set(topics))
    return [(line, _due_at(listings[topic], line.file.at)) for line, topic in zip(fresh, topics, strict=True)]


def late(now: datetime) -> list[int]:
    """Lines that wait in suspense past the term of their refund and of which nobody was told yet."""
    return [line.pk for line, end in ends() if end < now]


@transaction.atomic
def tell(line_id: int) -> BankLine:
    """The office hears once that somebody's money has waited too long; who paid under a code hears it too."""
    line = matches.waiting_line(line_id)
    topic = f"line:{line.pk}"
    by = due_at(topic_of(line), line.file.at)
    is_told = Overdue.objects.filter(what=WHAT, topic=topic).exists()
    if line.state not in WAITING or line.amount <= 0 or by >= record.now() or is_told:
        return line
    leaf = record.tell(
        "exchange.suspense_overdue",
        f"bank:{line.bank}",
        who=None,
        to=[*dues.office(), *_payers(line)],
        bank_ref=line.bank_ref,
        amount_fen=line.amount,
        due_at=by.isoformat(),
    )
    Overdue.objects.create(what=WHAT, topic=topic, due_at=by, told=leaf)
    return line


def _payers(line: BankLine) -> list[Person]:
    """Who acts for the party whose code the line names, where the payer bears its name."""
    named = expected_by(line.memo)
    if named is None:
        return _namesakes_of(line)
    if accounts.squeezed(named.payer) != accounts.squeezed(line.payer):
        return []
    party = Party.objects.filter(ref=named.account.path.split(":")[1]).first()
    return owners.persons_of([party.pk])[party.pk] if party is not None else []


def _namesakes_of(line: BankLine) -> list[Person]:
    """Who acts for the party whose name the payer bears, where the line speaks of nothing that anybody awaits."""
    known = Party.objects.filter(verified_at__isnull=False, name_key=text.party_name(line.payer))
    loose = astray.Loose(line.pk, line.payer, line.amount, line.memo, line.file.at)
    party = next((one for one in known if astray.without_code([loose], [one])), None)
    return owners.persons_of([party.pk])[party.pk] if party is not None else []
