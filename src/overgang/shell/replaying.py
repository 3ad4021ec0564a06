"""Replaying recorded calls against a running gateway, beside the old side or beside its recorded answers."""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Protocol

from overgang.core.compare.summary import Tally, cluster_key
from overgang.core.compare.values import Compared, Difference, Judged, Kept, Mode, Reply, Verdict
from overgang.core.pseudonyms import IS_CITIZEN
from overgang.shell.soap_ingress import Answer
from overgang.wire.masking import Masker
from overgang.wire.masking.modern import ModernMasker
from overgang.wire.recorded_calls import Call
from overgang.wire.results import Results

PREFIX: Final = "/PjakTassWCF"
WRITE: Final = "write"  # why a call was left out
NO_ANSWER: Final = "no old answer was recorded"
UNKNOWN: Final = "no such contract here"
EXAMPLES: Final = 20  # calls of a cluster that results show whole
MOST_EXAMPLES: Final = 1_000
_SPARE: Final = 100  # further ones that are kept meanwhile: calls don't finish in the order of their numbers


class Posts(Protocol):
    """Sends a call; what keeps an answer from coming is the reply's `trouble`, never an exception."""

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply: ...


class Journal(Protocol):
    """Remembers what became of each call, so that an interrupted replay can go on."""

    def has(self, number: int) -> bool:
        """Whether the call of this number (from 0) is finished."""

    def add(self, outcome: "Outcome") -> None:
        """Take an outcome; each number once."""

    def outcomes(self) -> "Iterator[Outcome]":
        """All that was taken, in order of their numbers."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a call: compared, or left out and why."""

    number: int
    compared: Compared | None = None
    left_out: str = ""


@dataclass(frozen=True, slots=True)
class Options:
    """`new` is the gateway's URL; `old` the old side's with its path up to the version, None for recorded answers.

    `rate` bounds the calls begun per second, `workers` those under way. Writes are left out unless `send_writes`.
    """

    new: str
    old: str | None = None
    rate: float | None = None
    workers: int = 16
    send_writes: bool = False
    source: str = "replay"


@dataclass(frozen=True, slots=True)
class Sides:
    """What a replay works with, by the service's "Name/version".

    `compare` and `judge` are given the call; `prepared` is a message as it is sent (with the trial's citizens).
    `asks`, where the modern side can be asked, tells what the gateway says to it for a call; `modern` masks that.
    """

    posts: Posts
    maskers: Mapping[str, Masker]
    compare: Callable[[Call, Reply, Reply], tuple[Difference, ...]]
    judge: Callable[[Call, tuple[Difference, ...]], tuple[Verdict, tuple[Judged, ...]]]
    writes: Callable[[str, str], bool]
    area: Callable[[str, str], str] = lambda service, operation: ""
    prepared: Callable[[bytes], bytes] = lambda body: body
    asks: Callable[[Call], Awaitable[Answer]] | None = None
    modern: ModernMasker | None = None


@dataclass(slots=True)
class Progress:
    """How far a replay is; `seconds` since it began, `agreeing` and `different` of this run."""

    done: int = 0
    left_out: int = 0
    agreeing: int = 0
    different: int = 0
    seconds: float = 0.0


async def replay(
    calls: Iterable[Call],
    options: Options,
    sides: Sides,
    journal: Journal,
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> Results:
    """Send each call that the journal does not have yet, and sum up all that it has then.

    When it is cancelled, what is finished is in the journal; calls that were under way are sent again the next time.
    `on_progress` is told after each call.
    """
    run = _Run(options, sides, journal, on_progress)
    waiting = iter(enumerate(calls))
    async with asyncio.TaskGroup() as workers:
        for _ in range(options.workers):
            workers.create_task(run.work(waiting))
    return summed(journal, options.source)


def summed(journal: Journal, source: str) -> Results:
    """The results of all outcomes in a journal; the same whatever order they came in."""
    tally, examples, differing = Tally(source), _Examples(EXAMPLES, MOST_EXAMPLES), []
    for outcome in journal.outcomes():
        if outcome.compared is None:
            tally.leave_out(outcome.left_out)
        else:
            tally.add(outcome.compared)
            if examples.offer(outcome.compared):
                differing.append(outcome.compared)
    return Results(tally.summary(), tuple(differing))


class _Run:
    def __init__(
        self, options: Options, sides: Sides, journal: Journal, on_progress: Callable[[Progress], None]
    ) -> None:
        self._options, self._sides, self._journal, self._tell = options, sides, journal, on_progress
        self._progress = Progress()
        self._examples = _Examples(EXAMPLES + _SPARE, MOST_EXAMPLES + _SPARE)
        for outcome in journal.outcomes():
            self._examples.offer(outcome.compared)
        self._started = time.perf_counter()
        self._next = self._started

    async def work(self, waiting: Iterator[tuple[int, Call]]) -> None:
        """Take calls until there are no more; several workers share one iterator."""
        for number, call in waiting:
            if self._journal.has(number):
                self._told(None)
                continue
            outcome = Outcome(number, left_out=self._spared(call))
            if not outcome.left_out:
                await self._pace()
                outcome = await self._played(number, call)
            self._journal.add(outcome)
            self._told(outcome)
            await asyncio.sleep(0)

    def _spared(self, call: Call) -> str:
        """Why a call is not sent, "" when it is."""
        if call.service not in self._sides.maskers:
            return UNKNOWN
        if not self._options.send_writes and self._sides.writes(call.service, call.operation):
            return WRITE
        return NO_ANSWER if self._options.old is None and call.old is None else ""

    async def _pace(self) -> None:
        """Wait until the next call may begin; time that nobody used is not made up for."""
        if self._options.rate is None:
            return
        now = time.perf_counter()
        begins = max(self._next, now)
        self._next = begins + 1 / self._options.rate
        await asyncio.sleep(begins - now)

    async def _played(self, number: int, call: Call) -> Outcome:
        sent = replace(call, request=self._sides.prepared(call.request))
        (old, old_seconds), (new, new_seconds) = await self._asked(sent)
        verdict, judged = self._sides.judge(sent, self._sides.compare(sent, old, new))
        compared = Compared(
            id=f"{number + 1}",
            at=call.at,
            area=self._sides.area(call.service, call.operation),
            service=call.service,
            operation=call.operation,
            caller=call.caller,
            mode=Mode.COMPARE_OLD,
            verdict=verdict,
            judged=judged,
            old_seconds=old_seconds,
            new_seconds=new_seconds,
        )
        return Outcome(number, await self._masked(compared, sent, old, new) if judged else compared)

    async def _asked(self, call: Call) -> tuple[tuple[Reply, float | None], tuple[Reply, float | None]]:
        """Both sides' replies and seconds. A read asks them side by side, a write one after the other."""
        name, _, version = call.service.partition("/")
        new = self._timed(f"{self._options.new}{PREFIX}/{version}/{name}.svc", call)
        if self._options.old is None:
            recorded = call.old or Reply(0, "", b"", "no-answer")
            return (replace(recorded, body=self._sides.prepared(recorded.body)), call.old_seconds), await new
        old = self._timed(f"{self._options.old}/{version}/{name}.svc", call)
        if self._sides.writes(call.service, call.operation):
            return await old, await new
        return await _both(old, new)

    async def _timed(self, url: str, call: Call) -> tuple[Reply, float]:
        headers = {"Content-Type": call.content_type, **({"SOAPAction": call.action} if call.action else {})}
        started = time.perf_counter()
        reply = await self._sides.posts.post(url, call.request, headers)
        return reply, time.perf_counter() - started

    async def _masked(self, compared: Compared, call: Call, old: Reply, new: Reply) -> Compared:
        """With its values replaced and, for an example, the messages beside."""
        masker = self._sides.maskers[call.service]
        wanted = self._examples.wants(compared)
        faults = any(one.difference.place.startswith("/Fault") for one in compared.judged)
        given = masker.values(call.request, call.content_type) if wanted or faults else frozenset()
        judged = tuple(replace(one, difference=masker.difference(one.difference, given)) for one in compared.judged)
        if not wanted:
            return replace(compared, judged=judged)
        replies = masker.reply(old, given), masker.reply(new, given)
        kept = Kept(call.request, call.content_type, call.action, *replies)
        example = replace(compared, judged=judged, kept=kept)
        if self._sides.asks is not None and not self._sides.writes(call.service, call.operation):
            example = self._explained(example, kept, masker, call, await self._sides.asks(call))
        self._examples.offer(example)
        return example

    def _explained(self, example: Compared, kept: Kept, masker: Masker, call: Call, answer: Answer) -> Compared:
        """With what the modern side was asked and said, in the pseudonyms of the messages, and the rules applied."""
        if self._sides.modern is None:
            return example
        texts = masker.texts((call.request, call.content_type), (answer.body, answer.content_type))
        exchanges = self._sides.modern.blocks(answer.exchanges, texts)
        request = masker.envelope(call.request, call.content_type)
        told = _about_the_citizens_sent(replace(kept, request=request, exchanges=exchanges), call, masker)
        return replace(example, kept=told, rules=tuple(answer.cited))

    def _told(self, outcome: Outcome | None) -> None:
        progress = self._progress
        progress.done += 1
        progress.seconds = time.perf_counter() - self._started
        if outcome is not None and outcome.compared is None:
            progress.left_out += 1
        elif outcome is not None and outcome.compared is not None:
            differs = outcome.compared.verdict is Verdict.DIFFERENT
            progress.different += differs
            progress.agreeing += not differs
        self._tell(progress)


def _about_the_citizens_sent(kept: Kept, call: Call, masker: Masker) -> Kept:
    """With the citizen numbers of the call as it was sent, which are nobody's, in the place of their pseudonyms."""
    texts = masker.texts((call.request, call.content_type))
    sent = {made.encode(): text.encode() for text, made in texts.items() if IS_CITIZEN(text)}

    def put(body: bytes) -> bytes:
        return re.sub(b"[0-9]{10}", lambda found: sent.get(found[0], found[0]), body)

    blocks = tuple((put(out.encode()).decode(), put(back.encode()).decode()) for out, back in kept.exchanges or ())
    old, new = (replace(reply, body=put(reply.body)) for reply in (kept.old, kept.new))
    return replace(kept, request=put(kept.request), old=old, new=new, exchanges=blocks)


class _Examples:
    """Chooses calls that are kept whole: the first `each` of every cluster, and no more than `most`."""

    def __init__(self, each: int, most: int) -> None:
        self._each, self._most = each, most
        self._counts: Counter[object] = Counter()
        self.chosen = 0

    def wants(self, compared: Compared) -> bool:
        """Whether there is room for it."""
        return self.chosen < self._most and any(self._counts[key] < self._each for key in _clusters(compared))

    def offer(self, compared: Compared | None) -> bool:
        """Take it if it is whole and there is room."""
        if compared is None or compared.kept is None or not self.wants(compared):
            return False
        self._counts.update(_clusters(compared))
        self.chosen += 1
        return True


def _clusters(compared: Compared) -> set[object]:
    return {cluster_key(compared.service, compared.operation, judged) for judged in compared.judged}


async def _both(
    old: Awaitable[tuple[Reply, float]], new: Awaitable[tuple[Reply, float]]
) -> tuple[tuple[Reply, float], tuple[Reply, float]]:
    first, second = await asyncio.gather(old, new)
    return first, second
