"""What the audit is made of: records in chains, each bound to the one before by a hash, and signed heads.

Each gateway writes chains of its own, one for each kind of record, so no two processes ever wait for each other, and
what is old enough is deleted from the front of its chain, where the signed start says up to what.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

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
    """Where a chain stood: its record `number` had `hash`. `key` names the key that signed this, "" for none.

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
    """A chain as it is stored: where it starts, and the last head that was signed."""

    id: str
    kind: Kind
    start: Head
    head: Head


@dataclass(frozen=True, slots=True)
class Bad:
    """The first record of a chain that is not as it was written, and what is wrong with it."""

    chain: str
    number: int
    what: str


Signed = Callable[[Head, str], bool]  # whether a head's signature for a purpose is one of ours


def linked(before: bytes, chain: str, number: int, at: int, subject: bytes | None, entry: str) -> bytes:
    """The hash of a record that follows the one with the hash `before`."""
    about = f"{chain}\n{number}\n{at}\n{subject.hex() if subject is not None else '-'}\n"
    return hashlib.sha256(before + about.encode() + entry.encode()).digest()


def check(chain: Chain, records: Iterable[Record], heads: Sequence[Head], signed: Signed) -> tuple[int, Bad | None]:
    """Walk a chain; how many records it has, and the first bad one. `heads` are signed ones kept elsewhere.

    Detects a record that was edited, removed, put elsewhere or added, and an end that was cut off behind a head.
    """
    if chain.start.number and not signed(chain.start, "start"):
        return 0, Bad(chain.id, chain.start.number, "the start of the chain is not signed by this gateway")
    known = [head for head in (chain.head, *heads) if head.chain == chain.id and head.number]
    for head in known:
        if not signed(head, "head"):
            return 0, Bad(chain.id, head.number, "a head of the chain is not signed by this gateway")
    count, last, bad = _walked(chain, records, {head.number: head.hash for head in known})
    if bad is not None:
        return count, bad
    behind = [head.number for head in known if head.number > last]
    return count, Bad(chain.id, last + 1, "missing: the end of the chain was cut off") if behind else None


def _walked(chain: Chain, records: Iterable[Record], heads: dict[int, bytes]) -> tuple[int, int, Bad | None]:
    """How many records are good, the number of the last of them, and the first bad one."""
    count, last, before = 0, chain.start.number, chain.start.hash if chain.start.number else BEGINNING
    if (head := heads.get(last)) is not None and head != before:
        return 0, last, Bad(chain.id, last, "not the record that a signed head names")
    for record in records:
        what = _wrong(chain.id, record, last, before, heads)
        if what:
            return count, last, Bad(chain.id, last + 1, what)
        count, last, before = count + 1, record.number, record.hash
    return count, last, None


def _wrong(chain: str, record: Record, last: int, before: bytes, heads: dict[int, bytes]) -> str:
    if record.number != last + 1:
        return "missing: it was removed, or put elsewhere"
    if record.chain != chain or record.hash != linked(
        before, chain, record.number, record.at, record.subject, record.entry
    ):
        return "changed: its hash is not that of what it says"
    if heads.get(record.number, record.hash) != record.hash:
        return "rewritten: it or one before is not what a signed head names"
    return ""


def unheard(chains: Iterable[Chain], heads: Iterable[Head]) -> Iterator[Bad]:
    """Chains that a head kept elsewhere names and that are gone as a whole."""
    known = {chain.id for chain in chains}
    told = set()
    for head in heads:
        if head.chain not in known and head.chain not in told:
            told.add(head.chain)
            yield Bad(head.chain, 1, "missing: the whole chain was removed")
