import json

import pytest

from zhirong.base import calc
from zhirong.base.refused import Refused


def test_every_calculation_has_schemas_and_help() -> None:
    for name, calculation in calc.ENGINES.items():
        assert json.dumps([calculation.takes, calculation.gives]), name
        assert calculation.line.endswith(".")


def test_a_patent_number_is_written_in_all_forms() -> None:
    given = calc.ENGINES["patent-number"].run({"number": "zl201911324567.3"})
    assert given["patent_number"] == "ZL 2019 1 1324567.3"
    assert given["standard_number"] == "102019001324567"
    assert calc.patent_number({"number": given["standard_number"]}) == given


def test_working_days_are_added_or_counted() -> None:
    run = calc.ENGINES["working-days"].run
    assert run({"from": "2026-09-30", "add": 3}) == {"day": "2026-10-10", "provisional": False}
    assert run({"from": "2026-09-30", "to": "2026-10-10"}) == {"working_days": 3, "provisional": False}


def test_capitals_come_with_words_and_figures() -> None:
    assert calc.ENGINES["capitals"].run({"fen": 128_000_000}) == {
        "capitals": "壹佰贰拾捌万元整",
        "words": "one million two hundred and eighty thousand yuan only",
        "figures": "1,280,000.00",
    }


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("working-days", {}),
        ("working-days", {"from": "2026-09-30"}),
        ("working-days", {"from": 5, "add": 1}),
        ("working-days", {"from": "2026-09-30", "add": 10**9}),
        ("working-days", {"from": "0001-01-01", "to": "9999-12-31"}),
        ("working-days", {"from": "9999-12-01", "add": 100}),
        ("capitals", {"fen": True}),
        ("capitals", {"fen": -1}),
        ("patent-number", {"number": 5}),
    ],
)
def test_what_is_not_of_the_form_is_refused(name: str, given: dict[str, object]) -> None:
    with pytest.raises(Refused) as refused:
        calc.ENGINES[name].run(given)
    assert refused.value.code == "calc.bad_input"
