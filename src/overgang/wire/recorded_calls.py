"""One recorded call, and its form as JSON."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from overgang.core.compare.values import Reply


@dataclass(frozen=True, slots=True)
class Call:
    """A call and its answers, masked. `service` is "Name/version", `caller` the organisation's "type/code".

    An answer is None for a side that was not asked, and so are its seconds. `at` is in UTC.
    """

    at: datetime
    service: str
    operation: str
    caller: str
    content_type: str
    action: str
    request: bytes = field(repr=False)
    old: Reply | None = None
    new: Reply | None = None
    old_seconds: float | None = None
    new_seconds: float | None = None


def plain_call(call: Call) -> dict[str, Any]:
    """The call in values that JSON has."""
    return {
        "at": call.at.isoformat(),
        "service": call.service,
        "operation": call.operation,
        "caller": call.caller,
        "content_type": call.content_type,
        "action": call.action,
        "request": plain_octets(call.request),
        "old": plain_reply(call.old),
        "new": plain_reply(call.new),
        "old_seconds": call.old_seconds,
        "new_seconds": call.new_seconds,
    }


def call_of(plain: Mapping[str, Any]) -> Call:
    """The call that plain_call wrote. Raises KeyError, TypeError or ValueError for anything else."""
    return Call(
        at=datetime.fromisoformat(plain["at"]),
        service=str(plain["service"]),
        operation=str(plain["operation"]),
        caller=str(plain["caller"]),
        content_type=str(plain["content_type"]),
        action=str(plain["action"]),
        request=octets(plain["request"]),
        old=reply_of(plain["old"]),
        new=reply_of(plain["new"]),
        old_seconds=_seconds(plain["old_seconds"]),
        new_seconds=_seconds(plain["new_seconds"]),
    )


def plain_reply(reply: Reply | None) -> dict[str, Any] | None:
    """A reply in values that JSON has."""
    if reply is None:
        return None
    return {
        "status": reply.status,
        "content_type": reply.content_type,
        "body": plain_octets(reply.body),
        "trouble": reply.trouble,
    }


def reply_of(plain: Mapping[str, Any] | None) -> Reply | None:
    """The reply that plain_reply wrote; raises what call_of raises."""
    if plain is None:
        return None
    return Reply(int(plain["status"]), str(plain["content_type"]), octets(plain["body"]), str(plain["trouble"]))


def plain_octets(content: bytes) -> str:
    """Bytes in a text that JSON has."""
    return base64.b64encode(content).decode()


def octets(text: str) -> bytes:
    """What plain_octets wrote. Raises ValueError."""
    return base64.b64decode(text, validate=True)


def _seconds(value: float | None) -> float | None:
    return None if value is None else float(value)
