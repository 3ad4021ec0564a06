"""What the audit is made of: records in chains, each bound to the one before by a keyed hash, and signed heads.

Each gateway writes chains of its own, one for each kind of record, so no two processes ever wait for each other, and
what is old enough is deleted from the front of its chain, where the signed start says up to what. Both are signed when
the chain is opened. What came after the last signed head of a writer that was killed is good by its keyed hash alone.
"""

import hmac
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

BEGINNING: Final = bytes(32)  # what the first record of a chain is bound to


class Kind(StrEnum):
    """What a record is of; each kind has its own time of keeping and its own chains."""

    READ = "read"
    WRITE = "write"
    REFUSED = "refused"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Record:
    """`at` is in microseconds since 1970 UTC, `subject` the citizen's keyed index, `entry` canonical JSON."""

    chain: str
    number: int
    at: int
    subject: bytes | None
    entry: str
    hash: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain stood: its record `number` had `hash`. `key` names the secret that signed this, "" for none.

    As a start it says that the records up to `number` were deleted.
    """

    chain: str
    number: int
    hash: bytes
    at: int
    key: str = ""
    signature: bytes = b""

    def signed(self, purpose: str) -> bytes:
        """The bytes that a signature is over; `purpose` is "head" or "start"."""
        return f"overgang audit {purpose} 1\n{self.chain}\n{self.number}\n{self.at}\n{self.hash.hex()}".encode()


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain as it is stored: where it starts, and the last head that was signed; `kind` is what its id begins with.

    The secret that signed the head is the one that its records are bound together by.
    """

    id: str
    kind: str
    start: Head
    head: Head


@dataclass(frozen=True, slots=True)
class Bad:
    """The first record of a chain that is not as it was written, and what is wrong with it."""

    chain: str
    number: int
    what: str


class Keys(Protocol):
    """What chains are held to: nobody who can only write the database has them."""

    def signed(self, head: Head, purpose: str) -> bool:
        """Whether one of our secrets signed this head for this purpose."""

    def link(self, name: str) -> bytes:
        """The key that records are bound together by, of the secret that `name` names."""


def linked(key: bytes, before: bytes, chain: str, number: int, at: int, subject: bytes | None, entry: str) -> bytes:
    """The keyed hash of a record that follows the one with the hash `before`."""
    about = f"{chain}\n{number}\n{at}\n{subject.hex() if subject is not None else '-'}\n"
    return hmac.digest(key, before + about.encode() + entry.encode(), "sha256")


def check(chain: Chain, records: Iterable[Record], heads: Sequence[Head], keys: Keys) -> tuple[int, Bad | None]:
    """Walk a chain; how many records it has, and the first bad one. `heads` are signed ones kept elsewhere.

    Detects a record that was edited, removed, put elsewhere or added, and an end that was cut off behind a head.
    """
    last, bad = check_front(chain, records, heads, keys)
    count = last.number - chain.start.number
    if bad is not None:
        return count, bad
    behind = [head.number for head in _known(chain, heads) if head.number > last.number]
    return count, Bad(chain.id, last.number + 1, "missing: the end of the chain was cut off") if behind else None


def check_front(chain: Chain, records: Iterable[Record], heads: Sequence[Head], keys: Keys) -> tuple[Head, Bad | None]:
    """Walk the first records of a chain; where the last good one leaves it, and the first bad one."""
    last, known = chain.start, _known(chain, heads)
    bad = _unfounded(chain, known, keys)
    if bad is not None:
        return last, bad
    hashes = {head.number: head.hash for head in known}
    if hashes.get(last.number, last.hash) != last.hash:
        return last, Bad(chain.id, last.number, "not the record that a signed head names")
    key = keys.link(chain.head.key)
    for record in records:
        what = _wrong(record, last, key, hashes)
        if what:
            return last, Bad(chain.id, last.number + 1, what)
        last = Head(chain.id, record.number, record.hash, record.at)
    return last, None


def _known(chain: Chain, heads: Sequence[Head]) -> list[Head]:
    return [chain.head, *(head for head in heads if head.chain == chain.id)]


def _unfounded(chain: Chain, known: Sequence[Head], keys: Keys) -> Bad | None:
    """What is wrong with a chain before any of its records is looked at."""
    if chain.kind != chain.id.partition("-")[0]:
        return Bad(chain.id, chain.start.number, "the kind of the chain was changed: it is not its id's")
    if not keys.signed(chain.start, "start"):
        return Bad(chain.id, chain.start.number, "the start of the chain is not signed by this gateway")
    unsigned = [head.number for head in known if not keys.signed(head, "head")]
    return Bad(chain.id, unsigned[0], "a head of the chain is not signed by this gateway") if unsigned else None


def _wrong(record: Record, last: Head, key: bytes, heads: dict[int, bytes]) -> str:
    if record.number != last.number + 1:
        return "missing: it was removed, or put elsewhere"
    if record.chain != last.chain or record.hash != linked(
        key, last.hash, last.chain, record.number, record.at, record.subject, record.entry
    ):
        return "changed: its hash is not that of what it says"
    if heads.get(record.number, record.hash) != record.hash:
        return "rewritten: it or one before is not what a signed head names"
    return ""


def early(chain: Chain, heads: Sequence[Head], kept_from: int) -> Bad | None:
    """Of a chain that checks out: what was deleted though it is from `kept_from` or later, as a signed head says."""
    numbers = [
        head.number for head in _known(chain, heads) if head.number <= chain.start.number and head.at >= kept_from
    ]
    return Bad(chain.id, min(numbers), "missing: it was deleted before its time") if numbers else None


def unheard(chains: Iterable[Chain], heads: Iterable[Head]) -> Iterator[Bad]:
    """Chains that a head kept elsewhere names and that are gone as a whole."""
    known = {chain.id for chain in chains}
    told = set()
    for head in heads:
        if head.chain not in known and head.chain not in told:
            told.add(head.chain)
            yield Bad(head.chain, 1, "missing: the whole chain was removed")
