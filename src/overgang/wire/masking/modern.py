"""Masking what was asked of the modern side and what it said, with the pseudonyms that the old messages have."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from overgang.core.messages import Exchange, RestReply, RestRequest
from overgang.core.paths import Path
from overgang.core.pseudonyms import Pseudonyms
from overgang.wire import cases

_CLOCK: Final = r"T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})?"
_TIME: Final = re.compile(rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}({_CLOCK})?")
_BIRTH: Final = re.compile("birth|foedsel|fødsel", re.IGNORECASE)
_CODE: Final = re.compile(r"(type|kategori|grad|aarsag|status|errorCode)$", re.IGNORECASE)
_LARGEST_CODE: Final = 99_999
_MOST: Final = 256 * 1024  # characters of all exchanges of a call together


class ModernMasker:
    """Masks exchanges. `documents` are the OpenAPI documents, whose property names and enumerated words are public."""

    def __init__(self, key: bytes, documents: Iterable[Mapping[str, Any]] = ()) -> None:
        self._pseudonyms = Pseudonyms(key)
        self._names: set[str] = set()
        self._words: set[str] = set()
        for document in documents:
            for schema in _maps(document):
                properties, words = schema.get("properties"), schema.get("enum")
                self._names.update(properties if isinstance(properties, Mapping) else ())
                self._words.update(word for word in words if isinstance(word, str)) if isinstance(words, list) else None

    def blocks(self, exchanges: Iterable[Exchange]) -> tuple[tuple[str, str], ...] | None:
        """Each as the blocks `rest out` and `rest in` of a case; None where they are more than is kept."""
        made = tuple((cases.written(self._request(request)), self._reply(reply)) for request, reply in exchanges)
        return made if sum(len(text) for pair in made for text in pair) <= _MOST else None

    def _request(self, request: RestRequest) -> RestRequest:
        text = self._pseudonyms.text
        values = {name: text(value) for name, value in request.path.values.items()}
        return replace(
            request,
            path=Path(request.path.template, values),
            citizen=None if request.citizen is None else text(request.citizen),
            request_id=None if request.request_id is None else text(request.request_id),
            query={name: text(value) for name, value in request.query.items()},
            json=self.value(request.json),
            raw=None,
        )

    def _reply(self, reply: RestReply | str) -> str:
        if isinstance(reply, str):
            return reply if reply in cases.TROUBLE else "unavailable"
        return f"{reply.status} {cases.pretty(self.value(reply.json))}" if reply.json is not None else str(reply.status)

    def value(self, value: Any, name: str = "") -> Any:
        """JSON with everything replaced that is not allowed to stay; `name` is the property that holds it."""
        match value:
            case None | bool():
                return value
            case dict():
                return {self._name(key): self.value(part, key) for key, part in value.items()}
            case list():
                return [self.value(part, name) for part in value]
            case int() if _CODE.search(name) and abs(value) <= _LARGEST_CODE:
                return value
            case int():
                return int(self._pseudonyms.number(str(value)))
            case Decimal():
                return Decimal(self._pseudonyms.number(str(value)))
            case str() if value in self._words or (_TIME.fullmatch(value) and not _BIRTH.search(name)):
                return value
            case _:
                return self._pseudonyms.text(str(value))

    def _name(self, name: str) -> str:
        return name if name in self._names else f"masked-{self._pseudonyms.index(name, 10**6):06}"


def _maps(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _maps(part)
