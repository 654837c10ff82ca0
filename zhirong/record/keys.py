"""The key of the house, made once for each data folder: whoever holds it can sign a false past."""

from __future__ import annotations

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

from zhirong.base import key_files
from zhirong.record.engine.checkpoint import HouseKey, name_of


def house_key() -> HouseKey:
    """The key of this data folder."""
    return key_of(settings.DATA)


@cache
def key_of(data: Path) -> HouseKey:
    """The key of a data folder; the first process that asks makes it, and its owner alone may read it."""
    return _of(key_files.made_once(data / "keys" / "record.pem", _fresh))


def read(path: Path) -> HouseKey:
    """The key that a file holds."""
    return _of(path.read_bytes())


def _of(pem: bytes) -> HouseKey:
    private = load_pem_private_key(pem, None)
    assert isinstance(private, Ed25519PrivateKey), "the file holds no Ed25519 key"
    return HouseKey(name_of(private), private)


def _fresh() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
