"""Hand checks of request bodies: which properties, of which type. What is wrong is 1014 and names the property."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from overgang.reference.moments import day_of
from overgang.reference.problems import Refusal

UUID: Final = re.compile(r"[\da-fA-F]{8}-[\da-fA-F]{4}-[\da-fA-F]{4}-[\da-fA-F]{4}-[\da-fA-F]{12}", re.ASCII)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")  # half a character: JSON can write it, UTF-8 cannot


@dataclass(frozen=True, slots=True)
class Property:
    """One property of a body; `fits` says whether a value is of its type."""

    name: str
    fits: Callable[[Any], bool]
    expected: str
    required: bool = True
    items: tuple["Property", ...] = ()
    parts: tuple["Property", ...] = ()


def code(name: str, *, required: bool = True) -> Property:
    """A code-list value; which values exist is not known here."""
    return Property(name, lambda value: _whole(value, 0, 10_000), "a whole number from 0 to 10000", required)


def int32(name: str, *, required: bool = True) -> Property:
    """A whole number of 32 bits."""
    return Property(name, lambda value: _whole(value, -(2**31), 2**31 - 1), "a whole number of 32 bits", required)


def flag(name: str, *, required: bool = True) -> Property:
    """true or false."""
    return Property(name, lambda value: isinstance(value, bool), "true or false", required)


def tidspunkt(name: str, *, required: bool = True) -> Property:
    """A date-time whose offset may be left out."""
    return Property(name, _is_tidspunkt, "a date-time", required)


def dato(name: str, *, required: bool = True) -> Property:
    """A day."""
    return Property(name, _is_dato, "a day such as 2024-01-31", required)


def uuid(name: str, *, required: bool = True) -> Property:
    """A uuid."""
    return Property(name, lambda value: isinstance(value, str) and bool(UUID.fullmatch(value)), "a uuid", required)


def text(name: str, least: int, most: int, *, form: re.Pattern[str] | None = None, required: bool = False) -> Property:
    """A text of so many characters, and of a form if one is given."""

    def fits(value: Any) -> bool:
        if not isinstance(value, str) or _SURROGATE.search(value):
            return False
        return least <= len(value) <= most and (form is None or bool(form.fullmatch(value)))

    return Property(name, fits, f"a text of {least} to {most} characters in the documented form", required)


def items(name: str, properties: Sequence[Property], *, most: int | None = None, required: bool = True) -> Property:
    """A list of objects with these properties."""

    def fits(value: Any) -> bool:
        return isinstance(value, list) and (most is None or len(value) <= most)

    return Property(name, fits, "a list" if most is None else f"a list of at most {most}", required, tuple(properties))


def part(name: str, properties: Sequence[Property], *, required: bool = False) -> Property:
    """An object with these properties."""
    return Property(name, lambda value: isinstance(value, dict), "an object", required, parts=tuple(properties))


def check_body(body: Any, properties: Sequence[Property], where: str = "") -> None:
    """Refuse with 1014 what is not an object of exactly these properties."""
    if not isinstance(body, dict):
        raise Refusal(1014, element=where or "requestBody", expected="an object")
    if body.keys() - {each.name for each in properties}:
        # Not which: a name can hold a citizen's data as well as any text can.
        raise Refusal(1014, element=where or "requestBody", expected="no properties beyond the contract's")
    for each in properties:
        path = f"{where}/{each.name}" if where else each.name
        _check_property(body, each, path)


def _check_property(body: Mapping[str, Any], each: Property, path: str) -> None:
    if each.name not in body:
        if each.required:
            raise Refusal(1014, element=path, expected=f"{each.expected}; it is missing")
        return
    value = body[each.name]
    if not each.fits(value):
        raise Refusal(1014, element=path, expected=each.expected)
    if each.items:
        for number, item in enumerate(value, start=1):
            check_body(item, each.items, f"{path}[{number}]")
    if each.parts:
        check_body(value, each.parts, path)


def _whole(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _is_tidspunkt(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(day_of(value))
    except ValueError:
        return False


def _is_dato(value: Any) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
