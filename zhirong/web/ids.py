"""How an address names a row of a table: `<id:lot_id>`, in every page's address."""

from __future__ import annotations

from django.db.models import BigIntegerField
from django.urls.converters import IntConverter


class Id(IntConverter):
    """A number that a table can hold; any larger one names nothing, which Django's own `int` does not know."""

    def to_python(self, value: str) -> int:
        # Its length first: a number of thousands of digits is not worth the reading.
        if len(value) > len(str(BigIntegerField.MAX_BIGINT)) or int(value) > BigIntegerField.MAX_BIGINT:
            raise ValueError
        return int(value)
