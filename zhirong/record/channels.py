"""The ports of notices: how a person is reached outside the product. Each answers what becomes of the message."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

IN_SITE: Final = "in_site"
E_MAIL: Final = "e_mail"
MAIL_PORTS: Final[Mapping[str, int]] = {"smtp": 587, "smtps": 465}

Port = Callable[[str], str]
"""From an address to a state: waiting for the line to carry it, or not_connected where the house has no such line."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """The mail server of a house, and the address that its messages come from."""

    host: str
    port: int
    sender: str
    user: str
    password: str
    is_tls: bool


def mail_server() -> MailServer | None:
    """`smtp://user:password@host:587?from=address`, or smtps, as ZR_MAIL says. None in a demo, which sends nothing."""
    if settings.DEMO:
        return None
    try:
        at = urlsplit(settings.MAIL)
        port = at.port
    except ValueError:
        return None
    sender = parse_qs(at.query).get("from", [""])[0]
    if at.scheme not in MAIL_PORTS or not at.hostname or not is_address(sender):
        return None
    return MailServer(
        host=at.hostname,
        port=port or MAIL_PORTS[at.scheme],
        sender=sender,
        user=unquote(at.username or ""),
        password=unquote(at.password or ""),
        is_tls=at.scheme == "smtps",
    )


def is_address(text: str) -> bool:
    """Whether a message can be sent there at all."""
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def e_mail(address: str) -> str:
    """A demo keeps the message in its outbox, which it shows on a page; a house with a mail server lets it wait."""
    if settings.DEMO:
        return "in_outbox" if address else "no_address"
    if mail_server() is None:
        return "not_connected"
    return "waiting" if address else "no_address"


def not_connected(address: str) -> str:
    """A line that this house has not got. It says so, rather than seeming to send."""
    return "not_connected"


PORTS: Final[Mapping[str, Port]] = {E_MAIL: e_mail, "sms": not_connected, "wechat": not_connected}
ALL: Final = (IN_SITE, *PORTS)
