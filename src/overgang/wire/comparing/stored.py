"""Answers as they lie in files: an XML envelope, or an HTTP answer with its status line and headers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from overgang.core.compare.values import Reply
from overgang.wire.comparing.answers import Unreadable, read
from overgang.wire.comparing.faults import fault_of
from overgang.wire.contract import Contract

_STATUS_LINE: Final = re.compile(rb"HTTP/[0-9.]+ ([0-9]{3})(?: [^\r\n]*)?\r?\n")
_END_OF_HEAD: Final = re.compile(rb"\r?\n\r?\n|\Z")
_XML: Final = "text/xml"


@dataclass(frozen=True, slots=True)
class Stored:
    """`whole`: status and headers were in the file, else the reply's are made up."""

    reply: Reply
    whole: bool


def stored(content: bytes) -> Stored:
    """The answer that a file holds. What is no HTTP answer is taken for a body, whatever it is."""
    found = _STATUS_LINE.match(content)
    if found is None:
        return Stored(Reply(200, _XML, content), whole=False)
    end = _END_OF_HEAD.search(content, found.end() - 1)
    head, body = (content[found.end() : end.start()], content[end.end() :]) if end else (content[found.end() :], b"")
    return Stored(Reply(int(found[1]), _content_type(head), body), whole=True)


def _content_type(head: bytes) -> str:
    for line in head.decode("latin-1").splitlines():
        name, _, value = line.partition(":")
        if name.strip().lower() == "content-type":
            return value.strip()
    return ""


def pair(old: bytes, new: bytes) -> tuple[Reply, Reply]:
    """The replies of two files; where one says nothing of HTTP it takes the other's, so that this is no difference."""
    one, other = stored(old), stored(new)
    if one.whole == other.whole:
        return one.reply, other.reply
    known = one.reply if one.whole else other.reply
    first, second = (
        side.reply if side.whole else replace(side.reply, status=known.status, content_type=known.content_type)
        for side in (one, other)
    )
    return first, second


def element_of(reply: Reply) -> str | None:
    """The Clark name of the answer's own element; None for a fault and for what can't be read."""
    answer = read(reply)
    if isinstance(answer, Unreadable) or not answer.content:
        return None
    body = answer.content[0]
    return None if fault_of(body, answer.version) is not None else str(body.tag)


def operations_with(element: str, contracts: Mapping[str, Contract]) -> list[tuple[str, str]]:
    """Which operations, as (key of the contract, name), answer with this element."""
    return [
        (key, operation.name)
        for key, contract in contracts.items()
        for operation in contract.operations.values()
        if operation.output is not None and operation.output.body is not None
        if operation.output.body.qname == element
    ]
