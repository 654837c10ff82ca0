"""The verifier says exactly what does not match, and finds every changed byte."""

from __future__ import annotations

import ast
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.papers import given_proofs as given
from zhirong.papers import verifier

Paper = dict[str, Any]
PDF = b"%PDF-1.7 a certificate\n" * 20


def found(paper: Paper | bytes, *, pinned: str = "") -> list[str]:
    content = paper if isinstance(paper, bytes) else verifier.canonical(paper)
    return [en for _, en in verifier.verify(content, pinned=pinned).found]


def is_refused(content: bytes) -> bool:
    try:
        return bool(verifier.verify(content).found)
    except verifier.UNREADABLE:
        return True


def a_receipt() -> Paper:
    return given.a_house().receipt(5)


def a_transcript() -> Paper:
    return given.copied(given.a_transcript(given.a_house()))


def a_certificate() -> Paper:
    return given.a_certificate(given.a_house(), {"certificate.pdf": PDF})


def an_archive() -> bytes:
    files = {"certificate.json": verifier.canonical(a_certificate()), "certificate.pdf": PDF}
    return verifier.pack(files)


MAKERS: list[Callable[[], Paper]] = [a_receipt, a_transcript, a_certificate]


@pytest.mark.parametrize("make", MAKERS)
def test_a_true_paper_matches(make: Callable[[], Paper]):
    assert found(make()) == []
    assert found(make(), pinned=given.a_key().public()) == []


def test_a_true_archive_matches():
    assert found(an_archive()) == []


def test_another_houses_paper_does_not_match_the_pinned_key():
    pinned = given.a_key(2).public()
    assert found(a_receipt(), pinned=pinned) == [
        f"receipt: the key in the file, {given.a_key().public()}, is not the pinned key {pinned}."
    ]


def test_without_a_pinned_key_the_verdict_names_the_key_and_where_it_is_published(tmp_path: Path, capsys):
    file = tmp_path / "receipt.json"
    file.write_bytes(verifier.canonical(a_receipt()))
    key = given.a_key().public()
    assert verifier.main([str(file)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[-1] == f"It matches, by the key in the file; compare it with the one published at /verify: {key}"
    assert verifier.main([str(file), "--key", key]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "相符 / It matches."


def test_times_are_told_as_the_pages_tell_them():
    assert verifier.shown("at", "2026-11-22T16:05:06.123456+00:00") == "2026-11-23 00:05:06.123+08:00"
    receipt = a_receipt()
    said = [en for _, en in verifier.verify(verifier.canonical(receipt)).remarks]
    assert any(verifier.shown("at", receipt["leaf"]["at"]) in one for one in said)


def test_an_edited_amount_is_named_with_its_line_and_both_values():
    paper = a_transcript()
    paper["lines"][3]["shows"]["price_fen"] = 128_000_000
    assert found(paper) == [
        "line 4: price_fen in the file is 1,280,000.00 元; it differs from the leaf: 1,030,000.00 元."
    ]


def test_an_edited_leaf_is_named_with_its_line():
    paper = a_transcript()
    paper["lines"][3]["leaf"]["who"] = "somebody else"
    (one,) = found(paper)
    assert one.startswith("line 4: the leaf's content hashes to ")


def test_an_edited_result_is_refuted_by_the_lines():
    paper = a_transcript()
    paper["result"]["winner"] = "42"
    assert found(paper) == ['result: the result says winner is "42"; the lines lead to "17".']


def test_a_removed_a_moved_and_a_repeated_line_are_found():
    removed, moved, repeated = a_transcript(), a_transcript(), a_transcript()
    del removed["lines"][3]
    assert "line 4: the leaf says that this is line 5: lines were removed, inserted or moved." in found(removed)
    assert "line 4: the rules do not allow this: bid 2 is missing." in found(removed)
    moved["lines"][1], moved["lines"][2] = moved["lines"][2], moved["lines"][1]
    assert "line 3: leaf number 4 does not come after 5, the line before." in found(moved)
    repeated["lines"].insert(4, given.copied(repeated["lines"][3]))
    assert "line 5: leaf number 7 does not come after 7, the line before." in found(repeated)


def test_a_line_of_another_auction_is_found():
    house = given.a_house()
    paper = given.a_transcript(house)
    other = next(number for number, body in enumerate(house.bodies) if body["topic"] == "lot:2")
    paper["lines"][3] |= house.proven(other)
    assert "line 4: the leaf belongs to lot:2, not to this auction, lot:1." in found(paper)


def test_an_edited_listing_rule_or_announcement_is_found():
    paper = a_transcript()
    paper["rules"]["extension_ns"] += 1
    assert found(paper) == ["rules: extension_ns in the file is 300000000001; it differs from the leaf: 300000000000."]
    paper = a_transcript()
    paper["listing"]["asking_fen"] = 1
    del paper["listing"]["number"]
    assert found(paper) == [
        "announcement: asking_fen in the file is 0.01 元; it differs from the leaf: 1,000,000.00 元.",
        "announcement: number is missing.",
    ]
    house = given.a_house()
    again = house.tell("exchange.announced", "listing:6", **given.LISTING)
    paper = {**given.a_transcript(house), "announcement": house.proven(again)}
    assert found(paper) == ["announcement: the leaf belongs to listing:6, not to this auction, listing:5."]


def test_an_edited_fact_of_a_certificate_is_named():
    paper = a_certificate()
    paper["facts"]["price_fen"] = 1
    assert found(paper) == ["certificate: price_fen was changed: 0.01 元 does not match its recorded digest."]


def test_a_fact_with_a_digest_made_to_fit_is_found_too():
    paper = a_certificate()
    paper["facts"]["price_fen"] = 1
    paper["digests"]["price_fen"] = verifier.digest_of(paper["salt"], "price_fen", 1)
    assert found(paper) == ["certificate: the content does not match the digest in its leaf."]


def test_a_certificate_resting_on_another_deed_is_found():
    house = given.a_house()
    paper = given.a_certificate(house, {})
    paper["receipts"][1] = house.receipt(5)
    (one,) = found(paper)
    assert one.startswith("certificate: receipts in the file is ")


def test_another_pdf_in_the_archive_is_named():
    files = {"certificate.json": verifier.canonical(a_certificate()), "certificate.pdf": PDF + b" "}
    assert found(verifier.pack(files)) == ["archive: the content of certificate.pdf does not match the record."]
    files |= {"certificate.pdf": PDF, "more.exe": b"MZ"}
    assert found(verifier.pack(files)) == ["archive: the content of more.exe does not match the record."]


def test_a_receipt_without_a_number_proves_nothing_yet():
    paper = a_receipt() | dict.fromkeys(("number", "size", "root", "proof", "checkpoint"))
    assert found(paper) == ["receipt: the leaf has no number yet, hence no proof; fetch the receipt again."]


def edits(value: Any) -> Iterator[Any]:
    """Each way to change one value somewhere inside: an edited leaf, a missing and an added part."""
    if isinstance(value, dict):
        for name in value:
            yield {key: part for key, part in value.items() if key != name}
            yield from ({**value, name: edited} for edited in edits(value[name]))
        yield {**value, "added": 1}
    elif isinstance(value, list):
        for at in range(len(value)):
            yield value[:at] + value[at + 1 :]
            yield from ([*value[:at], edited, *value[at + 1 :]] for edited in edits(value[at]))
        yield [*value, 1]
    elif isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from (value + 1, -value - 1, str(value))
        yield from ([bool(value)] if value in (0, 1) else [])
    elif isinstance(value, str):
        yield from (value + " ", value[:-1], value.upper() if value != value.upper() else value.lower() + ".")
    elif value is None:
        yield 0


def sampled(every: list[Any], count: int) -> list[Any]:
    return every if len(every) <= count else random.Random(20261122).sample(every, count)


@pytest.mark.parametrize("make", MAKERS)
def test_every_edit_of_every_field_is_refused(make: Callable[[], Paper]):
    paper = make()
    for edited in edits(paper):
        if verifier.canonical(edited) != verifier.canonical(paper):
            assert is_refused(verifier.canonical(edited)), edited


@pytest.mark.parametrize("make", MAKERS)
def test_every_changed_byte_is_refused(make: Callable[[], Paper]):
    content = verifier.canonical(make())
    chances = random.Random(7)
    for at in sampled(list(range(len(content))), 1500):
        other = chances.choice([byte for byte in (content[at] ^ 1, content[at] ^ 32, 32, 48) if byte != content[at]])
        assert is_refused(content[:at] + bytes([other]) + content[at + 1 :]), (at, chr(content[at]), chr(other))
    for at in (0, len(content) // 2, len(content)):
        assert is_refused(content[:at] + b" " + content[at:])
        assert is_refused(content[:at] + b"\n" + content[at:])
    assert is_refused(content[:-1])


def test_every_changed_byte_of_an_archive_is_refused():
    content = an_archive()
    pdf = content.index(b"%PDF")
    headers = [*range(46), *range(pdf - 48, pdf + 3), *range(content.index(b"PK\1\2"), len(content))]
    inside = sampled(list(range(46, len(content))), 1000)
    for at in headers + inside:
        assert is_refused(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]), at
    assert is_refused(content + b"\0")
    assert is_refused(content[:-1])


def test_a_forged_checkpoint_under_the_right_name_is_refused():
    house = given.a_house()
    forger = given.a_key(3)
    note = house.receipt(5)["checkpoint"]
    text, _, _ = note.partition("\n\n")
    signature = forger.private.sign(f"{text}\n".encode())
    key_id = house.key._id(house.key._raw())
    forged = f"{text}\n\n— {house.key.name} {verifier.base64.b64encode(key_id + signature).decode()}\n"
    assert found({**house.receipt(5), "checkpoint": forged}) == [
        "receipt: the checkpoint's signature does not match: 内容或签名被改动 its text or signature was changed."
    ]


# RFC 8032, 7.1, tests 1 to 3.
RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("public", "text", "signature"), RFC_8032)
def test_the_published_signatures_verify_and_their_neighbours_do_not(public: str, text: str, signature: str):
    key, message, raw = bytes.fromhex(public), bytes.fromhex(text), bytes.fromhex(signature)
    assert verifier.signed_by(key, message, raw)
    assert not verifier.signed_by(key, message + b"x", raw)
    scalar = int.from_bytes(raw[32:], "little") + verifier.ORDER
    assert not verifier.signed_by(key, message, raw[:32] + scalar.to_bytes(32, "little"))  # malleable twin
    for at in (0, 31, 32, 63):
        assert not verifier.signed_by(key, message, raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])


def test_the_verifier_agrees_with_the_library_that_signs():
    for seed in range(5):
        private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        text = bytes([seed]) * seed
        assert verifier.signed_by(private.public_key().public_bytes_raw(), text, private.sign(text))


def test_the_file_runs_alone_and_answers_with_its_three_exits(tmp_path: Path):
    alone = tmp_path / "verifier.py"
    alone.write_bytes(Path(verifier.__file__).read_bytes())

    def run(content: bytes, *more: str) -> tuple[int, str]:
        (tmp_path / "paper").write_bytes(content)
        command = [sys.executable, "-I", "-S", str(alone), *more, str(tmp_path / "paper")]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, encoding="utf-8")
        return done.returncode, done.stdout

    paper = a_transcript()
    code, said = run(verifier.canonical(paper), "--key", given.a_key().public())
    assert (code, said.splitlines()[-1]) == (0, "相符 / It matches.")
    paper["lines"][3]["shows"]["price_fen"] = 128_000_000
    code, said = run(verifier.canonical(paper))
    assert code == 1
    assert "✗ 第 4 行：文件中的 price_fen 为 1,280,000.00 元，存证为 1,030,000.00 元。" in said.splitlines()
    assert run(b"\xff\x00 nonsense")[0] == 2
    assert run(b"{}")[0] == 2
    assert run(b'{"format":"zhirong-receipt/9"}')[0] == 2


def test_the_file_needs_nothing_but_python_39():
    tree = ast.parse(Path(verifier.__file__).read_text("utf-8"), feature_version=(3, 9))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= set(sys.stdlib_module_names)
    assert " ".join(sorted(names)) == (
        "__future__ argparse base64 datetime functools hashlib json pathlib struct sys typing zlib"
    )
