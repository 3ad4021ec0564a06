"""Signed messages: the signature checked, its certificate of the caller's own company, and each message taken once."""

import hashlib
from collections.abc import Callable
from typing import Protocol

from lxml import etree

from overgang.core.errors import CallerFault
from overgang.core.identity import Actor, Actors, Identity
from overgang.shell.accounts import Account
from overgang.shell.clock import Clock


class Taken(Protocol):
    """Remembers what was taken, on every gateway that shares the store."""

    async def first(self, account: Account, key: bytes) -> bool:
        """Whether nobody has taken it before; durable when this returns."""


class Signatures:
    """Checks messages. `read` gives the identity and fingerprint of a certificate."""

    def __init__(self, read: Callable[[bytes], tuple[Identity, str]], register: Actors, clock: Clock) -> None:
        from overgang.wire import signature  # the library behind it is needed only here

        self._signature, self._read, self._register, self._clock = signature, read, register, clock
        self.block: str = signature.SECURITY

    async def checked(self, root: etree._Element, actor: Actor, account: Account, books: Taken) -> etree._Element:
        """The envelope with the Body that is signed. Raises CallerFault 1012: signature.*, identity.*."""

        def taken(der: bytes) -> None:
            identity, fingerprint = self._read(der)
            signer = self._register.of(identity, fingerprint)
            if signer.cvr != actor.cvr:
                raise CallerFault(1012, "signature.other", expected="a signature of the company that is connected")

        signed = self._signature.verified(root, self._clock(), taken)
        key = hashlib.blake2b(b"signature" + signed.value, digest_size=32).digest()
        if not await books.first(account, key):
            raise CallerFault(1012, "signature.replayed", expected="a message that was not sent before")
        return self._signature.with_body(root, signed)
