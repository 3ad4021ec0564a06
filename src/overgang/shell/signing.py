"""Heads of the audit's chains are signed with Ed25519, by keys that come from the deployment's secret."""

from collections.abc import Sequence
from dataclasses import replace

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256, Hash

from overgang.core.audit import Head
from overgang.shell.keys import derived


class Signer:
    """Signs with the first secret, and knows the signatures of all: a replaced one stays here for what it signed."""

    def __init__(self, secrets: Sequence[bytes]) -> None:
        keys = [Ed25519PrivateKey.from_private_bytes(derived(secret, "audit signature")) for secret in secrets]
        self._key = keys[0]
        self._known = {_name(key.public_key()): key.public_key() for key in keys}
        self.name = _name(self._key.public_key())

    def sign(self, head: Head, purpose: str = "head") -> Head:
        """The head with its signature; `purpose` is "head" or "start"."""
        return replace(head, key=self.name, signature=self._key.sign(head.signed(purpose)))

    def signed(self, head: Head, purpose: str) -> bool:
        """Whether one of the keys signed this head for this purpose."""
        key = self._known.get(head.key)
        if key is None:
            return False
        try:
            key.verify(head.signature, head.signed(purpose))
        except InvalidSignature:
            return False
        return True


def _name(key: Ed25519PublicKey) -> str:
    digest = Hash(SHA256())
    digest.update(key.public_bytes_raw())
    return digest.finalize()[:4].hex()
