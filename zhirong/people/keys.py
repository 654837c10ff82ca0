"""The keys under which secrets of parties lie encrypted: made at first need, readable by the house's user alone."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from zhirong.base import key_files
from zhirong.base.refused import Refused

NONCE_BYTES = 12  # NIST SP 800-38D 8.2.2: a random 96-bit nonce


@dataclass(frozen=True)
class Keyring:
    """AES-256 keys by their id, the one in use, and a key of its own for fingerprints."""

    current: str
    keys: dict[str, bytes]
    index: bytes

    def seal(self, plain: str, *, about: str) -> bytes:
        """AES-256-GCM under the current key, bound to whose secret it is: a row moved elsewhere does not open."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + AESGCM(self.keys[self.current]).encrypt(nonce, plain.encode(), about.encode())

    def unseal(self, cipher: bytes, *, key_id: str, about: str) -> str:
        """The plain text; refused if its key is not here or anything of it was changed."""
        if key_id not in self.keys:
            raise Refused("people.key_missing", key_id=key_id)
        try:
            plain = AESGCM(self.keys[key_id]).decrypt(cipher[:NONCE_BYTES], cipher[NONCE_BYTES:], about.encode())
        except InvalidTag:
            raise Refused("people.secret_damaged") from None
        return plain.decode()

    def fingerprint(self, kind: str, plain: str) -> bytes:
        """A keyed hash that tells whether two secrets are the same without showing either."""
        return hmac.digest(self.index, f"{kind}:{plain}".encode(), hashlib.sha256)


def keyring() -> Keyring:
    """The keys of this data folder."""
    return _read(Path(settings.DATA) / "keys" / "secrets.json")


@cache
def _read(path: Path) -> Keyring:
    stored = json.loads(key_files.made_once(path, _fresh_ring))
    keys = {key_id: base64.b64decode(key) for key_id, key in stored["keys"].items()}
    return Keyring(stored["current"], keys, base64.b64decode(stored["index"]))


def _fresh_ring() -> bytes:
    key_id = secrets.token_hex(4)
    ring = {
        "current": key_id,
        "keys": {key_id: base64.b64encode(AESGCM.generate_key(bit_length=256)).decode()},
        "index": base64.b64encode(secrets.token_bytes(32)).decode(),
    }
    return json.dumps(ring).encode()
