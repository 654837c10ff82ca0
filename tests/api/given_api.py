"""Callers of the interface: a person with a token, who sends and reads JSON."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.test import Client

from zhirong.people.actions import tokens
from zhirong.people.models import Person

_count = itertools.count(1)


@dataclass
class Caller:
    """Somebody with a token; without one, anybody."""

    token: str = ""
    client: Client = field(default_factory=lambda: Client(raise_request_exception=True))

    def headers(self, key: str) -> dict[str, str]:
        own = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return {**own, **({"Idempotency-Key": key} if key else {})}

    def get(self, path: str, /, **query: Any) -> Any:
        """What stands at an address, which must be there."""
        answer = self.ask("GET", path, query=query)
        assert answer.status_code == 200, answer.content.decode()
        return answer.json()

    def post(self, path: str, body: Any = None, *, key: str | None = None) -> Any:
        """What a deed is answered, which must be done."""
        answer = self.ask("POST", path, body, key=key)
        assert answer.status_code == 200, answer.content.decode()
        return answer.json()

    def money(self, path: str, body: Any = None) -> Any:
        """The same, said of a deed that moves money."""
        return self.post(path, body)

    def ask(
        self, method: str, path: str, body: Any = None, *, key: str | None = None, query: Any = None
    ) -> HttpResponse:
        """The bare answer; every deed carries a key of its own, unless one is given ("" for none)."""
        if key is None:
            key = "" if method == "GET" else f"k-{next(_count)}"
        more: dict[str, Any] = {"headers": self.headers(key)}
        if method == "GET":
            return self.client.get(f"/api{path}", query or {}, **more)
        return self.client.generic(
            method, f"/api{path}", "" if body is None else _json(body), content_type="application/json", **more
        )

    def refused(self, path: str, body: Any = None, *, method: str = "POST", key: str | None = None) -> tuple[int, str]:
        """Status and code of a refusal."""
        answer = self.ask(method, path, body, key=key)
        return answer.status_code, answer.json()["code"]


def _json(body: Any) -> str:
    return body if isinstance(body, str) else Client()._encode_json(body, "application/json")


def a_caller(person: Person) -> Caller:
    """A person with a fresh token."""
    return Caller(tokens.make_token(person, name="test", days=1)[1])


ANYBODY = Caller()
