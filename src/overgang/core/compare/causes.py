"""What happened to a value, in one stable word, so that differences of one origin come together."""

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from overgang.core.compare.lexical import DAY, Moment, collapse, offset

CAUSES: Final[Mapping[str, str]] = MappingProxyType(
    {
        # values
        "value": "another value, in no way that has a name of its own",
        "code": "another value of a code list, an enumeration, or another fault code",
        "boolean": "true on one side, false on the other",
        "precision": "the same number to fewer digits",
        "fraction": "the same second with another fraction of it",
        "zone": "the same clock reading in another zone, or a zone on one side only",
        "day": "another calendar day at the same time of day",
        "instant": "another point in time",
        "case": "the same letters, upper and lower case apart",
        "whitespace": "the same text, blanks apart",
        "accents": "the same text, accents and Danish letters apart",
        "unicode": "the same text, composed and decomposed letters apart",
        "encoding": "the letters of one side read in another charset, or lost to one",
        "truncated-text": "the beginning of the other side's text",
        "not-of-type": "a text that is not of the element's type on one side",
        "type": "another xsi:type",
        "namespace": "the same name in another namespace",
        # presence
        "absent": "there on one side only",
        "nil": "xsi:nil on one side, content on the other",
        "empty": "empty on one side; the other has content, xsi:nil or no such element",
        "item": "an item of a list that only one side has",
        "repeated": "there more often than the contract lets it be",
        "order": "the same elements or items in another order",
        "length": "lists of different lengths",
        "element": "another element in the Body",
        "more": "further differences, which are not told one by one",
        # faults
        "fault-only-old": "a fault on the old side, an answer on the new",
        "fault-only-new": "an answer on the old side, a fault on the new",
        "subcode": "another subcode of the fault",
        "language": "the fault's text in another language",
        # HTTP and SOAP
        "status": "another HTTP status",
        "media-type": "another media type",
        "charset": "another charset",
        "soap-version": "another version of SOAP",
        # no answer at all; of the troubles that keep one from coming, these are those of shell/upstream.py
        "no-answer": "an empty body where an answer was expected",
        "timeout": "no answer in time",
        "unavailable": "a side that could not be reached",
        "refused": "a side that refused the connection",
        "broken": "a connection that broke off",
        "redirect": "a redirect, which no SOAP call follows",
        "invalid": "an answer that is not HTTP",
        "html": "an HTML page",
        "truncated": "an envelope that breaks off",
        "malformed": "XML that is not well-formed",
        "doctype": "a DOCTYPE, which SOAP forbids",
        "undecodable": "bytes that are no text in the charset they claim",
        "multipart": "a multipart message (MTOM, attachments)",
        "not-xml": "something else than XML",
        "not-soap": "XML without a SOAP envelope and Body",
        "too-large": "larger than what is compared",
        "too-deep": "nested deeper than what is compared",
        "both-unreadable": "neither side gave an answer, so nothing is shown to agree",
        "not-sent": "a write that was not sent to the other side",
    }
)

_FOLDED: Final = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "Æ": "AE", "Ø": "O", "Å": "A"})
_SPELT: Final = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "Æ": "AE", "Ø": "OE", "Å": "AA"})
_ZONE: Final = re.compile(r"[+-][0-9]{2}:[0-9]{2}$")


def of_texts(old: str, new: str) -> str:
    """Of two different texts."""
    if collapse(old) == collapse(new):
        return "whitespace"
    if unicodedata.normalize("NFC", old) == unicodedata.normalize("NFC", new):
        return "unicode"
    if old.casefold() == new.casefold():
        return "case"
    if _misread(old, new) or _misread(new, old) or _lost(old, new) or _lost(new, old):
        return "encoding"
    if _plain(old, _FOLDED) == _plain(new, _FOLDED) or _plain(old, _SPELT) == _plain(new, _SPELT):
        return "accents"
    shorter, longer = sorted((collapse(old), collapse(new)), key=len)
    return "truncated-text" if shorter and longer.startswith(shorter.rstrip(" .…")) else "value"


def _misread(right: str, wrong: str) -> bool:
    """Whether `wrong` is the UTF-8 of `right` read as Latin-1 or Windows-1252."""
    written = right.encode("utf-8", "replace")
    return wrong in (written.decode("latin-1"), written.decode("cp1252", "replace"))


def _lost(right: str, wrong: str) -> bool:
    """Whether `wrong` has question marks, or replacement characters, for the letters beyond ASCII."""
    marked = wrong.replace("\ufffd", "?")
    return "?" in marked and marked in (
        "".join(sign if sign.isascii() else "?" for sign in right),
        "".join(sign if sign.isascii() else "?" * len(sign.encode("utf-8", "replace")) for sign in right),
    )


def _plain(text: str, letters: dict[int, str]) -> str:
    decomposed = unicodedata.normalize("NFD", unicodedata.normalize("NFC", text).translate(letters))
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def of_numbers(old: Decimal, new: Decimal) -> str:
    """Of two different numbers: one may be the other rounded, or cut, to fewer decimals."""
    try:
        rough, fine = sorted((old, new), key=_decimals)
        places = _decimals(rough)
        close = abs(rough - fine) < Decimal(1).scaleb(-places)
    except ArithmeticError:  # a million digits, with which nobody reckons
        return "value"
    return "precision" if close and places < _decimals(fine) else "value"


def _decimals(number: Decimal) -> int:
    """Digits after the point that count."""
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def of_moments(old: Moment, new: Moment, old_text: str, new_text: str) -> str:
    """Of two different points in time, with the texts they were written as."""
    if old.zoned != new.zoned:
        return "zone"
    if old.seconds == new.seconds:
        return "fraction"
    if old.seconds + _offset(old_text) == new.seconds + _offset(new_text):
        return "zone"
    return "day" if (old.seconds - new.seconds) % DAY == 0 and old.fraction == new.fraction else "instant"


def _offset(text: str) -> int:
    found = _ZONE.search(text)
    return offset(found[0]) if found else 0
