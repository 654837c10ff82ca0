"""The English auction for `zr calc`: what was announced and the orders in, each answer and the lot's end out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from zhirong.base import refused
from zhirong.base.refused import Refused
from zhirong.exchange import rule_sets, rules
from zhirong.exchange.engine import english, shape, transcript
from zhirong.exchange.engine.shape import Answer, Bidder, Command, Event, Reply, State, Terms

Json = dict[str, Any]
NAME: Final = "english-auction"
# Some two hundred years of nanoseconds and the largest amount of any rule set: all within 63 bits.
MOST_NS: Final = 2**62
MOST_FEN: Final = 10**15
MOST_COMMANDS: Final = 20_000
# The floor keeps no answer for these either: the amount may not fit, and the key belongs to another bid.
UNKEPT: Final = frozenset({"bid.not_an_amount", "bid.key_reused", "bid.not_admitted"})

NS: Final = {"type": "integer", "minimum": 0, "maximum": MOST_NS}
FEN: Final = {"type": "integer", "minimum": 0, "maximum": MOST_FEN}
CODE: Final = {"type": "string", "minLength": 1, "maxLength": 16}
WORDS: Final = {"type": "string", "maxLength": 200}
RANK: Final = {"type": "integer", "minimum": 0, "maximum": 1000}
YES: Final = {"type": "boolean"}

# name of an order: (the engine's command, the facts it needs, the facts it may have)
ORDERS: Final[dict[str, tuple[type[Command], dict[str, Json], dict[str, Json]]]] = {
    "open": (shape.Open, {}, {}),
    "admit": (shape.Admit, {"bidder": CODE}, {"rank": RANK}),
    # The engine itself refuses an amount that is none, so any whole number may come in.
    "bid": (shape.Bid, {"bidder": CODE, "price_fen": {"type": "integer"}}, {"key": WORDS}),
    "pause": (shape.Pause, {"reason": WORDS}, {"since_ns": NS}),
    "encumber": (shape.Encumber, {"reason": WORDS}, {}),
    "resume": (shape.Resume, {}, {}),
    "ban": (shape.Ban, {"bidder": CODE, "reason": WORDS}, {}),
    "annul": (shape.Annul, {"reason": WORDS}, {}),
    "close": (shape.Close, {}, {}),
    "priority-match": (shape.PriorityMatch, {"bidder": CODE}, {"takes": YES}),
    "default": (shape.Default, {"bidder": CODE, "reason": WORDS}, {}),
    "release": (shape.Release, {"bidder": CODE, "reason": WORDS}, {}),
}


def an_object(properties: Json, *needed: str) -> Json:
    return {"type": "object", "properties": properties, "required": list(needed), "additionalProperties": False}


def a_list(items: Json, *, least: int = 0, most: int = MOST_COMMANDS) -> Json:
    return {"type": "array", "items": items, "minItems": least, "maxItems": most}


DAY: Final = {"type": "string", "format": "date"}
RULE_SET: Final = {"type": "string", "maxLength": 24, "examples": rule_sets.codes()}
STEPS: Final = a_list(
    an_object({"from_fen": FEN, "step_fen": {**FEN, "minimum": 1}}, "from_fen", "step_fen"), least=1, most=100
)
TERMS: Final = an_object(
    {
        "form": {"type": "string", "enum": ["timed", "free_limited"]},
        "start_fen": {**FEN, "minimum": 1},
        "steps": STEPS,
        "window_ns": {**NS, "minimum": 1},
        "extension_ns": NS,
        "reserve_fen": FEN,
        "match_ns": NS,
        "least_bidders": RANK,
        "leader_may_overbid": YES,
        "on_default": {"type": "string", "enum": ["next_best", "rerun"]},
        "most_fen": {**FEN, "minimum": 1},
    },
    "form",
    "start_fen",
    "steps",
    "window_ns",
    "extension_ns",
)
UNDER: Final = an_object(
    {"rule_set": RULE_SET, "day": DAY, "start_fen": FEN, "reserve_fen": FEN, "step_fen": FEN},
    "rule_set",
    "day",
    "start_fen",
)
ORDER: Final = an_object(
    {
        "do": {"type": "string", "enum": list(ORDERS)},
        "at_ns": NS,
        **{name: kind for _, needed, allowed in ORDERS.values() for name, kind in {**needed, **allowed}.items()},
    },
    "do",
    "at_ns",
)
TAKES: Final = an_object(
    {
        "terms": TERMS,
        "under": UNDER,
        "opens_ns": NS,
        "end_ns": NS,
        "hard_end_ns": NS,
        "bidders": a_list(an_object({"code": CODE, "rank": RANK}, "code"), most=2_000),
        "commands": a_list(ORDER),
    },
    "opens_ns",
    "end_ns",
    "commands",
)
TEXT: Final = {"type": "string"}
ANY: Final = {"type": "object"}
GIVES: Final = an_object(
    {
        "replies": a_list(
            an_object({"accepted": YES, "code": TEXT, "zh": TEXT, "en": TEXT, "rule": TEXT, "facts": ANY}, "accepted")
        ),
        "events": a_list(an_object({"kind": TEXT, "facts": ANY}, "kind", "facts")),
        "standing": ANY,
        "transcript": a_list(ANY),
    },
    "replies",
    "events",
    "standing",
    "transcript",
)


def bad(name: str) -> Refused:
    """The refusal of an input that a schema cannot express."""
    return Refused("calc.bad_input", name=name, calculation=NAME)


@dataclass(slots=True)
class Run:
    """The lot as it goes, what happened, and the answers kept under each bidder's keys (E13)."""

    state: State
    events: list[Event] = field(default_factory=list)
    kept: dict[tuple[str, str], Answer] = field(default_factory=dict)

    def obey(self, command: Command) -> Reply:
        bid = command if isinstance(command, shape.Bid) else None
        slot = (bid.bidder, bid.key) if bid and bid.key else None
        earlier = self.kept.get(slot) if slot else None
        self.state, events, reply = english.apply(self.state, command, earlier)
        self.events += events
        if bid and slot and earlier is None and reply.code not in UNKEPT:
            self.kept[slot] = Answer(bid.price_fen, reply)
        return reply


def english_auction(given: Json) -> Json:
    """Play the orders in their time against the pure engine that the floor runs (EXCHANGE 2.2; B1, B7, X7)."""
    run = Run(_begin(given))
    replies, last_ns = [], 0
    for place, order in enumerate(given["commands"]):
        command = _command(order, f"commands[{place}]")
        if command.at_ns < last_ns:
            raise bad(f"commands[{place}].at_ns")
        last_ns = command.at_ns
        replies.append(_told(run.obey(command)))
    return {
        "replies": replies,
        "events": [{"kind": event.kind, "facts": dict(event.facts)} for event in run.events],
        "standing": standing(run.state),
        "transcript": [line.plain() for line in transcript.lines(run.events)],
    }


def _begin(given: Json) -> State:
    if ("terms" in given) == ("under" in given):
        raise bad("terms | under")
    terms = _terms(given["terms"]) if "terms" in given else _terms_under(given["under"])
    opens, end, hard_end = given["opens_ns"], given["end_ns"], given.get("hard_end_ns", 0)
    if not opens < end <= (hard_end or end):
        raise bad("opens_ns < end_ns <= hard_end_ns")
    bidders = [Bidder(one["code"], one.get("rank", 0)) for one in given.get("bidders", [])]
    return english.begin(terms, opens_ns=opens, end_ns=end, hard_end_ns=hard_end, bidders=bidders)


def _terms(said: Json) -> Terms:
    steps = tuple((one["from_fen"], one["step_fen"]) for one in said["steps"])
    lows = [low for low, _ in steps]
    if lows[0] or lows != sorted(set(lows)):
        raise bad("terms.steps: from_fen rises from 0")
    return Terms(**{**said, "steps": steps})


def _terms_under(said: Json) -> Terms:
    found = rule_sets.rule_set(said["rule_set"], date.fromisoformat(said["day"]))
    return rules.terms(
        found,
        start_fen=said["start_fen"],
        reserve_fen=said.get("reserve_fen", 0),
        step_fen=said.get("step_fen", 0),
    )


def _command(said: Json, at: str) -> Command:
    make, needed, allowed = ORDERS[said["do"]]
    facts = {name: value for name, value in said.items() if name not in ("do", "at_ns")}
    if wrong := sorted(needed.keys() - facts.keys() | facts.keys() - needed.keys() - allowed.keys()):
        raise bad(f"{at}.{wrong[0]}")
    return make(said["at_ns"], **facts)


def _told(reply: Reply) -> Json:
    if reply.accepted:
        return {"accepted": True, "facts": dict(reply.facts)}
    no = Refused(reply.code, **reply.facts)
    texts = {language: refused.sentence(no, language) for language in ("zh", "en")}
    return {"accepted": False, "code": no.code, **texts, "rule": refused.rule(no), "facts": no.facts}


def standing(state: State) -> Json:
    """The lot after the last order: where it stands, who leads, the least valid bid while it takes bids."""
    names = ("stage", "outcome", "winner", "price_fen", "opens_ns", "end_ns", "free_end_ns", "hard_end_ns")
    bidders: Mapping[str, Bidder] = state.bidders
    return {
        **{name: getattr(state, name) for name in names},
        "least_fen": english.least_fen(state) if state.stage == "open" else 0,
        "ladder": [
            {"number": rung.number, "at_ns": rung.at_ns, "bidder": rung.bidder, "price_fen": rung.price_fen}
            for rung in shape.ladder(state)
        ],
        "bidders": [{"code": one.code, "rank": one.rank, "standing": one.standing} for one in bidders.values()],
    }
