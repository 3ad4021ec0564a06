"""Two-way field tables: one table per structure maps each old element to its modern property and back.

    ABSENCE = Table(
        Field("AbsenceTypeIdentifier", "fravaerType", code("AbsenceType")),
        Field("StartDate", "startDato", TIDSPUNKT),
        elsewhere={"PersonCivilRegistrationIdentifier": "the header x-civilRegistrationIdentifier"},
    )

Absent stays absent, nil becomes null, empty stays empty, and back. What a codec can't represent is an error.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

from overgang.core.errors import GatewayFault, UpstreamFault
from overgang.core.values import NIL, Dato, Tidspunkt

Convert: TypeAlias = Callable[[Any], Any]

_NONE: Mapping[str, str] = MappingProxyType({})


class Unrepresentable(ValueError):
    """A codec was given a value that its other side has no form for."""


@dataclass(frozen=True, slots=True)
class Codec:
    """How one value crosses; both functions raise Unrepresentable. The rest is for rules and the coverage check.

    `inside` is the table of a structure within, `item` the name of the element that repeats in it.
    """

    name: str
    to_new: Convert
    to_old: Convert
    codelist: str | None = None
    unknown: int = 2002
    values: Mapping[str, str] | None = None
    inside: "Table | None" = None
    item: str | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """Old element `old` is modern property `new`."""

    old: str
    new: str
    codec: Codec


class Table:
    """The fields of one structure. `elsewhere` names old elements that the flow itself carries, and where to."""

    __slots__ = ("_back", "_new", "_old", "elsewhere", "fields")

    def __init__(self, *fields: Field, elsewhere: Mapping[str, str] = _NONE) -> None:
        self.fields = fields
        self.elsewhere = elsewhere
        self._old = {field.old: field for field in fields}
        self._new = {field.new: field for field in fields}
        self._back = tuple((field.new, field.old, field.codec.to_old) for field in fields)
        if len(self._old) < len(fields) or len(self._new) < len(fields) or self._old.keys() & elsewhere.keys():
            raise ValueError("an element or a property is mapped twice")

    def field(self, new: str) -> Field:
        """The field of modern property `new`."""
        return self._new[new]

    def to_new(self, old: Mapping[str, Any]) -> dict[str, Any]:
        """The modern object; properties in the table's order.

        Raises GatewayFault for an element without a place, and for a value without a modern form.
        """
        if unmapped := old.keys() - self._old.keys() - self.elsewhere.keys():
            raise GatewayFault(1011, "mapping.element", element=min(unmapped))
        new = {}
        for field in self.fields:
            if field.old in old:
                value = old[field.old]
                try:
                    new[field.new] = None if value is NIL else field.codec.to_new(value)
                except Unrepresentable as mistake:
                    raise GatewayFault(1011, "mapping.value", element=field.old, expected=field.codec.name) from mistake
        return new

    def to_old(self, new: Mapping[str, Any]) -> dict[str, Any]:
        """The old structure; properties that the old contract has no element for stay behind.

        Raises UpstreamFault when a property's value has no old form.
        """
        old = {}
        name = ""
        try:
            for name, element, convert in self._back:
                if name in new:
                    value = new[name]
                    old[element] = NIL if value is None else convert(value)
        except Unrepresentable as mistake:
            expected = self._new[name].codec.name
            raise UpstreamFault(1100, "upstream.unrepresentable", element=name, expected=expected) from mistake
        return old


def _same(kind: type, name: str) -> Convert:
    def check(value: Any) -> Any:
        if type(value) is kind or (isinstance(value, kind) and type(value) is not bool):
            return value
        raise Unrepresentable(name)

    return check


def _tidspunkt(value: Any) -> Tidspunkt:
    if isinstance(value, str):
        return Tidspunkt(value)
    raise Unrepresentable("a point in time")


def _dato(value: Any) -> Dato:
    if isinstance(value, str):
        return Dato(value)
    raise Unrepresentable("a day")


def _plain(kind: type, name: str) -> Codec:
    return Codec(name, _same(kind, name), _same(kind, name))


TEXT = _plain(str, "a text")
GUID = _plain(str, "a uuid")
NUMBER = _plain(int, "a whole number")
BOOLEAN = _plain(bool, "true or false")
TIDSPUNKT = Codec("a point in time", str, _tidspunkt)  # in JSON a plain text
DATO = Codec("a day", str, _dato)


def code(codelist: str, *, unknown: int = 2002) -> Codec:
    """A wrapper element with CodeListItemIdentifier is a bare number; the ids are the same on both sides.

    `unknown` is the documented error number for an id that is not on the list.
    """
    whole = _same(int, "a code")

    def to_new(value: Any) -> int:
        number: int = value["CodeListItemIdentifier"]
        return number

    def to_old(value: Any) -> dict[str, int]:
        return {"CodeListItemIdentifier": whole(value)}

    return Codec(f"a value of code list {codelist}", to_new, to_old, codelist=codelist, unknown=unknown)


def words(values: Mapping[str, str]) -> Codec:
    """An old enumeration's values by their modern ones; both ways total, so no two may share a modern value."""
    back = {new: old for old, new in values.items()}
    if len(back) < len(values):
        raise ValueError("two old values share a modern one")

    def look_up(table: Mapping[str, str]) -> Convert:
        def translate(value: Any) -> str:
            if not isinstance(value, str) or value not in table:
                raise Unrepresentable("one of the listed values")
            return table[value]

        return translate

    return Codec("one of the listed values", look_up(values), look_up(back), values=values)


def each(item: str, table: Table) -> Codec:
    """A collection element with repeated `item` elements is an array; an empty one stays an empty array."""

    def to_new(value: Any) -> list[dict[str, Any]]:
        return [table.to_new(entry) for entry in value.get(item, ())]

    def to_old(value: Any) -> dict[str, Any]:
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            raise Unrepresentable("an array of objects")
        return {item: [table.to_old(entry) for entry in value]} if value else {}

    return Codec("an array of objects", to_new, to_old, inside=table, item=item)


def repeated(table: Table) -> Codec:
    """An element that may repeat, without one around it, is an array."""

    def to_new(value: Any) -> list[dict[str, Any]]:
        return [table.to_new(entry) for entry in value]

    def to_old(value: Any) -> list[dict[str, Any]]:
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            raise Unrepresentable("an array of objects")
        return [table.to_old(entry) for entry in value]

    return Codec("an array of objects", to_new, to_old, inside=table)


def nested(table: Table) -> Codec:
    """A structure within a structure is an object within an object; an empty one stays an empty one."""

    def to_old(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Unrepresentable("an object")
        return table.to_old(value)

    return Codec("an object", table.to_new, to_old, inside=table)
