"""The key of the house, made once for each data folder: whoever holds it can sign a false past."""

from __future__ import annotations

import os
import secrets
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from django.conf import settings

from zhirong.record.engine.checkpoint import HouseKey, name_of


def house_key() -> HouseKey:
    """The key of this data folder."""
    return key_of(settings.DATA)


@cache
def key_of(data: Path) -> HouseKey:
    """The key of a data folder; the first process that asks makes it, and its owner alone may read it."""
    path = data / "keys" / "record.pem"
    if not path.exists():
        _make(path)
    return read(path)


def read(path: Path) -> HouseKey:
    """The key that a file holds."""
    private = load_pem_private_key(path.read_bytes(), None)
    assert isinstance(private, Ed25519PrivateKey), f"{path} holds no Ed25519 key"
    return HouseKey(name_of(private), private)


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{os.getpid()}.{secrets.token_hex(4)}")
    fresh.touch(mode=0o600)
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    fresh.write_bytes(pem)
    try:
        os.link(fresh, path)  # the first of several processes wins; the others read its key
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
