"""Sheets of listings in the office's queue: grouped by the database, however many rows they have."""

from __future__ import annotations

from typing import Any

from django.db.models import BigIntegerField, CharField, Count, DateTimeField, F, Min, QuerySet, Sum, Value
from django.db.models.functions import Cast

from zhirong.exchange.models import Listing


def of_sheets() -> QuerySet[Listing, Any]:
    """One row a sheet, in the queue's nine columns: how many of its listings wait, and what they ask in all."""
    text = CharField()
    waits = Listing.objects.filter(state="submitted", submitted_at__isnull=False, batch__isnull=False)
    return (
        waits.order_by()
        .values("batch_id")
        .values_list(
            Value("sheet", text),
            Cast(F("batch_id"), text),
            Min("submitted_at"),
            Cast(Value(None), DateTimeField()),
            Cast(F("batch__file__name"), text),
            Cast(Min("made_by__name"), text),
            Cast(Min("made_by_id"), text),
            Cast(Sum("asking_fen"), BigIntegerField()),
            Count("pk"),
        )
    )
