"""What the audit has to know of messages that are handed on unjudged: an old service's calls, and its answers."""

import re
from typing import Final

from lxml import etree

_NAME: Final = "PersonCivilRegistrationIdentifier"
_TOLD: Final = re.compile(rb"%s(?:\s[^<>]*)?>\s*([0-9]{6}-?[0-9]{4})\s*<" % _NAME.encode())
_LONGEST: Final = 200  # of a user's identifier, in characters


def citizens(root: etree._Element) -> tuple[str, ...]:
    """The numbers in the Body of a call, each once, as an old service would read them: without space and hyphen.

    What stands in the number's place and is none is kept as it is.
    """
    found = (one for body in root.iterchildren("{*}Body") for one in body.iter("{*}" + _NAME))
    return tuple(dict.fromkeys(number for one in found if (number := _plain(_text(one)))))


def citizens_told(answer: bytes) -> tuple[str, ...]:
    """The numbers in the bytes of an answer, each once; of one in UTF-16, or with numbers in CDATA, none."""
    return tuple(dict.fromkeys(_plain(found.decode()) for found in _TOLD.findall(answer)))


def user(root: etree._Element) -> str | None:
    """Who asks, as the Header says; None where it does not, or says it twice."""
    found = [one for header in root.iterchildren("{*}Header") for one in header.iter("{*}UserIdentifier")]
    return _text(found[0]).strip()[:_LONGEST] or None if len(found) == 1 else None


def _text(element: etree._Element) -> str:
    """Its text without what comments and instructions say."""
    return str(element.xpath("string()"))


def _plain(text: str) -> str:
    return "".join(text.split()).replace("-", "")
