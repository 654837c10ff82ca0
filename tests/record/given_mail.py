"""A small mail server on this machine: it takes what is sent, or answers as it is told to; over TLS and after a log-in
where it is made so."""

from __future__ import annotations

import ipaddress
import socketserver
import ssl
import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ANSWERS = {"EHLO": "250 here", "MAIL": "250 well", "RSET": "250 well", "DATA": "354 go on", "QUIT": "221 bye"}
USER, PASSWORD = "house@cn", "p/w"


class MailServer(socketserver.ThreadingTCPServer):
    """`answers` holds what is said to a recipient instead of 250; `taken` what came, with its recipient.

    With a certificate it speaks TLS, from the first byte (smtps) or once asked (STARTTLS), and takes nothing before a
    log-in; `logged_in` holds every user and password that it was told, and whether over TLS.
    """

    daemon_threads = True

    def __init__(self, certificate: Path | None = None, *, at_once: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.answers: dict[str, str] = {}
        self.taken: list[tuple[str, EmailMessage]] = []
        self.logged_in: list[tuple[str, str, bool]] = []
        self.at_once = at_once
        self.tls: ssl.SSLContext | None = None
        if certificate is not None:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(certificate)

    @property
    def named(self) -> str:
        """What ZR_MAIL says of it."""
        scheme, user = "smtps" if self.at_once else "smtp", "house%40cn:p%2Fw@" if self.tls else ""
        return f"{scheme}://{user}127.0.0.1:{self.server_address[1]}?from=notices@ip.example.cn"


class Session(socketserver.StreamRequestHandler):
    """One line from a sender (RFC 5321, 3207, 4954)."""

    server: MailServer
    is_tls = is_known = False

    def handle(self) -> None:
        # A sender that does not trust the certificate, or stops before its end, hangs up.
        with suppress(ssl.SSLError, ConnectionError):
            if self.server.at_once:
                self.secure()
            self.talk()

    def talk(self) -> None:
        self.to = ""
        self.say("220 mail.example.cn")
        while line := self.rfile.readline().decode().strip():
            verb = line[:4].upper()
            self.say(self.answer(verb, line))
            if verb == "STAR":
                self.secure()
            if verb == "DATA":
                self.take()
            if verb == "QUIT":
                return

    def answer(self, verb: str, line: str) -> str:
        if verb == "EHLO" and self.server.tls:
            return "250-here\r\n250 AUTH PLAIN" if self.is_tls else "250-here\r\n250 STARTTLS"
        if verb == "STAR":
            return "220 go on"
        if verb == "AUTH":
            return self.log_in(line)
        if verb == "MAIL" and self.server.tls and not self.is_known:
            return "530 log in first"
        return self.recipient(line) if verb == "RCPT" else ANSWERS[verb]

    def log_in(self, line: str) -> str:
        _, user, password = b64decode(line.split()[2]).decode().split("\0")
        self.server.logged_in.append((user, password, self.is_tls))
        self.is_known = (user, password) == (USER, PASSWORD)
        return "235 well" if self.is_known else "535 not known"

    def secure(self) -> None:
        assert self.server.tls is not None
        self.request = self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
        self.setup()
        self.is_tls = True

    def recipient(self, line: str) -> str:
        self.to = line.partition("<")[2].partition(">")[0]
        return self.server.answers.get(self.to, "250 well")

    def take(self) -> None:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line)
        self.server.taken.append((self.to, message_from_bytes(b"".join(lines), policy=policy.default)))
        self.say("250 taken")

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def served(certificate: Path | None = None, *, at_once: bool = False) -> Iterator[MailServer]:
    """A mail server that runs inside the block."""
    with MailServer(certificate, at_once=at_once) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def a_certificate(folder: Path) -> Path:
    """Key and certificate of a mail server on this machine, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example.cn")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    at = folder / "mail.pem"
    at.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return at
