"""Recorded calls are about pseudonyms, and a trial knows only its own citizens: each pseudonym gets one of them."""

import re
from collections.abc import Iterable

from overgang.core.pseudonyms import IS_CITIZEN, Pseudonyms

_TEN_DIGITS = re.compile(rb"(?<![0-9A-Za-z])[0-9]{10}(?![0-9A-Za-z])")


class TrialCitizens:
    """The same number always becomes the same citizen, in every recording, by the key; without any citizen it stays."""

    def __init__(self, numbers: Iterable[str], key: bytes) -> None:
        self._numbers = sorted(set(numbers))
        self._pseudonyms = Pseudonyms(key)

    def put_in(self, body: bytes) -> bytes:
        """A message in UTF-8 or another encoding that has ASCII, with every citizen number in it replaced."""
        return _TEN_DIGITS.sub(lambda found: self._citizen(found[0]), body) if self._numbers else body

    def _citizen(self, digits: bytes) -> bytes:
        number = digits.decode()
        if not IS_CITIZEN(number):
            return digits
        return self._numbers[self._pseudonyms.index(number, len(self._numbers))].encode()
