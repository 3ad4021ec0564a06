"""The pipeline between a flow and the modern side, the same for both faces: validate, rules, send, validate."""

import asyncio
import math
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from overgang.core.errors import OUTCOME_UNKNOWN, CallerFault, Fault, GatewayFault, UpstreamFault
from overgang.core.flow import Asked, Flow, Replied
from overgang.core.messages import Caller, CodeLists, Face, Notice, RestReply, RestRequest, Sent
from overgang.core.rules import Context, Governed, govern
from overgang.shell.services import patience
from overgang.shell.upstream import trouble
from overgang.wire.openapi import ModernOperation
from overgang.wire.schema import SchemaProblem, Validator

_INDEX: Final = re.compile(r"\[\d+\]")


class Sends(Protocol):
    """The seam to the modern side: one request, one reply; trouble is an UpstreamFault."""

    async def send(self, request: RestRequest, caller: Caller) -> RestReply: ...


class Rehearsed(Exception):
    """Raised by a modern side that only rehearses: the write that would be sent, checked and with its rules applied."""

    def __init__(self, request: RestRequest) -> None:
        super().__init__(request.method)
        self.request = request


class Rehearsing:
    """A modern side that is read but never written to."""

    def __init__(self, upstream: Sends) -> None:
        self._upstream = upstream

    async def send(self, request: RestRequest, caller: Caller) -> RestReply:
        """The reply to a read. Raises Rehearsed for a write."""
        if request.writes:
            raise Rehearsed(request)
        return await self._upstream.send(request, caller)


class Keeps(Protocol):
    """The seam to the store of technical messages; what it has taken is durable. Trouble is a GatewayFault."""

    async def keep(self, notices: Sequence[Notice]) -> None: ...


class KeepsNothing:
    """The keeper of a gateway without a store: it refuses, so that no message is lost in silence."""

    async def keep(self, notices: Sequence[Notice]) -> None:
        raise not_kept()


def not_kept() -> GatewayFault:
    """The fault of a call that took effect but whose technical message could not be kept."""
    note = "registered; its technical message is not kept yet; the same call sent again completes it"
    return GatewayFault(1100, "store.unavailable", note=note, status=503)


@dataclass(frozen=True, slots=True)
class Modern:
    """A modern operation: its contract and what governs it."""

    contract: ModernOperation
    governed: Governed


class Driver:
    """Carries requests through the pipeline. `modern` is keyed by (method, path template)."""

    def __init__(self, modern: Mapping[tuple[str, str], Modern], upstream: Sends, keeper: Keeps | None = None) -> None:
        self.modern = modern
        self._upstream = upstream
        self._keeper = keeper or KeepsNothing()

    async def run(self, flow: Flow, context: Context, seconds: float | None = None) -> dict[str, Any]:
        """Drive a flow to its answer, within `seconds`. A request's fault is raised inside the flow, at its yield."""
        until = None if seconds is None else asyncio.get_running_loop().time() + seconds
        patience.set(math.inf if seconds is None else seconds)
        try:
            asked = next(flow)
            while True:
                try:
                    async with asyncio.timeout_at(until):
                        reply = await self._answered(asked, context)
                except Fault as fault:
                    asked = flow.throw(fault)
                except TimeoutError:  # the flow still says what was registered before
                    unclear = isinstance(asked, RestRequest) and asked.writes
                    asked = flow.throw(trouble("upstream.timeout", unclear=unclear))
                else:
                    asked = flow.send(reply)
        except StopIteration as stop:
            answer: dict[str, Any] = stop.value
            return answer

    async def exchange(self, request: RestRequest, context: Context) -> RestReply:
        """Send one request under its contract and rules. Raises Fault."""
        own = replace(context, cited=[], notices=[])  # a rule judges by what was applied to this request only
        try:
            return await self._governed(request, own)
        finally:
            context.cited += [rule for rule in own.cited if rule not in context.cited]

    async def _governed(self, request: RestRequest, context: Context) -> RestReply:
        modern = self.modern[request.method, request.path.template]
        _check(modern.contract.body, request.json, context)
        governing = govern(modern.governed, request, context)
        try:
            asked = next(governing)
            while True:
                try:
                    answered = await self._sent(asked, request, context)
                except Fault as fault:
                    asked = governing.throw(fault)  # a rule may know what took effect before
                else:
                    asked = governing.send(answered)
        except StopIteration as stop:
            reply: RestReply = stop.value
        if context.notices:
            notices, context.notices = tuple(context.notices), []
            await self._keeper.keep(notices)
        return reply

    async def _answered(self, asked: Asked, context: Context) -> Replied:
        if isinstance(asked, RestRequest):
            return await self.exchange(asked, context)
        if isinstance(asked, CodeLists):
            return context.codelists
        replies = await asyncio.gather(*(self.exchange(one, context) for one in asked), return_exceptions=True)
        for reply in replies:
            if isinstance(reply, BaseException):
                raise reply
        return tuple(reply for reply in replies if isinstance(reply, RestReply))

    async def _sent(self, request: RestRequest, before: RestRequest, context: Context) -> RestReply:
        """One round to the modern side; `before` is the request as it was before the rules."""
        contract = self.modern[request.method, request.path.template].contract
        if request.json is not before.json:
            _check(contract.body, request.json, context)
        reply = await self._asked(request, context)
        if reply.status < 400:
            note = OUTCOME_UNKNOWN if request.writes else None
            if reply.status not in contract.responses:
                expected = " or ".join(f"status {one}" for one in sorted(contract.responses) if one < 400)
                raise UpstreamFault(1100, "upstream.contract", expected=expected, note=note)
            validator = contract.responses[reply.status]
            try:
                if validator is not None:
                    validator.check(reply.json)
            except SchemaProblem as problem:
                raise UpstreamFault(
                    1100, "upstream.contract", element=problem.path, expected=problem.expected, note=note
                ) from problem
        return reply

    async def _asked(self, request: RestRequest, context: Context) -> RestReply:
        """The modern side's reply, written down for the audit; of a request without one, that there was none."""
        started, status, sent = time.perf_counter(), 0, True
        if request.citizen is not None:
            context.citizens.add(request.citizen)
        place = 0
        if context.exchanges is not None:  # in the order of asking, also of those asked side by side
            place = len(context.exchanges)
            context.exchanges.append((request, "unavailable"))
        try:
            reply = await self._upstream.send(request, context.caller)
            status = reply.status
            if context.face is Face.REST or request.query:  # a list of messages tells of many
                context.citizens |= told_of(reply.json)
            if context.exchanges is not None:
                context.exchanges[place] = (request, reply)
        except Fault as fault:
            if context.exchanges is not None:
                context.exchanges[place] = (request, fault.key.removeprefix("upstream."))
            raise
        except Rehearsed:
            sent = False
            raise
        finally:
            seconds = time.perf_counter() - started
            if sent:
                context.sent.append(Sent(request.method, request.path.template, status, round(seconds * 1000, 2)))
        return reply


def told_of(json: Any) -> set[str]:
    """The citizens whom messages of a queue are about."""
    items = json.get("beskeder", ()) if isinstance(json, dict) else ()
    return {one["civilregistrationIdentifier"] for one in items}


def _check(validator: Validator | None, json: Any, context: Context) -> None:
    """Refuse a body that the modern contract has no form for; an old value is named by its old element."""
    if validator is None:
        return
    try:
        validator.check(json)
    except SchemaProblem as problem:
        key = "value.unmappable" if context.face is Face.SOAP else "value.invalid"
        element = context.names.get(_INDEX.sub("", problem.path), problem.path)
        raise CallerFault(1014, key, element=element, expected=problem.expected) from problem
