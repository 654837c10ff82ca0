"""What money is about: the listing or the deal that a topic of the books names, in words and with who may see it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Value

from zhirong.base import yaml_text
from zhirong.exchange.models import Deal, Listing
from zhirong.exchange.rule_sets import FOLDER
from zhirong.ledger.models import BankLine, Due, Payout

# So long a title says which thing it is; a bank's purpose field and a table's cell end somewhere.
TITLE_MOST = 60


@dataclass(frozen=True, slots=True)
class Subject:
    """A listing or a deal as a line of money names it; a listing that was never announced is its sides' alone."""

    kind: str
    number: str
    title: str
    title_en: str
    sides: frozenset[int]
    is_public: bool

    def text(self, language: str) -> str:
        """Number and title."""
        title = self.title_en or self.title if language.startswith("en") else self.title
        whole = len(title) <= TITLE_MOST
        return f"{self.number} · {title if whole else title[: TITLE_MOST - 1].rstrip() + '…'}"


def of(topics: Iterable[str]) -> dict[str, Subject]:
    """The subjects of these topics, in one question however many they are; other topics have none."""
    asked: dict[str, set[int]] = {"deal": set(), "listing": set()}
    for topic in topics:
        head, _, tail = topic.partition(":")
        if head in asked and tail.isdecimal() and len(tail) < 19:
            asked[head].add(int(tail))
    if not any(asked.values()):
        return {}
    listings = Listing.objects.filter(pk__in=asked["listing"]).values_list(
        Value("listing"), "pk", "number", "title", "title_en", "seller_id", "seller_id", "announced_at"
    )
    deals = Deal.objects.filter(pk__in=asked["deal"]).values_list(
        Value("deal"), "pk", "number", "listing__title", "listing__title_en", "seller_id", "buyer_id", "ended_at"
    )
    return {
        f"{kind}:{pk}": Subject(
            kind, number, title, title_en, frozenset(sides), is_public=kind == "listing" and announced_at is not None
        )
        for kind, pk, number, title, title_en, *sides, announced_at in listings.union(deals, all=True)
    }


def texts(topics: Iterable[str], language: str) -> dict[str, str]:
    """Number and title of each topic that has a subject."""
    return {topic: found.text(language) for topic, found in of(topics).items()}


def purposes(payouts: Sequence[Payout]) -> dict[str, str]:
    """What the bank is told a payment is for: why it leaves, with the number of its deal or listing."""
    why = dict(Due.objects.filter(payout__in=payouts).values_list("payout_id", "why"))
    words: dict[str, dict[str, str]] = yaml_text.parse((FOLDER / "purposes.yaml").read_text("utf-8"))
    named = of(one.topic for one in payouts)
    lines = {
        f"bankline:{pk}": ref
        for pk, ref in BankLine.objects.filter(
            pk__in=[int(one.topic.partition(":")[2]) for one in payouts if one.topic.startswith("bankline:")]
        ).values_list("pk", "bank_ref")
    }
    said = {}
    for one in payouts:
        kind = why.get(one.pk, "returned" if one.topic in lines else "by_hand")
        about = named[one.topic].number if one.topic in named else lines.get(one.topic, one.topic)
        said[one.pk] = f"{words[kind]['zh']} {about}"
    return said
