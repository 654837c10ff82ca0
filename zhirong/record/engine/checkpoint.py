"""The signed head of the tree: a note of a name, a size and a root (C2SP signed-note and tlog-checkpoint)."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_ED25519 = b"\x01"
"""The note's sign for Ed25519; another suite gets another sign and stands beside it as a further signature line."""


@dataclass(frozen=True, slots=True)
class HouseKey:
    """The key that signs checkpoints and the name it signs under, which stands in every note."""

    name: str
    private: Ed25519PrivateKey

    def public(self) -> str:
        """What a verifier pins: name+key id+key, the verifier key of C2SP signed-note."""
        raw = self._raw()
        return f"{self.name}+{self._id(raw).hex()}+{_base64(_ED25519 + raw)}"

    def sign(self, size: int, root: bytes) -> str:
        """The note of this size and root with its signature line."""
        text = note_text(self.name, size, root)
        signature = self._id(self._raw()) + self.private.sign(text.encode())
        return f"{text}\n— {self.name} {_base64(signature)}\n"

    def _raw(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def _id(self, raw: bytes) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + raw).digest()[:4]


def name_of(private: Ed25519PrivateKey) -> str:
    """The name of a new house: nobody else's, since it comes from the key."""
    raw = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return f"zhirong/{hashlib.sha256(raw).hexdigest()[:12]}"


def note_text(name: str, size: int, root: bytes) -> str:
    """The three lines that are signed."""
    return f"{name}\n{size}\n{_base64(root)}\n"


def _base64(text: bytes) -> str:
    return base64.b64encode(text).decode()
