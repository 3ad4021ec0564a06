"""The audit's keys, from the deployment's secret: Ed25519 signs the heads of chains, an HMAC binds their records."""

from collections.abc import Sequence
from dataclasses import replace

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256, Hash

from overgang.core.audit import Head
from overgang.shell.keys import derived


class Signer:
    """Signs and binds with the first secret, and knows what all did: a replaced one stays here for its chains."""

    def __init__(self, secrets: Sequence[bytes]) -> None:
        keys = [Ed25519PrivateKey.from_private_bytes(derived(secret, "audit signature")) for secret in secrets]
        self._key = keys[0]
        self._known = {_name(key.public_key()): key.public_key() for key in keys}
        self._links = {
            _name(key.public_key()): derived(secret, "audit link") for key, secret in zip(keys, secrets, strict=True)
        }
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

    def link(self, name: str) -> bytes:
        """The key that records are bound together by, of the secret that `name` names."""
        return self._links[name]


def _name(key: Ed25519PublicKey) -> str:
    digest = Hash(SHA256())
    digest.update(key.public_bytes_raw())
    return digest.finalize()[:4].hex()
