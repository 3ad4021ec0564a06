"""The side that a caller does not wait for: asked beside the call, compared, judged, masked, and put into the store.

Everything here is bounded: how many calls are watched, how long, how large; what is not compared is counted by why.
Writes are never sent to both sides, unless the environment is marked as one for tests: of a write that the old side
answered, the modern request is computed and checked under its contract and rules, and not sent.
"""

import asyncio
import hashlib
import logging
import re
import secrets
import time
from collections.abc import Callable, Container, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, Protocol

from overgang.core.compare.expected import Register
from overgang.core.compare.judging import judge
from overgang.core.compare.noise import Noise, Row, Total
from overgang.core.compare.reproduce import NOT_SENT
from overgang.core.compare.values import Compared, Difference, Judged, Kept, Kind, Label, Mode, Reply, Verdict
from overgang.core.errors import Fault
from overgang.core.messages import RestRequest
from overgang.core.organisations import told
from overgang.core.values import COPENHAGEN
from overgang.shell.accounts import COMPARISON
from overgang.shell.config import Comparing
from overgang.shell.soap_ingress import OldSide, SoapFace, where
from overgang.shell.switching import Call, Timed
from overgang.wire.comparing import Comparer
from overgang.wire.masking import Masker
from overgang.wire.masking.modern import ModernMasker

log = logging.getLogger(__name__)

# Why a call was not compared.
WRITE: Final = "write"  # the new side answered a write: the old one is not sent it too
SAMPLED_OUT: Final = "sampled-out"
BUSY: Final = "busy"
TOO_LARGE: Final = "too-large"
TOO_SLOW: Final = "too-slow"
CALLER_GONE: Final = "caller-gone"
STOPPED: Final = "stopped"  # the gateway was told to stop
FAILED: Final = "failed"  # the comparison itself; the log says where
# A write that was not sent, and that the old side refused: whether the modern side would have is not known.
THEIRS: Final = "the modern service's own to refuse"
_ERROR_CODE: Final = re.compile(rb"ErrorCode>\s*([0-9]{1,5})\s*<")


class Sink(Protocol):
    """Takes what was found; neither waits nor raises."""

    def put_compared(self, compared: Compared) -> bool: ...

    def put_drop(self, reason: str, n: int = 1) -> None: ...

    def put_noise(self, totals: Sequence[Total], rows: Sequence[Row]) -> None: ...


@dataclass(frozen=True, slots=True)
class Sides:
    """How the sides are asked. `rehearsing` answers like `face`, but sends no writes."""

    face: SoapFace
    rehearsing: SoapFace
    old: OldSide


@dataclass(frozen=True, slots=True)
class Judges:
    """What a pair of answers is judged by. Comparers and maskers are by service key, areas by that and operation.

    `declared` gives the error numbers of a modern operation by method and path template.
    """

    comparers: Mapping[str, Comparer]
    maskers: Mapping[str, Masker]
    register: Register
    noise: Noise
    areas: Mapping[tuple[str, str], str]
    declared: Mapping[tuple[str, str], frozenset[int]]
    key: bytes
    modern: ModernMasker


Taken = Callable[[Call, Timed | None, Timed | None], None]


class _Watch:
    """One watched call: what the caller got arrives in `first`. `given_up` says why it is not compared."""

    def __init__(self, most: int) -> None:
        self.first: asyncio.Future[Timed] = asyncio.get_running_loop().create_future()
        self.task: asyncio.Task[None] | None = None
        self.given_up = STOPPED
        self._most = most

    def answered(self, first: Timed) -> None:
        """Take the answer, unless it is larger than what may wait here for the other side."""
        if len(first.reply.body) > self._most:
            self._give_up(TOO_LARGE)
        elif not self.first.done():
            self.first.set_result(first)

    def abandon(self) -> None:
        self._give_up(CALLER_GONE)

    def _give_up(self, why: str) -> None:
        if self.task is not None and not self.task.done():
            self.given_up = why
            self.task.cancel()


class Besides:
    """Watches calls within the bounds of `options`; `taken` is told each pair of answers, for recordings."""

    def __init__(
        self, sides: Sides, judges: Judges, options: Comparing, sink: Sink, taken: Taken | None = None
    ) -> None:
        self._sides, self._judges, self._options, self._sink, self._taken = sides, judges, options, sink, taken
        self._tasks: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(options.at_once)
        self._judging = ThreadPoolExecutor(1, thread_name_prefix="overgang-compare")  # so that no call waits for it

    def start(self, call: Call, mode: Mode) -> _Watch | None:
        """Begin to ask the other side, or count why not."""
        if reason := self._spared(call, mode):
            self._sink.put_drop(reason)
            return None
        watch = _Watch(self._options.bytes)
        watch.task = task = asyncio.create_task(self._watched(call, mode, watch))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return watch

    async def close(self) -> None:
        """Give up what is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._judging.shutdown()

    async def idle(self) -> None:
        """Wait until nothing is under way."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _spared(self, call: Call, mode: Mode) -> str:
        """Why a call is not watched, "" when it is."""
        if mode is Mode.COMPARE_NEW and self._writes(call) and not self._options.test_environment:
            return WRITE
        if not chosen(call, self._judges.key, "sample", self._options.sample):
            return SAMPLED_OUT
        if len(call.body) > self._options.bytes:
            return TOO_LARGE
        return BUSY if len(self._tasks) >= self._options.waiting else ""

    def _writes(self, call: Call) -> bool:
        return call.seen is None or call.seen.bridge.writes

    async def _watched(self, call: Call, mode: Mode, watch: _Watch) -> None:
        try:
            async with asyncio.timeout(self._options.seconds):
                pair = await self._asked(call, mode, watch)
            if pair is None:
                self._sink.put_drop(TOO_LARGE)
                return
            await self._off_the_loop(partial(self._judge, call, mode, *pair))
            if not self._writes(call) and chosen(call, self._judges.key, "noise", self._options.noise):
                await self._learn(call, pair[0])
        except TimeoutError:
            self._sink.put_drop(TOO_SLOW)
        except asyncio.CancelledError:
            self._sink.put_drop(watch.given_up)
        except Exception as mistake:  # noqa: BLE001 - what goes wrong here must not reach any call
            log.error("comparing: %s at %s", type(mistake).__name__, where(mistake))
            self._sink.put_drop(FAILED)

    async def _asked(self, call: Call, mode: Mode, watch: _Watch) -> tuple[Timed, Timed] | None:
        """The old answer and the new one; None where the second is larger than what is compared."""
        async with self._places:
            second = await self._other(call, mode)
        if len(second.reply.body) > self._options.bytes:
            return None
        first = await watch.first
        return (first, second) if mode is Mode.COMPARE_OLD else (second, first)

    async def _learn(self, call: Call, old: Timed) -> None:
        """Ask the old side once more: what differs between its two answers to the same call is noise."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._options.seconds), self._places:
                again = await self._ask_old(call)
            if len(again.reply.body) <= self._options.bytes:
                await self._off_the_loop(partial(self._learnt, call, old, again))

    async def _off_the_loop(self, work: Callable[[], None]) -> None:
        await asyncio.get_running_loop().run_in_executor(self._judging, work)

    # ---- asking

    async def _other(self, call: Call, mode: Mode) -> Timed:
        return await (self._ask_new(call) if mode is Mode.COMPARE_OLD else self._ask_old(call))

    async def _ask_new(self, call: Call) -> Timed:
        rehearse = self._writes(call) and not self._options.test_environment
        face = self._sides.rehearsing if rehearse else self._sides.face
        started = time.perf_counter()
        peer = replace(call.peer, purpose=COMPARISON, watched=True)
        answer = await face.answer(replace(call, peer=peer))
        return Timed.of(answer, time.perf_counter() - started)

    async def _ask_old(self, call: Call) -> Timed:
        started = time.perf_counter()
        try:
            raw = await self._sides.old.forward(call.service.key, call.body, call.headers)
            reply = Reply(raw.status, raw.kind, raw.body)
        except Fault as fault:
            reply = Reply(0, "", b"", fault.key.removeprefix("upstream."))
        return Timed(reply, time.perf_counter() - started)

    # ---- judging; in the thread

    def _judge(self, call: Call, mode: Mode, old: Timed, new: Timed) -> None:
        judges, key = self._judges, call.service.key
        operation = f"{key}/{call.operation}"
        if new.rehearsed is not None:
            declared = judges.declared[new.rehearsed.method, new.rehearsed.path.template]
            verdict, judged = _rehearsed(old.reply, declared)
        else:
            found = judges.comparers[key].compare(call.operation, old.reply, new.reply)
            day = call.received.astimezone(COPENHAGEN).date()
            verdict, judged = judge(found, operation=operation, day=day, register=judges.register, noise=judges.noise)
            self._saw(call, operation, found)
        compared = Compared(
            id=secrets.token_hex(8),
            at=call.received,
            area=judges.areas.get((key, call.operation), ""),
            service=key,
            operation=call.operation,
            caller=told(call.caller),
            mode=mode,
            verdict=verdict,
            judged=judged,
            old_seconds=old.seconds,
            new_seconds=new.seconds,
            rules=tuple(new.rules),
        )
        self._sink.put_compared(self._masked(compared, call, old.reply, new) if judged else compared)
        if self._taken is not None:
            self._taken(call, old, None if new.rehearsed is not None else new)

    def _masked(self, compared: Compared, call: Call, old: Reply, new: Timed) -> Compared:
        """With its values replaced, and the messages beside, theirs replaced too."""
        masker, kind = self._judges.maskers[compared.service], call.content_type or ""
        given = masker.values(call.body, kind)
        texts = masker.texts((call.body, kind), (new.reply.body, new.reply.content_type))
        kept = Kept(
            request=masker.envelope(call.body, kind),
            content_type=masker.content_type(kind),
            action=masker.action(call.actions[0]) if call.actions else "",
            old=masker.reply(old, given),
            new=masker.reply(new.reply, given) if new.rehearsed is None else _not_sent(new.rehearsed),
            exchanges=self._judges.modern.blocks(new.exchanges, texts),
        )
        judged = tuple(replace(one, difference=masker.difference(one.difference, given)) for one in compared.judged)
        return replace(compared, judged=judged, kept=kept)

    def _learnt(self, call: Call, old: Timed, again: Timed) -> None:
        operation = f"{call.service.key}/{call.operation}"
        found = self._judges.comparers[call.service.key].compare(call.operation, old.reply, again.reply)
        self._judges.noise.learn(operation, found)
        news = Noise()
        news.learn(operation, found)
        self._keep(call, news)

    def _saw(self, call: Call, operation: str, found: Sequence[Difference]) -> None:
        self._judges.noise.saw(operation, found)
        news = Noise()
        news.saw(operation, found)
        self._keep(call, news)

    def _keep(self, call: Call, news: Noise) -> None:
        """The counts; an element that no contract knows may have somebody's number for a name."""
        totals, rows = news.rows()
        place = self._judges.maskers[call.service.key].place
        self._sink.put_noise(totals, tuple(row._replace(place=place(row.place)) for row in rows))


def chosen(call: Call, key: bytes, purpose: str, share: float) -> bool:
    """Whether a call is in the sample: by its own bytes, so that every gateway chooses the same calls."""
    digest = hashlib.blake2b(call.body, key=key[:64], salt=purpose.encode()[:16], digest_size=8).digest()
    return int.from_bytes(digest) < share * 2**64


def _not_sent(request: RestRequest) -> Reply:
    """What is shown in the place of an answer; the path without its values."""
    said = f"{request.method} {request.path.template}\nwas computed and checked, and not sent\n"
    return Reply(0, "text/plain; charset=utf-8", said.encode(), NOT_SENT)


def _rehearsed(old: Reply, declared: Container[int]) -> tuple[Verdict, tuple[Judged, ...]]:
    """What is known of a write that was not sent: the gateway has nothing against it.

    Where the old side refused it by a number that the modern operation declares too, that is the modern side's to say.
    """
    if old.status < 400 and not old.trouble:
        return Verdict.UNDECIDED, ()
    number = _ERROR_CODE.search(old.body)
    said = number[1].decode() if number else str(old.status)
    difference = Difference(Kind.FAULT, "/Fault", "/Fault", old=said, type="int", cause=NOT_SENT)
    theirs = number is not None and int(said) in declared
    judged = Judged(difference, Label.EXPECTED, THEIRS) if theirs else Judged(difference)
    return Verdict.UNDECIDED, (judged,)
