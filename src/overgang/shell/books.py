"""What is written down of each call, and by that: that a write that is sent again has one effect and one answer.

Before a write reaches the modern side its intent is durable, afterwards its outcome; a read's record is durable before
its answer leaves. What can't be written down is not done.
"""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from overgang.core.audit import Kind
from overgang.core.errors import CallerFault, Fault, GatewayFault
from overgang.shell.accounts import Account
from overgang.shell.auditing import Auditor
from overgang.shell.client import Raw
from overgang.shell.clock import Clock, now
from overgang.shell.scribe import Draft, Item, Outcomes
from overgang.shell.store.errors import StoreError
from overgang.shell.store.ledger import KEPT, NOBODY, Batch, Claim, Done, Dropped, Ledger, Outcome, message_key
from overgang.shell.store.values import Message
from overgang.wire.unjudged import citizens_told

log = logging.getLogger(__name__)

PATIENCE: Final = 3.0  # seconds that a call waits for its record to be written
GONE_AFTER: Final = 4.0  # seconds without a beat after which a gateway counts as gone
_LOOK: Final = 0.05  # seconds between two looks at what another gateway carries out


@dataclass(frozen=True, slots=True)
class Wish:
    """A write to be carried out once: what names it, the digest of what it says, and other names it goes by."""

    key: bytes
    body: bytes
    also: Sequence[bytes] = ()


@dataclass(frozen=True, slots=True)
class Ran:
    """What carrying out a write came to. One that is not `final` had no effect, and a repeat of it is tried again."""

    answer: bytes = field(repr=False)
    status: int = 200
    final: bool = True


Run = Callable[[], Awaitable[Ran]]


class Books(Protocol):
    """Writes down calls; trouble is a GatewayFault."""

    async def read(self, account: Account, status: int = 200) -> None:
        """A read that was answered; durable when this returns."""

    async def once(self, account: Account, wish: Wish, run: Run, seconds: float) -> bytes:
        """The answer of a write that is carried out by `run`, unless it was before: then the answer of that time."""

    async def message(self, account: Account, message: Message, targets: Mapping[str, Sequence[str]]) -> bool:
        """An event that was told, its message and its record durable together; False when it was kept before."""

    async def forwarded(self, account: Account, writes: bool, run: Callable[[], Awaitable[Raw]]) -> Raw:
        """The reply of an old service that a call is handed on to by `run`."""

    async def refused(self, account: Account, fault: Fault) -> None:
        """A call that came to a fault."""

    async def first(self, account: Account, key: bytes) -> bool:
        """Whether what `key` names comes for the first time; remembered for as long as a write's answer is."""


class NoBooks:
    """The books of a gateway without a store, of rehearsals and of cases: there is nothing to be answered for."""

    async def read(self, account: Account, status: int = 200) -> None:
        return

    async def once(self, account: Account, wish: Wish, run: Run, seconds: float) -> bytes:
        return (await run()).answer

    async def message(self, account: Account, message: Message, targets: Mapping[str, Sequence[str]]) -> bool:
        raise _unwritten()

    async def forwarded(self, account: Account, writes: bool, run: Callable[[], Awaitable[Raw]]) -> Raw:
        return await run()

    async def refused(self, account: Account, fault: Fault) -> None:
        return

    async def first(self, account: Account, key: bytes) -> bool:
        return True


class Kept:
    """Books in a store. `member` is this process's own name in it."""

    def __init__(self, auditor: Auditor, ledger: Ledger, clock: Clock = now) -> None:
        self._auditor, self._ledger, self._clock = auditor, ledger, clock
        self.member = secrets.token_hex(8)
        self._beats = 0
        self._under_way: dict[bytes, asyncio.Event] = {}
        self._left: list[Dropped] = []  # claims that could not be given up yet

    async def read(self, account: Account, status: int = 200) -> None:
        account.closed = True
        await self._each(account, Kind.READ, "read", status=status)

    async def message(self, account: Account, message: Message, targets: Mapping[str, Sequence[str]]) -> bool:
        account.closed = True
        own = {message.receiver: targets[message.receiver]} if message.receiver in targets else {}
        found = await self._put(account.draft(Kind.READ, "event"), messages=[message], targets=own)
        return found[message_key(0)].owner == KEPT

    async def refused(self, account: Account, fault: Fault) -> None:
        """A refusal that tells what the modern side knows is written down before it leaves, like any read."""
        if account.closed:
            return
        account.closed = True
        told = account.context is not None and bool(account.context.sent)
        draft = account.draft(Kind.READ if told else Kind.REFUSED, "refused", **_of(fault))
        try:
            await self._put(draft)
        except GatewayFault:
            if told:
                raise

    async def forwarded(self, account: Account, writes: bool, run: Callable[[], Awaitable[Raw]]) -> Raw:
        kind = Kind.WRITE if writes else Kind.READ
        if writes:
            await self._each(account, kind, "intent")
        try:
            raw = await run()
        except Fault as fault:
            account.closed = True
            await self._each(account, kind, "outcome", **_of(fault))
            raise
        account.closed = True
        account.named = tuple(dict.fromkeys((*account.named, *citizens_told(raw.body))))
        await self._each(account, kind, "outcome", status=raw.status)
        return raw

    async def once(self, account: Account, wish: Wish, run: Run, seconds: float) -> bytes:
        until = asyncio.get_running_loop().time() + seconds
        instead = ""
        while True:
            owner = f"{self.member}/{secrets.token_hex(8)}"
            found = await self._claimed(account, wish, owner, instead)
            outcome = found[wish.key]
            if outcome.answer is not None:
                return await self._repeated(account, outcome.answer)
            if outcome.owner == owner:
                return await self._carried_out(account, wish, owner, run)
            instead = await self._waited(wish.key, outcome, until)

    async def _claimed(self, account: Account, wish: Wish, owner: str, instead: str) -> Outcomes:
        """The outcomes under the wish's names, its intent written down. Raises CallerFault for another body."""
        claims = [Claim(key, wish.body, owner, instead) for key in (wish.key, *wish.also)]
        found = await self._put(account.draft(Kind.WRITE, "intent"), claims)
        if any(outcome.body != wish.body for outcome in found.values()):
            fault = CallerFault(1014, "id.reused", expected="an id of its own for every call", status=412)
            account.closed = True
            await self._put(account.draft(Kind.WRITE, "outcome", **_of(fault)), dropped=self._own(wish, owner))
            raise fault
        return found

    def _own(self, wish: Wish, owner: str, *, unclear: bool = False) -> list[Dropped]:
        return [Dropped(key, owner, unclear) for key in (wish.key, *wish.also)]

    async def _carried_out(self, account: Account, wish: Wish, owner: str, run: Run) -> bytes:
        done = self._under_way[wish.key] = asyncio.Event()
        kept = False
        try:
            ran = await run()
            account.closed = True
            outcome = account.draft(Kind.WRITE, "outcome", status=ran.status)
            if ran.final:
                await self._put(outcome, done=[Done(wish.key, wish.body, owner, ran.answer)])
            else:
                await self._put(outcome, dropped=self._own(wish, owner))
            kept = True
        except Fault as fault:
            # What took effect before the fault is found by a repeat: the ids of all that is written come from the call.
            if not account.closed:
                account.closed = True
                dropped = self._own(wish, owner, unclear=account.unclear)
                await self._put(account.draft(Kind.WRITE, "outcome", **_of(fault)), dropped=dropped)
                kept = True
            raise
        finally:
            if not kept:
                self._left += self._own(wish, owner, unclear=account.unclear)
            self._under_way.pop(wish.key, None)
            done.set()
        return ran.answer

    async def _repeated(self, account: Account, answer: bytes) -> bytes:
        account.closed = True
        await self._put(account.draft(Kind.WRITE, "repeat", status=200))
        return answer

    async def _waited(self, key: bytes, outcome: Outcome, until: float) -> str:
        """Wait for whoever carries out the same call; then the owner in whose place to claim it, "" for none."""
        loop = asyncio.get_running_loop()
        own = self._under_way.get(key)
        if own is not None:
            try:
                async with asyncio.timeout_at(until):
                    await own.wait()
            except TimeoutError:
                raise _busy() from None
            return ""
        if outcome.owner == NOBODY:
            return NOBODY
        member = outcome.owner.partition("/")[0]
        if member == self.member:  # given up, and not written so yet
            return outcome.owner
        beat, changed = None, loop.time()
        while loop.time() < until:
            looked = await asyncio.to_thread(self._look, key, member)
            if looked is None:
                raise _unwritten()
            found, count = looked
            if found is None or found.answer is not None or found.owner != outcome.owner:
                return ""
            if count != beat:
                beat, changed = count, loop.time()
            if count < 0 or loop.time() - changed > GONE_AFTER:
                return outcome.owner
            await asyncio.sleep(_LOOK)
        raise _busy()

    def _look(self, key: bytes, member: str) -> tuple[Outcome | None, int] | None:
        try:
            return self._ledger.outcomes([key]).get(key), self._ledger.beat_of(member)
        except StoreError:
            return None

    async def _each(self, account: Account, kind: Kind, event: str, **more: Any) -> None:
        """A record for each citizen whom the call is about."""
        drafts = [account.draft(kind, event, citizen, **more) for citizen in account.citizens]
        if len(drafts) == 1:
            await self._put(drafts[0])
        else:
            await asyncio.gather(*(self._put(draft) for draft in drafts))

    async def _put(self, draft: Draft, claims: Sequence[Claim] = (), **more: Any) -> Outcomes:
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._auditor.put(Item(draft, claims, **more))
        except (TimeoutError, StoreError) as mistake:
            log.error("a call is not written down: %s", mistake if isinstance(mistake, StoreError) else "in time")
            raise _unwritten() from None

    async def first(self, account: Account, key: bytes) -> bool:
        owner = f"{self.member}/{secrets.token_hex(8)}"
        found = await self._put(account.draft(Kind.READ, "signature"), [Claim(key, key, owner)])
        return found[key].owner == owner

    # ---- beside the calls

    def tend(self) -> None:
        """Say that this process is alive, and give up what could not be given up when it should have been."""
        self._beats += 1
        self._ledger.beat(self.member, self._beats)
        left, self._left = self._left, []
        if left:
            try:
                self._ledger.write(Batch(dropped=left))
            except StoreError:
                self._left += left
                raise

    def close(self) -> None:
        """Write what waits; what is claimed here may be taken over."""
        self._auditor.close()
        self._ledger.goodbye(self.member)


def _of(fault: Fault) -> Mapping[str, Any]:
    """What is told of a fault; its element may have a name that the caller made up."""
    return {"status": fault.status, "error": fault.number, "key": fault.key}


def _unwritten() -> GatewayFault:
    note = "what is asked can't be written down now, so it is not answered; the same call may be sent again"
    return GatewayFault(1100, "audit.unavailable", note=note, status=503, retry_after=5)


def _busy() -> GatewayFault:
    note = "the same call is being carried out; sent again it gets the same answer"
    return GatewayFault(1100, "call.under-way", note=note, status=503, retry_after=5)
