"""The centre's own lists of items for the index of value: brought, confirmed by a second person, withdrawn."""

from __future__ import annotations

import json
from datetime import date, datetime

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from zhirong.api import calling, files, paging, problems, shapes
from zhirong.record import actions as record
from zhirong.valuation import indices
from zhirong.valuation.actions import appraisals, index_lists
from zhirong.valuation.engine import index_items, units
from zhirong.valuation.models import IndexList

router = Router(tags=["valuation"])
UNREADABLE = ("valuation.list_malformed", "valuation.item_weights_not_one")


class IndexListSaid(shapes.Said):
    """A list in a file of mine (YAML in the form of the house's list, or a sheet), in force from a day."""

    file: shapes.FileRef
    since: date


class IndexListSeen(shapes.Said):
    """What the second person looked at: `payload_hash` of the list."""

    payload_hash: shapes.Digest


class IndexListTold(shapes.Told):
    """A list that was brought, and what became of it."""

    list_id: int
    name_zh: str
    name_en: str
    edition: str
    since: date
    payload_hash: str = Field(description="SHA-256 of the list's plain values")
    state: str = Field(examples=["waiting"], description="waiting, confirmed or withdrawn")
    brought_at: datetime
    confirmed_at: datetime | None
    withdrawn_at: datetime | None
    reason: str


class IndexItemTold(shapes.Told):
    """An item with its weight in the whole of each scenario."""

    dimension: str
    criterion: str
    item: str
    name_zh: str
    name_en: str
    how: str = Field(examples=["automatic"])
    weights_ppm: dict[str, int] = Field(description="By scenario, in millionths of the whole")


class IndexListWhole(IndexListTold):
    """A list with its items."""

    counts_today: bool
    items: list[IndexItemTold]


def told(one: IndexList) -> IndexListTold:
    return IndexListTold(
        list_id=one.pk,
        name_zh=one.name_zh,
        name_en=one.name_en,
        edition=one.edition,
        since=one.since,
        payload_hash=one.sha256,
        state=one.state,
        brought_at=one.brought_at,
        confirmed_at=one.confirmed_at,
        withdrawn_at=one.withdrawn_at,
        reason=one.reason,
    )


def items_told(found: index_items.ItemList) -> list[IndexItemTold]:
    """Each item once, in the list's order."""
    weights = {
        scenario: {item.code: units.ppm(weight) for _, _, item, weight in found.leaves(scenario)}
        for scenario in found.scenarios
    }
    return [
        IndexItemTold(
            dimension=dimension.code,
            criterion=criterion.code,
            item=item.code,
            name_zh=item.name.zh,
            name_en=item.name.en,
            how=item.how.value,
            weights_ppm={scenario: by_item[item.code] for scenario, by_item in weights.items()},
        )
        for dimension, criterion, item, _ in found.leaves(next(iter(found.scenarios)))
    ]


@router.get(
    "/index-lists",
    auth=calling.may_ask("valuation.see_index"),
    summary="The centre's own lists of index items",
    **problems.told(paging.Page[IndexListTold]),
)
def list_index_lists(request: HttpRequest, asked: Query[paging.Asked]) -> paging.Page[IndexListTold]:
    """Newest first, those that were withdrawn among them."""
    return paging.cut(IndexList.objects.all(), asked, told)


@router.post(
    "/index-lists",
    auth=calling.may_ask("valuation.bring_index"),
    summary="Bring a list of index items",
    **problems.told(IndexListTold, *UNREADABLE, "papers.sheet_unreadable", "papers.sheet_empty", "papers.head_twice"),
)
def bring(request: HttpRequest, given: IndexListSaid) -> IndexListTold:
    """It counts for nothing until a second person confirms it; the same list for the same day is kept once."""
    person = calling.person_of(request)
    file = files.own(person, given.file)
    content = record.read_file(person, file)
    return told(index_lists.bring_index(person, content, file=file, since=given.since))


@router.get(
    "/index-lists/{int:list_id}",
    auth=calling.may_ask("valuation.see_index"),
    summary="A list with its items and weights",
    **problems.told(IndexListWhole),
)
def get_index_list(request: HttpRequest, list_id: shapes.Id) -> IndexListWhole:
    """As it was brought, whatever became of it."""
    one = shapes.one(IndexList.objects.all(), pk=list_id)
    return IndexListWhole(
        **told(one).model_dump(),
        counts_today=indices.current(appraisals.today()).list_id == one.pk,
        items=items_told(index_items.from_plain(json.loads(one.body))),
    )


@router.post(
    "/index-lists/{int:list_id}/confirm",
    auth=calling.may_ask("valuation.confirm_index"),
    summary="Confirm a list of index items",
    **problems.told(
        IndexListTold, "valuation.index_not_waiting", "valuation.index_changed", "people.maker_is_checker",
    ),
)  # fmt: skip
def confirm(request: HttpRequest, list_id: shapes.Id, said: IndexListSeen) -> IndexListTold:
    """Who brings does not confirm; from its day on the index is reckoned with it."""
    one = shapes.one(IndexList.objects.all(), pk=list_id)
    return told(index_lists.confirm_index(calling.person_of(request), one.pk, sha256=said.payload_hash))


@router.post(
    "/index-lists/{int:list_id}/withdraw",
    auth=calling.may_ask("valuation.withdraw_index"),
    summary="Withdraw a list of index items",
    **problems.told(IndexListTold, "valuation.text_length"),
)
def withdraw(request: HttpRequest, list_id: shapes.Id, why: shapes.Why) -> IndexListTold:
    """The list before it, or the house's own, counts again; what was reckoned keeps its hash."""
    one = shapes.one(IndexList.objects.all(), pk=list_id)
    return told(index_lists.withdraw_index(calling.person_of(request), one.pk, reason=why.reason))
