"""The certificate's archive: the same bytes each time, and a file changed inside is found by its own verifier."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.papers import given_papers as given
from tests.papers import given_proofs as proofs
from zhirong.papers import bundle, facts, verifier


def test_the_archive_is_the_same_for_the_same_facts() -> None:
    made = bundle.files(given.certificate(), transcript=b"{}")
    assert list(made) == ["README.txt", "certificate.en.pdf", "certificate.zh.pdf", "transcript.json", "verifier.py"]
    first = bundle.archive(b"{}", made)
    assert bundle.archive(b"{}", bundle.files(given.certificate(), transcript=b"{}")) == first
    assert verifier.unpack(first) == {"certificate.json": b"{}", **made}


def test_any_program_can_open_the_archive(tmp_path: Path) -> None:
    made = bundle.files(given.certificate(), transcript=None)
    assert "transcript.json" not in made
    with zipfile.ZipFile(io.BytesIO(bundle.archive(b"{}", made))) as packed:
        assert packed.testzip() is None
        packed.extractall(tmp_path)
    assert (tmp_path / "certificate.zh.pdf").read_bytes() == made["certificate.zh.pdf"]
    run = subprocess.run([sys.executable, "-I", tmp_path / "verifier.py", "--help"], capture_output=True, check=False)
    assert run.returncode == 0


def a_real_archive() -> bytes:
    """A certificate whose leaf commits to its facts and to the very files of its archive."""
    house = proofs.a_house()
    transcript = verifier.canonical(proofs.a_transcript(house))
    made = bundle.files(given.certificate(), transcript=transcript)
    return bundle.archive(verifier.canonical(proofs.a_certificate(house, made)), made)


def test_the_archive_is_verified_by_the_verifier_inside_it() -> None:
    assert verifier.verify(a_real_archive()).found == []


@pytest.mark.parametrize("name", ["certificate.zh.pdf", "certificate.en.pdf", "README.txt", "verifier.py"])
def test_one_changed_byte_in_a_file_is_found_and_the_file_named(name: str) -> None:
    files = verifier.unpack(a_real_archive())
    changed = bytearray(files[name])
    changed[len(changed) // 2] ^= 1
    found = verifier.verify(verifier.pack({**files, name: bytes(changed)})).found
    assert [(name in zh, name in en) for zh, en in found] == [(True, True)]


def test_a_swapped_transcript_is_found() -> None:
    files = verifier.unpack(a_real_archive())
    assert len(verifier.verify(verifier.pack({**files, "transcript.json": b"{}"})).found) == 1


def test_the_facts_of_a_certificate_are_plain_whole_numbers_and_texts() -> None:
    told = facts.plain(given.certificate())
    assert verifier.parsed(verifier.canonical(told)) == told
    assert (told["price_fen"], told["recorded_on"]) == (1_280_000_00, "2026-12-18")
    assert told["issued_at"] == "2026-12-21T02:00:00+00:00"
    assert told["sellers"][1]["name"] == "南方理工大学"


def test_the_how_to_names_the_certificate_and_the_place_of_the_key() -> None:
    text = bundle.files(given.certificate(), transcript=None)["README.txt"].decode()
    assert text.count("ZRC-2026-000518") == 2
    assert "--key" in text
    assert "https://ip.example.cn" in text
