"""The ports of notices: how a person is reached outside the product. Each answers what became of the message."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

IN_SITE: Final = "in_site"

Port = Callable[[str, str], str]
"""From an address and a text to a state: sent, or not_connected where the house has no such line."""


def outbox(address: str, text: str) -> str:
    """E-mail of a house without a mail server: the message stays in the outbox, which the demo shows on a page."""
    return "in_outbox" if address else "no_address"


def not_connected(address: str, text: str) -> str:
    """A line that this house has not got. It says so, rather than seeming to send."""
    return "not_connected"


PORTS: Final[Mapping[str, Port]] = {"e_mail": outbox, "sms": not_connected, "wechat": not_connected}
ALL: Final = (IN_SITE, *PORTS)
