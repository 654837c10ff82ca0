"""Questions about policy, answered without a model; the baseline is SQLite's FTS5 with trigrams over the same clauses.

The claims: a warm answer takes at most 50 ms of CPU (median and 95th percentile), and the right clause is among the
first three more often than with the baseline. Both are asked the same questions (tests/policy/questions) in one run.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from zhirong.base import yaml_text
from zhirong.cli.bench import Report
from zhirong.policy import consult_telling, consulting, reading
from zhirong.policy.engine.consult import answering, questions
from zhirong.policy.engine.consult.corpus import Corpus
from zhirong.policy.engine.consult.questions import Asked

QUESTIONS = Path(__file__).parent.parent / "tests" / "policy" / "questions"
Answer = Callable[[str, date], Sequence[tuple[str, str]]]
ROUNDS = 5


def run(report: Report) -> None:
    begun = time.process_time()
    corpus = consulting.corpus_of(reading.own())
    report.value("lexicon and index made, once", (time.process_time() - begun) * 1e3, "ms")
    found = [one for path in sorted(QUESTIONS.glob("*.yaml")) for one in read(path)]
    asked = [one for one in found if one.right]
    trigrams = baseline(corpus)
    trigrams_took, took = timed(trigrams, asked), timed(lambda text, day: ranked(corpus, text, day), asked)
    report.value("FTS5 trigram, median", middle(trigrams_took, 50), "ms")
    report.value("FTS5 trigram, 95th percentile", middle(trigrams_took, 95), "ms")
    report.value("answer, median", middle(took, 50), "ms", at_most=50)
    report.value("answer, 95th percentile", middle(took, 95), "ms", at_most=50)
    told = timed(lambda text, day: whole(corpus, text, day), asked)
    report.value("answer as JSON, 95th percentile", middle(told, 95), "ms", at_most=50)
    theirs = right(trigrams, asked)
    ours = right(lambda text, day: ranked(corpus, text, day), asked)
    report.value("FTS5 trigram: right clause in the first 3", theirs, f"of {len(asked)}")
    report.value("right clause in the first 3", ours, f"of {len(asked)}", at_least=0.9 * len(asked))
    report.value("right in the first 3 / FTS5 trigram", ours / theirs, "x", at_least=1.2)
    bare = [one for one in found if not one.right]
    wrong = sum(bool(ranked(corpus, one.text, one.day)) for one in bare)
    report.value("answered though no clause answers", wrong, f"of {len(bare)}", at_most=len(bare) / 15)
    report.note("FTS5 trigram refuses nothing: it has no notion of a question that no clause answers")


def read(path: Path) -> list[Asked]:
    return list(questions.questions(yaml_text.parse(path.read_text("utf-8"))))


def ranked(corpus: Corpus, text: str, day: date) -> Sequence[tuple[str, str]]:
    return answering.answer(text, corpus, day).ranked


def whole(corpus: Corpus, text: str, day: date) -> Sequence[tuple[str, str]]:
    consult_telling.reply(consulting.consult(text, day, corpus), corpus)
    return ()


def baseline(corpus: Corpus) -> Answer:
    """FTS5 with the trigram tokenizer: any three signs of the question, best rank first."""
    store = sqlite3.connect(":memory:")
    store.execute("CREATE VIRTUAL TABLE clause USING fts5(measure UNINDEXED, name UNINDEXED, text, tokenize='trigram')")
    store.executemany(
        "INSERT INTO clause VALUES (?, ?, ?)",
        [
            (name, clause, f"{one.made.zh} {one.made.en} {said.zh} {said.en}")
            for name, one in corpus.profiles.items()
            for clause, said in one.made.clauses.items()
        ],
    )

    def answer(text: str, _: date) -> Sequence[tuple[str, str]]:
        plain = re.sub(r"\W", " ", text)
        parts = {part[place : place + 3] for part in plain.split() for place in range(len(part) - 2)}
        if not parts:
            return ()
        wanted = " OR ".join(f'"{part}"' for part in sorted(parts))
        sql = "SELECT measure, name FROM clause WHERE clause MATCH ? ORDER BY rank LIMIT 3"
        return store.execute(sql, (wanted,)).fetchall()

    return answer


def timed(answer: Answer, asked: Sequence[Asked]) -> list[float]:
    """CPU milliseconds of each question, after one round that warms everything."""
    for one in asked:
        answer(one.text, one.day)
    took = []
    for one in [*asked] * ROUNDS:
        begun = time.process_time()
        answer(one.text, one.day)
        took.append((time.process_time() - begun) * 1e3)
    return sorted(took)


def middle(took: Sequence[float], percent: int) -> float:
    return took[min(len(took) - 1, len(took) * percent // 100)]


def right(answer: Answer, asked: Sequence[Asked]) -> int:
    return sum(bool(one.right & {tuple(each) for each in answer(one.text, one.day)}) for one in asked)
