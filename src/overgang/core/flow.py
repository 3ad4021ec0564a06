"""An operation is a generator: it yields modern requests, receives their replies, and returns the old answer.

    def get_profession_collection(call: SoapCall) -> Flow:
        reply = yield RestRequest("GET", path("/jobsearch/v2/Joboenske"), citizen=...)
        return {"ProfessionCollection": ...}

A tuple of requests is sent side by side and answered by a tuple. A refused request is raised at its yield.
CodeLists() is answered by the gateway's own code lists.
"""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, TypeVar

from overgang.core.codelists import CodeList
from overgang.core.errors import OF_TODAY, CallerFault, Fault, UpstreamFault
from overgang.core.messages import CodeLists, RestReply, RestRequest, SoapCall

Asked: TypeAlias = RestRequest | tuple[RestRequest, ...] | CodeLists
Replied: TypeAlias = RestReply | tuple[RestReply, ...] | Mapping[str, CodeList]
Flow: TypeAlias = Generator[Asked, Any, dict[str, Any]]
Step: TypeAlias = Generator[Asked, Any, Any]
Found: TypeAlias = Callable[[], Generator[Asked, Any, Any]]

Sent = TypeVar("Sent")


@dataclass(frozen=True, slots=True)
class Played:
    """What a flow did when it was played against given replies."""

    requests: tuple[Asked, ...]
    answer: Any


def play(flow: Generator[Asked, Any, Any], *replies: Replied | Fault) -> Played:
    """Drive `flow` with canned replies, without any I/O; a Fault among them is raised at its yield.

    Raises what the flow raises, and ValueError when it asks for more or less than was given.
    """
    asked: list[Asked] = []
    waiting = list(replies)
    try:
        asked.append(next(flow))
        while True:
            if not waiting:
                raise ValueError(f"the flow asks for more than {len(replies)} replies: {asked[-1]}")
            reply = waiting.pop(0)
            asked.append(flow.throw(reply) if isinstance(reply, Fault) else flow.send(reply))
    except StopIteration as stop:
        if waiting:
            raise ValueError(f"the flow ended with {len(waiting)} replies unused") from None
        return Played(tuple(asked), stop.value)


def once(call: SoapCall, step: str, write: RestRequest, found: Found) -> Step:
    """Send a write that a repeat of the call sends again, word for word, and let it take effect once.

    Its request id is derived from the call and `step`. Returns the modern reply's JSON, or, where the modern side has
    met this request or its uuid before (412, 4977), the registration that `found` reads back. A request id is
    remembered also when the request was refused; so when nothing is found, it is sent once more under an id of this
    one arrival of the call. The item's uuid, ours, keeps that from doubling it.

    A call that was made on an earlier day may meet a rule about today that its first arrival did not; then what stands
    is looked for before the refusal is passed on.
    """
    try:
        reply = yield replace(write, request_id=call.new_id(step), expects=(200, 201, 204, 412), knows=(4977,))
    except CallerFault as refused:
        item = (yield from found()) if call.late and refused.number in OF_TODAY else None
        if item is None:
            raise
        yield replace(write, request_id=call.new_id(step), settled=True)
        return item
    if reply.status < 400:
        return reply.json
    item = yield from found()
    if item is not None:
        return item
    if reply.error_code == 4977:
        raise _hidden()
    reply = yield replace(write, request_id=call.fresh_id(step), expects=(200, 201, 204), knows=(4977,))
    if reply.status < 400:
        return reply.json
    item = yield from found()
    if item is None:
        raise _hidden()
    return item


def _hidden() -> CallerFault:
    return CallerFault(4977, "id.taken", note="the modern side has this id but does not show it for this citizen")


def renumbered(steps: Generator[Sent, Any, Any], numbers: Mapping[int, int]) -> Generator[Sent, Any, Any]:
    """Drive `steps`; a refusal whose number is in `numbers` is raised with the number it stands for."""
    try:
        return (yield from steps)
    except CallerFault as fault:
        if fault.number not in numbers:
            raise
        number = numbers[fault.number]
        raise CallerFault(number, f"upstream.{number}", status=fault.status) from fault


def partly(done: str, missing: str, cause: Fault) -> Fault:
    """The fault of a call whose first write took effect and whose next one did not; names both, keeps the cause."""
    if isinstance(cause, UpstreamFault):
        note = (
            f"registered: {done}; not confirmed: {missing}; the same call sent again completes it and repeats nothing"
        )
    else:  # the same call would be refused again
        note = f"registered: {done}; not registered: {missing}"
    return type(cause)(
        cause.number,
        f"partly.{cause.key}",
        element=cause.element,
        expected=cause.expected,
        note=f"{cause.note}; {note}" if cause.note else note,
        status=cause.status,
        retry_after=cause.retry_after,
    )
