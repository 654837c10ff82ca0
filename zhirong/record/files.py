"""The folder of kept files: each stands under its own SHA-256, so that it cannot be another."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from django.conf import settings

from zhirong.base.refused import Refused
from zhirong.record import rules


@dataclass(frozen=True, slots=True)
class Brought:
    """What somebody brought, judged by its content; nobody has kept it yet."""

    name: str
    media_type: str
    size: int
    sha256: str


def judged(name: str, content: bytes) -> Brought:
    """The name it is shown under, what it is, and its hash; refused where it may not be kept at all."""
    shown_name = rules.safe_name(name)
    media_type = rules.media_type(shown_name, content)
    return Brought(shown_name, media_type, len(content), hashlib.sha256(content).hexdigest())


def place(sha256: str) -> Path:
    """Where content of this hash stands; a hash is the only thing a path is ever made of."""
    assert re.fullmatch("[0-9a-f]{64}", sha256), sha256
    folder: Path = settings.DATA / "files"
    return folder / sha256[:2] / sha256


def put(sha256: str, content: bytes) -> None:
    """Write content durably: whole under its name, or not at all."""
    at = place(sha256)
    if at.exists() and at.stat().st_size == len(content):
        return
    at.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = at.with_name(f"{at.name}.{secrets.token_hex(4)}")
    with fresh.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(at)
    _sync_folder(at.parent)


def get(sha256: str) -> bytes:
    """The content, or a refusal where it is gone or is no longer what was kept."""
    at = place(sha256)
    content = at.read_bytes() if at.is_file() else b""
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Refused("file.gone")
    return content


def headers(name: str, media_type: str) -> dict[str, str]:
    """How a kept file is sent: to be saved and never shown, so that nothing in it runs in our name (ASVS 5.2)."""
    return {
        "Content-Type": media_type,
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }


def _sync_folder(folder: Path) -> None:
    # A new name survives a power loss only when its folder is synced too.
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
