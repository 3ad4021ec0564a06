"""Texts of simple types: which may stay, and what takes the place of the others so that it is still of the type."""

import base64
import binascii
import re
from collections.abc import Iterator
from itertools import product
from typing import Final

from overgang.core.pseudonyms import Pseudonyms
from overgang.wire.contract import Facets, Simple
from overgang.wire.contract.builtins import BUILTINS
from overgang.wire.contract.simple import texts_of

_BLANKS: Final = " \t\n\r"
_ATTEMPTS: Final = 40
_CODE: Final = ("TypeIdentifier", "CodeListItemIdentifier", "ErrorCode")
_LONGEST_CODE: Final = 5  # digits
_YEAR_DIGITS: Final = 4
_CALLER: Final = "ActiveOrganisationHeader"  # whose call it is must stay known: results are told per caller
_LISTED: Final = frozenset({"CodeListName", "CodeListItemName", "OperationName", "ServiceName"})
URN: Final = "urn:uuid:"  # in front of an id that the modern side has without it
_BIRTH: Final = re.compile("birth|foedsel|fødsel", re.IGNORECASE).search
_HOME: Final = "DK"  # an address of Denmark is none abroad: the rules ask for it
_COUNTRY: Final = re.compile("country|land", re.IGNORECASE).search
_YEAR: Final = re.compile("year|aar|år", re.IGNORECASE).search
_LONG_RUN: Final = re.compile("[0-9]{10,}")  # no time needs so many; a citizen number has ten
_NO_NUMBER: Final = frozenset({"INF", "-INF", "NaN"})
_BARE: Final = {name: Simple(None, name, "atomic", Facets()) for name in BUILTINS}
_SIGNS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class Values:
    """Masks texts by their type and place. `vocabulary`: public names of code lists and of their items."""

    def __init__(self, pseudonyms: Pseudonyms, vocabulary: frozenset[str] = frozenset()) -> None:
        self._pseudonyms = pseudonyms
        self._vocabulary = vocabulary
        self._short: dict[Simple, tuple[str, ...]] = {}

    def masked(self, simple: Simple, text: str, name: str, parent: str) -> str:
        """`text` of an element or attribute `name` in `parent` (local names), masked; blanks around it stay.

        A text that is valid under the type stays valid, unless the type allows no other text than this one.
        """
        core = text.strip(_BLANKS)
        if not core:
            return text
        start = text.index(core)
        valid = texts_of(simple).wrong(text) is None
        if valid and self._stays(simple, core, name, parent):
            made = core
        elif simple.variety == "list" and simple.item is not None and valid:
            item = simple.item
            made = re.sub(r"\S+", lambda found: self.masked(item, found[0], name, parent), core)
        elif simple.variety == "union" and valid:
            member = next(one for one in simple.members if texts_of(one).wrong(core) is None)
            made = self.masked(member, core, name, parent)
        else:
            made = self._replaced(simple, core, name, valid=valid)
        return text[:start] + made + text[start + len(core) :]

    def of_builtin(self, builtin: str, text: str, name: str, parent: str) -> str:
        """Like masked, for a value of which only the built-in type is known."""
        return self.masked(_BARE[builtin], text, name, parent) if builtin in _BARE else self._pseudonyms.text(text)

    def _stays(self, simple: Simple, core: str, name: str, parent: str) -> bool:
        """The list of what is allowed to stay; nothing else does."""
        if simple.facets.enumeration is not None:
            return True
        if simple.variety != "atomic":
            return False
        if parent == _CALLER and name in ("OrganisationTypeIdentifier", "OrganisationCode"):
            return len(core) <= 8 and core.lstrip("-").isdecimal()
        match BUILTINS[simple.builtin].family:
            case "boolean":
                return True
            case "time":
                return not _BIRTH(name) and not _LONG_RUN.search(core)
            case "number":
                digits = core.lstrip("+-")
                code = name.endswith(_CODE) or parent.endswith("TypeIdentifier")
                year = _YEAR(name) and not _BIRTH(name) and len(digits) == _YEAR_DIGITS  # says less than a date does
                short = digits.isdecimal() and len(digits) <= _LONGEST_CODE
                return core in _NO_NUMBER or bool(short and (code or year))
            case _:
                return (name in _LISTED and core in self._vocabulary) or (core == _HOME and _COUNTRY(name) is not None)

    def _replaced(self, simple: Simple, core: str, name: str, *, valid: bool) -> str:
        if not valid or simple.variety != "atomic":
            return self._pseudonyms.text(core)
        if core.startswith(URN):
            return URN + self._pseudonyms.text(core.removeprefix(URN))
        wrong, first = texts_of(simple).wrong, core
        for made in self._candidates(simple, core, name):
            if made not in (core, _HOME) and wrong(made) is None:
                return made
            first = made if first == core else first
        bounded = simple.facets.patterns or BUILTINS[simple.builtin].family == "number"
        short = [made for made in self._all_short(simple) if made != core] if bounded else []
        if short:
            return short[self._pseudonyms.index(core, len(short))]
        return first if first != core else self._pseudonyms.text(core)  # none of the type: privacy goes first

    def _candidates(self, simple: Simple, core: str, name: str) -> Iterator[str]:
        pseudonyms = self._pseudonyms
        match BUILTINS[simple.builtin].family:
            case "time" if _BIRTH(name) and simple.builtin in ("date", "dateTime") and core[4:5] == "-":
                yield pseudonyms.day(_LONG_RUN.sub(lambda found: pseudonyms.number(found[0]), core))
            case "time" if _BIRTH(name):
                for attempt in range(_ATTEMPTS):
                    yield re.sub("[0-9]+", lambda found, attempt=attempt: pseudonyms.number(found[0], attempt), core)  # type: ignore[misc]
            case "time":
                yield _LONG_RUN.sub(lambda found: pseudonyms.number(found[0]), core)
            case "number":
                yield from (pseudonyms.number(core, attempt) for attempt in range(_ATTEMPTS))
            case "binary":
                yield self._octets(simple.builtin, core)
            case "qname":
                prefix, colon, local = core.rpartition(":")
                yield from (f"{prefix}{colon}{pseudonyms.text(local, attempt)}" for attempt in range(_ATTEMPTS))
            case _:
                yield from (pseudonyms.text(core, attempt) for attempt in range(_ATTEMPTS))

    def _octets(self, builtin: str, core: str) -> str:
        if builtin == "hexBinary":
            made = self._pseudonyms.octets(bytes.fromhex(core)).hex()
            return made.upper() if core != core.lower() else made
        try:
            return base64.b64encode(self._pseudonyms.octets(base64.b64decode("".join(core.split())))).decode()
        except binascii.Error:
            return self._pseudonyms.text(core)

    def _all_short(self, simple: Simple) -> tuple[str, ...]:
        """The valid texts of one or two signs, for patterns and bounds that few texts meet ("KL|ST", at most 0)."""
        if simple not in self._short:
            wrong = texts_of(simple).wrong
            tried = (*_SIGNS, *map("".join, product(_SIGNS, repeat=2)), *(f"-{digit}" for digit in range(1, 10)))
            self._short[simple] = tuple(one for one in tried if wrong(one) is None)
        return self._short[simple]
