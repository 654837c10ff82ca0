"""`zr policy check DIR…` lints and tries policy files; `zr policy ask "…"` answers a question with citations.

`check` reads the folders named and nothing else; so does `ask`, unless `--data DIR` names a house.
`ask` needs no model; one behind ZR_MODEL_URL is asked if that is set.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from zhirong.base import refused
from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.policy import checking, consult_telling, consulting, model_answers, reading
from zhirong.policy.engine import measure
from zhirong.policy.engine.consult import words
from zhirong.policy.engine.consult.corpus import Corpus
from zhirong.record import clock

FINE, FAILED, REFUSED = 0, 1, 2


def main(argv: Sequence[str]) -> int:
    """check: 0 when everything passed, 1 when anything failed. ask: 0 answered, 1 no clause answers, 2 refused."""
    wanted = read(argv)
    return ask(wanted) if wanted.verb == "ask" else check(wanted)


def read(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./zr policy", description=(__doc__ or "").splitlines()[0])
    verbs = parser.add_subparsers(dest="verb", required=True)
    check = verbs.add_parser("check", help="lint, worked cases, portfolio cases, questions")
    check.add_argument("folders", nargs="+", type=Path, metavar="DIR", help="a folder of policy files")
    check.add_argument("--mutate", action="store_true", help="also move each leaf, comparison and parameter a little")
    ask = verbs.add_parser("ask", help="answer a question from the measures, with citations")
    ask.add_argument("question")
    ask.add_argument("--date", type=date.fromisoformat, metavar="DAY", help="the day it is asked on (today)")
    ask.add_argument("--measures", action="append", type=Path, metavar="DIR", help="folders asked instead of our own")
    ask.add_argument("--data", type=Path, metavar="DIR", help="ask the measures as the house of this folder keeps them")
    ask.add_argument("--json", action="store_true", help="the whole reply as JSON")
    return parser.parse_args(argv)


def check(wanted: argparse.Namespace) -> int:
    passed = failed = 0
    for one in checking.check(wanted.folders, with_mutants=wanted.mutate):
        passed += not one.problems
        failed += bool(one.problems)
        for problem in one.problems:
            print(f"FAIL {one.what}: {problem}")
    print(f"{passed} passed, {failed} failed")
    return FAILED if failed else FINE


def ask(wanted: argparse.Namespace, house: Corpus | None = None) -> int:
    """The reply printed: from the measures of a house where one is given, else from folders."""
    language = "zh" if words.speaks_chinese(wanted.question) else "en"
    day = wanted.date or beijing_day(clock.instant_of(clock.Clock().now_ns()))
    try:
        known = house or corpus_of(wanted.measures)
        reply = consulting.consult(wanted.question, day, known, endpoint=model_answers.endpoint(os.environ))
    except Refused as no:
        print(refused.sentence(no, language), file=sys.stderr)
        return REFUSED
    told = consult_telling.reply(reply, known)
    print(
        json.dumps(told, ensure_ascii=False, indent=2)
        if wanted.json
        else "\n".join(consult_telling.lines(told, language))
    )
    return FINE if reply.refusal is None else FAILED


def corpus_of(folders: Sequence[Path] | None) -> Corpus:
    """The index over the measures of folders, or over those that come with the house."""
    if not folders:
        return consulting.corpus_of(reading.own())
    found, problems = reading.read(folders)
    for _, no in problems:
        raise no
    made = {name: measure.measure(raw) for name, raw in found.measures.items()}
    return consulting.corpus_of(reading.Base(made, found.vocabulary()))
