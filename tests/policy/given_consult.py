"""Builders for consultation: the index over the house's measures, small measures, a model that misbehaves."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from zhirong.policy import consulting, reading
from zhirong.policy.engine import facts, measure
from zhirong.policy.engine.consult import answering
from zhirong.policy.engine.consult.corpus import Corpus
from zhirong.policy.engine.consult.reply import Paragraph, Reply
from zhirong.policy.model_answers import Endpoint


def house() -> Corpus:
    return consulting.corpus_of(reading.own())


def asked(question: str, day: str = "2022-11-01", corpus: Corpus | None = None) -> Reply:
    return answering.answer(question, corpus or house(), date.fromisoformat(day))


def clauses(reply: Reply) -> list[str]:
    return [f"{name}/{clause}" for name, clause in reply.ranked]


def a_measure(name: str = "x-one", **changed: Any) -> dict[str, Any]:
    """A measure as read: so much for each kiln in Tonglu."""
    raw: dict[str, Any] = {
        "format": "policy-measure/1",
        "id": name,
        "title": {"zh": "桐庐县古法窑炉补贴", "en": "Tonglu subsidy for old kilns"},
        "kind": "payment",
        "unit": "CNY",
        "jurisdiction": {"level": "district", "code": "330122", "name": {"zh": "杭州市桐庐县", "en": "Tonglu County"}},
        "issuer": {"zh": "桐庐县", "en": "Tonglu"},
        "document": {
            "title": {"zh": "窑炉办法", "en": "kiln rules"},
            "number": None,
            "issued": None,
            "certainty": "stated",
        },
        "sources": [{"id": "s", "url": "about:blank", "official": False, "dated": None, "locator": "all"}],
        "clauses": [
            {
                "id": "c-rate",
                "source": "s",
                "certainty": "stated",
                "says": {"zh": "每座窑炉给二千元", "en": "2,000 yuan a kiln"},
            },
            {
                "id": "c-who",
                "source": "s",
                "certainty": "reading",
                "says": {"zh": "窑炉须在县内", "en": "the kiln stands in the county"},
            },
        ],
        "parameters": {},
        "versions": [
            {
                "id": "2022",
                "from": date(2022, 1, 1),
                "to": None,
                "certainty": "stated",
                "eligibility": {"all": [{"id": "in", "clause": "c-who", "fixable": "never", "if": "kilns > 0"}]},
                "amount": {"lines": [{"id": "each", "clause": "c-rate", "expr": "2000 * kilns"}], "ceilings": []},
            }
        ],
        "cumulation": [],
        "tags": ["kiln"],
        "budget": {"allocation": "none", "years": [], "clause": "c-rate"},
        "materials": [],
        "windows": [],
    }
    return raw | changed


VOCABULARY = facts.vocabulary(
    {"facts": {"kilns": {"type": "number", "unit": "count", "zh": "窑炉座数", "en": "kilns", "least": 0}}}
)


def corpus_of(*raws: Mapping[str, Any], paragraphs: Sequence[Paragraph] = ()) -> Corpus:
    made = {str(raw["id"]): measure.measure(raw) for raw in raws}
    return consulting.corpus_of(reading.Base(made, VOCABULARY), paragraphs)


@cache
def kilns() -> Corpus:
    return corpus_of(a_measure())


@contextmanager
def a_model(answer: Any, *, seconds: float = 0, status: int = 200) -> Iterator[tuple[Endpoint, list[dict[str, Any]]]]:
    """A server that says the same to everybody, after so many seconds; what it was asked is noted."""
    seen: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            seen.append({"path": self.path, "key": self.headers.get("Authorization"), **json.loads(body)})
            time.sleep(seconds)
            content = answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
            told = json.dumps({"choices": [{"message": {"content": content}}]}).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(told)))
            if status == 302:
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.end_headers()
            with suppress(BrokenPipeError):
                self.wfile.write(told)

        def log_message(self, *_: Any) -> None:
            """Tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Endpoint(f"http://127.0.0.1:{server.server_port}/v1", "a-model", "secret"), seen
    finally:
        server.shutdown()
        server.server_close()
