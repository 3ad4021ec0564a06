"""What was done: the audit's chains, and the outcomes of writes, so that a repeat gets the answer of the first."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Row, Select, delete, insert, select, update

from overgang.core.audit import Chain, Head, Record
from overgang.shell.store import schema
from overgang.shell.store.database import Rows
from overgang.shell.store.errors import driven
from overgang.shell.store.messages import Messages
from overgang.shell.store.values import Message

_AUDIT, _CHAIN, _OUTCOME, _MEMBER = schema.audit, schema.audit_chain, schema.outcome, schema.member
_PAGE: Final = 1000
KEPT, REPEATED = "kept", "repeated"
NOBODY: Final = "-"  # the owner of a claim that whoever says the same may take over
_RECORDS: Final = Rows(_AUDIT)
_CLAIMS: Final = Rows(_OUTCOME, "ON CONFLICT (key) DO NOTHING")
_DONE: Final = Rows(_OUTCOME, "ON CONFLICT (key) DO UPDATE SET answer = excluded.answer WHERE outcome.answer IS NULL")


def message_key(at: int) -> bytes:
    """Under which the outcome of a message is told, by its place among those of a batch."""
    return f"message {at}".encode()


class Claim(NamedTuple):
    """A wish to carry out a write: `key` names it, `body` is the digest of what it says.

    `owner` is who wishes, "member/token"; `instead` the owner that is known to be gone, whose claim is taken over.
    """

    key: bytes
    body: bytes
    owner: str
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is known of a claimed write: whose it is, what it says, its answer once there is one."""

    body: bytes
    owner: str
    answer: bytes | None = field(repr=False)


class Done(NamedTuple):
    """The answer of a claimed write."""

    key: bytes
    body: bytes
    owner: str
    answer: bytes

    def __repr__(self) -> str:
        return f"Done({self.owner})"


class Dropped(NamedTuple):
    """A claim that is given up: nothing was registered under it, or a repeat is to look for what was.

    `unclear`: something was registered, or may have been; then what it says stays with its key, and is NOBODY's.
    """

    key: bytes
    owner: str
    unclear: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """What is written in one transaction, at the moment `at`."""

    records: Sequence[Record] = ()
    claims: Sequence[Claim] = ()
    done: Sequence[Done] = ()
    dropped: Sequence[Dropped] = ()
    messages: Sequence[Message] = ()
    targets: Mapping[str, Sequence[str]] = field(default_factory=dict)
    at: datetime = schema.EPOCH

    @property
    def microseconds(self) -> int:
        """`at` as it is stored."""
        return (self.at - schema.EPOCH) // schema.MICROSECOND


class Ledger(Messages):
    """Citizens are in it by keyed index only, answers and users sealed."""

    def subject(self, citizen: str) -> bytes:
        """What a citizen's records are found by; its first four bytes name the key."""
        return self._sealer.subjects(citizen)[0]

    def sealed(self, clear: bytes, about: str) -> bytes:
        """Encrypted for the store; `opened` needs the same `about`."""
        return self._sealer.seal(clear, about)

    def opened(self, sealed: bytes, about: str) -> bytes:
        """Raises StoreError when it does not open."""
        return self._sealer.open(sealed, about)

    def open_chain(self, chain: Chain) -> None:
        """A new chain, before its first record."""
        row = {"id": chain.id, "kind": chain.kind, **_end("start", chain.start), **_end("head", chain.head)}
        with self.writing() as connection:
            connection.execute(insert(_CHAIN), row)

    def write(self, batch: Batch) -> Mapping[bytes, Outcome]:
        """All of it, durably, or nothing; the outcomes under the keys that were claimed. Raises StoreError.

        Under `message_key` of a message's place, whose it is says whether it was kept now (KEPT) or before (REPEATED).
        """
        with self.writing() as connection, self._driven():
            found = self._added(connection, batch)
            if batch.records:
                _RECORDS.insert(connection, [_row(record) for record in batch.records])
            if batch.done:
                _DONE.insert(connection, self._finished(batch))
            for one in batch.dropped:
                mine = (_OUTCOME.c.key == one.key) & (_OUTCOME.c.owner == one.owner) & _OUTCOME.c.answer.is_(None)
                freed = update(_OUTCOME).values(owner=NOBODY) if one.unclear else delete(_OUTCOME)
                connection.execute(freed.where(mine))
            return {**found, **self._claimed(connection, batch)} if batch.claims else found

    def _added(self, connection: Connection, batch: Batch) -> dict[bytes, Outcome]:
        if not batch.messages:
            return {}
        added = self.insert_messages(connection, batch.messages, batch.targets)
        return {message_key(at): Outcome(b"", KEPT if one else REPEATED, None) for at, one in enumerate(added)}

    def outcomes(self, keys: Sequence[bytes]) -> Mapping[bytes, Outcome]:
        """What is known under these keys."""
        with self.reading() as connection:
            return self._outcomes(connection, keys)

    def beat(self, member: str, count: int) -> None:
        """Say that a gateway is alive."""
        with self.writing() as connection:
            connection.execute(delete(_MEMBER).where(_MEMBER.c.id == member))
            connection.execute(insert(_MEMBER), {"id": member, "beat": count, "at": self._now()})

    def beat_of(self, member: str) -> int:
        """The last beat of a gateway; -1 for one that is not known, or has said goodbye."""
        with self.reading() as connection:
            found = connection.execute(select(_MEMBER.c.beat).where(_MEMBER.c.id == member)).scalar()
        return -1 if found is None else int(found)

    def goodbye(self, member: str) -> None:
        """A gateway ends: what it has claimed and not done may be taken over at once."""
        with self.writing() as connection:
            connection.execute(delete(_MEMBER).where(_MEMBER.c.id == member))

    def forget_outcomes(self, before: datetime) -> int:
        """Delete outcomes from before that moment, and gateways not heard of since; how many outcomes they were."""
        with self.writing() as connection:
            connection.execute(delete(_MEMBER).where(_MEMBER.c.at < before))
            return connection.execute(delete(_OUTCOME).where(_OUTCOME.c.at < before)).rowcount

    # ---- the chains

    def chains(self) -> tuple[Chain, ...]:
        """Every chain, with its start and its last signed head."""
        with self.reading() as connection:
            return tuple(_chain(row) for row in connection.execute(select(_CHAIN).order_by(_CHAIN.c.id)))

    def strays(self) -> tuple[str, ...]:
        """The chains that records say they are of, and that there are none of."""
        listed = select(_CHAIN.c.id).where(_CHAIN.c.id == _AUDIT.c.chain).exists()
        with self.reading() as connection:
            return tuple(connection.execute(select(_AUDIT.c.chain).where(~listed).distinct()).scalars())

    def records(self, chain: str, last: int | None = None) -> Iterator[Record]:
        """A chain's records in their order, those up to `last` or all."""
        query = select(_AUDIT).where(_AUDIT.c.chain == chain).order_by(_AUDIT.c.number).limit(_PAGE)
        if last is not None:
            query = query.where(_AUDIT.c.number <= last)
        page = query  # from the very first: a number below 1 is nobody's, and to be seen
        while True:
            with self.reading() as connection:
                found = [_record(row) for row in connection.execute(page)]
            yield from found
            if len(found) < _PAGE:
                return
            page = query.where(_AUDIT.c.number > found[-1].number)

    def about(self, citizen: str) -> tuple[Record, ...]:
        """Every record of a citizen, under every key, in the order of time."""
        own = _AUDIT.c.subject.in_(self._sealer.subjects(citizen))
        query: Select[Any] = select(_AUDIT).where(own).order_by(_AUDIT.c.at, _AUDIT.c.chain, _AUDIT.c.number)
        with self.reading() as connection:
            return tuple(_record(row) for row in connection.execute(query))

    def put_heads(self, heads: Sequence[Head]) -> None:
        """Newly signed heads."""
        with self.writing() as connection:
            for head in heads:
                connection.execute(update(_CHAIN).where(_CHAIN.c.id == head.chain).values(_end("head", head)))

    def last_before(self, chain: str, at: int) -> Record | None:
        """The last record of a chain's front that is older than `at`: all before it are too."""
        first_kept = select(_AUDIT.c.number).where(_AUDIT.c.chain == chain, _AUDIT.c.at >= at)
        with self.reading() as connection:
            kept = connection.execute(first_kept.order_by(_AUDIT.c.number).limit(1)).scalar()
            query = select(_AUDIT).where(_AUDIT.c.chain == chain)
            if kept is not None:
                query = query.where(_AUDIT.c.number < kept)
            row = connection.execute(query.order_by(_AUDIT.c.number.desc()).limit(1)).first()
        return None if row is None else _record(row)

    def forget_records(self, start: Head) -> int:
        """Delete a chain's records up to its new, signed start; how many they were, none if it starts there already."""
        with self.writing() as connection:
            own = update(_CHAIN).where((_CHAIN.c.id == start.chain) & (_CHAIN.c.start < start.number))
            if not connection.execute(own.values(_end("start", start))).rowcount:
                return 0
            old = (_AUDIT.c.chain == start.chain) & (_AUDIT.c.number <= start.number)
            return connection.execute(delete(_AUDIT).where(old)).rowcount

    # ---- claims

    def _finished(self, batch: Batch) -> list[dict[str, Any]]:
        """Rows for what is done, each key once; a claim that has been deleted meanwhile is there again."""
        return [
            {
                "key": key,
                "body": one.body,
                "owner": one.owner,
                "answer": self._sealer.seal(one.answer, _about(key)),
                "at": batch.microseconds,
            }
            for key, one in sorted({one.key: one for one in reversed(batch.done)}.items())
        ]

    def _claimed(self, connection: Connection, batch: Batch) -> Mapping[bytes, Outcome]:
        """Each key belongs to whoever claimed it first, or to whoever took it over from one that is gone."""
        claims = batch.claims
        first = {one.key: one for one in reversed(claims)}
        # In the order of their keys: two processes that claim the same ones never wait for each other in a circle.
        rows = [
            {"key": key, "body": first[key].body, "owner": first[key].owner, "answer": None, "at": batch.microseconds}
            for key in sorted(first)
        ]
        new = _CLAIMS.insert(connection, rows)
        if new == len(rows):
            return {key: Outcome(one.body, one.owner, None) for key, one in first.items()}
        for one in sorted((one for one in claims if one.instead), key=lambda one: one.key):
            gone = (_OUTCOME.c.key == one.key) & (_OUTCOME.c.owner == one.instead) & _OUTCOME.c.answer.is_(None)
            connection.execute(update(_OUTCOME).where(gone).values(owner=one.owner))
        return self._outcomes(connection, list(first))

    @contextmanager
    def _driven(self) -> Iterator[None]:
        """Around what is handed to the driver itself."""
        dbapi: Any = self._engine.dialect.loaded_dbapi
        with driven(dbapi.Error, dbapi.OperationalError):
            yield

    def _outcomes(self, connection: Connection, keys: Sequence[bytes]) -> Mapping[bytes, Outcome]:
        rows: Sequence[Row[Any]] = connection.execute(select(_OUTCOME).where(_OUTCOME.c.key.in_(keys))).all()
        return {row.key: Outcome(row.body, row.owner, self._answer(row.key, row.answer)) for row in rows}

    def _answer(self, key: bytes, sealed: bytes | None) -> bytes | None:
        return None if sealed is None else self._sealer.open(sealed, _about(key))


def _about(key: bytes) -> str:
    return f"outcome {key.hex()}"


def _end(name: str, head: Head) -> dict[str, Any]:
    """The columns of a chain's start or head."""
    values = {"": head.number, "_hash": head.hash, "_at": head.at, "_key": head.key, "_signature": head.signature}
    return {name + of: value for of, value in values.items()}


def _row(record: Record) -> dict[str, Any]:
    names = ("chain", "number", "at", "subject", "entry", "hash")
    return {name: getattr(record, name) for name in names}


def _record(row: Row[Any]) -> Record:
    return Record(row.chain, row.number, row.at, row.subject, row.entry, row.hash)


def _chain(row: Row[Any]) -> Chain:
    start = Head(row.id, row.start, row.start_hash, row.start_at, row.start_key, row.start_signature)
    head = Head(row.id, row.head, row.head_hash, row.head_at, row.head_key, row.head_signature)
    return Chain(row.id, row.kind, start, head)
