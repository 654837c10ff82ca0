import re
from pathlib import Path

import pytest
from hypothesis import given as given_values
from hypothesis import strategies as values

from zhirong.base import identities, numbers
from zhirong.base.refused import Refused, sentence

ORACLES = [
    "201710601862.3",
    "95115608.X",
    "97101765.4",
    "201921898050.0",
    "201921897980.4",
    "202310123456.6",
    "202210000001.0",
    "202330000001.6",
    "202480000001.8",
    "201911324567.3",
    "201910302430.1",
    "201010298420.4",
    "201710269973.9",
    "202111286633.X",
    "202180002433.9",
]


@pytest.mark.parametrize("shown", ORACLES)
def test_real_numbers_have_their_check_character(shown: str) -> None:
    number = numbers.read_patent_number(shown)
    assert number.shown == shown
    assert number.key == shown.replace(".", "")


@pytest.mark.parametrize(
    "text",
    [
        "201911324567.3",
        "2019113245673",
        "ZL201911324567.3",
        "ZL 2019 1 1324567.3",
        "CN201911324567.3",
        "zl２０１９１１３２４５６７．３",
        " cn 2019 1132 4567 . 3 ",
    ],
)
def test_every_spelling_leads_to_one_key(text: str) -> None:
    number = numbers.read_patent_number(text)
    assert number.key == "2019113245673"
    assert number.patent_shown == "ZL 2019 1 1324567.3"
    assert (number.right, number.is_pct, number.filing_year) == ("invention", False, 2019)


def test_a_small_x_is_a_check_character() -> None:
    assert numbers.read_patent_number("zl95115608x").patent_shown == "ZL 95 1 15608.X"
    assert numbers.read_patent_number("95115608.x").filing_year == 1995


def test_a_wrong_check_digit_names_the_right_one() -> None:
    with pytest.raises(Refused) as refused:
        numbers.read_patent_number("202310123456.X")
    assert refused.value == Refused(
        "number.wrong_check_digit", text="202310123456.X", given="X", check="6", right="202310123456.6"
    )
    assert "202310123456.6" in sentence(refused.value, "zh")
    assert "for these digits it is 6" in sentence(refused.value, "en")


def test_a_missing_check_digit_is_told() -> None:
    with pytest.raises(Refused) as refused:
        numbers.read_patent_number("ZL201911324567")
    assert refused.value.facts["right"] == "201911324567.3"


def test_numbers_of_the_first_years_have_no_check_digit() -> None:
    number = numbers.read_patent_number("85100312")
    assert number.shown == "85100312"
    assert number.patent_shown == "ZL 85 1 00312"
    assert number.standard == "101985000000312"
    assert number.key == "85100312" + numbers.check_character("85100312")


@pytest.mark.parametrize("text", ["84100312.5", "04100312.5", "199911324567.3", "200211324567.3"])
def test_years_that_no_number_bears_are_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        numbers.read_patent_number(text)
    assert refused.value.code == "number.no_such_year"


@pytest.mark.parametrize(
    "text", ["", "ZL", "20191132456.3", "201941324567.3", "20191132４567.33", "abc", "²01911324567.3"]
)
def test_what_is_no_patent_number_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        numbers.read_patent_number(text)
    assert refused.value.code == "number.not_a_patent_number"


@pytest.mark.parametrize(
    ("standard", "shown"),
    [
        ("102019000302430", "201910302430.1"),
        ("101985000000312", "85100312"),
        ("102010000298420", "201010298420.4"),
        ("102021001286633", "202111286633.X"),
        ("112021000002433", "202180002433.9"),
    ],
)
def test_the_offices_fifteen_digits_lead_to_the_same_number(standard: str, shown: str) -> None:
    assert numbers.read_standard_number(standard).shown == shown
    assert numbers.read_patent_number(shown).standard == standard


@pytest.mark.parametrize("text", ["102019000302430.1", "122019000302430", "101984000000312", "101995000100000", "1"])
def test_what_is_no_standard_number_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        numbers.read_standard_number(text)
    assert refused.value.code == "number.not_a_standard_number"


@given_values(
    values.integers(2004, 2030), values.sampled_from("12389"), values.integers(min_value=0, max_value=9_999_999)
)
def test_every_number_survives_its_own_spellings(year: int, digit: str, serial: int) -> None:
    digits = f"{year}{digit}{serial:07d}"
    number = numbers.PatentNumber(digits, numbers.check_character(digits))
    for written in (number.key, number.shown, number.patent_shown, f"CN{number.key}"):
        assert numbers.read_patent_number(written) == number
    assert numbers.read_standard_number(number.standard) == number
    assert numbers.read_right_number(number.shown).key == number.key


@given_values(values.integers(min_value=0, max_value=9_999_999), values.integers(0, 11), values.integers(1, 9))
def test_one_wrong_digit_is_always_found(serial: int, place: int, by: int) -> None:
    digits = f"20191{serial:07d}"
    changed = digits[:place] + str((int(digits[place]) + by) % 10) + digits[place + 1 :]
    assert numbers.check_character(changed) != numbers.check_character(digits)


@pytest.mark.parametrize(
    ("text", "key", "right"),
    [
        ("CN101945314A", "CN101945314A", "invention"),
        ("cn 1719946 a", "CN1719946A", "invention"),
        ("CN113784721B", "CN113784721B", "invention"),
        ("CN113784721C3", "CN113784721C3", "invention"),
        ("CN85100312A", "CN85100312A", "invention"),
        ("CN208012345U", "CN208012345U", "utility_model"),
        ("CN2345678Y", "CN2345678Y", "utility_model"),
        ("CN306012345S", "CN306012345S", "design"),
        ("CN3456789D", "CN3456789D", "design"),
    ],
)
def test_publication_numbers_tell_the_right(text: str, key: str, right: str) -> None:
    number = numbers.read_publication_number(text)
    assert (number.key, number.right) == (key, right)


def test_a_kind_that_contradicts_the_type_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        numbers.read_publication_number("CN208012345B")
    assert refused.value == Refused("number.kind_contradicts", text="CN208012345B", kind="B", digit="2")
    assert not numbers.read_publication_number("CN101945314A").is_grant


@pytest.mark.parametrize(
    ("text", "kind", "key"),
    [
        ("ZL 2019 1 1324567.3", "patent_application", "2019113245673"),
        ("102019000302430", "patent_application", "2019103024301"),
        ("95115608X", "patent_application", "95115608X"),
        ("CN85100312", "patent_application", "85100312" + numbers.check_character("85100312")),
        ("CN101945314A", "patent_publication", "CN101945314A"),
        ("12345678", "trade_mark", "12345678"),
        ("第12345678A号", "trade_mark", "12345678A"),
        ("2021SR0123456", "software", "2021SR0123456"),
        ("BS.155505034.7", "layout", "BS.155505034.7"),
        ("bs1555050347", "layout", "BS.155505034.7"),
    ],
)
def test_a_pasted_number_tells_what_it_is(text: str, kind: str, key: str) -> None:
    number = numbers.read_right_number(text)
    assert (number.kind, number.key) == (kind, key)


def test_a_pasted_number_with_a_wrong_check_is_told_so() -> None:
    for text in ("2019113245674", "951156080", "ZL201911324567.4"):
        with pytest.raises(Refused) as refused:
            numbers.read_right_number(text)
        assert refused.value.code == "number.wrong_check_digit"


@given_values(values.text(max_size=60))
def test_any_text_ends_in_a_number_or_a_refusal(text: str) -> None:
    try:
        told = numbers.read_right_number(text).key
    except Refused as refused:
        told = sentence(refused, "zh") and sentence(refused, "en")
    assert told


def test_classes_have_one_spelling() -> None:
    assert numbers.read_ipc("g06f17/30") == "G06F 17/30"
    assert numbers.read_ipc("H01L  021/02(2006.01)") == "H01L 21/02"
    assert numbers.read_locarno("LOC(13)Cl.14-02") == "14-02"
    assert numbers.read_nice("第9类") == 9
    for read, text in ((numbers.read_ipc, "I06F17/30"), (numbers.read_locarno, "33-01"), (numbers.read_nice, "46")):
        with pytest.raises(Refused):
            read(text)


def test_the_credit_code_is_checked_and_the_right_one_named() -> None:
    assert identities.read_uscc("91110000600037341l") == "91110000600037341L"
    with pytest.raises(Refused) as refused:
        identities.read_uscc("911100006000373411")
    assert refused.value.facts["right"] == "91110000600037341L"


def test_a_resident_id_is_checked_and_never_repeated_in_a_refusal() -> None:
    read = identities.read_resident_id("11010519491231002x")
    assert (read.number, read.district, read.born.isoformat()) == ("11010519491231002X", "110105", "1949-12-31")
    assert read.masked == "110105********002X"
    for text, code in (
        ("110105194912310021", "identity.wrong_resident_id_check"),
        ("110105", "identity.not_a_resident_id"),
        ("110105194902310028", "identity.wrong_resident_id_check"),
    ):
        with pytest.raises(Refused) as refused:
            identities.read_resident_id(text)
        assert refused.value == Refused(code)


def test_a_bank_account_is_digits_only() -> None:
    assert identities.read_bank_account("6222 0212 3456 7890 123") == "6222021234567890123"
    with pytest.raises(Refused):
        identities.read_bank_account("6222-ABC")


def test_every_standard_number_of_the_offices_files_is_read(shared: Path) -> None:
    text = " ".join(path.read_text("utf-8", errors="replace") for path in (shared / "data/xml/cn").rglob("*.xml"))
    found = set(re.findall(r">((?:10|11|20|21|30)(?:19|20)\d{11})<", text)) - {"102016000063019"}  # that one is Korean
    assert len(found) == 4
    assert {numbers.read_standard_number(number).standard for number in found} == found
