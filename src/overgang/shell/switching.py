"""Which side answers an old call: by its mode the old service, the gateway, or either with the other beside it.

The caller waits for the side that answers and for nothing else: what happens beside it can neither delay nor fail it.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Protocol

from overgang.core.compare.modes import Modes
from overgang.core.compare.values import Mode, Reply
from overgang.core.errors import Fault
from overgang.core.messages import Exchange, Face, RestRequest
from overgang.shell.accounts import Account
from overgang.shell.books import Books, NoBooks
from overgang.shell.soap_ingress import Answer, Bridged, OldSide, Post, Seen, SoapFace, faulted
from overgang.shell.telemetry import Telemetry, used
from overgang.wire.envelope import Version, version_of


@dataclass(frozen=True, slots=True)
class Call(Post):
    """An old call as it arrived, and what it was seen to be; `seen` None: it can't be read."""

    seen: Seen | None = None

    @property
    def operation(self) -> str:
        return self.seen.bridge.contract.name if self.seen is not None else ""

    @property
    def caller(self) -> str:
        return self.seen.caller if self.seen is not None else ""


@dataclass(frozen=True, slots=True)
class Timed:
    """One side's answer, the seconds it took, the rules that it applied; `rehearsed` is a write that was not sent.

    `exchanges` are those with the modern side, where they are known.
    """

    reply: Reply
    seconds: float
    rules: Sequence[str] = ()
    rehearsed: RestRequest | None = None
    exchanges: Sequence[Exchange] = field(default=(), repr=False)

    @classmethod
    def of(cls, answer: Answer, seconds: float) -> "Timed":
        reply = Reply(answer.status, answer.content_type, answer.body, answer.trouble)
        return cls(reply, seconds, tuple(answer.cited), answer.rehearsed, answer.exchanges)


class Watch(Protocol):
    """The side beside one call, under way; it is told what the caller got."""

    def answered(self, first: Timed) -> None: ...

    def abandon(self) -> None: ...


class Beside(Protocol):
    """Starts the side that a caller does not wait for; None where this call is not watched."""

    def start(self, call: Call, mode: Mode) -> Watch | None: ...


class Records(Protocol):
    """Takes calls and their answers for a recording, while one is on; never waits."""

    @property
    def on(self) -> bool: ...

    def offer(self, call: Call, old: Timed | None, new: Timed | None) -> None: ...


ModeSource = Callable[[], Modes]


class Switch:
    """Answers like SoapFace, by modes. `areas` gives an operation's area by (service key, operation)."""

    def __init__(
        self,
        face: SoapFace,
        old: OldSide,
        modes: ModeSource,
        beside: Beside,
        records: Records,
        used: Telemetry,
        areas: Mapping[tuple[str, str], str] = MappingProxyType({}),
        books: Books | None = None,
    ) -> None:
        self._books = books or NoBooks()
        self._face, self._old, self._modes, self._beside, self._records = face, old, modes, beside, records
        self._used, self._areas = used, areas

    def alone(self, key: str) -> bool:
        """Whether every call of an old service is the modern side's alone now."""
        return self._modes().all_new(key) or not self._old.reaches(key)

    async def answer(self, post: Post) -> Answer:
        """Answer one message; a fault in the caller's SOAP version where no side can."""
        modes, key = self._modes(), post.service.key
        alone = self.alone(key)
        if alone and not self._records.on:
            answer = await self._face.answer(post)
        else:
            seen = self._face.recognised(post)
            call = Call(post.service, post.body, post.content_type, post.actions, post.received, post.peer, seen)
            mode = Mode.NEW if alone else modes.of(key, call.operation, call.caller)
            answer = await (self._answered(call, mode) if mode is Mode.NEW else self._permitted(call, mode))
        self._count(post.service, answer, post.received)
        return answer

    async def _permitted(self, call: Call, mode: Mode) -> Answer:
        """The answer, where the caller may act for the organisation and has signed: the old service would not ask."""
        account = Account(Face.SOAP, call.service.key, call.received, call.peer, call.operation, call.caller)
        if call.seen is not None:
            account.named, account.user = call.seen.citizens, call.seen.user
        by_old = mode in (Mode.OLD, Mode.COMPARE_OLD)
        try:
            call.peer.actor.check_text(call.caller)
            if by_old:
                await self._face.signed(call, account)
        except Fault as fault:
            await self._books.refused(account, fault)
            return faulted(_version(call.content_type), fault, (), call.seen)
        return await self._answered(call, mode, account if by_old else None)

    async def _answered(self, call: Call, mode: Mode, old: Account | None = None) -> Answer:
        """By the side that the mode says, the other one beside it; what can't be read has one side only.

        `old` is the account of a call that the old side answers.
        """
        both = (
            mode in (Mode.COMPARE_OLD, Mode.COMPARE_NEW) and call.seen is not None and call.seen.bridge.area is not None
        )
        watch = self._beside.start(call, mode) if both else None
        started = time.perf_counter()
        try:
            answer = await (self._by_old(call, old) if old else self._by_new(call, watched=watch is not None))
        except BaseException:  # the caller went away
            if watch is not None:
                watch.abandon()
            raise
        first = Timed.of(answer, time.perf_counter() - started)
        if watch is not None:
            watch.answered(first)
        else:
            self._records.offer(call, first if old else None, None if old else first)
        return answer

    async def _by_new(self, call: Call, *, watched: bool) -> Answer:
        return await self._face.answer(replace(call, peer=replace(call.peer, watched=True)) if watched else call)

    async def _by_old(self, call: Call, account: Account) -> Answer:
        """The old service's own bytes, sent and answered untouched."""
        writes = call.seen is None or call.seen.bridge.writes
        forward = partial(self._old.forward, call.service.key, call.body, call.headers)
        try:
            raw = await self._books.forwarded(account, writes, forward)
        except Fault as fault:
            answer = faulted(_version(call.content_type), fault, (), call.seen)
            return replace(answer, trouble=fault.key.removeprefix("upstream."))
        return Answer(raw.status, raw.kind, raw.body, seen=call.seen)

    def _count(self, service: Bridged, answer: Answer, received: datetime) -> None:
        if answer.seen is None:
            return
        operation = answer.seen.bridge.contract.name
        area = self._areas.get((service.key, operation), "")
        self._used(used(Face.SOAP, answer.seen.caller, area, service.key, operation, answer.status, received))


def _version(content_type: str | None) -> Version:
    try:
        return version_of(content_type)[0]
    except Fault:
        return Version.SOAP11
