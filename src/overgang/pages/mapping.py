"""The field tables of an operation as rows to read: old element, new property, and how the value crosses."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from overgang.core.area import Operation, Placed
from overgang.core.fields import Table


@dataclass(frozen=True, slots=True)
class Row:
    """One element and its property. `elsewhere` says where an element goes that is in no property of the body.

    `old` is the path below the message's root element, `new` the place in the body of modern operation `modern`.
    """

    old: str
    new: str
    codec: str
    codelist: str
    modern: str
    elsewhere: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of one structure: the path and the place they share, and the modern operation that carries them."""

    old: str
    new: str
    modern: str
    rows: tuple[Row, ...]


def grouped(rows: Iterable[Row]) -> list[Group]:
    """Rows by the structure they belong to, in order; their own names are the last step of each path."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        found.setdefault((row.old.rpartition("/")[0], row.modern), []).append(row)
    return [Group(old, _place(own), modern, tuple(own)) for (old, modern), own in found.items()]


def _place(rows: Iterable[Row]) -> str:
    return next((row.new.rpartition(".")[0] for row in rows if row.new), "")


def requests(operation: Operation) -> list[Row]:
    """What becomes of the elements of an old request."""
    return list(_rows(operation.requests))


def replies(operation: Operation) -> list[Row]:
    """What the elements of an old answer are made of."""
    return list(_rows(operation.replies))


def _rows(placed: Iterable[Placed]) -> Iterator[Row]:
    for one in placed:
        yield from _table(one.table, one.old, one.at, one.modern)


def _table(table: Table, old: str, new: str, modern: str) -> Iterator[Row]:
    for field in table.fields:
        element, place = _below(old, field.old), _below(new, field.new, ".")
        codec = field.codec
        yield Row(element, place, codec.name, codec.codelist or "", modern)
        if codec.inside is not None:
            repeated = codec.name == "an array of objects"
            inner = _below(element, codec.item) if codec.item else element
            yield from _table(codec.inside, inner, f"{place}[]" if repeated else place, modern)
    for element, said in table.elsewhere.items():
        yield Row(_below(old, element), "", "", "", modern, said)


def _below(path: str, name: str, sign: str = "/") -> str:
    return f"{path}{sign}{name}" if path else name


def made_of(operation: Operation, place: str) -> list[Row]:
    """The rows that made the element at a difference's place (steps by names, from the answer's root element).

    The longest element path that the place ends with or lies below; [] when the operation's tables don't have it.
    """
    steps = [step for step in place.split("/") if step and not step.startswith("@")]
    rows = replies(operation)
    for end in range(len(steps), 0, -1):
        for start in (1, 0):  # the root element is in no table's path
            path = "/".join(steps[start:end])
            if found := [row for row in rows if row.old == path]:
                return found
    return []
