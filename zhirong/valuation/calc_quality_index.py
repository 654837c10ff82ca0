"""Calculations for `zr calc`: the index of value and the weights it may stand on."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from zhirong.base.engines import Engine, form, many
from zhirong.base.refused import Refused
from zhirong.valuation import calc_quality_forms as forms
from zhirong.valuation import indices
from zhirong.valuation.calc_quality_forms import COUNT, DAY, NAME, NUMBER, OFFICE, YES, Json
from zhirong.valuation.engine import ahp, index, index_items
from zhirong.valuation.engine.result import Grade, Input
from zhirong.valuation.engine.subject import Answer, Said, Subject
from zhirong.valuation.engine.subject_measures import BY_CALLER

SCENARIOS = ("licensing", "finance", "accounting", "infringement", "management")
KINDS = ("invention", "utility_model", "design", "trade_mark", "copyright", "software", "circuit_layout")
GRADES = {"register": Grade.REGISTER, "measured": Grade.FITTED, "answer": Grade.STATED, "": Grade.ASSUMED}
MOST_ITEMS, MOST_ROWS, MOST_CELLS = 200, 5_000, 100_000


def value_index(given: Json) -> Json:
    """The index of a right in a scenario, by the house's list of the day or by a list that is brought along."""
    day, seed = forms.day(given), given.get("seed", 0)
    plain = given["list"] if "list" in given else indices.house_plain(day)
    items = index_items.from_plain(plain) if "list" in given else indices.house(day)
    answers = [Answer(question=one["question"], value=one["value"]) for one in given.get("answers", [])]
    known = index.Known(
        subject=subject(given["right"], given["day"]),
        measured=given.get("measured", {}),
        said=Said(tuple(answers)),
    )
    found = index.valued(
        items,
        known,
        scenario=given["scenario"],
        seed=seed,
        draws=given.get("draws", 4096),
        cohort_scores={one["item"]: one["scores"] for one in given.get("cohort_scores", [])},
    )
    figures = asdict(found)
    del figures["notes"]
    inputs = [
        Input(one.code, one.value, one.source or "distribution of its equals", GRADES[one.source], on=day)
        for one in found.items
    ]
    return forms.record("value-index", day, plain, figures=figures, notes=found.notes, inputs=inputs, seed=seed)


def subject(said: Json, day: str) -> Subject:
    """A right from JSON; what is not said stays unknown."""
    days = {name: forms.maybe_day(said, name) for name in DAYS_OF_RIGHT}
    known: Json = {one.name: said[one.name] for one in fields(Subject) if one.name in said} | days
    found = Subject(day=forms.day({"day": day}), **known)
    _in_order(found)
    return found


def _in_order(right: Subject) -> None:
    """Days that cannot be are refused: a right of tomorrow, or one granted before it was filed."""
    for name in ("filed_on", "granted_on"):
        on = getattr(right, name)
        if on is not None and on > right.day:
            raise Refused("valuation.after_value_date", name=name, on=on, day=right.day)
    if right.filed_on is not None and right.granted_on is not None and right.granted_on < right.filed_on:
        raise Refused("valuation.granted_before_filing", filed_on=right.filed_on, granted_on=right.granted_on)


def ahp_weights(given: Json) -> Json:
    """Weights from comparisons in pairs; refused where the comparisons contradict each other too much."""
    day, names = forms.day(given), given["items"]
    table = indices.figure("random_index", day).value
    limit = indices.figure("consistency_ratio_limit", day).value
    _named(names, len(given["comparisons"]), "comparisons")
    found = ahp.consistent(given["comparisons"], table, most_ratio=limit)
    first, second, said, implied = found.worst
    figures = {
        "weights": _by_name(names, found.weights),
        "eigenvalue": found.eigenvalue,
        "consistency_index": found.consistency_index,
        "consistency_ratio": found.consistency_ratio,
        "worst": {"first": names[first], "second": names[second], "said": said, "implied": implied},
    }
    inputs = forms.told(given, "random_index", "consistency_ratio_limit")
    parameters = {"random_index": table, "limit": limit}
    return forms.record("ahp-weights", day, parameters, figures=figures, inputs=inputs)


def entropy_weights(given: Json) -> Json:
    """Weights by how far rights differ in each item."""
    _few_cells(given["figures"])
    found = ahp.entropy_weights(given["figures"])
    _named(given["items"], len(found), "figures")
    figures = {"weights": _by_name(given["items"], found)}
    return forms.record("entropy-weights", forms.day(given), {}, figures=figures, inputs=forms.told(given))


def deal_weights(given: Json) -> Json:
    """Weights fitted on the prices of deals, none negative, together 1."""
    _few_cells(given["scores"])
    found = ahp.deal_weights(given["scores"], given["log_prices"])
    _named(given["items"], len(found.weights), "scores")
    figures = {**asdict(found), "weights": _by_name(given["items"], found.weights)}
    return forms.record("deal-weights", forms.day(given), {}, figures=figures, inputs=forms.told(given))


def _named(names: list[str], count: int, table: str) -> None:
    if len(names) != count:
        raise Refused("valuation.uneven_lists", first="items", second=table)


def _few_cells(rows: list[list[Any]]) -> None:
    """Rows and columns are each bounded by the schema; together they may not keep the machine busy."""
    cells = sum(len(row) for row in rows)
    if cells > MOST_CELLS:
        raise Refused("valuation.outside_band", name="cells", value=cells, least=1, most=MOST_CELLS)


def _by_name(names: list[str], weights: tuple[Any, ...]) -> list[Json]:
    return [{"item": name, "weight": weight} for name, weight in zip(names, weights, strict=True)]


DAYS_OF_RIGHT = ("filed_on", "granted_on", "term_ends_on")
RIGHT = form(
    {
        "kind": {"enum": [*KINDS]},
        "number": {"type": "string", "maxLength": 100},
        **dict.fromkeys(DAYS_OF_RIGHT, DAY),
        "field": {"type": "integer", "minimum": 1, "maximum": 35},
        "section": {"enum": [*"ABCDEFGH"]},
        **dict.fromkeys(
            (
                "ipc_count",
                "claims",
                "independent_claims",
                "family",
                "citations",
                "inventors",
                "holders",
                "plain_licences",
                "exclusive_licences",
                "paid_through_year",
            ),
            COUNT,
        ),
        "owner_kind": {"enum": ["firm", "university", "person"]},
        **dict.fromkeys(
            ("is_in_force", "is_pledged", "is_blocked", "invalidation_open", "invalidation_survived", "open_licence"),
            YES,
        ),
    },
    "kind",
)
ITEMS = {**many(NAME, most=MOST_ITEMS), "minItems": 1}
ROWS = many(many(NUMBER, most=MOST_ITEMS), most=MOST_ROWS)

ENGINES: dict[str, Engine] = {
    "value-index": Engine(
        run=value_index,
        takes=form(
            {
                "day": DAY,
                "scenario": {**OFFICE, "maxLength": 60, "examples": [*SCENARIOS]},
                "right": RIGHT,
                "measured": form({name: YES if name == "is_owned" else NUMBER for name in BY_CALLER}),
                "answers": many(form({"question": NAME, "value": NUMBER}, "question", "value"), most=MOST_ITEMS),
                "cohort_scores": many(
                    form({"item": NAME, "scores": many(NUMBER, most=1_000)}, "item", "scores"),
                    most=MOST_ITEMS,
                ),
                "list": {"type": "object"},
                "seed": {"type": "integer", "minimum": 0, "maximum": 2**63 - 1},
                "draws": {"type": "integer", "minimum": 100, "maximum": index.MOST_DRAWS},
            },
            "day",
            "scenario",
            "right",
        ),
        gives=forms.RECORD,
        line="The index of value in a scenario, with coverage and band (VALUATION 2.7, V1 to V4).",
    ),
    "ahp-weights": Engine(
        run=ahp_weights,
        takes=form(
            {"day": DAY, "items": ITEMS, "comparisons": many(many(NUMBER, most=20), most=20)},
            "day",
            "items",
            "comparisons",
        ),
        gives=forms.RECORD,
        line="Weights from comparisons in pairs, with their consistency (V3).",
    ),
    "entropy-weights": Engine(
        run=entropy_weights,
        takes=form({"day": DAY, "items": ITEMS, "figures": ROWS}, "day", "items", "figures"),
        gives=forms.RECORD,
        line="Weights by how far rights differ in each item (V3).",
    ),
    "deal-weights": Engine(
        run=deal_weights,
        takes=form(
            {"day": DAY, "items": ITEMS, "scores": ROWS, "log_prices": many(NUMBER, most=MOST_ROWS)},
            "day",
            "items",
            "scores",
            "log_prices",
        ),
        gives=forms.RECORD,
        line="Weights fitted on the prices of deals, none negative, together 1 (VALUATION 2.7).",
    ),
}
