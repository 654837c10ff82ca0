"""E-mail: what waits leaves through the mail server that the house names, and each message says what became of it."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from tests.record import given_mail
from tests.record.given_deeds import ANNA, BO
from zhirong.base import faults
from zhirong.record import actions, channels, mail
from zhirong.record.models import Delivery
from zhirong.web import house

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def post(settings: Settings) -> Iterator[given_mail.MailServer]:
    """A house that is connected to a mail server."""
    with given_mail.served() as server:
        settings.MAIL = server.named
        yield server


def told(*who: actions.Actor, address: str = "{}@example.cn") -> None:
    """One notice to each, brought as far as its channels."""
    actions.tell("people.signed_in", "person:1", who=None, to=who)
    actions.deliver_waiting(lambda ref: actions.Reach("zh-hans", {"e_mail": address.format(ref)}))


def states() -> list[str]:
    return list(Delivery.objects.filter(channel="e_mail").order_by("pk").values_list("state", flat=True))


def test_a_notice_leaves_once_by_the_mail_server(post: given_mail.MailServer) -> None:
    told(ANNA)
    assert states() == ["waiting"]
    assert mail.carry() == 1
    ((to, message),) = post.taken
    one = Delivery.objects.get(channel="e_mail")
    assert (to, message["To"], message["From"]) == (one.address, one.address, "notices@ip.example.cn")
    assert message["Message-ID"] == f"<notice.{one.pk}@ip.example.cn>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content().replace("\r\n", "\n") == f"{one.text}\n\nhttp://127.0.0.1:8000/desk/messages\n"
    assert (one.state, one.sent_at is not None) == ("sent", True)
    assert mail.carry() == 0
    assert len(post.taken) == 1


def test_a_refused_address_is_told_and_keeps_no_other_message_back(post: given_mail.MailServer) -> None:
    post.answers = {f"{ANNA.ref}@example.cn": "550 nobody here"}
    told(ANNA, BO)
    assert mail.carry() == 1
    assert states() == ["not_taken", "sent"]
    assert [to for to, _ in post.taken] == [f"{BO.ref}@example.cn"]


def test_what_is_put_off_is_tried_again_for_five_days(post: given_mail.MailServer) -> None:
    post.answers = {f"{ANNA.ref}@example.cn": "450 come back later"}
    told(ANNA)
    assert (mail.carry(), states()) == (0, ["waiting"])
    Delivery.objects.filter(channel="e_mail").update(at=actions.now() - timedelta(days=4, hours=23))
    assert (mail.carry(), states()) == (0, ["waiting"])
    Delivery.objects.filter(channel="e_mail").update(at=actions.now() - timedelta(days=5, hours=1))
    assert (mail.carry(), states()) == (0, ["not_taken"])
    assert post.taken == []


def test_while_the_mail_server_is_away_everything_waits(settings: Settings) -> None:
    with given_mail.served() as server:
        settings.MAIL = server.named
    told(ANNA)
    with faults.Apart("mail", faults.name_of(mail.carry)):
        mail.carry()
    assert states() == ["waiting"]
    (fault,) = faults.kept("mail")
    assert (fault.deed, fault.kind) == ("mail.carry", "ConnectionRefusedError")
    faults.forget()


def test_nothing_leaves_this_machine_without_tls(
    post: given_mail.MailServer, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "THIS_MACHINE", ())
    told(ANNA)
    with pytest.raises(smtplib.SMTPNotSupportedError):
        mail.carry()
    assert (states(), post.taken) == (["waiting"], [])


def test_what_is_no_address_is_not_sent_to(post: given_mail.MailServer) -> None:
    told(ANNA, address="call me\r\nBcc: all@example.cn")
    assert (mail.carry(), states(), post.taken) == (0, ["not_taken"], [])
    told(BO, address="")
    assert states() == ["not_taken", "no_address"]


@pytest.mark.parametrize(
    "said", ["", "mail.example.cn", "smtp://mail.example.cn", "smtp://mail.example.cn:x?from=a@b.cn"]
)
def test_a_house_without_a_mail_server_says_so_and_sends_nothing(said: str, settings: Settings) -> None:
    settings.MAIL = said
    told(ANNA)
    assert (states(), mail.carry()) == (["not_connected"], 0)
    assert bool(house.without_mail()) == bool(said)


def test_a_demo_sends_nothing_whatever_it_is_told(post: given_mail.MailServer, settings: Settings) -> None:
    told(ANNA)
    settings.DEMO = True
    assert mail.carry() == 0
    told(BO)
    assert (states(), post.taken) == (["waiting", "in_outbox"], [])


def test_the_mail_server_is_read_with_its_log_in(settings: Settings) -> None:
    settings.MAIL = "smtps://house%40cn:p%2Fw@mail.example.cn?from=notices@ip.example.cn"
    assert channels.mail_server() == channels.MailServer(
        host="mail.example.cn", port=465, sender="notices@ip.example.cn", user="house@cn", password="p/w", is_tls=True
    )
    assert house.without_mail() == ""


@pytest.mark.parametrize("at_once", [True, False])
def test_what_leaves_over_tls_leaves_after_a_log_in(
    at_once: bool, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = given_mail.a_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with given_mail.served(certificate, at_once=at_once) as server:
        settings.MAIL = server.named
        told(ANNA)
        assert (mail.carry(), states()) == (1, ["sent"])
        assert [to for to, _ in server.taken] == [f"{ANNA.ref}@example.cn"]
        assert server.logged_in == [(given_mail.USER, given_mail.PASSWORD, True)]
        settings.MAIL = server.named.replace("p%2Fw", "wrong")
        told(BO)
        with pytest.raises(smtplib.SMTPAuthenticationError):
            mail.carry()
        assert states() == ["sent", "waiting"], "a log-in that is refused loses no message"


@pytest.mark.parametrize("at_once", [True, False])
def test_a_server_whose_certificate_nobody_vouches_for_hears_no_password(
    at_once: bool, tmp_path: Path, settings: Settings
) -> None:
    with given_mail.served(given_mail.a_certificate(tmp_path), at_once=at_once) as server:
        settings.MAIL = server.named
        told(ANNA)
        with pytest.raises(ssl.SSLCertVerificationError):
            mail.carry()
        assert (states(), server.logged_in, server.taken) == (["waiting"], [], [])
