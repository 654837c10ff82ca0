"""E-mail through the house's mail server: one message for each notice that waits, outside every write lock."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

from django.conf import settings

from zhirong.record import actions, channels
from zhirong.record.channels import MailServer
from zhirong.record.models import Delivery

TIMEOUT_SECONDS: Final = 10
SUBJECT_LETTERS: Final = 60
# RFC 5321, 4.5.4.1: a sender tries for at least four to five days before it gives a message up.
TRIES_FOR: Final = timedelta(days=5)
REFUSED_FOR_GOOD: Final = 500
THIS_MACHINE: Final = ("localhost", "127.0.0.1", "::1")


def carry() -> int:
    """Send what waits; gives how many left. A server out of reach is a fault of this round: all of it waits on.

    A house that falls between a message and its note sends that message again, under the same Message-ID.
    """
    at = channels.mail_server()
    waiting = Delivery.objects.filter(channel=channels.E_MAIL, state="waiting").order_by("pk")
    numbers = list(waiting.values_list("pk", flat=True)) if at else []
    if at is None or not numbers:
        return 0
    sent = 0
    with line(at) as smtp:
        for number in numbers:
            one = Delivery.objects.get(pk=number)
            state = _send(smtp, at, one)
            sent += state == "sent"
            actions.note_delivery(number, state=state)
    return sent


@contextmanager
def line(at: MailServer) -> Iterator[smtplib.SMTP]:
    """A line to the mail server; what leaves this machine leaves it over TLS."""
    context = ssl.create_default_context()
    if at.is_tls:
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(at.host, at.port, timeout=TIMEOUT_SECONDS, context=context)
    else:
        smtp = smtplib.SMTP(at.host, at.port, timeout=TIMEOUT_SECONDS)
    with smtp:
        smtp.ehlo_or_helo_if_needed()
        if not at.is_tls and (smtp.has_extn("starttls") or at.host not in THIS_MACHINE):
            smtp.starttls(context=context)
        if at.user:
            smtp.login(at.user, at.password)
        yield smtp


def _send(smtp: smtplib.SMTP, at: MailServer, one: Delivery) -> str:
    """What became of one message: sent, not_taken for good, or waiting for a later round."""
    if not channels.is_address(one.address):
        return "not_taken"
    try:
        smtp.send_message(message(at, one), at.sender, [one.address])
    except smtplib.SMTPRecipientsRefused as no:
        code = max(code for code, _ in no.recipients.values())
    except smtplib.SMTPDataError as no:
        code = no.smtp_code
    except smtplib.SMTPNotSupportedError:
        # An address in letters that this server does not take (RFC 6531).
        code = REFUSED_FOR_GOOD
    else:
        return "sent"
    is_over = code >= REFUSED_FOR_GOOD or one.at + TRIES_FOR < actions.now()
    return "not_taken" if is_over else "waiting"


def message(at: MailServer, one: Delivery) -> EmailMessage:
    """The notice as it stands on the person's page, and where that page is."""
    subject = " ".join(one.text.split())
    made = EmailMessage()
    made["From"] = at.sender
    made["To"] = one.address
    made["Subject"] = subject if len(subject) <= SUBJECT_LETTERS else f"{subject[: SUBJECT_LETTERS - 1]}…"
    made["Date"] = format_datetime(one.at)
    made["Message-ID"] = f"<notice.{one.pk}@{at.sender.rpartition('@')[2]}>"
    # RFC 3834: no answering machine answers a machine.
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(f"{one.text}\n\n{settings.SITE}/desk/messages\n")
    return made
