"""Calculations of this floor for `zr calc`: annual fees, the state of a right, and whether it is free for an act."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from zhirong.base import shown
from zhirong.base.engines import Engine
from zhirong.base.refused import Refused
from zhirong.registry import labels, rules
from zhirong.registry.engine import fees, states, terms
from zhirong.registry.engine.facts import (
    EVERYWHERE,
    Act,
    Consent,
    Ending,
    Entry,
    EventKind,
    Export,
    FeeRecord,
    Holder,
    Kind,
    Licence,
    LicenceKind,
    OpenLicence,
    Payment,
    Pledge,
    Reduction,
    Report,
    RightFacts,
    Scope,
    Seizure,
    Suspension,
)

Json = dict[str, Any]
Value = TypeVar("Value")
# Terms run on from a day for decades: room is left before the calendar of the machine ends.
YEARS = range(1800, 2201)


def annual_fees(given: Json) -> Json:
    """The whole fee table of a patent on a day (N20 to N24)."""
    facts, day = right_facts(given["right"]), _day(given, "day")
    reduction = _one_of(Reduction, given.get("reduction", Reduction.NONE), "reduction")
    if not facts.is_patent:
        raise Refused("registry.no_annual_fee", kind=labels.of("kind", facts.kind))
    rows = fees.fee_table(facts, day, reduction=reduction)
    return {
        "standing": str(fees.standing(facts, day)),
        "paid_through_year": fees.paid_through(facts),
        "life_total_fen": fees.life_total_fen(facts.kind, on=day),
        "years": [
            {
                "year": row.year,
                "due_on": row.due_on.isoformat(),
                "grace_ends_on": row.grace_ends_on.isoformat(),
                "full_fen": row.full_fen,
                "reduced_fen": row.reduced_fen,
                "surcharge_percent": row.surcharge_percent,
                "paid_fen": row.paid_fen,
                "owed_fen": row.owed_fen,
                "is_paid": row.is_paid,
                "is_known": row.is_known,
            }
            for row in rows
        ],
    }


def right_state(given: Json) -> Json:
    """The state of a right on a day, since when, and what lies over it (N5, N16)."""
    facts, day = right_facts(given["right"]), _day(given, "day")
    found = states.standing(facts, day)
    return {
        "state": str(found.state),
        "since": found.since.isoformat() if found.since else None,
        "overlays": sorted(str(overlay) for overlay in found.overlays),
        "term_last_day": terms.term_last_day(facts).isoformat() if facts.granted_on and terms.is_known(facts) else None,
        "has_ended": found.has_ended,
    }


def free_to(given: Json) -> Json:
    """Whether a right is free for an act on a day, with every reason, its rule and its sentences."""
    freedom = rules.free_to(
        _one_of(Act, given["act"], "act"),
        right_facts(given["right"]),
        _day(given, "day"),
        deal=_deal(given.get("deal", {})),
    )
    return {"allowed": freedom.allowed, "reasons": [_told(reason) for reason in freedom.reasons]}


def right_facts(said: Json) -> RightFacts:
    """The facts of a right from JSON; days are ISO texts, lists are lists of objects."""
    flags: Json = {name: bool(said.get(name, False)) for name in FLAGS}
    days: Json = {name: _maybe_day(said, name) for name in DAYS}
    return RightFacts(
        kind=_one_of(Kind, said["kind"], "kind"),
        number=said.get("number", ""),
        entries=tuple(
            Entry(
                _one_of(EventKind, one["kind"], "entries.kind"),
                _day(one, "on"),
                _one_of(Ending, one["ending"], "entries.ending") if "ending" in one else None,
                one.get("days", 0),
            )
            for one in said.get("entries", [])
        ),
        holders=tuple(_holder(one) for one in said.get("holders", [])),
        consents=tuple(
            Consent(one["by"], _one_of(Act, one["act"], "consents.act"), _day(one, "since"), _maybe_day(one, "until"))
            for one in said.get("consents", [])
        ),
        pledges=tuple(Pledge(one.get("pledgee", ""), *_span(one)) for one in said.get("pledges", [])),
        seizures=tuple(Seizure(one.get("by", ""), *_span(one)) for one in said.get("seizures", [])),
        suspensions=tuple(Suspension(*_span(one)) for one in said.get("suspensions", [])),
        licences=tuple(
            Licence(_one_of(LicenceKind, one["kind"], "licences.kind"), one.get("licensee", ""), _scope(one))
            for one in said.get("licences", [])
        ),
        open_licences=tuple(OpenLicence(*_span(one)) for one in said.get("open_licences", [])),
        invalidation_asked_on=tuple(_day({"on": one}, "on") for one in said.get("invalidation_asked_on", [])),
        report=_one_of(Report, said.get("report", Report.NONE), "report"),
        export=_one_of(Export, said.get("export", Export.NOT_SCREENED), "export"),
        fees=_fees(said.get("fees", {})),
        **flags,
        **days,
    )


DAYS = ("filed_on", "published_on", "examination_asked_on", "granted_on", "term_ends_on")
FLAGS = ("co_owners_agreed_otherwise", "has_same_day_application", "is_publicly_funded")


def _holder(one: Json) -> Holder:
    """A holder without a party stands under its name; an empty party says that nobody claimed it yet."""
    return Holder(one["name"], str(one.get("party", one["name"])))


def _fees(said: Json) -> FeeRecord:
    payments = tuple(
        Payment(
            one["year"],
            _day(one, "on"),
            one["fen"],
            _one_of(Reduction, one.get("reduction", Reduction.NONE), "fees.payments.reduction"),
        )
        for one in said.get("payments", [])
    )
    return FeeRecord(said.get("paid_through_year", 0), _maybe_day(said, "as_of"), payments)


def _deal(said: Json) -> rules.Deal:
    return rules.Deal(
        by=tuple(said.get("by", ())),
        scope=_scope(said["scope"]) if "scope" in said else None,
        debt_ends_on=_maybe_day(said, "debt_ends_on"),
        is_abroad=bool(said.get("is_abroad", False)),
        has_export_document=bool(said.get("has_export_document", False)),
        has_project_approval=bool(said.get("has_project_approval", False)),
        went_on_knowing=bool(said.get("went_on_knowing", False)),
        lacks_contract_items=tuple(said.get("lacks_contract_items", ())),
    )


def _told(reason: rules.Reason) -> Json:
    facts = {name: shown.fact(name, value, "en") for name, value in reason.facts.items()}
    return {
        "code": reason.code,
        "effect": str(reason.effect),
        "rule": reason.rule,
        "zh": rules.sentence(reason, "zh"),
        "en": rules.sentence(reason, "en"),
        "facts": facts,
    }


def _scope(said: Json) -> Scope:
    since, until = _span(said)
    return Scope(since, until, said.get("territory", EVERYWHERE), said.get("field", EVERYWHERE))


def _span(said: Json) -> tuple[date, date | None]:
    return _day(said, "since"), _maybe_day(said, "until")


def _maybe_day(said: Json, name: str) -> date | None:
    return _day(said, name) if said.get(name) else None


def _day(said: Json, name: str) -> date:
    try:
        day = date.fromisoformat(said[name])
    except (KeyError, TypeError, ValueError):
        raise Refused("calc.bad_input", name=name, calculation="registry") from None
    if day.year not in YEARS:
        raise Refused("calc.bad_input", name=name, calculation="registry")
    return day


def _one_of(kind: Callable[[str], Value], value: str, name: str) -> Value:
    try:
        return kind(value)
    except ValueError:
        raise Refused("calc.bad_input", name=name, calculation="registry") from None


TEXT: Json = {"type": "string"}
DAY: Json = {"type": "string", "format": "date"}
WHOLE: Json = {"type": "integer"}
# Days of compensation, a hundred years at most.
DAYS_ADDED: Json = {"type": "integer", "minimum": 0, "maximum": 36_600}
YES: Json = {"type": "boolean"}


def _object(properties: Json, *needed: str) -> Json:
    return {"type": "object", "properties": properties, "required": list(needed), "additionalProperties": False}


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


SPAN = {"since": DAY, "until": DAY}
SCOPE = {**SPAN, "territory": TEXT, "field": TEXT}
RIGHT = _object(
    {
        "kind": {"enum": [str(kind) for kind in Kind]},
        "number": TEXT,
        **dict.fromkeys(DAYS, DAY),
        **dict.fromkeys(FLAGS, YES),
        "entries": _list(
            _object(
                {
                    "kind": {"enum": [str(kind) for kind in EventKind]},
                    "on": DAY,
                    "ending": {"enum": [str(ending) for ending in Ending]},
                    "days": DAYS_ADDED,
                },
                "kind",
                "on",
            )
        ),
        "holders": _list(_object({"name": TEXT, "party": TEXT}, "name")),
        "consents": _list(_object({"by": TEXT, "act": TEXT, **SPAN}, "by", "act", "since")),
        "pledges": _list(_object({"pledgee": TEXT, **SPAN}, "since")),
        "seizures": _list(_object({"by": TEXT, **SPAN}, "since")),
        "suspensions": _list(_object(SPAN, "since")),
        "licences": _list(
            _object({"kind": {"enum": [str(kind) for kind in LicenceKind]}, "licensee": TEXT, **SCOPE}, "kind", "since")
        ),
        "open_licences": _list(_object(SPAN, "since")),
        "invalidation_asked_on": _list(DAY),
        "report": {"enum": [str(report) for report in Report]},
        "export": {"enum": [str(export) for export in Export]},
        "fees": _object(
            {
                "paid_through_year": WHOLE,
                "as_of": DAY,
                "payments": _list(
                    _object({"year": WHOLE, "on": DAY, "fen": WHOLE, "reduction": TEXT}, "year", "on", "fen")
                ),
            }
        ),
    },
    "kind",
)
DEAL = _object(
    {
        "by": _list(TEXT),
        "scope": _object(SCOPE, "since"),
        "debt_ends_on": DAY,
        "is_abroad": YES,
        "has_export_document": YES,
        "has_project_approval": YES,
        "went_on_knowing": YES,
        "lacks_contract_items": _list(TEXT),
    }
)
REASON = _object(
    {"code": TEXT, "effect": TEXT, "rule": TEXT, "zh": TEXT, "en": TEXT, "facts": {"type": "object"}}, "code", "effect"
)
FEE_YEAR = _object(
    {
        "year": WHOLE,
        "due_on": DAY,
        "grace_ends_on": DAY,
        "full_fen": WHOLE,
        "reduced_fen": WHOLE,
        "surcharge_percent": WHOLE,
        "paid_fen": WHOLE,
        "owed_fen": WHOLE,
        "is_paid": YES,
        "is_known": YES,
    },
    "year",
    "due_on",
    "full_fen",
)

ENGINES: dict[str, Engine] = {
    "annual-fees": Engine(
        run=annual_fees,
        takes=_object(
            {"right": RIGHT, "day": DAY, "reduction": {"enum": [str(one) for one in Reduction]}}, "right", "day"
        ),
        gives=_object(
            {"standing": TEXT, "paid_through_year": WHOLE, "life_total_fen": WHOLE, "years": _list(FEE_YEAR)}, "years"
        ),
        line="Annual fees of a patent: due dates, surcharges, reductions, what is owed on a day (N20-N24).",
    ),
    "right-state": Engine(
        run=right_state,
        takes=_object({"right": RIGHT, "day": DAY}, "right", "day"),
        gives=_object(
            {
                "state": TEXT,
                "since": {"type": ["string", "null"]},
                "overlays": _list(TEXT),
                "term_last_day": {"type": ["string", "null"]},
                "has_ended": YES,
            },
            "state",
        ),
        line="The state of a right on a day, and what lies over it (N5, N16).",
    ),
    "free-to": Engine(
        run=free_to,
        takes=_object(
            {"right": RIGHT, "day": DAY, "act": {"enum": [str(act) for act in Act]}, "deal": DEAL},
            "right",
            "day",
            "act",
        ),
        gives=_object({"allowed": YES, "reasons": _list(REASON)}, "allowed", "reasons"),
        line="Whether a right is free to be sold, licensed, pledged or opened on a day, and why (B9, P1, P7, O3, K1).",
    ),
}
