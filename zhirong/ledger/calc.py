"""Calculations of this room for `zr calc`: a batch of transfers on plain accounts."""

from __future__ import annotations

from typing import Any, Final

from zhirong.base.engines import Engine
from zhirong.ledger.engine import transfers
from zhirong.ledger.engine.transfers import Account, Books, Flag, Limit, Transfer

Json = dict[str, Any]
FLAGS: Final = {
    "linked": Flag.LINKED,
    "pending": Flag.PENDING,
    "post": Flag.POST,
    "void": Flag.VOID,
    "balancing_debit": Flag.BALANCING_DEBIT,
}


def apply(given: Json) -> Json:
    """Judge a batch of transfers in its order: a status for each, and the accounts after it."""
    books = Books(
        {
            one["id"]: Account(one["id"], one.get("currency", "CNY"), Limit(one.get("limit", "free")))
            for one in given["accounts"]
        }
    )
    outcomes = transfers.judge(books, [transfer_of(one) for one in given["transfers"]])
    return {
        "outcomes": [
            {"id": one["id"], "status": str(outcome.status), "amount": outcome.entry.amount if outcome.entry else 0}
            for one, outcome in zip(given["transfers"], outcomes, strict=True)
        ],
        "accounts": [
            {
                "id": account.id,
                "debits_pending": account.debits_pending,
                "debits_posted": account.debits_posted,
                "credits_pending": account.credits_pending,
                "credits_posted": account.credits_posted,
            }
            for account in books.accounts.values()
        ],
    }


def transfer_of(one: Json) -> Transfer:
    """One transfer as the core takes it; a post without an amount posts all that is held."""
    flags = sum(FLAGS[name] for name in set(one.get("flags", [])))
    resolves = flags & (Flag.POST | Flag.VOID)
    whole = transfers.FULL if flags & Flag.POST else 0
    return Transfer(
        id=one["id"],
        debit=one.get("debit"),
        credit=one.get("credit"),
        amount=one.get("amount", whole),
        currency="" if resolves else one.get("currency", "CNY"),
        flags=flags,
        hold_id=one.get("hold"),
        reverses=one.get("reverses"),
    )


def _schema(properties: Json, *, required: list[str]) -> Json:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


_TEXT: Final = {"type": "string"}
_WHOLE: Final = {"type": "integer"}
ENGINES: Final = {
    "ledger-apply": Engine(
        run=apply,
        takes=_schema(
            {
                "accounts": {
                    "type": "array",
                    "items": _schema(
                        {"id": _TEXT, "currency": _TEXT, "limit": {"type": "string", "enum": [str(x) for x in Limit]}},
                        required=["id"],
                    ),
                },
                "transfers": {
                    "type": "array",
                    "items": _schema(
                        {
                            "id": _TEXT,
                            "debit": _TEXT,
                            "credit": _TEXT,
                            "amount": _WHOLE,
                            "currency": _TEXT,
                            "flags": {"type": "array", "items": {"type": "string", "enum": list(FLAGS)}},
                            "hold": _TEXT,
                            "reverses": _TEXT,
                        },
                        required=["id"],
                    ),
                },
            },
            required=["accounts", "transfers"],
        ),
        gives=_schema(
            {
                "outcomes": {
                    "type": "array",
                    "items": _schema({"id": _TEXT, "status": _TEXT, "amount": _WHOLE}, required=["id", "status"]),
                },
                "accounts": {
                    "type": "array",
                    "items": _schema(
                        {
                            "id": _TEXT,
                            "debits_pending": _WHOLE,
                            "debits_posted": _WHOLE,
                            "credits_pending": _WHOLE,
                            "credits_posted": _WHOLE,
                        },
                        required=["id"],
                    ),
                },
            },
            required=["outcomes", "accounts"],
        ),
        line="Transfers with limits, holds and linked groups, judged in their order (LEDGER 2).",
    ),
}
