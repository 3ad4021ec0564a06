"""Masking the two values of a difference as the messages are masked in which it was found."""

import codecs
import re
from dataclasses import replace
from typing import Final

from overgang.core.compare.values import Difference, Kind
from overgang.wire.contract import Simple
from overgang.wire.contract.names import clark, split
from overgang.wire.masking.walk import SOAP_CODES, Tools

_COUNT: Final = re.compile(r"[0-9]{1,5}|1\.[0-9]|…").fullmatch
_POSITION: Final = re.compile(r"\[[0-9]+\]$")


class Differences:
    """Masks differences of one contract; `types` are the simple types by (parent's name, name), parent "" for any."""

    def __init__(self, tools: Tools, types: dict[tuple[str, str], list[Simple]], names: frozenset[str]) -> None:
        self._tools = tools
        self._types = types
        self._names = names

    def masked(self, difference: Difference, given: frozenset[str]) -> Difference:
        """The difference with `old` and `new` masked; path and place stay but for long numbers in unknown names."""
        old, new = (
            None if text is None else self._value(difference, text, given) for text in (difference.old, difference.new)
        )
        path, place = (self._tools.names.path(text) for text in (difference.path, difference.place))
        return replace(difference, path=path, place=place, old=old, new=new)

    def _value(self, difference: Difference, text: str, given: frozenset[str]) -> str:
        names = self._tools.names
        match difference.kind:
            case Kind.STATUS | Kind.VERSION | Kind.LENGTH if _COUNT(text):
                return text
            case Kind.ORDER:
                return " ".join(word if _COUNT(word) else names.local(word) for word in text.split(" "))
            case Kind.MEDIA_TYPE:
                return text if difference.cause == "charset" and _is_charset(text) else names.content_type(text)
            case Kind.TYPE if difference.cause == "type":
                return names.local(text)
            case Kind.FAULT_CODE:
                return " ".join(map(self._code, text.split(" ")))
            case Kind.FAULT | Kind.FAULT_TEXT | Kind.UNREADABLE:
                return self._tools.faults.masked(text, given)
            case Kind.FAULT_DETAIL if difference.type in ("string", ""):
                return self._tools.faults.masked(text, given)
        if difference.place in ("/Body", "/Envelope"):
            return self._element(text)
        return self._typed(difference, text)

    def _typed(self, difference: Difference, text: str) -> str:
        """By the types that the contract has at such a place; where they don't agree nothing of the text stays."""
        steps = [_POSITION.sub("", step).lstrip("@") for step in difference.place.split("/") if step]
        name, parent = steps[-1] if steps else "", steps[-2] if len(steps) > 1 else ""
        types = self._types.get((parent, name)) or self._types.get(("", name), [])
        made = {self._tools.values.masked(simple, text, name, parent) for simple in types}
        if made:
            return made.pop() if len(made) == 1 else self._tools.pseudonyms.text(text)
        if difference.type:
            return self._tools.values.of_builtin(difference.type, text, name, parent)
        return self._tools.pseudonyms.text(text)

    def _code(self, text: str) -> str:
        """The code of a fault as a Clark name."""
        space, name = split(text)
        kept = all(step in SOAP_CODES for step in name.split("."))
        safe = self._tools.names.namespace(space) if space else ""
        return clark(safe, name if kept else self._tools.pseudonyms.text(name))

    def _element(self, text: str) -> str:
        """An element of a Body by its name, or how many there are."""
        space, name = split(text)
        safe = self._tools.names.namespace(space) if space else ""
        return text if _COUNT(text) else clark(safe, name if name in self._names else self._tools.names.local(name))


def _is_charset(text: str) -> bool:
    try:
        codecs.lookup(text)
    except (LookupError, ValueError):
        return text == ""
    return True
