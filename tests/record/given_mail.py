"""A small mail server on this machine: it takes what is sent, or answers as it is told to."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

ANSWERS = {"EHLO": "250 here", "MAIL": "250 well", "RSET": "250 well", "DATA": "354 go on", "QUIT": "221 bye"}


class MailServer(socketserver.ThreadingTCPServer):
    """`answers` holds what is said to a recipient instead of 250; `taken` what came, with its recipient."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.answers: dict[str, str] = {}
        self.taken: list[tuple[str, EmailMessage]] = []

    @property
    def named(self) -> str:
        """What ZR_MAIL says of it."""
        return f"smtp://127.0.0.1:{self.server_address[1]}?from=notices@ip.example.cn"


class Session(socketserver.StreamRequestHandler):
    """One line from a sender (RFC 5321)."""

    server: MailServer

    def handle(self) -> None:
        self.to = ""
        self.say("220 mail.example.cn")
        while line := self.rfile.readline().decode().strip():
            verb = line[:4].upper()
            self.say(self.recipient(line) if verb == "RCPT" else ANSWERS[verb])
            if verb == "DATA":
                self.take()
            if verb == "QUIT":
                return

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
def served() -> Iterator[MailServer]:
    """A mail server that runs inside the block."""
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
