"""Rule sets: dated figures with their sources, refused where they leave the law's bounds."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import date
from fractions import Fraction
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal, get_args

from zhirong.base import citations, money, yaml_text
from zhirong.base.refused import Refused

# Figures that kept editions of older listings do not hold: for them the default of the class is the rule.
ADDED_LATER = frozenset({"late_admission", "announcement_again", "fee_rounding"})
# Figures of kept editions that no deed ever read: the seller's answer has one term, `seller_answer`.
DROPPED_LATER = frozenset({"silence"})
FOLDER = Path(__file__).parent / "parameters"
NS = {"seconds": 10**9, "minutes": 60 * 10**9, "hours": 3600 * 10**9, "days": 86400 * 10**9}

Unit = Literal["seconds", "minutes", "hours", "days", "working_days", "months"]


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time as the rule says it: so many minutes, days or working days (RULEBOOK T4)."""

    count: int
    unit: Unit

    @property
    def ns(self) -> int:
        """In nanoseconds; a span of working days or months has no fixed length and must go through the calendar."""
        return self.count * NS[self.unit]

    @property
    def is_by_calendar(self) -> bool:
        """Whether only the calendar of working days can say when it ends."""
        return self.unit not in NS

    def __str__(self) -> str:
        return f"{self.count} {self.unit}"


Ladder = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The figures of one rule set on one day. Ladders are (from price in fen, value), rising."""

    code: str
    zh: str
    en: str
    basis: str  # whose bounds apply: court | state | private | demo
    marked: bool  # shown as a demonstration on listing, transcript and certificate
    day: date
    form: str  # timed | free_limited
    announcement: tuple[tuple[int, Span], ...]  # by asking price (X3)
    announcement_extension: Span
    announcement_extensions: int  # how often, when nobody came (X2)
    deposit_share: Fraction
    deposit_least_fen: int
    deposit_most_fen: int  # 0: no cap in money
    steps: Ladder
    least_duration: Span
    window: Span
    extension: Span
    match: Span  # priority purchasers after the end
    leader_may_overbid: bool
    least_bidders: int
    one_bidder: str  # contract | fail
    refund: Span
    seller_answer: Span  # silence to its end consents (X4)
    contract: Span
    payment: Span
    certificate: Span
    recordal: Span
    result_notice: Span  # after the contract took effect the result stands in public at least so long (X3)
    fees_seller_ppm: Ladder
    fees_buyer_ppm: Ladder
    fee_least_fen: int
    fee_most_ppm: int  # of the price, the least fee included (X6)
    on_default: str  # next_best | rerun
    forfeiture: tuple[str, ...]  # costs | gap | seller
    relist_cut: Fraction
    relist_within: Span
    most_fen: int
    # While the lot runs, a bidder whose deposit came in time may still be let in. Editions kept before know it not.
    late_admission: bool = False
    # Of a second auction after one in which nobody bought (court rule 26); without it the term of the first holds.
    announcement_again: Span | None = None
    # To the fen, after the parts of a fee are summed. Editions kept before were announced under half up.
    fee_rounding: money.Rounding = "half_up"

    def announcement_for(self, asking_fen: int) -> Span:
        """How long a listing at this price must be announced at least (X2, X3)."""
        return [span for low, span in self.announcement if low <= asking_fen][-1]


def codes() -> list[str]:
    """Every rule set that is on file."""
    return sorted(path.stem for path in (FOLDER / "rule_sets").glob("*.yaml"))


@cache
def _heads() -> dict[str, dict[str, str]]:
    """What each rule set is called in both languages, and whose bounds it keeps."""
    texts = {code: yaml_text.parse(text_of(code)) for code in codes()}
    return {code: {name: str(text[name]) for name in ("zh", "en", "basis")} for code, text in texts.items()}


def accepted(*, demo: bool = True) -> list[str]:
    """The rule sets that somebody may name; a house that is no demo knows none of the demonstration."""
    return [code for code, head in _heads().items() if demo or head["basis"] != "demo"]


def code_of(said: str, *, demo: bool) -> str:
    """The rule set that somebody named by its code or by its name in either language."""
    for code in accepted(demo=demo):
        if said.casefold() in (code, _heads()[code]["zh"].casefold(), _heads()[code]["en"].casefold()):
            return code
    raise unknown(said, demo=demo)


def unknown(said: str, *, demo: bool = True) -> Refused:
    """The refusal of a name that no rule set has, with those that are accepted."""
    heads = {code: _heads()[code] for code in accepted(demo=demo)}
    known = {
        "zh": "、".join(f"{head['zh']}（{code}）" for code, head in heads.items()),
        "en": "; ".join(f"{head['en']} ({code})" for code, head in heads.items()),
    }
    return Refused("lot.no_such_rule_set", rule_set=said, known=known)


@cache
def rule_set(code: str, day: date) -> RuleSet:
    """The rule set as it stands on a day, within the bounds of its basis, or the refusal that names the figure."""
    if code not in codes():
        raise unknown(code)
    return read(yaml_text.parse((FOLDER / "rule_sets" / f"{code}.yaml").read_text("utf-8")), day)


def read(text: dict[str, Any], day: date) -> RuleSet:
    """A rule set from the plain values of its file."""
    figures = {name: entries for name, entries in text["figures"].items() if name not in DROPPED_LATER}
    names = {field.name for field in fields(RuleSet)} - {"code", "zh", "en", "basis", "marked", "day"}
    names -= ADDED_LATER - set(figures)
    assert set(figures) == names, f"rule set {text['code']}: {sorted(set(figures) ^ names)}"
    values = {name: figure_on(figures[name], name=name, day=day) for name in names}
    head = {name: text[name] for name in ("code", "zh", "en", "basis")}
    found = RuleSet(**head, marked=bool(text.get("marked")), day=day, **values)
    must_be_lawful(found)
    return found


def text_of(code: str) -> str:
    """The file of a rule set, as a listing keeps it: what was announced stays, whatever the file says later."""
    return (FOLDER / "rule_sets" / f"{code}.yaml").read_text("utf-8")


@lru_cache(maxsize=64)
def as_kept(text: str, day: date) -> RuleSet:
    """The rule set of a kept text on the day of its announcement."""
    return read(yaml_text.parse(text), day)


def sources(code: str) -> dict[str, list[dict[str, Any]]]:
    """Every figure of a rule set with its dates, sources and how certain each is, as the file holds them."""
    text = (FOLDER / "rule_sets" / f"{code}.yaml").read_text("utf-8")
    found: dict[str, list[dict[str, Any]]] = yaml_text.parse(text)["figures"]
    return found


def figure_on(entries: list[dict[str, Any]], *, name: str, day: date) -> Any:
    """A figure as it is in force on a day: the latest that had begun."""
    begun = [entry for entry in entries if entry["from"] <= day]
    if not begun:
        raise Refused("lot.rule_set_not_in_force", figure=name, day=day.isoformat())
    return _value(name, max(begun, key=lambda entry: entry["from"])["value"])


_SPAN = re.compile(r"(\d+) (seconds|minutes|hours|days|working_days|months)")


def _value(name: str, plain: Any) -> Any:
    if isinstance(plain, str) and (found := _SPAN.fullmatch(plain)):
        return Span(int(found[1]), found[2])  # type: ignore[arg-type]
    if name in ("deposit_share", "relist_cut", "first_share", "least_share"):
        return Fraction(plain)
    if name == "forfeiture":
        return tuple(plain)
    if isinstance(plain, dict):
        return tuple((int(low), _value(name, value)) for low, value in sorted(plain.items()))
    return plain


@cache
def _bounds() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml_text.parse((FOLDER / "bounds.yaml").read_text("utf-8"))
    return found


def _bounds_on(basis: str, day: date) -> dict[str, dict[str, Any]]:
    """The bounds of a basis by the text in force on a day (X1: what bound before 2025-02-18 is repealed)."""
    rows = {name: kept if isinstance(kept, list) else [kept] for name, kept in _bounds()[basis].items()}
    begun = {name: [row for row in kept if row.get("from", day) <= day] for name, kept in rows.items()}
    return {name: max(kept, key=lambda row: row.get("from", day)) for name, kept in begun.items() if kept}


def must_be_lawful(rules: RuleSet) -> None:
    """Refuse a rule set with a figure outside the bounds of its basis, or one that could bring a lot's end nearer."""
    assert rules.form in ("timed", "free_limited")
    assert rules.on_default in ("next_best", "rerun")
    assert rules.one_bidder in ("contract", "fail")
    assert rules.fee_rounding in get_args(money.Rounding)
    assert set(rules.forfeiture) <= {"costs", "gap", "seller"}
    for figure, bound in _bounds_on(rules.basis, rules.day).items():
        if bound.get("form", rules.form) == rules.form:
            _must_be_within(rules, figure, bound)
    for name in ("fees_seller_ppm", "fees_buyer_ppm"):
        rates = [rate for _, rate in getattr(rules, name)]
        if rates != sorted(rates, reverse=True):
            raise _out_of_bounds(rules, name, {"most": "falling with the price", "source": "拍卖法 第五十六条第二款"})
    if rules.steps[0][0] or any(step <= 0 for _, step in rules.steps):
        raise _out_of_bounds(rules, "steps", {"least": 1, "source": "B7"})
    if rules.window.ns <= 0 or rules.extension.ns < rules.window.ns:
        raise _out_of_bounds(rules, "extension", {"least": str(rules.window), "source": "X7"})


def _must_be_within(rules: RuleSet, figure: str, bound: dict[str, Any]) -> None:
    value = getattr(rules, figure)
    if value is None:
        return
    parts = [part for _, part in value] if isinstance(value, tuple) else [value]
    if figure == "announcement" and "ladder" in bound:
        parts = []
        for low, least in bound["ladder"].items():
            if _measure(rules.announcement_for(int(low))) < _measure(_value(figure, least)):
                raise _out_of_bounds(rules, figure, {**bound, "least": least})
    for part in parts:
        too_little = "least" in bound and _measure(part) < _measure(_bound(figure, bound["least"]))
        too_much = "most" in bound and _measure(part) > _measure(_bound(figure, bound["most"]))
        if too_little or too_much:
            raise _out_of_bounds(rules, figure, bound)


def _bound(figure: str, plain: Any) -> Any:
    return Fraction(plain) if isinstance(plain, str) and "/" in plain else _value(figure, plain)


def _measure(value: Any) -> Any:
    """A length to compare by; a working day weighs as a day, since it is never shorter than one."""
    if not isinstance(value, Span):
        return value
    days = {"working_days": 1, "months": 28}
    return value.count * days[value.unit] * NS["days"] if value.is_by_calendar else value.ns


def _out_of_bounds(rules: RuleSet, figure: str, bound: dict[str, Any]) -> Refused:
    return Refused(
        "lot.rule_set_out_of_bounds",
        rule_set=rules.code,
        figure=figure,
        least=str(bound.get("least", "-")),
        most=str(bound.get("most", "-")),
        source={language: citations.rule(bound["source"], language) for language in ("zh", "en")},
    )
