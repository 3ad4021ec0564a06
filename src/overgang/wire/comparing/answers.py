"""One side's answer, taken apart; what can't be read is a value with its cause, never an exception."""

import re
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree

from overgang.core.compare.nodes import elements
from overgang.core.compare.values import Reply
from overgang.core.errors import CallerFault
from overgang.wire.encoding import plain_utf8
from overgang.wire.envelope import Version

MOST: Final = 32 << 20  # bytes of an answer that is compared
_TYPE: Final = re.compile(r"[ \t]*([^ \t;,]+/[^ \t;,]+)")
_CHARSET: Final = re.compile(r";[ \t]*charset=[ \t]*\"?([^ \t;\"]+)", re.IGNORECASE)
_PROLOG: Final = re.compile(rb"(?:[ \t\r\n]++|<!--(?:[^-]++|-[^-])*+-->|<\?(?:[^?]++|\?[^>])*+\?>)*+")
_HTML: Final = re.compile(rb"<(?:!doctype[ \t\r\n]+html|html)[ \t\r\n/>]", re.IGNORECASE)
_ENVELOPE: Final = re.compile(rb"<(?:[^ \t\r\n<>/:]+:)?Envelope[ \t\r\n/>]")
_END: Final = re.compile(rb"</(?:[^ \t\r\n<>/:]+:)?Envelope[ \t\r\n]*>")
_TAIL: Final = 4_096  # bytes at the end of which an envelope should close
_SETTINGS: Final[dict[str, Any]] = {
    "encoding": "utf-8",
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "attribute_defaults": False,
    "huge_tree": False,
    "recover": False,
}
_VERSIONS: Final = {f"{{{version.namespace}}}Envelope": version for version in Version}


@dataclass(frozen=True, slots=True)
class Unreadable:
    """No SOAP answer; `cause` is a word of core/compare/causes.py or a trouble's own key. `told` has no content."""

    cause: str
    told: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A SOAP answer: `media_type` in lower case, "" when there is none; `charset` as it is named, "" without.

    `header` (None without one) and `body` are elements.
    """

    status: int
    media_type: str
    charset: str
    version: Version
    header: Any
    body: Any

    @property
    def content(self) -> list[Any]:
        return elements(self.body)


def read(reply: Reply) -> Answer | Unreadable:
    """Take an answer apart. Processing instructions and comments may stand anywhere; a DOCTYPE may not.

    The guard of requests (wire/guard.py) is stricter: it refuses instructions, and its limits are those of a call.
    """
    media_type, charset = content_type(reply.content_type)
    cause, root = _opened(reply, media_type, charset)
    if root is not None:
        version = _VERSIONS.get(str(root.tag))
        parts: dict[str, Any] = {} if version is None else {part.tag: part for part in elements(root)}
        if version is not None and (body := parts.get(f"{{{version.namespace}}}Body")) is not None:
            header = parts.get(f"{{{version.namespace}}}Header")
            return Answer(reply.status, media_type, charset, version, header, body)
        cause = "not-soap"
    size = f"{len(reply.body)} bytes" if not reply.trouble else "nothing"
    return Unreadable(cause, f"{cause}: {reply.status or 'no status'}, {media_type or 'no media type'}, {size}")


def content_type(header: str) -> tuple[str, str]:
    """The media type in lower case and the charset; "" for one that is not there."""
    media_type, charset = _TYPE.match(header), _CHARSET.search(header)
    return (media_type[1].lower() if media_type else ""), (charset[1] if charset else "")


def _opened(reply: Reply, media_type: str, charset: str) -> tuple[str, etree._Element | None]:
    """The root element, or why there is none."""
    body = reply.body
    if reply.trouble:
        return reply.trouble, None
    if cause := _refused(body, media_type):
        return cause, None
    try:
        plain = plain_utf8(body, charset or None)
    except CallerFault as fault:
        return ("malformed" if fault.key == "xml.malformed" else "undecodable"), None
    start = _PROLOG.match(plain)
    rest = plain[start.end() :] if start else plain
    if _HTML.match(rest):
        return "html", None
    if rest[:9].upper() == b"<!DOCTYPE":
        return "doctype", None
    if not rest.startswith(b"<"):
        return "not-xml", None
    try:
        return "", etree.fromstring(plain, etree.XMLParser(**_SETTINGS))
    except (etree.LxmlError, ValueError):  # its message would quote the answer
        return ("html" if media_type == "text/html" else _broken(plain, rest)), None


def _broken(plain: bytes, rest: bytes) -> str:
    """Why something that looks like XML is none; `rest` is what follows the prolog."""
    if _ENVELOPE.match(rest) and not _END.search(rest[-_TAIL:]):
        return "truncated"
    try:
        plain.decode()
    except UnicodeDecodeError:
        return "undecodable"
    return "malformed"


def _refused(body: bytes, media_type: str) -> str:
    if not body.strip():
        return "no-answer"
    if len(body) > MOST:
        return "too-large"
    if media_type.startswith("multipart/") or body.lstrip(b"\r\n").startswith(b"--"):
        return "multipart"
    return ""
