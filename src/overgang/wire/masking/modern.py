"""Masking what was asked of the modern side and what it said, with the pseudonyms that the old messages have."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from overgang.core.messages import Exchange, RestReply, RestRequest
from overgang.core.paths import Path
from overgang.core.pseudonyms import Pseudonyms
from overgang.wire import cases

_CLOCK: Final = r"T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})?"
_TIME: Final = re.compile(rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}({_CLOCK})?")
_BIRTH: Final = re.compile("birth|foedsel|fødsel", re.IGNORECASE)
_CODE: Final = re.compile(r"(type|kategori|grad|aarsag|status|errorCode)$", re.IGNORECASE)
_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_LARGEST_CODE: Final = 99_999
_MOST: Final = 256 * 1024  # characters of all exchanges of a call together


class ModernMasker:
    """Masks exchanges.

    `documents` are the OpenAPI documents, whose property names and enumerated words are public; `words` are texts that
    the gateway sends of itself.
    """

    def __init__(self, key: bytes, documents: Iterable[Mapping[str, Any]] = (), words: Iterable[str] = ()) -> None:
        self._pseudonyms = Pseudonyms(key)
        self._names: set[str] = set()
        self._words: set[str] = set(words)
        for document in documents:
            self._names.update(property_names(document))
            for schema in _maps(document):
                enumerated = schema.get("enum")
                self._words.update(filter(_is_text, enumerated if isinstance(enumerated, list) else ()))

    def blocks(
        self, exchanges: Iterable[Exchange], texts: Mapping[str, str] = MappingProxyType({})
    ) -> tuple[tuple[str, str], ...] | None:
        """Each as the blocks `rest out` and `rest in` of a case; None where they are more than is kept.

        `texts` is what became of the texts of the old messages (Masker.texts): what comes from there or goes there has
        become the same, also where the old contract's type allowed no pseudonym but a certain one.
        """
        made = tuple(
            (cases.written(self._request(request, texts)), self._reply(reply, texts)) for request, reply in exchanges
        )
        return made if sum(len(text) for pair in made for text in pair) <= _MOST else None

    def value(self, value: Any, name: str = "", texts: Mapping[str, str] = MappingProxyType({})) -> Any:
        """JSON with everything replaced that is not allowed to stay; `name` is the property that holds it."""
        match value:
            case None | bool():
                return value
            case dict():
                return {self._name(key): self.value(part, key, texts) for key, part in value.items()}
            case list():
                return [self.value(part, name, texts) for part in value]
            case int() if _CODE.search(name) and abs(value) <= _LARGEST_CODE:
                return value
            case int():
                return int(self._number(str(value), texts))
            case Decimal():
                return Decimal(self._number(str(value), texts))
            case str() if value in self._words or (_TIME.fullmatch(value) and not _BIRTH.search(name)):
                return value
            case _:
                return self._text(str(value), texts)

    def _text(self, text: str, texts: Mapping[str, str]) -> str:
        core = text.strip()
        return text.replace(core, texts[core]) if core in texts else self._pseudonyms.text(text)

    def _number(self, text: str, texts: Mapping[str, str]) -> str:
        made = texts.get(text, "")
        return made if _NUMBER.fullmatch(made) else self._pseudonyms.number(text)

    def _request(self, request: RestRequest, texts: Mapping[str, str]) -> RestRequest:
        def text(value: str) -> str:
            return str(self.value(value, "", texts))

        return replace(
            request,
            path=Path(request.path.template, {name: text(value) for name, value in request.path.values.items()}),
            citizen=None if request.citizen is None else text(request.citizen),
            request_id=None if request.request_id is None else text(request.request_id),
            query={name: self._query(value, texts) for name, value in request.query.items()},
            json=self.value(request.json, "", texts),
            raw=None,
        )

    def _query(self, value: str, texts: Mapping[str, str]) -> str:
        """A value of a query, or several with commas; a number that is too short to be anybody's stays."""
        if value.isdecimal() and int(value) <= _LARGEST_CODE:
            return texts.get(value, value)
        return ",".join(str(self.value(part, "", texts)) for part in value.split(","))

    def _reply(self, reply: RestReply | str, texts: Mapping[str, str]) -> str:
        if isinstance(reply, str):
            return reply if reply in cases.TROUBLE else "unavailable"
        if reply.json is None:
            return str(reply.status)
        return f"{reply.status} {cases.pretty(self.value(reply.json, '', texts))}"

    def _name(self, name: str) -> str:
        return name if name in self._names else f"masked-{self._pseudonyms.index(name, 10**6):06}"


def property_names(document: Mapping[str, Any]) -> Iterator[str]:
    """The property names of an OpenAPI document."""
    for schema in _maps(document):
        properties = schema.get("properties")
        yield from properties if isinstance(properties, Mapping) else ()


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _maps(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _maps(part)
