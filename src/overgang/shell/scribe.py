"""How records become part of the audit: bound into chains, written with what belongs to them, their heads signed."""

import json
import logging
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

from overgang.core.audit import BEGINNING, Chain, Head, Kind, Record, linked
from overgang.shell.signing import Signer
from overgang.shell.store.errors import StoreError
from overgang.shell.store.ledger import Batch, Claim, Done, Dropped, Ledger, Outcome, message_key
from overgang.shell.store.schema import EPOCH, MICROSECOND
from overgang.shell.store.values import Message

log = logging.getLogger(__name__)

_CITIZEN: Final = re.compile(r"([0-9]{6})-?([0-9]{4})")
_NO_TARGETS: Final[Mapping[str, Sequence[str]]] = {}  # plain, since it goes to the process that writes
Outcomes: TypeAlias = Mapping[bytes, Outcome]


class Draft(NamedTuple):
    """A record to be: what it says as JSON values, none of them personal; the citizen and user it is about apart."""

    kind: Kind
    at: datetime
    said: Mapping[str, Any]
    citizen: str | None = None
    user: str | None = None

    def __repr__(self) -> str:
        return f"Draft({self.kind})"


class Item(NamedTuple):
    """A record, and the claims, outcomes and messages that take effect together with it.

    `targets` are the webhooks to which the messages of a receiver are to be pushed.
    """

    draft: Draft
    claims: Sequence[Claim] = ()
    done: Sequence[Done] = ()
    dropped: Sequence[Dropped] = ()
    messages: Sequence[Message] = ()
    targets: Mapping[str, Sequence[str]] = _NO_TARGETS


class Scribe:
    """Writes the chains of one process; used by one thread. `heads` is a file to which signed heads are added."""

    def __init__(self, ledger: Ledger, signer: Signer, heads: Path | None = None) -> None:
        self._ledger, self._signer, self._heads = ledger, signer, heads
        self._link = signer.link(signer.name)
        self._chains: dict[Kind, Head] = {}
        self._unsigned: dict[str, Head] = {}

    def write(self, items: Sequence[Item]) -> list[Outcomes]:
        """All of them in one transaction; the outcomes under the keys that each claims. Raises StoreError."""
        try:
            records, heads = self._records(items)
            found = self._ledger.write(
                Batch(
                    records,
                    [one for item in items for one in item.claims],
                    [one for item in items for one in item.done],
                    [one for item in items for one in item.dropped],
                    [one for item in items for one in item.messages],
                    {receiver: webhooks for item in items for receiver, webhooks in item.targets.items()},
                    items[-1].draft.at,
                )
            )
        except StoreError:
            self._chains = {}  # whether it was written is not known: what comes next goes into new chains
            raise
        self._chains |= heads
        self._unsigned |= {head.chain: head for head in heads.values()}
        told: list[Outcomes] = []
        places = count()  # of a message in the whole batch, and then in its item
        for item in items:
            own = {one.key: found[one.key] for one in item.claims}
            told.append(own | {message_key(at): found[message_key(next(places))] for at in range(len(item.messages))})
        return told

    def sign(self) -> None:
        """Sign where the chains stand now, where they have grown."""
        if not self._unsigned:
            return
        heads = [self._signer.sign(head) for head in self._unsigned.values()]
        try:
            self._ledger.put_heads(heads)
            if self._heads is not None:
                with self._heads.open("a", encoding="utf-8") as file:
                    file.writelines(f"{as_line(head)}\n" for head in heads)
        except (StoreError, OSError) as mistake:
            log.error("heads of the audit are not kept: %s", type(mistake).__name__)
            return
        self._unsigned = {}

    def _records(self, items: Sequence[Item]) -> tuple[list[Record], dict[Kind, Head]]:
        """The records, each bound to the one before, and where that leaves the chains."""
        heads: dict[Kind, Head] = {}
        records = []
        for item in items:
            draft = item.draft
            before = heads.get(draft.kind) or self._chains.get(draft.kind) or self._opened(draft.kind)
            record = self._record(draft, before)
            records.append(record)
            heads[draft.kind] = Head(record.chain, record.number, record.hash, record.at)
        return records, heads

    def _record(self, draft: Draft, before: Head) -> Record:
        at = (draft.at - EPOCH) // MICROSECOND
        subject = self._ledger.subject(draft.citizen) if draft.citizen else None
        said = dict(draft.said)
        if draft.user:
            said |= self._user(draft.user, before.chain)
        entry = json.dumps(said, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        number = before.number + 1
        hashed = linked(self._link, before.hash, before.chain, number, at, subject, entry)
        return Record(before.chain, number, at, subject, entry, hashed)

    def _user(self, user: str, chain: str) -> dict[str, str]:
        """Who asked, sealed; a citizen by keyed index alone, as everywhere, whatever kind of user the caller says."""
        citizen = _CITIZEN.fullmatch(user.strip())
        if citizen is not None:
            return {"citizenUser": self._ledger.subject("".join(citizen.groups())).hex()}
        return {"user": self._ledger.sealed(user.encode(), chain).hex()}

    def _opened(self, kind: Kind) -> Head:
        head = Head(f"{kind}-{secrets.token_hex(8)}", 0, BEGINNING, 0)
        self._ledger.open_chain(Chain(head.chain, kind, self._signer.sign(head, "start"), self._signer.sign(head)))
        self._chains[kind] = head
        return head


def as_line(head: Head) -> str:
    """A signed head as one line of JSON."""
    said = {"chain": head.chain, "number": head.number, "hash": head.hash.hex(), "at": head.at, "key": head.key}
    return json.dumps(said | {"signature": head.signature.hex()})


def of_line(line: str) -> Head:
    """The head that `as_line` wrote. Raises ValueError."""
    try:
        said = json.loads(line)
        hashed, signature = bytes.fromhex(said["hash"]), bytes.fromhex(said["signature"])
        return Head(str(said["chain"]), int(said["number"]), hashed, int(said["at"]), str(said["key"]), signature)
    except (KeyError, TypeError, ValueError):
        raise ValueError("no head of an audit chain") from None
