"""What is personal is sealed before it is stored: AES-256-GCM, and a keyed hash to look it up by."""

import hmac
import os
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from overgang.shell.store.errors import StoreError

LEAST_KEY: Final = 32
_NAME, _NONCE = 4, 12  # bytes in front of what is sealed: which key, and the nonce


class Sealer:
    """Seals with the first key and opens with any; a replaced key stays here as long as what it sealed."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        """Keys of at least 32 bytes. Raises StoreError for a shorter one or none."""
        if not keys or any(len(key) < LEAST_KEY for key in keys):
            raise StoreError(f"the store needs a key of at least {LEAST_KEY} bytes")
        self._ciphers = {_derived(key, b"name")[:_NAME]: AESGCM(_derived(key, b"seal")) for key in keys}
        self._names = tuple(_derived(key, b"name")[:_NAME] for key in keys)
        self._index_keys = tuple(_derived(key, b"index") for key in keys)
        self._own = next(iter(self._ciphers))

    def seal(self, clear: bytes, about: str) -> bytes:
        """`about` says what it is of; it is not kept, and what is sealed opens with the same one only."""
        nonce = os.urandom(_NONCE)
        return self._own + nonce + self._ciphers[self._own].encrypt(nonce, clear, about.encode())

    def open(self, sealed: bytes, about: str) -> bytes:
        """Raises StoreError when it was sealed with a key that is not here, is damaged, or is of something else."""
        name, nonce, rest = sealed[:_NAME], sealed[_NAME : _NAME + _NONCE], sealed[_NAME + _NONCE :]
        cipher = self._ciphers.get(name)
        if cipher is None:
            raise StoreError(f"sealed with key {name.hex()}, which is not among the store's keys")
        try:
            return cipher.decrypt(nonce, rest, about.encode())
        except (InvalidTag, ValueError):
            raise StoreError("what is stored is damaged or was moved: it does not open with its own key") from None

    def index(self, value: str) -> bytes:
        """What `value` is found by when it is sealed with the first key."""
        return self.indices(value)[0]

    def indices(self, value: str) -> tuple[bytes, ...]:
        """What `value` is found by, for each key."""
        return tuple(hmac.digest(key, value.encode(), "sha256") for key in self._index_keys)

    def subjects(self, value: str) -> tuple[bytes, ...]:
        """Like `indices`, with the name of each key before what it gives."""
        return tuple(name + found for name, found in zip(self._names, self.indices(value), strict=True))


def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"overgang store 1 " + purpose).derive(key)
