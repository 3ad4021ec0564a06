"""Which encoding a message is in, and the message in UTF-8.

Every message becomes UTF-8 without byte order mark and declaration before libxml2 sees it, so only one reading of it
exists. UTF-8, UTF-16 and ISO-8859-1 are read; libxml2 would also take UTF-7, UTF-32 and more.
"""

import codecs
import re
from typing import Final

from overgang.core.errors import CallerFault

UTF8: Final = "utf-8"
_UTF16_LE, _UTF16_BE, _LATIN1 = "utf-16-le", "utf-16-be", "iso-8859-1"
_ENCODINGS: Final = {
    "utf-8": UTF8,
    "utf8": UTF8,
    "utf-16": _UTF16_BE,  # RFC 2781, where the bytes themselves do not tell
    "utf-16le": _UTF16_LE,
    "utf-16be": _UTF16_BE,
    "iso-8859-1": _LATIN1,
    "latin1": _LATIN1,
}
# first bytes -> encoding, how many of them are the byte order mark; the first that fits (UTF-32 begins like UTF-16)
_SHAPES: Final[tuple[tuple[bytes, str | None, int], ...]] = (
    (codecs.BOM_UTF32_LE, None, 0),
    (codecs.BOM_UTF32_BE, None, 0),
    (b"<\0\0\0", None, 0),
    (b"\0\0\0<", None, 0),
    ("<?xm".encode("cp037"), None, 0),  # EBCDIC
    (codecs.BOM_UTF8, UTF8, 3),
    (codecs.BOM_UTF16_LE, _UTF16_LE, 2),
    (codecs.BOM_UTF16_BE, _UTF16_BE, 2),
    (b"<\0", _UTF16_LE, 0),
    (b"\0<", _UTF16_BE, 0),
)
# The usual message: UTF-8 by its declaration or without one, and then an element.
_PLAIN_START: Final = re.compile(
    rb"(?:<\?xml version=(['\"])1\.0\1(?: encoding=(['\"])[Uu][Tt][Ff]-8\2)?[ ]?\?>[ \t\r\n]*)?(?=<[A-Za-z])"
)
_DECLARATION: Final = re.compile(
    r"<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(['\"])(?P<version>[0-9]{1,9}\.[0-9]{1,9})\1"
    r"(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(['\"])(?P<encoding>[A-Za-z][A-Za-z0-9._-]*)\3)?"
    r"(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(['\"])(?:yes|no)\5)?"
    r"[ \t\r\n]*\?>"
)
_SECOND_START: Final = re.compile(rb"\xef\xbb\xbf|<\?xml[ \t\r\n]")
_LONGEST_DECLARATION: Final = 512  # characters; an ordinary one has about 40


def plain_utf8(body: bytes, charset: str | None) -> bytes:
    """The message as UTF-8 without byte order mark and declaration.

    RFC 7303: the mark (or the shape of the first bytes) wins over the charset of HTTP, and that over the declaration.
    What does not win must still agree: read its way, the text has to be the same.
    Raises CallerFault 1014 with the key xml.encoding, xml.version or xml.malformed (a second mark or declaration).
    """
    usual = _PLAIN_START.match(body)
    if usual and (charset is None or charset.lower() == UTF8):
        if usual.end():
            _decoded(body, UTF8)  # what is declared must be so
        return body[usual.end() :]
    shape, mark = _shape(body)
    content = body[mark:]
    declared, length = _declaration(content, shape)
    named = [_known(name, shape) for name in (charset, declared) if name is not None]
    chosen = shape or (named[0] if named else UTF8)
    others = {name for name in named if name != chosen}
    if shape is None and content.startswith(b"<") and not {UTF8, _LATIN1}.issuperset(named):
        raise _encoding("a charset and a declaration that agree with the bytes")  # no UTF-16 text begins so
    text = _decoded(content, chosen)
    if any(_decoded(content, other) != text for other in others):
        raise _encoding("a charset and a declaration that agree with the bytes")
    plain = text[length:].encode()
    if _SECOND_START.match(plain):
        # libxml2 would take either for the beginning of the message
        raise CallerFault(1014, "xml.malformed", expected="at most one mark and one declaration")
    return plain


def _shape(body: bytes) -> tuple[str | None, int]:
    for start, encoding, mark in _SHAPES:
        if body.startswith(start):
            if encoding is None:
                raise _encoding("UTF-8, UTF-16 or ISO-8859-1")
            return encoding, mark
    return None, 0


def _declaration(content: bytes, shape: str | None) -> tuple[str | None, int]:
    """The declared encoding and the length of the declaration in characters."""
    text = content[: 2 * _LONGEST_DECLARATION].decode(shape or _LATIN1, "replace")
    found = _DECLARATION.match(text)
    if found is None:
        return None, 0
    if found["version"] != "1.0":
        raise CallerFault(1014, "xml.version", expected="XML 1.0")
    return found["encoding"], found.end()


def _known(name: str, shape: str | None) -> str:
    folded = name.lower()
    if folded not in _ENCODINGS:
        raise _encoding("UTF-8, UTF-16 or ISO-8859-1")
    if folded == "utf-16" and shape in (_UTF16_LE, _UTF16_BE):
        return shape
    return _ENCODINGS[folded]


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise _encoding("bytes that are text in the declared encoding") from None  # it would carry the whole message


def _encoding(expected: str) -> CallerFault:
    return CallerFault(1014, "xml.encoding", expected=expected)
