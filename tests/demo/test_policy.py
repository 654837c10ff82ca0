"""What the demo shows of policy: every state, sums, a subsidy to the fen, what is marked as invented."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from tests.demo import given_policy as policy
from tests.demo.given_loads import counted, days_of, rows, screened
from zhirong.demo import district
from zhirong.policy import reading
from zhirong.policy.application_rules import STATES
from zhirong.policy.engine import decide, difference, measure, source

CHEN = "深圳市云岭智能科技有限公司"
PLEDGE = "cn-sz-futian-ip-pledge"


def test_an_application_stands_in_every_state(loads: list[Path]) -> None:
    told = counted(loads[0], "SELECT state, count(*) FROM policy_application GROUP BY state")
    assert told == {**dict.fromkeys(STATES, 1), "paid": 2}
    # Prepared by the service firm, filed by nobody yet.
    ((preparer, files),) = rows(
        loads[0],
        """SELECT p.name, (SELECT count(*) FROM policy_applicationfile f WHERE f.application_id = a.id)
        FROM policy_application a JOIN people_party p ON p.id = a.preparer_id WHERE a.state = 'draft'""",
    )
    assert preparer == "深圳市知行企业服务有限公司（演示）"
    assert files == 7


def test_the_book_of_the_budget_is_the_sum_of_its_cases(loads: list[Path]) -> None:
    # A story that goes on into the next year books in two of them.
    told = """SELECT min(amount_fen), sum(reserved_fen), sum(granted_fen), sum(paid_fen), sum(returned_fen),
        max(warned_percent) FROM policy_budget WHERE measure = 'cn-sz-futian-ip-pledge'"""
    first, last = days_of(loads[0])
    # Half the interest each, and half of the fees: W11 123,250.00, W12 135,843.75, Z21 39,750.00 and so on.
    paid = 79_116_67 + 123_250_00 + 39_750_00 + 71_700_00
    granted = paid + 135_843_75 + 26_100_00 + 75_525_00 + 104_650_00 + 84_000_00
    reserved = 63_600_00 + 60_375_00 + 55_300_00 + 39_000_00 + 71_550_00
    ((*sums, warned),) = rows(loads[0], told)
    assert sums == [1_200_000_00, reserved, granted, paid, 39_750_00]
    assert 1_200_000_00 * 80 // 100 <= reserved + granted - 39_750_00 < 1_200_000_00
    assert warned == 80 or first.year < last.year
    booked = dict(
        rows(
            loads[0],
            """SELECT b.kind, sum(b.amount_fen) FROM policy_booking b JOIN policy_application a
            ON a.id = b.application_id WHERE a.measure = 'cn-sz-futian-ip-pledge' GROUP BY 1""",
        )
    )
    assert (booked["granted"], booked["paid"], booked["returned"]) == (granted, paid, 39_750_00)
    lists = rows(loads[0], "SELECT state, count, total_fen FROM policy_paymentlist ORDER BY id")
    assert lists == [("confirmed", 4, paid), ("confirmed", 1, 135_843_75)]


def test_the_subsidy_of_the_main_enterprise_is_right_to_the_fen(loads: list[Path]) -> None:
    first, last = days_of(loads[0])
    found = policy.decided(loads[0], PLEDGE, CHEN, day=last, about=f"loan:{first.year}-01")
    # Half of 217,500.37 is 108,750.185, half up; of the fees of 260,000 only four per cent of five million count.
    interest_fen = (217_500_37 + 1) // 2
    fees_fen = min(260_000_00, 5_000_000_00 * 4 // 100) // 2
    assert found.eligible == "met"
    assert found.amount_fen == interest_fen + fees_fen == 208_750_19
    assert found.amount is not None
    assert [(one.id, one.clause) for one in found.amount.lines] == [
        ("interest", "c-interest-demo"),
        ("fees", "c-fees-demo"),
    ]


def test_one_thing_lacks_for_each_of_the_others(loads: list[Path]) -> None:
    first, last = days_of(loads[0])
    lacking = {
        ("cn-hnte-recognition", ""): ("staff",),
        ("cn-sz-futian-office-rent", ""): ("hnte",),
        (PLEDGE, f"loan:{first.year}-02"): ("filed",),
        (PLEDGE, f"loan:{first.year}-03"): ("repaid",),
    }
    for (name, about), wanted in lacking.items():
        found = policy.decided(loads[0], name, CHEN, day=last, about=about)
        assert (found.eligible, found.failing) == ("not_met", wanted)
        assert [one.all for one in found.to_qualify] == [frozenset(wanted)]
    # 10 % of what is above 500,000 yuan.
    research = policy.decided(loads[0], "cn-sz-futian-rnd", CHEN, day=last)
    assert research.amount_fen == (2_760_000_00 - 500_000_00) // 10


def test_what_rules_by_a_demo_edition_says_so_in_each_clause(loads: list[Path]) -> None:
    first, last = days_of(loads[0])
    states = counted(loads[0], "SELECT state, count(*) FROM policy_measuretext GROUP BY 1")
    assert states == {"approved": 3, "waiting": 1, "returned": 1}
    assert rows(loads[0], "SELECT count(*) FROM policy_measuretext WHERE decided_by_id = drafted_by_id") == [(0,)]
    for (name,) in rows(loads[0], "SELECT name FROM policy_measuretext WHERE state = 'approved'"):
        made = policy.measure_of(loads[0], name)
        ruling = decide.ruling(made, {}, last, known=date.max)[0]
        assert ruling is not None
        assert (ruling.id, ruling.since) == (str(first.year), date(first.year, 1, 1))
        assert "演示" in made.raw["note"]["zh"]
        assert "invented" in made.raw["note"]["en"]
        used = {leaf.clause for leaf in measure.leaves(ruling.eligibility)} | {one.clause for one in ruling.lines}
        assert {made.clauses[clause].certainty for clause in used} == {"assumed"}
        # What it says of its former years is untouched.
        shipped = reading.own().measures[name]
        assert [one.id for one in made.versions] == [*(one.id for one in shipped.versions), str(first.year)]


def test_a_lower_ceiling_waits_for_the_second_official(loads: list[Path]) -> None:
    _, last = days_of(loads[0])
    now = policy.measure_of(loads[0], PLEDGE)
    then = measure.measure(source.parse(policy.text_of(loads[0], PLEDGE, "waiting")))
    changes = difference.difference(now, then, reading.own().vocabulary)
    assert [one.said.zh for one in changes if one.part == "parameters"] == [
        f"单家企业年度上限 自 {last.year + 1}-01-01 起 由 200 万元 改为 150 万元"
    ]
    assert {one.part for one in changes} == {"parameters", "tests"}


def test_screening_finds_some_who_qualify_some_who_nearly_do_and_some_unknown(loads: list[Path]) -> None:
    ((found, enterprises),) = rows(loads[0], "SELECT found, enterprises FROM policy_screening WHERE state = 'done'")
    told = {one["measure"]: one for one in json.loads(found)}
    assert enterprises > district.ENTERPRISES
    for name in ("cn-hnte-recognition", PLEDGE, "cn-patent-fee-reduction", "cn-sz-futian-rnd"):
        one = told[name]
        assert min(one["met"], one["not_met"], one["unknown"], one["near"]["1"]) >= 10, one
    assert told["cn-hnte-recognition"]["near"]["2"] >= 10
    assert told[PLEDGE]["total_fen"] > 10_000_000_00
    take_up = rows(loads[0], "SELECT DISTINCT low_ppm, likely_ppm, high_ppm FROM policy_takeup")
    assert take_up == [(300_000, 450_000, 600_000)]


def test_who_has_loans_is_screened_as_each_loan_is_decided(loads: list[Path]) -> None:
    found = screened(loads[0])
    assert [one for one in found if one[2] != one[3]] == []
    pledged = {name: by_screening for name, measure_id, by_screening, _ in found if measure_id == PLEDGE}
    assert CHEN in pledged
    assert len(pledged) >= 4
    assert all(met == 1 and fen > 0 for met, fen in pledged.values())


def test_facts_have_their_source_their_day_and_some_their_evidence(loads: list[Path]) -> None:
    told = counted(loads[0], "SELECT source, count(*) FROM enterprises_statement GROUP BY 1")
    assert told.keys() == {"registry", "tax", "statistics", "office", "audit", "bank", "self"}
    of_chen = """SELECT count(*), count(s.evidence_id), count(DISTINCT s.source), count(s.source_text)
        FROM enterprises_statement s JOIN people_party p ON p.id = s.party_id WHERE p.name = ?"""
    ((stated, proven, from_sources, described),) = rows(loads[0], of_chen, CHEN)
    assert stated == proven == described > 50
    assert from_sources == 7
    ((known,),) = rows(loads[0], "SELECT count(DISTINCT party_id) FROM enterprises_statement")
    # Those of the mass, and four of the cast.
    assert known == district.ENTERPRISES + 4
    quotes = rows(
        loads[0],
        """SELECT instr(p.text, l.quote) > 0, o.is_official FROM policy_clauselink l
        JOIN policy_paragraph p ON p.id = l.paragraph_id JOIN policy_original o ON o.id = p.original_id""",
    )
    assert quotes == [(1, 0)] * 8


def test_ten_streets_have_their_parks_and_who_sits_in_them(loads: list[Path]) -> None:
    places = counted(loads[0], "SELECT kind, count(*) FROM enterprises_place GROUP BY 1")
    assert places == {"street": 10, "park": 4, "carrier": 3}
    ((seated,),) = rows(loads[0], "SELECT count(DISTINCT party_id) FROM enterprises_tenancy")
    assert seated > 35
    (consent,) = rows(loads[0], "SELECT may_prepare, ended_at FROM enterprises_consent")
    assert consent == (1, None)
