"""What the demo promises of its figures, asked of the tables of two small loads and of the draw of the full one."""

from __future__ import annotations

import re
import sys
from datetime import date
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from tests.demo.given_loads import FEW, counted, days_of, rows, swept, told_by
from zhirong.demo import invented, load
from zhirong.demo.__main__ import LISTINGS, SEED
from zhirong.exchange.listing_rules import DEAL_STEPS, LISTING_STEPS
from zhirong.registry.engine.facts import Kind

# What is drawn anew in each load is who is who: refs, and the codes of bidders, which must not be guessed.
SAME = {
    "listings": """SELECT number, title, title_en, summary, asking_fen, deposit_fen, rule_set, state, p.name
        FROM exchange_listing l JOIN people_party p ON p.id = l.seller_id ORDER BY number""",
    "rights": "SELECT kind, number, title, filed_on, granted_on FROM registry_right ORDER BY id",
    "parties": "SELECT kind, name FROM people_party ORDER BY id",
    "deals": """SELECT d.number, d.state, d.price_fen, d.rank, p.name
        FROM exchange_deal d JOIN people_party p ON p.id = d.buyer_id ORDER BY d.id""",
    "bids": """SELECT s.lot_id, s.seq, s.amount_fen, p.name FROM exchange_lotstep s
        JOIN exchange_lot l ON l.id = s.lot_id JOIN exchange_intent i ON i.listing_id = l.listing_id AND i.code = s.code
        JOIN people_party p ON p.id = i.party_id WHERE s.kind = 'bid' ORDER BY s.lot_id, s.seq""",
    "applications": """SELECT a.number, a.measure, a.about, a.state, a.computed_fen, a.granted_fen, p.name
        FROM policy_application a JOIN people_party p ON p.id = a.party_id ORDER BY a.id""",
    "facts": """SELECT p.name, s.name, s.about, s.value, s.since, s.source FROM enterprises_statement s
        JOIN people_party p ON p.id = s.party_id ORDER BY s.id""",
    "tenancies": """SELECT l.code, p.name, t.since FROM enterprises_tenancy t JOIN enterprises_place l
        ON l.id = t.place_id JOIN people_party p ON p.id = t.party_id ORDER BY t.id""",
}


def test_the_same_seed_and_day_are_the_same_demo(loads: list[Path]) -> None:
    for what, question in SAME.items():
        first, second = (rows(folder, question) for folder in loads)
        assert first == second, what
        assert len(first) > 10, what


def test_each_step_of_the_load_is_told_in_chinese_and_in_english(loads: list[Path]) -> None:
    told = told_by(loads[0]).read_text("utf-8").splitlines()
    assert len(told) == 12
    for line in told:
        assert re.fullmatch(r"\[ *\d+\.\d s\] [^a-z]*[一-龥][^a-z]* / [a-z][ -~]+", line), line


def test_a_watched_load_writes_each_step_over_the_last(monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    tell = load.Progress()
    tell("人员 / people")
    tell.done("就绪 / ready")
    first, second = capsys.readouterr().out.split("\r\x1b[K")[1:]
    assert first.endswith("s] 人员 / people")
    assert second.endswith("s] 就绪 / ready\n")


def test_the_one_password_of_the_cast_is_hashed_once(loads: list[Path]) -> None:
    ((people, hashes),) = rows(loads[0], "SELECT count(*), count(DISTINCT password) FROM people_person")
    # The founder's is one of its own.
    assert (people, hashes) == (23, 2)


def test_some_forty_auctions_stand_in_every_state(loads: list[Path]) -> None:
    lots = counted(loads[0], "SELECT state, count(*) FROM exchange_lot GROUP BY state")
    assert lots.keys() == {"scheduled", "live", "paused", "matching", "closed"}
    assert 38 <= sum(lots.values()) <= 45
    # Stopped by the operator, and by the register.
    assert lots["paused"] == 2
    told = "SELECT kind, count(*) FROM exchange_lotstep WHERE refusal = '' GROUP BY kind"
    steps = counted(loads[0], told)
    once = {"annulled", "encumbered", "matched", "paused"}
    assert {kind: steps.get(kind) for kind in once} == dict.fromkeys(once, 1)
    assert {"begun", "opened", "bid", "matching", "hammer", "defaulted", "released"} <= steps.keys()
    results = "SELECT json_extract(result, '$.outcome'), count(*) FROM exchange_lot WHERE state = 'closed' GROUP BY 1"
    assert counted(loads[0], results).keys() == {"sold", "below_reserve", "annulled"}


def test_every_state_of_a_listing_and_of_a_deal_is_told(loads: list[Path]) -> None:
    told = "SELECT state, count(*) FROM exchange_listing GROUP BY state"
    assert counted(loads[0], told).keys() == LISTING_STEPS.keys()
    deals = counted(loads[0], "SELECT state, count(*) FROM exchange_deal GROUP BY state")
    # An offer is withdrawn where the house erred in making it: no story tells of that.
    assert deals.keys() == DEAL_STEPS.keys() - {"withdrawn"}


def test_the_load_fits_the_market_once_and_leaves_one_fit_which_finds_nothing_new(loads: list[Path]) -> None:
    asked = "SELECT state, count(*) FROM record_job WHERE kind = 'valuation.fit' GROUP BY state"
    assert counted(loads[0], asked) == {"waiting": 1}
    newer = """SELECT count(*) FROM valuation_comparable
        WHERE entered_at > (SELECT made_at FROM valuation_marketmodel) OR withdrawn_at IS NOT NULL"""
    assert rows(loads[0], newer) == [(0,)]


def test_bids_in_the_last_minutes_moved_the_end(loads: list[Path]) -> None:
    moved = """SELECT count(*) FROM exchange_lot WHERE form = 'timed' AND state = 'closed' AND extensions > 0
        AND closes_ns > opens_ns + 24 * 3600 * 1000000000"""
    ((count,),) = rows(loads[0], moved)
    assert count >= 4


def test_every_rule_set_and_both_forms_have_their_auctions(loads: list[Path]) -> None:
    told = """SELECT l.rule_set || ' ' || t.form || ' ' || t.state, count(*) FROM exchange_lot t
        JOIN exchange_listing l ON l.id = t.listing_id WHERE l.rule_set <> 'platform' GROUP BY 1"""
    assert counted(loads[0], told) == {
        "court_timed timed live": 1,
        "demo timed closed": 1,
        "free_limited free_limited closed": 1,
        "free_limited free_limited matching": 1,
        "state_owned free_limited live": 2,
    }
    assert rows(loads[0], "SELECT state, is_demo_rules FROM exchange_listing WHERE rule_set = 'demo'") == [
        ("settled", 1)
    ]
    ((days, reserve),) = rows(
        loads[0],
        """SELECT julianday(l.closes_at) - julianday(l.announced_at), l.reserve_fen = t.start_fen
        FROM exchange_listing l JOIN exchange_lot t ON t.listing_id = l.id WHERE l.rule_set = 'court_timed'""",
    )
    assert days >= 30
    assert reserve == 1
    state = """SELECT DISTINCT p.is_state_owned FROM exchange_listing l JOIN people_party p ON p.id = l.seller_id
        WHERE l.rule_set = 'state_owned'"""
    assert rows(loads[0], state) == [(1,)]


def test_rare_listings_are_told(loads: list[Path]) -> None:
    several = "SELECT count(*) FROM exchange_listingitem GROUP BY listing_id HAVING count(*) = 2"
    assert len(rows(loads[0], several)) == 2
    assert rows(loads[0], "SELECT is_for_admitted FROM exchange_listingdocument ORDER BY id") == [(1,), (0,)]
    answered = "SELECT answered_at IS NOT NULL, count(*) FROM exchange_question GROUP BY 1"
    assert rows(loads[0], answered) == [(0, 1), (1, 1)]
    assert counted(loads[0], "SELECT state, count(*) FROM exchange_listingchange GROUP BY 1") == {
        "approved": 1,
        "open": 1,
    }
    assert rows(loads[0], "SELECT count(*) FROM exchange_listing WHERE edition = 2") == [(1,)]
    assert rows(loads[0], "SELECT count(*) FROM exchange_intent WHERE priority_rank = 1") == [(2,)]
    reserves = "SELECT count(*) FROM exchange_listing WHERE reserve_fen > asking_fen"
    assert rows(loads[0], reserves) == [(2,)]
    said = "SELECT count(*) FROM record_leaf WHERE kind = 'exchange.fees_unknown_said'"
    assert rows(loads[0], said) == [(1,)]


def test_rights_of_every_kind_with_burdens_and_several_holders_are_told(loads: list[Path]) -> None:
    mass = """SELECT r.kind, count(*) FROM registry_right r JOIN exchange_listingitem i ON i.right_id = r.id
        JOIN exchange_listing l ON l.id = i.listing_id
        WHERE NOT EXISTS (SELECT 1 FROM exchange_intent n WHERE n.listing_id = l.id) GROUP BY 1"""
    assert counted(loads[0], mass).keys() == {str(kind) for kind in Kind}
    burdens = counted(loads[0], "SELECT kind, count(*) FROM registry_encumbrance GROUP BY 1")
    assert burdens == {"pledge": 1, "seizure": 1, "licence": 1}
    joint = "SELECT share_ppm FROM registry_holding WHERE until IS NULL AND share_ppm < 1000000"
    assert rows(loads[0], joint) == [(500_000,), (500_000,)]
    assert counted(loads[0], "SELECT act, count(*) FROM registry_consent GROUP BY 1") == {"sell": 2}
    parties = "SELECT kind || ' ' || country, count(*) FROM people_party GROUP BY 1"
    assert counted(loads[0], parties).keys() == {"legal CN", "legal DE", "natural CN"}


def test_the_bank_left_its_traces(loads: list[Path]) -> None:
    told = "SELECT state || ' ' || why, count(*) FROM ledger_bankline GROUP BY 1"
    lines = counted(loads[0], told)
    assert lines.pop("credited ") > 100
    assert lines.pop("paid_out ") > 20
    assert lines == {
        "suspense unknown_payer": 1,
        "suspense wrong_amount": 1,
        "reversed ": 1,
        "taken_back ": 1,
    }


def test_the_house_pays_in_time_and_leaves_a_little_to_prepare_and_to_check(loads: list[Path]) -> None:
    dues = counted(loads[0], "SELECT state, count(*) FROM ledger_due GROUP BY state")
    assert (dues["due"], dues["made"]) == (2, 1)
    assert dues["paid"] > 20
    ((late,),) = rows(loads[0], "SELECT count(*) FROM ledger_due WHERE overdue_at IS NOT NULL OR paid_at > due_at")
    assert late == 0
    payouts = counted(loads[0], "SELECT state, count(*) FROM ledger_payout GROUP BY state")
    assert payouts == {"made": 1, "done": dues["paid"]}
    told = "SELECT count(*) FROM record_leaf WHERE kind IN ('ledger.payout_overdue', 'ledger.payment_late')"
    assert rows(loads[0], told) == [(0,)]


def test_every_listing_of_the_mass_is_open_to_a_first_intent(loads: list[Path]) -> None:
    mass = """SELECT count(*) FROM exchange_listing l WHERE state = 'announced' AND announced_at IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM exchange_intent i WHERE i.listing_id = l.id)"""
    ((count,),) = rows(loads[0], mass)
    assert count >= FEW


def test_no_page_of_the_office_or_of_a_desk_shows_a_code_of_the_house(loads: list[Path]) -> None:
    told = swept(loads[0])
    assert told["found"] == {}
    assert min(told["read"].values()) > 500, told["read"]


def asked_fen(day: date, count: int) -> list[int]:
    """What the mass asks, as the load draws it: for each portion the owners first, then the prices."""
    dice, rights = Random(f"mass {SEED}"), invented.of_every_kind(SEED, day, count=count)
    prices: list[int] = []
    while len(prices) < count:
        portion = []
        for one in islice(rights, load.PORTION):
            dice.choice(range(load.FIRMS))
            portion.append(one)
        for one in portion:
            assert one.filed_on is not None
            prices.append(invented.asking_fen(dice, one.kind, filed_on=one.filed_on, day=day))
    return prices


def test_23_000_listings_ask_over_two_billion_yuan_in_all(loads: list[Path]) -> None:
    _, day = days_of(loads[0])
    asked = [fen for (fen,) in rows(loads[0], "SELECT asking_fen FROM exchange_listing ORDER BY id")]
    assert asked_fen(day, FEW) == asked[-FEW:]
    assert LISTINGS == 23_000
    assert sum(asked_fen(day, LISTINGS)) > 2_000_000_000_00
