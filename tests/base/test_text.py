import pytest
from hypothesis import given as given_values
from hypothesis import strategies as values

from zhirong.base import text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("深圳市甲科技（集团）有限公司", "深圳市甲科技(集团)有限公司"),
        ("深圳市甲科技【集团】有限公司", "深圳市甲科技〔集团〕有限公司"),
        ("深圳市 甲科技　有限公司", "深圳市甲科技有限公司"),
        ("ＡＢＣ Technologies  Ltd.", "abc technologies ltd."),
        ("约翰•史密斯", "约翰·史密斯"),
        ("甲\u200b公司", "甲公司"),
        ("甲 ABC 公司", "甲ABC公司"),
    ],
)
def test_two_spellings_of_one_party_have_one_form(one: str, other: str) -> None:
    assert text.party_name(one) == text.party_name(other)


def test_different_parties_keep_different_forms() -> None:
    assert text.party_name("深圳甲有限公司") != text.party_name("深圳乙有限公司")
    assert text.party_name("Acme China Ltd") != text.party_name("AcmeChina Ltd")


@given_values(values.text(max_size=80))
def test_a_normal_form_is_its_own_normal_form(name: str) -> None:
    once = text.party_name(name)
    assert text.party_name(once) == once


def test_secrets_show_only_their_ends() -> None:
    assert text.masked_resident_id("440304199001010011") == "440304********0011"
    assert text.masked_account("6222021234567890123") == "***************0123"
    assert text.masked_phone("13812345678") == "138****5678"
    assert text.masked_account("12345") == "*****"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("专利证书.pdf", "专利证书.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\a\\证书.pdf", "证书.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie_ x.pdf"),
        ("...", "file"),
        ("", "file"),
        ("con.txt", "_con.txt"),
        ("x\u202efdp.exe", "xfdp.exe"),
        ('a"b<c>.png', "a_b_c_.png"),
    ],
)
def test_file_names_are_only_names(name: str, safe: str) -> None:
    assert text.safe_filename(name) == safe


@given_values(values.text(max_size=300))
def test_a_safe_name_is_short_and_has_no_path(name: str) -> None:
    safe = text.safe_filename(name)
    assert safe
    assert safe not in (".", "..")
    assert len(safe.encode()) <= text.LONGEST_NAME_BYTES
    assert not set(safe) & set('/\\<>:"|?*\x00\r\n')


def test_a_long_name_keeps_its_ending() -> None:
    safe = text.safe_filename("长" * 200 + ".pdf")
    assert safe.endswith("长.pdf")
    assert len(safe.encode()) <= text.LONGEST_NAME_BYTES
