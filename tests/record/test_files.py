"""Files are kept under their hash, and only when they are what they say."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from tests.record.given_deeds import ANNA, BO
from zhirong.base.refused import Refused
from zhirong.record import actions, files, rules
from zhirong.record.models import File, Leaf

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\nhello"


def an_archive(**members: bytes) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return raw.getvalue()


def test_a_file_is_kept_under_its_hash_and_told(data: Path):
    kept = actions.keep_file(ANNA, "转让合同.pdf", PDF)
    assert (kept.name, kept.media_type, kept.size) == ("转让合同.pdf", "application/pdf", 14)
    assert files.place(kept.sha256).read_bytes() == PDF
    assert files.place(kept.sha256) == data / "files" / kept.sha256[:2] / kept.sha256
    body = json.loads(Leaf.objects.get().body)
    assert (body["kind"], body["file"], body["sha256"], body["size"]) == (
        "record.file_kept",
        kept.ref,
        kept.sha256,
        14,
    )
    assert "转让合同" not in Leaf.objects.get().body  # a name may hold a person's name


def test_the_same_file_twice_is_one_row_and_one_deed():
    assert actions.keep_file(ANNA, "a.pdf", PDF) == actions.keep_file(ANNA, "a.pdf", PDF)
    assert (File.objects.count(), Leaf.objects.count()) == (1, 1)
    actions.keep_file(BO, "a.pdf", PDF)
    assert (File.objects.count(), Leaf.objects.count()) == (2, 2)


def test_reading_a_secret_file_is_a_deed_and_another_is_none():
    plain = actions.keep_file(ANNA, "a.pdf", PDF)
    secret = actions.keep_file(ANNA, "b.pdf", PDF, is_secret=True)
    assert actions.read_file(BO, plain) == PDF
    assert Leaf.objects.filter(kind="record.file_read").count() == 0
    assert actions.read_file(BO, secret) == PDF
    body = json.loads(Leaf.objects.get(kind="record.file_read").body)
    assert (body["who"], body["file"]) == (BO.ref, secret.ref)


def test_the_first_reading_of_evidence_is_a_deed_of_that_person_alone():
    paper = actions.keep_file(ANNA, "a.pdf", PDF)
    same = actions.keep_file(BO, "a.pdf", PDF)
    assert actions.read_file(BO, paper) == PDF
    with pytest.raises(Refused) as refused:
        actions.must_have_read(BO, None, paper)
    assert (refused.value.code, refused.value.facts) == ("file.not_read", {"name": "a.pdf"})
    for _ in range(2):
        assert actions.read_file(BO, paper, is_evidence=True) == PDF
    actions.must_have_read(BO, paper)
    assert [json.loads(leaf.body)["who"] for leaf in Leaf.objects.filter(kind="record.file_read")] == [BO.ref]
    assert (actions.has_read(ANNA, paper), actions.has_read(BO, same)) == (False, False)


def test_content_that_changed_on_the_disk_is_not_handed_out():
    kept = actions.keep_file(ANNA, "a.pdf", PDF)
    files.place(kept.sha256).write_bytes(b"%PDF-other")
    with pytest.raises(Refused) as refused:
        actions.read_file(BO, kept)
    assert refused.value.code == "file.gone"


BAD = [
    ("a.exe", b"MZ", "file.kind_not_taken"),
    ("a.svg", b"<svg onload='x'/>", "file.kind_not_taken"),
    ("a.html", b"<script>", "file.kind_not_taken"),
    ("a", b"x", "file.kind_not_taken"),
    ("a.pdf", b"", "file.empty"),
    ("a.pdf", b"<html>", "file.not_what_it_says"),
    ("a.png", b"\xff\xd8\xff", "file.not_what_it_says"),
    ("a.txt", b"\x00\x01\x02", "file.not_what_it_says"),
    ("a.docx", b"PK\x03\x04 nonsense", "file.not_what_it_says"),
    ("a.docx", an_archive(x=b"no office file"), "file.not_what_it_says"),
    ("a.zip", an_archive(**{"../x": b"1"}), "file.archive_escapes"),
    ("a.zip", an_archive(**{"/etc/x": b"1"}), "file.archive_escapes"),
    ("a.zip", an_archive(**{"a\\..\\..\\x": b"1"}), "file.archive_escapes"),
    ("a.zip", an_archive(**{"C:/x": b"1"}), "file.archive_escapes"),
    ("a.zip", an_archive(bomb=b"\0" * 20_000_000), "file.archive_too_large"),
    ("a.docx", an_archive(**{"[Content_Types].xml": b"", "word/vbaProject.bin": b"x"}), "file.has_macros"),
    ("\x00/.", b"x", "file.no_name"),
]


@pytest.mark.parametrize(("name", "content", "code"), BAD)
def test_what_is_not_what_it_says_is_refused_and_leaves_nothing(data: Path, name: str, content: bytes, code: str):
    with pytest.raises(Refused) as refused:
        actions.keep_file(ANNA, name, content)
    assert refused.value.code == code
    assert (File.objects.count(), Leaf.objects.count()) == (0, 0)
    assert not (data / "files").exists()


def test_a_link_in_an_archive_is_refused():
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        link = zipfile.ZipInfo("link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(Refused) as refused:
        rules.media_type("a.zip", raw.getvalue())
    assert refused.value.code == "file.archive_escapes"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\li\\合同.pdf", "合同.pdf"),
        ('a"b\r\nSet-Cookie: x.pdf', "a_bSet-Cookie_ x.pdf"),
        ("..pdf", "pdf"),
        ("x" * 300 + ".pdf", "x" * 150 + ".pdf"),
        ("e\u0301.pdf", "\u00e9.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
    ],
)
def test_names_steer_no_path_no_header_and_no_reader(given: str, kept: str):
    assert rules.safe_name(given) == kept


def test_a_file_is_sent_to_be_saved_and_never_shown():
    sent = files.headers('转让 合同".pdf', "application/pdf")
    assert sent["Content-Disposition"] == (
        "attachment; filename*=UTF-8''%E8%BD%AC%E8%AE%A9%20%E5%90%88%E5%90%8C%22.pdf"
    )
    assert sent["X-Content-Type-Options"] == "nosniff"
    assert sent["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_text_of_chinese_offices_is_text():
    assert rules.media_type("a.csv", "申请号,名称\n".encode("gb18030")) == "text/csv"
    assert rules.media_type("a.csv", "申请号,名称\n".encode("utf-16")) == "text/csv"
    assert rules.media_type("a.xlsx", an_archive(**{"[Content_Types].xml": b"<x/>"})).endswith("sheet")
