"""What every kind of auction shares: terms, bidders, the ladder of bids, commands, events and replies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

Facts = Mapping[str, Any]
Told = tuple[int, int, str, int]


@dataclass(frozen=True, slots=True)
class Terms:
    """What was announced for a lot: the figures of its rule set and of its listing, fixed until an edit."""

    form: str  # timed | free_limited (RULEBOOK B1, X7)
    start_fen: int
    steps: tuple[tuple[int, int], ...]  # (from price, step), rising; the step at a price is that of its rung
    window_ns: int  # a bid in the last window moves the end (X7); in free_limited the limited window itself (B1)
    extension_ns: int  # to at least bid + extension
    reserve_fen: int = 0  # 0: none
    match_ns: int = 0  # how long priority purchasers may match after the end; 0: they may not
    least_bidders: int = 1
    leader_may_overbid: bool = False
    on_default: str = "next_best"  # next_best | rerun
    most_fen: int = 10**15

    def facts(self) -> dict[str, Any]:
        """As plain values for an event; `from_facts` reads them back."""
        return {**asdict(self), "steps": [list(rung) for rung in self.steps]}

    @staticmethod
    def from_facts(facts: Facts) -> Terms:
        """The terms that an event wrote down."""
        return Terms(**{**facts, "steps": tuple((low, step) for low, step in facts["steps"])})


@dataclass(frozen=True, slots=True)
class Bidder:
    """A bidder as the lot knows it: a code, a rank among priority purchasers (0: none), and whether it still counts."""

    code: str
    rank: int = 0
    standing: str = "in"  # in | banned | defaulted | released


@dataclass(frozen=True, slots=True, eq=False)
class Rung:
    """An accepted bid and the one it topped: a chain, so that a bid costs the same in any lot (E15)."""

    number: int
    at_ns: int
    bidder: str
    price_fen: int
    below: Rung | None

    def told(self) -> Told:
        """Number, time, bidder, price: what two ladders are compared by."""
        return (self.number, self.at_ns, self.bidder, self.price_fen)


@dataclass(frozen=True, slots=True)
class Match:
    """A priority purchaser's word after the end: it takes the lot at the top price, or it waives."""

    bidder: str
    rank: int
    at_ns: int
    takes: bool


@dataclass(frozen=True, slots=True)
class State:
    """A lot as it stands. `top` is left out of comparison because it is a chain; compare `told()` instead."""

    terms: Terms
    opens_ns: int
    end_ns: int  # the next instant at which a close is due; a bid at exactly this instant is late
    free_end_ns: int = 0  # free_limited only: until here bidding is free, afterwards each bid restarts the window
    hard_end_ns: int = 0  # 0: none, as in China; where published, no bid moves the end beyond it
    stage: str = "open"
    last_number: int = 0
    bidders: Mapping[str, Bidder] = field(default_factory=dict)  # by code; never changed in place
    opened: bool = False  # the opening was told; bids are judged by `opens_ns` alone
    matches: tuple[Match, ...] = ()
    paused_ns: int = 0
    left_ns: int = 0  # time that was left when the lot was paused
    paused_stage: str = ""
    outcome: str = ""  # sold | no_bids | below_reserve | too_few_bidders | rerun | annulled
    winner: str = ""
    price_fen: int = 0
    top: Rung | None = None

    def told(self) -> tuple[Any, ...]:
        """Everything that matters, with the ladder spelt out: two lots with the same `told` are the same lot."""
        fields = [getattr(self, name) for name in self.__slots__ if name != "top"]
        return (*fields, tuple(rung.told() for rung in ladder(self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, State) and self.told() == other.told()

    def __hash__(self) -> int:
        return hash((self.opens_ns, self.end_ns, self.last_number))


def ladder(state: State) -> Iterator[Rung]:
    """The bids that count, the highest first."""
    rung = state.top
    while rung is not None:
        yield rung
        rung = rung.below


@dataclass(frozen=True, slots=True)
class Bid:
    """A bidder offers a price; `key` makes a repeat harmless (E13)."""

    at_ns: int
    bidder: str
    price_fen: int
    key: str = ""


@dataclass(frozen=True, slots=True)
class Admit:
    """Qualification and deposit are in order: this code may bid (B7); rank > 0 is a priority purchaser."""

    at_ns: int
    bidder: str
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Open:
    """Bidding opens: told once for everyone who watches; bids need no telling, they go by the time."""

    at_ns: int


@dataclass(frozen=True, slots=True)
class Pause:
    """Bidding stops with a published reason; `since_ns` is the instant from which bidders could not act (an outage)."""

    at_ns: int
    reason: str
    since_ns: int = 0


@dataclass(frozen=True, slots=True)
class Encumber:
    """The register changed under the lot (pledge, seizure, lapse): it stops until someone with the power resumes it."""

    at_ns: int
    reason: str


@dataclass(frozen=True, slots=True)
class Resume:
    """Bidding goes on with the time that was left and one full window (court rule 28)."""

    at_ns: int


@dataclass(frozen=True, slots=True)
class Edit:
    """The announcement was changed: bids are void, deposits free, the period starts again (X2, B8)."""

    at_ns: int
    terms: Terms
    opens_ns: int
    end_ns: int
    reason: str
    free_end_ns: int = 0
    hard_end_ns: int = 0


@dataclass(frozen=True, slots=True)
class Ban:
    """A bidder broke the published rules: its bids are void and the price is worked out again in the open."""

    at_ns: int
    bidder: str
    reason: str


@dataclass(frozen=True, slots=True)
class Annul:
    """An office undoes the auction by a new event; what happened stays written (court rule 31)."""

    at_ns: int
    reason: str


@dataclass(frozen=True, slots=True)
class Close:
    """The end is due. It stands in the same queue as the bids, so every earlier bid was judged before it."""

    at_ns: int


@dataclass(frozen=True, slots=True)
class PriorityMatch:
    """After the end a priority purchaser takes the lot at the top price, or waives (court rules 16, 19, 21)."""

    at_ns: int
    bidder: str
    takes: bool = True


@dataclass(frozen=True, slots=True)
class Default:
    """The winner did not sign or pay: it is barred, and the next best or a re-run follows (court rules 24, 26)."""

    at_ns: int
    bidder: str
    reason: str


@dataclass(frozen=True, slots=True)
class Release:
    """The next best said no, was silent, or its offer was withdrawn: asked and never bound, so no defaulter (E38)."""

    at_ns: int
    bidder: str
    reason: str


Command = (
    Bid | Admit | Open | Pause | Encumber | Resume | Edit | Ban | Annul | Close | PriorityMatch | Default | Release
)


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, in plain values: enough to bring the lot from one state to the next without judging again."""

    kind: str
    facts: Facts


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a command: `code` is empty when it was done, else the code of the refusal."""

    code: str
    facts: Facts

    @property
    def accepted(self) -> bool:
        """Whether the deed was done."""
        return not self.code


@dataclass(frozen=True, slots=True)
class Answer:
    """The reply that was kept under a bidder's key, and the price it was given for."""

    price_fen: int
    reply: Reply
