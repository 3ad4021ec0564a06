"""Whom messages that are handed on unjudged are about: an old service's calls, and its answers."""

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree

_NAME: Final = "PersonCivilRegistrationIdentifier"
_TOLD: Final = re.compile(rb"%s(?:\s[^<>]*)?>\s*([0-9]{6}-?[0-9]{4})\s*<" % _NAME.encode())


def asked_about(root: etree._Element) -> tuple[str, ...]:
    """The numbers in the Body of a call, each once, as an old service would read them: without space and hyphen.

    What stands in the number's place and is none is kept as it is.
    """
    texts = (str(found.xpath("string()")) for part in root.iterchildren("{*}Body") for found in _all(part))
    return tuple(dict.fromkeys(number for text in texts if (number := _plain(text))))


def told_about(answer: bytes) -> tuple[str, ...]:
    """The numbers in the bytes of an answer, each once; of one in UTF-16, or with numbers in CDATA, none."""
    return tuple(dict.fromkeys(_plain(found.decode()) for found in _TOLD.findall(answer)))


def _all(part: etree._Element) -> Iterator[etree._Element]:
    return part.iter("{*}" + _NAME)


def _plain(text: str) -> str:
    return "".join(text.split()).replace("-", "")
