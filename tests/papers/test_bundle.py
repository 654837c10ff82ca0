"""The certificate's archive: the same bytes each time, and a file changed inside is found by its own verifier."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.papers import given_papers as given
from zhirong.papers import bundle, verifier


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


def test_the_digests_name_every_file_but_the_certificate() -> None:
    made = bundle.files(given.certificate(), transcript=b"{}")
    assert set(bundle.digests(made)) == set(made)
    assert bundle.digests(made)["transcript.json"] == verifier.sha256(b"{}")


def test_the_how_to_names_the_certificate_and_the_place_of_the_key() -> None:
    text = bundle.files(given.certificate(), transcript=None)["README.txt"].decode()
    assert text.count("ZRC-2026-000518") == 2
    assert "--key" in text
    assert "https://ip.example.cn" in text
