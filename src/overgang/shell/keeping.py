"""What a running gateway keeps: its store, the modes that are set in it, and what is looked after beside the calls."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from overgang.core.audit import Kind, check_front
from overgang.core.compare.modes import Modes
from overgang.core.messages import Notice
from overgang.core.organisations import told
from overgang.shell.audit_apart import Apart
from overgang.shell.audit_process import Setup
from overgang.shell.auditing import Auditor, InThread
from overgang.shell.books import Kept
from overgang.shell.clock import Clock, now
from overgang.shell.config import Config
from overgang.shell.config_audit import Audit
from overgang.shell.driver import not_kept
from overgang.shell.keys import derived
from overgang.shell.scribe import Scribe
from overgang.shell.signing import Signer
from overgang.shell.soap_ingress import where
from overgang.shell.store import Message, Store, StoreError, Writer
from overgang.shell.store.schema import EPOCH, MICROSECOND

log = logging.getLogger(__name__)

PATIENCE: Final = 3.0  # seconds that a call waits for its technical message to be kept; a repeat completes it
_LOOK: Final = 1.0  # seconds between two looks at whether a mode was changed, here or by another gateway
REMEMBERED: Final = timedelta(days=7)  # how long a repeat of a write is known; the modern side remembers as long
_FORGET: Final = 3600.0  # between two deletions of what is too old
_BOUND: Final = 60.0  # between two looks at how full the queues of messages are


def open_store(config: Config, clock: Clock = now) -> Store:
    """The configured store. Raises StoreError."""
    key, *old = (derived(secret, "store") for secret in (config.identity_key, *config.audit.old_keys))
    return Store(config.store, key, old_keys=old, examples=config.comparing.examples, now=clock)


def _auditor(config: Config, store: Store, signer: Signer, apart: bool) -> Auditor:
    if not apart or store.in_memory:
        return InThread(Scribe(store, signer, config.audit.heads))
    secrets = (config.identity_key, *config.audit.old_keys)
    keys = [derived(secret, "store") for secret in secrets]
    return Apart(Setup(config.store, keys, secrets, config.audit.heads, config.telemetry.log))


def forget_records(store: Store, signer: Signer, audit: Audit, now_: datetime) -> int:
    """Delete the records that are older than their kind is kept; how many. Each chain's new start is signed.

    What is deleted is checked before: no signature of ours is put to what somebody changed.
    """
    gone = 0
    for chain in store.chains():
        old = store.last_before(chain.id, kept_from(audit, chain.kind, now_))
        if old is None:
            continue
        last, bad = check_front(chain, store.records(chain.id, old.number), (), signer)
        if bad is None:
            start = replace(last, at=(now_ - EPOCH) // MICROSECOND)
            gone += store.forget_records(signer.sign(start, "start"))
        elif chain.start in (one.start for one in store.chains()):  # else another gateway deleted it meanwhile
            log.error("nothing of the audit's chain %s is deleted: record %d: %s", bad.chain, bad.number, bad.what)
    return gone


def kept_from(audit: Audit, kind: str, now_: datetime) -> int:
    """From which moment on records of a kind are kept; from now for what is no kind, of which nothing checks out."""
    days: dict[str, int] = {Kind.READ: audit.read_days, Kind.WRITE: audit.write_days}
    days |= {Kind.REFUSED: audit.refused_days, Kind.ADMIN: audit.admin_days}
    return (now_ - timedelta(days=days.get(kind, 0)) - EPOCH) // MICROSECOND


class Keeping:
    """The store with its writer, and the modes as they are set now; what is set in the store goes before the file's."""

    def __init__(self, config: Config, clock: Clock = now, *, apart: bool = False) -> None:
        """Open the store; the audit is written by a process `apart`, or else by a thread. Raises StoreError."""
        comparing = config.comparing
        self._config, self._clock = config, clock
        self.store = open_store(config, clock)
        self.writer = Writer(self.store)
        self.signer = Signer([config.identity_key, *config.audit.old_keys])
        self.auditor = _auditor(config, self.store, self.signer, apart)
        self.books = Kept(self.auditor, self.store, clock)
        self.books.tend()
        self._modes = Modes(config.modes, comparing.mode)
        self._version = -1
        self.reachable = True  # whether the store answered when it was last looked at
        self._tasks: list[asyncio.Task[None]] = []
        self._tended: list[Callable[[], None]] = []
        # Threads of its own: a store that is stuck must not hold those that everything else shares.
        self.keepers = ThreadPoolExecutor(4, thread_name_prefix="overgang-keep")
        self.look()

    def modes(self) -> Modes:
        """The modes in force."""
        return self._modes

    def look(self) -> None:
        """Take over the modes that are set in the store, where they changed."""
        try:
            version = self.store.modes_version()
        except StoreError:
            self.reachable = False
            raise
        self.reachable = True
        if version != self._version:
            set_now = {row.scope: row.mode for row in self.store.modes()}
            self._modes, self._version = Modes({**self._config.modes, **set_now}, self._config.comparing.mode), version

    async def keep(self, notices: Sequence[Notice]) -> None:
        """Technical messages, durable when this returns. Raises GatewayFault."""
        made = self._clock()
        messages = [
            Message(one.id, str(one.receiver), one.kind, one.entity, one.citizen, one.rule, made) for one in notices
        ]
        kept = asyncio.get_running_loop().run_in_executor(self.keepers, self._add, messages)
        try:
            await asyncio.wait_for(kept, PATIENCE)
        except TimeoutError:
            log.error("a technical message is not kept: the store did not take it in time")
            raise not_kept() from None
        except StoreError as mistake:
            log.error("a technical message is not kept: %s", mistake)
            raise not_kept() from None

    def _add(self, messages: Sequence[Message]) -> None:
        self.store.add_messages(messages, self._config.messages.targets())

    def tend(self, work: Callable[[], None]) -> None:
        """Do something more every second, in a thread."""
        self._tended.append(work)

    def start(self) -> None:
        """Begin to look after modes and age; within a running loop."""
        looks = [asyncio.create_task(self._every(_LOOK, work)) for work in (self.look, self.books.tend, *self._tended)]
        self._tasks = [*looks, asyncio.create_task(self._every(_FORGET, self.forget))]
        self._tasks.append(asyncio.create_task(self._every(_BOUND, self.bound)))

    async def close(self) -> None:
        """Store what waits and let go."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.to_thread(self.keepers.shutdown)
        await asyncio.to_thread(self.books.close)
        await asyncio.to_thread(self.writer.close)
        self.store.close()

    def forget(self) -> None:
        """Delete what is beyond its age: examples and counts of use, outcomes, records of the audit."""
        now_ = self._clock()
        self.store.forget(now_ - timedelta(days=self._config.comparing.days))
        self.store.forget_outcomes(now_ - REMEMBERED)
        forget_records(self.store, self.signer, self._config.audit, now_)
        self.store.forget_sequences(now_, now_ - REMEMBERED)
        self.store.forget_moves(now_ - timedelta(days=self._config.messages.bounds.days))

    def bound(self) -> None:
        """Keep the queues of messages within their bounds, tell of those that are nearly full, and send what waits."""
        settings = self._config.messages
        self.store.tend_pushes(settings.targets(), settings.pushed(), self._clock())
        for receiver, number in self.store.bound_queues(self._config.messages.bounds, self._clock()).items():
            log.error("%d messages of %s are dropped: its queue is not emptied", number, told(receiver))
        for queue in self.store.queues():
            if queue.alarm is not None:
                full = "the queue of %s is nearly full: %d messages wait, %d are dead"
                log.error(full, told(queue.receiver), queue.waiting, queue.dead)

    async def _every(self, seconds: float, work: Callable[[], None]) -> None:
        while True:
            try:
                with suppress(StoreError):  # the writer tells of a store in trouble
                    await asyncio.to_thread(work)
            except Exception as mistake:  # noqa: BLE001 - one thing that fails must not end what is looked after for good
                log.error("looking after what is kept: %s at %s", type(mistake).__name__, where(mistake))
            await asyncio.sleep(seconds)
