"""Keyed pseudonyms: the same value always becomes the same other value of the same form, and can't be led back.

Values that differ only in letter case or blanks keep differing only in these, so that a masked pair of answers still
shows what differs in it.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from hashlib import sha256
from hmac import digest
from itertools import count
from typing import Final
from unicodedata import decimal

_CITIZEN: Final = (
    r"(?:(?:0[1-9]|[12][0-9]|3[01])(?:01|03|05|07|08|10|12)|(?:0[1-9]|[12][0-9]|30)(?:04|06|09|11)"
    r"|(?:0[1-9]|[12][0-9])02)[0-9]{6}|0{10}"
)
IS_CITIZEN: Final = re.compile(_CITIZEN).fullmatch
"""Whether a text has the documented form of a citizen number."""

_GUID: Final = r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
IS_GUID: Final = re.compile(_GUID).fullmatch
_SPACED: Final = _CITIZEN.replace("[0-9]{6}", "[0-9]{2}[- ]?[0-9]{4}")
IN_TEXT: Final = re.compile(rf"(?<![0-9])(?:{_SPACED})(?![0-9])|(?<![0-9a-fA-F-]){_GUID}(?![0-9a-fA-F-])")
"""Citizen numbers, also as people write them (ddmmyy-nnnn), and GUIDs that stand in a longer text."""

_WEIGHTS: Final = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
_CENTURY: Final = "012349"  # seventh digits that mean 19xx for the years used here
_FIRST_YEAR, _YEARS = 37, 63  # 1937 to 1999
_LOWER, _UPPER = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LOWER_MORE, _UPPER_MORE = "æøåäöüéèàóñç", "ÆØÅÄÖÜÉÈÀÓÑÇ"
_OTHER_LETTERS: Final = "アイウエオカキクケコサシスセソ"  # for letters without case
_NUMERALS: Final = "¹²³"
_APART: Final = 100  # the draws of one attempt, before those of the next: the first that is another text is taken


class Pseudonyms:
    """Pseudonyms under one key. Nothing that it returns is the value it was given, but where that has no content."""

    def __init__(self, key: bytes) -> None:
        """`key` has at least 16 bytes, else ValueError."""
        if len(key) < 16:
            raise ValueError("a key of at least 16 bytes is needed")
        self._key = key

    def citizen(self, number: str) -> str:
        """Another citizen number of the documented form, with an ordinary birth date, failing modulus 11.

        Never of 1 January: such numbers are given out although they fail modulus 11.
        """
        drawn = (self._birthday(number, attempt) for attempt in count())
        return next(made for made in drawn if made != number and not passes_modulus_11(made))

    def guid(self, text: str) -> str:
        """Another GUID; upper case where the given one has an upper-case letter. Its version digit is kept."""
        lower = text.lower()
        drawn = (digest(self._key, f"guid\0{attempt}\0{lower}".encode(), sha256).hex() for attempt in count())
        shaped = (f"{one[:8]}-{one[8:12]}-{text[14]}{one[12:15]}-{one[15:19]}-{one[19:31]}" for one in drawn)
        made = next(one for one in shaped if one != lower)
        return made.upper() if text != lower else made

    def text(self, text: str, attempt: int = 0) -> str:
        """Another text of the same shape: letters for letters of their case, digits for digits, the rest as it is.

        A citizen number or a GUID in it gets the pseudonym it has elsewhere. Another `attempt` is another text.
        """
        if IS_CITIZEN(text):
            return self.citizen(text)
        if IS_GUID(text):
            return self.guid(text)
        if not any(map(str.isalnum, text)):
            return text
        drawn = (self._reshaped(text, further) for further in count(attempt * _APART))
        return next(made for made in drawn if made != text)

    def number(self, text: str, attempt: int = 0) -> str:
        """Another number of the same sign and as many digits that count; zeros that don't count stay.

        `text` is an XSD decimal or integer, with or without exponent. "1.50" and "+1.5" stay equal in value. A text
        without digits stays.
        """
        if not any(map(str.isdecimal, text)):
            return text
        drawn = (self._renumbered(text, further) for further in count(attempt * _APART))
        return next(made for made in drawn if made != text)

    def octets(self, content: bytes) -> bytes:
        """Other bytes, as many."""
        draw = self._draw("octets", content.hex(), 0)
        made = bytes(next(draw) & 0xFF for _ in content)
        return made if made != content else bytes(byte ^ 1 for byte in content)

    def day(self, text: str) -> str:
        """Another day in place of the ten characters YYYY-MM-DD that `text` begins with; what follows is kept."""
        draw = self._draw("day", text[:10], 0)
        made = (date(1940, 1, 1) + timedelta(days=next(draw) % 22_000)).isoformat()
        return (made if made != text[:10] else "1939-12-31") + text[10:]

    def index(self, text: str, size: int) -> int:
        """A number from 0 to `size` - 1 that only `text` and the key decide."""
        return next(self._draw("index", text, 0)) % size

    def _birthday(self, number: str, attempt: int) -> str:
        draw = self._draw("citizen", number, attempt)
        day, month, year = 2 + next(draw) % 27, 1 + next(draw) % 12, _FIRST_YEAR + next(draw) % _YEARS
        return f"{day:02}{month:02}{year:02}{_CENTURY[next(draw) % 6]}{next(draw) % 1_000:03}"

    def _draw(self, purpose: str, value: str, attempt: int) -> Iterator[int]:
        """An endless stream of numbers of 32 bits."""
        seed = digest(self._key, f"{purpose}\0{attempt}\0{value}".encode("utf-8", "surrogatepass"), sha256)
        block = 0
        while True:
            made = digest(seed, block.to_bytes(8), sha256)
            yield from (int.from_bytes(made[start : start + 4]) for start in range(0, 32, 4))
            block += 1

    def _reshaped(self, text: str, attempt: int) -> str:
        draw = self._draw("text", "".join(text.split()).lower(), attempt)
        out: list[str] = []
        place = 0
        for found in IN_TEXT.finditer(text):
            out.extend(_like(sign, draw) for sign in text[place : found.start()])
            out.append(self.guid(found[0]) if IS_GUID(found[0]) else self._spaced(found[0]))
            place = found.end()
        out.extend(_like(sign, draw) for sign in text[place:])
        return "".join(out)

    def _spaced(self, number: str) -> str:
        """A citizen number with or without the sign after its sixth digit."""
        made = self.citizen(number[:6] + number[-4:])
        return made[:6] + number[6:-4] + made[6:]

    def _renumbered(self, text: str, attempt: int) -> str:
        mantissa, mark, exponent = _split(text)
        sign = mantissa[: len(mantissa) - len(mantissa.lstrip("+-"))]
        whole, point, fraction = mantissa[len(sign) :].partition(".")
        least, most = whole.lstrip("0"), fraction.rstrip("0")
        draw = self._draw("number", f"{sign.strip('+')}{least}.{most}", attempt)
        whole_made = whole[: len(whole) - len(least)] + _digits(least, draw, first=True)
        fraction_made = _digits(most, draw, last=True) + fraction[len(most) :]
        made = f"{sign}{whole_made}{point}{fraction_made}"
        return f"{made if least or most else _from_zero(made, draw)}{mark}{exponent}"


def passes_modulus_11(number: str) -> bool:
    """Whether the check digit of a citizen number is right."""
    return sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=True)) % 11 == 0


def _like(sign: str, draw: Iterator[int]) -> str:
    """A character of the same sort. Only those that are replaced draw, so that blanks don't shift the rest."""
    if not sign.isalnum():
        return sign
    if sign.isdecimal():
        return chr(ord(sign) - decimal(sign) + next(draw) % 10)
    pool = _pool(sign)
    return pool[next(draw) % len(pool)]


def _pool(sign: str) -> str:
    if not sign.isalpha():
        return _NUMERALS
    if sign.isupper():
        return _UPPER if sign.isascii() else _UPPER_MORE
    if sign.islower():
        return _LOWER if sign.isascii() else _LOWER_MORE
    return _OTHER_LETTERS


def _split(text: str) -> tuple[str, str, str]:
    for mark in "eE":
        mantissa, found, exponent = text.partition(mark)
        if found:
            return mantissa, found, exponent
    return text, "", ""


def _digits(text: str, draw: Iterator[int], *, first: bool = False, last: bool = False) -> str:
    """As many digits; the first or the last is none that wouldn't count."""
    made = [next(draw) % 10 for _ in text]
    if made and first:
        made[0] = made[0] or 1 + next(draw) % 9
    if made and last:
        made[-1] = made[-1] or 1 + next(draw) % 9
    return "".join(map(str, made))


def _from_zero(text: str, draw: Iterator[int]) -> str:
    """A zero gets a digit that counts, at the end of its whole part (or of its fraction, where it has no other)."""
    whole, point, rest = text.partition(".")
    digit = str(1 + next(draw) % 9)
    if whole[-1:].isdecimal():
        return f"{whole[:-1]}{digit}{point}{rest}"
    return re.sub("0", digit, text, count=1)
